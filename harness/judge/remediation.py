"""How far a remediation holds: an axis of its own, by trials in which nothing was seen any more.

A remediation is accepted on zero: not one positive trial in as many as exclude a tenth of the rate that was
there before. What follows is a bound under the conditions tested, and the list of those that were not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.judge.e_values import e_zero, zero_trials
from harness.judge.policy import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    from harness.judge.policy import Policy

__all__ = ["LEVELS", "BlockSet", "Remediation", "Retest", "acceptance", "remediation", "residual_rate", "trials_needed"]

LEVELS = ("R0", "R1", "R2", "R3", "R4", "R-cross", "R-delta")
"""Proposed; residual bounded in the lab; by a second party; in the field; population retired; residual observed; incomplete."""

_STAGES = ("R1", "R2", "R3")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSet:
    """Blocks that were carried out together, each with a trial of the remediated version and one of the version before."""

    trials: int
    """Trials of the remediated version."""
    positive: int
    """How many of them were positive."""
    before_positive: int
    """Positive trials of the version before, in the same blocks: the contemporaneous positive control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retest:
    """One condition under which the behaviour was reproduced, and what its retests came to."""

    rate_low: Fraction
    """Lower bound of the rate before the remediation, under this condition; above 0."""
    lab: tuple[BlockSet, ...] = ()
    second_party: tuple[BlockSet, ...] = ()
    field: tuple[BlockSet, ...] = ()

    @property
    def stages(self) -> tuple[tuple[BlockSet, ...], ...]:
        """The retests by who made them, in the order of the levels."""
        return self.lab, self.second_party, self.field


@dataclass(frozen=True, slots=True, kw_only=True)
class Remediation:
    """What retests of every condition amount to."""

    level: str
    """One of :data:`LEVELS`."""
    bounds: Mapping[str, Fraction]
    """By condition: the residual rate lies below this."""
    observed: tuple[str, ...]
    """Conditions with a positive trial after the remediation; each needs a new plan, never another draw."""
    not_covered: tuple[str, ...]
    """Conditions without enough trials that count."""
    raised: tuple[str, ...]
    """Other codes that the remediation raises."""


def residual_rate(rate_low: Fraction, policy: Policy = POLICY) -> Fraction:
    """Return the residual rate to exclude (r0), from the lower bound of the rate before."""
    return rate_low * policy.residual_share


def trials_needed(rate_low: Fraction, policy: Policy = POLICY) -> int:
    """Return how many trials without a positive one bound the residual rate, given the lower bound before."""
    return zero_trials(residual_rate(rate_low, policy), policy.residual_evidence)


def acceptance(residual: Fraction, trials: int) -> Fraction:
    """Return the probability that so many trials show nothing where the true rate is ``residual``."""
    return (1 - residual) ** trials


def remediation(
    retests: Mapping[str, Retest],
    *,
    raised: Iterable[str] = (),
    retired: bool = False,
    policy: Policy = POLICY,
) -> Remediation:
    """Return how far a remediation holds; ``retests`` has every condition at C2 or more, tested again or not.

    A positive trial anywhere is ``R-cross``. Every condition bounded in the lab is ``R1``, by a second party as well
    ``R2``, in the field as well ``R3``, and ``R4`` where no device of the version before is left (``retired``).
    Only some conditions bounded, or another code raised (:func:`harness.judge.screening.raised_codes`), is ``R-delta``.
    """
    observed = tuple(sorted(name for name, retest in retests.items() if any(_hit(stage) for stage in retest.stages)))
    bounded = {name for name, retest in retests.items() if name not in observed and _is_bounded(retest.lab, retest.rate_low, policy)}
    others = tuple(sorted(raised))
    if observed:
        level = "R-cross"
    elif not bounded:
        level = "R0"
    elif others or bounded != set(retests):
        level = "R-delta"
    else:
        level = "R4" if retired else _reached(retests.values(), policy)
    return Remediation(
        level=level,
        bounds={name: residual_rate(retests[name].rate_low, policy) for name in sorted(bounded)},
        observed=observed,
        not_covered=tuple(sorted(set(retests) - bounded - set(observed))),
        raised=others,
    )


def _reached(retests: Iterable[Retest], policy: Policy) -> str:
    """Return the level of the last stage that bounds every condition, each stage before it having done so."""
    level = "R0"
    tested = list(retests)
    for place, name in enumerate(_STAGES):
        if not all(_is_bounded(retest.stages[place], retest.rate_low, policy) for retest in tested):
            break
        level = name
    return level


def _hit(sets: Iterable[BlockSet]) -> bool:
    return any(one.positive for one in sets)


def _is_bounded(sets: Iterable[BlockSet], rate_low: Fraction, policy: Policy) -> bool:
    """Tell whether the trials that count bound the residual rate; a zero counts only where the version before fired beside it."""
    zeros = sum(one.trials for one in sets if one.before_positive and not one.positive)
    return e_zero(residual_rate(rate_low, policy), zeros) >= policy.residual_evidence
