"""M11: a device that a hub does not know knocks again and again, and the hub alerts every refusal."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.mechanism import Inside
    from harness.interfaces.setting import Setting, Value

__all__ = ["MECHANISM"]

_UNAUTHORISED: Final = 0x8F3E


@dataclass(frozen=True, slots=True)
class JoinRefusalAlerts:
    """One 0x8F3E for every attempt to join that was refused, at the cadence of whoever knocks.

    It takes two: a stranger that does not give up (capability ``han.knock``), and this hub.
    """

    name: ClassVar[str] = "join-refusal-alerts"
    origin: ClassVar[str] = "M11"
    doc: ClassVar[str] = "alerts every attempt of an unknown device to join, however often it tries"
    roles: ClassVar[frozenset[str]] = frozenset({"hub"})
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType({})

    def attach(self, device: Inside, settings: Mapping[str, Value]) -> None:
        """Listen for refusals."""
        del settings

        def refused(now: int, facts: Mapping[str, Value]) -> None:
            del facts
            device.raise_alert(_UNAUTHORISED, now)

        device.on("join-refused", refused)


MECHANISM = JoinRefusalAlerts()
