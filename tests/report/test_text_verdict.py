"""The verdict on a terminal: what it says, how wide it is, and that every figure is in the JSON too."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from harness.report import document, sentences, text
from harness.report.figures import evidence, odds, percent_down, percent_up, threshold
from harness.report.story import Story
from harness.vocab.roles import Realm


def test_a_controlled_result_reads_as_the_design_asks(stories: dict[str, Story]) -> None:
    shown = text.render(stories["controlled"])
    assert "C3-S  controlled   (simulated: shows what the model does, and grades no device)" in shown
    assert "treatment          9 of 9 trials positive, 41 to 97 superfluous alerts each" in shown
    assert "condition-control  0 of 9 trials positive   E = 102, needed 100" in shown
    assert "at most 1 of 102 such campaigns" in " ".join(shown.split())
    assert "not examined  a real device; other firmware; per-phase codes" in shown
    assert "treatment: expected C3, observed C3, as expected" in shown


def test_nothing_seen_names_the_rate_that_is_excluded(stories: dict[str, Story]) -> None:
    shown = " ".join(text.render(stories["not-reproduced"]).split())
    assert "NR-S not reproduced" in shown
    assert "rates of 9.9 % or more are excluded (95 %), rarer behaviour is not" in shown
    assert "stopped without a positive treatment trial" in shown
    assert "such campaigns" not in shown


def test_a_plan_that_was_used_up_says_above_what_it_is_inconclusive(stories: dict[str, Story]) -> None:
    assert "C1-S  observed, inconclusive above C1" in text.render(stories["observed"])


def test_an_interrupted_campaign_says_so_twice(stories: dict[str, Story]) -> None:
    shown = " ".join(text.render(stories["interrupted"]).split())
    assert "interrupted before the stop rule was met" in shown
    assert "The plan was not carried to its end." in shown


def test_void_blocks_unread_messages_and_remarks_are_told(stories: dict[str, Story]) -> None:
    shown = text.render(stories["void"])
    assert "void          block 3: the positive control stayed silent" in shown
    assert "2 blocks void; worst-case recount C3-S" in shown
    assert "4 messages at the counting point could not be decoded" in shown
    assert "Tap wan was recorded with a gap of 12 s" in shown


def test_alerts_not_seen_and_messages_lost_are_told_with_their_trials(stories: dict[str, Story]) -> None:
    story = stories["controlled"]
    first = story.trials[0]
    outcome = replace(first.outcome, unmet=2, lost=3, exposure=first.outcome.exposure - 1)
    told = " ".join(sentences.notes(replace(story, trials=(replace(first, outcome=outcome), *story.trials[1:]))))
    assert "2 alerts that the specification requires were not seen within the window, in 1 trial" in told
    assert "3 frames or messages went unrecorded, in 1 trial" in told
    assert "1 trial was observed for less than 24 hours" in told


@pytest.mark.parametrize("realm", list(Realm))
def test_no_report_is_without_its_realm(stories: dict[str, Story], maker, recipes, realm: Realm) -> None:
    story = maker.build(replace(recipes["controlled"], realm=realm))
    assert f"C3-{realm.value}  controlled   ({realm.words})" in text.render(story)
    assert ("The figures concern the model as configured here." in " ".join(text.render(story).split())) == (realm is Realm.SIMULATED)


def test_reaching_the_evidence_without_the_other_arms_is_not_called_a_missing_difference(maker, recipes) -> None:
    arms = recipes["controlled"].arms[:3]
    said = sentences.meaning(maker.build(replace(recipes["controlled"], arms=arms, level="C2")))
    assert "counted more than each of 2 control arms" in said
    assert "without the further arms that C3 asks for" in said


def test_a_difference_that_was_not_established_is_not_claimed(stories: dict[str, Story], maker, recipes) -> None:
    said = sentences.meaning(stories["interrupted"])
    assert "A difference from each control was not established" in said
    alone = sentences.meaning(maker.build(replace(recipes["uncontrolled"], level="C2")))
    assert "compared with no control" in alone


def test_lines_fit_and_hold_no_steering_character(story: Story) -> None:
    shown = text.render(story)
    assert shown.endswith("\n")
    for line in shown.splitlines():
        assert len(line) <= text.WIDTH
        assert line == line.rstrip()
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u00a0]", line)


def test_paint_changes_nothing_but_paint(story: Story) -> None:
    used = set()

    def paint(words: str, name: str) -> str:
        used.add(name)
        return f"\x1b[1m{words}\x1b[0m"

    painted = text.render(story, paint)
    assert re.sub(r"\x1b\[[01]m", "", painted).replace(" \n", "\n").split() == text.render(story).split()
    assert used <= {"bold", "dim", "good", "bad", "accent"}


def test_every_figure_of_the_verdict_is_a_field_of_the_json(stories: dict[str, Story]) -> None:
    for name in ("controlled", "not-reproduced", "observed", "interrupted", "void", "large", "uncontrolled"):
        story = stories[name]
        shown = text.render(story)
        for quoted in (story.plan_digest[:12], *story.not_examined, *story.notes, *story.certainty.void_blocks.values()):
            shown = shown.replace(quoted, "")
        fixed = {"95", "10"}
        known = _figures_of(document.summary(story)) | fixed
        figures = set(re.findall(r"(?<![\w.-])\d[\d,.]*(?:e\d+)?(?![\w-])", shown))
        assert {figure.rstrip(".,") for figure in figures} <= known, name


def _figures_of(value: object) -> set[str]:
    """Every way in which a field of the JSON summary may be printed."""
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, int):
        return {f"{value:,}"}
    if isinstance(value, dict) and set(value) == {"exact", "decimal"}:
        exact = Fraction(value["exact"])
        ways = {evidence(exact), odds(exact), odds(exact / 10), threshold(exact)}
        return ways | ({percent_down(exact)[:-2], percent_up(exact)[:-2]} if exact <= 1 else set())
    if isinstance(value, dict):
        return _figures_of(list(value.values()))
    if isinstance(value, list):
        return {f"{len(value):,}"}.union(*(_figures_of(inner) for inner in value))
    return set()
