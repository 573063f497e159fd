"""The thresholds of the grades: one versioned value, sealed into every plan by its digest."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from harness.judge.gates import GATES, Gate
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

    version: str = "smets-policy/2"
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
    necessity_evidence: Fraction = Fraction(20)
    """C4 needs this much evidence against leaving out any one factor, for each factor of the claimed trigger."""
    sufficiency_evidence: Fraction = Fraction(20)
    """C4 needs this much evidence that the claimed trigger alone exceeds the background rate on the reference baseline."""
    isolated_roles: tuple[ArmRole, ...] = (ArmRole.FACTOR_CONTROL, ArmRole.FACTORS_ALONE)
    """C4 needs an arm of each of these roles besides; of the first as many as the claimed trigger has factors."""
    replicated_evidence: Fraction = Fraction(20)
    """C5 needs this much evidence against every control on the second organisation's own trials."""
    zero_evidence: Fraction = Fraction(20)
    """A rate is excluded, where no trial was positive, with this much evidence against it."""
    zero_rungs: tuple[tuple[int, Fraction], ...] = ((29, Fraction(1, 10)), (59, Fraction(1, 20)), (299, Fraction(1, 100)))
    """Trials without a positive one, and the rate that so many exclude: where a campaign may stop as not reproduced."""
    consistent: Fraction = Fraction(9, 10)
    """A behaviour is consistent where the lower bound of its rate is at least this."""
    frequent: Fraction = Fraction(1, 2)
    """A behaviour is frequent where the lower bound of its rate is at least this."""
    rare: Fraction = Fraction(1, 20)
    """A behaviour is rare where the upper bound of its rate lies below this."""
    prior_odds: Fraction = Fraction(1, 10)
    """What a sceptical reader holds beforehand, whose posterior odds are printed: 1 to 10."""
    false_discovery_rate: Fraction = Fraction(1, 20)
    """Of what a screen chooses for following up, at most this share is expected to be chance (e-BH)."""
    residual_share: Fraction = Fraction(1, 10)
    """A remediation is put to the test of this share of the lower bound of the rate before it (r0)."""
    residual_evidence: Fraction = Fraction(20)
    """A residual rate is bounded with this much evidence."""
    impact_floors: tuple[tuple[str, Fraction], ...] = (
        ("I1", Fraction(1, 1000)),
        ("I2", Fraction(1, 100)),
        ("I3", Fraction(1, 10)),
    )
    """Share of the named capacity from which each band of impact begins; I0 lies below, I4 is documented degradation."""
    impact_probability: Fraction = Fraction(4, 5)
    """A band of impact is given where its floor is exceeded with at least this probability."""
    gates: tuple[Gate, ...] = GATES
    """What must hold before a notice of each kind leaves the lab."""

    @property
    def needed(self) -> Fraction:
        """Evidence that C3 needs against every control arm."""
        return self.controlled_evidence * self.hypotheses

    def needed_against(self, role: ArmRole, factors: int) -> Fraction:
        """Return the evidence needed against an arm, in a plan whose claimed trigger has so many factors."""
        return self.necessity_evidence * factors if role is ArmRole.FACTOR_CONTROL else self.needed

    def document(self) -> Json:
        """Return the policy as canonical JSON, thresholds as exact ``n/d`` text."""
        return {
            "format": self.version,
            "confidence-sequence": {"alpha": fraction_text(self.alpha), "grid": f"1/{self.grid}"},
            **self._grades(),
            "rate-class": {
                "consistent": fraction_text(self.consistent),
                "frequent": fraction_text(self.frequent),
                "rare": fraction_text(self.rare),
            },
            "prior-odds": fraction_text(self.prior_odds),
            "screening": {"false-discovery-rate": fraction_text(self.false_discovery_rate)},
            "remediation": {"evidence": fraction_text(self.residual_evidence), "share": fraction_text(self.residual_share)},
            "impact": {
                "floors": {band: fraction_text(floor) for band, floor in self.impact_floors},
                "probability": fraction_text(self.impact_probability),
            },
            "gates": {gate.name: gate.document() for gate in self.gates},
        }

    def _grades(self) -> dict[str, Json]:
        return {
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
            "C4": {
                "necessity": fraction_text(self.necessity_evidence),
                "roles": [role.value for role in self.isolated_roles],
                "sufficiency": fraction_text(self.sufficiency_evidence),
            },
            "C5": {"evidence": fraction_text(self.replicated_evidence)},
            "NR": {
                "evidence": fraction_text(self.zero_evidence),
                "rungs": [{"blocks": blocks, "rate": fraction_text(rate)} for blocks, rate in self.zero_rungs],
            },
        }

    def digest(self) -> str:
        """Return the SHA-256 of the policy's document, as sealed into plans and verdicts."""
        return digest(self.document())


POLICY = Policy()
"""The policy in force."""
