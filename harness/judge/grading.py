"""The ladder: what each grade takes, as a function of a tally and a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.judge.confidence import confidence_sequence, rate_class
from harness.judge.e_values import e_pair, e_rate
from harness.vocab.outcome import LADDER, graded
from harness.vocab.roles import ArmRole, Realm

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.judge.policy import Policy
    from harness.judge.question import Question
    from harness.judge.tally import ArmTally, Tally
    from harness.vocab.outcome import Grade

__all__ = ["arm_level", "attainable", "grade", "level", "lower"]


def arm_level(arm: ArmTally, question: Question) -> str:
    """Return what an arm's own trials amount to, compared with nothing: ``C1``, ``C2``, ``NR`` or ``inconclusive``.

    Outside simulation, trials in which no physical unit took part say nothing of one.
    """
    if not arm.trials or (question.realm is not Realm.SIMULATED and not arm.unit_count):
        return "inconclusive"
    if not arm.positive:
        return "NR"
    return "C2" if not question.exploratory and _reproduced(arm, question.policy) else "C1"


def _reproduced(arm: ArmTally, policy: Policy) -> bool:
    if arm.positive < policy.reproduced_positives or arm.trials < policy.reproduced_sessions:
        return False
    return e_rate(arm.positive, arm.trials, policy.background_rate) >= policy.reproduced_evidence


def level(tally: Tally, question: Question, held: str = "C0") -> str:
    """Return the grade that is held after these blocks, where ``held`` was the highest after the blocks before.

    What was held once stays held, and the next grade builds on it: the bound for an e-value is a bound for its
    highest at any look. ``C0`` before the first block: a claim with a sealed plan and nothing else.
    ``inconclusive`` where blocks were carried out and all of them are void.
    """
    if not tally.blocks:
        return "C0"
    own = arm_level(tally.treated, question)
    best = own if held == "C0" or lower(own, held) == held else held
    if best == "C2" and lower(attainable(question), "C3") == "C3" and _beats(tally, question, lambda role: role.controls):
        best = "C3"
    return "C4" if best == "C3" and attainable(question) == "C4" and _isolated(tally, question) else best


def _beats(tally: Tally, question: Question, concerns: Callable[[ArmRole], bool]) -> bool:
    """Tell whether the evidence against every arm of the roles concerned is as much as is needed."""
    return all(
        e_pair(pair.more, pair.less) >= question.needed_against(arm) for arm, pair in tally.pairs.items() if concerns(question.roles[arm])
    )


def _isolated(tally: Tally, question: Question) -> bool:
    """Tell whether every factor is necessary, and all of them are enough on the reference baseline."""
    policy = question.policy
    alone = [arm for arm in tally.arms.values() if arm.role is ArmRole.FACTORS_ALONE]
    sufficient = all(e_rate(arm.positive, arm.trials, policy.background_rate) >= policy.sufficiency_evidence for arm in alone)
    return sufficient and _beats(tally, question, lambda role: role is ArmRole.FACTOR_CONTROL)


def grade(name: str, arm: ArmTally, question: Question) -> Grade:
    """Return a level as the grade of an arm: with the realm, the arm's units, and how often it was positive."""
    policy = question.policy
    is_rated = name in LADDER[1:]
    low_high = confidence_sequence(arm.positive, arm.trials, policy.alpha, policy.grid)
    return graded(name, question.realm, units=arm.unit_count, rate_class=rate_class(*low_high, policy) if is_rated else "")


def attainable(question: Question) -> str:
    """Return the highest grade that a plan with these arms can reach.

    Without both kinds of control, a positive control and a sham that is C2: something other than
    what the claim names may be at work. Without an arm for each factor left out, and one with the factors
    alone, it is C3. An exploratory plan reaches C1; C5 takes two campaigns.
    """
    if question.exploratory:
        return "C1"
    planned = set(question.roles.values())
    if not planned.issuperset(question.policy.controlled_roles):
        return "C2"
    return "C4" if planned.issuperset(question.policy.isolated_roles) else "C3"


def lower(one: str, other: str) -> str:
    """Return the lower of two grades; anything that is not on the ladder lies below it."""
    return min(one, other, key=lambda name: LADDER.index(name) if name in LADDER else -1)
