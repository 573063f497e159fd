"""A log as one sequence of entries, whatever its files are; it can be gone through as often as wanted."""

from __future__ import annotations

import marshal
from hmac import new
from tempfile import TemporaryFile
from typing import TYPE_CHECKING
from weakref import finalize

from harness.fieldlog.entry import Entry, Missing
from harness.fieldlog.lines import columns_of, read_lines
from harness.fieldlog.user_messages import read_user_messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

__all__ = ["Log"]

_BEGINNING = 1 << 12
_CHUNK = 1 << 20
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Byte order marks that XML may begin with."""


class Log:
    """One or more files in the order in which they were kept: lines of text, or DUIS XML."""

    __slots__ = ("_parts", "_streams")

    def __init__(self, streams: Sequence[BinaryIO]) -> None:
        """Read these streams, which can be rewound and which the caller opens and closes."""
        self._streams = tuple(streams)
        numbers = range(1, len(self._streams) + 1) if len(self._streams) > 1 else (0,)
        self._parts = [_part(stream, number) for number, stream in zip(numbers, self._streams, strict=True)]

    def __iter__(self) -> Iterator[Entry | Missing]:
        """Go through everything from the first line on."""
        for part in self._parts:
            yield from part

    @property
    def unused(self) -> tuple[str, ...]:
        """Names of the columns that are not read, where a file names its columns; sorted."""
        found = [columns_of(_beginning(stream).partition(b"\n")[0]) for stream in self._streams]
        return tuple(sorted({name for columns in found if columns for name in columns.others if name}))

    def fingerprint(self, key: bytes) -> str:
        """Return the HMAC-SHA-256 of the files one after another, in hexadecimal.

        Who has the key can show that evidence comes from this log; nobody else can even confirm a guess.
        """
        found = new(key, b"smets-field-log\0", "sha256")
        for stream in self._streams:
            stream.seek(0)
            while piece := stream.read(_CHUNK):
                found.update(piece)
        return found.hexdigest()


class _Lines:
    """A part of the log in lines of text, read anew each time."""

    __slots__ = ("_number", "_stream")

    def __init__(self, stream: BinaryIO, number: int) -> None:
        self._stream = stream
        self._number = number

    def __iter__(self) -> Iterator[Entry | Missing]:
        self._stream.seek(0)
        return read_lines(self._stream, self._number)


class _UserMessages:
    """A part of the log in XML, read once: what it holds is put aside, in a file that has no name, because XML takes long."""

    __slots__ = ("__weakref__", "_aside", "_is_whole", "_number", "_stream")

    def __init__(self, stream: BinaryIO, number: int) -> None:
        self._stream = stream
        self._number = number
        self._aside = TemporaryFile()  # noqa: SIM115 - closed with the log
        self._is_whole = False
        finalize(self, self._aside.close)

    def __iter__(self) -> Iterator[Entry | Missing]:
        return self._again() if self._is_whole else self._first()

    def _first(self) -> Iterator[Entry | Missing]:
        self._stream.seek(0)
        self._aside.seek(0)
        for item in read_user_messages(self._stream, self._number):
            marshal.dump(tuple(item), self._aside)
            yield item
        marshal.dump((), self._aside)
        self._is_whole = True

    def _again(self) -> Iterator[Entry | Missing]:
        self._aside.seek(0)
        while members := marshal.load(self._aside):  # noqa: S302 - what was put aside here
            yield Entry(*members) if len(members) == len(Entry._fields) else Missing(*members)


def _part(stream: BinaryIO, number: int) -> Iterable[Entry | Missing]:
    return _UserMessages(stream, number) if _is_xml(_beginning(stream)) else _Lines(stream, number)


def _beginning(stream: BinaryIO) -> bytes:
    """Return the first octets of a stream and rewind it."""
    stream.seek(0)
    octets = stream.read(_BEGINNING)
    stream.seek(0)
    return octets


def _is_xml(octets: bytes) -> bool:
    for mark in _MARKS:
        octets = octets.removeprefix(mark)
    return octets.lstrip(b" \t\r\n\0")[:1] == b"<"
