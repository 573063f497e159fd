"""What one trial came to, and what a campaign of trials amounts to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from harness.errors import InternalError, ScenarioError
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from harness.vocab.roles import ArmRole

__all__ = [
    "LADDER",
    "LEVELS",
    "RATE_CLASSES",
    "ArmCertainty",
    "Certainty",
    "Comparison",
    "DeviceGrade",
    "Grade",
    "Meaning",
    "ModelGrade",
    "Row",
    "TrialOutcome",
    "graded",
    "parse_grade",
]

LADDER = ("C0", "C1", "C2", "C3", "C4", "C5")
"""Grades that say something was observed, from the weakest to the strongest; one campaign reaches C4 at most."""

LEVELS = (*LADDER, "NR", "inconclusive")
"""Every level a grade can have."""

RATE_CLASSES = ("consistent", "frequent", "intermittent", "rare")
"""How often a behaviour was observed, by the bounds of its rate."""

_REPLICATED = "C5"
"""The level that takes other physical units, which a model does not have."""

_WITHOUT_UNITS = frozenset({"C0", "inconclusive"})
"""Levels that rest on no trial that counts, hence on no unit."""


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
    by_tap: Mapping[str, int] = field(default_factory=dict)
    """Alerts of the outcome's codes and role within the window, superfluous or not, at each counting point that saw any."""
    peak: int = 0
    """The most of the superfluous alerts that came within any five minutes."""
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Physical units that took part, by role of those that count; equal marks are the same unit. A model is none."""


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
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Physical units that took part, by role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGrade:
    """What simulated evidence amounts to: that the model, as configured, shows it. It grades no device.

    There is no member by which it could say more: neither its realm nor a number of units can be given
    to it. Raises :class:`InternalError` for a level that does not exist, or a rate class that does not go with it.
    """

    level: str
    """One of :data:`LEVELS`."""
    rate_class: str = ""
    """One of :data:`RATE_CLASSES` from C1 on; empty where nothing was observed."""

    def __post_init__(self) -> None:
        """Insist on a level that a model can reach, and a rate class that goes with it."""
        _check(self.level, self.rate_class)
        if self.level == _REPLICATED:
            raise InternalError(f"a grade of a model at {_REPLICATED}", expected="physical units of another organisation to replicate with")

    @property
    def realm(self) -> Literal[Realm.SIMULATED]:
        """Where the evidence comes from."""
        return Realm.SIMULATED

    @property
    def units(self) -> Literal[0]:
        """A model is no physical unit."""
        return 0

    def __str__(self) -> str:
        """Write ``C3-S u=0 frequent``."""
        return _written(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceGrade:
    """What evidence from physical devices amounts to; a gate through which a notice leaves the lab asks for this type.

    Raises :class:`InternalError` for simulated evidence, for a level that does not exist, a rate class that does
    not go with it, and a level that rests on trials without a unit.
    """

    level: str
    """One of :data:`LEVELS`."""
    realm: Literal[Realm.LABORATORY, Realm.FIELD]
    units: int
    """Distinct physical units in the treatment's trials that count; 0 only where no trial does."""
    rate_class: str = ""
    """One of :data:`RATE_CLASSES` from C1 on; empty where nothing was observed."""

    def __post_init__(self) -> None:
        """Insist on a realm of devices, and on units where there is something to say of them."""
        _check(self.level, self.rate_class)
        if self.realm not in (Realm.LABORATORY, Realm.FIELD):
            expected = "realm L or F: simulated evidence grades no device"
            raise InternalError(f"a grade of a device from realm {self.realm}", expected=expected)
        if self.units < (0 if self.level in _WITHOUT_UNITS else 1):
            raise InternalError(f"grade {self.level}-{self.realm.value} with {self.units} units", expected="at least one physical unit")

    def __str__(self) -> str:
        """Write ``C3-L u=2 intermittent``."""
        return _written(self)


Grade: TypeAlias = "ModelGrade | DeviceGrade"
"""A grade with what it was earned on. The two kinds have no way from one to the other."""


def graded(level: str, realm: Realm, *, units: int = 0, rate_class: str = "") -> Grade:
    """Return the grade of a campaign in a realm; ``units`` counts for nothing in a simulated one.

    Raises :class:`InternalError` where such a grade cannot be.
    """
    if realm is Realm.SIMULATED:
        return ModelGrade(level=level, rate_class=rate_class)
    return DeviceGrade(level=level, realm=realm, units=units, rate_class=rate_class)


def parse_grade(text: str) -> Grade:
    """Return the grade that was written as ``text``, such as ``C3-L u=2 intermittent`` or ``NR-S u=0``.

    Raises :class:`ScenarioError` where no grade is written so.
    """
    mark, _, rest = text.partition(" u=")
    level, _, realm = mark.rpartition("-")
    units, _, rate_class = rest.partition(" ")
    try:
        found = graded(level, Realm(realm), units=int(units), rate_class=rate_class)
    except (ValueError, InternalError):
        found = None
    if found is None or str(found) != text:
        raise ScenarioError(f"'{text}' is not a grade", expected="such as 'C3-L u=2 intermittent', 'NR-S u=0' or 'C1-F u=5 rare'")
    return found


def _check(level: str, rate_class: str) -> None:
    if level not in LEVELS:
        raise InternalError(f"there is no grade '{level}'", expected=", ".join(LEVELS))
    known = RATE_CLASSES if level in LADDER[1:] else ("",)
    if rate_class not in known:
        raise InternalError(f"grade {level} with rate class '{rate_class}'", expected=", ".join(known) or "none")


def _written(grade: Grade) -> str:
    return " ".join(filter(None, (f"{grade.level}-{grade.realm.value}", f"u={grade.units}", grade.rate_class)))


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

    @property
    def rate_class(self) -> str:
        """One of :data:`RATE_CLASSES`; empty where no trial was positive."""
        return self.grade.rate_class


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the weakest evidence against a control comes to, for the sentences that are printed with it."""

    arm: int
    """The control arm: of the condition or the device, with the smallest e-value."""
    evidence: Fraction
    """If its label did not matter, evidence would ever become this strong in at most 1 of so many campaigns."""
    prior_odds: Fraction
    """What the policy's sceptical reader held beforehand."""
    posterior_odds: Fraction
    """What that reader should hold now; no probability without that prior."""


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
    """After every complete block, for the plots: ``block`` (as the plan numbers it), ``grade`` (the level held so far,
    as it would be printed), and as text that ``Fraction`` reads ``low`` and ``high`` (the treatment's 95 % rate bounds)
    and ``e-<arm>`` for every compared arm."""
    meaning: Meaning | None = None
    """What the weakest comparison comes to; ``None`` where there is no control to compare with."""
    prevalence: Fraction | None = None
    """Shares of units below this are excluded (95 %), where each unit of a laboratory was positive; ``None`` elsewhere."""
