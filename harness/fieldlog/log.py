"""A log as one sequence of entries, whatever its files are; it can be gone through as often as wanted."""

from __future__ import annotations

import marshal
from hmac import new
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any
from weakref import finalize

from harness.errors import UsageError
from harness.fieldlog.entry import Entry, Missing, Seen
from harness.fieldlog.lines import columns_of, read_lines
from harness.fieldlog.user_messages import read_user_messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from harness.fieldlog.capture import Account

    Read = Callable[[BinaryIO, int], Iterator[Entry | Missing]]

__all__ = ["Log"]

_BEGINNING = 1 << 12
_CHUNK = 1 << 20
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Byte order marks that XML may begin with."""
_CAPTURES = (b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1", b"\x0a\x0d\x0d\x0a")
"""How a pcap begins, in its four forms, and a pcapng."""


class Log:
    """One or more files in the order in which they were kept: lines of text, DUIS XML, or captures."""

    __slots__ = ("_parts", "_streams", "accounts")

    def __init__(self, streams: Sequence[BinaryIO], *, keys: Sequence[bytes] = (), tap: str = "user") -> None:
        """Read these streams, which can be rewound and which the caller opens and closes.

        ``keys`` are ZigBee keys for captures, ``tap`` is the counting point of their interfaces that name none. Raises
        :class:`UsageError` where a capture of a simulated trial comes with another file.
        """
        self._streams = tuple(streams)
        self.accounts: list[Account] = []
        """One for each capture: whole once the log was gone through."""
        numbers = range(1, len(self._streams) + 1) if len(self._streams) > 1 else (0,)
        self._parts = [self._part(stream, number, keys, tap) for stream, number in zip(self._streams, numbers, strict=True)]
        if len(self._streams) > 1 and self.is_simulated:
            raise UsageError("a capture of a simulated trial comes with another file", expected="that capture alone: it is one trial")

    def __iter__(self) -> Iterator[Entry | Missing]:
        """Go through everything from the first line on."""
        for part in self._parts:
            yield from part

    @property
    def is_simulated(self) -> bool:
        """Whether what was captured says of itself that it is simulated."""
        return any(account.is_simulated for account in self.accounts)

    @property
    def captures_only(self) -> bool:
        """Whether every file is a capture."""
        return len(self.accounts) == len(self._streams)

    @property
    def taps(self) -> frozenset[str]:
        """Counting points that the captures show, as far as they were gone through."""
        return frozenset[str]().union(*(account.taps for account in self.accounts))

    def _part(self, stream: BinaryIO, number: int, keys: Sequence[bytes], tap: str) -> Iterable[Entry | Missing]:
        beginning = _beginning(stream)
        if _is_xml(beginning):
            return _PutAside(stream, number, read_user_messages)
        if not beginning.startswith(_CAPTURES):
            return _Lines(stream, number)
        from harness.fieldlog.capture import Account, is_simulated, read_capture

        account = Account()
        account.is_simulated = is_simulated(stream)
        self.accounts.append(account)
        return _PutAside(stream, number, lambda given, file: read_capture(given, account, file=file, keys=keys, tap=tap))

    @property
    def unused(self) -> tuple[str, ...]:
        """Names of the columns that are not read, where a file names its columns; sorted."""
        found = [columns_of(_beginning(part.stream).partition(b"\n")[0]) for part in self._parts if isinstance(part, _Lines)]
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

    __slots__ = ("_number", "stream")

    def __init__(self, stream: BinaryIO, number: int) -> None:
        self.stream = stream
        self._number = number

    def __iter__(self) -> Iterator[Entry | Missing]:
        self.stream.seek(0)
        return read_lines(self.stream, self._number)


class _PutAside:
    """A part of the log that takes long to read: read once, what it holds is put aside in a file that has no name."""

    __slots__ = ("__weakref__", "_aside", "_is_whole", "_number", "_read", "_stream")

    def __init__(self, stream: BinaryIO, number: int, read: Read) -> None:
        self._stream = stream
        self._number = number
        self._read = read
        self._aside = TemporaryFile()  # noqa: SIM115 - closed with the log
        self._is_whole = False
        finalize(self, self._aside.close)

    def __iter__(self) -> Iterator[Entry | Missing]:
        return self._again() if self._is_whole else self._first()

    def _first(self) -> Iterator[Entry | Missing]:
        self._stream.seek(0)
        self._aside.seek(0)
        for item in self._read(self._stream, self._number):
            marshal.dump(_plain(item), self._aside)
            yield item
        marshal.dump((), self._aside)
        self._is_whole = True

    def _again(self) -> Iterator[Entry | Missing]:
        self._aside.seek(0)
        while members := marshal.load(self._aside):  # noqa: S302 - what was put aside here
            yield _item(*members)


def _plain(item: Entry | Missing) -> tuple[Any, ...]:
    """Return an item as plain tuples, which is what can be put aside."""
    if isinstance(item, Missing):
        return (False, *item)
    return (True, *item[:-1], tuple(item.seen) if item.seen else None)


def _item(is_entry: bool, *members: Any) -> Entry | Missing:  # noqa: ANN401 - what was put aside here
    if not is_entry:
        return Missing(*members)
    file, line, at, octets, seen = members
    return Entry(file, line, at, octets, Seen(*seen) if seen else None)


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
