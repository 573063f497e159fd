"""Everything a report needs, as one frozen value: no file is read and nothing is judged from here on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from harness.errors import InternalError
from harness.judge.policy import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.judge.policy import Policy
    from harness.report.excerpt import Excerpt
    from harness.scenario.model import StopRule, Window
    from harness.vocab.impact import Impact
    from harness.vocab.outcome import ArmCertainty, Certainty, Grade, TrialOutcome
    from harness.vocab.roles import ArmRole, Realm

__all__ = ["Code", "Expectation", "Mark", "Measure", "Status", "Story", "StoryArm", "StoryTrial", "Timeline"]

MarkKind = Literal["alert", "superfluous", "stimulus"]
Status = Literal["complete", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An alert code the scenario asks about, with its name in the catalogue."""

    text: str
    """Such as ``0x8002``."""
    name: str
    """The catalogue's name, quoted as it stands; empty where the catalogue has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What was counted in every trial: by which detector, where, and from which number a trial is positive."""

    detector: str
    sentence: str
    """The first sentence of the detector's documentation."""
    settings: tuple[tuple[str, str], ...]
    """Every setting with its value as a scenario would write it, defaults included."""
    tap: str
    """The counting point, from :data:`harness.vocab.journal.TAPS`."""
    role: str
    """Role whose alerts were counted, or ``any``."""
    more_than: int
    """A trial is positive where it counted more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryArm:
    """One arm as a reader meets it."""

    index: int
    """The number by which trials and certainty know the arm; its position in :attr:`Story.arms`."""
    name: str
    role: ArmRole
    combination: tuple[tuple[str, str], ...]
    """Role and display text of what fills it, such as ``("esme", "alder-e1@1.2, Alder Instruments")``, region included."""
    stimuli: tuple[str, ...]
    """What was done, one human line each."""
    difference: str
    """How the arm differs from the treatment; empty for the treatment itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryTrial:
    """One trial that was carried out: where it stood in the design and what it came to."""

    block: int
    """From 0, as the plan numbers it; people are shown it from 1."""
    position: int
    """Place within the block's random order, from 0; people are shown it from 1."""
    arm: int
    outcome: TrialOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened in a trial: an alert at the counting point, or a stimulus."""

    at: int
    """Nanoseconds from the trial's start, settling included."""
    kind: MarkKind
    label: str
    """What a reader is told, such as ``supply.voltage on esme``."""
    code: str = ""
    """Alert code as text; empty for a stimulus."""
    until: int | None = None
    """When a lasting stimulus ended; ``None`` for an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One trial of an arm, laid out in time as an example of that arm."""

    arm: int
    trial: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a scenario expected of an arm, and what was observed."""

    arm: int
    expected: str
    """A grade's level, such as ``C3`` or ``NR``."""
    observed: str
    """The level that the arm came to."""
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The whole experiment, ready to be told.

    Raises :class:`InternalError` where its parts disagree about which arms there are.
    """

    scenario: str
    question: str
    origin: str
    codes: tuple[Code, ...]
    plan_digest: str
    """SHA-256 of the sealed plan, lower-case hexadecimal."""
    seed: str
    harness_version: str
    harness_digest: str
    """SHA-256 over the harness's own source, lower-case hexadecimal."""
    realm: Realm
    target: str
    """Name of the target that carried out the trials."""
    measure: Measure
    window: Window
    stop: StopRule
    policy: Policy = POLICY
    """The thresholds of the grades that the verdict was given under."""
    arms: tuple[StoryArm, ...]
    trials: tuple[StoryTrial, ...]
    """Every trial that was carried out, void ones included, in the order of the plan."""
    certainty: Certainty
    timelines: tuple[Timeline, ...] = ()
    excerpt: Excerpt | None = None
    """A passage of one treatment trial, message by message; ``None`` where no alert was seen in it."""
    impact: Impact | None = None
    """What the treatment's trials come to in a population; ``None`` where nothing was observed."""
    detectors: Mapping[str, str] = field(default_factory=dict)
    """Name and first sentence of every detector that was asked."""
    unread: int = 0
    """Messages at the counting point that could not be decoded."""
    not_examined: tuple[str, ...] = ()
    """What the scenario and the realm leave out, such as ``a real device``."""
    expectations: tuple[Expectation, ...] = ()
    notes: tuple[str, ...] = ()
    """Further neutral remarks, one sentence each."""
    repeat: str
    """Command that carries the plan out again; without any path of the machine it was written on."""
    verify: str
    """Command that verifies the bundle this report belongs to."""
    status: Status

    def __post_init__(self) -> None:
        """Insist that trials, certainty, timelines and expectations speak of arms that are there."""
        known = range(len(self.arms))
        if [arm.index for arm in self.arms] != list(known):
            raise InternalError("the arms of a report are not numbered by their position", where=self.scenario)
        named = [
            *(trial.arm for trial in self.trials),
            *(arm.arm for arm in self.certainty.arms),
            *(comparison.arm for comparison in self.certainty.comparisons),
            *(timeline.arm for timeline in self.timelines),
            *([self.excerpt.arm] if self.excerpt else []),
            *(expectation.arm for expectation in self.expectations),
        ]
        for index in named:
            if index not in known:
                raise InternalError(f"a report speaks of arm {index}", where=self.scenario, expected=f"an arm below {len(self.arms)}")

    @property
    def grade(self) -> Grade:
        """The grade that is printed: what is left of it when excluded blocks speak against the claim."""
        return self.certainty.worst_case

    @property
    def treatment(self) -> ArmCertainty | None:
        """What the treatment's trials say; ``None`` before its first trial."""
        return next((arm for arm in self.certainty.arms if arm.role == "treatment"), None)

    def results(self) -> Iterator[tuple[StoryArm, ArmCertainty]]:
        """Go through the arms that have trials, with what those say, in the order of the plan."""
        by_arm = {result.arm: result for result in self.certainty.arms}
        for arm in self.arms:
            if arm.index in by_arm:
                yield arm, by_arm[arm.index]

    def blocks(self) -> tuple[int, ...]:
        """Return the numbers of the blocks that have trials, in order."""
        return tuple(sorted({trial.block for trial in self.trials}))
