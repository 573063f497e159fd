"""Types of ASN.1 payloads: what an element must look like, how it is read into a typed value, how it is written.

============ ===================== =========================================================
type         value                 checked
============ ===================== =========================================================
integer      ``int``               as short as can be
octets       ``bytes``, ``Eui64``  of a given size
bits         ``bytes``             unused-bits octet, then the bits
time         ``str``               ``YYYYMMDDHHMMSSZ``
null         ``b""``               empty
certificate  ``bytes``             opaque, header and all
sequence     ``Named``             an absent optional member is not listed
sequence of  ``tuple``
choice       that of the one read  told by the tag
============ ===================== =========================================================

Length forms (see :mod:`harness.wire.gbcs.asn1`) are told apart from values: reading gives, beside the value, the forms of all elements
in the order in which they start, so that writing gives back the same octets. Certificates keep their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from harness.vocab.identity import Eui64
from harness.wire.gbcs.asn1 import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    integer_octets,
    read_header,
    read_integer,
    usual_form,
)
from harness.wire.gbcs.errors import GbcsError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ABSENT",
    "Asn1Type",
    "Asn1Value",
    "Forms",
    "Member",
    "bits",
    "certificate",
    "eui64",
    "integer",
    "kept",
    "null",
    "octets_of",
    "put",
    "time",
]

Asn1Value = int | bytes | str | tuple["Asn1Value", ...] | Mapping[str, "Asn1Value"]
Forms = list[int]
"""Length forms in the order of elements; one that is not what a GBCS device writes has :data:`_ODD` added."""

_ODD = 8
"""More than any length form that is read."""
_NULL = 0x05
_TIME_SIZE = 15
_MOST_UNUSED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Asn1Type:
    """One type: the tags it may start with, how its content is read, how it is written."""

    name: str
    tags: frozenset[int]
    read: Callable[[bytes, int, int, Forms], Asn1Value]
    """Reads the content between two places; a choice and a certificate read the whole element."""
    write: Callable[[int, Asn1Value, Iterator[int]], bytes]
    """Writes the whole element under a tag, taking length forms as it goes."""
    whole: bool = False
    """Whether ``read`` wants the whole element, header included."""
    meanings: Mapping[int | bytes, str] = field(default_factory=dict)
    size: int | None = None
    """Octets of the content, where it is always as many."""
    is_eui64: bool = False
    members: tuple[Member, ...] = ()
    of: Asn1Type | None = None
    """What a SEQUENCE OF repeats."""
    among: tuple[Asn1Type, ...] = ()
    """What a choice chooses from."""

    @property
    def tag(self) -> int:
        """The tag that it is written under; a choice has one for each of its types."""
        return min(self.tags)

    def element(self, octets: bytes, at: int, end: int, forms: Forms) -> tuple[Asn1Value, int]:
        """Read the element whose tag stands at ``at``; return its value and the place after it. Raises :class:`GbcsError` E34."""
        if at >= end or octets[at] not in self.tags:
            raise _wrong(octets, at, end, self)
        if self.whole:
            after = read_header(octets, at, end, 0)[3]
            return self.read(octets, at, after, forms), after
        start, after = _header(octets, at, end, forms)
        return self.read(octets, start, after, forms), after


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a SEQUENCE."""

    name: str
    type: Asn1Type
    optional: bool = False


ABSENT: Iterator[int] = iter(())
"""No length forms: every length is written as GBCS devices do."""


def kept(forms: Forms) -> tuple[int, ...]:
    """Return the length forms that writing needs: none where every one is what a GBCS device writes."""
    return tuple([form % _ODD for form in forms]) if max(forms, default=0) >= _ODD else ()


def _wrong(octets: bytes, at: int, end: int, kind: Asn1Type) -> GbcsError:
    tags = " or ".join(f"{tag:02X}" for tag in sorted(kind.tags))
    if at >= end:
        return GbcsError("E34", at, f"no {kind.name}", expected=f"an element {tags}")
    return GbcsError("E34", at, f"another element than {kind.name}", expected=f"tag {tags}", octets=octets[at : at + 1])


def _header(octets: bytes, at: int, end: int, forms: Forms) -> tuple[int, int]:
    """Note the length form of the element at ``at``; return where its content starts and ends."""
    start = at + 2
    if start <= end:
        length = octets[at + 1]
        after = start + length
        if length < 0x80 and after <= end:
            forms.append(0)
            return start, after
    _, form, start, after = read_header(octets, at, end, 0)
    forms.append(form if form == usual_form(after - start) else form + _ODD)
    return start, after


def put(tag: int, content: bytes, form: int | None) -> bytes:
    """Write an element in a length form, the usual one where none is given."""
    size = len(content)
    form = usual_form(size) if form is None else form
    if not form:
        if size >= 0x80:
            raise ValueError(f"{size} octets do not fit the short length form")
        return bytes((tag, size)) + content
    return bytes((tag, 0x80 | form)) + size.to_bytes(form, "big") + content


