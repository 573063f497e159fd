"""What a log comes to before any of it is judged: how many windows there are, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import UnavailableError, UsageError
from harness.fieldlog.entry import Entry, Missing, Silence, place
from harness.fieldlog.order import in_order
from harness.fieldlog.windows import MOST, cut
from harness.masking.alerts import problem_text
from harness.wire.gbcs.alert_reading import read_alert
from harness.wire.gbcs.errors import GbcsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.fieldlog.entry import Item
    from harness.fieldlog.windows import Window

__all__ = ["MOST_WINDOWS", "Cutting", "Extent", "survey"]

MOST_WINDOWS = 20_000
"""What one import takes: with windows of an hour more than two years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutting:
    """How a log is put in order and cut; durations in nanoseconds."""

    span: int
    """How long a window is."""
    gap: int
    """Longer than this without an entry is told of."""
    tolerance: int
    """By how much a line may be out of order."""
    most: int = MOST
    """Entries of one window."""

    def windows(self, items: Iterable[Entry | Missing]) -> Iterator[Window]:
        """Yield the windows of a log, one at a time."""
        return cut(in_order(items, self.tolerance), span=self.span, gap=self.gap, most=self.most)


class Extent(NamedTuple):
    """A window without what it holds: enough to know it again."""

    opened: int
    closed: int
    items: int
    unread: int = 0
    """Of a capture, what stayed unread."""

    @classmethod
    def of(cls, window: Window) -> Extent:
        """Return the extent of a window."""
        return cls(window.opened, window.closed, len(window.items), sum(missing.lost for missing in window.unread.values()))


def survey(items: Iterable[Entry | Missing], cutting: Cutting, *, may_be_quiet: bool = False) -> tuple[Extent, ...]:
    """Return the extents of all windows of a log, from the times of its entries.

    One of them must be an alert, or may have been one, unless the log ``may_be_quiet``. Raises :class:`UnavailableError` naming a
    line and what is wrong with it where there is none, and :class:`UsageError` where there are more windows than
    :data:`MOST_WINDOWS`.
    """
    found: list[Extent] = []
    first: Item | None = None
    has_alert = False
    for window in cutting.windows(items):
        if len(found) == MOST_WINDOWS:
            raise UsageError(f"more than {MOST_WINDOWS:,} windows", expected="longer windows, or one part of the log at a time")
        found.append(Extent.of(window))
        first = first or next((item for item in window.items if not isinstance(item, Silence)), None)
        has_alert = has_alert or any(map(_is_alert, window.items)) or any(missing.lost for missing in window.unread.values())
    if not (has_alert or may_be_quiet):
        raise _nothing(first)
    return tuple(found)


def _is_alert(item: Item) -> bool:
    return isinstance(item, Entry) and not _problem(item.octets)


def _problem(octets: bytes) -> str:
    """Say why a message is not an alert, without its octets; nothing where it is one."""
    try:
        read_alert(octets)
    except GbcsError as error:
        return problem_text(error)
    return ""


def _nothing(first: Item | None) -> UnavailableError:
    what = "there is no alert in this log"
    if isinstance(first, Missing):
        return UnavailableError(f"{what}; {first.reason}", where=place(first.file, first.line, captured=bool(first.tap)))
    if isinstance(first, Entry):
        return UnavailableError(f"{what}; {_problem(first.octets)}", where=place(first.file, first.line, captured=first.seen is not None))
    return UnavailableError(what)
