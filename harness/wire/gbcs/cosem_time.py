"""COSEM date-time: twelve octets in which every part may be left open.

GBCS writes UTC, with deviation 0x8000 (not specified) and clock status 0xFF; only such a value, with no
part left open, names an instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from struct import Struct

__all__ = ["CosemDateTime", "days_since_2000", "generalized_text", "utc_text"]

_LAYOUT = Struct(">HBBBBBBBHB")
_ORIGIN = date(2000, 1, 1).toordinal()
_START = datetime(2000, 1, 1, tzinfo=UTC)
_DAY = 86_400
_OPEN, _OPEN_YEAR, _OPEN_DEVIATION = 0xFF, 0xFFFF, 0x8000
_NOW = bytes(9) + b"\x80\x00\xff"
_NEVER = b"\xff" * 9 + b"\x80\x00\xff"


@lru_cache(maxsize=4096)
def days_since_2000(octets: bytes) -> int | None:
    """Return the whole days from 2000-01-01 to a COSEM date (year 2, month, day; more is ignored), or ``None``."""
    try:
        return date(int.from_bytes(octets[:2], "big"), octets[2], octets[3]).toordinal() - _ORIGIN
    except ValueError:
        return None


def utc_text(seconds: int) -> str:
    """Write seconds since 2000-01-01 as ``2030-01-07T00:00:00Z``."""
    return (_START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def generalized_text(seconds: int) -> str:
    """Write seconds since 2000-01-01 as the GeneralizedTime ``20300107000000Z``."""
    return (_START + timedelta(seconds=seconds)).strftime("%Y%m%d%H%M%SZ")


@dataclass(frozen=True, slots=True, order=True)
class CosemDateTime:
    """A COSEM date-time with its parts as they stand on the wire; 0xFF (year 0xFFFF) leaves a part open."""

    year: int
    month: int
    day: int
    weekday: int = _OPEN
    hour: int = 0
    minute: int = 0
    second: int = 0
    hundredths: int = 0
    deviation: int = _OPEN_DEVIATION
    """Minutes, as the unsigned 16-bit value on the wire; 0x8000 is "not specified", which GBCS uses for UTC."""
    status: int = _OPEN

    @classmethod
    def decode(cls, octets: bytes) -> CosemDateTime:
        """Take twelve octets apart; any twelve octets are a value, if perhaps not an instant."""
        return cls(*_LAYOUT.unpack(octets))

    @classmethod
    def from_seconds(cls, seconds: int) -> CosemDateTime:
        """Return the instant that many seconds after 2000-01-01T00:00:00Z, the way GBCS devices write it."""
        days, rest = divmod(seconds, _DAY)
        day = date.fromordinal(_ORIGIN + days)
        return cls(day.year, day.month, day.day, _OPEN, rest // 3600, rest // 60 % 60, rest % 60)

    def encode(self) -> bytes:
        """Write the twelve octets."""
        return _LAYOUT.pack(
            self.year,
            self.month,
            self.day,
            self.weekday,
            self.hour,
            self.minute,
            self.second,
            self.hundredths,
            self.deviation,
            self.status,
        )

    @property
    def seconds(self) -> int | None:
        """Seconds since 2000-01-01T00:00:00Z; ``None`` where a part is left open, is no calendar date, or is not UTC."""
        days = days_since_2000(self.encode()[:4])
        clock = self.hour < 24 and self.minute < 60 and self.second < 60
        if days is None or not clock or self.deviation not in (0, _OPEN_DEVIATION):
            return None
        return days * _DAY + self.hour * 3600 + self.minute * 60 + self.second

    def __str__(self) -> str:
        octets = self.encode()
        if octets in (_NOW, _NEVER):
            return "now" if octets == _NOW else "never"
        year = "*" if self.year == _OPEN_YEAR else f"{self.year:04d}"
        month, day, hour, minute, second = (
            "*" if part == _OPEN else f"{part:02d}" for part in (self.month, self.day, self.hour, self.minute, self.second)
        )
        zone = "Z" if self.deviation in (0, _OPEN_DEVIATION) else f" deviation 0x{self.deviation:04X}"
        extra = "" if self.hundredths in (0, _OPEN) else f".{self.hundredths:02d}"
        status = "" if self.status == _OPEN else f" status 0x{self.status:02X}"
        return f"{year}-{month}-{day}T{hour}:{minute}:{second}{extra}{zone}{status}"
