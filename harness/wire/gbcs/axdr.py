"""Reading DLMS data in A-XDR: octets to typed values of every DLMS type.

Raises :class:`GbcsError` E31 for an unknown tag, a count larger than the content, octets left over, or nesting
deeper than 16. Reading then writing is the identity; :mod:`harness.wire.gbcs.dlms` tells what the values are, and
:mod:`harness.wire.gbcs.compact` reads the rows of compact-arrays.

Every type has a reader of its own, made once, in a table of 256 by tag; a reader is given octets, the place of the tag, the end, and
how deep it stands. That is what makes reading fast: 0.25 µs a value (``tests/benchmarks/test_codec_vectors.py``).
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from harness.wire.gbcs.compact import read_compact
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.data_shapes import learn, remembered
from harness.wire.gbcs.dlms import FIXED, NUMBERS, TEXT, BitString, CompactArray, Data, Description, Tag, Value
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import dlms_length
from harness.wire.gbcs.node import NESTING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BitString", "CompactArray", "Data", "Description", "Tag", "Value", "decode_data", "decode_items", "read_data", "read_items"]

_new = tuple.__new__
"""Makes :class:`Data` in half the time that its constructor takes."""
_STRUCTS = {(4, True): Struct(">i"), (2, True): Struct(">h"), (1, True): Struct(">b"), (8, True): Struct(">q"), (8, False): Struct(">Q")}


def decode_data(octets: bytes, base: int = 0) -> Data:
    """Read one value that fills ``octets``, whose first octet stands at ``base`` in the message."""
    if base:
        octets = bytes(base) + octets
    data = read_data(octets, base, len(octets))
    if data.end != len(octets):
        rest = octets[data.end :]
        raise GbcsError("E31", data.end, f"{len(rest)} octets after the data", expected="none", octets=rest)
    return data


def decode_items(octets: bytes, base: int = 0) -> tuple[Data, ...]:
    """Read the values that fill ``octets``, one after another."""
    if base:
        octets = bytes(base) + octets
    items, at, end = [], base, len(octets)
    while at < end:
        items.append(read_data(octets, at, end))
        at = items[-1].end
    return tuple(items)


def read_items(octets: bytes, at: int, count: int) -> tuple[tuple[Data, ...], int]:
    """Read ``count`` values from ``at`` on; return them and the place after them."""
    known = remembered(octets, at, count)
    if known is not None:
        return known
    items, start, end = [], at, len(octets)
    for _ in range(count):
        if at >= end:
            raise _missing(at)
        data = _READERS[octets[at]](octets, at, end, 0)
        items.append(data)
        at = data.end
    found = tuple(items)
    learn(found, octets, start, at)
    return found, at


def read_data(octets: bytes, at: int, end: int, depth: int = 0) -> Data:
    """Read the value whose tag stands at ``at``, inside ``end``; its places are those in ``octets``."""
    if at >= end:
        raise _missing(at)
    return _READERS[octets[at]](octets, at, end, depth)


def _missing(at: int) -> GbcsError:
    return GbcsError("E31", at, "a value is missing", expected="a type tag")


def _broken(at: int, size: int, end: int) -> GbcsError:
    return GbcsError("E31", at, f"a value of {size} octets runs past the end", expected=f"at most {max(end - at, 0)} octets")


def _unknown(octets: bytes, at: int, end: int, depth: int) -> Data:
    raise GbcsError("E31", at, "an unknown type", expected="a DLMS type tag", octets=octets[at : at + 1])


def _null(octets: bytes, at: int, end: int, depth: int) -> Data:
    return _new(Data, (Tag.NULL, None, at, at + 1))


def _octet(tag: Tag) -> Callable[[bytes, int, int, int], Data]:
    def read(octets: bytes, at: int, end: int, depth: int) -> Data:
        after = at + 2
        if after > end:
            raise _broken(at + 1, 1, end)
        return _new(Data, (tag, octets[at + 1], at, after))

    return read


def _unsigned(tag: Tag, width: int) -> Callable[[bytes, int, int, int], Data]:
    size, whole = width + 1, int.from_bytes

    def read(octets: bytes, at: int, end: int, depth: int) -> Data:
        after = at + size
        if after > end:
            raise _broken(at + 1, width, end)
        return _new(Data, (tag, whole(octets[at + 1 : after], "big"), at, after))

    return read


def _signed(tag: Tag, width: int) -> Callable[[bytes, int, int, int], Data]:
    size, unpack = width + 1, _STRUCTS[width, True].unpack_from

    def read(octets: bytes, at: int, end: int, depth: int) -> Data:
        after = at + size
        if after > end:
            raise _broken(at + 1, width, end)
        return _new(Data, (tag, unpack(octets, at + 1)[0], at, after))

    return read


def _fixed(tag: Tag, width: int) -> Callable[[bytes, int, int, int], Data]:
    def read(octets: bytes, at: int, end: int, depth: int) -> Data:
        after = at + 1 + width
        if after > end:
            raise _broken(at + 1, width, end)
        content = octets[at + 1 : after]
        return _new(Data, (tag, CosemDateTime.decode(content) if tag == Tag.DATE_TIME else content, at, after))

    return read


def _octet_string(octets: bytes, at: int, end: int, depth: int) -> Data:
    start = at + 2
    if start > end:
        raise _broken(at + 1, 1, end)
    length = octets[at + 1]
    if length >= 0x80:
        length, start = dlms_length(octets, at + 1, end)
    after = start + length
    if after > end:
        raise _broken(start, length, end)
    return _new(Data, (Tag.OCTET_STRING, octets[start:after], at, after))


def _text(tag: Tag) -> Callable[[bytes, int, int, int], Data]:
    def read(octets: bytes, at: int, end: int, depth: int) -> Data:
        length, start = dlms_length(octets, at + 1, end)
        after = start + length
        if after > end:
            raise _broken(start, length, end)
        try:
            return _new(Data, (tag, octets[start:after].decode(TEXT[tag]), at, after))
        except UnicodeDecodeError as error:
            bad = start + error.start
            what = f"a {tag.words} with other characters"
            raise GbcsError("E31", bad, what, expected=TEXT[tag].upper(), octets=octets[bad : bad + 1]) from None

    return read


def _bit_string(octets: bytes, at: int, end: int, depth: int) -> Data:
    size, start = dlms_length(octets, at + 1, end)
    after = start + (size + 7) // 8
    if after > end:
        raise _broken(start, after - start, end)
    return _new(Data, (Tag.BIT_STRING, BitString(size, octets[start:after]), at, after))


def _compact(octets: bytes, at: int, end: int, depth: int) -> Data:
    value, after = read_compact(octets, at, end)
    return _new(Data, (Tag.COMPACT_ARRAY, value, at, after))


def _members(tag: Tag) -> Callable[[bytes, int, int, int], Data]:
    def read(octets: bytes, at: int, end: int, depth: int) -> Data:
        after = at + 2
        if after > end:
            raise _broken(at + 1, 1, end)
        count = octets[at + 1]
        if count >= 0x80:
            count, after = dlms_length(octets, at + 1, end)
        if count > end - after:
            raise GbcsError("E31", at + 1, f"{count} members", expected=f"at most {end - after}, the octets that are left")
        if depth >= NESTING and count:
            raise GbcsError("E31", after, f"data nested deeper than {NESTING}", expected="a flatter structure")
        members = []
        for _ in range(count):
            if after >= end:
                raise _missing(after)
            member = readers[octets[after]](octets, after, end, depth + 1)
            members.append(member)
            after = member.end
        return _new(Data, (tag, tuple(members), at, after))

    readers = _READERS
    return read


_READERS: list[Callable[[bytes, int, int, int], Data]] = [_unknown] * 256
"""By tag."""
_READERS[Tag.NULL] = _null
_READERS[Tag.OCTET_STRING] = _octet_string
_READERS[Tag.BIT_STRING] = _bit_string
_READERS[Tag.COMPACT_ARRAY] = _compact
for _tag in (Tag.ARRAY, Tag.STRUCTURE):
    _READERS[_tag] = _members(_tag)
for _tag in TEXT:
    _READERS[_tag] = _text(_tag)
for _tag, _width in FIXED.items():
    _READERS[_tag] = _fixed(_tag, _width)
for _tag, (_width, _is_signed) in NUMBERS.items():
    _READERS[_tag] = _signed(_tag, _width) if _is_signed else _octet(_tag) if _width == 1 else _unsigned(_tag, _width)
