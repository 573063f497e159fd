"""From a journal to counts: which findings count, and what is told besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from harness.errors import ScenarioError
from harness.interfaces.setting import Setting
from harness.judge.assess import assess
from harness.scenario.model import Outcome
from harness.vocab.journal import Journal
from harness.vocab.time import DAY, HOUR, MINUTE, SECOND

DUPLICATES = Outcome(detector="transport-duplicate", settings={}, tap="hub", role="any", more_than=0)


@pytest.fixture
def twice(trial, builder):
    """Five alerts of three devices, each seen twice at the hub and once at the user."""
    for device, code in (("esme", 0x8F3F), ("esme", 0x8F3E), ("gsme", 0x8F3F), ("gpf", 0x8F3F), ("hub", 0x8F3F)):
        octets = trial.alert(2 * HOUR, code, by=device)
        trial.message(2 * HOUR + SECOND, octets)
        trial.message(2 * HOUR + MINUTE, octets, tap="user")
    return trial


def assessed(trial, outcome, codes=(), **more):
    from harness.detect import transport_duplicate

    detectors = more or {"transport-duplicate": transport_duplicate.DETECTOR}
    return assess(trial.journal(), outcome, codes, detectors=detectors)


def count(trial, codes=(), **changes):
    return assessed(trial, replace(DUPLICATES, **changes), codes).outcome.count


def test_what_counts_is_chosen_by_code_role_and_counting_point(twice):
    assert count(twice) == 5
    assert count(twice, codes=(0x8F3E,)) == 1
    assert [count(twice, role=role) for role in ("esme", "gsme", "hub", "ppmid")] == [2, 1, 2, 0]
    assert count(twice, tap="user") == 0


def test_a_trial_is_positive_where_it_counts_more_than_allowed(twice):
    positives = [assessed(twice, replace(DUPLICATES, more_than=allowed)).outcome.positive for allowed in (4, 5)]
    assert positives == [True, False]


def test_a_pair_counts_where_one_of_its_codes_is_asked_for(trial, builder):
    for minute in range(60, 100, 5):
        trial.alert(minute * MINUTE, (0x8002, 0x8085)[minute // 5 % 2])
    outcome = Outcome(detector="pair-chatter", settings={"pairs": 3, "within": HOUR}, tap="hub", role="esme", more_than=0)
    result = assess(trial.journal(), outcome, (0x8002,), detectors=builder.DETECTORS).outcome
    assert (result.count, result.by_detector["pair-chatter"]) == (2, 2)


def test_every_detector_is_asked_and_told_of_in_order_of_time(twice, builder):
    twice.switches(0)
    twice.alert(HOUR, 0x8089)
    assessment = assess(twice.journal(), DUPLICATES, (), detectors=builder.DETECTORS)
    assert [finding.detector for finding in assessment.findings] == ["switched-off-yet-sent", *["transport-duplicate"] * 5]
    assert assessment.outcome.by_detector == {
        name: {"transport-duplicate": 5, "switched-off-yet-sent": 1}.get(name, 0) for name in builder.DETECTORS
    }


def test_a_detector_from_elsewhere_is_asked_like_any_other(twice):
    class Everything:
        name = "everything"
        doc = "Finds nothing and counts nothing."
        settings: Mapping[str, Setting] = {}

        def detect(self, facts, grounds, tap, settings):
            return []

    assert assessed(twice, replace(DUPLICATES, detector="everything"), everything=Everything()).outcome.count == 0


def test_a_detector_that_is_not_there_is_an_error_with_the_nearest_name(twice, builder):
    with pytest.raises(ScenarioError, match="did you mean 'transport-duplicate'"):
        assess(twice.journal(), replace(DUPLICATES, detector="transport-duplicates"), (), detectors=builder.DETECTORS)


def test_the_outcome_tells_what_was_seen_and_how_it_stands(twice, builder):
    twice.record(0, "configuration", device=builder.DEVICES["esme"], item="billing", first=3 * HOUR, every=DAY)
    twice.alert(MINUTE, 0x8F3F)
    twice.record(5 * HOUR, "gap", tap="han", **{"from": 4 * HOUR, "until": 5 * HOUR}, lost=7, reason="radio busy")
    twice.message(6 * HOUR, b"\xdd\x01\x02")
    assessment = assessed(twice, DUPLICATES)
    outcome = assessment.outcome
    assert (outcome.exposure, outcome.alerts, outcome.lost, outcome.unmet, assessment.unread) == (DAY, 10, 7, 1, 1)
    assert outcome.by_code == {"0x8F3E": 2, "0x8F3F": 8}
    assert outcome.standings == {"unknown": 10}
    assert outcome.void == ""


def test_a_void_trial_says_why(trial):
    octets = trial.octets().replace(b'"reason":"window closed"', b'"reason":"void: the relay did not answer"')
    outcome = assess(Journal(octets), DUPLICATES, (), detectors=_detectors()).outcome
    assert outcome.void == "void: the relay did not answer"


def test_a_trial_whose_window_did_not_open_is_void_and_counts_nothing(twice):
    twice.records = [record for record in twice.records if record[1] != "window"]
    outcome = assessed(twice, DUPLICATES).outcome
    assert (outcome.void, outcome.count, outcome.exposure) == ("the observation window did not open", 0, 0)


def test_the_same_journal_gives_the_same_assessment(twice):
    assert assessed(twice, DUPLICATES) == assessed(twice, DUPLICATES)


def _detectors():
    from harness.detect import transport_duplicate

    return {"transport-duplicate": transport_duplicate.DETECTOR}
