"""The thresholds of the grades: one versioned value, sealed into every plan by its digest."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from harness.judge.numbers import fraction_text
from harness.vocab.canonical import digest
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from harness.vocab.canonical import Json

__all__ = ["POLICY", "Policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What must hold for each grade; every threshold is an exact rational number.

    ``docs/explanation/certainty.md`` says why each stands where it stands.
    """

    version: str = "smets-policy/1"
    alpha: Fraction = Fraction(1, 20)
    """The confidence sequence misses the true rate with at most this probability, at any stop."""
    grid: int = 1_000_000
    """Rates are bounded to whole multiples of one part in this many, rounded outwards."""
    background_rate: Fraction = Fraction(1, 20)
    """C2 shows that the rate exceeds this (p0)."""
    reproduced_evidence: Fraction = Fraction(20)
    """C2 needs this much evidence against the background rate."""
    reproduced_positives: int = 3
    """C2 needs this many positive trials."""
    reproduced_sessions: int = 2
    """C2 needs this many sessions; every trial is a commissioning of its own, hence a session."""
    controlled_evidence: Fraction = Fraction(100)
    """C3 needs this much evidence against every control arm, for each hypothesis of the plan."""
    controlled_roles: tuple[ArmRole, ...] = (
        ArmRole.CONDITION_CONTROL,
        ArmRole.DEVICE_CONTROL,
        ArmRole.POSITIVE_CONTROL,
        ArmRole.SHAM,
    )
    """C3 needs an arm of each of these roles; a plan that lacks one reaches C2 at most."""
    hypotheses: int = 1
    """How many questions the sealed plan asks; more questions need more evidence each."""
    zero_evidence: Fraction = Fraction(20)
    """A rate is excluded, where no trial was positive, with this much evidence against it."""
    consistent: Fraction = Fraction(9, 10)
    """A behaviour is consistent where the lower bound of its rate is at least this."""
    frequent: Fraction = Fraction(1, 2)
    """A behaviour is frequent where the lower bound of its rate is at least this."""
    rare: Fraction = Fraction(1, 20)
    """A behaviour is rare where the upper bound of its rate lies below this."""

    @property
    def needed(self) -> Fraction:
        """Evidence that C3 needs against every control arm."""
        return self.controlled_evidence * self.hypotheses

    def document(self) -> Json:
        """Return the policy as canonical JSON, thresholds as exact ``n/d`` text."""
        return {
            "format": self.version,
            "confidence-sequence": {"alpha": fraction_text(self.alpha), "grid": f"1/{self.grid}"},
            "C2": {
                "background-rate": fraction_text(self.background_rate),
                "evidence": fraction_text(self.reproduced_evidence),
                "positives": self.reproduced_positives,
                "sessions": self.reproduced_sessions,
            },
            "C3": {
                "evidence": fraction_text(self.controlled_evidence),
                "hypotheses": self.hypotheses,
                "roles": [role.value for role in self.controlled_roles],
            },
            "NR": {"evidence": fraction_text(self.zero_evidence)},
            "rate-class": {
                "consistent": fraction_text(self.consistent),
                "frequent": fraction_text(self.frequent),
                "rare": fraction_text(self.rare),
            },
        }

    def digest(self) -> str:
        """Return the SHA-256 of the policy's document, as sealed into plans and verdicts."""
        return digest(self.document())


POLICY = Policy()
"""The policy in force."""
