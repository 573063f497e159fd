"""Notices: what each must hold, what none may say, and which gate lets which out."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from types import SimpleNamespace

import pytest

from harness.cli.notice_facts import _derivative, _own, _require_open, require_neutral, working_days
from harness.errors import InternalError, ScenarioError, UnavailableError, UsageError
from harness.evidence.seal import seal
from harness.report.notice import Derivative, Notice, render, sections
from harness.report.notice_wording import CAUSES, REMEDIATIONS
from harness.report.words import lint
from harness.vocab.canonical import document
from harness.vocab.impact import Against, Exceeded, Spread
from harness.vocab.outcome import graded
from harness.vocab.roles import ArmRole, Realm

DERIVED = Derivative(name="for-maker", root="d" * 64)


@pytest.fixture
def laboratory(maker, recipes):
    """The controlled campaign as if it had been carried out on real devices, in a block with one void."""
    return maker.build(replace(recipes["void"], realm=Realm.LABORATORY))


def notice(story, kind="manufacturer", **changes):
    told = {
        "kind": kind,
        "story": story,
        "seal": "7c1e" * 16,
        "issue": "ISS-0042",
        "version": 2,
        "date": "2026-05-01",
        "contact": "issues@lab.example",
        "derivative": DERIVED if kind != "captures" else None,
        "about": "esme" if kind == "manufacturer" else "",
        "reply_by": "2026-05-18" if kind == "manufacturer" else "",
    }
    return Notice(**{**told, **changes})


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_notice_to_a_manufacturer_holds_what_it_must(laboratory):
    shown = flat(render(notice(laboratory)))
    for part in (
        "TLP:AMBER+STRICT",
        "ISS-0042, version 2, 2026-05-01",
        "tag manifest 7c1e7c1e7c1e7c1e (SHA-256, the first 16 digits)",
        f"Grade {laboratory.grade} (controlled)",
        "C3-L u=1 frequent",
        "One physical unit took part",
        "concerns alder-e1@1.2, Alder Instruments",
        "1. supply.voltage on esme at 0s",
        "the rate is at least",
        "Against condition-control",
        "positive control fired in 9 of 9 trials",
        "sham silent in 9 of 9 trials",
        "Block 3 is void and counts for nothing: the positive control stayed silent.",
        "for each 1,000 installed",
        "- the cause - other conditions - prevalence in the field - conformity to any requirement",
        "Bundle for-maker, payload root dddddddddddddddd",
        "smets-harness verify for-maker",
        "a replication of plan",
        "A reply is asked for by 2026-05-18, to issues@lab.example.",
        "You may reply to this notice",
    ):
        assert part in shown, part


def test_a_notice_to_the_parties_tells_reply_status_and_how_to_correct(laboratory):
    told = notice(laboratory, "parties", reply="We see\nit too.", reply_digest="ab" * 32, cause="hypothesised", remediation="R1")
    shown = render(told)
    for part in ("TLP:AMBER\n", "  | We see\n  | it too.", "abab", "A corrected or withdrawn", "smets-harness import LOG"):
        assert part in shown, part
    assert f"Cause: {CAUSES['hypothesised']}." in flat(shown)
    assert f"Remediation: {REMEDIATIONS['R1']}." in flat(shown)
    assert "No reply had been received by 2026-05-01." in flat(render(notice(laboratory, "parties")))


def test_a_request_for_captures_grades_no_device_and_compares_nothing(stories):
    shown = flat(render(notice(stories["controlled"], "captures")))
    assert "The evidence is simulated, so nothing here concerns a device." in shown
    assert "Impact" not in shown
    assert "Against" not in shown


@pytest.mark.parametrize("kind", ["manufacturer", "parties", "captures"])
@pytest.mark.parametrize("interim", [True, False])
def test_no_notice_says_a_banned_word_or_a_figure_without_a_field(laboratory, stories, kind, interim):
    story = stories["controlled"] if kind == "captures" else laboratory
    told = notice(story, kind, interim=interim, cause="contested" if kind == "parties" else "none")
    text = render(told)
    assert [str(found) for found in lint(text, quoted=(code.name for code in story.codes))] == []
    require_neutral(told, text)
    assert all(len(line) <= 100 for line in text.splitlines())
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)


@pytest.mark.parametrize("status", [*CAUSES, *REMEDIATIONS])
def test_each_status_is_neutral(status):
    assert lint({**CAUSES, **REMEDIATIONS}[status]) == ()


def test_a_word_that_the_scenario_brought_keeps_the_notice_in_the_lab(laboratory):
    told = notice(replace(laboratory, not_examined=("why the meter is faulty",)))
    with pytest.raises(ScenarioError, match="'faulty', brought by the scenario"):
        require_neutral(told, render(told))


def test_a_figure_that_stands_in_no_field_keeps_the_notice_in_the_lab(laboratory):
    told = notice(laboratory)
    with pytest.raises(InternalError, match="3,141"):
        require_neutral(told, f"{render(told)}In 3,141 homes.\n")


def test_the_manufacturers_own_words_are_quoted_as_they_are(laboratory):
    told = notice(laboratory, "parties", reply="Never: all 31415 of our meters are fixed.", reply_digest="ab" * 32)
    require_neutral(told, render(told))


def gate(story, to="manufacturer", told=None):
    return _require_open(argparse.Namespace(to=to, told=told, date="2026-05-20"), story)


def graded_story(story, level, realm, units=1, band=""):
    grade = graded(level, realm, units=units, rate_class="frequent" if level.startswith("C") else "")
    impact = replace(story.impact, realm=realm, band=band)
    return replace(story, realm=realm, impact=impact, certainty=replace(story.certainty, grade=grade, worst_case=grade))


@pytest.mark.parametrize("level", ["C1", "C2", "C3", "C4"])
@pytest.mark.parametrize("to", ["manufacturer", "parties"])
def test_simulated_evidence_opens_no_notice_whatever_its_grade(laboratory, level, to):
    with pytest.raises(UnavailableError, match=r"simulated evidence opens no notice.*--request-for-captures"):
        gate(graded_story(laboratory, level, Realm.SIMULATED, units=0, band="I3"), to, told="2026-01-01")


@pytest.mark.parametrize(
    ("to", "level", "band", "told", "interim"),
    [
        ("manufacturer", "C2", "I1", None, False),
        ("manufacturer", "C3", "I3", None, False),
        ("parties", "C3", "I2", "2026-05-06", False),
        ("parties", "C3", "I4", None, True),
        ("parties", "C3", "I4", "2026-05-06", False),
    ],
)
def test_the_gate_opens_where_the_policy_says(laboratory, to, level, band, told, interim):
    assert gate(graded_story(laboratory, level, Realm.LABORATORY, band=band), to, told) is interim


@pytest.mark.parametrize(
    ("to", "level", "band", "told"),
    [
        ("manufacturer", "C1", "I3", None),
        ("manufacturer", "C3", "", None),
        ("manufacturer", "NR", "I1", None),
        ("parties", "C2", "I4", "2026-01-01"),
        ("parties", "C3", "I1", "2026-01-01"),
        ("parties", "C3", "I2", "2026-05-07"),
        ("parties", "C3", "I3", None),
    ],
)
def test_the_gate_stays_closed_and_says_what_it_takes(laboratory, to, level, band, told):
    with pytest.raises(UnavailableError, match=r"the gate '\w+-notice' is closed: .*; expected C\d, u=1 and I\d"):
        gate(graded_story(laboratory, level, Realm.LABORATORY, band=band), to, told)


def test_working_days_leave_out_the_week_end():
    assert working_days(date(2026, 5, 1), date(2026, 5, 15)) == 10
    assert working_days(date(2026, 5, 1), date(2026, 5, 3)) == 0
    assert working_days(date(2026, 5, 3), date(2026, 5, 1)) == 0


def test_only_the_makers_own_devices_are_named_to_it():
    arm = SimpleNamespace(role=ArmRole.TREATMENT, devices={"esme": "dev-a", "hub": "dev-b"})
    plan = SimpleNamespace(arms=(arm,))
    identities = {
        "dev-a": {"maker": "Alder", "model": "alder-e1", "firmware": "1.2"},
        "dev-b": {"maker": "Northgate", "model": "northgate-1", "firmware": "2.0"},
        "dev-c": {"maker": "Alder", "model": "alder-e2", "firmware": "1.0"},
    }
    assert _own(plan, identities, "esme") == {"dev-a": "alder-e1@1.2", "dev-c": "alder-e2@1.0"}
    assert _own(plan, identities, "hub") == {"dev-b": "northgate-1@2.0"}
    with pytest.raises(UsageError, match="no device fills the role 'gsme'"):
        _own(plan, identities, "gsme")
    with pytest.raises(UnavailableError, match="does not hold the identity of dev-a"):
        _own(plan, {}, "esme")


def derived(folder, recipient=None):
    seal(folder, {"data/plan/plan.json": b"{}\n"})
    if recipient is not None:
        (folder / "disclosure").mkdir()
        (folder / "disclosure" / "terms.json").write_bytes(document({"recipient": {"class": recipient}}))
    return argparse.Namespace(to="parties", derivative=folder)


def test_a_notice_goes_with_a_bundle_that_was_derived_for_its_reader(tmp_path):
    found = _derivative(derived(tmp_path / "right", "sec-parties"))
    assert (found.name, len(found.root)) == ("right", 64)
    with pytest.raises(UsageError, match=r"was made for manufacturer; expected one that .* made for sec-parties"):
        _derivative(derived(tmp_path / "wrong", "manufacturer"))
    with pytest.raises(UsageError, match="is no derived bundle"):
        _derivative(derived(tmp_path / "none"))
    with pytest.raises(UsageError, match="--derivative: a notice cannot do without it"):
        _derivative(argparse.Namespace(to="parties", derivative=None))


def test_impact_is_told_with_its_band_where_one_follows(laboratory):
    share = Spread(p5=Fraction(1, 250), p50=Fraction(1, 63), p95=Fraction(1, 24))
    exceeded = (Exceeded(band="I1", floor=Fraction(1, 1000), probability=Fraction(99, 100)),)
    against = Against(of="yardstick", daily=Fraction(1_600_000_000, 31), installed=400_000, share=share, exceeded=exceeded, band="I1")
    story = replace(laboratory, impact=replace(laboratory.impact, against=against, band="I1"))
    told = notice(story)
    require_neutral(told, render(told))
    assert any("Band I1" in words for heading, words in ((h, " ".join(p)) for h, p in sections(told)) if heading == "Impact")
