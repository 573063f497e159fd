"""A plan as a value: what will be done in which order, and the files by which it stands in a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from harness.errors import UnavailableError, nearest
from harness.interfaces.target import DeviceOrder, StimulusOrder, TrialOrder
from harness.vocab.canonical import parse
from harness.vocab.identity import ROLES
from harness.vocab.seed import subseed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.setting import Value
    from harness.interfaces.target import MechanismUse
    from harness.scenario.model import Outcome, Stimulus, StopRule, Window
    from harness.vocab.canonical import Json
    from harness.vocab.impact import Population
    from harness.vocab.roles import ArmRole, Realm

__all__ = ["ASSIGNMENT", "FORMAT", "OVERRIDES", "PLAN", "SCENARIO", "Block", "Plan", "PlannedArm", "PlannedDevice", "Trial"]

FORMAT = "smets-plan/1"
PLAN = "data/plan/plan.json"
ASSIGNMENT = "data/plan/assignment.jsonl"
SCENARIO = "data/inputs/scenario.toml"
OVERRIDES = "data/inputs/overrides.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial in its place in the design; numbers count from 0."""

    trial: str
    """Opaque id, such as ``t3f09ac51e2``."""
    block: int
    position: int
    arm: int
    """Which arm, by its place in the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One trial of every arm, in random order."""

    index: int
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDevice:
    """A device under its pseudonym: what it is set to and carries, never what it is called."""

    role: str
    settings: Mapping[str, Value]
    mechanisms: tuple[MechanismUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedArm:
    """One arm: which pseudonym fills which role, and what is done."""

    name: str
    role: ArmRole
    region: str
    devices: Mapping[str, str]
    """Pseudonyms by role; roles left empty are absent."""
    stimuli: tuple[Stimulus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sealed design of one experiment.

    Everything but the names of device models is part of ``plan.json``; those stand in one identity file
    for each pseudonym, which may be disclosed one by one.
    """

    octets: bytes
    """``plan.json`` as it stands in the bundle."""
    attachments: Mapping[str, bytes]
    """Identity, subject and input files by their path in the bundle; a disclosed bundle may lack some."""
    scenario: str
    family: str
    question: str
    codes: tuple[int, ...]
    origin: str
    not_examined: tuple[str, ...]
    exploratory: bool
    seed: str
    root: bytes
    """The 32-octet seed of all chance: SHA-256 over the canonical scenario value, a line feed and the seed text."""
    target: str
    realm: Realm
    window: Window
    devices: Mapping[str, PlannedDevice]
    """By pseudonym."""
    arms: tuple[PlannedArm, ...]
    outcome: Outcome
    stop: StopRule
    population: Population
    """What is said of the field; its counting point is settled."""
    expect: Mapping[str, str]
    """By arm name: the grade that is expected."""
    harness: Mapping[str, str]
    """Version and source digest of the harness that laid out the plan."""
    policy: Mapping[str, str]
    """Id and digest of the policy by which grades are given."""
    plugins: tuple[Mapping[str, str], ...]
    """Kind, name, package, source and digest of every plug-in that can take part."""
    blocks: tuple[Block, ...]
    assignment: bytes
    """``assignment.jsonl`` as it stands in the bundle."""
    trials: Mapping[str, Trial]
    """By id, for every block."""

    @property
    def digest(self) -> str:
        """SHA-256 that seals the design: what ``sha256sum data/plan/assignment.jsonl data/plan/plan.json | sha256sum`` prints.

        It covers those two files, and so the question, every default, every arm, every device's settings,
        the order and all chance; it covers no identity, so publishing it gives none away.
        """
        files = ((ASSIGNMENT, self.assignment), (PLAN, self.octets))
        return sha256("".join(f"{sha256(octets).hexdigest()}  {path}\n" for path, octets in files).encode()).hexdigest()

    @property
    def roles(self) -> Mapping[int, ArmRole]:
        """What each arm is for, by its number: all that the judge may know of it."""
        return {number: arm.role for number, arm in enumerate(self.arms)}

    @property
    def names(self) -> Mapping[str, str]:
        """Device models by pseudonym, such as ``alder-e1@1.2``, for people; those not disclosed are absent."""
        found = {}
        for pseudonym in self.devices:
            octets = self.attachments.get(f"data/identity/{pseudonym}.json")
            identity = parse(octets) if octets else None
            if isinstance(identity, dict):
                found[pseudonym] = f"{identity['model']}@{identity['firmware']}"
        return found

    def document(self) -> Json:
        """Return the value of ``plan.json``."""
        return parse(self.octets)

    def files(self) -> dict[str, bytes]:
        """Return every file by which the plan stands in a bundle, by path."""
        return dict(sorted({PLAN: self.octets, ASSIGNMENT: self.assignment, **self.attachments}.items()))

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Plan:
        """Rebuild a plan from a bundle's files alone; files that are none of a plan's are passed over.

        Raises :class:`BundleError` with code ``E-CANON-…``, ``E-PLAN-MISSING``, ``E-PLAN-SHAPE``,
        ``E-PLAN-ROOT``, ``E-PLAN-ORDER`` or ``E-PLAN-FILE`` where the files are not what a plan gives.
        """
        from harness.plan.reading import plan_from

        return plan_from(files)

    def order(self, trial: str) -> TrialOrder:
        """Return what a target is told to do for one trial; it does not say which arm the trial belongs to.

        Raises :class:`UnavailableError` for a trial that is none of the plan's.
        """
        place = self.trials.get(trial)
        if place is None:
            raise UnavailableError(f"no trial '{trial}' in plan {self.digest[:12]}", nearest=nearest(trial, self.trials))
        arm = self.arms[place.arm]
        return TrialOrder(
            trial=trial,
            seed=subseed(self.root, "trial", place.block, place.position),
            epoch=self.window.start,
            region=arm.region,
            settle=self.window.settle,
            observe=self.window.observe,
            taps=self.window.taps,
            devices=tuple(_device_order(self.devices[arm.devices[role]]) for role in ROLES if role in arm.devices),
            stimuli=_stimulus_orders(arm.stimuli),
            codes=self.codes,
            fidelity=self.window.fidelity,
        )


def _device_order(device: PlannedDevice) -> DeviceOrder:
    return DeviceOrder(role=device.role, settings=device.settings, mechanisms=device.mechanisms)


def _stimulus_orders(stimuli: tuple[Stimulus, ...]) -> tuple[StimulusOrder, ...]:
    """Write out every repetition, in order of time; at one instant, in order of declaration."""
    due = [
        (stimulus.at + turn * (stimulus.every or 0), number, stimulus)
        for number, stimulus in enumerate(stimuli)
        for turn in range(stimulus.times)
    ]
    due.sort(key=lambda entry: entry[:2])
    return tuple(
        StimulusOrder(index=index, at=at, on=stimulus.on, do=stimulus.do, settings=stimulus.settings)
        for index, (at, _, stimulus) in enumerate(due)
    )
