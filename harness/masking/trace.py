"""Journals to traces: line for line the same trial, and nobody named.

A trace is a journal, has as many lines, shows the same alerts (codes, counters, times, order, copies) and is a pure
function of the journal's octets. Devices and parties bear :mod:`harness.masking.ordinals` for names, by role and
number; keys are empty; signatures and MACs are numbers that tell only which messages were the same. Members that
no record of the kind has are left out, and what is written in words goes through :mod:`harness.masking.free_text`.
So masking a trace gives the trace again, and journals that differ only in identities give the same one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from harness.errors import BundleError
from harness.masking.frames import masked_frame
from harness.masking.free_text import masked_value
from harness.masking.messages import masked_message
from harness.masking.ordinals import Ordinals
from harness.vocab.canonical import canonical, parse_line

if TYPE_CHECKING:
    from harness.vocab.canonical import Json
    from harness.vocab.journal import Record

__all__ = ["trace"]

_MEMBERS: Final = {
    "journal": ("clock", "epoch", "format", "realm", "trial"),
    "device": ("agreement_key", "device", "role", "signing_key", "unit"),
    "party": ("agreement_key", "party", "role", "signing_key"),
    "window": ("because", "event"),
    "stimulus": ("do", "index", "on", "phase", "with"),
    "supply": ("device", "from", "millivolts", "step"),
    "frame": ("cluster", "destination", "octets", "source", "tap"),
    "message": ("destination", "octets", "source", "tap"),
    "log": ("device", "entries", "log"),
    "gap": ("from", "lost", "reason", "tap", "unread", "until"),
    "end": ("reason",),
}
"""What a trace keeps of each kind beside instant and kind; of a configuration it keeps everything."""
_WHO: Final = frozenset({"destination", "device", "party", "source"})
_KEYS: Final = frozenset({"agreement_key", "signing_key"})
_BITS: Final = re.compile(r"[0-9a-f]{64}")
_BEHAVIOUR: Final = frozenset({"han", "log", "wan"})
"""Members of the configuration item ``alert-behaviour`` that are 256 switches."""

_MESSAGE: Final = re.compile(
    rb'({"at":[0-9]+,"destination":")([0-9a-f]{16})(","kind":"message","octets":")((?:[0-9a-f]{2})*+)'
    rb'(","source":")([0-9a-f]{16})(","tap":"[a-z]+"}\n)'
)
_SUPPLY: Final = re.compile(
    rb'({"at":[0-9]+,"device":")([0-9a-f]{16})'
    rb'(","from":[0-9]+,"kind":"supply","millivolts":\[[0-9,]*\],"step":[0-9]+}\n)'
)
"""Lines that most of every journal is, as they were written; masked without being taken apart."""


def trace(journal: bytes, *, where: str = "") -> bytes:
    """Return the trace of a journal, octets both.

    Raises :class:`BundleError` naming ``where`` and the line where a record is none.
    """
    lines = journal.splitlines(keepends=True)
    masking = _Masking()
    for number, line in enumerate(lines, 1):
        if b'"kind":"device"' in line or b'"kind":"party"' in line:
            masking.introduce(parse_line(line, where=f"{where}:{number}"))
    return b"".join([masking.line(line, f"{where}:{number}") for number, line in enumerate(lines, 1)])


class _Masking:
    """One journal on its way to a trace."""

    __slots__ = ("_messages", "_names", "_pseudonyms")

    def __init__(self) -> None:
        self._pseudonyms = Ordinals()
        self._names: dict[bytes, bytes] = {}
        self._messages: dict[bytes, bytes] = {}

    def introduce(self, record: Record) -> None:
        """Take note of who is declared, and as what."""
        role = str(record.get("role"))
        if record.get("kind") == "device":
            self._pseudonyms.device(str(record.get("device")), role)
        elif record.get("kind") == "party":
            self._pseudonyms.party(str(record.get("party")), role)

    def line(self, line: bytes, where: str) -> bytes:
        """Mask one line."""
        found = _MESSAGE.fullmatch(line)
        if found:
            start, destination, then, octets, after, source, end = found.groups()
            return b"".join((start, self._name(destination), then, self._message(octets), after, self._name(source), end))
        found = _SUPPLY.fullmatch(line)
        if found:
            start, device, end = found.groups()
            return start + self._name(device) + end
        return canonical(self._record(parse_line(line, where=where), where)) + b"\n"

    def _name(self, digits: bytes) -> bytes:
        """Return a pseudonym as octets of text."""
        found = self._names.get(digits)
        if found is None:
            found = self._names[digits] = self._pseudonyms.name(digits.decode()).encode()
        return found

    def _message(self, digits: bytes) -> bytes:
        """Mask a message in hexadecimal digits; most are seen at several counting points."""
        found = self._messages.get(digits)
        if found is None:
            octets = bytes.fromhex(digits.decode())
            found = self._messages[digits] = masked_message(octets, self._pseudonyms).hex().encode()
        return found

    def _record(self, record: Record, where: str) -> Record:
        kind = record.get("kind")
        members = _MEMBERS.get(str(kind))
        if members is None and kind != "configuration":
            raise BundleError(f"unknown kind {kind!r}", where=where, expected=", ".join((*_MEMBERS, "configuration")))
        kept = record if members is None else {name: record[name] for name in ("at", "kind", *members) if name in record}
        return {name: self._member(name, value, record, where) for name, value in kept.items()}

    def _member(self, name: str, value: Json, record: Record, where: str) -> Json:
        names = self._pseudonyms
        if name in _WHO and isinstance(value, str):
            return names.name(value)
        if name in _KEYS:
            return ""
        kind = record["kind"]
        if kind in {"frame", "message"} and name == "octets":
            return self._octets(value, record, where)
        is_plain = kind == "journal" or name in {"at", "kind"}
        is_switches = record.get("item") == "alert-behaviour" and name in _BEHAVIOUR and isinstance(value, str) and _BITS.fullmatch(value)
        return value if is_plain or is_switches else masked_value(value, names)

    def _octets(self, value: Json, record: Record, where: str) -> str:
        try:
            octets = bytes.fromhex(value) if isinstance(value, str) else None
        except ValueError:
            octets = None
        if octets is None:
            raise BundleError("'octets' is not hexadecimal", where=where, expected="two digits an octet")
        if record["kind"] == "message":
            return masked_message(octets, self._pseudonyms).hex()
        return masked_frame(str(record.get("cluster")), octets, self._pseudonyms).hex()
