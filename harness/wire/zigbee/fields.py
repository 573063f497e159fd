"""What commands are made of: numbers, addresses, strings and lists, put together to records.

A record is a frozen dataclass and one field for each of its members, in wire order. All integers are little-endian. Reading raises
:class:`ZigbeeError` with the offset; writing raises ``ValueError`` where a value does not fit its field.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from harness.vocab.identity import Eui64
from harness.wire.zigbee.errors import ZigbeeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "EUI",
    "KEY",
    "REST",
    "STRING",
    "U8",
    "U16",
    "U24",
    "U32",
    "U48",
    "Choice",
    "Field",
    "Layout",
    "ListOf",
    "Maybe",
    "Number",
    "Octets",
    "OtherCommand",
    "Record",
    "ToTheEnd",
    "decode",
    "eui_octets",
    "eui_of",
]

_Value = TypeVar("_Value")
_Held_co = TypeVar("_Held_co", covariant=True)
_NO_STRING = 0xFF
_REMEMBERED = 4096
"""Addresses kept in both spellings: a network has few, and every frame names one."""


class Field(Protocol):
    """One member of a record."""

    def read(self, octets: bytes, at: int) -> tuple[Any, int]:
        """Return the value that stands at ``at`` and the place after it."""
        ...

    def write(self, value: Any) -> bytes:  # noqa: ANN401 each field takes values of its own type
        """Write a value."""
        ...


@lru_cache(maxsize=_REMEMBERED)
def eui_of(octets: bytes) -> Eui64:
    """Return the EUI-64 that stands little-endian in 8 octets."""
    return Eui64(octets[::-1].hex())


@lru_cache(maxsize=_REMEMBERED)
def eui_octets(address: Eui64) -> bytes:
    """Return an EUI-64 as it stands on the air; ``ValueError`` where it is none."""
    if not isinstance(address, str) or len(address) != 16:
        raise ValueError(f"{address!r} is not an EUI-64")
    return bytes.fromhex(address)[::-1]


def _taken(octets: bytes, at: int, size: int) -> bytes:
    if at + size > len(octets):
        raise ZigbeeError("", at, f"breaks off: {max(len(octets) - at, 0)} octets left", expected=f"at least {size}")
    return octets[at : at + size]


@dataclass(frozen=True, slots=True)
class Number:
    """An integer of so many octets."""

    size: int
    signed: bool = False

    def read(self, octets: bytes, at: int) -> tuple[int, int]:
        """Return the number that stands at ``at`` and the place after it."""
        return int.from_bytes(_taken(octets, at, self.size), "little", signed=self.signed), at + self.size

    def write(self, value: int) -> bytes:
        """Write the number."""
        try:
            return value.to_bytes(self.size, "little", signed=self.signed)
        except (OverflowError, AttributeError):
            raise ValueError(f"{value!r} does not fit {self.size} octets") from None


@dataclass(frozen=True, slots=True)
class Octets:
    """So many octets without meaning."""

    size: int

    def read(self, octets: bytes, at: int) -> tuple[bytes, int]:
        """Return the octets that stand at ``at`` and the place after them."""
        return _taken(octets, at, self.size), at + self.size

    def write(self, value: bytes) -> bytes:
        """Write the octets."""
        if len(value) != self.size:
            raise ValueError(f"{len(value)} octets where {self.size} are needed")
        return value


class _Address:
    """An EUI-64."""

    def read(self, octets: bytes, at: int) -> tuple[Eui64, int]:
        return eui_of(_taken(octets, at, 8)), at + 8

    def write(self, value: Eui64) -> bytes:
        return eui_octets(value)


class _String:
    """A length octet and as many octets; FF stands for no string, which is ``None``."""

    def read(self, octets: bytes, at: int) -> tuple[bytes | None, int]:
        length = _taken(octets, at, 1)[0]
        if length == _NO_STRING:
            return None, at + 1
        return _taken(octets, at + 1, length), at + 1 + length

    def write(self, value: bytes | None) -> bytes:
        if value is None:
            return bytes((_NO_STRING,))
        if len(value) >= _NO_STRING:
            raise ValueError(f"a string of {len(value)} octets where at most 254 fit")
        return bytes((len(value),)) + value


class _Rest:
    """All octets that are left."""

    def read(self, octets: bytes, at: int) -> tuple[bytes, int]:
        return octets[at:], len(octets)

    def write(self, value: bytes) -> bytes:
        return value


U8, U16, U24, U32, U48 = Number(1), Number(2), Number(3), Number(4), Number(6)
EUI: Field = _Address()
KEY = Octets(16)
STRING: Field = _String()
REST: Field = _Rest()


@dataclass(frozen=True, slots=True)
class ListOf:
    """A count octet and as many items."""

    item: Field

    def read(self, octets: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        """Return the items that stand at ``at`` and the place after them."""
        count, at = U8.read(octets, at)
        found = []
        for _ in range(count):
            value, at = self.item.read(octets, at)
            found.append(value)
        return tuple(found), at

    def write(self, value: Sequence[Any]) -> bytes:
        """Write the count and the items."""
        return U8.write(len(value)) + b"".join([self.item.write(item) for item in value])


@dataclass(frozen=True, slots=True)
class ToTheEnd:
    """Items until there are no more octets."""

    item: Field

    def read(self, octets: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        """Return the items from ``at`` to the end."""
        found = []
        while at < len(octets):
            value, at = self.item.read(octets, at)
            found.append(value)
        return tuple(found), at

    def write(self, value: Sequence[Any]) -> bytes:
        """Write the items."""
        return b"".join([self.item.write(item) for item in value])


@dataclass(frozen=True, slots=True)
class Maybe:
    """A last member that older senders leave out, which is ``None`` then."""

    item: Field

    def read(self, octets: bytes, at: int) -> tuple[Any, int]:
        """Return the value that stands at ``at``, or ``None`` at the end."""
        return self.item.read(octets, at) if at < len(octets) else (None, at)

    def write(self, value: Any) -> bytes:  # noqa: ANN401 each field takes values of its own type
        """Write the value, or nothing."""
        return b"" if value is None else self.item.write(value)


class Record(Generic[_Held_co]):
    """A dataclass and how its members stand on the wire."""

    __slots__ = ("_fields", "made", "names")

    def __init__(self, made: type[_Held_co], *members: Field) -> None:
        """Take a dataclass and one field for each of its members."""
        self.made = made
        self.names = tuple(member.name for member in fields(made))  # type: ignore[arg-type]  # a dataclass, which no type names
        self._fields = tuple(zip(self.names, members, strict=True))

    def read(self, octets: bytes, at: int) -> tuple[_Held_co, int]:
        """Return the value that stands at ``at`` and the place after it; raises :class:`ZigbeeError`."""
        found: dict[str, Any] = {}
        for name, member in self._fields:
            found[name], at = member.read(octets, at)
        return self.made(**found), at

    def write(self, value: Any) -> bytes:  # noqa: ANN401 each field takes values of its own type
        """Write a value; ``ValueError`` where it does not fit."""
        return b"".join([member.write(getattr(value, name)) for name, member in self._fields])


class Layout(Protocol[_Held_co]):
    """How the values of one dataclass stand on the wire: a :class:`Record`, or one that starts with flags."""

    @property
    def made(self) -> type[_Held_co]:
        """The dataclass."""
        ...

    def read(self, octets: bytes, at: int) -> tuple[_Held_co, int]:
        """Return the value that stands at ``at`` and the place after it; raises :class:`ZigbeeError`."""
        ...

    def write(self, value: Any) -> bytes:  # noqa: ANN401 each field takes values of its own type
        """Write a value; ``ValueError`` where it does not fit."""
        ...


def decode(layout: Layout[_Held_co], octets: bytes, layer: str, at: int = 0) -> _Held_co:
    """Read a value that fills ``octets`` from ``at`` on; raises :class:`ZigbeeError` of that layer."""
    name = layout.made.__name__
    try:
        value, end = layout.read(octets, at)
    except ZigbeeError as error:
        what = f"{name} {error.finding}"
        raise ZigbeeError(layer, error.offset, what, expected=error.expected, octets=error.octets) from None
    if end != len(octets):
        raise ZigbeeError(layer, end, f"{name} is followed by {len(octets) - end} octets", expected="none", octets=octets[end:])
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCommand:
    """A command that is not taken apart here, kept as octets."""

    command: int
    payload: bytes


class Choice(Generic[_Value]):
    """The commands of a layer, told apart by their first octet."""

    __slots__ = ("_by_id", "_by_type", "_layer")

    def __init__(self, layer: str, layouts: Mapping[int, Layout[_Value]]) -> None:
        """Take the layer's name and its layouts by command id."""
        self._layer = layer
        self._by_id = dict(layouts)
        self._by_type: dict[type, tuple[int, Layout[_Value]]] = {layout.made: (number, layout) for number, layout in layouts.items()}

    def read(self, octets: bytes) -> _Value | OtherCommand:
        """Read a command that fills ``octets``; raises :class:`ZigbeeError`. One that is not in the table is kept as octets."""
        if not octets:
            raise ZigbeeError(self._layer, 0, "command without octets", expected="a command id")
        layout = self._by_id.get(octets[0])
        return OtherCommand(command=octets[0], payload=octets[1:]) if layout is None else decode(layout, octets, self._layer, 1)

    def write(self, value: _Value | OtherCommand) -> bytes:
        """Write a command with its id; ``ValueError`` where a member does not fit."""
        if isinstance(value, OtherCommand):
            return U8.write(value.command) + value.payload
        number, layout = self._by_type[type(value)]
        return bytes((number,)) + layout.write(value)
