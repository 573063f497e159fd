"""What one trial came to, and what a campaign of trials amounts to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from harness.vocab.roles import ArmRole, Realm

__all__ = ["ArmCertainty", "Certainty", "Comparison", "Grade", "Row", "TrialOutcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOutcome:
    """Counts of one trial, with the exposure they rest on; nothing here tells the arm."""

    trial: str
    void: str
    """Why the trial counts for nothing, or an empty string."""
    exposure: int
    """Nanoseconds observed."""
    count: int
    """Superfluous alerts by the outcome's detector at its tap, in the outcome's codes and role."""
    positive: bool
    alerts: int
    """All alerts seen at the tap within the window, superfluous or not."""
    lost: int
    """Frames or messages known to have gone unrecorded."""
    by_detector: Mapping[str, int] = field(default_factory=dict)
    """Superfluous alerts by every detector, for the reader."""
    by_code: Mapping[str, int] = field(default_factory=dict)
    """All alerts at the tap by code text, for the reader."""
    standings: Mapping[str, int] = field(default_factory=dict)
    """All alerts at the tap by how the oracle says they stand."""
    unmet: int = 0
    """Alerts that the oracle required and nobody saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One trial as the judge sees it: where in the design, which role, how much."""

    block: int
    arm: int
    """Which arm, as a number; the judge never learns its name."""
    role: ArmRole
    trial: str
    count: int
    positive: bool
    void: str


@dataclass(frozen=True, slots=True, order=True)
class Grade:
    """A grade with the realm it was earned in; simulated evidence can never grade a device."""

    level: str
    """``C0`` to ``C3``, ``NR`` or ``inconclusive``."""
    realm: Realm

    def __str__(self) -> str:
        """Write ``C3-S``."""
        return f"{self.level}-{self.realm.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The treatment against one control arm, paired by block."""

    arm: int
    treatment_more: int
    """Blocks in which the treatment counted more (a)."""
    control_more: int
    """Blocks in which the control counted more (b)."""
    ties: int
    e_value: Fraction
    needed: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCertainty:
    """What one arm's trials say about its own rate."""

    arm: int
    role: ArmRole
    trials: int
    positive: int
    count_low: int
    count_high: int
    """Smallest and largest count of a positive trial; 0 where there is none."""
    rate_low: Fraction
    rate_high: Fraction
    """95 % confidence sequence for the share of positive trials, valid at any stop."""
    e_rate: Fraction
    """Evidence that the rate exceeds the policy's p0."""
    excluded: Fraction | None
    """Rates at or above this are excluded (95 %), where no trial was positive."""
    grade: Grade
    rate_class: str
    """``consistent``, ``frequent``, ``intermittent`` or ``rare``; empty where no trial was positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """The verdict: a grade with everything it rests on."""

    grade: Grade
    worst_case: Grade
    """The grade if every excluded treatment were negative and every excluded control positive."""
    blocks: int
    void_blocks: Mapping[int, str]
    arms: tuple[ArmCertainty, ...]
    comparisons: tuple[Comparison, ...]
    stopped: str
    """Why the campaign stopped: ``grade``, ``zero``, ``futile``, ``blocks``, ``interrupted``, or empty."""
    steps: tuple[Mapping[str, str], ...]
    """After every complete block, for the plots: ``block`` (as the plan numbers it), ``low`` and ``high`` (the
    treatment's 95 % rate bounds), and ``e-<arm>`` for every compared arm; text that ``Fraction`` reads."""
