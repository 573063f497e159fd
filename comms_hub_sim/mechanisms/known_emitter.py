"""The positive control: a device that emits, in the codes a scenario asks about, what detectors look for."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from harness.errors import InternalError
from harness.interfaces.setting import Setting
from harness.vocab.time import MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.interfaces.mechanism import Inside
    from harness.interfaces.setting import Value

__all__ = ["MECHANISM"]

_APART = 20 * SECOND
_LIFE_OF_A_DUPLICATE_ENTRY = 15 * SECOND


@dataclass(frozen=True, slots=True)
class KnownEmitter:
    """Every so often a burst: each code in turn, twice over, and then the last message again, octet for octet.

    Two codes that are opposites alternate; one code repeats; and a copy arrives with the same
    counter. No stimulus is needed, so its alerts are founded on nothing.
    """

    name: ClassVar[str] = "known-emitter"
    origin: ClassVar[str] = "positive control"
    doc: ClassVar[str] = "raises the scenario's codes several times an hour, as pairs, repeats and copies"
    roles: ClassVar[frozenset[str]] = frozenset({"esme", "gsme", "hub"})
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {"every": Setting(kind="duration", doc="from burst to burst", default=30 * MINUTE, minimum=5 * MINUTE)}
    )

    def attach(self, device: Inside, settings: Mapping[str, Value]) -> None:
        """Start the clockwork, at an instant of this device's own."""
        every = settings["every"]
        if not isinstance(every, int):
            raise InternalError(f"settings {dict(settings)} are not settled", where=self.name, expected="a duration")
        sequence = device.codes * 2

        def burst(now: int) -> None:
            del now
            for place, code in enumerate(sequence):
                device.after(place * _APART, _raising(device, code))
            if sequence:
                copied = len(sequence) * _APART + _LIFE_OF_A_DUPLICATE_ENTRY
                device.after(copied, lambda at: device.resend(sequence[-1], at))
            device.after(every, burst)

        device.after(device.chance.below(every), burst)


def _raising(device: Inside, code: int) -> Callable[[int], None]:
    return lambda now: device.raise_alert(code, now)


MECHANISM = KnownEmitter()
