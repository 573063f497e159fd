"""DLMS data as values, and how they are written in A-XDR.

The value of a :class:`Data` by tag:

============================== ====================================================================
03 boolean                     the octet itself: 0 is false, anything else true (GBCS writes 0xFF)
05 06 0F 10 11 12 14 15 16     ``int``
04 bit-string                  :class:`BitString`
09 octet-string                ``bytes``
0A visible-, 0C utf8-string    ``str``
17 18 float, 1A date, 1B time  the octets as ``bytes``: no float is ever computed with
19 date-time                   :class:`~harness.wire.gbcs.cosem_time.CosemDateTime`
01 array, 02 structure         tuple of :class:`Data`
13 compact-array               :class:`CompactArray`
============================== ====================================================================

A :class:`Data` is a named tuple, because a message holds many, and nothing that is immutable is made sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.lengths import write_length

__all__ = ["FIXED", "NUMBERS", "STRINGS", "TEXT", "BitString", "Cell", "CompactArray", "Data", "Description", "Tag", "Value"]


class Tag(IntEnum):
    """The types of DLMS data by their tag octet."""

    NULL = 0x00
    ARRAY = 0x01
    STRUCTURE = 0x02
    BOOLEAN = 0x03
    BIT_STRING = 0x04
    DOUBLE_LONG = 0x05
    DOUBLE_LONG_UNSIGNED = 0x06
    OCTET_STRING = 0x09
    VISIBLE_STRING = 0x0A
    UTF8_STRING = 0x0C
    INTEGER = 0x0F
    LONG = 0x10
    UNSIGNED = 0x11
    LONG_UNSIGNED = 0x12
    COMPACT_ARRAY = 0x13
    LONG64 = 0x14
    LONG64_UNSIGNED = 0x15
    ENUM = 0x16
    FLOAT32 = 0x17
    FLOAT64 = 0x18
    DATE_TIME = 0x19
    DATE = 0x1A
    TIME = 0x1B

    @property
    def words(self) -> str:
        """The type's name as DLMS spells it."""
        return self.name.lower().replace("_", "-")


NUMBERS = {
    Tag.BOOLEAN: (1, False),
    Tag.DOUBLE_LONG: (4, True),
    Tag.DOUBLE_LONG_UNSIGNED: (4, False),
    Tag.INTEGER: (1, True),
    Tag.LONG: (2, True),
    Tag.UNSIGNED: (1, False),
    Tag.LONG_UNSIGNED: (2, False),
    Tag.LONG64: (8, True),
    Tag.LONG64_UNSIGNED: (8, False),
    Tag.ENUM: (1, False),
}
"""Types whose value is an integer: octets, and whether it is signed."""
FIXED = {Tag.FLOAT32: 4, Tag.FLOAT64: 8, Tag.DATE_TIME: 12, Tag.DATE: 5, Tag.TIME: 4}
"""Other types of fixed size, in octets."""
STRINGS = frozenset({Tag.OCTET_STRING, Tag.VISIBLE_STRING, Tag.UTF8_STRING})
"""Types whose length counts octets."""
TEXT = {Tag.VISIBLE_STRING: "ascii", Tag.UTF8_STRING: "utf-8"}
"""Types whose value is text, with its encoding."""


@dataclass(slots=True, unsafe_hash=True)
class BitString:
    """A bit-string: how many bits, and the octets that hold them, first bit in the most significant place."""

    size: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Description:
    """What the rows of a compact-array look like: a simple type, an array of one type, or a structure of types."""

    tag: int
    count: int = 0
    """Elements of an array; 0 for other types."""
    parts: tuple[Description, ...] = ()

    def encode(self) -> bytes:
        """Write the type description."""
        inner = b"".join(part.encode() for part in self.parts)
        if self.tag == Tag.ARRAY:
            return bytes((self.tag,)) + self.count.to_bytes(2, "big") + inner
        if self.tag == Tag.STRUCTURE:
            return bytes((self.tag,)) + write_length(len(self.parts)) + inner
        return bytes((self.tag,))


