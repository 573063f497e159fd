from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BundleError
from harness.judge.documents import certainty_document, finding_document, finding_line, outcome_document
from harness.judge.e_values import zero_trials
from harness.judge.numbers import decimal_text, fraction_text
from harness.judge.policy import POLICY
from harness.vocab.alert import Finding
from harness.vocab.canonical import canonical, parse
from harness.vocab.identity import Eui64
from harness.vocab.outcome import TrialOutcome


def test_the_policy_has_one_digest_and_every_threshold_changes_it():
    assert POLICY.document()["format"] == "smets-policy/2"
    assert POLICY.digest() == "e829045e8e9f4360144bcf7580cea39bb22197934e43afed33872aa6237997ca"
    others = {
        str: lambda text: text + "-of-ours",
        int: lambda number: number + 1,
        Fraction: lambda share: share / 2,
        tuple: lambda some: some[1:],
    }
    changes = {threshold.name: getattr(POLICY, threshold.name) for threshold in fields(POLICY)}
    digests = {replace(POLICY, **{name: others[type(value)](value)}).digest() for name, value in changes.items()}
    assert len({POLICY.digest(), *digests}) == 1 + len(changes) == 27


def test_thresholds_are_written_exactly():
    document = POLICY.document()
    assert document["C2"] == {"background-rate": "1/20", "evidence": "20/1", "positives": 3, "sessions": 2}
    assert document["C3"]["evidence"] == "100/1"


def test_the_policy_names_every_threshold_of_the_specification():
    document = POLICY.document()
    assert document["C4"] == {"necessity": "20/1", "roles": ["factor-control", "factors-alone"], "sufficiency": "20/1"}
    assert document["C5"] == {"evidence": "20/1"}
    rungs = [{"blocks": 29, "rate": "1/10"}, {"blocks": 59, "rate": "1/20"}, {"blocks": 299, "rate": "1/100"}]
    assert document["NR"] == {"evidence": "20/1", "rungs": rungs}
    assert document["screening"] == {"false-discovery-rate": "1/20"}
    assert document["remediation"] == {"evidence": "20/1", "share": "1/10"}
    assert document["impact"] == {"floors": {"I1": "1/1000", "I2": "1/100", "I3": "1/10"}, "probability": "4/5"}
    assert document["prior-odds"] == "1/10"
    assert document["gates"]["register-listing"][0] == {"band": "I0", "interim": False, "level": "C3", "reply-days": 0, "units": 2}
    assert parse(canonical(document) + b"\n") == document


def test_the_rungs_of_not_reproduced_are_what_the_evidence_gives():
    assert [zero_trials(rate, POLICY.zero_evidence) for _, rate in POLICY.zero_rungs] == [blocks for blocks, _ in POLICY.zero_rungs]


@given(st.integers(0), st.integers(1))
def test_numbers_of_any_size_are_written_digit_for_digit(numerator, denominator):
    value = Fraction(numerator, denominator)
    assert Fraction(fraction_text(value)) == value


def test_numbers_beyond_what_python_writes_by_itself_are_written_all_the_same():
    value = Fraction(10**9_999 + 7, 3**20_000)
    numerator, denominator = fraction_text(value).split("/")
    assert (int(numerator[-4_000:]), len(numerator)) == (7, 10_000)
    assert (len(denominator), int(denominator[-50:])) == (9_543, 3**20_000 % 10**50)
    assert decimal_text(Fraction(10**9_999), 1) == "1" + "0" * 9_999 + ".0"


def test_decimals_are_cut_off_and_never_rounded_up():
    assert decimal_text(Fraction(2, 3), 3) == "0.666"
    assert decimal_text(Fraction(1999, 1000), 2) == "1.99"
    assert decimal_text(Fraction(10**20 + 1, 10), 1) == "10000000000000000000.1"
    assert fraction_text(Fraction(6, 4)) == "3/2"


def test_a_verdict_is_written_canonically_with_exact_ratios(campaigns):
    document = certainty_document(campaigns.judge(*[(4,)] * 9))
    assert parse(canonical(document) + b"\n") == document
    assert (document["grade"], document["worst-case"], document["stopped"]) == ("C3-S u=0 frequent", "C3-S u=0 frequent", "grade")
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
