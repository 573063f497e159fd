"""What a campaign is asked, with no name in it: all that the judge may know of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.judge.policy import POLICY, Policy
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from harness.scenario.model import StopRule
    from harness.vocab.roles import Realm

__all__ = ["Question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which arms there are, where the evidence comes from, and when to stop."""

    roles: Mapping[int, ArmRole]
    """Every arm of the plan by its number."""
    realm: Realm
    stop: StopRule
    exploratory: bool = False
    """An exploratory plan is held at C1."""
    policy: Policy = POLICY

    @property
    def factors(self) -> int:
        """How many factors the claimed trigger has: one factor control for each; 0 where none is claimed."""
        return sum(role is ArmRole.FACTOR_CONTROL for role in self.roles.values())

    def needed_against(self, arm: int) -> Fraction:
        """Return the evidence that is needed against a control arm."""
        return self.policy.needed_against(self.roles[arm], self.factors)
