"""How values of GBCS are spelt for people and in JSON: date-times, logical names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.json_place import DocumentError

if TYPE_CHECKING:
    from harness.wire.gbcs.json_place import Place

__all__ = ["date_time_from", "date_time_text", "instance_from", "instance_text"]

_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z")
_INSTANCE = re.compile(r"(\d{1,3})-(\d{1,3}):(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})")
_SPECIAL = {"now": bytes(9) + b"\x80\x00\xff", "never": b"\xff" * 9 + b"\x80\x00\xff"}
_EXPECTED = "'now', 'never', an instant such as 2030-01-01T12:00:00Z, or 24 hexadecimal digits"


def date_time_text(value: CosemDateTime) -> str:
    """Write a date-time so that :func:`date_time_from` reads the same octets: as an instant where it is one as GBCS writes it."""
    text = str(value)
    return text if _parsed(text) == value else value.encode().hex()


def date_time_from(place: Place) -> CosemDateTime:
    """Read a date-time."""
    if not isinstance(place.value, str):
        raise place.fault(_EXPECTED)
    found = _parsed(place.value)
    if found is not None:
        return found
    if _INSTANT.fullmatch(place.value):
        raise DocumentError(place.path, f"'{place.value}' is no date of the calendar", expected=_EXPECTED)
    try:
        return CosemDateTime.decode(place.octets(12))
    except DocumentError:
        raise place.fault(_EXPECTED) from None


def _parsed(text: str) -> CosemDateTime | None:
    if text in _SPECIAL:
        return CosemDateTime.decode(_SPECIAL[text])
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    value = CosemDateTime(year, month, day, hour=hour, minute=minute, second=second)
    return None if value.seconds is None else value


def instance_text(octets: bytes) -> str:
    """Write a logical name of six octets as ``1-0:1.8.0.255``."""
    a, b, c, d, e, f = octets
    return f"{a}-{b}:{c}.{d}.{e}.{f}"


def instance_from(place: Place) -> bytes:
    """Read a logical name."""
    found = _INSTANCE.fullmatch(place.value) if isinstance(place.value, str) else None
    parts = [int(part) for part in found.groups()] if found else []
    if not parts or max(parts) > 0xFF:
        raise place.fault("a logical name such as 1-0:1.8.0.255")
    return bytes(parts)
