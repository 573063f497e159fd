"""Stimuli that go on after they were done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comms_hub_sim.behaviour import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.interfaces.setting import Value

__all__ = ["Lasting", "lasting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """Something that goes on after it was done."""

    until: int
    end: Callable[[int], None]


def lasting(settings: Mapping[str, Value], now: int, end: Callable[[int], None]) -> Lasting | None:
    """Return when something ends, or ``None`` where it lasts as long as the trial."""
    duration = number(settings, "for")
    return Lasting(until=now + duration, end=end) if duration else None
