"""``outcomes.jsonl`` read back: the same values, or an error that names the line."""

from __future__ import annotations

import json

import pytest

from harness.errors import BundleError
from harness.judge.documents import outcome_document
from harness.judge.outcome_reading import read_outcomes
from harness.vocab.canonical import document, lines
from harness.vocab.outcome import TrialOutcome

OUTCOME = TrialOutcome(
    trial="t1",
    void="",
    exposure=86_400 * 10**9,
    count=2,
    positive=True,
    alerts=9,
    lost=1,
    by_detector={"burst": 2},
    by_code={"0x8002": 9},
    standings={"permitted": 9},
    unmet=1,
    by_tap={"han": 18, "hub": 9},
    peak=2,
)


def test_what_was_written_is_read() -> None:
    others = [OUTCOME, TrialOutcome(trial="t2", void="late", exposure=0, count=0, positive=False, alerts=0, lost=0)]
    assert read_outcomes(lines(map(outcome_document, others)), where="o") == {outcome.trial: outcome for outcome in others}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("count", -1),
        ("count", True),
        ("count", "2"),
        ("positive", 1),
        ("by-tap", {"han": -1}),
        ("by-tap", {"han": "1"}),
        ("by-tap", []),
        ("trial", 3),
    ],
)
def test_what_no_judge_writes_is_refused_at_its_line(member, value) -> None:
    octets = document(outcome_document(OUTCOME)) + document({**outcome_document(OUTCOME), member: value})
    with pytest.raises(BundleError, match="o:2"):
        read_outcomes(octets, where="o")


@pytest.mark.parametrize("member", sorted(outcome_document(OUTCOME)))
def test_nothing_may_be_missing(member) -> None:
    left = {name: value for name, value in outcome_document(OUTCOME).items() if name != member}
    with pytest.raises(BundleError, match=member):
        read_outcomes(document(left), where="o")
    assert json.loads(document(left))
