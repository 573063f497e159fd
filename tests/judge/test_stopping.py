from __future__ import annotations

import pytest

from harness.judge.e_values import e_rate
from harness.judge.policy import POLICY
from harness.judge.progress import outset
from harness.judge.stopping import stop_reason


def stopped(campaigns, *blocks, **asked):
    """Look after each block and return how many were carried out and why that was the end."""
    progress = outset(campaigns.question(**asked))
    for number, counts in enumerate(blocks):
        progress = progress.plus(campaigns.block(number, *counts))
        reason = stop_reason(progress)
        if reason:
            return number + 1, reason
    return len(blocks), ""


@pytest.mark.parametrize(("at", "blocks"), [("C1", 1), ("C2", 3), ("C3", 9)])
def test_a_campaign_stops_at_the_grade_it_asks_for(campaigns, at, blocks):
    assert stopped(campaigns, *[(1,)] * 60, at=at) == (blocks, "grade")


def test_a_campaign_without_a_positive_trial_stops_at_the_zero_blocks(campaigns):
    assert stopped(campaigns, *[(0,)] * 60) == (29, "zero")
    assert stopped(campaigns, *[(0,)] * 60, zero_blocks=59) == (59, "zero")


def test_a_campaign_that_can_no_longer_reach_its_grade_is_futile(campaigns):
    assert e_rate(10, 60, POLICY.background_rate) > 20 > e_rate(9, 60, POLICY.background_rate)
    assert stopped(campaigns, (1,), *[(0,)] * 59) == (52, "futile")
    assert stopped(campaigns, *[(1, 1)] * 60) == (52, "futile")


def test_a_campaign_that_may_still_reach_its_grade_goes_on(campaigns):
    assert stopped(campaigns, *[(0,), (1,)] * 8) == (16, "")
    assert stopped(campaigns, *[(0,), (1,)] * 30) == (18, "grade")


def test_a_campaign_uses_all_its_blocks_at_most(campaigns):
    assert stopped(campaigns, *[(1, 1)] * 8, blocks=5, at="C3") == (1, "futile")
    assert stopped(campaigns, (1,), (1,), (0,), at="C2", blocks=3) == (3, "blocks")
    assert stopped(campaigns, *[(0,)] * 5, blocks=5, zero_blocks=29) == (1, "futile")


def test_a_plan_that_cannot_reach_its_grade_stops_at_the_highest_it_can(campaigns):
    assert stopped(campaigns, *[(1,)] * 60, exploratory=True) == (1, "grade")


def test_before_the_first_block_there_is_no_reason_to_stop(campaigns):
    assert stop_reason(outset(campaigns.question())) == ""


def test_void_blocks_are_used_up_and_count_for_no_zero(campaigns):
    silent = [(0, 0, 0, 0, 0)] * 40
    assert stopped(campaigns, *silent, blocks=40, zero_blocks=29) == (12, "futile")
