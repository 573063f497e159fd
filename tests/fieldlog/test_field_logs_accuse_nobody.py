"""In the field nobody notes what is done to a device: what calls for an alert may have been there all the same."""

from __future__ import annotations

import pytest

from harness.oracle.weighing import weigh
from harness.vocab.journal import Journal
from harness.vocab.roles import Realm
from harness.wire.reading import read_trial

GROUNDLESS = {0x8F35: "supply outage", 0x8F36: "supply outage", 0x81BA: "tunnel", 0x8002: "average voltage"}


def in_realm(trial, realm: Realm):
    octets = trial.octets().replace(b'"realm":"S"', f'"realm":"{realm.value}"'.encode())
    facts = read_trial(Journal(octets))
    assert facts.realm is realm
    return facts


def standings(facts) -> set[str]:
    return {ground.standing.value for ground in weigh(facts).of.values()}


@pytest.fixture
def storm(trial, builder):
    """A meter that says the same again and again, in a trial in which nothing was done to it."""
    trial.thresholds()
    trial.averages(*[240_000] * 150)
    for number in range(20):
        for code in GROUNDLESS:
            trial.alert(builder.HOUR + number * 10 * builder.MINUTE, code)
    return trial


def found(builder, facts, name: str) -> int:
    return len(list(builder.DETECTORS[name].detect(facts, weigh(facts), "hub", {})))


def test_what_is_groundless_in_the_laboratory_is_unknown_in_the_field(storm):
    assert "unfounded" in standings(in_realm(storm, Realm.LABORATORY))
    assert "unfounded" not in standings(in_realm(storm, Realm.FIELD))


@pytest.mark.parametrize("name", ["unfounded", "re-raised-event", "switched-off-yet-sent"])
def test_detectors_that_need_a_ground_stay_silent(storm, builder, name):
    laboratory, field = (found(builder, in_realm(storm, realm), name) for realm in (Realm.LABORATORY, Realm.FIELD))
    assert field == 0
    assert laboratory > 0 or name == "switched-off-yet-sent"


def test_what_was_journalled_still_explains_an_alert(trial, builder):
    trial.stimulus(builder.HOUR, "supply.cut", duration=60 * builder.SECOND)
    trial.alert(builder.HOUR + 90 * builder.SECOND, 0x8F35)
    assert standings(in_realm(trial, Realm.FIELD)) <= {"required", "permitted"}


def test_what_the_catalogue_itself_says_is_still_held(trial, builder):
    trial.alert(builder.HOUR, 0x8F70)
    facts = in_realm(trial, Realm.FIELD)
    assert {(ground.standing.value, ground.rule) for ground in weigh(facts).of.values()} == {("unfounded", "code-is-log-only")}
