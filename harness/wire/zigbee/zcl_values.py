"""The data types of the ZigBee cluster library: a type octet says how a value stands on the wire.

=========== ============================================= ===========================
types       are                                           here
=========== ============================================= ===========================
00          nothing                                       ``None``
08-0F       octets without meaning                        octets
10          a truth value                                 integer (FF: not known)
18-1F       bits                                          integer
20-2F       numbers, unsigned and signed, 1 to 8 octets   integer
30, 31      one of a list                                 integer
38-3A       binary floating point                         octets, as they came
41-44       strings with one or two octets of length      octets, or ``None``
48, 50, 51  array, set, bag                               :class:`Collection`
4C          structure                                     tuple of :class:`Typed`
E0, E1      time of day, date                             octets
E2          seconds since 2000-01-01T00:00:00Z            integer
E8-EA       cluster, attribute, BACnet object             integer
F0, F1      EUI-64, key                                   EUI-64, octets
=========== ============================================= ===========================

Clause: ZCL 07-5123 2.6.2.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import EUI, KEY, STRING, U8, U16, Field, Number, Octets

__all__ = ["TYPED", "TYPES", "Collection", "Typed", "Value", "changes_by_amount", "value_field"]

NESTING = 15
"""Collections inside collections at most (ZCL 2.6.2.11)."""
_NO_LENGTH = 0xFFFF
_ARRAY, _STRUCTURE, _SET, _BAG = 0x48, 0x4C, 0x50, 0x51
_WORDS = {0x08: "data", 0x18: "bitmap", 0x20: "unsigned", 0x28: "signed"}

TYPES = {
    0x00: "no data",
    **{first + size - 1: f"{word} {8 * size}" for first, word in _WORDS.items() for size in range(1, 9)},
    0x10: "boolean",
    0x30: "enum8",
    0x31: "enum16",
    0x38: "semi-precision",
    0x39: "single precision",
    0x3A: "double precision",
    0x41: "octet string",
    0x42: "character string",
    0x43: "long octet string",
    0x44: "long character string",
    _ARRAY: "array",
    _STRUCTURE: "structure",
    _SET: "set",
    _BAG: "bag",
    0xE0: "time of day",
    0xE1: "date",
    0xE2: "UTC time",
    0xE8: "cluster id",
    0xE9: "attribute id",
    0xEA: "BACnet object id",
    0xF0: "EUI-64",
    0xF1: "key",
}
"""What a type octet says."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value with its type."""

    type: int
    """One of :data:`TYPES`."""
    value: Value


@dataclass(frozen=True, slots=True)
class Collection:
    """The elements of an array, a set or a bag, all of one type; ``None`` for a collection that is not there."""

    type: int
    elements: tuple[Value, ...] | None


Value = int | bytes | str | None | Collection | tuple[Typed, ...]
"""A number, octets, an EUI-64, nothing, or a collection."""


class _Nothing:
    """A value of no octets."""

    def read(self, octets: bytes, at: int) -> tuple[None, int]:
        del octets
        return None, at

    def write(self, value: None) -> bytes:
        if value is not None:
            raise ValueError(f"{value!r} where no value fits")
        return b""


class _LongString:
    """Two octets of length and as many octets; FFFF stands for no string, which is ``None``."""

    def read(self, octets: bytes, at: int) -> tuple[bytes | None, int]:
        length, at = U16.read(octets, at)
        return (None, at) if length == _NO_LENGTH else Octets(length).read(octets, at)

    def write(self, value: bytes | None) -> bytes:
        if value is None:
            return U16.write(_NO_LENGTH)
        if len(value) >= _NO_LENGTH:
            raise ValueError(f"a string of {len(value)} octets where at most 65534 fit")
        return U16.write(len(value)) + value


