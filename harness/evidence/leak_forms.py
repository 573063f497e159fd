"""Every way in which a value may be written down: what a leak scan looks for.

A value is octets (an EUI-64, a coordinate of a key, a serial) or text (a model, a maker). Case, separators,
escapes, wide characters and hexadecimal or base64 around text are taken off by the scan before it looks, so
here stands only what is left to tell apart.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from unicodedata import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SEPARATORS", "SHORTEST", "Needle", "Secret", "View", "folded", "needles"]

SEPARATORS = b"\0\t\n\r ,-.:;_"
"""What may stand between the parts of a value; a NUL is half of a wide character."""

SHORTEST = 4
"""Letters and digits that a text needs to be looked for: anything shorter is everywhere."""

_LONGEST = 512
"""Octets of a value that are looked for; what is longer is known by its beginning."""
_FEWEST_OCTETS = 4
_FEWEST_DIGITS = 15
_PART_OF_A_WORD = 8
"""Letters and digits from which on a text is looked for within words as well."""
_UPPER, _LOWER = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz"
_FOLDING = bytes.maketrans(_UPPER, _LOWER)


class View(StrEnum):
    """What is done to a file before it is searched."""

    FOLDED = "folded"
    """In lower case, without separators."""
    BASE64 = "base64"
    """The URL-safe alphabet as the standard one, without line ends and spaces."""
    RAW = "raw"
    """As it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A value that must not leave the lab."""

    kind: str
    """What it is, for whoever reads a finding; the value itself is never told."""
    octets: bytes
    is_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Needle:
    """One way of writing a secret."""

    view: View
    octets: bytes
    """As it stands in that view."""
    form: str
    kind: str
    is_word: bool = False
    """Whether neither a letter nor a digit may stand beside it, because it is short."""


def folded(octets: bytes) -> bytes:
    """Return octets in lower case and without separators."""
    return octets.translate(_FOLDING, SEPARATORS)


def needles(secret: Secret) -> Iterator[Needle]:
    """Yield every way of writing a secret; nothing for one that is too short to be told from chance."""
    found = _of_text(secret) if secret.is_text else _of_octets(secret)
    seen = set()
    for needle in found:
        if (needle.view, needle.octets) not in seen:
            seen.add((needle.view, needle.octets))
            yield needle


def _of_octets(secret: Secret) -> Iterator[Needle]:
    whole = secret.octets[:_LONGEST]
    if len(whole) < _FEWEST_OCTETS or len(set(whole)) == 1:
        return
    for octets, turned in ((whole, ""), (whole[::-1], ", octets reversed")):
        yield Needle(view=View.FOLDED, octets=octets.hex().encode(), form=f"hexadecimal{turned}", kind=secret.kind)
        yield Needle(view=View.RAW, octets=octets, form=f"octets{turned}", kind=secret.kind)
        yield from _in_base64(octets, f"base64{turned}", secret.kind)
        number = str(int.from_bytes(octets, "big")).encode()
        if len(number) >= _FEWEST_DIGITS and len(octets) <= 64:
            yield Needle(view=View.FOLDED, octets=number, form=f"decimal{turned}", kind=secret.kind)
        for digits in ("%d", "%03d"):
            listed = "".join(digits % octet for octet in octets).encode()
            if len(listed) >= _FEWEST_DIGITS:
                yield Needle(view=View.FOLDED, octets=listed, form=f"decimal octets{turned}", kind=secret.kind)


def _of_text(secret: Secret) -> Iterator[Needle]:
    text = secret.octets.decode()
    for spelling in sorted(
        {text, text.lower(), text.upper(), text.title(), text.capitalize(), normalize("NFD", text), normalize("NFC", text)}
    ):
        for encoding in ("utf-8", "latin-1"):
            try:
                octets = spelling.encode(encoding)[:_LONGEST]
            except UnicodeEncodeError:
                continue
            yield from _spelt(octets, secret.kind)


def _spelt(octets: bytes, kind: str) -> Iterator[Needle]:
    """Yield the ways of writing one spelling of a text."""
    bare = folded(octets)
    if len(bare) < SHORTEST:
        return
    view, written = (View.RAW, octets) if bare.isdigit() else (View.FOLDED, bare)
    yield Needle(view=view, octets=written, form="text", kind=kind, is_word=bare.isdigit() or len(bare) < _PART_OF_A_WORD)
    yield Needle(view=View.FOLDED, octets=octets.hex().encode(), form="hexadecimal of text", kind=kind)
    if len(octets) > SHORTEST:
        yield Needle(view=View.FOLDED, octets=octets[::-1].hex().encode(), form="hexadecimal of text, reversed", kind=kind)
        yield from _in_base64(octets, "base64 of text", kind)


def _in_base64(octets: bytes, form: str, kind: str) -> Iterator[Needle]:
    """Yield the characters that octets give wherever they begin within three, without those that neighbours decide."""
    for before in range(3):
        text = b64encode(bytes(before) + octets + bytes(2))
        first, last = -(-8 * before // 6), 8 * (before + len(octets)) // 6
        yield Needle(view=View.BASE64, octets=text[first:last], form=form, kind=kind)
