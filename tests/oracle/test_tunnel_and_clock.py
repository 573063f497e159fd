from __future__ import annotations

import pytest

REFUSED = 0x81BA


@pytest.mark.parametrize(
    ("do", "on"),
    [("hub.restart", "hub"), ("device.restart", "esme"), ("supply.cut", "esme"), ("han.loss", "esme"), ("han.loss", "hub")],
)
def test_each_thing_that_upsets_the_link_permits_one_refused_tunnel(trial, builder, do, on):
    trial.alert(builder.HOUR, REFUSED)
    trial.stimulus(2 * builder.HOUR, do, on=on, duration=builder.MINUTE)
    for minute in (10, 20, 30):
        trial.alert(2 * builder.HOUR + minute * builder.MINUTE, REFUSED)
    trial.stimulus(4 * builder.HOUR, do, on=on, duration=builder.MINUTE)
    for minute in (10, 20):
        trial.alert(4 * builder.HOUR + minute * builder.MINUTE, REFUSED)
    assert trial.standings() == ["unfounded", "permitted", "unfounded", "unfounded", "permitted", "unfounded"]


def test_what_happened_to_the_gas_meter_does_not_excuse_the_electricity_meter(trial, builder):
    trial.stimulus(builder.HOUR, "device.restart", on="gsme")
    trial.alert(2 * builder.HOUR, REFUSED, by="esme")
    trial.alert(2 * builder.HOUR, REFUSED, by="gsme")
    assert trial.standings() == ["unfounded", "permitted"]


def test_causes_that_went_unused_do_not_add_up(trial, builder):
    for hour in (1, 2, 3):
        trial.stimulus(hour * builder.HOUR, "hub.restart", on="hub")
    for minute in (10, 20):
        trial.alert(3 * builder.HOUR + minute * builder.MINUTE, REFUSED)
    assert trial.standings() == ["permitted", "unfounded"]


@pytest.mark.parametrize(("on", "expected"), [("hub", "required"), ("esme", "required"), ("gsme", "unfounded")])
def test_after_a_step_of_its_clock_a_devices_event_times_are_taken_with_that_tolerance(trial, builder, on, expected):
    trial.stimulus(builder.HOUR, "time.step", on=on, by=2 * builder.HOUR)
    trial.stimulus(2 * builder.HOUR, "supply.cut", duration=builder.MINUTE)
    seen = 2 * builder.HOUR + 2 * builder.MINUTE
    ahead = seen - 2 * builder.HOUR
    trial.alert(seen, 0x8F35, event=ahead)
    assert trial.standings() == [expected]


def test_a_clock_within_ten_seconds_is_not_held_against_a_device(trial, builder):
    trial.stimulus(builder.HOUR, "supply.cut", duration=builder.SECOND)
    early = builder.HOUR - 9 * builder.SECOND
    trial.alert(builder.HOUR + builder.MINUTE, 0x8F35, event=early)
    assert trial.standings() == ["required"]


def test_an_event_time_that_cannot_be_is_replaced_by_when_the_alert_was_seen(trial, builder):
    trial.stimulus(builder.HOUR, "supply.cut", duration=builder.MINUTE)
    trial.alert(builder.HOUR + 2 * builder.MINUTE, 0x8F35, event=-10_000 * builder.DAY)
    assert trial.standings() == ["required"]
