"""M05: an electricity meter announces every crossing of its average-voltage thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.mechanism import Inside
    from harness.interfaces.setting import Setting, Value

__all__ = ["MECHANISM"]


@dataclass(frozen=True, slots=True)
class AverageVoltageChatter:
    """No hysteresis: while the supply hovers at a threshold, 0x8002 and 0x8085 (or 0x8006 and 0x8089) alternate.

    Bounded by one decision an averaging period: at most 144 alerts a day at 10 minutes, 48 at 30.
    """

    name: ClassVar[str] = "average-voltage-chatter"
    origin: ClassVar[str] = "M05"
    doc: ClassVar[str] = "announces every crossing of the average-voltage thresholds, both ways, without hysteresis"
    roles: ClassVar[frozenset[str]] = frozenset({"esme"})
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType({})

    def attach(self, device: Inside, settings: Mapping[str, Value]) -> None:
        """Take the hysteresis away."""
        del settings
        device.settings["average-voltage-hysteresis"] = 0


MECHANISM = AverageVoltageChatter()
