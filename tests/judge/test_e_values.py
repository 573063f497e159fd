"""Closed forms against numerical integration, scipy, and figures worked out elsewhere."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from scipy.integrate import quad
from scipy.stats import binom

from harness.judge.confidence import confidence_sequence, rate_class
from harness.judge.e_values import e_pair, e_rate, e_zero, excluded_rate
from harness.judge.policy import POLICY

P0 = Fraction(1, 20)


def bounds(positive, trials):
    return confidence_sequence(positive, trials, POLICY.alpha, POLICY.grid)


@pytest.mark.parametrize(("blocks", "evidence"), [(5, "10.5"), (7, "31.875"), (9, "102.3"), (11, "341.25"), (10, "186.0909")])
def test_the_ladder_of_coins(blocks, evidence):
    assert float(e_pair(blocks, 0)) == pytest.approx(float(evidence), rel=1e-5)


@pytest.mark.parametrize(("more", "less", "evidence"), [(12, 0, 630.1), (11, 1, 52.4), (3, 0, 3.75), (2, 0, 2.33), (0, 0, 1)])
def test_evidence_of_pairs_in_worked_examples(more, less, evidence):
    assert float(e_pair(more, less)) == pytest.approx(evidence, rel=2e-3)


@pytest.mark.parametrize(("control_only", "needed"), [(0, 9), (1, 13), (2, 15), (3, 18)])
def test_how_many_treatment_only_blocks_reach_a_hundred(control_only, needed):
    reached = next(more for more in range(100) if e_pair(more, control_only) >= 100)
    assert reached == needed


@pytest.mark.parametrize(
    ("positive", "trials", "evidence"), [(10, 10, 9.8e11), (12, 40, 79_145), (3, 60, 0.0477), (14, 40, 6.878e6), (0, 59, 1 / 60)]
)
def test_evidence_of_rates_in_worked_examples(positive, trials, evidence):
    assert float(e_rate(positive, trials, P0)) == pytest.approx(evidence, rel=1e-3)


@pytest.mark.parametrize(("positive", "trials"), [(0, 1), (1, 1), (0, 7), (3, 11), (9, 9), (20, 60), (59, 60)])
def test_evidence_of_rates_is_the_mixture_it_claims_to_be(positive, trials):
    p0 = float(P0)

    def likelihood_ratio(p):
        return (p / p0) ** positive * ((1 - p) / (1 - p0)) ** (trials - positive)

    mixture = quad(likelihood_ratio, p0, 1, epsabs=0, epsrel=1e-10, limit=200)[0] / (1 - p0)
    assert float(e_rate(positive, trials, P0)) == pytest.approx(mixture, rel=1e-8)
    spreadsheet = binom.cdf(positive, trials + 1, p0) / ((trials + 1) * binom.pmf(positive, trials, p0) * (1 - p0))
    assert float(e_rate(positive, trials, P0)) == pytest.approx(spreadsheet, rel=1e-9)


@pytest.mark.parametrize(("more", "less"), [(0, 1), (1, 0), (4, 4), (9, 0), (13, 1), (2, 17), (30, 12)])
def test_evidence_of_pairs_is_the_mixture_it_claims_to_be(more, less):
    mixture = 2 * quad(lambda p: (2 * p) ** more * (2 * (1 - p)) ** less, 0.5, 1, epsabs=0, epsrel=1e-10, limit=200)[0]
    assert float(e_pair(more, less)) == pytest.approx(mixture, rel=1e-8)
    differing = more + less
    spreadsheet = 2 * binom.cdf(more, differing + 1, 0.5) / ((differing + 1) * binom.pmf(more, differing, 0.5))
    assert float(e_pair(more, less)) == pytest.approx(spreadsheet, rel=1e-9)


@pytest.mark.parametrize("trials", [1, 5, 20])
def test_under_the_null_evidence_is_one_on_average(trials):
    rate = sum(binom_exact(k, trials, P0) * e_rate(k, trials, P0) for k in range(trials + 1))
    pair = sum(binom_exact(k, trials, Fraction(1, 2)) * e_pair(k, trials - k) for k in range(trials + 1))
    assert (rate, pair) == (1, 1)


def binom_exact(k, n, p):
    return comb(n, k) * p**k * (1 - p) ** (n - k)


@pytest.mark.parametrize(("trials", "rate"), [(29, Fraction(1, 10)), (59, Fraction(1, 20)), (299, Fraction(1, 100))])
def test_blocks_without_a_positive_one_that_exclude_a_rate(trials, rate):
    assert e_zero(rate, trials) >= 20 > e_zero(rate, trials - 1)
    assert excluded_rate(trials, Fraction(20), POLICY.grid) <= rate < excluded_rate(trials - 1, Fraction(20), POLICY.grid)


@pytest.mark.parametrize("trials", [1, 2, 9, 29, 60, 299])
def test_the_excluded_rate_is_the_smallest_on_the_grid(trials):
    rate = excluded_rate(trials, Fraction(20), POLICY.grid)
    assert e_zero(rate, trials) >= 20 > e_zero(rate - Fraction(1, POLICY.grid), trials)


def test_nothing_is_excluded_without_trials():
    assert excluded_rate(0, Fraction(20), POLICY.grid) is None


@pytest.mark.parametrize(
    ("positive", "trials", "low", "high"),
    [
        (10, 10, 0.583, 1),
        (12, 40, 0.118, 0.541),
        (3, 60, 0.003, 0.200),
        (14, 40, 0.153, 0.591),
        (0, 59, 0, 0.114),
        (9, 9, 0.555, 1),
        (0, 0, 0, 1),
    ],
)
def test_bounds_in_worked_examples(positive, trials, low, high):
    found_low, found_high = bounds(positive, trials)
    assert low <= found_low < low + 0.001 or found_low == low
    assert high - 0.001 < found_high <= high


@pytest.mark.parametrize("trials", [1, 2, 9, 40, 60])
def test_bounds_lie_just_outside_the_set_they_bound(trials):
    step = Fraction(1, POLICY.grid)
    limit = POLICY.alpha / (trials + 1)
    for positive in range(trials + 1):
        low, high = bounds(positive, trials)
        assert low == 0 or binom_exact(positive, trials, low) <= limit < binom_exact(positive, trials, low + step)
        assert high == 1 or binom_exact(positive, trials, high) <= limit < binom_exact(positive, trials, high - step)
        assert float(binom_exact(positive, trials, Fraction(1, 3))) == pytest.approx(binom.pmf(positive, trials, 1 / 3))
        assert low <= Fraction(positive, trials) <= high


def test_bounds_mirror_each_other():
    for positive in range(41):
        low, high = bounds(positive, 40)
        assert (1 - high, 1 - low) == bounds(40 - positive, 40)


@pytest.mark.parametrize(
    ("positive", "trials", "name"),
    [(9, 9, "frequent"), (80, 80, "consistent"), (12, 40, "intermittent"), (3, 60, "intermittent"), (1, 400, "rare")],
)
def test_rates_are_named_by_their_bounds(positive, trials, name):
    assert rate_class(*bounds(positive, trials), POLICY) == name
