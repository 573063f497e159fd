"""Grades: the worked examples, the rungs of the ladder, void blocks and the worst-case recount."""

from __future__ import annotations

from fractions import Fraction

import pytest
from scipy.stats import fisher_exact

from harness.errors import ScenarioError
from harness.judge.e_values import e_rate
from harness.judge.policy import POLICY
from harness.vocab.roles import Realm

A = [(1,)] * 10
B = [(1, 0, 1), (0, 0, 1)] + [(0,), (0,), (1,)] * 11 + [(0,)] * 5
B_PRIME = [(1, 1)] + [(1,)] * 11 + [(0,)] * 28
C = [(0,)] * 19 + [(1,)] + [(0,)] * 19 + [(1,)] + [(0,)] * 19 + [(1,)]
D = [(1, 1)] * 7 + [(1,)] * 7 + [(0, 1)] * 5 + [(0,)] * 21
E = [(0,)] * 59


@pytest.mark.parametrize(
    ("blocks", "grade", "evidence"),
    [
        (A, "C3-S u=0 frequent", (186.09, 186.09)),
        (B, "C2-S u=0 intermittent", (630.1, 52.42)),
        (B_PRIME, "C3-S u=0 intermittent", (341.25, 630.1)),
        (C, "C1-S u=0 intermittent", (3.75, 3.75)),
        (E, "NR-S u=0", (1, 1)),
    ],
    ids=["A consistent", "B intermittent", "B' intermittent", "C rare", "E none"],
)
def test_worked_examples(campaigns, blocks, grade, evidence):
    verdict = campaigns.judge(*blocks)
    assert str(verdict.grade) == str(verdict.worst_case) == grade
    assert [float(comparison.e_value) for comparison in verdict.comparisons] == pytest.approx(evidence, rel=1e-3)


def test_worked_example_d_looks_striking_and_is_not(campaigns):
    """14 of 40 against 12 of 40 where the condition is absent, against 0 of 40 on the other device."""
    verdict = campaigns.judge(*D)
    treatment, condition, device, *_ = verdict.arms
    assert (treatment.positive, condition.positive, device.positive) == (14, 12, 0)
    assert str(verdict.grade) == "C2-S u=0 intermittent"
    condition_absent, other_device = (float(comparison.e_value) for comparison in verdict.comparisons)
    assert condition_absent < 1
    assert other_device == pytest.approx(2184, rel=1e-2)
    assert fisher_exact([[14, 26], [0, 40]], alternative="greater").pvalue < 1e-4


def test_a_fixed_plan_with_fishers_test_would_have_published_example_b_too_early(campaigns):
    assert fisher_exact([[12, 28], [2, 38]], alternative="greater").pvalue < 0.01
    assert campaigns.judge(*B).grade.level == "C2"
    assert campaigns.judge(*B, (1,), (1,)).grade.level == "C3"


def test_a_consistent_behaviour_is_controlled_after_nine_blocks_and_not_after_eight(campaigns):
    assert campaigns.judge(*A[:8]).grade.level == "C2"
    verdict = campaigns.judge(*A[:9])
    assert (verdict.grade.level, verdict.stopped) == ("C3", "grade")
    treatment, condition, device, emitter, sham = verdict.arms
    assert (treatment.positive, treatment.trials, treatment.rate_class) == (9, 9, "frequent")
    assert [arm.grade.level for arm in (treatment, condition, device, emitter, sham)] == ["C3", "NR", "NR", "C2", "NR"]
    assert condition.excluded == sham.excluded == Fraction(283_129, 1_000_000)
    assert treatment.excluded is emitter.excluded is None


