"""A field log as a target: its windows are its trials, and they cannot be carried out again.

Nothing was done to the devices by us, so the journals hold no stimulus, no setting and no measured supply, and
neither what a device is for nor its keys. What is missing in the log, and in which line, is a gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.errors import UnavailableError, UsageError
from harness.fieldlog.masks import AsTheyAre, UnderKey
from harness.fieldlog.survey import Extent
from harness.fieldlog.writing import CLOCK, SHOWN, Writing
from harness.vocab.roles import Realm
from harness.vocab.time import SECOND, Epoch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.fieldlog.pseudonyms import Pseudonyms
    from harness.fieldlog.windows import Window
    from harness.interfaces.mechanism import Mechanism
    from harness.interfaces.setting import Setting
    from harness.interfaces.target import Capability, TrialOrder
    from harness.vocab.journal import JournalWriter, Record

__all__ = ["TARGET", "FieldLog", "Reading"]

_ALREADY = "what was seen in the field was seen once; it cannot be carried out again"


class Reading:
    """A log on its way into journals: its windows one by one, and the pseudonyms of whom it names."""

    __slots__ = ("_expected", "_masks", "_records", "_tap", "_windows", "alerts", "first", "missing")

    def __init__(
        self,
        windows: Iterable[Window],
        expected: Iterable[Extent],
        pseudonyms: Pseudonyms | None,
        *,
        tap: str = "",
        records: Sequence[Record] = (),
    ) -> None:
        """Take ``windows``, which are to be those of an earlier survey; without ``pseudonyms`` they name whom they name.

        ``tap`` is where a log was kept that does not tell. ``records`` are those of the very trial that was captured: what was done to
        whom, and when it was observed.
        """
        self.alerts = 0
        """Alerts that were written so far, at any counting point."""
        self.missing = 0
        """Lines or messages that were left out of the windows so far, each with a record that names it."""
        self.first: list[str] = []
        """Which were the first of them, and why; not more than a person reads."""
        self._windows = iter(windows)
        self._expected = iter(expected)
        self._masks = AsTheyAre() if pseudonyms is None else UnderKey(pseudonyms)
        self._tap = tap
        self._records = records

    def write(self, order: TrialOrder, journal: JournalWriter, realm: Realm) -> None:
        """Write the journal of the next window; raises :class:`UsageError` where the log is not what the survey saw."""
        window, expected = next(self._windows, None), next(self._expected, None)
        if window is None or Extent.of(window) != expected:
            raise UsageError("the log was changed while it was read", where=f"trial {order.trial}", expected="a log that nobody writes to")
        origin = Epoch.parse(order.epoch).seconds if self._records else window.opened // SECOND
        writing = Writing(journal, self._masks, origin=origin * SECOND, tap=self._tap or order.taps[-1])
        writing.begin(order.trial, realm)
        if self._records:
            writing.among(self._records, window)
        else:
            writing.window(window)
        self.alerts += writing.alerts
        self.missing += writing.missing
        self.first += writing.first[: SHOWN - len(self.first)]


class FieldLog:
    """Gives one journal for each window of a log; without a log it only says what kind of target that was."""

    name = "field-log"
    realm = Realm.FIELD
    clock = CLOCK

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
        self._reading.write(order, journal, self.realm)


TARGET: Final = FieldLog()
"""The target as a sealed bundle names it: there is no log to read any more."""
