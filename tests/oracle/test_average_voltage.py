from __future__ import annotations

import pytest

OVER, OVER_ENDED, UNDER, UNDER_ENDED = 0x8002, 0x8085, 0x8006, 0x8089
NORMAL, HIGH, LOW = 240_000, 255_000, 210_000
TEN_MINUTES = 600 * 10**9


def at_end_of(period: int) -> int:
    """An alert seen 3 s after a period (from 0) has ended; its event is 1 s after."""
    return (period + 1) * TEN_MINUTES + 3 * 10**9


@pytest.fixture
def meter(trial):
    trial.switches(0, OVER, OVER_ENDED, UNDER, UNDER_ENDED)
    trial.thresholds()
    return trial


def test_edges_of_the_averaged_supply_found_alerts_and_only_sourced_columns_require_them(meter):
    meter.averages(NORMAL, HIGH, HIGH, NORMAL, LOW, NORMAL, NORMAL)
    for period, code in ((1, OVER), (3, OVER_ENDED), (4, UNDER), (5, UNDER_ENDED)):
        meter.alert(at_end_of(period), code)
    assert meter.standings() == ["permitted", "required", "required", "required"]


def test_an_alert_without_an_edge_is_unfounded(meter):
    meter.averages(*[NORMAL] * 6)
    meter.alert(at_end_of(2), OVER)
    meter.alert(at_end_of(3), OVER_ENDED)
    assert meter.standings() == ["unfounded", "unfounded"]


def test_an_edge_founds_one_alert_and_no_second(meter):
    meter.averages(NORMAL, HIGH, HIGH, HIGH, NORMAL, NORMAL)
    meter.alert(at_end_of(1), OVER)
    meter.alert(at_end_of(2), OVER)
    assert meter.standings() == ["permitted", "unfounded"]


def test_a_return_that_hysteresis_delays_is_founded_by_the_edge_it_follows(meter):
    meter.averages(NORMAL, HIGH, 252_000, 252_000, 250_000, NORMAL)
    meter.alert(at_end_of(4), OVER_ENDED)
    assert meter.standings() == ["required"]


def test_a_return_that_hysteresis_swallows_is_told_and_not_counted(meter):
    meter.averages(NORMAL, HIGH, 252_000, HIGH, NORMAL, NORMAL)
    meter.alert(at_end_of(1), OVER)
    meter.alert(at_end_of(4), OVER_ENDED)
    grounds = meter.grounds()
    assert [(missed.code, missed.not_before // TEN_MINUTES) for missed in grounds.unmet] == [(OVER_ENDED, 3)]
    assert meter.kinds() == {}


def test_within_the_margin_of_the_threshold_either_edge_is_permitted_and_none_required(meter):
    meter.averages(*[253_100, 252_900] * 3)
    for period in range(1, 5):
        meter.alert(at_end_of(period), (OVER, OVER_ENDED)[period % 2])
    assert meter.standings() == ["permitted"] * 4
    assert meter.grounds().unmet == ()


def test_a_period_in_which_the_supply_was_cut_says_nothing_for_sure(meter):
    meter.averages(NORMAL, HIGH, 0, HIGH, NORMAL, NORMAL)
    meter.alert(at_end_of(2), OVER_ENDED)
    meter.alert(at_end_of(3), OVER)
    assert meter.standings() == ["permitted", "permitted"]


def test_a_period_in_which_the_meter_was_restarted_says_nothing_for_sure(meter, builder):
    meter.averages(NORMAL, NORMAL, NORMAL, NORMAL, NORMAL, NORMAL)
    meter.stimulus(2 * TEN_MINUTES + builder.MINUTE, "device.restart", duration=10 * builder.SECOND)
    meter.alert(at_end_of(1), OVER)
    meter.alert(at_end_of(2), OVER)
    assert meter.standings() == ["unfounded", "permitted"]


def test_an_alert_is_undecided_until_the_supply_is_journalled(meter):
    meter.averages(*[NORMAL] * 6)
    meter.alert(at_end_of(1), OVER)
    alert = meter.facts().sightings[0].alert
    before, after = (meter.grounds(end).of[alert.originator, alert.counter, OVER].standing.value for end in (3 * TEN_MINUTES, None))
    assert (before, after) == ("undecided", "unfounded")


def test_an_alert_before_the_thresholds_are_known_is_not_judged(trial, builder):
    trial.thresholds(4 * builder.HOUR)
    trial.averages(*[NORMAL] * 60)
    trial.alert(2 * builder.HOUR, OVER)
    trial.alert(5 * builder.HOUR, OVER)
    assert trial.standings() == ["unknown", "unfounded"]


def test_new_thresholds_hold_from_when_they_were_accepted(meter, builder):
    meter.thresholds(3 * builder.HOUR + builder.MINUTE, over=256_000)
    meter.averages(*[NORMAL] * 6, *[HIGH] * 6, *[NORMAL] * 3, *[NORMAL] * 9, *[HIGH] * 6, *[NORMAL] * 6)
    meter.alert(at_end_of(6), OVER)
    meter.alert(at_end_of(24), OVER)
    assert meter.standings() == ["permitted", "unfounded"]


def test_without_its_bit_an_edge_requires_nothing(trial):
    trial.switches(0)
    trial.thresholds()
    trial.averages(NORMAL, LOW, LOW, NORMAL, NORMAL, NORMAL)
    assert trial.grounds().unmet == ()


def test_per_phase_codes_are_not_judged(trial):
    per_phase = (0x8003, 0x8086, 0x8009, 0x808C)
    trial.switches(0, *per_phase)
    trial.thresholds()
    trial.averages(*[NORMAL] * 6)
    for code in per_phase:
        trial.alert(at_end_of(1), code)
    assert trial.standings() == ["unknown"] * 4
