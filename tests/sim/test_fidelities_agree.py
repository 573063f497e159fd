"""Two fidelities, one model: where nothing is lost, whole messages and single frames tell of the same alerts at the same instants."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from comms_hub_sim.han.band import GHZ_2_4
from comms_hub_sim.target import Simulator
from harness.cli.compose import prepare
from harness.vocab.journal import Journal, JournalWriter
from harness.wire.reading import read_trial

if TYPE_CHECKING:
    from conftest import Bench

    from harness.interfaces.target import TrialOrder
    from harness.vocab.alert import Sighting

SCENARIOS = sorted((Path(__file__).resolve().parents[2] / "scenarios").glob("*/*.toml"))
LOSSES = {"han-loss", "han-acknowledgement-loss", "mac-loss"}
AIR_TIME: Final = GHZ_2_4.exchange(16)
"""The stated bound: the longest that two messages of eight blocks take one after the other, a third of a second."""


def _lossless(order: TrialOrder) -> TrialOrder:
    devices = [replace(d, settings={n: 0 if n in LOSSES else v for n, v in d.settings.items()}) for d in order.devices]
    stimuli = [
        replace(s, settings={n: v if n == "for" else 0 for n, v in s.settings.items()}) if s.do == "han.loss" else s for s in order.stimuli
    ]
    return replace(order, devices=tuple(devices), stimuli=tuple(stimuli))


def _sightings(order: TrialOrder, tap: str) -> list[Sighting]:
    stream = BytesIO()
    Simulator().run(order, JournalWriter(stream))
    return [sighting for sighting in read_trial(Journal(stream.getvalue())).sightings if sighting.tap == tap]


def _agree(order: TrialOrder, tap: str) -> int:
    whole, framed = (_sightings(replace(order, fidelity=fidelity), tap) for fidelity in ("messages", "frames"))
    assert [sighting.alert.octets for sighting in framed] == [sighting.alert.octets for sighting in whole]
    assert all(abs(one.at - other.at) <= AIR_TIME for one, other in zip(whole, framed, strict=True))
    return len(whole)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "another"])
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_arm_of_every_shipped_scenario_is_the_same_at_both(path: Path, seed: str) -> None:
    plan = prepare(str(path), target_name="simulator", overrides=[], seed=seed)
    assert sum(_agree(_lossless(plan.order(trial.trial)), "hub") for trial in plan.blocks[0].trials) > 3


def test_a_lively_home_is_the_same_at_both_on_the_air_and_at_the_hub(bench: Bench) -> None:
    devices = [
        bench.device("hub"),
        bench.device("esme", known_emitter={"every": "20m"}),
        bench.device("gsme", known_emitter={"every": "40m"}),
        bench.device("ppmid"),
    ]
    stimuli = [
        ("40m", "esme", "supply.cut", {"duration": "20s"}),
        ("60m", "esme", "command.send", {"off": ["0x8002"]}),
        ("70m", "hub", "hub.restart", {"duration": "1m"}),
    ]
    order = _lossless(bench.order(*devices, codes=(0x8002, 0x8085, 0x8183), stimuli=stimuli, observe="4h"))
    assert _agree(order, "han") > 30
    assert _agree(order, "hub") > 30


def test_a_storm_on_lossy_links_comes_to_the_same_counts_within_chance(bench: Bench) -> None:
    def copies(fidelity: str) -> tuple[int, int]:
        devices = [bench.device("hub"), bench.device("esme", known_emitter={"every": "5m"})]
        loss = ("0s", "esme", "han.loss", {"loss": "20 %", "acknowledgement-loss": "20 %"})
        shown = bench.run(bench.order(*devices, stimuli=[loss], observe="12h", fidelity=fidelity))
        return len(shown.codes("han")), len(shown.codes("hub"))

    (whole_air, whole_hub), (framed_air, framed_hub) = copies("messages"), copies("frames")
    assert abs(whole_hub - framed_hub) < 0.03 * whole_hub
    assert abs(whole_air - framed_air) < 0.1 * whole_air
    assert whole_air > 1.3 * whole_hub
