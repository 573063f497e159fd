from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from harness.errors import BundleError
from harness.judge.documents import certainty_document, finding_document, finding_line, outcome_document
from harness.judge.numbers import decimal_text, fraction_text
from harness.judge.policy import POLICY
from harness.vocab.alert import Finding
from harness.vocab.canonical import canonical, parse
from harness.vocab.identity import Eui64
from harness.vocab.outcome import TrialOutcome


def test_the_policy_has_one_digest_and_every_threshold_changes_it():
    assert POLICY.document()["format"] == "smets-policy/1"
    assert POLICY.digest() == "1f2c68f1e80a4c2ad6d24599eff80e49799d69c38fe543fa2b00598a01a5da8c"
    changes = {
        "alpha": Fraction(1, 100),
        "background_rate": Fraction(1, 10),
        "controlled_evidence": Fraction(200),
        "hypotheses": 2,
        "grid": 1000,
    }
    digests = {replace(POLICY, **{name: value}).digest() for name, value in changes.items()}
    assert len({POLICY.digest(), *digests}) == 1 + len(changes)


def test_thresholds_are_written_exactly():
    document = POLICY.document()
    assert document["C2"] == {"background-rate": "1/20", "evidence": "20/1", "positives": 3, "sessions": 2}
    assert document["C3"]["evidence"] == "100/1"


def test_decimals_are_cut_off_and_never_rounded_up():
    assert decimal_text(Fraction(2, 3), 3) == "0.666"
    assert decimal_text(Fraction(1999, 1000), 2) == "1.99"
    assert decimal_text(Fraction(10**20 + 1, 10), 1) == "10000000000000000000.1"
    assert fraction_text(Fraction(6, 4)) == "3/2"


def test_a_verdict_is_written_canonically_with_exact_ratios(campaigns):
    document = certainty_document(campaigns.judge(*[(4,)] * 9))
    assert parse(canonical(document) + b"\n") == document
    assert (document["grade"], document["worst-case"], document["stopped"]) == ("C3-S", "C3-S", "grade")
    assert document["comparisons"][0]["e-value"] == {"exact": "1023/10", "decimal": "102.300000"}
    assert document["arms"][1]["excluded"] == {"exact": "283129/1000000", "decimal": "0.283129"}
    assert document["arms"][0]["excluded"] is None
    assert len(document["steps"]) == 9


def test_a_large_e_value_is_written_exactly(campaigns):
    document = certainty_document(campaigns.judge(*[(1,)] * 60))
    numerator, denominator = document["arms"][0]["e-rate"]["exact"].split("/")
    assert int(numerator) // int(denominator) == int(document["arms"][0]["e-rate"]["decimal"].partition(".")[0])
    assert canonical(document)


def test_outcomes_and_findings_are_written_canonically():
    outcome = TrialOutcome(trial="t1", void="", exposure=86_400 * 10**9, count=2, positive=True, alerts=9, lost=0, by_code={"0x8002": 9})
    assert canonical(outcome_document(outcome))
    finding = Finding(
        detector="unfounded",
        at=5,
        originator=Eui64("00db123456789002"),
        codes=(0x8002,),
        lines=(7,),
        superfluous=1,
        rule="no-cause-observed",
        facts={"tap": "hub"},
    )
    document = finding_document("t1", finding)
    assert canonical(document)
    assert document["says"].startswith("0x8002 from 00db123456789002 was observed at 'hub'")
    assert finding_document("t1", replace(finding, rule="rule-of-a-plug-in"))["says"] == "rule-of-a-plug-in"


def finding(**changes) -> Finding:
    facts = {"tap": "hub", "counter": "12", "inner": {"b": [1, 2], "a": None}}
    made = Finding(
        detector="unfounded",
        at=5,
        originator=Eui64("00db123456789002"),
        codes=(0x8002, 0x8085),
        lines=(7, 9),
        superfluous=1,
        rule="no-cause-observed",
        facts=facts,
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"codes": (), "facts": {}, "rule": "rule-of-a-plug-in"},
        {"rule": 'a "rule"\n of a plug-in \\'},
        {"rule": "règle"},
        {"facts": {"tap": "hub", "name": "Zoë"}},
        {"at": (1 << 53) - 1},
        {"detector": "\x7f\t"},
    ],
    ids=str,
)
def test_a_line_of_findings_is_the_canonical_document(changes):
    given = finding(**changes)
    octets = finding_line("t1", given)
    assert octets == canonical(finding_document("t1", given)) + b"\n"
    assert parse(octets) == finding_document("t1", given)


@pytest.mark.parametrize(
    "changes", [{"at": 1 << 53}, {"rule": "re\u0300gle"}, {"facts": {"tap": 0.5}}, {"facts": {"tap": 1 << 53}}], ids=str
)
def test_a_finding_without_a_canonical_form_is_refused(changes):
    with pytest.raises(BundleError):
        finding_line("t1", finding(**changes))
