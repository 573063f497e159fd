"""A story whose parts disagree is refused before a word of it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.errors import InternalError
from harness.report.story import Expectation, Story, Timeline
from harness.report.tally import tally


@pytest.mark.parametrize(
    "changes",
    [
        {"timelines": (Timeline(arm=9, trial="t1", marks=()),)},
        {"expectations": (Expectation(arm=-1, expected="C3", observed="C3", met=True),)},
        {"arms": ()},
    ],
)
def test_parts_that_speak_of_arms_that_are_not_there_are_refused(stories: dict[str, Story], changes) -> None:
    with pytest.raises(InternalError, match="report"):
        replace(stories["controlled"], **changes)


def test_arms_out_of_order_are_refused(stories: dict[str, Story]) -> None:
    story = stories["controlled"]
    with pytest.raises(InternalError, match="not numbered by their position"):
        replace(story, arms=story.arms[::-1])


def test_results_come_in_the_order_of_the_arms(stories: dict[str, Story]) -> None:
    story = stories["controlled"]
    shuffled = replace(story, certainty=replace(story.certainty, arms=story.certainty.arms[::-1]))
    assert [arm.index for arm, _ in shuffled.results()] == [0, 1, 2, 3, 4]


def test_a_void_trial_adds_nothing_to_the_sums(stories: dict[str, Story]) -> None:
    story = stories["void"]
    positive_control = tally(story)[3]
    assert positive_control.trials == 9
    assert positive_control.superfluous == 9 * 12
