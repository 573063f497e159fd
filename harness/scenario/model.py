"""A scenario as a value: every name resolved, every unit settled, every default written out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.interfaces.target import FIDELITIES
from harness.vocab.impact import Population

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.setting import Value
    from harness.interfaces.target import MechanismUse
    from harness.vocab.identity import DeviceModel
    from harness.vocab.roles import ArmRole

__all__ = ["FORMAT", "Arm", "Combination", "DeviceProfile", "Level", "Outcome", "Scenario", "Stimulus", "StopRule", "Window"]

FORMAT = "smets-scenario/1"
Level = str | int | bool
"""One value that a factor may take, as it stands in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProfile:
    """One device model at one firmware, from ``device_profiles/<role>/<model>.toml``."""

    role: str
    model: DeviceModel
    maker: str
    """A fictional maker, in every profile that is shipped."""
    doc: str
    settings: Mapping[str, Value]
    mechanisms: tuple[MechanismUse, ...]
    source: str
    """The profile's file as text, kept for the bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Which device model fills which role, in which region; a role may be left empty."""

    region: str
    devices: Mapping[str, DeviceModel | None]
    """By role: ``hub``, ``esme``, ``gsme``, ``ppmid``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stimulus:
    """One thing done to one device, once or again and again."""

    name: str
    at: int
    """Nanoseconds after the trial's start (settling included)."""
    on: str
    do: str
    settings: Mapping[str, Value]
    every: int | None = None
    times: int = 1
    told: str = ""
    """The same for people, such as ``supply.voltage at 0s: mean 253.000 V``; written when it is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When the trial starts on the wall clock, how long it settles, how long it is observed."""

    start: str
    settle: int
    observe: int
    taps: tuple[str, ...]
    fidelity: str = FIDELITIES[0]
    """How much of the home area network is carried out: whole messages, or every frame."""
    capture: bool = False
    """Whether packets are recorded although whole messages are all there is."""

    @property
    def is_captured(self) -> bool:
        """Whether trials leave a capture of their packets beside their journal."""
        return self.capture or self.fidelity == "frames"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way of carrying out the trial: the combination and the stimuli it uses."""

    name: str
    role: ArmRole
    combination: Combination
    stimuli: tuple[Stimulus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is counted in each trial."""

    detector: str
    settings: Mapping[str, Value]
    tap: str
    """The counting point; always named with the figure."""
    role: str
    """Role whose alerts are counted: ``esme``, ``gsme``, ``hub``, ``ppmid`` or ``any``."""
    more_than: int
    """A trial is positive where it counts more than this many superfluous alerts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRule:
    """When the experiment is over: sealed before the first trial."""

    at: str
    """Stop at this grade, ``C1``, ``C2`` or ``C3``."""
    blocks: int
    """At most this many complete blocks."""
    zero_blocks: int
    """Stop as not reproduced after this many blocks without a positive treatment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The whole question."""

    id: str
    family: str
    question: str
    codes: tuple[int, ...]
    origin: str
    not_examined: tuple[str, ...]
    exploratory: bool
    seed: str
    window: Window
    arms: tuple[Arm, ...]
    outcome: Outcome
    stop: StopRule
    expect: Mapping[str, str]
    """By arm name: the grade that is expected, such as ``C3`` or ``NR``."""
    profiles: Mapping[DeviceModel, DeviceProfile]
    """Every profile that an arm uses."""
    factors: Mapping[str, tuple[Level, ...]] = field(default_factory=dict)
    """What a search may vary: path of a value to its levels, as a person writes them."""
    population: Population = field(default_factory=Population)
    """What is said of the field."""
    source: str = ""
    """The scenario's file as text, kept for the bundle; empty where there is none, as for a field log."""
    overrides: tuple[str, ...] = ()
    """Changes made on the command line (``path=value``), kept for the bundle."""
