"""What a campaign is asked, with no name in it: all that the judge may know of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.judge.policy import POLICY, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.scenario.model import StopRule
    from harness.vocab.roles import ArmRole, Realm

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
