"""The journal of one trial: raw facts only, one canonical JSON object a line, in order of time.

Whatever stands behind the device (a simulator, a bench, an old capture) writes these lines, and
everything after the device reads nothing else. A journal names no arm, no device model and no
firmware, so whoever judges it is blind.

Every record has ``at`` (whole nanoseconds from the trial's start, never decreasing) and ``kind``:

=================  =====================================================================
kind               further members
=================  =====================================================================
``journal``        first line: ``format``, ``trial``, ``realm``, ``clock``, ``epoch``
``device``         ``device`` (EUI-64), ``role``, ``signing_key``, ``agreement_key``
                   (uncompressed P-256 points, hex; agreement and signing may be ``""``);
                   ``unit``, where a bench knows it: its own number of the physical unit
``party``          a remote party: ``party`` (EUI-64), ``role``, ``signing_key``, ``agreement_key``
``configuration``  ``device``, ``item``, and the item's own members: what the device was set to
``window``         ``event``: ``opened`` or ``closed``: what is counted lies between
``stimulus``       ``index``, ``phase`` (``due``, ``done``, ``ended``), ``on``, ``do``, ``with``
``supply``         ``device``, ``from``, ``step``, ``millivolts``: the supply as measured
``frame``          ``tap``, ``source``, ``destination``, ``cluster``, ``octets``: a ZCL frame
``message``        ``tap``, ``source``, ``destination``, ``octets``: a GBCS message, hex
``log``            ``device``, ``log``, ``entries``: an event log as read back
``gap``            ``tap``, ``from``, ``until``, ``lost``, ``reason``: what was not recorded; ``unread``, true
                   where it was recorded and could not be read
``end``            last line: ``reason`` (``window closed``, or why the trial is void)
=================  =====================================================================
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.errors import BundleError
from harness.vocab.canonical import canonical, parse_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from harness.vocab.canonical import Json
    from harness.vocab.identity import Eui64

    class SupportsWrite(Protocol):
        """Anything that octets can be written to."""

        def write(self, octets: bytes, /) -> int: ...


__all__ = ["FORMAT", "KINDS", "TAPS", "Journal", "JournalWriter", "Record", "check_lines"]

FORMAT = "smets-journal/1"

TAPS = ("han", "hub", "wan", "dsp", "user")
"""Counting points, from the device outwards: HAN air, hub out, WAN gateway, DSP in, user in."""

KINDS = (
    "journal",
    "device",
    "party",
    "configuration",
    "window",
    "stimulus",
    "supply",
    "frame",
    "message",
    "log",
    "gap",
    "end",
)

Record = dict[str, "Json"]

_MESSAGE = (
    rb'{"at":(0|[1-9][0-9]{0,14}|[1-8][0-9]{15}),"destination":"([0-9a-f]{16})","kind":"message","octets":"([0-9a-f]*)",'
    rb'"source":"([0-9a-f]{16})","tap":"(' + "|".join(TAPS).encode() + rb')"}\n'
)
"""A line that :meth:`JournalWriter.message` wrote, as most of every journal is; its form alone makes it canonical."""
_message = re.compile(_MESSAGE).fullmatch
_messages = re.compile(rb"(?:" + _MESSAGE.replace(b"(", b"(?:") + rb")*+").match


class JournalWriter:
    """Appends records to a binary stream in canonical form, and keeps their order honest."""

    __slots__ = ("_last", "_write", "capture")

    def __init__(self, stream: SupportsWrite, capture: SupportsWrite | None = None) -> None:
        """Write to ``stream``, which the caller opens and closes, as it does ``capture``."""
        self._write = stream.write
        self._last = 0
        self.capture = capture
        """Where a target that records packets writes them, as pcapng; ``None`` where nobody wants them."""

    @property
    def last(self) -> int:
        """Instant of the latest record, in nanoseconds from the trial's start."""
        return self._last

    def record(self, at: int, kind: str, /, **members: Json) -> None:
        """Append one record at ``at`` nanoseconds from the trial's start.

        Raises :class:`BundleError` where time would run backwards or a value has no canonical form.
        """
        if at < self._last:
            raise BundleError(f"a record at {at} ns follows one at {self._last} ns", expected="records in order of time")
        self._last = at
        self._write(canonical({"at": at, "kind": kind, **members}) + b"\n")

    def message(self, at: int, tap: str, source: Eui64, destination: Eui64, octets: bytes) -> None:
        """Append a GBCS message seen at a tap: what :meth:`record` would write, without the checks.

        The hot path of every trial; all members are of fixed form.
        """
        if at < self._last:
            raise BundleError(f"a record at {at} ns follows one at {self._last} ns", expected="records in order of time")
        self._last = at
        self._write(
            b'{"at":%d,"destination":"%b","kind":"message","octets":"%b","source":"%b","tap":"%b"}\n'
            % (at, destination.encode(), octets.hex().encode(), source.encode(), tap.encode())
        )