def test_what_was_held_at_a_look_stays_held_and_the_next_grade_builds_on_it(campaigns):
    """3 of 3 are reproduced, and 3 of 40 would not be; 9 of 46 then reach C3, for which 9 of 46 alone would lack C2."""
    early = [(1,)] * 3 + [(0,)] * 37
    assert [campaigns.judge(*early[:blocks]).grade.level for blocks in (2, 3, 40)] == ["C1", "C2", "C2"]
    assert e_rate(3, 40, POLICY.background_rate) < 20
    verdict = campaigns.judge(*early, *[(1,)] * 6, blocks=60)
    assert (verdict.grade.level, verdict.comparisons[0].treatment_more, verdict.stopped) == ("C3", 9, "grade")
    assert [step["grade"] for step in verdict.steps] == ["C1", "C1", *["C2"] * 42, "C2", "C3"]


def test_a_void_block_after_a_grade_was_held_takes_nothing_away(campaigns):
    verdict = campaigns.certainty([*campaigns.campaign(*A), *campaigns.block(10, 1, void="late")], campaigns.question())
    assert (verdict.grade.level, verdict.worst_case.level) == ("C3", "C3")


def test_before_the_first_block_a_claim_is_only_reported(campaigns):
    verdict = campaigns.judge()
    assert (str(verdict.grade), verdict.stopped, verdict.steps) == ("C0-S u=0", "", ())
    assert [arm.grade.level for arm in verdict.arms] == ["C0", *["inconclusive"] * 4]


def test_one_positive_trial_is_observed_and_three_are_reproduced(campaigns):
    assert [campaigns.judge(*A[:blocks]).grade.level for blocks in (1, 2, 3)] == ["C1", "C1", "C2"]


def test_an_exploratory_plan_stays_at_observed(campaigns):
    assert campaigns.judge(*A, exploratory=True).grade.level == "C1"


@pytest.mark.parametrize("missing", POLICY.controlled_roles)
def test_a_plan_without_one_of_the_controls_reaches_reproduced_at_most(campaigns, missing):
    roles = {arm: role for arm, role in campaigns.ROLES.items() if role is not missing}
    rows = [row for row in campaigns.campaign(*A) if row.arm in roles]
    verdict = campaigns.certainty(rows, campaigns.question(roles))
    assert (verdict.grade.level, verdict.stopped) == ("C2", "grade")


def test_more_hypotheses_need_more_evidence(campaigns):
    from harness.judge.policy import Policy

    verdict = campaigns.judge(*A, policy=Policy(hypotheses=2))
    assert (verdict.grade.level, verdict.comparisons[0].needed) == ("C2", 200)


def test_counts_are_compared_where_the_control_alerts_too(campaigns):
    verdict = campaigns.judge(*[(50, 3)] * 9)
    assert (verdict.grade.level, verdict.comparisons[0].treatment_more) == ("C3", 9)
    assert campaigns.judge(*[(3, 50)] * 9).comparisons[0].control_more == 9


def test_the_realm_is_part_of_the_grade(campaigns):
    assert [str(campaigns.judge(*A, realm=realm).grade) for realm in Realm] == [
        "C3-S u=0 frequent",
        "C3-L u=1 frequent",
        "C3-F u=1 frequent",
    ]


def test_the_smallest_and_largest_count_of_a_positive_trial_are_told(campaigns):
    arm = campaigns.judge((7,), (0,), (41,), (5,)).arms[0]
    assert (arm.count_low, arm.count_high, arm.positive, arm.trials) == (5, 41, 3, 4)


def test_a_block_with_a_silent_emitter_a_sounding_sham_or_a_void_trial_is_void(campaigns):
    rows = [
        *campaigns.campaign(*A[:5]),
        *campaigns.block(5, 1, 0, 0, 0, 0),
        *campaigns.block(6, 1, 0, 0, 1, 2),
        *campaigns.block(7, 1, void="late"),
    ]
    verdict = campaigns.certainty(rows, campaigns.question())
    assert verdict.void_blocks == {
        5: "positive control t5-3 was silent",
        6: "sham t6-4 was not silent",
        7: "trial t7-0 is void: late",
    }
    assert (verdict.blocks, verdict.arms[0].trials, verdict.comparisons[0].treatment_more) == (8, 5, 5)
    assert len(verdict.steps) == 8


