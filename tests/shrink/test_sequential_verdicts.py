"""Sequential verdicts: exact in whole numbers, rarely wrong, and done with few trials."""

from __future__ import annotations

from fractions import Fraction
from math import log

import pytest
from searches import play

from harness.errors import BenchError
from harness.shrink.search import CONTROL_ROUNDS, Ending, Seen, asking, minimal
from harness.shrink.sprt import SPRT, Verdict
from harness.vocab.roles import ArmRole
from harness.vocab.seed import Chance, subseed


def _after(trials: str):
    ratio = SPRT.begin()
    for letter in trials:
        ratio = ratio.plus(positive=letter == "+")
    return ratio


def test_the_ratio_is_that_of_the_two_binomials() -> None:
    from scipy.stats import binom

    for positive, trials in ((0, 5), (2, 7), (4, 30), (9, 10)):
        ratio = _after("+" * positive + "-" * (trials - positive))
        expected = binom.logpmf(positive, trials, 0.25) - binom.logpmf(positive, trials, 0.04)
        assert log(ratio.value) == pytest.approx(expected)
        assert isinstance(ratio.value, Fraction)


def test_four_positive_trials_or_28_silent_ones_are_enough() -> None:
    assert _after("+++").verdict is Verdict.OPEN
    assert _after("++++").verdict is Verdict.REPRODUCES
    assert _after("-" * 27).verdict is Verdict.OPEN
    assert _after("-" * 28).verdict is Verdict.DOES_NOT


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "wrong"), [(250_000, Verdict.DOES_NOT), (40_000, Verdict.REPRODUCES)])
def test_either_error_is_about_as_rare_as_agreed(rate: int, wrong: Verdict) -> None:
    """1 in 1,000 is the bound at the two rates themselves; 3 sigma of 4,000 cases above it is 10."""
    errors = trials = 0
    for number in range(4_000):
        chance, ratio = Chance(subseed(b"sprt", rate, number)), SPRT.begin()
        while not ratio.is_over:
            ratio = ratio.plus(positive=chance.happens(rate))
        errors += ratio.verdict is wrong
        trials += ratio.trials
    assert errors <= 10
    assert trials / 4_000 < 60


def _asked(answers):
    feed = iter(answers)
    return play(asking(frozenset({0}), SPRT), lambda wanted: next(feed))


def _seen(positive: bool, void: str = "") -> Seen:
    return Seen(trial="t1", count=int(positive), positive=positive, void=void)


def test_a_void_trial_counts_for_nothing_and_is_kept() -> None:
    asked = _asked([_seen(True), _seen(False, "the link was lost"), _seen(True), _seen(True), _seen(True)])
    assert asked.verdict is Verdict.REPRODUCES
    assert len(asked.seen) == 5


def test_a_bench_that_gives_nothing_but_void_trials_ends_the_search() -> None:
    with pytest.raises(BenchError, match="5 trials in a row are void: no power"):
        _asked([_seen(False, "no power")] * 10)


def test_what_can_be_told_neither_way_is_not_taken_for_reproducing() -> None:
    """Two positives in seventeen keep the ratio between the bounds."""
    asked = _asked(_seen(number % 17 in (0, 8)) for number in range(10_000))
    assert asked.verdict is Verdict.OPEN
    assert len(asked.seen) == SPRT.most


@pytest.mark.parametrize(("emitter", "sham"), [(False, False), (True, True)])
def test_nothing_is_searched_where_the_harness_is_deaf_or_hears_itself(emitter: bool, sham: bool) -> None:
    answers = {ArmRole.POSITIVE_CONTROL: emitter, ArmRole.SHAM: sham, ArmRole.TREATMENT: True}
    found = play(minimal(3, controls=(ArmRole.POSITIVE_CONTROL, ArmRole.SHAM)), lambda wanted: _seen(answers[wanted.role]))
    assert found.ending is Ending.CONTROLS_FAILED
    assert found.trials <= 2 * CONTROL_ROUNDS


def test_a_whole_that_does_not_repeat_is_not_searched() -> None:
    chance = Chance(subseed(b"rare"))
    found = play(minimal(6), lambda wanted: _seen(chance.happens(30_000)))
    assert found.ending is Ending.NOT_REPEATABLE
    assert found.needed == frozenset(range(6))
    assert len(found.asked) == 1
