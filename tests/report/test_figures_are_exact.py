"""Figures as text: exact, cut off on the honest side, and the same as other arithmetic says."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.figures import (
    counted,
    decimal_down,
    decimal_up,
    evidence,
    log2,
    odds,
    percent_down,
    percent_up,
    spelt_duration,
    threshold,
)
from harness.vocab.time import DAY, HOUR, MINUTE, SECOND

ratios = st.fractions(min_value=0, max_value=10**9)
shares = st.fractions(min_value=0, max_value=1)


def _rounded(value: Fraction, places: int, rounding: str) -> Decimal:
    """What the decimal module makes of the same number: a witness that shares nothing with ours."""
    step = Decimal(10) ** -places
    quotient = Context(prec=80, rounding=rounding).divide(Decimal(value.numerator), Decimal(value.denominator))
    return quotient.quantize(step, rounding=rounding, context=Context(prec=80))


@given(ratios, st.integers(0, 6))
def test_decimals_agree_with_the_decimal_module(value: Fraction, places: int) -> None:
    assert Decimal(decimal_down(value, places).replace(",", "")) == _rounded(value, places, ROUND_FLOOR)
    assert Decimal(decimal_up(value, places).replace(",", "")) == _rounded(value, places, ROUND_CEILING)


@given(shares)
def test_a_printed_interval_is_never_narrower_than_the_exact_one(share: Fraction) -> None:
    low = Fraction(percent_down(share).removesuffix("\u00a0%")) / 100
    high = Fraction(percent_up(share).removesuffix("\u00a0%")) / 100
    assert low <= share <= high <= 1
    assert high - low <= Fraction(1, 1000)


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**12))
def test_printed_evidence_is_never_stronger_than_the_exact_one(value: Fraction) -> None:
    printed = evidence(value)
    if printed != "below 0.01":
        assert Fraction(printed.replace(",", "")) <= value
        assert Fraction(printed.replace(",", "")) > value * Fraction(1, 2)
    assert value < Fraction(1, 100) or printed != "below 0.01"


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Fraction(1023, 10), "102"),
        (Fraction(3199, 100), "31.9"),
        (Fraction(467, 1000), "0.46"),
        (Fraction(1), "1.00"),
        (Fraction(9, 1000), "below 0.01"),
        (Fraction(2184), "2,184"),
        (Fraction(978_000_000_000), "9.78e11"),
    ],
)
def test_evidence_is_written_to_what_is_worth_reading(value: Fraction, printed: str) -> None:
    assert evidence(value) == printed


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**12), st.integers(1, 64))
def test_logarithms_are_exact(value: Fraction, units: int) -> None:
    found = log2(value, units)
    assert Fraction(2) ** found <= value**units < Fraction(2) ** (found + 1)


@pytest.mark.parametrize(
    ("value", "printed"),
    [(Fraction(0), "0\u00a0%"), (Fraction(1), "100\u00a0%"), (Fraction(583, 1000), "58.3\u00a0%"), (Fraction(2, 3), "66.6\u00a0%")],
)
def test_shares_are_percentages_with_a_space_that_does_not_break(value: Fraction, printed: str) -> None:
    assert percent_down(value) == printed


def test_a_threshold_is_exact_or_rounded_up() -> None:
    assert threshold(Fraction(100)) == "100"
    assert threshold(Fraction(1001, 10)) == "100.1"
    assert threshold(Fraction(100_01, 100)) == "100.1"


def test_odds_are_whole_and_truncated() -> None:
    assert odds(Fraction(1029, 10)) == "102"
    assert odds(Fraction(12_348)) == "12,348"
    assert odds(Fraction(35_791_394)) == "3.57e7"


@pytest.mark.parametrize(
    ("nanoseconds", "words"),
    [
        (0, "0 seconds"),
        (30 * MINUTE, "30 minutes"),
        (24 * HOUR, "24 hours"),
        (36 * HOUR, "36 hours"),
        (2 * DAY, "2 days"),
        (HOUR + MINUTE + SECOND, "1 hour 1 minute 1 second"),
        (SECOND + 5, "1 second 5ns"),
    ],
)
def test_durations_read_as_words(nanoseconds: int, words: str) -> None:
    assert spelt_duration(nanoseconds) == words


def test_nouns_agree_with_their_numbers() -> None:
    assert [counted(number, "trial") for number in (0, 1, 2, 4_500)] == ["0 trials", "1 trial", "2 trials", "4,500 trials"]
    assert counted(2, "stimulus", "stimuli") == "2 stimuli"
