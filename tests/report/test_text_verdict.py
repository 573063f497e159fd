"""The verdict on a terminal: what it says, how wide it is, and that every figure is in the JSON too."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from harness.report import document, sentences, text
from harness.report.resolved import figures_in, printable, unresolved
from harness.report.story import Story
from harness.vocab.outcome import Comparison
from harness.vocab.roles import Realm


def test_a_controlled_result_reads_as_the_design_asks(stories: dict[str, Story]) -> None:
    shown = text.render(stories["controlled"])
    assert "C3-S u=0 frequent  controlled\n  (simulated: shows what the model does, and grades no device)" in shown
    assert "treatment          9 of 9 trials positive, 41 to 97 superfluous alerts each" in shown
    assert "condition-control  0 of 9 trials positive   E = 102, needed 100" in shown
    assert "at most 1 of 102 such campaigns" in " ".join(shown.split())
    assert "not shown     a real device; other firmware; per-phase codes" in shown
    assert "treatment: expected C3, observed C3, as expected" in shown


def test_the_odds_are_those_of_the_verdict_whatever_a_factor_control_came_to(stories: dict[str, Story]) -> None:
    """A factor control is compared as well, and is no control of the condition or the device."""
    story = stories["controlled"]
    other = next(place for place, arm in enumerate(story.arms) if not arm.role.compares)
    weak = Comparison(arm=other, treatment_more=1, control_more=0, ties=8, e_value=Fraction(3, 2), needed=Fraction(20))
    more = replace(story, certainty=replace(story.certainty, comparisons=(*story.certainty.comparisons, weak)))
    assert sentences.odds_words(more) == sentences.odds_words(story)
    assert "held 10 to 1 against such a dependence beforehand would now hold 10 to 1 for it" in sentences.odds_words(story)


def test_evidence_that_is_less_than_was_needed_is_put_in_no_odds(stories: dict[str, Story]) -> None:
    story = stories["controlled"]
    short = tuple(replace(one, needed=Fraction(1_000)) for one in story.certainty.comparisons)
    assert sentences.odds_words(replace(story, certainty=replace(story.certainty, comparisons=short))) == ""


def test_nothing_seen_names_the_rate_that_is_excluded(stories: dict[str, Story]) -> None:
    shown = " ".join(text.render(stories["not-reproduced"]).split())
    assert "NR-S u=0 not reproduced" in shown
    assert "rates of 9.9 % or more are excluded (95 %), rarer behaviour is not" in shown
    assert "stopped without a positive treatment trial" in shown
    assert "such campaigns" not in shown


def test_a_plan_that_was_used_up_says_above_what_it_is_inconclusive(stories: dict[str, Story]) -> None:
    assert "C1-S u=0 intermittent  observed, inconclusive above C1" in text.render(stories["observed"])


def test_an_interrupted_campaign_says_so_twice(stories: dict[str, Story]) -> None:
    shown = " ".join(text.render(stories["interrupted"]).split())
    assert "interrupted before the stop rule was met" in shown
    assert "The plan was not carried to its end." in shown


def test_void_blocks_unread_messages_and_remarks_are_told(stories: dict[str, Story]) -> None:
    shown = text.render(stories["void"])
    assert "void          block 3: the positive control stayed silent" in shown
    assert "2 blocks void; worst-case recount C3-S u=0 frequent" in " ".join(shown.split())
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
    units = "u=0" if realm is Realm.SIMULATED else "u=1"
    assert f"C3-{realm.value} {units} frequent  controlled\n  ({realm.words})" in text.render(story)
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


@pytest.mark.parametrize("name", ["controlled", "not-reproduced", "observed", "interrupted", "void", "large", "uncontrolled"])
def test_every_figure_of_the_verdict_is_a_field_of_the_json(stories: dict[str, Story], name: str) -> None:
    story = stories[name]
    known = printable(document.summary(story)) | figures_in(f"{story.plan_digest[:12]} {story.policy.digest()[:12]}")
    assert unresolved(text.render(story), known) == ()


def test_a_figure_that_stands_in_no_field_is_found(stories: dict[str, Story]) -> None:
    story = stories["controlled"]
    known = printable(document.summary(story)) | figures_in(f"{story.plan_digest[:12]} {story.policy.digest()[:12]}")
    assert unresolved(f"{text.render(story)}In 31,415 homes, 27.18 % of them.", known) == ("27.18", "31,415")