def test_the_worst_case_counts_every_void_block_against_the_treatment(campaigns):
    rows = [*campaigns.block(0, 1, void="late"), *[row for number in range(1, 11) for row in campaigns.block(number, 1)]]
    verdict = campaigns.certainty(rows, campaigns.question())
    assert (verdict.grade.level, verdict.worst_case.level, verdict.stopped) == ("C3", "C2", "")
    more = [row for number in (11, 12, 13) for row in campaigns.block(number, 1)]
    verdict = campaigns.certainty([*rows, *more], campaigns.question())
    assert (verdict.worst_case.level, verdict.stopped) == ("C3", "grade")


def test_a_void_block_adds_nothing_to_not_reproduced(campaigns):
    rows = [*campaigns.campaign(*E[:28]), *campaigns.block(28, 0, void="late")]
    verdict = campaigns.certainty(rows, campaigns.question())
    assert (verdict.grade.level, verdict.arms[0].trials, verdict.stopped) == ("NR", 28, "")


def test_where_every_block_is_void_nothing_can_be_said(campaigns):
    rows = [row for number in range(3) for row in campaigns.block(number, 1, void="late")]
    verdict = campaigns.certainty(rows, campaigns.question())
    assert (verdict.grade.level, verdict.worst_case.level) == ("inconclusive", "inconclusive")


def test_a_block_that_broke_off_is_no_evidence_even_if_it_is_the_first(campaigns):
    rows = campaigns.block(0, 1)[:1]
    assert campaigns.certainty(rows, campaigns.question()).grade.level == "C0"
    rows = [*campaigns.campaign(*A[:3]), *campaigns.block(3, 1)[:4]]
    assert campaigns.certainty(rows, campaigns.question()).blocks == 3


def test_the_order_of_rows_does_not_matter(campaigns):
    rows = campaigns.campaign(*D)
    assert campaigns.certainty(rows[::-1], campaigns.question()) == campaigns.certainty(rows, campaigns.question())


def test_every_step_tells_what_was_known_after_its_block(campaigns):
    steps = campaigns.judge(*A).steps
    assert [step["block"] for step in steps] == [str(number) for number in range(10)]
    assert steps[8] == {
        "block": "8",
        "grade": "C3",
        "low": "0.555047",
        "high": "1.000000",
        "e-1": "102.300000",
        "e-2": "102.300000",
    }


def test_rows_that_do_not_fit_the_plan_are_refused(campaigns):
    with pytest.raises(ScenarioError, match="arm 0 has two trials in block 0"):
        campaigns.certainty(campaigns.block(0, 1) * 2, campaigns.question())
    roles = {arm: role for arm, role in campaigns.ROLES.items() if arm}
    with pytest.raises(ScenarioError, match="0 treatment arms"):
        campaigns.certainty([], campaigns.question(roles))
    roles = {arm: role for arm, role in campaigns.ROLES.items() if arm != 4}
    with pytest.raises(ScenarioError, match="arm 4 is not a sham of this plan"):
        campaigns.certainty(campaigns.block(0, 1), campaigns.question(roles))


@pytest.mark.parametrize("realm", [Realm.SIMULATED, Realm.LABORATORY])
def test_the_worst_case_is_told_with_the_rate_that_is_left_in_it(campaigns, realm):
    late = [row for number in range(5) for row in campaigns.block(number, 1, void="late")]
    rows = [*late, *[row for number in range(5, 15) for row in campaigns.block(number, 1)]]
    verdict = campaigns.certainty(rows, campaigns.question(realm=realm))
    assert (verdict.grade.rate_class, verdict.worst_case.rate_class) == ("frequent", "intermittent")
    assert verdict.worst_case.level == "C2"
