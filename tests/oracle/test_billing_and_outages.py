from __future__ import annotations

import pytest


def test_each_scheduled_billing_entry_requires_one_alert_of_each_meter(trial, builder):
    for meter in ("esme", "gsme"):
        trial.record(0, "configuration", device=builder.DEVICES[meter], item="billing", first=builder.DAY // 2, every=builder.DAY)
        trial.alert(builder.DAY // 2 + 5 * builder.SECOND, 0x8F0A, by=meter)
    assert trial.standings() == ["required", "required"]
    assert trial.grounds().unmet == ()


def test_a_billing_alert_that_nobody_saw_is_told_and_only_told(trial, builder):
    trial.record(0, "configuration", device=builder.DEVICES["gsme"], item="billing", first=builder.HOUR, every=builder.DAY)
    (missed,) = trial.grounds().unmet
    assert (missed.code, missed.device, missed.not_before) == (0x8F0A, builder.DEVICES["gsme"], builder.HOUR)
    assert trial.kinds() == {}


def test_a_billing_alert_beyond_the_schedule_is_not_judged(trial, builder):
    trial.record(0, "configuration", device=builder.DEVICES["esme"], item="billing", first=builder.HOUR, every=builder.DAY)
    for minute in range(50):
        trial.alert(builder.HOUR + minute * builder.MINUTE + builder.SECOND, 0x8F0A)
    assert trial.standings() == ["required", *["unknown"] * 49]
    assert trial.kinds() == {}


def test_a_calendar_that_is_said_anew_goes_on_where_the_old_one_ended(trial, builder):
    esme = builder.DEVICES["esme"]
    trial.record(0, "configuration", device=esme, item="billing", first=2 * builder.HOUR, every=builder.DAY)
    trial.alert(2 * builder.HOUR + builder.SECOND, 0x8F0A)
    trial.record(3 * builder.HOUR, "configuration", device=esme, item="billing", first=20 * builder.HOUR, every=builder.DAY)
    trial.alert(20 * builder.HOUR + builder.SECOND, 0x8F0A)
    assert trial.standings() == ["required", "required"]
    assert trial.grounds().unmet == ()


@pytest.mark.parametrize(("seconds", "code"), [(1, 0x8F35), (170, 0x8F35), (190, 0x8F36), (7200, 0x8F36)])
def test_a_supply_cut_requires_the_one_code_of_its_length(trial, builder, seconds, code):
    cut = 2 * builder.HOUR
    trial.stimulus(cut, "supply.cut", duration=seconds * builder.SECOND)
    restored = cut + seconds * builder.SECOND
    trial.alert(restored + 20 * builder.SECOND, code)
    trial.alert(restored + 30 * builder.SECOND, 0x8F35 + 0x8F36 - code)
    trial.alert(restored + 40 * builder.SECOND, code)
    assert trial.standings() == ["required", "unfounded", "unfounded"]


@pytest.mark.parametrize("seconds", [176, 180, 184])
def test_close_to_three_minutes_either_code_is_permitted_and_none_required(trial, builder, seconds):
    trial.stimulus(builder.HOUR, "supply.cut", duration=seconds * builder.SECOND)
    trial.alert(builder.HOUR + 200 * builder.SECOND, 0x8F35)
    trial.alert(builder.HOUR + 201 * builder.SECOND, 0x8F36)
    assert trial.standings() == ["permitted", "permitted"]
    assert trial.grounds().unmet == ()


def test_an_outage_alert_without_an_outage_is_unfounded_and_one_before_its_outage_too(trial, builder):
    trial.alert(builder.HOUR, 0x8F35)
    trial.stimulus(2 * builder.HOUR, "supply.cut", duration=builder.MINUTE)
    assert trial.standings() == ["unfounded"]
    (missed,) = trial.grounds().unmet
    assert missed.cause == trial.facts().stimuli[0].line


def test_a_stimulus_that_was_due_and_not_done_is_no_cause(trial, builder):
    trial.record(builder.HOUR, "stimulus", index=0, phase="due", on="esme", do="supply.cut", **{"with": {"duration": builder.MINUTE}})
    trial.alert(2 * builder.HOUR, 0x8F35)
    assert trial.standings() == ["unfounded"]


def test_a_restart_of_the_meter_permits_one_short_outage(trial, builder):
    trial.stimulus(builder.HOUR, "device.restart")
    trial.alert(builder.HOUR + builder.MINUTE, 0x8F35)
    trial.alert(builder.HOUR + 2 * builder.MINUTE, 0x8F35)
    assert trial.standings() == ["permitted", "unfounded"]


def test_two_cuts_require_two_alerts_even_when_they_arrive_in_the_wrong_order(trial, builder):
    for cut in (1, 2):
        trial.stimulus(cut * builder.HOUR, "supply.cut", duration=builder.MINUTE)
    restored = [cut * builder.HOUR + builder.MINUTE for cut in (1, 2)]
    trial.alert(3 * builder.HOUR, 0x8F35, event=restored[1])
    trial.alert(3 * builder.HOUR + builder.MINUTE, 0x8F35, event=restored[0])
    assert trial.standings() == ["required", "required"]


def test_an_outage_of_a_phase_and_an_outage_alert_of_a_gas_meter_are_not_judged(trial, builder):
    trial.alert(builder.HOUR, 0x8F37)
    trial.alert(builder.HOUR, 0x8F35, by="gsme")
    assert trial.standings() == ["unknown", "unknown"]
