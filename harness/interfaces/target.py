"""The narrow waist: whatever carries out a trial and writes its journal is a target."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.mechanism import Mechanism
    from harness.interfaces.setting import Setting, Value
    from harness.vocab.journal import JournalWriter
    from harness.vocab.roles import Realm

__all__ = ["FIDELITIES", "Capability", "DeviceOrder", "MechanismUse", "StimulusOrder", "Target", "TrialOrder", "fidelities_of"]

FIDELITIES = ("messages", "frames")
"""How much of the home area network a trial carries out: whole messages, or every MAC frame of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """Something a target can do to a device, such as ``supply.voltage``."""

    name: str
    doc: str
    roles: frozenset[str]
    """Roles of the combination it can act on."""
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MechanismUse:
    """A mechanism that a device carries, with its settled settings."""

    name: str
    settings: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceOrder:
    """One device as a target needs it: what it is, never what it is called."""

    role: str
    settings: Mapping[str, Value]
    mechanisms: tuple[MechanismUse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StimulusOrder:
    """One thing to do to one device at one instant after the window's settling began."""

    index: int
    at: int
    on: str
    do: str
    settings: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOrder:
    """Everything a target needs to carry out one trial; it does not say which arm the trial belongs to."""

    trial: str
    seed: bytes
    epoch: str
    region: str
    settle: int
    observe: int
    taps: tuple[str, ...]
    devices: tuple[DeviceOrder, ...]
    stimuli: tuple[StimulusOrder, ...]
    codes: tuple[int, ...]
    """Alert codes the scenario asks about; a known emitter speaks in these."""
    fidelity: str = FIDELITIES[0]
    """One of :data:`FIDELITIES`; a target that cannot do ``frames`` raises :class:`harness.errors.BenchError`."""


@runtime_checkable
class Target(Protocol):
    """Carries out trials: the simulator, a bench, or the import of an old capture.

    A target that can do more than whole messages says so by an attribute ``fidelities``: see :func:`fidelities_of`.
    """

    name: str
    realm: Realm
    """Journals of realm F are to name nobody: no trace is made of them, they are sealed and judged as they are."""
    clock: str
    """``virtual``, ``monotonic``, or ``log`` where the time is that of a log; written into the journal."""

    def capabilities(self) -> Mapping[str, Capability]:
        """Return what this target can do to devices, by name."""
        ...

    def device_settings(self, role: str) -> Mapping[str, Setting]:
        """Return the settings that a device profile of this role may give."""
        ...

    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Return the mechanisms that a device profile may name; empty for real devices."""
        ...

    def run(self, order: TrialOrder, journal: JournalWriter) -> None:
        """Carry out one trial from its ``journal`` record to its ``end`` record.

        Raises :class:`harness.errors.BenchError` where the trial could not be carried out at all.
        """
        ...


def fidelities_of(target: Target) -> tuple[str, ...]:
    """Return which of :data:`FIDELITIES` a target carries out: those its attribute ``fidelities`` names, or whole messages alone."""
    return tuple(getattr(target, "fidelities", FIDELITIES[:1]))