def check_lines(octets: bytes, *, where: str = "", line: int = 1) -> int:
    """Insist that octets are whole lines, each a canonical JSON object; return how many there are.

    They are of any kind, journal or not; only those of messages are known by their form. Raises
    :class:`BundleError` naming ``where`` and the line, counted from ``line`` on.
    """
    at, number = 0, line
    while at < len(octets):
        found = _messages(octets, at)
        if found and found.end() > at:
            number += octets.count(b"\n", at, found.end())
            at = found.end()
        else:
            end = octets.find(b"\n", at) + 1 or len(octets)
            parse_line(octets[at:end], where=f"{where}:{number}")
            number += 1
            at = end
    return number - line


def _record(line: bytes, where: str, number: int) -> Record:
    """Read a line; that of a message by its form, in half the time."""
    found = _message(line)
    if found is None:
        return parse_line(line, where=f"{where}:{number}")
    at, destination, octets, source, tap = found.groups()
    return {
        "at": int(at),
        "destination": destination.decode(),
        "kind": "message",
        "octets": octets.decode(),
        "source": source.decode(),
        "tap": tap.decode(),
    }


class Journal:
    """A journal as it was written: an immutable sequence of records, counted from line 1."""

    __slots__ = ("_lines",)

    def __init__(self, octets: bytes, *, where: str = "") -> None:
        """Check that the octets are whole, canonical, ordered lines between ``journal`` and ``end``.

        Raises :class:`BundleError` naming ``where`` and the line.
        """
        if not octets.endswith(b"\n"):
            raise BundleError("E-CANON-BYTES a journal does not end with a line feed", where=where)
        records = []
        last = 0
        for number, line in enumerate(octets.splitlines(keepends=True), 1):
            record = _record(line, where, number)
            at = record.get("at")
            if not isinstance(at, int) or isinstance(at, bool) or at < last:
                raise BundleError("a record is out of order or has no time", where=f"{where}:{number}")
            if record.get("kind") not in KINDS:
                raise BundleError(f"unknown kind {record.get('kind')!r}", where=f"{where}:{number}", expected=", ".join(KINDS))
            last = at
            records.append(record)
        first = records[0]
        if first["kind"] != "journal" or first.get("format") != FORMAT or not isinstance(first.get("trial"), str):
            raise BundleError(f"not a {FORMAT} journal", where=where)
        if records[-1]["kind"] != "end":
            raise BundleError("a journal breaks off before its last record", where=where, expected="a record of kind 'end'")
        if any(record["kind"] in {"journal", "end"} for record in records[1:-1]):
            raise BundleError("a journal begins or ends twice", where=where, expected="one record of kind 'journal' and one of kind 'end'")
        self._lines = tuple(records)

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self._lines)

    def __iter__(self) -> Iterator[Record]:
        """Go through the records in order."""
        return iter(self._lines)

    def __getitem__(self, line: int) -> Record:
        """Return the record on ``line``, counted from 1."""
        if not 1 <= line <= len(self._lines):
            raise IndexError(line)
        return self._lines[line - 1]

    @property
    def trial(self) -> str:
        """The opaque id of the trial."""
        return str(self._lines[0]["trial"])

    @property
    def void(self) -> str:
        """Why the trial counts for nothing, or an empty string where it is whole."""
        reason = str(self._lines[-1].get("reason", ""))
        return "" if reason == "window closed" else reason or "no reason given"