Cell = int | str | bytes | CosemDateTime | BitString | tuple["Cell", ...]
"""A value in a compact-array, whose type the description tells; arrays and structures are tuples."""


@dataclass(frozen=True, slots=True)
class CompactArray:
    """Rows of one shape, written without tags."""

    description: Description
    rows: tuple[Cell, ...]

    @property
    def written(self) -> bytes:
        """The octets of the rows; ``ValueError`` or ``OverflowError`` where one is not of the shape described."""
        return b"".join([_untagged(self.description, row) for row in self.rows])

    @property
    def content(self) -> bytes:
        """The octets after the tag."""
        rows = self.written
        return self.description.encode() + write_length(len(rows)) + rows


Value = None | int | str | bytes | CosemDateTime | BitString | CompactArray | tuple["Data", ...]


class Data(NamedTuple):
    """One DLMS data value with its type; two are equal where type and value are, wherever they were read."""

    tag: int
    value: Value
    offset: int = 0
    """Where its tag stands in what was read; 0 where it was built."""
    end: int = 0
    """Where what follows it stands."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Data) and self.tag == other.tag and self.value == other.value

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.tag, self.value))

    def __repr__(self) -> str:
        return f"Data({self.tag:#04x}, {self.value!r})"

    @property
    def children(self) -> tuple[Data, ...]:
        """The members of an array or structure; empty for other types."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def date_time(self) -> CosemDateTime | None:
        """The COSEM date-time in it: the type itself, or an octet-string of 12 octets, which is how GBCS writes one."""
        if self.tag == Tag.OCTET_STRING and isinstance(self.value, bytes) and len(self.value) == FIXED[Tag.DATE_TIME]:
            return CosemDateTime.decode(self.value)
        return self.value if isinstance(self.value, CosemDateTime) else None

    @property
    def content(self) -> bytes:
        """The octets after tag, length and count."""
        value = self.value
        if isinstance(value, tuple):
            return b"".join([item.encode() for item in value])
        if isinstance(value, CompactArray):
            return value.content
        return b"" if value is None else _octets(self.tag, value)

    def encode(self) -> bytes:
        """Write the value with its tag; ``ValueError`` or ``OverflowError`` where it is no value of its type."""
        tag, value = self.tag, self.value
        content = self.content
        if isinstance(value, tuple):
            return bytes((tag,)) + write_length(len(value)) + content
        if isinstance(value, BitString):
            return bytes((tag,)) + write_length(value.size) + content
        return bytes((tag,)) + (write_length(len(content)) + content if tag in STRINGS else content)


def _octets(tag: int, value: int | str | bytes | CosemDateTime | BitString) -> bytes:
    """Write a simple value without tag and length."""
    if isinstance(value, int):
        width, signed = NUMBERS[Tag(tag)]
        return value.to_bytes(width, "big", signed=signed)
    if isinstance(value, str):
        return value.encode(TEXT[Tag(tag)])
    if isinstance(value, CosemDateTime):
        return value.encode()
    return value.octets if isinstance(value, BitString) else value


def _untagged(description: Description, cell: Cell) -> bytes:
    """Write one element of a compact-array's contents."""
    tag = description.tag
    if tag in (Tag.ARRAY, Tag.STRUCTURE):
        parts = description.parts * description.count if tag == Tag.ARRAY else description.parts
        if not isinstance(cell, tuple) or len(cell) != len(parts):
            raise ValueError(f"a compact-array row holds {cell!r} where {len(parts)} elements are described")
        return b"".join(_untagged(part, inner) for part, inner in zip(parts, cell, strict=True))
    if isinstance(cell, tuple):
        raise ValueError(f"a compact-array row holds {cell!r} where type {tag:#04x} is described")
    content = _octets(tag, cell)
    if isinstance(cell, BitString):
        return write_length(cell.size) + content
    if tag in FIXED and len(content) != FIXED[Tag(tag)]:
        raise ValueError(f"a compact-array row holds {len(content)} octets where type {tag:#04x} takes {FIXED[Tag(tag)]}")
    return write_length(len(content)) + content if tag in STRINGS else content
