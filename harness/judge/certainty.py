"""The verdict on a campaign: a grade, what it rests on, and how it grew block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.judge.confidence import confidence_sequence, rate_class
from harness.judge.e_values import e_pair, e_rate, excluded_rate
from harness.judge.grading import arm_level, level, printed_level
from harness.judge.numbers import decimal_text
from harness.judge.stopping import stop_reason
from harness.judge.tally import begin, complete_blocks
from harness.vocab.outcome import ArmCertainty, Certainty, Comparison, Grade

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from harness.judge.policy import Policy
    from harness.judge.question import Question
    from harness.judge.tally import ArmTally, Tally
    from harness.vocab.outcome import Row

__all__ = ["certainty"]

_PLACES = 6


def certainty(rows: Iterable[Row], question: Question) -> Certainty:
    """Judge a campaign from its trials alone; only blocks with a trial of every arm count.

    The treatment's own entry among ``arms`` bears the campaign's grade; the others are graded
    compared with nothing, hence C2 at most. ``stopped`` is what the stop rule says after the last
    complete block, empty where it would have gone on.
    Raises :class:`harness.errors.ScenarioError` where rows and question do not fit together.
    """
    tally = begin(question.roles)
    steps = []
    for block in complete_blocks(rows, question.roles):
        tally = tally.plus(block)
        steps.append(_step(tally, block[0].block, question.policy))
    held = level(tally, question)
    levels = {number: held if number == tally.treatment else arm_level(arm, question) for number, arm in tally.arms.items()}
    return Certainty(
        grade=Grade(held, question.realm),
        worst_case=Grade(printed_level(tally, question), question.realm),
        blocks=tally.blocks,
        void_blocks=tally.voids,
        arms=tuple(_arm(number, arm, Grade(levels[number], question.realm), question.policy) for number, arm in tally.arms.items()),
        comparisons=_comparisons(tally, question.policy),
        stopped=stop_reason(tally, question),
        steps=tuple(steps),
    )


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
        rate_class=rate_class(low, high, policy) if arm.positive else "",
    )


def _comparisons(tally: Tally, policy: Policy) -> tuple[Comparison, ...]:
    return tuple(
        Comparison(
            arm=number,
            treatment_more=pair.more,
            control_more=pair.less,
            ties=pair.ties,
            e_value=e_pair(pair.more, pair.less),
            needed=policy.needed,
        )
        for number, pair in tally.pairs.items()
    )


def _bounds(arm: ArmTally, policy: Policy) -> tuple[Fraction, Fraction]:
    return confidence_sequence(arm.positive, arm.trials, policy.alpha, policy.grid)


def _step(tally: Tally, block: int, policy: Policy) -> dict[str, str]:
    """Return what was known after one block: bounds of the treatment's rate, and evidence against each control."""
    treated = tally.treated
    low, high = _bounds(treated, policy)
    return {
        "block": str(block),
        "low": decimal_text(low, _PLACES),
        "high": decimal_text(high, _PLACES),
        "e-rate": decimal_text(e_rate(treated.positive, treated.trials, policy.background_rate), _PLACES),
        **{f"e-{number}": decimal_text(e_pair(pair.more, pair.less), _PLACES) for number, pair in tally.pairs.items()},
    }
