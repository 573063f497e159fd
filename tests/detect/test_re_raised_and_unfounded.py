from __future__ import annotations

import pytest

RE_RAISED, UNFOUNDED = "re-raised-event", "unfounded"
REFUSED = 0x81BA


@pytest.fixture
def restarted(trial, builder):
    """A hub that was restarted an hour into the trial, with a refused tunnel told of after it."""
    trial.stimulus(builder.HOUR, "hub.restart", on="hub")
    trial.alert(builder.HOUR + 2 * builder.MINUTE, REFUSED)
    return trial


def test_repeats_of_a_founded_alert_are_re_raised_and_not_unfounded(restarted, builder):
    for minute in (12, 22):
        restarted.alert(builder.HOUR + minute * builder.MINUTE, REFUSED)
    assert restarted.kinds() == {RE_RAISED: 2}
    assert [finding.facts["after"] for finding in restarted.found(RE_RAISED)] == ["10m", "10m"]


def test_a_repeat_with_a_cause_of_its_own_is_neither(restarted, builder):
    restarted.stimulus(2 * builder.HOUR, "hub.restart", on="hub")
    restarted.alert(2 * builder.HOUR + builder.MINUTE, REFUSED)
    assert restarted.kinds() == {}


def test_another_meter_is_another_matter(restarted, builder):
    restarted.alert(2 * builder.HOUR, REFUSED, by="gsme")
    assert restarted.kinds() == {}
    restarted.alert(3 * builder.HOUR, REFUSED, by="gsme")
    assert restarted.kinds() == {RE_RAISED: 1}


def test_where_nothing_ever_called_for_the_alert_every_one_is_unfounded(trial, builder):
    for hour in (1, 2, 3):
        trial.alert(hour * builder.HOUR, REFUSED)
    assert trial.kinds() == {UNFOUNDED: 3, RE_RAISED: 2}


def test_a_rebuilt_alert_is_not_re_raised_and_not_unfounded(restarted, builder):
    restarted.alert(builder.HOUR + 3 * builder.MINUTE, REFUSED, event=builder.HOUR + 2 * builder.MINUTE - 2 * builder.SECOND)
    assert restarted.kinds() == {"rebuilt-alert": 1}


def test_the_opposite_code_in_between_ends_the_run(trial, builder):
    trial.switches(0, 0x8002, 0x8085)
    trial.thresholds()
    trial.averages(*[240_000] * 6, *[255_000] * 6, *[240_000] * 24)
    for minute, code in ((70, 0x8002), (90, 0x8002), (130, 0x8085), (150, 0x8002), (170, 0x8002)):
        trial.alert(minute * builder.MINUTE + 3 * builder.SECOND, code)
    assert trial.standings() == ["permitted", "unfounded", "required", "unfounded", "unfounded"]
    facts = trial.facts()
    lines = {sighting.line: sighting.at // builder.MINUTE for sighting in facts.sightings}
    assert [lines[finding.lines[-1]] for finding in trial.found(RE_RAISED)] == [90, 170]
    assert [lines[finding.lines[-1]] for finding in trial.found(UNFOUNDED)] == [150, 170]


def test_codes_without_a_rule_are_neither_however_often_they_come(trial, builder):
    for minute in range(40, 1000, 60):
        trial.alert(minute * builder.MINUTE, 0x8F75)
        trial.alert(minute * builder.MINUTE, 0x8183)
    assert trial.kinds() == {}


def test_an_undecided_alert_may_have_been_founded_so_its_repeat_is_not_called_unfounded(trial, builder):
    trial.switches(0, 0x8002, 0x8085)
    trial.thresholds()
    trial.averages(*[240_000] * 6)
    trial.alert(65 * builder.MINUTE, 0x8002)
    assert trial.standings() == ["undecided"]
    trial.alert(70 * builder.MINUTE, 0x8002, event=35 * builder.MINUTE)
    assert trial.standings() == ["undecided", "unfounded"]
    assert trial.kinds() == {RE_RAISED: 1}
