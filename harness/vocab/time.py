"""Time is whole nanoseconds from the start of the trial, and is always handed in.

Wall-clock time appears only inside messages, as seconds since 2000-01-01T00:00:00Z (the ZigBee and
GBCS epoch); an :class:`Epoch` ties the two together for one trial.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from harness.errors import ScenarioError

__all__ = [
    "DAY",
    "HOUR",
    "MILLISECOND",
    "MINUTE",
    "SECOND",
    "Epoch",
    "duration_text",
    "parse_duration",
]

MILLISECOND = 1_000_000
SECOND = 1_000 * MILLISECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UNITS = {"ns": 1, "us": 1_000, "ms": MILLISECOND, "s": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}
_PART = re.compile(r"([0-9]{1,30})(?:\.([0-9]{1,30}))?\s*(ns|us|ms|min|s|m|h|d)\s*")
_GBCS_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


def parse_duration(text: str) -> int:
    """Read ``"90s"``, ``"24h"``, ``"1h30m"``, ``"-2.5s"`` as whole nanoseconds.

    Raises :class:`ScenarioError` where the text is not a duration or is not a whole number of
    nanoseconds.
    """
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text)
    total, position = 0, 0
    rest = rest.strip()
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None:
            break
        whole, fraction, unit = part.groups()
        scale = _UNITS[unit]
        total += int(whole) * scale
        if fraction:
            numerator, denominator = int(fraction) * scale, 10 ** len(fraction)
            if numerator % denominator:
                raise ScenarioError(f"'{text}' is finer than a nanosecond", expected="whole nanoseconds")
            total += numerator // denominator
        position = part.end()
    if not rest or position != len(rest):
        raise ScenarioError(f"'{text}' is not a duration", expected="a number with a unit, such as '90s', '15m' or '24h'")
    return sign * total


def duration_text(nanoseconds: int) -> str:
    """Write nanoseconds the way a scenario would: ``90s``, ``1h30m``, ``250ms``; exact and reversible."""
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    parts = []
    for unit in ("d", "h", "m", "s", "ms", "us", "ns"):
        count, rest = divmod(rest, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return sign + "".join(parts)


@dataclass(frozen=True, slots=True)
class Epoch:
    """The wall-clock instant, UTC, at which a trial's clock reads zero."""

    seconds: int
    """Whole seconds since 2000-01-01T00:00:00Z."""

    @classmethod
    def parse(cls, text: str) -> Epoch:
        """Read ``2030-01-07T00:00:00Z``; a whole UTC second."""
        try:
            moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise ScenarioError(f"'{text}' is not a UTC instant", expected="the form '2030-01-07T00:00:00Z'") from error
        return cls(seconds=(moment - _GBCS_ORIGIN) // timedelta(seconds=1))

    def seconds_at(self, now: int) -> int:
        """Return the seconds since 2000-01-01T00:00:00Z at ``now`` nanoseconds into the trial."""
        return self.seconds + now // SECOND

    def instant_of(self, seconds: int) -> int:
        """Return the trial's nanoseconds at which the wall clock reads ``seconds`` since 2000."""
        return (seconds - self.seconds) * SECOND

    def text(self) -> str:
        """Write the epoch as ``2030-01-07T00:00:00Z``."""
        return (_GBCS_ORIGIN + timedelta(seconds=self.seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
