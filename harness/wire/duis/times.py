"""``xs:dateTime`` in UTC, both ways: whole nanoseconds since 2000-01-01T00:00:00Z."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from harness.vocab.time import DAY, HOUR, MINUTE, SECOND

__all__ = ["instant_text", "parse_instant"]

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))", re.ASCII
)
_ORIGIN = date(2000, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal()
_SHOWN = (3, 6, 9)
"""Digits after the point: the DCC shows milliseconds; finer instants are written in full."""


def parse_instant(text: str) -> int:
    """Read ``2022-08-17T15:45:42.790Z``; raises :class:`ValueError` for no such instant, or one without a time zone."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError("no date and time with a time zone")
    day, hour, minute, second, fraction, sign, hours, minutes = found.groups()
    if hour > "23" or minute > "59" or second > "59":
        raise ValueError("no time of day")
    instant = _midnight(day) + int(hour) * HOUR + int(minute) * MINUTE + int(second) * SECOND
    if fraction:
        instant += int(fraction.ljust(9, "0"))
    if sign:
        if hours > "14" or minutes > "59":
            raise ValueError("no time zone")
        ahead = int(hours) * HOUR + int(minutes) * MINUTE
        instant += ahead if sign == "-" else -ahead
    return instant


def instant_text(instant: int) -> str:
    """Write an instant in UTC, to the millisecond or as finely as it is given; raises :class:`ValueError` outside years 1 to 9999."""
    days, rest = divmod(instant, DAY)
    if not 1 <= _ORIGIN + days <= _LAST_DAY:
        raise ValueError("an instant of no year from 1 to 9999")
    seconds, nanoseconds = divmod(rest, SECOND)
    digits = f"{nanoseconds:09}"
    shown = next(count for count in _SHOWN if not digits[count:].strip("0"))
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{date.fromordinal(_ORIGIN + days).isoformat()}T{hour:02}:{minute:02}:{second:02}.{digits[:shown]}Z"


@lru_cache(maxsize=512)
def _midnight(day: str) -> int:
    try:
        return (date.fromisoformat(day).toordinal() - _ORIGIN) * DAY
    except ValueError:
        raise ValueError("no day of the calendar") from None
