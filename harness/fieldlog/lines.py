"""Logs as lines of text: a time, a message in hexadecimal or base64, and whatever else the line holds.

::

    2030-01-07T00:00:12.345Z DF0903…
    2030-01-07T01:00:12+01:00,3wkD…,anything

Fields are parted by spaces, tabs, commas or semicolons, and may be quoted. A first line that names its
columns, such as ``id;Received;Message``, tells which of them to read. A line that cannot be read costs
itself and no other.
"""

from __future__ import annotations

import csv
import re
from binascii import a2b_base64
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import ScenarioError
from harness.fieldlog.entry import Entry, Missing
from harness.vocab.time import MINUTE, SECOND, Epoch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

__all__ = ["LONGEST", "Columns", "columns_of", "read_lines"]

LONGEST = 1 << 16
"""Octets of a line that are looked at; the longest GBCS message takes a tenth of that."""

_TIMES = frozenset({"time", "timestamp", "datetime", "date-time", "received", "received-at", "received-time"})
_MESSAGES = frozenset({"message", "octets", "gbcs", "gbcs-message", "gbcs-payload", "payload", "alert", "hex", "base64"})

_TIME = rb'"?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d):([0-5]\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)"?'
_MESSAGE = rb'"?([0-9A-Za-z+/]+={0,2})"?'
_line = re.compile(rb"[\t ]*" + _TIME + rb"[\t ,;]+" + _MESSAGE + rb"(?:[\t ,;\r][^\n]*)?\n?").fullmatch
_begins_with_time = re.compile(rb"[\t ]*" + _TIME + rb"(?:[\t ,;\r\n]|$)").match
_BASE64 = (b"3Q", b"3w")
"""How base64 writes the first octet of a message, DD 00 or DF 09."""


class Columns(NamedTuple):
    """Which columns of a table hold time and message."""

    separator: str
    time: int
    message: int
    others: tuple[str, ...]
    """Names of the columns that are not read."""


def read_lines(stream: BinaryIO, file: int = 0) -> Iterator[Entry | Missing]:
    """Yield what each line of a text holds, in the order of the lines; a line that names columns is passed over."""
    columns = None
    number = 0
    while line := stream.readline(LONGEST):
        number += 1
        if len(line) == LONGEST and not line.endswith(b"\n"):
            while rest := stream.readline(LONGEST):
                if rest.endswith(b"\n"):
                    break
            yield Missing(file, number, None, f"longer than {LONGEST:,} octets")
            continue
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
            columns = columns_of(line)
            if columns:
                continue
        yield _read(file, number, _plain(line, columns) if columns else line)


def columns_of(line: bytes) -> Columns | None:
    """Return what a line that names columns says; ``None`` for any other line."""
    text = line.decode("utf-8", "replace").strip()
    for separator in (",", ";", "\t"):
        names = [name.strip().strip('"').casefold().replace("_", "-").replace(" ", "-") for name in text.split(separator)]
        times = [place for place, name in enumerate(names) if name in _TIMES]
        messages = [place for place, name in enumerate(names) if name in _MESSAGES]
        if times and messages:
            others = tuple(name for place, name in enumerate(names) if place not in (times[0], messages[0]))
            return Columns(separator, times[0], messages[0], others)
    return None


def _plain(line: bytes, columns: Columns) -> bytes:
    """Return time and message of a table's row as a plain line."""
    try:
        (row,) = csv.reader([line.decode("utf-8", "replace").rstrip("\r\n")], delimiter=columns.separator)
        return f"{row[columns.time].strip()} {row[columns.message].strip()}".encode()
    except (ValueError, IndexError, csv.Error):
        return line


def _read(file: int, number: int, line: bytes) -> Entry | Missing:
    found = _line(line)
    if found is None:
        return _unread(file, number, line)
    parts = found.groups()
    try:
        at = _instant(parts)
    except ValueError:
        return Missing(file, number, None, "its time is not one of the calendar")
    try:
        return Entry(file, number, at, _octets(parts[-1]))
    except ValueError:
        return Missing(file, number, at, "its message is neither hexadecimal, two digits an octet, nor base64")


def _unread(file: int, number: int, line: bytes) -> Missing:
    """Say why a line is of no known form; where it begins with a time all the same, it keeps its place."""
    if not line.strip():
        return Missing(file, number, None, "empty", lost=0)
    if line.startswith(b"#"):
        return Missing(file, number, None, "a comment", lost=0)
    if b"\0" in line:
        return Missing(file, number, None, "written in another encoding than UTF-8")
    begun = _begins_with_time(line)
    if begun is None:
        return Missing(file, number, None, "it does not begin with a time and its zone, such as 2030-01-07T00:00:12.345Z")
    try:
        return Missing(file, number, _instant(begun.groups()), "no message in hexadecimal or base64 follows its time")
    except ValueError:
        return Missing(file, number, None, "its time is not one of the calendar")


def _instant(parts: Sequence[bytes]) -> int:
    """Return nanoseconds since 2000 of what a time is made of; ``ValueError`` where there is no such day or zone."""
    minute, second, fraction, zone, *_ = parts
    at = _minute(minute) + int(second) * SECOND
    if zone != b"Z":
        at -= _ahead(zone)
    return at + int(fraction.ljust(9, b"0")) if fraction else at


@lru_cache(maxsize=4096)
def _minute(text: bytes) -> int:
    """Return the start of a minute, such as ``2030-01-07T00:00``, in nanoseconds since 2000; ``ValueError`` where there is none."""
    hour, minute = int(text[11:13]), int(text[14:])
    if hour > 23 or minute > 59:
        raise ValueError(text)
    return _day(text[:10]) + (60 * hour + minute) * MINUTE


@lru_cache(maxsize=1024)
def _day(text: bytes) -> int:
    """Return the start of a day in nanoseconds since 2000; ``ValueError`` for a day that is none, or lies before."""
    try:
        seconds = Epoch.parse(f"{text.decode()}T00:00:00Z").seconds
    except ScenarioError:
        raise ValueError(text) from None
    if seconds < 0:
        raise ValueError(text)
    return seconds * SECOND


@lru_cache(maxsize=64)
def _ahead(zone: bytes) -> int:
    """Return by how many nanoseconds a zone is ahead of UTC."""
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    return (-1 if zone[:1] == b"-" else 1) * (60 * hours + minutes) * MINUTE


def _octets(message: bytes) -> bytes:
    """Read hexadecimal or base64; the octets that every GBCS message begins with tell which."""
    if message.startswith(_BASE64):
        return a2b_base64(message, strict_mode=True)
    return bytes.fromhex(message.decode())