def _simple(
    name: str,
    tag: int,
    read: Callable[[bytes, int], Asn1Value],
    write: Callable[[Asn1Value], bytes],
    *,
    meanings: Mapping[int | bytes, str] | None = None,
    size: int | None = None,
) -> Asn1Type:
    """Return a type whose content holds no elements; ``read`` is given content and place."""

    def write_element(under: int, value: Asn1Value, forms: Iterator[int]) -> bytes:
        form = next(forms, None)
        try:
            return put(under, write(value), form)
        except (TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"{value!r} where {name} is needed: {error}") from None

    return Asn1Type(
        name=name,
        tags=frozenset({tag}),
        read=lambda octets, start, end, forms: read(octets[start:end], start),
        write=write_element,
        meanings=meanings or {},
        size=size,
    )


def integer(name: str = "INTEGER", meanings: Mapping[int, str] | None = None, *, tag: int = INTEGER) -> Asn1Type:
    """Return an INTEGER, or with another tag an ENUMERATED."""
    known = cast("Mapping[int | bytes, str]", meanings or {})
    return _simple(name, tag, read_integer, lambda value: integer_octets(cast("int", value)), meanings=known)


def octets_of(size: int | None, name: str) -> Asn1Type:
    """Return an OCTET STRING of a fixed size, or of any."""

    def check(octets: bytes, at: int) -> bytes:
        if size is not None and len(octets) != size:
            raise GbcsError("E34", at, f"{name} of {len(octets)} octets", expected=f"{size}", octets=octets)
        return octets

    def write(value: Asn1Value) -> bytes:
        octets = cast("bytes", value)
        if not isinstance(octets, bytes) or size not in (None, len(octets)):
            raise ValueError(f"{value!r} where {size or 'some'} octets are needed")
        return octets

    return _simple(name, OCTET_STRING, check, write, size=size)


def eui64(name: str) -> Asn1Type:
    """Return an OCTET STRING that holds an EUI-64."""
    raw = octets_of(8, name)

    def write(under: int, value: Asn1Value, forms: Iterator[int]) -> bytes:
        return raw.write(under, bytes.fromhex(value) if isinstance(value, str) else value, forms)

    def read(octets: bytes, start: int, end: int, forms: Forms) -> Asn1Value:
        return Eui64(cast("bytes", raw.read(octets, start, end, forms)).hex())

    return Asn1Type(name=name, tags=raw.tags, read=read, write=write, size=8, is_eui64=True)


def bits(name: str, meanings: Mapping[bytes, str] | None = None) -> Asn1Type:
    """Return a BIT STRING of at least one bit, kept with its unused-bits octet."""
    known = cast("Mapping[int | bytes, str]", meanings or {})

    def check(octets: bytes, at: int) -> bytes:
        if len(octets) < 2 or octets[0] > _MOST_UNUSED:
            raise GbcsError("E34", at, f"{name} is no BIT STRING", expected="0 to 7 unused bits, and bits", octets=octets)
        return octets

    return _simple(name, BIT_STRING, check, lambda value: cast("bytes", value) + b"", meanings=known)


def time(name: str) -> Asn1Type:
    """Return a GeneralizedTime as devices write it."""

    def read(octets: bytes, at: int) -> str:
        if len(octets) != _TIME_SIZE or not octets[:-1].isdigit() or octets[-1:] != b"Z":
            raise GbcsError("E34", at, f"{name} is no time", expected="YYYYMMDDHHMMSSZ", octets=octets)
        return octets.decode("ascii")

    return _simple(name, GENERALIZED_TIME, read, lambda value: cast("str", value).encode("ascii"))


def _no_content(octets: bytes, at: int) -> bytes:
    if octets:
        raise GbcsError("E34", at, "a NULL that is not empty", expected="05 00", octets=octets)
    return octets


def _nothing(value: Asn1Value) -> bytes:
    if value != b"":
        raise ValueError(f"{value!r} where NULL has no octets")
    return b""


null = _simple("NULL", _NULL, _no_content, _nothing)
"""The NULL type."""


def certificate(name: str) -> Asn1Type:
    """Return a SEQUENCE that is kept as it is, header and all: a certificate or certification request."""

    def write(under: int, value: Asn1Value, forms: Iterator[int]) -> bytes:
        if not isinstance(value, bytes) or not _is_whole(value):
            raise ValueError(f"{value!r} where one {name} is needed")
        return value

    return Asn1Type(name=name, tags=frozenset({SEQUENCE}), read=lambda octets, at, end, forms: octets[at:end], write=write, whole=True)


def _is_whole(octets: bytes) -> bool:
    """Tell whether octets are one SEQUENCE, from header to end."""
    try:
        return octets[:1] == b"\x30" and read_header(octets, 0, len(octets), 0)[3] == len(octets)
    except GbcsError:
        return False
