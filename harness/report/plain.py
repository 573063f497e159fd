"""Foreign text made harmless: what a person or a device wrote may not steer a terminal, a page or a parser."""

from __future__ import annotations

from unicodedata import category, normalize

__all__ = ["clean"]

_SPACES = {"\n": " ", "\r": " ", "\t": " ", "\u2028": " ", "\u2029": " "}
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REPLACED = "\ufffd"


def clean(text: str) -> str:
    """Return ``text`` on one line, in normal form C, with every steering character shown as U+FFFD.

    Replaced are control characters (terminal escapes, NUL), lone surrogates, non-characters (not
    allowed in XML) and the controls that reorder text, with which a name could change how a figure
    beside it is read.
    """
    if text.isascii() and text.isprintable():
        return text
    return normalize("NFC", "".join(_spelt(character) for character in text))


def _spelt(character: str) -> str:
    if character in _SPACES:
        return _SPACES[character]
    if character in _BIDI_CONTROLS or category(character) in {"Cc", "Cs"} or _is_noncharacter(ord(character)):
        return _REPLACED
    return character


def _is_noncharacter(point: int) -> bool:
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
