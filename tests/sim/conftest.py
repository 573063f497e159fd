"""A simulated home in one call: devices by role, stimuli, and what the journal shows."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from comms_hub_sim.target import Simulator
from harness.interfaces.setting import settle
from harness.interfaces.target import DeviceOrder, MechanismUse, StimulusOrder, TrialOrder
from harness.vocab.journal import TAPS, Journal, JournalWriter
from harness.vocab.time import parse_duration
from harness.wire.reading import read_trial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.vocab.alert import Sighting
    from harness.wire.facts import TrialFacts

SEED = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Shown:
    """One trial's journal, as octets, records and facts."""

    octets: bytes
    journal: Journal
    facts: TrialFacts

    def codes(self, tap: str = "hub", role: str = "") -> list[int]:
        """Alert codes at a tap in order, of one role or of all."""
        return [sighting.alert.code for sighting in self.at(tap, role)]

    def at(self, tap: str, role: str = "") -> list[Sighting]:
        """Sightings at a tap, of one role or of all."""
        return [s for s in self.facts.sightings if s.tap == tap and (not role or self.facts.role_of(s.alert.originator) == role)]

    def log(self, name: str, role: str = "esme") -> list[tuple[int, int]]:
        """One event log of one device."""
        device = self.facts.devices_with(role)[0]
        return [entry for read in self.facts.logs if (read.device, read.log) == (device, name) for entry in read.entries]


class Bench:
    """Builds orders and carries them out on the simulator."""

    def __init__(self) -> None:
        self.simulator = Simulator()

    def device(self, role: str, settings: Mapping[str, object] | None = None, **mechanisms: Mapping[str, object]) -> DeviceOrder:
        known = self.simulator.mechanisms()
        uses = tuple(
            MechanismUse(name=name.replace("_", "-"), settings=settle(dict(known[name.replace("_", "-")].settings), dict(given)))
            for name, given in mechanisms.items()
        )
        return DeviceOrder(role=role, settings=settle(dict(self.simulator.device_settings(role)), dict(settings or {})), mechanisms=uses)

    def order(
        self,
        *devices: DeviceOrder,
        stimuli: Sequence[tuple[str, str, str, Mapping[str, object]]] = (),
        codes: Sequence[int] = (0x8002, 0x8085),
        settle_for: str = "5m",
        observe: str = "2h",
        seed: bytes = SEED,
        region: str = "central",
        fidelity: str = "messages",
    ) -> TrialOrder:
        capabilities = self.simulator.capabilities()
        return TrialOrder(
            trial="t0",
            seed=seed,
            epoch="2030-01-07T00:00:00Z",
            region=region,
            settle=parse_duration(settle_for),
            observe=parse_duration(observe),
            taps=TAPS,
            devices=devices or tuple(self.device(role) for role in ("hub", "esme", "gsme", "ppmid")),
            stimuli=tuple(
                StimulusOrder(
                    index=index, at=parse_duration(at), on=on, do=do, settings=settle(dict(capabilities[do].settings), dict(given))
                )
                for index, (at, on, do, given) in enumerate(stimuli)
            ),
            codes=tuple(codes),
            fidelity=fidelity,
        )

    def run(self, order: TrialOrder, capture: BytesIO | None = None) -> Shown:
        stream = BytesIO()
        self.simulator.run(order, JournalWriter(stream, capture))
        journal = Journal(stream.getvalue())
        return Shown(stream.getvalue(), journal, read_trial(journal))


@pytest.fixture
def bench() -> Bench:
    """A bench with the simulator on it."""
    return Bench()


@pytest.fixture(scope="module")
def one_bench() -> Bench:
    """A bench for all tests of a module, for trials that are carried out once."""
    return Bench()
