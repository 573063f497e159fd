"""The ladder: what each grade takes, as a function of a tally and a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.judge.e_values import e_pair, e_rate

if TYPE_CHECKING:
    from harness.judge.policy import Policy
    from harness.judge.question import Question
    from harness.judge.tally import ArmTally, Tally

__all__ = ["LADDER", "arm_level", "attainable", "level", "lower", "printed_level"]

LADDER = ("C0", "C1", "C2", "C3")
"""Grades that say something was observed, from the weakest to the strongest."""


def arm_level(arm: ArmTally, question: Question) -> str:
    """Return what an arm's own trials amount to, compared with nothing: ``C1``, ``C2``, ``NR`` or ``inconclusive``."""
    if not arm.trials:
        return "inconclusive"
    if not arm.positive:
        return "NR"
    return "C2" if _reproduced(arm, question.policy) and not question.exploratory else "C1"


def _reproduced(arm: ArmTally, policy: Policy) -> bool:
    if arm.positive < policy.reproduced_positives or arm.trials < policy.reproduced_sessions:
        return False
    return e_rate(arm.positive, arm.trials, policy.background_rate) >= policy.reproduced_evidence


def level(tally: Tally, question: Question) -> str:
    """Return the grade that the blocks which count amount to, void blocks left out.

    ``C0`` before the first block: a claim with a sealed plan and nothing else. ``inconclusive`` where
    blocks were carried out and all of them are void.
    """
    if not tally.blocks:
        return "C0"
    own = arm_level(tally.treated, question)
    if own != "C2" or attainable(question) != "C3":
        return own
    needed = question.policy.needed
    return "C3" if all(e_pair(pair.more, pair.less) >= needed for pair in tally.pairs.values()) else "C2"


def printed_level(tally: Tally, question: Question) -> str:
    """Return the grade that is printed: the lower of the grade and what is left of it in the worst-case recount.

    The recount takes every void block as one that spoke against the treatment. It is never
    taken as a trial without a positive one, so it adds nothing to "not reproduced": that grade rests on
    the trials that were seen.
    """
    held = level(tally, question)
    return lower(held, level(tally.recounted(), question)) if tally.treated.positive else held


def attainable(question: Question) -> str:
    """Return the highest grade that a plan with these arms can reach.

    Without both kinds of control, a positive control and a sham that is C2: something other than
    what the claim names may be at work. An exploratory plan reaches C1.
    """
    if question.exploratory:
        return "C1"
    return "C3" if set(question.policy.controlled_roles) <= set(question.roles.values()) else "C2"


def lower(one: str, other: str) -> str:
    """Return the lower of two grades; anything that is not on the ladder lies below it."""
    return min(one, other, key=lambda name: LADDER.index(name) if name in LADDER else -1)
