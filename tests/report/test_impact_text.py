"""What is said of an impact: each figure at its counting point, the realm and the lab always with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.judge.impact import impact
from harness.report import text
from harness.report.impact_text import impact_sentences
from harness.report.words import lint
from harness.vocab.impact import Population, Share
from harness.vocab.outcome import TrialOutcome
from harness.vocab.roles import Realm
from harness.vocab.time import HOUR

STATED = Population(
    share=Share(low=5_000, mode=20_000, high=80_000), basis="no source", counting_point="wan", common_cause="restoration", together=200_000
)
COUNTS = (3, 6, 9, 13, 18, 24, 32, 45, 58, 83, 130, 260, *[0] * 28)


def found(population=STATED, realm=Realm.LABORATORY, counts=COUNTS):
    trials = [
        TrialOutcome(
            trial=f"t{number}",
            void="",
            exposure=6 * HOUR,
            count=count,
            positive=count > 0,
            alerts=count,
            lost=0,
            by_tap={"han": 2 * count, "hub": count, "wan": count},
            peak=min(count, 4),
        )
        for number, count in enumerate(counts)
    ]
    return impact(trials, population, realm=realm, counted_at="hub", taps=("han", "hub", "wan"), seed=b"plan")


def said(*arguments, brief=False, **more):
    return "\n".join(impact_sentences(found(*arguments, **more), brief=brief))


def test_every_figure_stands_at_its_counting_point():
    words = said()
    assert "68.1 superfluous alerts a device-day in the condition at 'hub', 90 % from 2" in words
    assert "each one on the HAN: han 1.00; hub 0.50; wan 0.50" in words
    assert words.count("; wan ") == 3
    assert "51.6 million device alerts a day, 0.96 for each device" in words
    assert "July 2022" in words
    assert "20\u00a0% of them were in the condition at one moment (restoration, +p" in words


def test_the_short_form_keeps_to_the_counting_point_that_is_asked_about():
    words = said(brief=True)
    assert "(P5 / P50 / P95): wan " in words
    assert "han" not in words.replace("than", "")


@pytest.mark.parametrize("brief", [False, True])
def test_the_lab_and_the_model_are_named_every_time(brief):
    assert "Lab-conditional: a rate from a rig is no field rate." in said(brief=brief)
    model = said(realm=Realm.SIMULATED, brief=brief)
    assert "Lab-conditional: a rate from a rig is no field rate." in model
    assert "model as configured" in model


def test_without_a_share_no_load_is_claimed():
    words = said(Population(installed=400_000))
    assert "share of device-days in the condition is not stated" in words
    assert "installed" not in words
    assert "Band" not in words


def test_the_number_installed_brings_the_band_with_its_probability():
    words = said(replace(STATED, installed=400_000, capacity=10_000_000))
    assert "400,000 installed: " in words
    assert "of the capacity named" in words
    assert "Band I2: its floor of 1\u00a0% of the capacity is exceeded" in words
    assert "No band" in said()


def test_where_nothing_was_counted_nothing_more_is_said():
    words = said(counts=[0] * 28)
    assert "No superfluous alert was counted in 28 treatment trials over 7 days;" in words
    assert "1,000 installed" not in words
    assert "+p" not in words


def test_few_trials_are_told_as_few():
    assert "understates the spread" in said(counts=(1, 2, 3))
    assert "understates the spread" not in said()


def test_a_field_log_gives_a_rate_of_the_log():
    words = said(realm=Realm.FIELD)
    assert "68.1 superfluous alerts a day of the log at 'hub'" in words
    assert "does not tell how many installations" in words
    assert "Lab-conditional" not in words
    assert "1,000 installed" not in words


@pytest.mark.parametrize("realm", list(Realm))
@pytest.mark.parametrize("population", [STATED, Population(), replace(STATED, together=None, installed=9, degradation="report 12")])
def test_the_words_may_leave_the_lab(realm, population):
    assert lint(said(population, realm=realm)) == ()


def test_a_report_without_an_impact_says_nothing_of_it(stories):
    assert "\nimpact" not in text.render(replace(stories["controlled"], impact=None))
    assert "\nimpact        68.1 superfluous" in text.render(replace(stories["controlled"], impact=found()))
