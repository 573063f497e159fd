"""ASN.1 payloads as JSON, both ways, guided by the type that message code and CRA flag choose.

Integers are numbers (text from 2**53 on), times ``YYYYMMDDHHMMSSZ``, NULL is ``null``, everything else is hexadecimal. A choice
tells itself: a number is an INTEGER, ``null`` a NULL, an object a SEQUENCE, hexadecimal a certificate.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.vocab.identity import Eui64
from harness.wire.gbcs.asn1 import BIT_STRING, ENUMERATED, GENERALIZED_TIME, INTEGER, OCTET_STRING
from harness.wire.gbcs.json_place import DocumentError, Place, whole
from harness.wire.gbcs.named import Named

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.vocab.canonical import Json
    from harness.wire.gbcs.asn1_types import Asn1Type, Asn1Value

__all__ = ["asn1_from", "asn1_json", "primitive"]

_NULL = 0x05
_CONTEXT = {0x80: OCTET_STRING, 0x81: INTEGER, 0x83: INTEGER, 0x84: INTEGER}
"""What the implicit tags of GBCS stand for, where the element is simple."""
_TIME = re.compile(r"[0-9]{14}Z")


def primitive(kind: Asn1Type) -> int:
    """Return the universal tag of a simple type, 0 for any other type."""
    if kind.members or kind.of or kind.among or kind.whole or kind.tag & 0x20:
        return 0
    return _CONTEXT.get(kind.tag, kind.tag)


def asn1_json(value: Asn1Value) -> Json:
    """Write a value."""
    if isinstance(value, int):
        return whole(value)
    if isinstance(value, bytes):
        return value.hex() or None
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return [asn1_json(item) for item in value]
    return {name: asn1_json(item) for name, item in value.items()}


def asn1_from(place: Place, kind: Asn1Type) -> Asn1Value:
    """Read a value of a type."""
    if kind.among:
        return asn1_from(place, _chosen(place, kind))
    if kind.members:
        return _sequence(place, kind)
    if kind.of is not None:
        of = kind.of
        return tuple([asn1_from(item, of) for item in place.items()])
    tag = primitive(kind)
    if not tag:
        return _written(place, kind, place.octets())
    if tag in (INTEGER, ENUMERATED):
        return place.integer()
    return _SIMPLE[tag](place, kind)


def _chosen(place: Place, kind: Asn1Type) -> Asn1Type:
    """Return the type of a choice that a JSON value is of."""
    value = place.value
    for among in kind.among:
        tag = primitive(among)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        fits = {INTEGER: is_number, _NULL: value is None, 0: isinstance(value, dict) if among.members else isinstance(value, str)}
        if fits.get(tag):
            return among
    raise place.fault(" or ".join(among.name for among in kind.among))


def _sequence(place: Place, kind: Asn1Type) -> Asn1Value:
    names = tuple(member.name for member in kind.members)
    found = place.members(names, [member.name for member in kind.members if not member.optional])
    return Named(names, tuple([asn1_from(found[member.name], member.type) if member.name in found else None for member in kind.members]))


def _null(place: Place, kind: Asn1Type) -> Asn1Value:
    if place.value is not None:
        raise place.fault("null")
    return b""


def _time(place: Place, kind: Asn1Type) -> Asn1Value:
    if not _TIME.fullmatch(place.text()):
        raise place.fault("a time as YYYYMMDDHHMMSSZ")
    return place.text()


def _octets(place: Place, kind: Asn1Type) -> Asn1Value:
    """Read octets; the one type of octets that takes text as well is an EUI-64."""
    octets = place.octets()
    text = Eui64(octets.hex())
    try:
        kind.write(kind.tag, text, iter(()))
    except ValueError:
        return _written(place, kind, octets)
    return text


def _written(place: Place, kind: Asn1Type, octets: bytes) -> bytes:
    """Return octets that the type takes; raises :class:`DocumentError` where it does not."""
    try:
        kind.write(kind.tag, octets, iter(()))
    except ValueError:
        raise DocumentError(place.path, f"{len(octets)} octets", expected=f"the octets of one {kind.name}") from None
    return octets


_SIMPLE: dict[int, Callable[[Place, Asn1Type], Asn1Value]] = {
    _NULL: _null,
    GENERALIZED_TIME: _time,
    OCTET_STRING: _octets,
    BIT_STRING: _octets,
}
