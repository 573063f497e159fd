"""Finding thousands of needles in a haystack at once, in a time that does not depend on how many there are.

The haystack is read as whole words of eight octets (or of four), one after another without overlap. A needle of at
least fifteen octets (or seven) holds such a whole word wherever it begins, so it is entered in a table under each of
the eight (or four) words that it can show. Looking up one word in eight octets costs about as much as a digest does.
"""

from __future__ import annotations

from sys import byteorder
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.evidence.leak_forms import Needle

__all__ = ["Needles"]

_WIDE: Final = 8
_NARROW: Final = 4
_AT_ONCE: Final = 256
"""Words among which a known one is looked for singly, once it is known to be there."""
_FORMATS: Final[dict[int, Literal["Q", "I"]]] = {_WIDE: "Q", _NARROW: "I"}


class _Words:
    """Needles by the words of one size that each can show."""

    __slots__ = ("_entries", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: dict[int, list[tuple[int, Needle]]] = {}

    def fits(self, needle: Needle) -> bool:
        return len(needle.octets) >= 2 * self._size - 1

    def add(self, needle: Needle) -> None:
        for offset in range(self._size):
            word = int.from_bytes(needle.octets[offset : offset + self._size], byteorder)
            self._entries.setdefault(word, []).append((offset, needle))

    def hits(self, octets: bytes) -> Iterator[tuple[int, Needle]]:
        size, entries = self._size, self._entries
        words = memoryview(octets)[: len(octets) // size * size].cast(_FORMATS[size])
        if not entries or entries.keys().isdisjoint(words):
            return
        for begin in range(0, len(words), _AT_ONCE):
            some = words[begin : begin + _AT_ONCE]
            if not entries.keys().isdisjoint(some):
                for number, word in enumerate(some, begin):
                    for offset, needle in entries.get(word, ()):
                        start = number * size - offset
                        if start >= 0 and octets.startswith(needle.octets, start):
                            yield start, needle


class Needles:
    """Needles of any length."""

    __slots__ = ("_few", "_narrow", "_wide")

    def __init__(self) -> None:
        """Begin with none."""
        self._wide, self._narrow = _Words(_WIDE), _Words(_NARROW)
        self._few: list[Needle] = []

    def add(self, needle: Needle) -> None:
        """Enter a needle where its length puts it."""
        table = next((table for table in (self._wide, self._narrow) if table.fits(needle)), None)
        if table is None:
            self._few.append(needle)
        else:
            table.add(needle)

    def long(self, octets: bytes) -> Iterator[tuple[int, Needle]]:
        """Yield where needles of fifteen octets and more begin."""
        return self._wide.hits(octets)

    def short(self, octets: bytes) -> Iterator[tuple[int, Needle]]:
        """Yield where shorter needles begin."""
        yield from self._narrow.hits(octets)
        for needle in self._few:
            at = octets.find(needle.octets)
            while at >= 0:
                yield at, needle
                at = octets.find(needle.octets, at + 1)
