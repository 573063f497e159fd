"""Figures as text, from exact integers and fractions; no binary float comes near them.

What speaks for a claim is rounded down and what bounds it from above is rounded up, so no printed
interval is narrower, and no printed evidence stronger, than the exact one.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from harness.vocab.time import DAY, HOUR, MINUTE, SECOND, duration_text

if TYPE_CHECKING:
    from harness.vocab.outcome import ArmCertainty

__all__ = [
    "clock",
    "counted",
    "decimal_down",
    "decimal_up",
    "evidence",
    "log2",
    "odds",
    "ordinal",
    "percent_down",
    "percent_up",
    "plain",
    "rate_interval",
    "rounded",
    "spelt_duration",
    "threshold",
]

_SPANS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))


def decimal_down(value: Fraction, places: int) -> str:
    """Write a value that is not negative with this many decimals, truncated: 2/3 with 3 is ``0.666``."""
    scaled = value.numerator * 10**places // value.denominator
    return _pointed(scaled, places)


def decimal_up(value: Fraction, places: int) -> str:
    """Write a value that is not negative with this many decimals, rounded up: 2/3 with 3 is ``0.667``."""
    scaled = -(-value.numerator * 10**places // value.denominator)
    return _pointed(scaled, places)


def _pointed(scaled: int, places: int) -> str:
    whole, rest = divmod(scaled, 10**places)
    return f"{whole:,}.{rest:0{places}}" if places else f"{whole:,}"


def percent_down(value: Fraction) -> str:
    """Write a share as a percentage, rounded down to a tenth: ``58.3 %``, ``0 %``, ``100 %``; the space does not break."""
    return f"{decimal_down(value * 100, 1).removesuffix('.0')}\u00a0%"


def percent_up(value: Fraction) -> str:
    """Write a share as a percentage, rounded up to a tenth."""
    return f"{decimal_up(value * 100, 1).removesuffix('.0')}\u00a0%"


def rate_interval(arm: ArmCertainty) -> str:
    """Write an arm's 95 % bounds as words: ``at least 58.3 %``, ``11.8 % to 54.2 %``, ``at most 9.7 %``."""
    low, high = arm.rate_low, arm.rate_high
    if high >= 1 and low > 0:
        return f"at least {percent_down(low)}"
    if low <= 0 and high < 1:
        return f"at most {percent_up(high)}"
    return f"{percent_down(low)} to {percent_up(high)}"


def evidence(value: Fraction) -> str:
    """Write an e-value truncated to what is worth reading: ``102``, ``31.8``, ``0.46``, ``9.78e11``."""
    if value >= 1_000_000:
        digits = str(value.numerator // value.denominator)
        return f"{digits[0]}.{digits[1:3]}e{len(digits) - 1}"
    if value >= 100:
        return decimal_down(value, 0)
    if value >= 10:
        return decimal_down(value, 1)
    return decimal_down(value, 2) if value >= Fraction(1, 100) or value == 0 else "below 0.01"


def odds(value: Fraction) -> str:
    """Write how many to one, or one of how many, truncated to a whole number: ``102``, ``9.78e11``."""
    return evidence(value) if value >= 1_000_000 else decimal_down(value, 0)


def threshold(value: Fraction) -> str:
    """Write what was needed: exact where it is whole, rounded up to a tenth otherwise."""
    return decimal_up(value, 0 if value.denominator == 1 else 1)


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: ``1 trial``, ``45 trials``, ``0 trials``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def ordinal(index: int) -> str:
    """Write a place that the plan counts from 0 the way people count: from 1."""
    return f"{index + 1:,}"


def spelt_duration(nanoseconds: int) -> str:
    """Write a duration in words: ``24 hours``, ``1 hour 30 minutes``; days from two whole days on."""
    parts = []
    rest = nanoseconds
    for unit, name in _SPANS:
        if unit == DAY and (nanoseconds < 2 * DAY or nanoseconds % DAY):
            continue
        number, rest = divmod(rest, unit)
        if number:
            parts.append(counted(number, name))
    if rest:
        parts.append(duration_text(rest))
    return " ".join(parts) or "0 seconds"


def clock(nanoseconds: int) -> str:
    """Write an instant of a trial as hours, minutes and seconds, cut to the millisecond: ``27:05:09.250``."""
    milliseconds = nanoseconds // (SECOND // 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def plain(value: Fraction) -> str:
    """Write a round number as it is: ``0.05``, ``2``, ``1,000``."""
    return decimal_down(value, 0) if value.denominator == 1 else decimal_down(value, 2).rstrip("0")


def rounded(value: Fraction) -> str:
    """Write a quantity to about three digits, cut off: ``2,050``, ``68.1``, ``0.42``; whole from a hundred on."""
    if value >= 1_000:
        digits = len(str(value.numerator // value.denominator))
        unit = 10 ** (digits - 3)
        return f"{value.numerator // value.denominator // unit * unit:,}"
    return decimal_down(value, 0 if value >= 100 else 1 if value >= 10 else 2)


def log2(value: Fraction, units: int = 64) -> int:
    """Return the base-2 logarithm of a positive value in whole ``1/units``, rounded down; integers only.

    ``log2(Fraction(8)) == 3 * 64``. ``floor(units * log2(v))`` is the bit length of ``v ** units``, so
    the answer is exact.
    """
    numerator: int = value.numerator**units
    denominator: int = value.denominator**units
    if numerator >= denominator:
        return (numerator // denominator).bit_length() - 1
    quotient = -(-denominator // numerator)
    return -(quotient - 1).bit_length()
