"""A mechanism: one way in which a device comes to say too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.interfaces.setting import Setting, Value
    from harness.vocab.seed import Chance

__all__ = ["Inside", "Mechanism"]


class Inside(Protocol):
    """A device as seen from inside, by a mechanism that lives in it."""

    role: str
    settings: dict[str, Value]
    """The device's own settings; a mechanism may change them while it is attached."""
    chance: Chance
    """A stream of randomness of this mechanism's own."""
    codes: tuple[int, ...]
    """The alert codes the scenario asks about."""

    def after(self, delay: int, act: Callable[[int], None]) -> None:
        """Call ``act(now)`` once, ``delay`` nanoseconds from now."""
        ...

    def on(self, event: str, act: Callable[[int, Mapping[str, Value]], None]) -> None:
        """Call ``act(now, facts)`` whenever the device reports ``event``."""
        ...

    def raise_alert(self, code: int, now: int, body: bytes = b"") -> None:
        """Have the device raise an alert, as its configuration and criticality demand."""
        ...

    def resend(self, code: int, now: int) -> None:
        """Have the device send its last message of this code again, octet for octet."""
        ...


@runtime_checkable
class Mechanism(Protocol):
    """One file, one mechanism; attached to a device when a profile names it."""

    name: str
    origin: str
    """Where the suspicion comes from, such as ``M05``."""
    doc: str
    roles: frozenset[str]
    settings: Mapping[str, Setting]

    def attach(self, device: Inside, settings: Mapping[str, Value]) -> None:
        """Move into a device before the trial starts: change its settings, listen, set timers."""
        ...
