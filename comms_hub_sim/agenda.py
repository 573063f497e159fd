"""The timers of one device."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Agenda"]


class Agenda:
    """What one device means to do, in order of time and, at one instant, in order of asking.

    A device that loses power forgets its agenda (:meth:`clear`) and writes a new one when it starts.
    """

    __slots__ = ("_due", "_serial")

    def __init__(self) -> None:
        self._due: list[tuple[int, int, Callable[[int], None]]] = []
        self._serial = 0

    def at(self, instant: int, act: Callable[[int], None]) -> None:
        """Have ``act(now)`` called when ``instant`` has come."""
        self._serial += 1
        heappush(self._due, (instant, self._serial, act))

    def next(self) -> int | None:
        """Return the instant of the first entry, or ``None``."""
        return self._due[0][0] if self._due else None

    def run(self, now: int) -> None:
        """Carry out every entry that is due by ``now``."""
        due = self._due
        while due and due[0][0] <= now:
            heappop(due)[2](now)

    def clear(self) -> None:
        """Forget every entry."""
        self._due.clear()
