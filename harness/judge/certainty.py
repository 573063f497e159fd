"""The verdict on a campaign: a grade, what it rests on, and how it grew block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.judge.confidence import confidence_sequence
from harness.judge.e_values import e_pair, e_rate, excluded_rate, posterior_odds, prevalence_bound
from harness.judge.grading import arm_level, grade
from harness.judge.numbers import decimal_text
from harness.judge.progress import outset
from harness.judge.stopping import stop_reason
from harness.judge.tally import complete_blocks
from harness.vocab.outcome import ArmCertainty, Certainty, Comparison, Meaning
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from harness.judge.policy import Policy
    from harness.judge.progress import Progress
    from harness.judge.question import Question
    from harness.judge.tally import ArmTally, Tally
    from harness.vocab.outcome import Grade, Row

__all__ = ["certainty"]

_PLACES = 6


def certainty(rows: Iterable[Row], question: Question) -> Certainty:
    """Judge a campaign from its trials alone; only blocks with a trial of every arm count.

    The treatment's own entry among ``arms`` bears the campaign's grade; the others are graded
    compared with nothing, hence C2 at most. ``stopped`` is what the stop rule says after the last
    complete block, empty where it would have gone on.
    Raises :class:`harness.errors.ScenarioError` where rows and question do not fit together.
    """
    progress = outset(question)
    steps = []
    for block in complete_blocks(rows, question.roles):
        progress = progress.plus(block)
        steps.append(_step(progress, block[0].block))
    tally = progress.tally
    comparisons = _comparisons(tally, question)
    held = grade(progress.held, tally.treated, question)
    grades = {number: grade(arm_level(arm, question), arm, question) for number, arm in tally.arms.items()}
    return Certainty(
        grade=held,
        worst_case=_worst_case(progress),
        blocks=tally.blocks,
        void_blocks=tally.voids,
        arms=tuple(_arm(number, arm, {**grades, tally.treatment: held}[number], question.policy) for number, arm in tally.arms.items()),
        comparisons=comparisons,
        stopped=stop_reason(progress),
        steps=tuple(steps),
        meaning=_meaning(comparisons, question),
        prevalence=_prevalence(tally.treated, held, question.policy),
    )


def _meaning(comparisons: Iterable[Comparison], question: Question) -> Meaning | None:
    """Return what the weakest evidence against a control of condition or device comes to."""
    controls = [one for one in comparisons if question.roles[one.arm].controls]
    if not controls:
        return None
    weakest = min(controls, key=lambda one: (one.e_value, one.arm))
    prior = question.policy.prior_odds
    odds = posterior_odds(prior, weakest.e_value)
    return Meaning(arm=weakest.arm, evidence=weakest.e_value, prior_odds=prior, posterior_odds=odds)


def _prevalence(treated: ArmTally, held: Grade, policy: Policy) -> Fraction | None:
    """Return which shares of units are excluded, where each unit that took part was positive.

    In the field a positive window does not tell which of its devices made it so.
    """
    if held.realm is not Realm.LABORATORY or not held.units or treated.positive_units != treated.units:
        return None
    return prevalence_bound(held.units, policy.alpha, policy.grid)


def _worst_case(progress: Progress) -> Grade:
    """Return the grade that is left in the worst-case recount, with how often the treatment was positive in it."""
    tally = progress.tally
    recounted = tally.recounted().treated if tally.treated.positive else tally.treated
    return grade(progress.printed, recounted, progress.question)


def _arm(number: int, arm: ArmTally, grade: Grade, policy: Policy) -> ArmCertainty:
    low, high = _bounds(arm, policy)
    return ArmCertainty(
        arm=number,
        role=arm.role,
        trials=arm.trials,
        positive=arm.positive,
        count_low=arm.count_low,
        count_high=arm.count_high,
        rate_low=low,
        rate_high=high,
        e_rate=e_rate(arm.positive, arm.trials, policy.background_rate),
        excluded=None if arm.positive else excluded_rate(arm.trials, policy.zero_evidence, policy.grid),
        grade=grade,
    )


def _comparisons(tally: Tally, question: Question) -> tuple[Comparison, ...]:
    return tuple(
        Comparison(
            arm=number,
            treatment_more=pair.more,
            control_more=pair.less,
            ties=pair.ties,
            e_value=e_pair(pair.more, pair.less),
            needed=question.needed_against(number),
        )
        for number, pair in tally.pairs.items()
    )


def _bounds(arm: ArmTally, policy: Policy) -> tuple[Fraction, Fraction]:
    return confidence_sequence(arm.positive, arm.trials, policy.alpha, policy.grid)


def _step(progress: Progress, block: int) -> dict[str, str]:
    """Return what was known after one block: the grade, bounds of the treatment's rate, and evidence against each control."""
    tally = progress.tally
    low, high = _bounds(tally.treated, progress.question.policy)
    return {
        "block": str(block),
        "grade": progress.printed,
        "low": decimal_text(low, _PLACES),
        "high": decimal_text(high, _PLACES),
        **{f"e-{number}": decimal_text(e_pair(pair.more, pair.less), _PLACES) for number, pair in tally.pairs.items()},
    }
