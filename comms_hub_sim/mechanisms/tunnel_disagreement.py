"""M09: hub and electricity meter disagree about the tunnel between them, and the meter alerts every refusal."""

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
class TunnelDisagreement:
    """The meter believes the tunnel open and refuses another: one 0x81BA for every request.

    It takes two: a hub that forgot the tunnel and asks again at every check (setting
    ``tunnel-policy = "ask-again"``), and this meter. Either partner alone is quiet.
    """

    name: ClassVar[str] = "tunnel-disagreement"
    origin: ClassVar[str] = "M09"
    doc: ClassVar[str] = "refuses a tunnel request from a hub whose tunnel it believes open, and alerts each refusal"
    roles: ClassVar[frozenset[str]] = frozenset({"esme"})
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType({})

    def attach(self, device: Inside, settings: Mapping[str, Value]) -> None:
        """Have the meter refuse."""
        del settings
        device.settings["tunnel-while-open"] = "refuse"


MECHANISM = TunnelDisagreement()
