"""Which notices a grade and a band of impact open: two scales and a gate, never one score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.vocab.outcome import LADDER, ModelGrade

if TYPE_CHECKING:
    from harness.vocab.canonical import Json
    from harness.vocab.outcome import DeviceGrade, Grade

__all__ = ["BANDS", "GATES", "REQUEST_FOR_CAPTURES", "Gate", "Threshold", "open_gates"]

BANDS = ("I0", "I1", "I2", "I3", "I4")
"""Bands of impact, lowest first."""

REQUEST_FOR_CAPTURES = "request-for-captures"
"""The one notice that simulated evidence opens: asking who has devices to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One way through a gate."""

    level: str
    """At least this level of the ladder."""
    units: int = 1
    """At least so many distinct physical units."""
    band: str = "I0"
    """At least this band of impact."""
    reply_days: int = 0
    """Working days in which those concerned could reply beforehand."""
    interim: bool = False
    """Whether the notice must be labelled as an interim one."""

    def holds(self, grade: DeviceGrade, band: str, waited: int) -> bool:
        """Tell whether a grade, a band and the working days since those concerned were told suffice."""
        return (
            grade.level in LADDER
            and LADDER.index(grade.level) >= LADDER.index(self.level)
            and grade.units >= self.units
            and BANDS.index(band) >= BANDS.index(self.band)
            and waited >= self.reply_days
        )

    def document(self) -> Json:
        """Return the threshold as canonical JSON."""
        return {"band": self.band, "interim": self.interim, "level": self.level, "reply-days": self.reply_days, "units": self.units}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A kind of notice and what must hold for it: any one of its thresholds, by evidence from devices."""

    name: str
    thresholds: tuple[Threshold, ...]

    def opens(self, grade: DeviceGrade, band: str, waited: int = 0) -> bool:
        """Tell whether the notice may leave the lab; simulated evidence has no grade to ask with."""
        return any(threshold.holds(grade, band, waited) for threshold in self.thresholds)

    def document(self) -> Json:
        """Return the gate's thresholds as canonical JSON."""
        return [threshold.document() for threshold in self.thresholds]


GATES = (
    Gate(name="maker-notice", thresholds=(Threshold(level="C2", band="I1"),)),
    Gate(
        name="parties-notice",
        thresholds=(Threshold(level="C3", band="I2", reply_days=10), Threshold(level="C3", band="I4", interim=True)),
    ),
    Gate(name="register-listing", thresholds=(Threshold(level="C3", units=2), Threshold(level="C5"))),
)
"""The gates of the default policy."""


def open_gates(grade: Grade, band: str, *, waited: int = 0, gates: tuple[Gate, ...] = GATES) -> tuple[str, ...]:
    """Return the notices that a grade opens, after ``waited`` working days for a reply.

    Simulated evidence opens :data:`REQUEST_FOR_CAPTURES` and nothing else, whatever its level.
    """
    if isinstance(grade, ModelGrade):
        return (REQUEST_FOR_CAPTURES,)
    return (REQUEST_FOR_CAPTURES, *(gate.name for gate in gates if gate.opens(grade, band, waited)))
