"""How far a remediation holds: the published table, and the rules for what counts."""

from __future__ import annotations

from fractions import Fraction

import pytest

from harness.judge.policy import POLICY, Policy
from harness.judge.remediation import LEVELS, BlockSet, Retest, acceptance, remediation, residual_rate, trials_needed

HALF = Fraction(1, 2)
"""A lower bound of the rate that takes 59 trials without a positive one."""
STRICT = Policy(residual_evidence=Fraction(100))


def zeros(trials=59, before_positive=12):
    return BlockSet(trials=trials, positive=0, before_positive=before_positive)


BOUNDED = (zeros(),)


@pytest.mark.parametrize(
    ("rate", "needed", "strict", "tenth", "half", "whole", "unchanged"),
    [
        ("0.9", 32, 49, 0.75, 0.23, 0.049, 1e-32),
        ("0.5", 59, 90, 0.74, 0.22, 0.048, 2e-18),
        ("0.3", 99, 152, 0.74, 0.22, 0.049, 5e-16),
        ("0.1", 299, 459, 0.74, 0.22, 0.050, 2e-14),
    ],
)
def test_how_many_trials_bound_a_tenth_of_the_rate_and_how_often_each_residual_is_accepted(
    rate, needed, strict, tenth, half, whole, unchanged
):
    before = Fraction(rate)
    residual = residual_rate(before)
    assert (residual, trials_needed(before), trials_needed(before, STRICT)) == (before / 10, needed, strict)
    found = [float(acceptance(true, needed)) for true in (residual / 10, residual / 2, residual, before)]
    assert found[:2] == pytest.approx([tenth, half], abs=0.0051)
    assert found[2] == pytest.approx(whole, abs=0.0006)
    assert found[3] == pytest.approx(unchanged, rel=0.35)


def test_a_residual_rate_is_bounded_by_enough_trials_that_show_nothing_and_no_fewer():
    assert remediation({"restore": Retest(rate_low=HALF, lab=BOUNDED)}).level == "R1"
    found = remediation({"restore": Retest(rate_low=HALF, lab=(zeros(58),))})
    assert (found.level, found.bounds, found.not_covered) == ("R0", {}, ("restore",))
    assert remediation({"restore": Retest(rate_low=HALF, lab=BOUNDED)}).bounds == {"restore": Fraction(1, 20)}


def test_a_zero_counts_only_where_the_version_before_was_seen_in_the_same_blocks():
    """A day on which nothing could be seen shows nothing."""
    silent = BlockSet(trials=59, positive=0, before_positive=0)
    assert remediation({"restore": Retest(rate_low=HALF, lab=(silent,))}).level == "R0"
    assert remediation({"restore": Retest(rate_low=HALF, lab=(silent, zeros(30), zeros(29)))}).level == "R1"
    assert remediation({"restore": Retest(rate_low=HALF, lab=(silent, zeros(30), zeros(28)))}).level == "R0"


@pytest.mark.parametrize("stage", ["lab", "second_party", "field"])
@pytest.mark.parametrize("before_positive", [0, 5])
def test_one_positive_trial_anywhere_is_a_residual_and_no_more_trials_undo_it(stage, before_positive):
    hit = BlockSet(trials=5, positive=1, before_positive=before_positive)
    stages = {"lab": BOUNDED, "second_party": BOUNDED, "field": BOUNDED}
    found = remediation({"restore": Retest(rate_low=HALF, **{**stages, stage: (hit, *[zeros()] * 9)})})
    assert (found.level, found.observed, found.bounds) == ("R-cross", ("restore",), {})


def test_levels_follow_who_bounded_it():
    assert remediation({"a": Retest(rate_low=HALF)}).level == "R0"
    assert remediation({"a": Retest(rate_low=HALF, lab=BOUNDED)}).level == "R1"
    assert remediation({"a": Retest(rate_low=HALF, lab=BOUNDED, second_party=BOUNDED)}).level == "R2"
    whole = Retest(rate_low=HALF, lab=BOUNDED, second_party=BOUNDED, field=BOUNDED)
    assert remediation({"a": whole}).level == "R3"
    assert remediation({"a": whole}, retired=True).level == "R4"
    assert remediation({"a": Retest(rate_low=HALF, lab=BOUNDED, field=BOUNDED)}).level == "R1"
    assert remediation({"a": Retest(rate_low=HALF, second_party=BOUNDED, field=BOUNDED)}).level == "R0"


def test_every_condition_that_was_reproduced_has_to_be_tested_again():
    found = remediation({"outage": Retest(rate_low=HALF, lab=BOUNDED), "restore": Retest(rate_low=HALF)})
    assert (found.level, found.bounds, found.not_covered) == ("R-delta", {"outage": Fraction(1, 20)}, ("restore",))
    second = remediation(
        {"outage": Retest(rate_low=HALF, lab=BOUNDED, second_party=BOUNDED), "restore": Retest(rate_low=HALF, lab=BOUNDED)}
    )
    assert second.level == "R1"


def test_a_remediation_that_raises_another_code_is_incomplete():
    found = remediation({"outage": Retest(rate_low=HALF, lab=BOUNDED)}, raised=["0x8F3E"], retired=True)
    assert (found.level, found.raised) == ("R-delta", ("0x8F3E",))


def test_nothing_that_was_reproduced_leaves_nothing_to_bound():
    assert remediation({}).level == "R0"


def test_every_level_can_be_reached_and_no_other():
    whole = Retest(rate_low=HALF, lab=BOUNDED, second_party=BOUNDED, field=BOUNDED)
    hit = Retest(rate_low=HALF, lab=(BlockSet(trials=1, positive=1, before_positive=0),))
    reached = [
        remediation({"a": Retest(rate_low=HALF)}),
        remediation({"a": Retest(rate_low=HALF, lab=BOUNDED)}),
        remediation({"a": Retest(rate_low=HALF, lab=BOUNDED, second_party=BOUNDED)}),
        remediation({"a": whole}),
        remediation({"a": whole}, retired=True),
        remediation({"a": hit}),
        remediation({"a": whole, "b": Retest(rate_low=HALF)}),
    ]
    assert tuple(one.level for one in reached) == LEVELS
    assert POLICY.residual_share == Fraction(1, 10)
