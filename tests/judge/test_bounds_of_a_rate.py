"""Bounds for a rate, decided from leading bits, against whole numbers; and for as many trials as a log may have windows."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import xlog1py, xlogy
from scipy.stats import binom

from harness.judge.confidence import confidence_sequence
from harness.judge.policy import POLICY


def holds(rate, positive, trials, alpha):
    """The definition, in whole numbers."""
    return comb(trials, positive) * rate**positive * (1 - rate) ** (trials - positive) > alpha / (trials + 1)


def assert_just_outside(positive, trials, alpha, grid):
    low, high = confidence_sequence(positive, trials, alpha, grid)
    step = Fraction(1, grid)
    assert (low * grid).denominator == (high * grid).denominator == 1
    inner_low, inner_high = min(low + step, Fraction(positive, trials)), max(high - step, Fraction(positive, trials))
    assert low == 0 or not holds(low, positive, trials, alpha)
    assert high == 1 or not holds(high, positive, trials, alpha)
    assert low == inner_low or holds(inner_low, positive, trials, alpha)
    assert high == inner_high or holds(inner_high, positive, trials, alpha)


@settings(max_examples=300)
@given(
    st.integers(1, 400).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))),
    st.sampled_from([Fraction(1, 20), Fraction(1, 100), Fraction(1, 3), Fraction(7, 1_000)]),
    st.sampled_from([1, 2, 3, 10, 997, 1_000_000, 10**12]),
)
def test_bounds_are_the_grid_points_just_outside_the_set(seen, alpha, grid):
    assert_just_outside(*seen, alpha, grid)


@pytest.mark.parametrize(("positive", "trials"), [(300, 300), (299, 300), (7, 300), (150, 300), (2_000, 3_000)])
def test_a_tie_on_the_grid_is_decided_exactly(positive, trials):
    """The rate 1/3 is just as likely as the limit asks for: the set does not hold it, and leading bits alone cannot tell."""
    rate = Fraction(1, 3)
    alpha = (trials + 1) * comb(trials, positive) * rate**positive * (1 - rate) ** (trials - positive)
    assert not holds(rate, positive, trials, alpha)
    low, high = confidence_sequence(positive, trials, alpha, 3)
    assert rate in (low, high)


@pytest.mark.parametrize(("positive", "trials"), [(0, 10_000), (1, 10_000), (3_000, 10_000), (9_999, 10_000), (5_000, 100_000)])
def test_bounds_of_many_trials_are_where_scipy_has_them(positive, trials):
    low, high = map(float, confidence_sequence(positive, trials, POLICY.alpha, POLICY.grid))
    limit = float(POLICY.alpha) / (trials + 1)
    step = 1 / POLICY.grid
    if low > 0:
        assert binom.pmf(positive, trials, low) <= limit * (1 + 1e-6) < binom.pmf(positive, trials, low + step) * (1 + 1e-4)
    if high < 1:
        assert binom.pmf(positive, trials, high) <= limit * (1 + 1e-6) < binom.pmf(positive, trials, high - step) * (1 + 1e-4)


def test_the_definition_is_the_one_that_scipy_computes():
    for positive, trials, rate in ((3, 60, Fraction(1, 50)), (12, 40, Fraction(3, 10))):
        likely = comb(trials, positive) * 2.718281828459045 ** float(
            xlogy(positive, float(rate)) + xlog1py(trials - positive, -float(rate))
        )
        assert float(comb(trials, positive) * rate**positive * (1 - rate) ** (trials - positive)) == pytest.approx(likely)


@pytest.mark.parametrize("trials", [8_760, 20_000])
def test_a_log_of_many_windows_is_judged_to_the_last(campaigns, trials):
    """A year of hours; the report of every window is bounded, and evidence of thousands of digits is written."""
    from harness.judge.documents import certainty_document
    from harness.scenario.model import StopRule
    from harness.vocab.outcome import Row
    from harness.vocab.roles import ArmRole, Realm

    roles = {0: ArmRole.TREATMENT}
    rows = [
        Row(block=n, arm=0, role=ArmRole.TREATMENT, trial=f"t{n}", count=n % 2, positive=n % 2 == 1, void="", units={"unknown": ("a",)})
        for n in range(trials)
    ]
    stop = StopRule(at="C1", blocks=trials, zero_blocks=trials)
    question = campaigns.Question(roles=roles, realm=Realm.FIELD, stop=stop, exploratory=True)
    document = certainty_document(campaigns.certainty(rows, question))
    assert (document["grade"], document["stopped"]) == ("C1-F u=1 intermittent", "blocks")
    assert float(Fraction(document["steps"][-1]["low"])) == pytest.approx(0.5, abs=0.03)
    assert len(document["steps"]) == trials
    assert len(document["arms"][0]["e-rate"]["exact"]) > 4_300
