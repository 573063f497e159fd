"""Reading DLMS data in A-XDR: octets to typed values of every DLMS type.

Raises :class:`GbcsError` E31 for an unknown tag, a count larger than the content, octets left over, or nesting
deeper than 16. Reading then writing is the identity; :mod:`harness.wire.gbcs.dlms` tells what the values are.
"""

from __future__ import annotations

from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.dlms import FIXED, NUMBERS, TEXT, BitString, CompactArray, Data, Description, Tag, Value
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import read_length
from harness.wire.gbcs.node import NESTING

__all__ = ["BitString", "CompactArray", "Data", "Description", "Tag", "Value", "decode_data", "decode_items"]


def decode_data(octets: bytes, base: int = 0) -> Data:
    """Read one value that fills ``octets``, whose first octet stands at ``base`` in the message."""
    data = _Reader(octets, base).tagged(0, 0)
    if data.end != base + len(octets):
        rest = octets[data.end - base :]
        raise GbcsError("E31", data.end, f"{len(rest)} octets after the data", expected="none", octets=rest)
    return data


def decode_items(octets: bytes, base: int = 0) -> tuple[Data, ...]:
    """Read the values that fill ``octets``, one after another."""
    reader, at = _Reader(octets, base), 0
    items = []
    while at < len(octets):
        items.append(reader.tagged(at, 0))
        at = items[-1].end - base
    return tuple(items)


class _Reader:
    """Reads values out of one run of octets; offsets in it start at ``base`` of the message."""

    __slots__ = ("_base", "_end", "_octets")

    def __init__(self, octets: bytes, base: int) -> None:
        self._octets = octets
        self._base = base
        self._end = len(octets)

    def tagged(self, at: int, depth: int) -> Data:
        """Read the value whose tag stands at ``at``."""
        tag = self._tag(at, depth)
        return self._value(tag, at, at + 1, depth)

    def _tag(self, at: int, depth: int) -> Tag:
        if depth > NESTING:
            raise self._fault(at, f"data nested deeper than {NESTING}", "a flatter structure")
        if at >= self._end:
            raise self._fault(at, "a value is missing", "a type tag")
        try:
            return Tag(self._octets[at])
        except ValueError:
            raise self._fault(at, "an unknown type", "a DLMS type tag", 1) from None

    def _value(self, tag: Tag, offset: int, at: int, depth: int) -> Data:
        if tag in (Tag.ARRAY, Tag.STRUCTURE):
            return self._members(tag, offset, at, depth)
        if tag == Tag.COMPACT_ARRAY:
            return self._compact(offset, at, depth)
        value, after = self._simple(tag, at)
        return Data(tag, value, offset=self._base + offset, end=self._base + after)

    def _members(self, tag: Tag, offset: int, at: int, depth: int) -> Data:
        count, after = self._length(at)
        if count > self._end - after:
            raise self._fault(at, f"{count} members", f"at most {self._end - after}, the octets that are left")
        members = []
        for _ in range(count):
            members.append(self.tagged(after, depth + 1))
            after = members[-1].end - self._base
        return Data(tag, tuple(members), offset=self._base + offset, end=self._base + after)

    def _simple(self, tag: Tag, at: int) -> tuple[Value, int]:
        if tag == Tag.NULL:
            return None, at
        if tag in NUMBERS:
            width, signed = NUMBERS[tag]
            content, after = self._take(at, width)
            return int.from_bytes(content, "big", signed=signed), after
        if tag in FIXED:
            content, after = self._take(at, FIXED[tag])
            return (CosemDateTime.decode(content) if tag == Tag.DATE_TIME else content), after
        length, start = self._length(at)
        if tag == Tag.BIT_STRING:
            content, after = self._take(start, (length + 7) // 8)
            return BitString(length, content), after
        content, after = self._take(start, length)
        return (self._text(tag, content, start) if tag in TEXT else content), after

    def _text(self, tag: Tag, content: bytes, at: int) -> str:
        try:
            return content.decode(TEXT[tag])
        except UnicodeDecodeError as error:
            bad = error.start
            raise self._fault(at + bad, f"a {tag.words} with other characters", TEXT[tag].upper(), 1) from None

    def _compact(self, offset: int, at: int, depth: int) -> Data:
        description, at = self._description(at, depth)
        length, start = self._length(at)
        if length > self._end - start:
            raise self._fault(at, f"rows of {length} octets", f"at most {self._end - start}")
        rows_of = _Reader(self._octets[: start + length], self._base)
        rows, after = [], start
        while after < start + length:
            rows.append(rows_of._element(description, after, depth))
            after = rows[-1].end - self._base
        return Data(Tag.COMPACT_ARRAY, CompactArray(description, tuple(rows)), offset=self._base + offset, end=self._base + after)

    def _description(self, at: int, depth: int) -> tuple[Description, int]:
        tag, start = self._tag(at, depth), at + 1
        if tag == Tag.ARRAY:
            octets, start = self._take(start, 2)
            part, after = self._description(start, depth + 1)
            found = Description(tag, int.from_bytes(octets, "big"), (part,))
        elif tag == Tag.STRUCTURE:
            count, after = self._length(start)
            parts = []
            for _ in range(count):
                part, after = self._description(after, depth + 1)
                parts.append(part)
            found = Description(tag, 0, tuple(parts))
        else:
            found, after = Description(tag), start
        if tag in (Tag.NULL, Tag.COMPACT_ARRAY) or (tag == Tag.ARRAY and not found.count) or (tag == Tag.STRUCTURE and not found.parts):
            raise self._fault(at, "a row part that takes no octets, or a compact-array inside another", "a type of known size", 1)
        return found, after

    def _element(self, description: Description, at: int, depth: int) -> Data:
        """Read one element of a compact-array's contents, which carry no tags."""
        tag = Tag(description.tag)
        if tag not in (Tag.ARRAY, Tag.STRUCTURE):
            return self._value(tag, at, at, depth)
        wanted = description.parts * description.count if tag == Tag.ARRAY else description.parts
        items, after = [], at
        for part in wanted:
            items.append(self._element(part, after, depth + 1))
            after = items[-1].end - self._base
        return Data(tag, tuple(items), offset=self._base + at, end=self._base + after)

    def _length(self, at: int) -> tuple[int, int]:
        try:
            return read_length(self._octets, at, self._end, "E31")
        except GbcsError as error:
            raise GbcsError("E31", self._base + error.offset, "not a usable length or count", octets=error.octets) from None

    def _take(self, at: int, count: int) -> tuple[bytes, int]:
        if count > self._end - at:
            raise self._fault(at, f"a value of {count} octets runs past the end", f"at most {self._end - at} octets")
        return self._octets[at : at + count], at + count

    def _fault(self, at: int, what: str, expected: str, shown: int = 0) -> GbcsError:
        return GbcsError("E31", self._base + at, what, expected=expected, octets=self._octets[at : at + shown])
