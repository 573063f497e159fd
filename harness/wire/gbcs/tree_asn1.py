"""ASN.1 payloads as trees of fields, by the type that message code and CRA flag choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.asn1 import Tlv, read_header
from harness.wire.gbcs.content import Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.wire.gbcs.asn1_types import Asn1Type
    from harness.wire.gbcs.content import FieldValue

__all__ = ["element_field", "typed_field"]

_NULL = 0x05


def typed_field(kind: Asn1Type, name: str, octets: bytes, at: int, end: int) -> Field:
    """Return the field of the element at ``at`` of a message, which was read as ``kind`` before."""
    tag, _, start, after = read_header(octets, at, end, 0)
    chosen = next((among for among in kind.among if tag in among.tags), kind)
    if chosen.members:
        return _group(name, chosen.name, tuple(_members(chosen, octets, start, after)), at, after)
    if chosen.of is not None:
        parts = tuple(_elements(chosen.of, octets, start, after))
        return _group(name, f"{len(parts)} of {chosen.of.name}", parts, at, after)
    value, meaning = _told(chosen, tag, octets, start, after)
    return Field(name=name, offset=at, end=after, value=value, meaning=meaning)


def _group(name: str, meaning: str, parts: tuple[Field, ...], offset: int, end: int) -> Field:
    return Field(name=name, offset=offset, end=end, value=None, meaning="" if meaning == name else meaning, parts=parts)


def _members(kind: Asn1Type, octets: bytes, at: int, end: int) -> Iterator[Field]:
    for member in kind.members:
        if at < end and octets[at] in member.type.tags:
            field = typed_field(member.type, member.name, octets, at, end)
            yield field
            at = field.end


def _elements(of: Asn1Type, octets: bytes, at: int, end: int) -> Iterator[Field]:
    number = 0
    while at < end:
        number += 1
        field = typed_field(of, f"{of.name} {number}", octets, at, end)
        yield field
        at = field.end


def _told(kind: Asn1Type, tag: int, octets: bytes, start: int, after: int) -> tuple[FieldValue, str]:
    """Return value and meaning of a simple element, or of a certificate, which stays octets."""
    if kind.whole:
        return octets[start:after], f"{kind.name} of {after - start} octets"
    if tag == _NULL:
        return None, "null"
    value = kind.read(octets, start, after, [])
    if isinstance(value, (int, bytes)):
        return value, kind.meanings.get(value, "")
    return (value if isinstance(value, str) else None), ""


def element_field(element: Tlv, name: str, base: int) -> Field:
    """Return the field of an element whose type is not known, and of all inside it; its places count from ``base``."""
    parts = tuple(element_field(inner, f"element {number}", base) for number, inner in enumerate(element.children, 1))
    value = None if element.children else element.content
    return Field(
        name=name, offset=base + element.offset, end=base + element.end, value=value, meaning=f"tag {element.tag:02X}", parts=parts
    )
