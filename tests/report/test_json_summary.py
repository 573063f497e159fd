"""The summary for programs: canonical, exact, under names that stay."""

from __future__ import annotations

import json
from fractions import Fraction

import rfc8785

from harness.report import document
from harness.report.story import Story
from harness.vocab.canonical import parse

NAMES = {
    "arms",
    "certainty",
    "codes",
    "expectations",
    "format",
    "grade",
    "grade-name",
    "harness",
    "claim",
    "impact",
    "meaning",
    "measure",
    "not-examined",
    "notes",
    "origin",
    "plan",
    "policy",
    "question",
    "realm",
    "realm-words",
    "repeat",
    "scenario",
    "seed",
    "status",
    "stop",
    "stopped",
    "target",
    "totals",
    "trials",
    "unread",
    "verify",
    "window",
}


def test_the_document_is_canonical_by_another_implementation_too(story: Story) -> None:
    rendered = document.render(story).encode()
    assert rfc8785.dumps(json.loads(rendered)) + b"\n" == rendered
    assert parse(rendered) == document.summary(story)


def test_names_stay(story: Story) -> None:
    summary = document.summary(story)
    assert set(summary) == NAMES
    assert summary["format"] == "smets-report/1"
    assert set(summary["trials"][0]) == {
        *("trial", "block", "position", "arm", "count", "positive", "void", "alerts", "lost", "unmet", "exposure")
    }
    assert set(summary["arms"][0]) == {"arm", "name", "role", "combination", "stimuli", "difference"}
    assert set(summary["totals"][0]) == {"arm", "trials", "alerts", "superfluous", "by-detector", "by-code", "by-standing"}


def test_evidence_is_exact(stories: dict[str, Story], maker) -> None:
    comparisons = document.summary(stories["controlled"])["certainty"]["comparisons"]
    assert [Fraction(one["e-value"]["exact"]) for one in comparisons] == [maker.e_pair(9, 0)] * 2
    assert comparisons[0]["e-value"]["decimal"].startswith("102.3")


def test_totals_leave_out_void_blocks(stories: dict[str, Story]) -> None:
    story = stories["void"]
    totals = document.summary(story)["totals"]
    counted = [trial.outcome.count for trial in story.trials if trial.arm == 0 and trial.block not in story.certainty.void_blocks]
    assert (totals[0]["trials"], totals[0]["superfluous"]) == (9, sum(counted))
    assert {one["name"]: one["count"] for one in totals[0]["by-detector"]}["pair-chatter"] == sum(counted)


def test_durations_are_text_so_that_no_window_is_too_long_for_an_integer(stories: dict[str, Story]) -> None:
    window = document.summary(stories["controlled"])["window"]
    assert (window["settle"], window["observe"]) == ("30m", "1d")
