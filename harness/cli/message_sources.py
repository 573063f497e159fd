"""Where the messages that a person wants decoded come from: the command line, files and standard input, told by their content.

========================= ================================================================================
starts with               read as
========================= ================================================================================
a capture's magic number  pcap or pcapng
``<``, after white space  DUIS XML, one document or many
DD 00 or DF 09            one message as octets
anything else             lines of hexadecimal or base64; empty lines and lines that start with # are skipped
========================= ================================================================================

Everything is read piece by piece, so that memory does not grow with the input.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from harness.errors import UsageError, WireError, nearest
from harness.wire.gbcs.text import octets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from _typeshed import WriteableBuffer

    from harness.vocab.canonical import Json

__all__ = ["Given", "given_messages"]

LONGEST = 1 << 20
"""Characters of a line, or octets of a message, that are read at most; the longest message takes 145,000 digits."""
_HEAD = 64
"""Octets of an input that tell what it is; white space before XML included."""
_PIECE = 1 << 16
_BINARY = (b"\xdd\x00", b"\xdd\x09", b"\xdf\x09")
_XML = (b"<", b"<\x00", b"\x00<")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One thing that was given: a message, or what stood in its place."""

    where: str
    """File and line, packet or element."""
    octets: bytes = b""
    """The message; empty where there is none."""
    problem: WireError | None = None
    """Why there is none."""
    carrier: Mapping[str, Json] = field(default_factory=dict)
    """What the message came in tells of it, by name; empty for lines of text."""
    lost: bool = False
    """Whether packets stood here that may hold messages and were not read."""


def given_messages(inputs: Sequence[str], zigbee_keys: Sequence[bytes] = ()) -> Iterator[Given]:
    """Yield everything that the inputs hold, in order; ``zigbee_keys`` decrypt the frames of captures.

    Raises :class:`UsageError` at once for an input that is neither file nor message.
    """
    return chain.from_iterable([_given(number, source, zigbee_keys) for number, source in enumerate(inputs, 1) if source.strip()])


def _given(number: int, source: str, keys: Sequence[bytes]) -> Iterator[Given]:
    if source == "-":
        return _opened("standard input", None, keys)
    if not _exists(source):
        return iter((_typed(number, source),))
    if Path(source).is_dir():
        raise UsageError("a folder holds no messages", where=source, expected="a file of messages")
    return _opened(source.encode(errors="surrogateescape").decode(errors="replace"), Path(source), keys)


def _exists(source: str) -> bool:
    """Tell whether there is a file or folder of that name; a message may be too long to be a name at all."""
    try:
        return Path(source).exists()
    except (OSError, ValueError):
        return False


def _typed(number: int, source: str) -> Given:
    """Take a message from the command line; what looks like the name of a file is told to be none."""
    given = _text(f"message {number}", source)
    if given.problem is not None and ("." in source or "/" in source):
        expected = "a file, a message in hex or base64, or -"
        raise UsageError("no such file", where=source, expected=expected, nearest=nearest(source, _neighbours(Path(source))))
    return given


def _neighbours(path: Path) -> list[str]:
    """Return the files beside a path, none where its folder cannot be listed."""
    try:
        return [str(other) for other in path.parent.iterdir()]
    except OSError:
        return []


def _text(where: str, text: str) -> Given:
    try:
        return Given(where=where, octets=octets_of(text))
    except WireError as error:
        return Given(where=where, problem=error)


class _Again(io.RawIOBase):
    """A stream that starts with octets that were taken from it to look at."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        if not self._head:
            self._head = self._stream.read1(len(view)) if isinstance(self._stream, io.BufferedReader) else self._stream.read(len(view))
        taken, self._head = self._head[: len(view)], self._head[len(view) :]
        view[: len(taken)] = taken
        return len(taken)


def _opened(name: str, path: Path | None, keys: Sequence[bytes]) -> Iterator[Given]:
    """Open a file, or standard input, and yield its messages."""
    if path is None:
        yield from _messages(name, sys.stdin.buffer, keys)
        return
    with path.open("rb") as stream:
        yield from _messages(name, stream, keys)


def _messages(name: str, source: BinaryIO, keys: Sequence[bytes]) -> Iterator[Given]:
    """Tell what a stream holds by its first octets, and return its messages."""
    head = source.read(_HEAD)
    stream = io.BufferedReader(_Again(head, source), _PIECE)
    text = next((head.removeprefix(mark) for mark in _MARKS if head.startswith(mark)), head).lstrip(b" \t\r\n\x00")
    if text.startswith(_XML):
        from harness.cli.duis_source import duis_messages

        return duis_messages(name, stream)
    if head.startswith(_BINARY):
        return iter((_binary(name, stream),))
    if _is_capture(head):
        from harness.cli.capture_source import captured_messages

        return captured_messages(name, stream, keys)
    if text[:1] in (b"{", b"[") or b"\x00" in head or not (head[:1].isascii() or head.startswith(_MARKS[0])):
        return iter((Given(where=name, problem=_not_messages(head, text)),))
    return _lines(name, stream)


def _not_messages(head: bytes, text: bytes) -> WireError:
    """Return the error that an input is of no form that is read; ``text`` is its head without what may stand before text."""
    if head.startswith(_GZIP):
        return WireError("this is compressed", expected="what gunzip makes of it")
    if text[:1] in (b"{", b"["):
        return WireError("this is JSON", expected="octets to decode; 'smets-harness encode' reads the JSON of messages")
    return WireError(f"starts {head[:4].hex()}", expected="hex or base64 in ASCII or UTF-8, pcap, pcapng, DUIS XML, or a message as octets")


def _is_capture(head: bytes) -> bool:
    from harness.wire.pcap import is_capture

    return is_capture(head)


def _binary(name: str, stream: BinaryIO) -> Given:
    octets = stream.read(LONGEST + 1)
    if len(octets) > LONGEST:
        return Given(where=name, problem=WireError(f"more than {LONGEST} octets", expected="one message"))
    return Given(where=name, octets=octets)


def _lines(name: str, stream: BinaryIO) -> Iterator[Given]:
    number = 0
    while line := stream.readline(LONGEST):
        number += 1
        where = f"{name}:{number}"
        if len(line) == LONGEST and not line.endswith(b"\n"):
            while (rest := stream.readline(_PIECE)) and not rest.endswith(b"\n"):
                pass
            yield Given(where=where, problem=WireError(f"a line of more than {LONGEST} characters", expected="one message a line"))
            continue
        text = line.decode("utf-8", "replace").removeprefix("\ufeff")
        if text.strip() and not text.lstrip().startswith("#"):
            yield _text(where, text.rstrip("\r\n"))
