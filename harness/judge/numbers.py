"""How exact numbers are written: as ratios of integers, and as decimals that are cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["decimal_text", "fraction_text"]


def fraction_text(value: Fraction) -> str:
    """Write a rational number exactly, as ``numerator/denominator``."""
    return f"{value.numerator}/{value.denominator}"


def decimal_text(value: Fraction, places: int) -> str:
    """Write a rational number, not negative, as a decimal cut off (never rounded up) after ``places``, at least one."""
    whole, rest = divmod(value.numerator * 10**places // value.denominator, 10**places)
    return f"{whole}.{rest:0{places}}"
