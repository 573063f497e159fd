"""ASN.1 types made of others: SEQUENCE, SEQUENCE OF, a choice, and a type under a context tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.wire.gbcs.asn1 import SEQUENCE
from harness.wire.gbcs.asn1_types import ABSENT, Asn1Type, Asn1Value, Forms, Member, put
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.named import Named, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["choice", "optional", "sequence", "sequence_of", "tagged"]


def sequence(name: str, *members: Member | tuple[str, Asn1Type]) -> Asn1Type:
    """Return a SEQUENCE of named members in a fixed order."""
    listed = tuple(member if isinstance(member, Member) else Member(*member) for member in members)
    names = tuple(member.name for member in listed)

    def read(octets: bytes, at: int, end: int, forms: Forms) -> Asn1Value:
        values: list[Asn1Value | None] = []
        for member in listed:
            kind = member.type
            if member.optional and (at >= end or octets[at] not in kind.tags):
                values.append(None)
                continue
            value, at = kind.element(octets, at, end, forms)
            values.append(value)
        if at != end:
            raise GbcsError("E34", at, f"{end - at} octets after {name}", expected="none", octets=octets[at:end])
        return Named(names, tuple(values))

    def write(under: int, value: Asn1Value, forms: Iterator[int]) -> bytes:
        if not isinstance(value, Mapping):
            raise ValueError(f"{value!r} where {name} is needed")
        form, written = next(forms, None), []
        for member, inner in zip(listed, in_order(value, names), strict=True):
            if inner is not None:
                written.append(member.type.write(member.type.tag, inner, forms))
            elif not member.optional:
                raise ValueError(f"{name} needs '{member.name}'")
        return put(under, b"".join(written), form)

    return Asn1Type(name=name, tags=frozenset({SEQUENCE}), read=read, write=write, members=listed)


def sequence_of(name: str, of: Asn1Type) -> Asn1Type:
    """Return a SEQUENCE OF elements of one type."""

    def read(octets: bytes, at: int, end: int, forms: Forms) -> Asn1Value:
        values = []
        while at < end:
            value, at = of.element(octets, at, end, forms)
            values.append(value)
        return tuple(values)

    def write(under: int, value: Asn1Value, forms: Iterator[int]) -> bytes:
        if not isinstance(value, tuple):
            raise ValueError(f"{value!r} where {name} is needed")
        form = next(forms, None)
        return put(under, b"".join([of.write(of.tag, inner, forms) for inner in value]), form)

    return Asn1Type(name=name, tags=frozenset({SEQUENCE}), read=read, write=write, of=of)


def choice(name: str, *among: Asn1Type) -> Asn1Type:
    """Return a choice of types that start with different tags; a value is written by the first type that takes it."""
    by_tag = {tag: kind for kind in among for tag in kind.tags}

    def read(octets: bytes, at: int, end: int, forms: Forms) -> Asn1Value:
        return by_tag[octets[at]].element(octets, at, end, forms)[0]

    def takes(kind: Asn1Type, value: Asn1Value) -> bool:
        try:
            kind.write(kind.tag, value, ABSENT)
        except ValueError:
            return False
        return True

    def write(under: int, value: Asn1Value, forms: Iterator[int]) -> bytes:
        for kind in among:
            if takes(kind, value):
                return kind.write(kind.tag, value, forms)
        raise ValueError(f"{value!r} is none of {', '.join(kind.name for kind in among)}")

    return Asn1Type(name=name, tags=frozenset(by_tag), read=read, write=write, whole=True, among=among)


def tagged(tag: int, kind: Asn1Type) -> Asn1Type:
    """Return a type under an implicit context tag."""
    return Asn1Type(
        name=kind.name,
        tags=frozenset({tag}),
        read=kind.read,
        write=kind.write,
        meanings=kind.meanings,
        size=kind.size,
        is_eui64=kind.is_eui64,
        members=kind.members,
        of=kind.of,
    )


def optional(name: str, kind: Asn1Type) -> Member:
    """Return a member that may be absent."""
    return Member(name, kind, optional=True)
