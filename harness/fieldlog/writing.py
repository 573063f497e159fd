"""One window on its way into a journal: entries, who is seen in them for the first time, and what is missing."""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING, Final

from harness.fieldlog.entry import Entry, Missing, place
from harness.fieldlog.masks import ends_of
from harness.masking.alerts import problem_text
from harness.vocab.journal import FORMAT
from harness.vocab.time import SECOND, Epoch, duration_text
from harness.wire.gbcs.errors import GbcsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.fieldlog.entry import Item
    from harness.fieldlog.masks import Masks
    from harness.fieldlog.windows import Window
    from harness.vocab.identity import Eui64
    from harness.vocab.journal import JournalWriter, Record
    from harness.vocab.roles import Realm

__all__ = ["CLOCK", "SHOWN", "Writing"]

CLOCK: Final = "log"
SHOWN: Final = 10
"""How much of what is missing a person is told."""
_NO_ALERT: Final = "E10"
"""The codec's rule that a sound message of another kind breaks: nothing is lost with it."""
_NO_MESSAGE: Final = "octets that are no GBCS message, and nobody tells whose they are"


class Writing:
    """Writes one journal."""

    __slots__ = ("_devices", "_journal", "_masks", "_origin", "_parties", "_tap", "alerts", "first", "missing")

    def __init__(self, journal: JournalWriter, masks: Masks, *, origin: int, tap: str) -> None:
        """Count instants from ``origin``, nanoseconds since 2000; ``tap`` is where a log was kept that does not tell."""
        self.alerts = 0
        self.missing = 0
        self.first: list[str] = []
        self._journal = journal
        self._origin = origin
        self._masks = masks
        self._tap = tap
        self._devices: set[Eui64] = set()
        self._parties: set[Eui64] = set()

    def begin(self, trial: str, realm: Realm) -> None:
        """Write the first record."""
        epoch = Epoch(self._origin // SECOND).text()
        self._journal.record(0, "journal", format=FORMAT, trial=trial, realm=realm.value, clock=CLOCK, epoch=epoch)

    def window(self, window: Window) -> None:
        """Write a window from its opening to the last record."""
        journal, origin, closed = self._journal, self._origin, window.closed - self._origin
        journal.record(window.opened - origin, "window", event="opened")
        for item in window.items:
            self._item(item)
        self._counted(window.unread.values(), closed)
        journal.record(closed, "window", event="closed", because=window.ended)
        is_void = not self.alerts and not window.is_heard
        journal.record(closed, "end", reason="void: no line of this window held an alert" if is_void else "window closed")

    def among(self, records: Sequence[Record], window: Window) -> None:
        """Write what was seen among the records of the trial itself, which tell what was done and what devices are, in order of time.

        ``records`` are all but the first of the trial's journal, and without what passed its counting points.
        """
        for record in records:
            names = {"device": self._devices, "party": self._parties}.get(str(record["kind"]))
            if names is not None:
                names.add(self._masks.name(str(record[str(record["kind"])])))
        *others, end = records
        closed = _instant(end)
        told = ((_instant(record), 0, record) for record in others)
        seen = ((self._at(item) - self._origin, 1, item) for item in window.items)
        for at, _, one in merge(told, seen, key=lambda entry: entry[:2]):
            if isinstance(one, dict):
                self._journal.record(at, str(one["kind"]), **_members(one))
            elif 0 <= at <= closed:
                self._item(one)
        self._counted(window.unread.values(), closed)
        self._journal.record(closed, "end", **_members(end))

    def _at(self, item: Item) -> int:
        return item.at or 0

    def _item(self, item: Item) -> None:
        if isinstance(item, Entry):
            self._entry(item)
        elif isinstance(item, Missing):
            self._missing(item, item.at or 0, item.lost, item.reason)
        else:
            lasting = duration_text(item.until - item.at)
            reason = f"no entry for {lasting}; whether the log was kept then is not known"
            self._gap(item.at, item.until, 0, reason, self._tap)

    def _entry(self, entry: Entry) -> None:
        seen = entry.seen
        if seen is not None and seen.cluster:
            self._frame(entry)
            return
        try:
            originator, target, octets = self._masks.alert(entry.octets)
        except GbcsError as error:
            if seen is not None:
                self._other(entry)
            else:
                self._missing(entry, entry.at, 0 if error.rule == _NO_ALERT else 1, problem_text(error))
            return
        self.alerts += 1
        at = entry.at - self._origin
        if originator not in self._devices or target not in self._parties:
            self._introduce(at, originator, target)
        if seen is None:
            self._journal.message(at, self._tap, originator, target, octets)
        else:
            source, destination = (
                self._masks.name(end) if end else other for end, other in zip(seen[1:3], (originator, target), strict=True)
            )
            self._journal.message(at, seen.tap, source, destination, octets)

    def _frame(self, entry: Entry) -> None:
        seen = entry.seen
        if seen is None:
            return
        source, destination = self._masks.name(seen.source), self._masks.name(seen.destination)
        octets = self._masks.frame(seen.cluster, entry.octets).hex()
        members = {"source": source, "destination": destination, "cluster": seen.cluster}
        self._journal.record(entry.at - self._origin, "frame", tap=seen.tap, **members, octets=octets)

    def _other(self, entry: Entry) -> None:
        """Write a message that is no alert."""
        seen = entry.seen
        ends = ends_of(entry.octets)
        known = (seen.source, seen.destination) if seen is not None and seen.source and seen.destination else ends
        if known is None or seen is None:
            self._missing(entry, entry.at, 1, _NO_MESSAGE)
            return
        source, destination = map(self._masks.name, known)
        self._journal.message(entry.at - self._origin, seen.tap, source, destination, self._masks.message(entry.octets))

    def _introduce(self, at: int, originator: Eui64, target: Eui64) -> None:
        """Write who is seen for the first time in this window; what they are for, and their keys, a log does not tell."""
        if originator not in self._devices:
            self._journal.record(at, "device", device=originator, role="unknown", signing_key="", agreement_key="")
        if target not in self._parties:
            self._journal.record(at, "party", party=target, role="unknown", signing_key="", agreement_key="")
        self._devices.add(originator)
        self._parties.add(target)

    def _counted(self, unread: Iterable[Missing], closed: int) -> None:
        """Write what a capture holds and was not read, at the end, with from when to when it was met."""
        for missing in unread:
            since, until = (missing.at if missing.since is None else missing.since) or 0, missing.at or 0
            self._tell(f"{place(missing.file, missing.line, captured=True)} and on: {missing.lost:,} times, {missing.reason}")
            self.missing += missing.lost or 1
            span = {"from": max(since - self._origin, 0), "until": max(until - self._origin, 0)}
            is_unread = {"unread": True} if missing.lost else {}
            self._journal.record(closed, "gap", tap=missing.tap, lost=missing.lost, reason=missing.reason, **span, **is_unread)

    def _missing(self, item: Entry | Missing, at: int, lost: int, why: str) -> None:
        captured = item.seen is not None if isinstance(item, Entry) else bool(item.tap)
        told = f"{place(item.file, item.line, captured=captured)}: {why}"
        self.missing += 1
        self._tell(told)
        tap = item.seen.tap if isinstance(item, Entry) and item.seen else self._tap
        self._gap(at, at, lost, told, tap)

    def _tell(self, told: str) -> None:
        if len(self.first) < SHOWN:
            self.first.append(told)

    def _gap(self, at: int, until: int, lost: int, reason: str, tap: str) -> None:
        start, end = at - self._origin, until - self._origin
        self._journal.record(start, "gap", tap=tap, **{"from": start}, until=end, lost=lost, reason=reason)


def _instant(record: Record) -> int:
    return int(str(record["at"]))


def _members(record: Record) -> Record:
    return {name: value for name, value in record.items() if name not in {"at", "kind"}}
