"""How exact numbers are written: as ratios of integers, and as decimals that are cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["decimal_text", "fraction_text"]

_AT_ONCE = 10_000
"""Bits that Python writes as decimal digits whatever its limit for them."""


def fraction_text(value: Fraction) -> str:
    """Write a rational number, not negative, exactly, as ``numerator/denominator``."""
    return f"{_digits(value.numerator)}/{_digits(value.denominator)}"


def decimal_text(value: Fraction, places: int) -> str:
    """Write a rational number, not negative, as a decimal cut off (never rounded up) after ``places``, at least one."""
    whole, rest = divmod(value.numerator * 10**places // value.denominator, 10**places)
    return f"{_digits(whole)}.{rest:0{places}}"


def _digits(value: int) -> str:
    """Write a whole number of any size, by halves."""
    if value.bit_length() <= _AT_ONCE:
        return str(value)
    places = value.bit_length() * 3 // 20
    head, tail = divmod(value, 10**places)
    return _digits(head) + _digits(tail).zfill(places)
