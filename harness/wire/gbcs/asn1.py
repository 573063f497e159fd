"""ASN.1 elements (tag, length, value) that remember in which form their length was written.

GBCS is DER with one catch: devices write lengths above 127 as ``82 hh ll`` even where ``81 ll`` would do
(32 elements in 18 of the 1275 reference messages), while embedded certificates are true DER. So reading accepts any
definite form and keeps it, and writing uses the short form below 128 and ``82`` above, unless told otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.node import NESTING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "BIT_STRING",
    "ENUMERATED",
    "GENERALIZED_TIME",
    "INTEGER",
    "OCTET_STRING",
    "SEQUENCE",
    "Tlv",
    "decode_tlv",
    "integer_octets",
    "length_forms",
    "read_header",
    "read_integer",
    "usual_form",
    "with_length_forms",
]

INTEGER, BIT_STRING, OCTET_STRING, ENUMERATED = 0x02, 0x03, 0x04, 0x0A
GENERALIZED_TIME, SEQUENCE = 0x18, 0x30
_CONSTRUCTED = 0x20
_HIGH_TAG = 0x1F
_MOST_INTEGER = 9
"""Octets of an INTEGER that holds an unsigned 64-bit counter, the largest that GBCS has."""
_GBCS_LONG = 2
"""Octets after 0x82: the form GBCS devices use for every length above 127."""


class Tlv:
    """One ASN.1 element: a tag and either content octets or the elements inside."""

    __slots__ = ("end", "form", "offset", "tag", "value")

    def __init__(self, tag: int, value: bytes | tuple[Tlv, ...], *, form: int | None = None, offset: int = 0, end: int = 0) -> None:
        """Make an element; ``form`` counts the octets after the first length octet, ``None`` means GBCS's habit."""
        self.tag = tag
        self.value = value
        self.form = usual_form(len(self.content)) if form is None else form
        self.offset = offset
        self.end = end

    @property
    def content(self) -> bytes:
        """The octets after tag and length."""
        return self.value if isinstance(self.value, bytes) else b"".join(inner.encode() for inner in self.value)

    @property
    def children(self) -> tuple[Tlv, ...]:
        """The elements inside a constructed element; empty for a primitive one."""
        return () if isinstance(self.value, bytes) else self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tlv) and self.encode() == other.encode()

    def __hash__(self) -> int:
        return hash(self.encode())

    def __repr__(self) -> str:
        return f"Tlv({self.encode().hex()})"

    def encode(self) -> bytes:
        """Write the element with its length in the form it has."""
        content = self.content
        if not self.form:
            return bytes((self.tag, len(content))) + content
        return bytes((self.tag, 0x80 | self.form)) + len(content).to_bytes(self.form, "big") + content


def usual_form(length: int) -> int:
    """Return how many octets follow the first length octet where a GBCS device writes ``length``."""
    if length < 0x80:
        return 0
    return _GBCS_LONG if length < 0x1_0000 else (length.bit_length() + 7) // 8


def decode_tlv(octets: bytes, base: int = 0) -> Tlv:
    """Read one element that fills ``octets``, whose first octet stands at ``base`` in the message.

    Raises :class:`GbcsError` (E34) where a length runs past its parent, is indefinite, or octets are left.
    """
    element = _read(octets, 0, len(octets), base, 0)
    if element.end != base + len(octets):
        rest = octets[element.end - base :]
        raise GbcsError("E34", element.end, f"{len(rest)} octets after the outermost element", expected="none", octets=rest)
    return element


def read_header(octets: bytes, at: int, end: int, base: int) -> tuple[int, int, int, int]:
    """Return tag, length form, and where the content of the element at ``at`` starts and ends."""
    if end - at < 2:
        raise GbcsError("E34", base + at, "an element breaks off", expected="a tag and a length", octets=octets[at:end])
    tag, first = octets[at], octets[at + 1]
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise GbcsError("E34", base + at, "a tag of several octets", expected="a tag below 31", octets=octets[at : at + 1])
    form = first & 0x7F if first >= 0x80 else 0
    start = at + 2 + form
    if first == 0x80 or form > 4 or start > end:
        expected = "a definite length that fits"
        raise GbcsError("E34", base + at + 1, "not a usable length", expected=expected, octets=octets[at + 1 : end][:1])
    length = int.from_bytes(octets[at + 2 : start], "big") if form else first
    if length > end - start:
        expected = f"at most {end - start}, what its parent has left"
        raise GbcsError("E34", base + at + 1, f"an element of {length} octets", expected=expected, octets=octets[at + 1 : start])
    return tag, form, start, start + length


def _read(octets: bytes, at: int, end: int, base: int, depth: int) -> Tlv:
    if depth > NESTING:
        raise GbcsError("E34", base + at, f"elements nested deeper than {NESTING}", expected="a flatter structure")
    tag, form, start, after = read_header(octets, at, end, base)
    value: bytes | tuple[Tlv, ...] = octets[start:after]
    if tag & _CONSTRUCTED:
        value = tuple(_read_all(octets, start, after, base, depth + 1))
    return Tlv(tag, value, form=form, offset=base + at, end=base + after)


def _read_all(octets: bytes, at: int, end: int, base: int, depth: int) -> Iterator[Tlv]:
    while at < end:
        element = _read(octets, at, end, base, depth)
        yield element
        at = element.end - base


def length_forms(element: Tlv) -> tuple[int, ...]:
    """Return the length forms of an element and all inside it, outermost first; empty where all are GBCS's habit."""
    forms = tuple((inner.form, usual_form(len(inner.content))) for inner in _walk(element))
    return tuple(form for form, _ in forms) if any(form != usual for form, usual in forms) else ()


def with_length_forms(element: Tlv, forms: Sequence[int]) -> Tlv:
    """Return the same element with the length forms that :func:`length_forms` gave; ``ValueError`` where they do not fit."""
    if not forms:
        return element
    left = list(forms)
    rebuilt = _apply(element, left)
    if left:
        raise ValueError(f"{len(forms)} length forms for {len(forms) - len(left)} elements")
    return rebuilt


def _apply(element: Tlv, left: list[int]) -> Tlv:
    if not left:
        raise ValueError("fewer length forms than elements")
    form = left.pop(0)
    value = element.value if isinstance(element.value, bytes) else tuple(_apply(inner, left) for inner in element.value)
    return Tlv(element.tag, value, form=form)


def _walk(element: Tlv) -> Iterator[Tlv]:
    yield element
    for inner in element.children:
        yield from _walk(inner)


def integer_octets(value: int) -> bytes:
    """Write an INTEGER's content: two's complement in as few octets as hold it."""
    width = (value + (value < 0)).bit_length() // 8 + 1
    return value.to_bytes(width, "big", signed=True)


def read_integer(content: bytes, offset: int) -> int:
    """Read an INTEGER's content; raises :class:`GbcsError` (E34) where it is empty, longer than need be, or above 64 bits."""
    value = int.from_bytes(content, "big", signed=True)
    if integer_octets(value) != content:
        raise GbcsError("E34", offset, "an INTEGER that is not minimal", expected=integer_octets(value).hex(), octets=content)
    if len(content) > _MOST_INTEGER:
        raise GbcsError("E34", offset, f"an INTEGER of {len(content)} octets", expected=f"at most {_MOST_INTEGER}", octets=content)
    return value
