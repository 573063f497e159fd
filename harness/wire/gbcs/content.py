"""Contents of fixed layout: what stands inside an octet string, an integer, or a GBZ alert's body.

A content reads octets into a :class:`Field` (name, place, typed value, meaning) and writes the value back; layouts of
alerts are put together from these and from :mod:`harness.wire.gbcs.shape`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from harness.vocab.identity import Eui64
from harness.wire.gbcs.asn1 import integer_octets, read_integer
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.errors import GbcsError

__all__ = [
    "SEALED",
    "Content",
    "Field",
    "FieldValue",
    "Fixed",
    "Identifier",
    "Number",
    "Packed",
    "Raw",
    "Remaining",
    "SignedNumber",
    "Text",
    "When",
    "named",
    "need",
]

FieldValue = None | int | str | bytes | CosemDateTime | tuple["FieldValue", ...] | Mapping[str, "FieldValue"]
"""A typed value: EUI-64s are :class:`Eui64`, structures are mappings in wire order, arrays are tuples."""

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One named field of a message, with its place and what is inside it."""

    name: str
    offset: int
    """Offset of its first octet from the message's first octet."""
    end: int
    value: FieldValue
    meaning: str = ""
    parts: tuple[Field, ...] = ()
    constant: bool = False
    """Whether the layout allows one value only; constants are shown, but are no part of a structure's value."""


def need(value: FieldValue, kind: type[_Kind]) -> _Kind:
    """Return ``value`` where it is of ``kind``; ``ValueError`` otherwise."""
    if not isinstance(value, kind):
        raise ValueError(f"{value!r} where {kind.__name__} is needed")
    return value


def named(value: FieldValue, names: tuple[str, ...]) -> Mapping[str, FieldValue]:
    """Return ``value`` where it is a mapping that uses no other names; ``ValueError`` otherwise."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} where a mapping is needed")
    if unknown := sorted(set(value) - set(names)):
        raise ValueError(f"no fields {unknown} in this layout")
    return value


class Content(Protocol):
    """Octets of a known layout."""

    @property
    def size(self) -> int | None:
        """Octets it takes; ``None`` where it takes what it is given."""
        ...

    def read(self, name: str, octets: bytes, offset: int, rule: str) -> Field:
        """Read ``octets``, which stand at ``offset`` in the message; a misfit raises :class:`GbcsError` with ``rule``."""
        ...

    def write(self, value: FieldValue) -> bytes:
        """Write a value; ``ValueError`` or ``OverflowError`` where it does not fit."""
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """An unsigned big-endian integer."""

    size: int
    meanings: Mapping[int, str] = field(default_factory=dict)

    def read(self, name: str, octets: bytes, offset: int, rule: str) -> Field:
        """Read the integer."""
        value = int.from_bytes(octets, "big")
        return Field(name=name, offset=offset, end=offset + len(octets), value=value, meaning=self.meanings.get(value, ""))

    def write(self, value: FieldValue) -> bytes:
        """Write the integer."""
        return need(value, int).to_bytes(self.size, "big")


@dataclass(frozen=True, slots=True)
class SignedNumber:
    """An ASN.1 INTEGER or ENUMERATED: two's complement in as few octets as hold it."""

    meanings: Mapping[int, str] = field(default_factory=dict)

    @property
    def size(self) -> int | None:
        """As many octets as the value needs."""
        return None

    def read(self, name: str, octets: bytes, offset: int, rule: str) -> Field:
        """Read the integer, which must be minimal."""
        value = read_integer(octets, offset)
        return Field(name=name, offset=offset, end=offset + len(octets), value=value, meaning=self.meanings.get(value, ""))

    def write(self, value: FieldValue) -> bytes:
        """Write the integer."""
        return integer_octets(need(value, int))


@dataclass(frozen=True, slots=True)
class Raw:
    """Octets that stay octets."""

    size: int | None = None
    meanings: Mapping[bytes, str] = field(default_factory=dict)

    def read(self, name: str, octets: bytes, offset: int, rule: str) -> Field:
        """Keep the octets."""
        return Field(name=name, offset=offset, end=offset + len(octets), value=octets, meaning=self.meanings.get(octets, ""))

    def write(self, value: FieldValue) -> bytes:
        """Write the octets."""
        octets = need(value, bytes)
        if self.size is not None and len(octets) != self.size:
            raise ValueError(f"{len(octets)} octets where {self.size} are needed")
        return octets


