"""Duty cycle: how much of the last hour each node of a sub-GHz network has sent, and when it may send again.

Acknowledgements count and are never put off; messages are. Counted by minutes, so an hour is up to a minute longer [assumed].
"""

from __future__ import annotations

from collections import deque
from typing import Final

from harness.vocab.time import HOUR, MINUTE

__all__ = ["DutyCycle"]

_MINUTES: Final = HOUR // MINUTE


class DutyCycle:
    """The accounts of all nodes, by short address; nothing older than an hour is kept."""

    __slots__ = ("_budget", "_spent")

    def __init__(self, budget: int) -> None:
        """Allow each node ``budget`` nanoseconds on the air in any hour."""
        self._budget = budget
        self._spent: dict[int, deque[tuple[int, int]]] = {}

    def spend(self, address: int, at: int, duration: int) -> None:
        """Book a frame of a node."""
        minutes = self._spent.setdefault(address, deque())
        minute = at // MINUTE
        if minutes and minutes[-1][0] == minute:
            duration += minutes.pop()[1]
        minutes.append((minute, duration))
        while minutes[0][0] < minute - _MINUTES:
            minutes.popleft()

    def ready(self, address: int, now: int) -> int:
        """Return when a node may send: now, or when enough of what it sent is an hour old."""
        first = now // MINUTE - _MINUTES
        kept = [(minute, spent) for minute, spent in self._spent.get(address, ()) if minute >= first]
        over = sum(spent for _, spent in kept) - self._budget
        for minute, spent in kept:
            if over < 0:
                break
            over -= spent
            now = (minute + _MINUTES + 1) * MINUTE
        return now
