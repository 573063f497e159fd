from __future__ import annotations

NAME = "rebuilt-alert"


def test_one_event_under_a_new_counter_is_a_finding(trial, builder):
    for seconds in (0, 30, 60):
        trial.alert(builder.HOUR + seconds * builder.SECOND, 0x8F3F, event=builder.HOUR)
    found = trial.found(NAME)
    assert [finding.facts["counter"] for finding in found] == ["1002", "1003"]
    assert {finding.facts["first_counter"] for finding in found} == {"1001"}


def test_other_events_other_bodies_other_codes_and_other_recipients_are_none(trial, builder):
    trial.alert(builder.HOUR, 0x8F3F, event=builder.HOUR)
    trial.alert(builder.HOUR, 0x8F3F, event=builder.HOUR + builder.SECOND)
    trial.alert(builder.HOUR, 0x8F3E, event=builder.HOUR)
    trial.alert(builder.HOUR, 0x8F3F, event=builder.HOUR, by="gsme")
    trial.alert(builder.HOUR, 0x8F3F, event=builder.HOUR, target=builder.DEVICES["gpf"])
    assert trial.found(NAME) == []


def test_a_copy_is_not_a_rebuilt_alert_and_a_copy_of_a_rebuilt_one_counts_once(trial, builder):
    trial.message(2 * builder.HOUR, trial.alert(builder.HOUR, 0x8F3F, event=builder.HOUR))
    assert trial.kinds() == {"transport-duplicate": 1}
    trial.message(3 * builder.HOUR, trial.alert(builder.HOUR, 0x8F3F, event=builder.HOUR))
    assert trial.kinds() == {"transport-duplicate": 2, NAME: 1}


def test_the_billing_alert_is_never_among_them(trial, builder):
    for _ in range(5):
        trial.alert(builder.HOUR, 0x8F0A, event=builder.HOUR)
    assert trial.kinds() == {}


def test_outside_the_window_nothing_counts(trial, builder):
    for minute in (1, 2, 3):
        trial.alert(minute * builder.MINUTE, 0x8F3F, event=0)
    trial.alert(builder.HOUR, 0x8F3F, event=0)
    assert [finding.at for finding in trial.found(NAME)] == [builder.HOUR]
