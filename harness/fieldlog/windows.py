"""A log cut into observation windows, one after another; each becomes a trial."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.errors import InternalError
from harness.fieldlog.entry import Entry, Missing, Silence
from harness.vocab.time import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.fieldlog.entry import Item

__all__ = ["MOST", "Window", "cut"]

MOST = 10_000
"""Entries of one window at most; what is held in memory, and judged at once, is bounded by it."""


@dataclass(slots=True, kw_only=True)
class Window:
    """One stretch of the log, and what it holds; instants in nanoseconds since 2000."""

    opened: int
    until: int
    """When its time is over."""
    closed: int
    """When it was closed: at ``until``, where it was full, or where the log ends."""
    ended: str
    """Why it was closed then."""
    items: list[Item]
    unread: dict[tuple[int, str, str], Missing] = field(default_factory=dict)
    """What a capture holds that was not read, counted by file, counting point and reason."""
    is_heard: bool = False
    """Whether a capture shows that somebody was listening, whatever was heard."""

    def add(self, item: Entry | Missing) -> None:
        """Take an item; of a capture, what stayed unread is only counted."""
        if not isinstance(item, Missing):
            self.is_heard = self.is_heard or item.seen is not None
            self.items.append(item)
        elif not item.tap:
            self.items.append(item)
        else:
            self.is_heard = True
            if not item.is_sign:
                self._count(item)

    def _count(self, item: Missing) -> None:
        key = item.file, item.tap, item.reason
        since = item.at if item.since is None else item.since
        known = self.unread.get(key)
        if known is not None:
            since, item = known.since, item._replace(line=known.line, lost=known.lost + item.lost)
        self.unread[key] = item._replace(since=since)

    def close(self, at: int, why: str) -> Window:
        """Return the window, closed."""
        self.closed, self.ended = at, why
        return self


def cut(items: Iterable[Entry | Missing], *, span: int, gap: int, most: int = MOST) -> Iterator[Window]:
    """Cut what is in order of time into windows of ``span`` nanoseconds, counted from the log's first whole second.

    A span in which the log has nothing gives no window: nobody can tell it from one in which the log was
    not kept. Longer than ``gap`` without an entry is a :class:`Silence` in every window that it touches. A window
    is closed early after ``most`` entries, at the instant of the next one, which begins another.
    """
    window: Window | None = None
    start = last = 0
    for item in items:
        at = _instant(item)
        if window is None:
            start = last = at - at % SECOND
            window = _open(start, start + span)
        is_quiet = at - last > gap
        if at >= window.until or len(window.items) >= most:
            closed = min(at, window.until)
            if is_quiet:
                window.items.append(Silence(last, closed))
            yield window.close(closed, "its time was over" if at >= window.until else f"it held {most:,} entries")
            opened, until = _next(window, at, start, span)
            window = _open(opened, until)
            last = max(last, opened)
        if is_quiet and at > last:
            window.items.append(Silence(last, at))
        window.add(item)
        last = at
    if window is not None:
        yield window.close(last, "the log ended")


def _next(window: Window, at: int, start: int, span: int) -> tuple[int, int]:
    """Return when the window opens that an entry begins, and when its time is over."""
    if at < window.until:
        return at, window.until
    opened = at - (at - start) % span
    return opened, opened + span


def _open(opened: int, until: int) -> Window:
    return Window(opened=opened, until=until, closed=until, ended="", items=[])


def _instant(item: Entry | Missing) -> int:
    if item.at is None:
        raise InternalError("an entry was put in order without a time")
    return item.at
