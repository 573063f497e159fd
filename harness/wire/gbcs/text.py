"""Messages given as text: hexadecimal, or the base64 that user interfaces carry, of the same octets."""

from __future__ import annotations

import re
from base64 import b64decode

from harness.wire.gbcs.errors import GbcsError

__all__ = ["octets_of"]

_SPACES = re.compile(r"[\s:_-]+")
_HEX = re.compile(r"[0-9A-Fa-f]*")
_WRONG = re.compile(r"[^0-9A-Fa-f\s:_-]")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_MARKS = b"\xdd\xdf"


def octets_of(text: str) -> bytes:
    """Return the octets that hexadecimal or base64 text stands for.

    Hexadecimal may start ``0x`` and be parted by spaces, colons or dashes. Base64 is taken only where its octets start
    DD or DF, as those of every message do. Raises :class:`GbcsError` E43 for an odd number of digits or other characters.
    """
    stripped = text.strip()
    bare = stripped[2:] if stripped[:2] in ("0x", "0X") else stripped
    digits = _SPACES.sub("", bare)
    if _HEX.fullmatch(digits) and len(digits) % 2 == 0:
        return bytes.fromhex(digits)
    joined = "".join(stripped.split())
    if _BASE64.fullmatch(joined) and len(joined) % 4 == 0:
        octets = b64decode(joined)
        if octets[:1] and octets[0] in _MARKS:
            return octets
    if _HEX.fullmatch(digits):
        raise GbcsError("E43", len(text), f"{len(digits)} hexadecimal digits", expected="an even number of them", unit="character")
    wrong = _WRONG.search(text, text.index(bare))
    at, character = (wrong.start(), wrong[0]) if wrong else (len(text), "")
    expected = "hexadecimal, or base64 of a message"
    raise GbcsError("E43", at, f"{character!r} is not a hexadecimal digit", expected=expected, unit="character")
