"""A field log as a target: its windows are its trials, and they cannot be carried out again.

Nothing was done to the devices by us, so the journals hold no stimulus, no setting and no measured supply, and
neither what a device is for nor its keys. What is missing in the log, and in which line, is a gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.errors import UnavailableError, UsageError
from harness.fieldlog.entry import Entry, Missing, place
from harness.fieldlog.masking import masked, problem_text
from harness.fieldlog.survey import Extent
from harness.vocab.journal import FORMAT
from harness.vocab.roles import Realm
from harness.vocab.time import SECOND, Epoch, duration_text
from harness.wire.gbcs.errors import GbcsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.fieldlog.entry import Item
    from harness.fieldlog.pseudonyms import Pseudonyms
    from harness.fieldlog.windows import Window
    from harness.interfaces.mechanism import Mechanism
    from harness.interfaces.setting import Setting
    from harness.interfaces.target import Capability, TrialOrder
    from harness.vocab.identity import Eui64
    from harness.vocab.journal import JournalWriter

__all__ = ["TARGET", "FieldLog", "Reading"]

_SHOWN = 10
_NO_ALERT = "E10"
"""The codec's rule that a sound message of another kind breaks: nothing is lost with it."""
_ALREADY = "what was seen in the field was seen once; it cannot be carried out again"


class Reading:
    """A log on its way into journals: its windows one by one, and the pseudonyms of whom it names."""

    __slots__ = ("_expected", "_pseudonyms", "_windows", "first", "missing")

    def __init__(self, windows: Iterable[Window], expected: Iterable[Extent], pseudonyms: Pseudonyms) -> None:
        """Take ``windows``, which are to be those of an earlier survey."""
        self.missing = 0
        """Lines or messages that were left out of the windows so far, each with a record that names it."""
        self.first: list[str] = []
        """Which were the first of them, and why; not more than a person reads."""
        self._windows = iter(windows)
        self._expected = iter(expected)
        self._pseudonyms = pseudonyms

    def write(self, order: TrialOrder, journal: JournalWriter) -> None:
        """Write the journal of the next window; raises :class:`UsageError` where the log is not what the survey saw."""
        window, expected = next(self._windows, None), next(self._expected, None)
        if window is None or Extent.of(window) != expected:
            raise UsageError("the log was changed while it was read", where=f"trial {order.trial}", expected="a log that nobody writes to")
        writing = _Writing(order, journal, window.opened // SECOND, self._pseudonyms)
        writing.window(window)
        self.missing += writing.missing
        self.first += writing.first[: _SHOWN - len(self.first)]


class FieldLog:
    """Gives one journal for each window of a log; without a log it only says what kind of target that was."""

    name = "field-log"
    realm = Realm.FIELD
    clock = "log"

    def __init__(self, reading: Reading | None = None) -> None:
        """Observe what ``reading`` holds."""
        self._reading = reading

    def capabilities(self) -> Mapping[str, Capability]:
        """Return nothing: a log does nothing to devices."""
        return {}

    def device_settings(self, role: str) -> Mapping[str, Setting]:
        """Return nothing: how a device was set, a log does not tell."""
        del role
        return {}

    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Return nothing: real devices carry what they carry."""
        return {}

    def run(self, order: TrialOrder, journal: JournalWriter) -> None:
        """Write the journal of the next window of the log.

        Raises :class:`UnavailableError` where there is no log, and :class:`UsageError` where it was
        changed since it was surveyed.
        """
        if self._reading is None:
            raise UnavailableError(_ALREADY, where=f"trial {order.trial}", expected="'smets-harness judge', which reads its journal again")
        self._reading.write(order, journal)


class _Writing:
    """One journal while it is written."""

    __slots__ = ("_devices", "_journal", "_order", "_origin", "_parties", "_pseudonyms", "_tap", "first", "missing")

    def __init__(self, order: TrialOrder, journal: JournalWriter, epoch: int, pseudonyms: Pseudonyms) -> None:
        self.missing = 0
        self.first: list[str] = []
        self._order = order
        self._journal = journal
        self._origin = epoch * SECOND
        self._pseudonyms = pseudonyms
        (self._tap,) = order.taps
        self._devices: set[Eui64] = set()
        self._parties: set[Eui64] = set()

    def window(self, window: Window) -> None:
        """Write everything from the first record to the last."""
        journal, origin = self._journal, self._origin
        epoch = Epoch(origin // SECOND).text()
        journal.record(0, "journal", format=FORMAT, trial=self._order.trial, realm=FieldLog.realm.value, clock=FieldLog.clock, epoch=epoch)
        journal.record(window.opened - origin, "window", event="opened")
        alerts = sum(map(self._item, window.items))
        closed = window.closed - origin
        journal.record(closed, "window", event="closed", because=window.ended)
        journal.record(closed, "end", reason="window closed" if alerts else "void: no line of this window held an alert")

    def _item(self, item: Item) -> bool:
        """Write one item; tell whether it is an alert."""
        if isinstance(item, Entry):
            return self._alert(item)
        if isinstance(item, Missing):
            self._missing(item, item.at or 0, item.lost, item.reason)
        else:
            lasting = duration_text(item.until - item.at)
            self._gap(item.at, item.until, 0, f"no entry for {lasting}; whether the log was kept then is not known")
        return False

    def _alert(self, entry: Entry) -> bool:
        try:
            originator, target, octets = masked(entry.octets, self._pseudonyms)
        except GbcsError as error:
            self._missing(entry, entry.at, 0 if error.rule == _NO_ALERT else 1, problem_text(error))
            return False
        at = entry.at - self._origin
        if originator not in self._devices or target not in self._parties:
            self._introduce(at, originator, target)
        self._journal.message(at, self._tap, originator, target, octets)
        return True

    def _introduce(self, at: int, originator: Eui64, target: Eui64) -> None:
        """Write who is seen for the first time in this window; what they are for, and their keys, a log does not tell."""
        if originator not in self._devices:
            self._journal.record(at, "device", device=originator, role="unknown", signing_key="", agreement_key="")
        if target not in self._parties:
            self._journal.record(at, "party", party=target, role="unknown", signing_key="", agreement_key="")
        self._devices.add(originator)
        self._parties.add(target)

    def _missing(self, item: Entry | Missing, at: int, lost: int, why: str) -> None:
        told = f"{place(item.file, item.line)}: {why}"
        self.missing += 1
        if len(self.first) < _SHOWN:
            self.first.append(told)
        self._gap(at, at, lost, told)

    def _gap(self, at: int, until: int, lost: int, reason: str) -> None:
        start, end = at - self._origin, until - self._origin
        self._journal.record(start, "gap", tap=self._tap, **{"from": start}, until=end, lost=lost, reason=reason)


TARGET: Final = FieldLog()
"""The target as a sealed bundle names it: there is no log to read any more."""
