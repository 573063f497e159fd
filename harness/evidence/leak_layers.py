"""Taking wrappings off: what the hexadecimal, base64, escapes and wide characters within some octets decode to."""

from __future__ import annotations

import re
from binascii import a2b_base64
from bisect import bisect_right
from dataclasses import dataclass
from html import unescape
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from harness.evidence.files import chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.evidence.files import Source

    Origin = Callable[[int], int]
    """From an offset within some octets to one within the file that they came from."""

__all__ = [
    "SPACE",
    "Decoded",
    "Joined",
    "Layer",
    "Undeleted",
    "dumps_in",
    "escapes_in",
    "has_escapes",
    "packed",
    "pieces",
    "prose_and_hex",
    "unpacked",
    "wide_characters",
]

_PIECE: Final = 1 << 20
_BLOCK: Final = 1 << 9
_OVERLAP: Final = 1 << 12
"""Octets that a piece repeats of the one before; the longest value, with a separator after each of its parts, fits."""

_HEX_RUN = re.compile(rb"[0-9A-Fa-f]{20,}")
_EDGE: Final = 12
"""Fewer digits than any identifier has, and more characters than the least that base64 makes of one."""
_LONGEST_NUMBER: Final = 40
_HEX_DUMP = re.compile(rb"(?<![0-9A-Za-z])(?:(?:0x)?[0-9A-Fa-f]{2}[-:, ]{1,2}){7,}(?:0x)?[0-9A-Fa-f]{2}(?![0-9A-Za-z])")
_DUMPED = re.compile(rb"[-:, ](?:0x)?[0-9A-Fa-f]{2}[-:, ]{1,2}(?:0x)?[0-9A-Fa-f]{2}[-:, ]")
"""What every such dump has in its midst."""
_BASE64_RUN = re.compile(rb"[0-9A-Za-z+/_-]{16,}(?:[\t ]*\r?\n[\t ]*[0-9A-Za-z+/_-]{4,})*")
"""A run of its alphabet, or lines of one; between words of a text there are spaces."""
_HEX_DIGITS: Final = b"0123456789abcdefABCDEF"
_ESCAPE = re.compile(
    rb"\\u([0-9A-Fa-f]{4})|\\u\{([0-9A-Fa-f]{1,6})\}|\\U([0-9A-Fa-f]{8})"
    rb"|\\x([0-9A-Fa-f]{2})|%([0-9A-Fa-f]{2})|=([0-9A-F]{2})|(&#?[0-9A-Za-z]{1,8};)"
)
_ESCAPING: Final = (b"\\", b"%", b"&", b"=")
_BOUNDARY = re.compile(rb"[^0-9A-Za-z+/]")
_LEGIBLE = bytes(9 <= octet <= 13 or 32 <= octet < 127 for octet in range(256))
_LEGIBLE_RUN: Final = b"\1" * 10
_WIDE = re.compile(rb"(?:[\t -~]\0{1,3}){8}|(?:\0{1,3}[\t -~]){8}")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
SPACE: Final = b"\t\n\r "
"""What parts the lines of base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Octets to search, and how they came out of a file."""

    octets: bytes
    origin: Origin
    through: tuple[str, ...] = ()
    """What was taken off, outermost first."""
    is_json: bool = False

    def form(self, last: str) -> str:
        """Return how something in this layer is written in the file."""
        return " > ".join((*self.through, last))

    def within(self, octets: bytes, origin: Origin, form: str) -> Layer:
        """Return the layer that comes out of this one."""
        return Layer(octets=octets, origin=lambda at: self.origin(origin(at)), through=(*self.through, form))


class Joined:
    """Parts of a layer put together, and where each came from."""

    __slots__ = ("_between", "_exact", "_from", "_length", "_parts", "_starts")

    def __init__(self, *, exact: bool, between: bytes = b"\n") -> None:
        """Begin with none; where parts are decoded, ``exact`` offsets within them cannot be had."""
        self._exact = exact
        self._between = between
        self._parts: list[bytes] = []
        self._starts: list[int] = []
        self._from: list[int] = []
        self._length = 0

    def add(self, part: bytes, at: int) -> None:
        """Add a part that came from an offset."""
        self._parts.append(part)
        self._starts.append(self._length)
        self._from.append(at)
        self._length += len(part) + len(self._between)

    @property
    def octets(self) -> bytes:
        """All parts, one after another."""
        return self._between.join(self._parts)

    def origin(self, at: int) -> int:
        """Return where an offset came from, or the part that holds it."""
        number = bisect_right(self._starts, at) - 1
        return self._from[number] + (at - self._starts[number] if self._exact else 0)


class Decoded:
    """What was decoded: the parts in which there is text, and the others, in which there is little to look for."""

    __slots__ = ("octets", "text")

    def __init__(self) -> None:
        """Begin with none."""
        self.octets, self.text = Joined(exact=False), Joined(exact=False)

    def add(self, part: bytes, at: int) -> None:
        """Add what an encoding that begins at an offset decodes to."""
        (self.text if _LEGIBLE_RUN in part.translate(_LEGIBLE, b"\0") else self.octets).add(part, at)