@dataclass(frozen=True, slots=True)
class Identifier:
    """An EUI-64."""

    size: int = 8

    def read(self, name: str, octets: bytes, offset: int, rule: str) -> Field:
        """Read the identifier."""
        return Field(name=name, offset=offset, end=offset + len(octets), value=Eui64(octets.hex()))

    def write(self, value: FieldValue) -> bytes:
        """Write the identifier."""
        return Raw(self.size).write(bytes.fromhex(need(value, str)))


@dataclass(frozen=True, slots=True)
class When:
    """A COSEM date-time."""

    size: int = 12

    def read(self, name: str, octets: bytes, offset: int, rule: str) -> Field:
        """Read the date-time."""
        return Field(name=name, offset=offset, end=offset + len(octets), value=CosemDateTime.decode(octets))

    def write(self, value: FieldValue) -> bytes:
        """Write the date-time."""
        return need(value, CosemDateTime).encode()


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a utf8-string, whose element was read as UTF-8 before."""

    @property
    def size(self) -> int | None:
        """As many octets as the text needs."""
        return None

    def read(self, name: str, octets: bytes, offset: int, rule: str) -> Field:
        """Read the text."""
        return Field(name=name, offset=offset, end=offset + len(octets), value=octets.decode())

    def write(self, value: FieldValue) -> bytes:
        """Write the text."""
        return need(value, str).encode()


@dataclass(frozen=True, slots=True)
class Fixed:
    """Octets that are the same in every message of this layout."""

    octets: bytes
    meaning: str = ""

    @property
    def size(self) -> int:
        """Octets it takes."""
        return len(self.octets)

    def read(self, name: str, octets: bytes, offset: int, rule: str) -> Field:
        """Insist on the octets."""
        if octets != self.octets:
            raise GbcsError(rule, offset, f"another {name}", expected=self.octets.hex() or "no octets", octets=octets)
        return Field(name=name, offset=offset, end=offset + len(octets), value=octets, meaning=self.meaning, constant=True)

    def write(self, value: FieldValue) -> bytes:
        """Write the octets, whatever the value."""
        return self.octets


@dataclass(frozen=True, slots=True)
class Remaining:
    """An unsigned integer that counts the octets after it."""

    size: int


@dataclass(frozen=True, slots=True)
class Packed:
    """Contents one after another; at most one of them has no size of its own and takes what the others leave."""

    members: tuple[tuple[str, Content | Remaining], ...]

    @property
    def size(self) -> int | None:
        """Octets all members take, or ``None`` where one takes what it is given."""
        sizes = [content.size for _, content in self.members]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    def read(self, name: str, octets: bytes, offset: int, rule: str) -> Field:
        """Read the members; the value is a mapping of their names in wire order, constants left out."""
        free = len(octets) - sum(content.size or 0 for _, content in self.members)
        if free < 0 or (free and self.size is not None):
            least = len(octets) - free
            raise GbcsError(rule, offset, f"{name} of {len(octets)} octets", expected=f"{least} octets", octets=octets)
        parts, at = [], 0
        for member, content in self.members:
            after = at + (free if content.size is None else content.size)
            if isinstance(content, Remaining):
                left = len(octets) - after
                content = Fixed(left.to_bytes(content.size, "big"), f"{left} octets")
            parts.append(content.read(member, octets[at:after], offset + at, rule))
            at = after
        value = {part.name: part.value for part in parts if not part.constant}
        return Field(name=name, offset=offset, end=offset + at, value=value, parts=tuple(parts))

    def write(self, value: FieldValue) -> bytes:
        """Write the members, the last one first, so that lengths are known when they are written."""
        values = named(value, tuple(name for name, _ in self.members))
        tail = b""
        for name, content in reversed(self.members):
            if isinstance(content, Remaining):
                tail = len(tail).to_bytes(content.size, "big") + tail
            else:
                tail = content.write(values.get(name)) + tail
        return tail


SEALED = Packed(
    (
        ("security-control", Fixed(b"\x31", "authenticated encryption")),
        ("invocation-counter", Fixed(bytes(4))),
        ("ciphertext", Raw()),
        ("tag", Raw(12)),
    )
)
"""An encrypted body."""
