"""How fast a simulated home is against real time: a quiet day, and a day of alerts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from comms_hub_sim.target import Simulator
from harness.interfaces.setting import settle
from harness.interfaces.target import DeviceOrder, MechanismUse, StimulusOrder, TrialOrder
from harness.vocab.journal import TAPS, JournalWriter
from harness.vocab.time import DAY, MINUTE, SECOND

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

SIMULATOR = Simulator()
FLOOR = 30_000
GOAL = 100_000


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of day: the meter's mechanisms, and the floor in times real time."""

    mechanisms: tuple[MechanismUse, ...]
    hovering: bool
    floor: int


LOADS = {
    "quiet": Load((), hovering=False, floor=GOAL),
    "chatter": Load((MechanismUse(name="average-voltage-chatter", settings={}),), hovering=True, floor=FLOOR),
    "storm": Load((MechanismUse(name="known-emitter", settings={"every": 5 * MINUTE}),), hovering=False, floor=FLOOR),
}


def _order(load: Load) -> TrialOrder:
    devices = tuple(
        DeviceOrder(
            role=role,
            settings=settle(dict(SIMULATOR.device_settings(role)), {}),
            mechanisms=load.mechanisms if role == "esme" else (),
        )
        for role in ("hub", "esme", "gsme", "ppmid")
    )
    voltage = SIMULATOR.capabilities()["supply.voltage"]
    settings = settle(dict(voltage.settings), {"mean": "253.0 V", "deviation": "0.6 V"})
    hover = StimulusOrder(index=0, at=0, on="esme", do=voltage.name, settings=settings)
    return TrialOrder(
        trial="t0",
        seed=b"speed",
        epoch="2030-01-07T00:00:00Z",
        region="north",
        settle=30 * MINUTE,
        observe=DAY,
        taps=TAPS,
        devices=devices,
        stimuli=(hover,) if load.hovering else (),
        codes=(0x8002, 0x8085),
    )


@pytest.mark.parametrize("name", sorted(LOADS))
def test_a_day_of_a_home_takes_far_less_than_a_day(benchmark: BenchmarkFixture, name: str) -> None:
    load = LOADS[name]
    order = _order(load)
    written = []

    def day() -> None:
        stream = BytesIO()
        SIMULATOR.run(replace(order, seed=len(written).to_bytes(4, "big")), JournalWriter(stream))
        written.append(len(stream.getvalue()))

    benchmark(day)
    assert min(written) > 10_000
    if benchmark.disabled:
        return
    simulated = (order.settle + order.observe) / SECOND
    times_real = simulated / benchmark.stats.stats.median
    benchmark.extra_info.update(times_real_time=round(times_real), median_journal_octets=sorted(written)[len(written) // 2])
    print(f"\n{name}: {times_real:,.0f} times real time, {1000 * benchmark.stats.stats.median:.0f} ms a trial")
    assert times_real >= load.floor
