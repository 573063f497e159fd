"""Reading compact-arrays: a description of one row, then rows without tags.

Rows of fixed size are read by one ``struct`` call each. Whatever a description claims, nothing is made before the octets that it
needs are known to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from struct import Struct
from typing import cast

from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.dlms import FIXED, NUMBERS, TEXT, BitString, Cell, CompactArray, Description, Tag
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import dlms_length
from harness.wire.gbcs.node import NESTING

__all__ = ["FORMATS", "read_compact", "read_rows"]

_SIMPLE: dict[int, Description] = {
    tag: Description(tag) for tag in Tag if tag not in (Tag.NULL, Tag.ARRAY, Tag.STRUCTURE, Tag.COMPACT_ARRAY)
}
FORMATS = {
    (1, False): "B",
    (1, True): "b",
    (2, False): "H",
    (2, True): "h",
    (4, False): "I",
    (4, True): "i",
    (8, False): "Q",
    (8, True): "q",
}
"""``struct`` characters of numbers by octets and sign."""
_REMEMBERED = 256
"""Row layouts kept; GBCS has about a dozen."""


def read_compact(octets: bytes, at: int, end: int) -> tuple[CompactArray, int]:
    """Read the compact-array whose tag stands at ``at``; return it and the place after it. Raises :class:`GbcsError` E31."""
    description, start = _description(octets, at + 1, end, 0)
    length, start = dlms_length(octets, start, end)
    after = start + length
    if after > end:
        raise GbcsError("E31", start, f"rows of {length} octets", expected=f"at most {end - start}")
    return CompactArray(description, read_rows(description, octets, start, after)), after


def read_rows(description: Description, octets: bytes, at: int, end: int) -> tuple[Cell, ...]:
    """Read the rows that stand from ``at`` to ``end``; raises :class:`GbcsError` E31 where they do not fill that."""
    length = end - at
    if not length:
        return ()
    least = _least(description)
    if least > length:
        raise GbcsError("E31", at, f"rows of {length} octets", expected=f"at least {least}, one row as described")
    if _varies(description):
        return _ragged(_element(description), octets, at, end)
    row, nest = _fixed(description)
    if length % row.size:
        raise GbcsError("E31", at, f"rows of {length} octets", expected=f"a multiple of {row.size}, one row as described")
    return tuple([nest(iter(cells)) for cells in row.iter_unpack(octets[at:end])])


def _description(octets: bytes, at: int, end: int, depth: int) -> tuple[Description, int]:
    if at >= end:
        raise GbcsError("E31", at, "a type description breaks off", expected="a type tag")
    if depth > NESTING:
        raise GbcsError("E31", at, f"data nested deeper than {NESTING}", expected="a flatter structure")
    tag = octets[at]
    if tag in _SIMPLE:
        return _SIMPLE[tag], at + 1
    if tag == Tag.ARRAY:
        if at + 3 > end:
            raise GbcsError("E31", at + 1, "a type description breaks off", expected="two octets of count")
        count = octets[at + 1] << 8 | octets[at + 2]
        if count:
            part, after = _description(octets, at + 3, end, depth + 1)
            return Description(Tag.ARRAY, count, (part,)), after
    if tag == Tag.STRUCTURE:
        count, after = dlms_length(octets, at + 1, end)
        if count:
            return _structure(octets, after, end, count, depth)
    expected = "a type of known size"
    known = any(tag == listed for listed in Tag)
    what = "a row part that takes no octets, or a compact-array inside another" if known else "an unknown type"
    raise GbcsError("E31", at, what, expected=expected, octets=octets[at : at + 1])


def _structure(octets: bytes, at: int, end: int, count: int, depth: int) -> tuple[Description, int]:
    if count > end - at:
        raise GbcsError("E31", at, f"a row of {count} parts", expected=f"at most {end - at}, the octets that are left")
    parts = []
    for _ in range(count):
        part, at = _description(octets, at, end, depth + 1)
        parts.append(part)
    return Description(Tag.STRUCTURE, 0, tuple(parts)), at


def _least(description: Description) -> int:
    """Return how many octets one element takes at least."""
    tag = description.tag
    if tag == Tag.ARRAY:
        return description.count * _least(description.parts[0])
    if tag == Tag.STRUCTURE:
        return sum(map(_least, description.parts))
    return NUMBERS[Tag(tag)][0] if tag in NUMBERS else FIXED.get(Tag(tag), 1)


def _varies(description: Description) -> bool:
    """Tell whether some part has a length of its own."""
    if description.parts:
        return any(map(_varies, description.parts))
    return description.tag not in NUMBERS and description.tag not in FIXED


@lru_cache(maxsize=_REMEMBERED)
def _fixed(description: Description) -> tuple[Struct, Callable[[Iterator[Cell]], Cell]]:
    """Return how to unpack one row of fixed size, and how to nest its cells."""
    return Struct(">" + _format(description)), _nesting(description)


def _format(description: Description) -> str:
    tag = description.tag
    if tag == Tag.ARRAY:
        inner = _format(description.parts[0])
        return f"{description.count}{inner}" if len(inner) == 1 else inner * description.count
    if tag == Tag.STRUCTURE:
        return "".join(map(_format, description.parts))
    return FORMATS[NUMBERS[Tag(tag)]] if tag in NUMBERS else f"{FIXED[Tag(tag)]}s"


def _nesting(description: Description) -> Callable[[Iterator[Cell]], Cell]:
    tag, parts, count = description.tag, description.parts, description.count
    if tag == Tag.STRUCTURE:
        inner = tuple(map(_nesting, parts))
        return lambda cells: tuple([nest(cells) for nest in inner])
    if tag == Tag.ARRAY and parts[0].tag in NUMBERS:
        return lambda cells: tuple(islice(cells, count))
    if tag == Tag.ARRAY:
        one = _nesting(parts[0])
        return lambda cells: tuple([one(cells) for _ in range(count)])
    if tag == Tag.DATE_TIME:
        return lambda cells: CosemDateTime.decode(cast("bytes", next(cells)))
    return next


_Element = Callable[[bytes, int, int], tuple[Cell, int]]
"""Reads the element at a place, inside an end; returns it and the place after it."""


def _ragged(element: _Element, octets: bytes, at: int, end: int) -> tuple[Cell, ...]:
    """Read rows whose parts vary in size."""
    rows = []
    while at < end:
        row, at = element(octets, at, end)
        rows.append(row)
    return tuple(rows)


@lru_cache(maxsize=_REMEMBERED)
def _element(description: Description) -> _Element:
    """Return the reader of one element."""
    tag = Tag(description.tag)
    if tag == Tag.STRUCTURE:
        return _group(tuple(map(_element, description.parts)))
    if tag == Tag.ARRAY:
        return _group((_element(description.parts[0]),) * description.count)
    if tag in NUMBERS:
        return _number(*NUMBERS[tag])
    if tag in FIXED:
        return _octets(FIXED[tag], CosemDateTime.decode if tag == Tag.DATE_TIME else None)
    return _string(tag)


def _group(parts: tuple[_Element, ...]) -> _Element:
    def read(octets: bytes, at: int, end: int) -> tuple[Cell, int]:
        cells = []
        for part in parts:
            cell, at = part(octets, at, end)
            cells.append(cell)
        return tuple(cells), at

    return read


def _number(width: int, signed: bool) -> _Element:
    def read(octets: bytes, at: int, end: int) -> tuple[Cell, int]:
        return int.from_bytes(_take(octets, at, width, end), "big", signed=signed), at + width

    return read


def _octets(width: int, make: Callable[[bytes], Cell] | None) -> _Element:
    def read(octets: bytes, at: int, end: int) -> tuple[Cell, int]:
        content = _take(octets, at, width, end)
        return (make(content) if make else content), at + width

    return read


def _string(tag: Tag) -> _Element:
    def read(octets: bytes, at: int, end: int) -> tuple[Cell, int]:
        size, start = dlms_length(octets, at, end)
        length = (size + 7) // 8 if tag == Tag.BIT_STRING else size
        content = _take(octets, start, length, end)
        if tag == Tag.BIT_STRING:
            return BitString(size, content), start + length
        return (_decoded(tag, content, start) if tag in TEXT else content), start + length

    return read


def _take(octets: bytes, at: int, size: int, end: int) -> bytes:
    if size > end - at:
        raise GbcsError("E31", at, f"a value of {size} octets runs past the end", expected=f"at most {end - at} octets")
    return octets[at : at + size]


def _decoded(tag: Tag, content: bytes, at: int) -> str:
    try:
        return content.decode(TEXT[tag])
    except UnicodeDecodeError as error:
        bad = error.start
        expected = TEXT[tag].upper()
        raise GbcsError("E31", at + bad, f"a {tag.words} with other characters", expected=expected, octets=content[bad : bad + 1]) from None
