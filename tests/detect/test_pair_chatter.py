from __future__ import annotations

import pytest

NAME = "pair-chatter"
OVER, OVER_ENDED = 0x8002, 0x8085


def pairs(trial, builder, hours, **more):
    for hour in hours:
        start = int(hour * builder.HOUR)
        trial.alert(start, OVER, **more)
        trial.alert(start + 10 * builder.MINUTE, OVER_ENDED, **more)


def test_pairs_beyond_three_in_six_hours_are_found_each_with_both_its_alerts(trial, builder):
    pairs(trial, builder, [1, 2, 3, 4, 5])
    found = trial.found(NAME)
    assert [(finding.codes, finding.superfluous, finding.facts["number"]) for finding in found] == [
        ((OVER, OVER_ENDED), 2, 4),
        ((OVER, OVER_ENDED), 2, 5),
    ]
    lines = [sighting.line for sighting in trial.facts().sightings]
    assert [finding.lines for finding in found] == [(lines[6], lines[7]), (lines[8], lines[9])]


def test_three_pairs_in_any_six_hours_are_allowed_for(trial, builder):
    pairs(trial, builder, [1, 2, 3, 7, 8, 9, 13, 14, 15])
    assert trial.found(NAME) == []


def test_the_span_and_the_number_can_be_set(trial, builder):
    pairs(trial, builder, [1, 2, 3])
    assert len(trial.found(NAME, pairs=0)) == 3
    assert len(trial.found(NAME, pairs=1)) == 2
    assert trial.found(NAME, pairs=1, within="1h") == []


@pytest.mark.parametrize("codes", [(0x8F3F, 0x8F3E), (0x8F35, 0x8F36), (OVER, 0x8089), (OVER, 0x8086)])
def test_codes_that_are_not_opposites_make_no_pair(trial, builder, codes):
    for minute in range(40, 640, 10):
        trial.alert(minute * builder.MINUTE, codes[minute // 10 % 2])
    assert trial.found(NAME) == []


def test_the_same_code_again_makes_no_pair(trial, builder):
    for minute in range(40, 640, 10):
        trial.alert(minute * builder.MINUTE, OVER)
    assert trial.found(NAME) == []


def test_copies_and_rebuilt_alerts_do_not_alternate(trial, builder):
    at, event = builder.HOUR, builder.HOUR - builder.MINUTE
    octets = [trial.alert(at, OVER, event=event), trial.alert(at, OVER_ENDED, event=event)]
    for minute in range(2, 40, 2):
        for copy in octets:
            trial.message(at + minute * builder.MINUTE, copy)
        for code in (OVER, OVER_ENDED):
            trial.alert(at + (minute + 1) * builder.MINUTE, code, event=event)
    assert trial.found(NAME) == []


def test_two_devices_and_two_recipients_do_not_make_one_chatter(trial, builder):
    pairs(trial, builder, [1, 2, 3])
    pairs(trial, builder, [1.2, 2.2, 3.2], by="ppmid")
    pairs(trial, builder, [1.4, 2.4, 3.4], target=builder.DEVICES["gpf"])
    assert trial.found(NAME) == []


def test_alerts_held_back_and_delivered_together_are_timed_by_their_events(trial, builder):
    for hour in range(1, 13, 3):
        for minute, code in ((0, OVER), (10, OVER_ENDED)):
            trial.alert(14 * builder.HOUR + hour * builder.SECOND, code, event=hour * builder.HOUR + minute * builder.MINUTE)
    assert trial.found(NAME) == []


def test_alerts_before_the_window_make_no_pair_in_it(trial, builder):
    for minute in range(1, 29):
        trial.alert(minute * builder.MINUTE, (OVER, OVER_ENDED)[minute % 2])
    pairs(trial, builder, [1, 2, 3])
    assert trial.found(NAME) == []
