"""Alerts by counting point, and the busiest five minutes, from a journal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from harness.judge.assess import assess
from harness.judge.flow import PEAK_SPAN, busiest
from harness.scenario.model import Outcome
from harness.vocab.time import HOUR, MINUTE, SECOND

DUPLICATES = Outcome(detector="transport-duplicate", settings={}, tap="hub", role="esme", more_than=0)


def outcome(trial, builder, codes=(), **changes):
    asked = Outcome(**{**{name: getattr(DUPLICATES, name) for name in DUPLICATES.__slots__}, **changes})
    return assess(trial.journal(), asked, codes, detectors=builder.DETECTORS).outcome


def test_alerts_are_counted_at_every_tap_copies_included(trial, builder):
    for hour in (2, 3):
        octets = trial.alert(hour * HOUR, 0x8F3F, by="esme")
        for copy in range(3):
            trial.message(hour * HOUR + copy * SECOND, octets, tap="han")
        trial.message(hour * HOUR + MINUTE, octets, tap="wan")
    trial.alert(4 * HOUR, 0x8F3E, by="esme")
    trial.alert(5 * HOUR, 0x8F3F, by="gsme")
    assert outcome(trial, builder, codes=(0x8F3F,)).by_tap == {"han": 6, "hub": 2, "wan": 2}
    assert outcome(trial, builder).by_tap == {"han": 6, "hub": 3, "wan": 2}
    assert outcome(trial, builder, role="any", codes=(0x8F3F,)).by_tap == {"han": 6, "hub": 3, "wan": 2}


def test_the_peak_counts_superfluous_alerts_that_come_close_together(trial, builder):
    for minute in (60, 61, 62, 90):
        octets = trial.alert(minute * MINUTE, 0x8F3F, by="esme")
        trial.message(minute * MINUTE + SECOND, octets)
    found = outcome(trial, builder)
    assert (found.count, found.peak) == (4, 3)


def test_a_quiet_trial_has_no_peak(trial, builder):
    trial.alert(2 * HOUR, 0x8F3F, by="esme")
    assert outcome(trial, builder).peak == 0


def test_the_end_of_the_span_is_left_out():
    assert busiest([0, PEAK_SPAN]) == 1
    assert busiest([0, PEAK_SPAN - 1]) == 2
    assert busiest([]) == 0


@given(some.lists(some.integers(0, 60), max_size=30), some.integers(1, 20))
def test_the_busiest_span_is_the_one_that_trying_them_all_gives(instants, span):
    tried = [sum(start <= instant < start + span for instant in instants) for start in instants]
    assert busiest(instants, span) == max(tried, default=0)
