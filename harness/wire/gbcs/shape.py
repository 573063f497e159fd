"""Shapes of tagged elements, the same for DLMS data and ASN.1: a simple element, a record, a list of one kind.

A shape reads a :class:`~harness.wire.gbcs.node.Node` into a named :class:`~harness.wire.gbcs.content.Field` and writes
a typed value back into a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from harness.wire.gbcs.asn1 import SEQUENCE, Tlv
from harness.wire.gbcs.content import Content, Field, FieldValue, Fixed, named, need
from harness.wire.gbcs.dlms import NUMBERS, BitString, Data, Tag
from harness.wire.gbcs.errors import GbcsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.wire.gbcs.node import Node

__all__ = ["ASN1", "DLMS", "Dialect", "Leaf", "Listing", "Members", "Record", "Shape", "read_members", "write_members"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one encoding marks records and lists, and how it makes nodes."""

    rule: str
    record: int
    listing: int
    leaf: Callable[[int, bytes], Node]
    group: Callable[[int, tuple[Node, ...]], Node]


def _dlms_leaf(tag: int, content: bytes) -> Data:
    if tag in NUMBERS:
        return Data(tag, int.from_bytes(content, "big", signed=NUMBERS[Tag(tag)][1]))
    if tag == Tag.BIT_STRING:
        return Data(tag, BitString(8 * len(content), content))
    return Data(tag, content.decode() if tag == Tag.UTF8_STRING else content)


def _dlms_group(tag: int, nodes: tuple[Node, ...]) -> Data:
    return Data(tag, cast("tuple[Data, ...]", nodes))


def _asn1_group(tag: int, nodes: tuple[Node, ...]) -> Tlv:
    return Tlv(tag, cast("tuple[Tlv, ...]", nodes))


DLMS = Dialect(rule="E31", record=Tag.STRUCTURE, listing=Tag.ARRAY, leaf=_dlms_leaf, group=_dlms_group)
ASN1 = Dialect(rule="E34", record=SEQUENCE, listing=SEQUENCE, leaf=Tlv, group=_asn1_group)


class Shape(Protocol):
    """What one element must look like, and what it is worth."""

    def read(self, name: str, node: Node) -> Field:
        """Read an element; raises :class:`GbcsError` (E31 or E34) where it has another shape."""
        ...

    def write(self, value: FieldValue) -> Node:
        """Make the element for a value; ``ValueError`` or ``OverflowError`` where it does not fit."""
        ...


Members = tuple[tuple[str, Shape], ...]
"""Named elements in wire order."""


def _check_tag(name: str, node: Node, tag: int, rule: str) -> None:
    if node.tag != tag:
        raise GbcsError(rule, node.offset, f"{name} has another type", expected=f"type {tag:02x}", octets=bytes((node.tag,)))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A simple element whose content has a known layout."""

    dialect: Dialect
    tag: int
    content: Content

    def read(self, name: str, node: Node) -> Field:
        """Read the element."""
        _check_tag(name, node, self.tag, self.dialect.rule)
        octets = node.content
        size = self.content.size
        ragged = isinstance(node, Data) and isinstance(node.value, BitString) and node.value.size != 8 * len(octets)
        if ragged or (size is not None and len(octets) != size):
            expected = "whole octets" if ragged else f"{size} octets"
            raise GbcsError(self.dialect.rule, node.offset, f"{name} has another size", expected=expected, octets=node.encode())
        inner = self.content.read(name, octets, node.end - len(octets), self.dialect.rule)
        return Field(
            name=name,
            offset=node.offset,
            end=node.end,
            value=inner.value,
            meaning=inner.meaning,
            parts=inner.parts,
            constant=isinstance(self.content, Fixed),
        )

    def write(self, value: FieldValue) -> Node:
        """Make the element."""
        return self.dialect.leaf(self.tag, self.content.write(value))


@dataclass(frozen=True, slots=True)
class Record:
    """A structure or SEQUENCE of named members, of which the last ones may be absent."""

    dialect: Dialect
    members: Members
    optional: int = 0
    """How many members at the end may be absent; an absent one is absent from the value, too."""

    def read(self, name: str, node: Node) -> Field:
        """Read the members; the value is a mapping of their names in wire order, constants left out."""
        _check_tag(name, node, self.dialect.record, self.dialect.rule)
        parts = read_members(self.members, node.children, name, node, self.dialect, optional=self.optional)
        value = {part.name: part.value for part in parts if not part.constant}
        constant = all(part.constant for part in parts)
        return Field(name=name, offset=node.offset, end=node.end, value=value, parts=parts, constant=constant)

    def write(self, value: FieldValue) -> Node:
        """Make the members and the element around them; ``None`` will do where all members are constants."""
        members = write_members(self.members, {} if value is None else value, optional=self.optional)
        return self.dialect.group(self.dialect.record, members)


@dataclass(frozen=True, slots=True)
class Listing:
    """An array or SEQUENCE OF elements of one shape."""

    dialect: Dialect
    of: str
    item: Shape
    count: int | None = None
    """How many there must be; ``None`` leaves it open."""

    def read(self, name: str, node: Node) -> Field:
        """Read the elements; the value is a tuple."""
        _check_tag(name, node, self.dialect.listing, self.dialect.rule)
        found = len(node.children)
        if self.count is not None and found != self.count:
            raise GbcsError(self.dialect.rule, node.offset, f"{name} of {found}", expected=f"{self.count}")
        parts = tuple(self.item.read(f"{self.of} {number}", child) for number, child in enumerate(node.children, 1))
        return Field(name=name, offset=node.offset, end=node.end, value=tuple(part.value for part in parts), parts=parts)

    def write(self, value: FieldValue) -> Node:
        """Make the elements and the element around them."""
        return self.dialect.group(self.dialect.listing, tuple(self.item.write(inner) for inner in need(value, tuple)))


def read_members(
    members: Members,
    nodes: tuple[Node, ...],
    name: str,
    around: Node,
    dialect: Dialect,
    *,
    optional: int = 0,
) -> tuple[Field, ...]:
    """Read nodes as named members; raises :class:`GbcsError` where there are too few or too many."""
    if not len(members) - optional <= len(nodes) <= len(members):
        expected = f"{len(members)}" if not optional else f"{len(members) - optional} to {len(members)}"
        raise GbcsError(dialect.rule, around.offset, f"{name} of {len(nodes)} members", expected=expected)
    return tuple(shape.read(member, node) for (member, shape), node in zip(members, nodes, strict=False))


def write_members(members: Members, value: FieldValue, *, optional: int = 0) -> tuple[Node, ...]:
    """Make the nodes of named members; ``ValueError`` where a name is unknown or missing."""
    values = named(value, tuple(name for name, _ in members))
    required = len(members) - optional
    kept = [(name, shape) for place, (name, shape) in enumerate(members) if place < required or name in values]
    return tuple(shape.write(values.get(name)) for name, shape in kept)
