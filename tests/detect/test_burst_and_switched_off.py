from __future__ import annotations


def test_alerts_beyond_the_number_in_the_span_are_a_burst(trial, builder):
    for second in range(25):
        trial.alert(builder.HOUR + second * builder.SECOND, 0x8F75)
    assert [finding.facts["number"] for finding in trial.found("burst")] == [21, 22, 23, 24, 25]
    assert trial.kinds() == {"burst": 5}


def test_the_same_number_spread_over_a_longer_time_is_none(trial, builder):
    for number in range(200):
        trial.alert(builder.HOUR + number * 30 * builder.SECOND, 0x8F75)
    assert trial.found("burst") == []
    assert len(trial.found("burst", count=19)) == 181


def test_a_burst_is_of_one_device_and_copies_do_not_swell_it(trial, builder):
    for second in range(15):
        for meter in ("esme", "gsme"):
            octets = trial.alert(builder.HOUR + second * builder.SECOND, 0x8F75, by=meter)
            trial.message(builder.HOUR + 20 * builder.SECOND, octets)
    assert trial.found("burst") == []


def test_required_alerts_undecided_ones_and_billing_do_not_count(trial, builder):
    for second in range(0, 120, 4):
        trial.stimulus(builder.HOUR + second * builder.SECOND, "supply.cut", duration=builder.SECOND)
        trial.alert(builder.HOUR + (second + 2) * builder.SECOND, 0x8F35)
        trial.alert(builder.HOUR + (second + 2) * builder.SECOND, 0x8F0A)
        trial.alert(builder.HOUR + (second + 3) * builder.SECOND, 0x8085)
    trial.thresholds()
    trial.switches(0, 0x8085)
    assert set(trial.standings()) == {"required", "unknown", "undecided"}
    assert trial.found("burst") == []


def test_an_alert_that_was_switched_off_is_found_once_however_often_it_is_copied(trial, builder):
    trial.switches(0)
    octets = trial.alert(builder.HOUR, 0x8089)
    trial.message(builder.HOUR + builder.SECOND, octets)
    trial.alert(2 * builder.HOUR, 0x8089)
    trial.alert(builder.MINUTE, 0x8089)
    assert trial.kinds() == {"switched-off-yet-sent": 2, "transport-duplicate": 1}


def test_an_alert_that_is_switched_on_is_not_found(trial, builder):
    trial.switches(0, 0x8089)
    trial.alert(builder.HOUR, 0x8089)
    assert trial.kinds() == {}