@dataclass(frozen=True, slots=True)
class _Elements:
    """The type of the elements, how many, and the elements."""

    depth: int

    def read(self, octets: bytes, at: int) -> tuple[Collection, int]:
        kind, after = U8.read(octets, at)
        count, after = U16.read(octets, after)
        element = _field(kind, at, self.depth + 1)
        if not kind:
            raise ZigbeeError("", at, "of elements that take no octets", expected="another type", octets=octets[at:after])
        if count == _NO_LENGTH:
            return Collection(kind, None), after
        found = []
        for _ in range(count):
            value, after = element.read(octets, after)
            found.append(value)
        return Collection(kind, tuple(found)), after

    def write(self, value: Collection) -> bytes:
        if value.elements is None:
            return U8.write(value.type) + U16.write(_NO_LENGTH)
        element = value_field(value.type, self.depth + 1)
        if len(value.elements) >= _NO_LENGTH or not value.type:
            raise ValueError(f"{len(value.elements)} elements of type {value.type:02x}")
        return U8.write(value.type) + U16.write(len(value.elements)) + b"".join([element.write(each) for each in value.elements])


@dataclass(frozen=True, slots=True)
class _Members:
    """How many members, and the members with a type each."""

    depth: int

    def read(self, octets: bytes, at: int) -> tuple[tuple[Typed, ...] | None, int]:
        count, at = U16.read(octets, at)
        if count == _NO_LENGTH:
            return None, at
        found, member = [], _TypedField(self.depth + 1)
        for _ in range(count):
            value, at = member.read(octets, at)
            found.append(value)
        return tuple(found), at

    def write(self, value: tuple[Typed, ...] | None) -> bytes:
        if value is None:
            return U16.write(_NO_LENGTH)
        if len(value) >= _NO_LENGTH:
            raise ValueError(f"a structure of {len(value)} members")
        return U16.write(len(value)) + b"".join([_TypedField(self.depth + 1).write(each) for each in value])


@dataclass(frozen=True, slots=True)
class _TypedField:
    """A type octet and a value of that type."""

    depth: int = 0

    def read(self, octets: bytes, at: int) -> tuple[Typed, int]:
        kind, after = U8.read(octets, at)
        value, after = _field(kind, at, self.depth).read(octets, after)
        return Typed(kind, value), after

    def write(self, value: Typed) -> bytes:
        return U8.write(value.type) + value_field(value.type, self.depth).write(value.value)


TYPED: Field = _TypedField()
"""A type octet and a value of that type, as a field of a record."""

_FIELDS: dict[int, Field] = {
    0x00: _Nothing(),
    **{0x08 + size - 1: Octets(size) for size in range(1, 9)},
    **{first + size - 1: Number(size) for first in (0x18, 0x20) for size in range(1, 9)},
    **{0x28 + size - 1: Number(size, signed=True) for size in range(1, 9)},
    **dict.fromkeys((0x10, 0x30), U8),
    0x31: U16,
    **{0x38 + place: Octets(2 << place) for place in range(3)},
    **dict.fromkeys((0x41, 0x42), STRING),
    **dict.fromkeys((0x43, 0x44), _LongString()),
    **dict.fromkeys((0xE0, 0xE1), Octets(4)),
    **dict.fromkeys((0xE2, 0xEA), Number(4)),
    **dict.fromkeys((0xE8, 0xE9), U16),
    0xF0: EUI,
    0xF1: KEY,
}


def value_field(kind: int, depth: int = 0) -> Field:
    """Return how values of a type are read and written; ``ValueError`` for a type that does not exist, or nested too deep."""
    try:
        return _field(kind, 0, depth)
    except ZigbeeError as error:
        raise ValueError(str(error)) from None


def _field(kind: int, at: int, depth: int) -> Field:
    if depth > NESTING:
        raise ZigbeeError("", at, f"of collections nested deeper than {NESTING}", expected="a flatter value")
    if kind in (_ARRAY, _SET, _BAG):
        return _Elements(depth)
    if kind == _STRUCTURE:
        return _Members(depth)
    if kind not in _FIELDS:
        raise ZigbeeError("", at, f"of an unknown data type {kind:02x}", expected="a type of the cluster library", octets=bytes((kind,)))
    return _FIELDS[kind]


def changes_by_amount(kind: int) -> bool:
    """Tell whether reports of a type are configured with an amount of change: numbers and times, not bits, lists and strings."""
    return 0x20 <= kind <= 0x2F or 0x38 <= kind <= 0x3A or 0xE0 <= kind <= 0xE2
