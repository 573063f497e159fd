"""C4: each factor of the claimed trigger is needed, all of them are enough, and the behaviour follows the component."""

from __future__ import annotations

import pytest

from harness.judge.certainty import certainty
from harness.judge.documents import certainty_document
from harness.judge.e_values import e_rate
from harness.judge.grading import attainable
from harness.judge.policy import POLICY
from harness.judge.progress import outset
from harness.judge.stopping import stop_reason
from harness.vocab.outcome import Row
from harness.vocab.roles import ArmRole

CONTROLS = (ArmRole.TREATMENT, ArmRole.CONDITION_CONTROL, ArmRole.DEVICE_CONTROL, ArmRole.POSITIVE_CONTROL, ArmRole.SHAM)
ROLES = dict(enumerate((*CONTROLS, ArmRole.FACTOR_CONTROL, ArmRole.FACTOR_CONTROL, ArmRole.FACTORS_ALONE)))
"""Arms 5 and 6 leave out one factor each of a trigger that has two; arm 7 has the two on the reference baseline."""
SILENT = {3: 1}
"""Counts by arm; who is not named counts nothing, and the known emitter is always seen."""
SHOWN = {0: 1, 3: 1, 7: 1}


def rows(*blocks, roles=ROLES):
    return [
        Row(block=block, arm=arm, role=role, trial=f"t{block}-{arm}", count=counts.get(arm, 0), positive=counts.get(arm, 0) > 0, void="")
        for block, counts in enumerate(blocks)
        for arm, role in roles.items()
    ]


def judged(campaigns, *blocks, roles=ROLES, **asked):
    return certainty(rows(*blocks, roles=roles), campaigns.question(roles, **asked))


@pytest.mark.parametrize(("blocks", "level"), [(2, "C1"), (3, "C2"), (7, "C2"), (8, "C2"), (9, "C4")])
def test_a_trigger_of_which_every_factor_is_needed_is_isolated(campaigns, blocks, level):
    """With two factors E of 40 is needed against leaving one out: 8 blocks; C3 takes 9."""
    verdict = judged(campaigns, *[SHOWN] * blocks, at="C4")
    assert verdict.grade.level == level
    assert [comparison.needed for comparison in verdict.comparisons] == [100, 100, 40, 40]


def test_a_factor_that_can_be_left_out_is_not_part_of_the_trigger(campaigns):
    verdict = judged(campaigns, *[{**SHOWN, 6: 1}] * 20, at="C4")
    assert (verdict.grade.level, verdict.comparisons[3].e_value) == ("C3", 1)


def test_a_trigger_that_is_not_enough_on_the_reference_baseline_is_not_isolated(campaigns):
    verdict = judged(campaigns, *[{0: 1, 3: 1}] * 20, at="C4")
    assert (verdict.grade.level, verdict.arms[7].grade.level) == ("C3", "NR")
    assert judged(campaigns, *[{0: 1, 3: 1}] * 20, *[SHOWN] * 3, at="C4").grade.level == "C3"


def test_what_is_not_controlled_cannot_be_isolated(campaigns):
    """The behaviour stays with the other device: the swap does not take it along."""
    verdict = judged(campaigns, *[{**SHOWN, 2: 1}] * 30, at="C4")
    assert verdict.grade.level == "C2"


@pytest.mark.parametrize("missing", POLICY.isolated_roles)
def test_a_plan_without_the_arms_for_isolation_reaches_controlled(campaigns, missing):
    roles = {arm: role for arm, role in ROLES.items() if role is not missing}
    assert attainable(campaigns.question(roles)) == "C3"
    verdict = judged(campaigns, *[SHOWN] * 20, roles=roles, at="C4")
    assert (verdict.grade.level, verdict.stopped) == ("C3", "grade")


def test_more_factors_need_more_evidence_each(campaigns):
    roles = {**ROLES, **dict.fromkeys(range(8, 12), ArmRole.FACTOR_CONTROL)}
    verdict = judged(campaigns, *[SHOWN] * 9, roles=roles, at="C4")
    assert (verdict.grade.level, verdict.comparisons[-1].needed) == ("C3", 120)
    assert judged(campaigns, *[SHOWN] * 10, roles=roles, at="C4").grade.level == "C4"


def test_void_blocks_count_against_isolation_as_well(campaigns):
    """One void block, counted against each comparison, leaves E of 85 after 12 of 13 blocks: enough to isolate, not to control."""
    verdict = judged(campaigns, {0: 1}, *[SHOWN] * 12, at="C4")
    assert (verdict.grade.level, verdict.worst_case.level) == ("C4", "C2")
    assert judged(campaigns, {0: 1}, *[SHOWN] * 13, at="C4").worst_case.level == "C4"


def test_a_campaign_that_asks_for_isolation_goes_on_until_it_has_it_or_cannot(campaigns):
    def stops(*blocks):
        progress = outset(campaigns.question(ROLES, at="C4"))
        for number, counts in enumerate(blocks):
            progress = progress.plus(rows(*[{}] * number, counts)[number * len(ROLES) :])
            if reason := stop_reason(progress):
                return number + 1, reason
        return len(blocks), ""

    assert stops(*[SHOWN] * 60) == (9, "grade")
    assert stops(*[{**SHOWN, 6: 1}] * 60) == (53, "futile")
    assert e_rate(9, 49, POLICY.background_rate) >= 20 > e_rate(8, 48, POLICY.background_rate)
    assert stops(*[{0: 1, 3: 1}] * 40, *[SHOWN] * 20) == (49, "grade")


def test_an_isolated_verdict_is_written_with_every_comparison(campaigns):
    document = certainty_document(judged(campaigns, *[SHOWN] * 9, at="C4"))
    assert document["grade"] == "C4-S u=0 frequent"
    assert [comparison["needed"]["exact"] for comparison in document["comparisons"]] == ["100/1", "100/1", "40/1", "40/1"]
    assert document["meaning"]["one-in"] == {"exact": "1023/10", "decimal": "102.300000"}
