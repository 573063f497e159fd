"""The load in a population: the example of the design, its witnesses, and what is not claimed."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from harness.judge.impact import INSTALLED, impact, treatment_outcomes
from harness.judge.impact_document import impact_document
from harness.judge.policy import POLICY
from harness.vocab.canonical import canonical, document, parse
from harness.vocab.impact import YARDSTICK, Population, Share
from harness.vocab.outcome import TrialOutcome
from harness.vocab.roles import Realm
from harness.vocab.time import DAY, HOUR

STORMS = (3, 6, 9, 13, 18, 24, 32, 45, 58, 83, 130, 260)
"""Twelve positive trials of forty: the fewest, the most and the sum are those of the design, the others are filled in."""
SHARE = Share(low=5_000, mode=20_000, high=80_000)
STATED = Population(share=SHARE)
GOLDEN = ["45502089/1000000", "198856857/200000", "3777931577/1000000"]
TOLERANCE = 0.10
"""The design does not list its counts, and its draws are not ours; every quantile agrees within a tenth."""


def trials(counts, *, exposure=6 * HOUR, **taps):
    """Treatment trials with these counts; every tap saw so many alerts for each one counted."""
    return [
        TrialOutcome(
            trial=f"t{number}",
            void="",
            exposure=exposure,
            count=count,
            positive=count > 0,
            alerts=count,
            lost=0,
            by_tap={"hub": count, **{tap: factor * count for tap, factor in taps.items()}},
            peak=min(count, 7),
        )
        for number, count in enumerate(counts)
    ]


FORTY = trials((*STORMS, *[0] * 28))


def worked_out(outcomes=FORTY, population=STATED, *, realm=Realm.LABORATORY, seed=b"plan", taps=("hub",), **more):
    return impact(outcomes, population, realm=realm, counted_at="hub", taps=taps, seed=seed, **more)


def quantiles(spread):
    return tuple(float(value) for value in (spread.p5, spread.p50, spread.p95))


def test_the_example_of_the_design_comes_out():
    found = worked_out()
    assert (found.trials, found.positive, found.count, found.exposure) == (40, 12, 681, 10 * DAY)
    assert found.named.rate == Fraction(681, 10)
    low, _, high = quantiles(found.named.rate_spread)
    assert (low, high) == pytest.approx((26, 121), rel=TOLERANCE)
    assert quantiles(found.named.load) == pytest.approx((545, 2_057, 5_430), rel=TOLERANCE)


def test_the_example_of_the_design_as_a_share_of_the_public_yardstick():
    assert YARDSTICK.daily == Fraction(1_600_000_000, 31)
    assert float(YARDSTICK.daily) == pytest.approx(51.6e6, rel=0.001)
    assert float(YARDSTICK.per_device) == pytest.approx(0.96, abs=0.005)
    found = worked_out(population=replace(STATED, installed=400_000))
    assert (found.against.of, found.band) == ("yardstick", "I1")
    assert quantiles(found.named.load.times(400)) == pytest.approx((0.22e6, 0.82e6, 2.17e6), rel=TOLERANCE)
    assert quantiles(found.against.share) == pytest.approx((0.004, 0.016, 0.042), rel=TOLERANCE)


def test_a_poisson_interval_would_be_many_times_too_narrow():
    low, _, high = quantiles(worked_out().named.rate_spread)
    poisson = 2 * 1.645 * sqrt(681) / 10
    assert (high - low) / poisson > 9


def test_scipy_resamples_to_the_same_interval():
    counts = np.array([trial.count for trial in FORTY])
    witness = stats.bootstrap((counts,), np.mean, confidence_level=0.9, n_resamples=20_000, method="percentile", rng=1)
    low, _, high = quantiles(worked_out().named.rate_spread)
    assert (low, high) == pytest.approx((witness.confidence_interval.low * 4, witness.confidence_interval.high * 4), rel=0.03)


def test_numpy_draws_the_same_load():
    rng = np.random.default_rng(1)
    counts = np.array([trial.count for trial in FORTY])
    rates = rng.choice(counts, (40_000, 40)).mean(axis=1) * 4
    witness = np.quantile(rates * rng.triangular(0.005, 0.02, 0.08, 40_000) * INSTALLED, (0.05, 0.5, 0.95))
    assert quantiles(worked_out().named.load) == pytest.approx(tuple(witness), rel=0.04)


def test_the_order_of_the_trials_does_not_matter():
    mixed = list(FORTY)
    random.Random(1).shuffle(mixed)
    renamed = [replace(trial, trial=f"x{number}") for number, trial in enumerate(mixed)]
    assert worked_out(renamed) == worked_out()


def test_the_draws_are_those_of_the_plan_and_of_nothing_else():
    one, other = worked_out(), worked_out(seed=b"another plan")
    assert one.named.load != other.named.load
    assert (one.named.rate, one.count) == (other.named.rate, other.count)
    assert worked_out(population=replace(STATED, installed=5)).named == one.named


def test_the_bytes_are_known():
    """Golden: the same on every machine, Python and hash seed; renewed only where the method changes."""
    drawn = worked_out(trials((0, 0, 1, 5, 40), han=2), taps=("han", "hub"), population=replace(STATED, installed=1_000))
    spread = drawn.named.load
    assert [str(value) for value in (spread.p5, spread.p50, spread.p95)] == GOLDEN


def test_without_a_share_the_rate_is_stated_and_no_load():
    found = worked_out(population=Population(installed=400_000))
    assert found.named.rate_spread is not None
    assert (found.named.load, found.against, found.band) == (None, None, "")
    assert impact_document(found)["stated"]["share"] == "not stated"


def test_the_number_installed_and_the_capacity_are_nowhere_unless_they_were_stated():
    stated = impact_document(worked_out())
    assert (stated["stated"]["installed"], stated["stated"]["capacity"], stated["against"]) == (None, None, None)
    assert stated["band"] == ""


def test_where_nothing_was_counted_no_load_follows():
    found = worked_out(trials([0] * 29))
    assert (found.named.rate, found.replicates) == (0, 0)
    assert (found.named.rate_spread, found.named.load, found.band) == (None, None, "")


def test_trials_that_do_not_differ_tell_no_spread_of_their_rate():
    found = worked_out(trials([4] * 9), replace(STATED, common_cause="restoration", together=500_000))
    assert (found.named.rate, found.named.rate_spread, found.replicates) == (16, None, 10_000)
    share = stats.triang(0.2, loc=0.005, scale=0.075)
    assert quantiles(found.named.load) == pytest.approx(tuple(16_000 * share.ppf((0.05, 0.5, 0.95))), rel=0.03)
    assert quantiles(found.named.peak) == (2_000, 2_000, 2_000)


def test_one_trial_supports_no_load():
    found = worked_out(trials([4]), replace(STATED, installed=1_000))
    assert (found.named.rate, found.named.rate_spread, found.named.load, found.band) == (16, None, None, "")


def test_where_nothing_was_observed_there_is_no_impact():
    assert worked_out([]) is None
    assert worked_out(trials([0, 0], exposure=0)) is None


def test_exposure_is_what_was_observed():
    outcomes = [*trials([6] * 3), *trials([0], exposure=30 * HOUR)]
    assert worked_out(outcomes).named.rate == Fraction(18 * DAY, 48 * HOUR)


def test_every_counting_point_has_the_amplification_of_the_same_trials():
    found = worked_out(trials((*STORMS, *[0] * 28), han=4, user=2), taps=("han", "hub", "wan", "user"))
    points = {point.tap: point for point in found.points}
    assert list(points) == ["han", "hub", "wan", "user"]
    assert [points[tap].gain for tap in points] == [1, Fraction(1, 4), 0, Fraction(1, 2)]
    assert [points[tap].rate / points["hub"].rate for tap in points] == [4, 1, 0, 2]
    assert quantiles(points["user"].load) == pytest.approx(quantiles(points["hub"].load.times(2)), abs=2e-6)
    assert points["wan"].load.p95 == 0


def test_amplification_is_resampled_with_its_trials():
    even = trials([10] * 6, han=2)
    uneven = [replace(trial, by_tap={"hub": 10, "han": 10 + 20 * (number % 2)}) for number, trial in enumerate(even)]
    found = worked_out(uneven, taps=("han", "hub"))
    han, hub = found.points
    assert (hub.rate, hub.rate_spread) == (40, None)
    assert han.rate_spread.p5 < 80 < han.rate_spread.p95


def test_without_the_han_there_is_no_amplification_to_tell():
    assert worked_out().named.gain is None


def test_the_band_is_the_highest_whose_floor_is_exceeded_with_enough_probability():
    for capacity, band in ((10**9, "I0"), (400_000, "I1"), (40_000, "I2"), (3_000, "I3")):
        found = worked_out(population=replace(STATED, installed=1_000, capacity=capacity))
        assert (found.against.of, found.against.daily, found.band) == ("capacity", capacity, band)
        shares = [step.probability for step in found.against.exceeded]
        assert shares == sorted(shares, reverse=True)
        above = [step.band for step in found.against.exceeded if step.probability >= POLICY.impact_probability]
        assert (above or ["I0"])[-1] == band


def test_a_probability_counts_the_draws_above_the_floor():
    found = worked_out(population=replace(STATED, installed=1_000, capacity=20_000))
    floor = found.against.exceeded[-1]
    assert (floor.band, floor.floor) == ("I3", Fraction(1, 10))
    rng = np.random.default_rng(2)
    counts = np.array([trial.count for trial in FORTY])
    loads = rng.choice(counts, (40_000, 40)).mean(axis=1) * 4 * rng.triangular(0.005, 0.02, 0.08, 40_000) * INSTALLED
    assert float(floor.probability) == pytest.approx(float((loads > 2_000).mean()), abs=0.02)


@pytest.mark.parametrize(("realm", "band"), [(Realm.LABORATORY, "I4"), (Realm.SIMULATED, "I1")])
def test_degradation_is_declared_and_never_of_a_model(realm, band):
    stated = replace(STATED, installed=400_000, degradation="operations report 12")
    assert worked_out(population=stated, realm=realm).band == band


def test_a_common_cause_gives_the_busiest_five_minutes():
    stated = replace(STATED, common_cause="restoration", together=200_000)
    found = worked_out(population=stated)
    peaks = np.minimum([trial.count for trial in FORTY], 7)
    rng = np.random.default_rng(3)
    witness = np.quantile(rng.choice(peaks, (40_000, 40)).mean(axis=1) * 0.2 * INSTALLED, (0.05, 0.5, 0.95))
    assert found.is_common_cause
    assert quantiles(found.named.peak) == pytest.approx(tuple(witness), rel=0.04)
    assert worked_out().named.peak is None


def test_a_field_log_gives_a_rate_and_no_load():
    stated = replace(STATED, installed=400_000, common_cause="restoration", together=200_000)
    found = worked_out(population=stated, realm=Realm.FIELD)
    assert found.named.rate_spread is not None
    assert (found.named.load, found.named.peak, found.against, found.band) == (None, None, None, "")


def test_the_document_is_canonical_and_says_what_it_is_not():
    stated = replace(STATED, installed=400_000, capacity=10**6, common_cause="time-of-day", together=1)
    for realm in Realm:
        written = impact_document(worked_out(population=stated, realm=realm, taps=("han", "hub")))
        assert parse(document(written)) == written
        assert written["lab-conditional"] is (realm is not Realm.FIELD)
    assert "model" in impact_document(worked_out(realm=Realm.SIMULATED))["conditional"]
    load = impact_document(worked_out())["points"][0]["load"]["p50"]
    numerator, denominator = map(int, load["exact"].split("/"))
    assert load["decimal"] == f"{numerator * 10**6 // denominator // 10**6}.{numerator * 10**6 // denominator % 10**6:06}"
    assert canonical(written)


def test_only_treatment_trials_of_blocks_that_count_are_taken(campaigns):
    rows = campaigns.campaign((5, 1), (7, 1), (9, 1)) + campaigns.block(3, 11, void="late")
    rows[3 + 5] = replace(rows[3 + 5], count=0, positive=False)
    outcomes = {
        row.trial: TrialOutcome(
            trial=row.trial, void=row.void, exposure=DAY, count=row.count, positive=row.positive, alerts=row.count, lost=0
        )
        for row in rows
    }
    question = campaigns.question()
    assert [trial.count for trial in treatment_outcomes(rows, outcomes, question)] == [5, 9]
    assert [trial.count for trial in treatment_outcomes(rows[:-1], outcomes, question)] == [5, 9]
    assert [trial.count for trial in treatment_outcomes(rows[:9], outcomes, question)] == [5]
