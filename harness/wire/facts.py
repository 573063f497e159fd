"""What one trial showed, as typed values: all that oracle, detectors and judge ever see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.vocab.alert import Sighting
    from harness.vocab.canonical import Json
    from harness.vocab.identity import Eui64
    from harness.vocab.roles import Realm
    from harness.vocab.time import Epoch
    from harness.wire.gbcs.outer import Message
    from harness.wire.tunnelling import TunnelFrame

__all__ = [
    "Configured",
    "DeviceFacts",
    "Gap",
    "LogRead",
    "MessageSeen",
    "PartyFacts",
    "StimulusFacts",
    "SupplyTrace",
    "TrialFacts",
    "TunnelSeen",
    "Unread",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """A device that took part, by what it is for; never by model or firmware."""

    device: Eui64
    role: str
    """``hub``, ``gpf``, ``esme``, ``gsme`` or ``ppmid``."""
    signing_key: str
    agreement_key: str
    unit: int | None = None
    """Number that a bench gave to the physical unit; ``None`` where it gave none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """A remote party, such as the supplier."""

    party: Eui64
    role: str
    signing_key: str
    agreement_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What a device was set to, from ``at`` until the next record of the same item (and scope)."""

    at: int
    line: int
    device: Eui64
    item: str
    members: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class StimulusFacts:
    """One thing that was done to a device; instants are ``None`` for phases that were not journalled."""

    index: int
    on: str
    do: str
    settings: Mapping[str, Json]
    due: int | None
    done: int | None
    ended: int | None
    line: int
    """Journal line that says it was done; where it was not, the line that says it was due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyTrace:
    """A device's supply as an instrument measured it: sample ``i`` was taken at ``start + i * step``."""

    device: Eui64
    start: int
    step: int
    millivolts: tuple[int, ...]
    """0 while the supply was cut."""
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelSeen:
    """A frame of the Tunneling cluster on the air, other than those that carry messages."""

    at: int
    line: int
    tap: str
    source: Eui64
    destination: Eui64
    frame: TunnelFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSeen:
    """A command or response at one counting point."""

    at: int
    line: int
    tap: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Octets that were seen and could not be decoded; told, never dropped in silence."""

    at: int
    line: int
    tap: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRead:
    """A device's event log as it was read back."""

    at: int
    line: int
    device: Eui64
    log: str
    entries: tuple[tuple[int, int], ...]
    """Seconds since 2000-01-01T00:00:00Z and code, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What a tap is known not to have recorded."""

    line: int
    tap: str
    start: int
    until: int
    lost: int
    reason: str
    unread: bool = False
    """Whether it was recorded, and could not be read: messages may be in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFacts:
    """A whole trial; every tuple is in the order of the journal."""

    trial: str
    void: str
    """Why the trial counts for nothing, or an empty string."""
    realm: Realm
    epoch: Epoch
    opened: int | None
    """Instant at which the observation window opened; ``None`` where it did not."""
    closed: int | None
    until: int
    """Instant of the journal's last record."""
    devices: Mapping[Eui64, DeviceFacts] = field(default_factory=dict)
    parties: Mapping[Eui64, PartyFacts] = field(default_factory=dict)
    configurations: tuple[Configured, ...] = ()
    stimuli: tuple[StimulusFacts, ...] = ()
    supplies: tuple[SupplyTrace, ...] = ()
    tunnelling: tuple[TunnelSeen, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    messages: tuple[MessageSeen, ...] = ()
    unread: tuple[Unread, ...] = ()
    gaps: tuple[Gap, ...] = ()
    logs: tuple[LogRead, ...] = ()
    _by_tap: dict[str, tuple[Sighting, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _first_by_tap: dict[str, tuple[Sighting, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was asked for before: every detector asks for the same."""

    def role_of(self, device: Eui64) -> str:
        """Return the role of a device, or an empty string for one that is not of this trial."""
        known = self.devices.get(device)
        return known.role if known else ""

    def devices_with(self, *roles: str) -> tuple[Eui64, ...]:
        """Return the devices that fill one of these roles, in the order of the journal."""
        return tuple(device.device for device in self.devices.values() if device.role in roles)

    def counts(self, at: int) -> bool:
        """Tell whether an instant lies within the observation window, its ends included."""
        return self.opened is not None and self.opened <= at and (self.closed is None or at <= self.closed)

    def at_tap(self, tap: str) -> tuple[Sighting, ...]:
        """Return the sightings at one counting point, those outside the window included."""
        found = self._by_tap.get(tap)
        if found is None:
            found = self._by_tap[tap] = tuple([sighting for sighting in self.sightings if sighting.tap == tap])
        return found

    def messages_at(self, tap: str) -> tuple[Sighting, ...]:
        """Return the first sighting of every message at one counting point; copies, octet for octet, are left out."""
        found = self._first_by_tap.get(tap)
        if found is None:
            firsts: dict[bytes, Sighting] = {}
            for sighting in self.at_tap(tap):
                firsts.setdefault(sighting.alert.octets, sighting)
            found = self._first_by_tap[tap] = tuple(firsts.values())
        return found

    def settings_of(self, device: Eui64, item: str) -> tuple[Configured, ...]:
        """Return what a device was set to for one item, oldest first."""
        return tuple(entry for entry in self.configurations if entry.device == device and entry.item == item)

    def event_instant(self, sighting: Sighting) -> int:
        """Return when a device says that its event happened; where it does not say, when it was seen.

        The device's own clock, cut to whole seconds, so the instant may lie up to a second early.
        """
        seconds = sighting.alert.event_seconds
        return sighting.at if seconds is None else self.epoch.instant_of(seconds)
