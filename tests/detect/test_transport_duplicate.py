from __future__ import annotations

NAME = "transport-duplicate"


def test_every_copy_after_the_first_is_a_finding_that_names_both_lines(trial, builder):
    octets = trial.alert(builder.HOUR, 0x8F3F)
    for second in (2, 65):
        trial.message(builder.HOUR + second * builder.SECOND, octets)
    found = trial.found(NAME)
    first, *copies = [sighting.line for sighting in trial.facts().sightings]
    assert [finding.lines for finding in found] == [(first, line) for line in copies]
    assert [finding.facts["after"] for finding in found] == ["2s", "1m5s"]
    assert {finding.superfluous for finding in found} == {1}


def test_the_same_message_at_another_counting_point_is_no_copy(trial, builder):
    octets = trial.alert(builder.HOUR, 0x8F3F, tap="han")
    for tap in ("hub", "wan", "dsp", "user"):
        trial.message(builder.HOUR + builder.SECOND, octets, tap=tap)
    assert [trial.found(NAME, tap=tap) for tap in ("han", "hub", "wan", "dsp", "user")] == [[]] * 5


def test_a_copy_of_the_billing_alert_is_a_copy(trial, builder):
    trial.message(2 * builder.HOUR, trial.alert(builder.HOUR, 0x8F0A))
    assert trial.kinds() == {NAME: 1}


def test_only_copies_within_the_window_count_though_the_first_may_precede_it(trial, builder):
    octets = trial.alert(builder.MINUTE, 0x8F3F)
    for at in (2 * builder.MINUTE, builder.HOUR, 26 * builder.HOUR):
        trial.message(at, octets)
    trial.end = 27 * builder.HOUR
    assert [finding.at for finding in trial.found(NAME)] == [builder.HOUR]


def test_equal_alerts_under_new_counters_are_no_copies(trial, builder):
    for _ in range(3):
        trial.alert(builder.HOUR, 0x8F3F, event=builder.HOUR)
    assert trial.found(NAME) == []
