"""Two verdicts of different organisations taken together: independent replication, the last step of the ladder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.judge.confidence import rate_class
from harness.judge.e_values import e_pair, posterior_odds
from harness.judge.policy import POLICY
from harness.vocab.outcome import LADDER, DeviceGrade
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from fractions import Fraction

    from harness.judge.policy import Policy
    from harness.vocab.outcome import ArmCertainty, Certainty

__all__ = ["Combination", "Product", "combine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The evidence of both against the controls of one role; independent evidence multiplies."""

    role: ArmRole
    first: Fraction
    second: Fraction
    """Of several arms the weakest, with every void block counted against the treatment."""
    needed: Fraction
    """What the second has to reach on its own trials."""

    @property
    def e_value(self) -> Fraction:
        """Combined evidence."""
        return self.first * self.second


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """What two verdicts amount to together."""

    grade: DeviceGrade
    """C5, or the first verdict's own where replication is not reached."""
    products: tuple[Product, ...]
    posterior_odds: Fraction | None
    """What the policy's sceptical reader should hold after both; ``None`` where there is nothing to multiply."""
    lacking: tuple[str, ...]
    """What stands between this and C5; nothing where it is reached."""


def combine(first: Certainty, second: Certainty, policy: Policy = POLICY) -> Combination | None:
    """Take two verdicts together, the second as an attempt to replicate the first; ``None`` for simulated evidence.

    Whether they come from different organisations, on different physical units and under the same plan or one that
    declares itself derived, the caller has to know; here only the evidence is weighed. The first must hold C3 in the
    worst-case recount, and the second reach the policy's evidence against both kinds of control.
    """
    if not isinstance(first.worst_case, DeviceGrade) or not isinstance(second.worst_case, DeviceGrade):
        return None
    roles = [role for role in policy.controlled_roles if role.controls]
    products = tuple(product for role in roles if (product := _product(role, first, second, policy)))
    lacking = tuple(_lacking(first.worst_case, second, products, policy))
    rates = _rate_class(_treated(first), _treated(second), policy)
    ours, theirs = first.worst_case, second.worst_case
    both = DeviceGrade(level="C5", realm=ours.realm, units=ours.units + theirs.units, rate_class=rates)
    weakest = min((product.e_value for product in products), default=None)
    odds = None if weakest is None else posterior_odds(policy.prior_odds, weakest)
    return Combination(grade=ours if lacking else both, products=products, posterior_odds=odds, lacking=lacking)


def _product(role: ArmRole, first: Certainty, second: Certainty, policy: Policy) -> Product | None:
    ours, theirs = _weakest(first, role), _weakest(second, role)
    if ours is None or theirs is None:
        return None
    return Product(role=role, first=ours, second=theirs, needed=policy.replicated_evidence)


def _weakest(verdict: Certainty, role: ArmRole) -> Fraction | None:
    """Return the weakest evidence against the controls of a role, with every void block counted against the treatment."""
    arms = {arm.arm for arm in verdict.arms if arm.role is role}
    lost = len(verdict.void_blocks)
    found = (e_pair(one.treatment_more, one.control_more + lost) for one in verdict.comparisons if one.arm in arms)
    return min(found, default=None)


def _lacking(first: DeviceGrade, second: Certainty, products: tuple[Product, ...], policy: Policy) -> list[str]:
    found = []
    if first.level not in LADDER[LADDER.index("C3") :]:
        found.append(f"the first holds {first.level}, and C3 is needed")
    missing = [role.value for role in policy.controlled_roles if role not in {arm.role for arm in second.arms}]
    found += [f"the second has no {role}" for role in missing]
    found += [f"the second has too little evidence against its {one.role.value}" for one in products if one.second < one.needed]
    return found


def _rate_class(ours: ArmCertainty, theirs: ArmCertainty, policy: Policy) -> str:
    """Name the rate by bounds that hold for both."""
    return rate_class(min(ours.rate_low, theirs.rate_low), max(ours.rate_high, theirs.rate_high), policy)


def _treated(verdict: Certainty) -> ArmCertainty:
    return next(arm for arm in verdict.arms if arm.role is ArmRole.TREATMENT)
