"""A log in order of time: what is a little out of order is put right, and what is far out of it is told of.

One line with a wrong time must cost that line and no other. So before a leap forward is believed, the
lines that follow are looked at: where most of them lie before it, it is the line that is odd.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from harness.errors import UnavailableError
from harness.fieldlog.entry import Missing, place
from harness.vocab.time import duration_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.fieldlog.entry import Entry

__all__ = ["AHEAD", "HELD", "in_order"]

AHEAD = 16
"""Lines that are looked at before a leap forward is believed."""
HELD = 10_000
"""Lines that are held, while earlier ones may still come; as a matter of speed, some more."""
_TOGETHER = 256
"""Lines that are taken before what is settled is handed on."""


def in_order(items: Iterable[Entry | Missing], tolerance: int) -> Iterator[Entry | Missing]:
    """Yield what a log holds in order of time, those of one instant as they stood; each with its time.

    An item up to ``tolerance`` nanoseconds earlier than one before it takes its place. One that is earlier
    still, or later than most of the next :data:`AHEAD` by more than that, becomes :class:`Missing`
    where it stood. What has no time of its own stands with what came before it. Raises
    :class:`UnavailableError` where nothing has a time, or nothing among the first :data:`HELD`.
    """
    placing = _Placing(tolerance)
    ahead: deque[Entry | Missing] = deque()
    for number, item in enumerate(items):
        ahead.append(item)
        if len(ahead) > AHEAD:
            placing.take(ahead)
        if number % _TOGETHER == 0:
            yield from placing.settled()
    while ahead:
        placing.take(ahead)
    placing.end()
    yield from placing.settled()


class _Placing:
    """Items that were believed, until none can come any more that belongs before them."""

    __slots__ = ("_floor", "_frontier", "_held", "_serial", "_timeless", "_tolerance")

    def __init__(self, tolerance: int) -> None:
        self._tolerance = tolerance
        self._held: list[tuple[int, int, Entry | Missing]] = []
        self._serial = 0
        self._frontier: int | None = None
        """The latest time that was believed."""
        self._floor = 0
        """What has been handed on lies no later than this."""
        self._timeless: list[Entry | Missing] = []
        """What came before anything that has a time."""

    def take(self, ahead: deque[Entry | Missing]) -> None:
        """Give the first of these its place; the others only help to tell whether it is odd."""
        item = ahead.popleft()
        at, frontier = item.at, self._frontier
        if at is None:
            self._timelessly(item)
        elif frontier is None or at > frontier + self._tolerance:
            if self._is_odd(at, ahead):
                self._timelessly(_misplaced(item, f"later than most lines that follow, by more than {duration_text(self._tolerance)}"))
            else:
                self._believe(at, item)
        elif at < frontier - self._tolerance:
            self._timelessly(_misplaced(item, f"earlier than a line before it, by more than {duration_text(self._tolerance)}"))
        elif at < self._floor:
            self._timelessly(_misplaced(item, f"earlier than a line before it; {HELD:,} lines are held to be put in order, and no more"))
        else:
            self._push(at, item)
            self._frontier = max(frontier, at)

    def settled(self) -> Iterator[Entry | Missing]:
        """Yield what no later item can come before any more."""
        if self._frontier is None:
            return
        held, until = self._held, self._frontier - self._tolerance
        while held and (held[0][0] <= until or len(held) > HELD):
            self._floor, _, item = heappop(held)
            yield item if item.at is not None else item._replace(at=self._floor)

    def end(self) -> None:
        """Settle everything: nothing is to come."""
        if self._frontier is None:
            raise self._nothing()
        self._frontier += self._tolerance

    def _believe(self, at: int, item: Entry | Missing) -> None:
        """Take a leap forward, or the first time of all."""
        for earlier in self._timeless:
            self._push(at, earlier)
        self._timeless.clear()
        self._push(at, item)
        self._frontier = at

    def _push(self, at: int, item: Entry | Missing) -> None:
        heappush(self._held, (at, self._serial, item))
        self._serial += 1

    def _timelessly(self, item: Entry | Missing) -> None:
        if self._frontier is not None:
            self._push(self._frontier, item)
        else:
            self._timeless.append(item)
            if len(self._timeless) > HELD:
                raise self._nothing()

    def _nothing(self) -> UnavailableError:
        if not self._timeless:
            return UnavailableError("the log is empty", expected="a line, or a message, for each alert")
        first = self._timeless[0]
        reason = first.reason if isinstance(first, Missing) else "odd"
        more = f"; nor did any of the {len(self._timeless) - 1:,} after it give a time" if len(self._timeless) > 1 else ""
        return UnavailableError(f"{reason}{more}", where=place(first.file, first.line, captured=bool(_tap(first))))

    def _is_odd(self, at: int, ahead: deque[Entry | Missing]) -> bool:
        """Tell whether most of the items ahead that have a time lie before ``at``, by more than the tolerance."""
        times = [item.at for item in ahead if item.at is not None]
        before = sum(time < at - self._tolerance for time in times)
        return 2 * before > len(times)


def _misplaced(item: Entry | Missing, how: str) -> Missing:
    """Return what has no place with the reason for that; what was missing anyway keeps its own."""
    if isinstance(item, Missing):
        return item._replace(at=None)
    return Missing(item.file, item.line, None, f"its time is {how}", tap=_tap(item))


def _tap(item: Entry | Missing) -> str:
    """Return the counting point of an item of a capture; nothing for one of a log."""
    if isinstance(item, Missing):
        return item.tap
    return item.seen.tap if item.seen else ""
