"""A log as one sequence of entries, whatever its files are; it can be gone through as often as wanted."""

from __future__ import annotations

from hmac import new
from typing import TYPE_CHECKING

from harness.fieldlog.lines import columns_of, read_lines
from harness.fieldlog.user_messages import read_user_messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from harness.fieldlog.entry import Entry, Missing

__all__ = ["Log"]

_BEGINNING = 1 << 12
_CHUNK = 1 << 20
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Byte order marks that XML may begin with."""


class Log:
    """One or more files in the order in which they were kept: lines of text, or DUIS XML."""

    __slots__ = ("_streams",)

    def __init__(self, streams: Sequence[BinaryIO]) -> None:
        """Read these streams, which can be rewound and which the caller opens and closes."""
        self._streams = tuple(streams)

    def __iter__(self) -> Iterator[Entry | Missing]:
        """Go through everything from the first line on."""
        several = len(self._streams) > 1
        for number, stream in enumerate(self._streams, 1):
            read = read_user_messages if _is_xml(_beginning(stream)) else read_lines
            yield from read(stream, number if several else 0)

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