def pieces(source: Source) -> Iterator[tuple[int, bytes]]:
    """Yield a file piece by piece with the offset of each; pieces overlap, and begin at the start of a word where they can."""
    start, held = 0, b""
    for chunk in chunks(source):
        held += chunk
        while len(held) >= _PIECE + _OVERLAP:
            piece = held[:_PIECE]
            yield start, piece
            after = _PIECE - _OVERLAP
            boundary = _BOUNDARY.search(piece, after, _PIECE - _OVERLAP // 2)
            after = boundary.end() if boundary else after
            start, held = start + after, held[after:]
    if held:
        yield start, held


def prose_and_hex(octets: bytes) -> tuple[Joined, Decoded]:
    """Part octets into what is no long run of hexadecimal digits, and what those runs decode to.

    A run's ends stay in the prose, since they may as well belong to base64 beside it, and so does a run that may be a number.
    """
    prose, hidden = Joined(exact=True), Decoded()
    begin = 0
    for match in _HEX_RUN.finditer(octets):
        start, end = match.span()
        _decode(match[0], start, hidden)
        if end - start > _LONGEST_NUMBER or not match[0].isdigit():
            prose.add(octets[begin : start + _EDGE], begin)
            begin = end - _EDGE
    prose.add(octets[begin:], begin)
    return prose, hidden


def packed(text: bytes) -> bytes:
    """Return text as base64 may stand in it: one alphabet, and no :data:`SPACE`."""
    return text.translate(_URL_SAFE, SPACE)


def dumps_in(text: bytes) -> Decoded:
    """Return what hexadecimal dumps with separators in a text decode to."""
    found = Decoded()
    if not _DUMPED.search(text):
        return found
    for match in _HEX_DUMP.finditer(text):
        _decode(match[0].replace(b"0x", b"").translate(None, b"-:, "), match.start(), found)
    return found


def unpacked(text: bytes) -> Decoded:
    """Return what base64 in a text decodes to, wherever within four characters it begins."""
    found = Decoded()
    for match in _BASE64_RUN.finditer(text):
        run = packed(match[0])
        if run.strip(_HEX_DIGITS):
            for skip in range(4):
                piece = run[skip : len(run) - ((len(run) - skip) % 4 == 1)]
                found.add(a2b_base64(piece + b"=" * (-len(piece) % 4)), match.start())
    return found


def has_escapes(text: bytes) -> bool:
    """Tell whether a text has an escape of JSON, TOML, C, HTML, URLs or quoted-printable."""
    return any(mark in text for mark in _ESCAPING) and _ESCAPE.search(text) is not None


def escapes_in(text: bytes) -> Joined:
    """Return a text with its escapes taken off."""
    found, at = Joined(exact=False, between=b""), 0
    for match in _ESCAPE.finditer(text):
        found.add(text[at : match.start()] + _unescaped(match), at)
        at = match.end()
    found.add(text[at:], at)
    return found


def wide_characters(octets: bytes) -> bytes:
    """Return octets without zero octets where ASCII was written in UTF-16 or UTF-32, of either order; else nothing."""
    return octets.translate(None, b"\0") if b"\0" in octets and _WIDE.search(octets) else b""


class Undeleted:
    """Where each octet stood before some were deleted."""

    __slots__ = ("_before", "_deleted", "_octets")

    def __init__(self, octets: bytes, deleted: bytes) -> None:
        """Take the octets as they were, and which of them are gone; nothing is counted before it is asked for."""
        self._octets, self._deleted = octets, deleted
        self._before: list[int] = []
        """How many are left before the end of each block."""

    def origin(self, at: int) -> int:
        """Return where the octet stood that is now number ``at``."""
        if not self._deleted:
            return at
        if not self._before:
            blocks = range(0, len(self._octets), _BLOCK)
            self._before = [*accumulate(len(self._octets[start : start + _BLOCK].translate(None, self._deleted)) for start in blocks)]
        block = bisect_right(self._before, at)
        left = at - (self._before[block - 1] if block else 0)
        for place, octet in enumerate(self._octets[block * _BLOCK : (block + 1) * _BLOCK], block * _BLOCK):
            if octet not in self._deleted:
                if not left:
                    return place
                left -= 1
        return len(self._octets)


def _decode(digits: bytes, at: int, found: Decoded) -> None:
    """Add what digits decode to; from the second one on as well where the first may belong to what stands before."""
    even = len(digits) // 2 * 2
    found.add(bytes.fromhex(digits[:even].decode()), at)
    if at == 0 or even != len(digits):
        shifted = digits[1:]
        found.add(bytes.fromhex(shifted[: len(shifted) // 2 * 2].decode()), at)


def _unescaped(match: re.Match[bytes]) -> bytes:
    """Return what one escape stands for; a number of two digits is an octet, any other a character."""
    *_, entity = match.groups()
    if entity:
        return unescape(entity.decode()).encode("utf-8", "replace")
    number = int(next(filter(None, match.groups())), 16)
    if match[4] or match[5] or match[6]:
        return bytes((number,))
    return chr(number).encode("utf-8", "replace") if number <= 0x10FFFF else match[0]
