"""How fast a home is at frame fidelity, with real cryptography and its capture, and whether a month of it stays in the same memory.

Times are of this process alone. A month is held to the memory of its first days, the cache of alerts that were read,
which is of fixed size, left out.

On one core of a two-core EPYC virtual machine, CPython 3.11.7 without PGO, shared with others: quiet 0.12 million times real time, a storm
0.09 million. A quiet day is 21,000 frames, most of them link statuses that every router decrypts; a fifth of its time is key
establishment before it begins.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pytest

from comms_hub_sim.target import Simulator
from harness.interfaces.setting import settle
from harness.interfaces.target import DeviceOrder, MechanismUse, TrialOrder
from harness.vocab.journal import TAPS, JournalWriter
from harness.vocab.time import DAY, MINUTE, SECOND
from harness.wire.gbcs.alerts import read_alert

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

SIMULATOR = Simulator()
QUIET, STORM = (), (MechanismUse(name="known-emitter", settings={"every": 5 * MINUTE}),)
FLOORS = {"quiet": 30_000, "storm": 20_000}
GOALS = {"quiet": 100_000, "storm": 60_000}
LOADS = {"quiet": QUIET, "storm": STORM}
MEGABYTE = 1 << 20
SAMPLE = 5_000


def _order(mechanisms: tuple[MechanismUse, ...], days: int = 1) -> TrialOrder:
    devices = tuple(
        DeviceOrder(role=role, settings=settle(dict(SIMULATOR.device_settings(role)), {}), mechanisms=mechanisms if role == "esme" else ())
        for role in ("hub", "esme", "gsme", "ppmid")
    )
    return TrialOrder(
        trial="t0",
        seed=b"speed",
        epoch="2030-01-07T00:00:00Z",
        region="north",
        settle=30 * MINUTE,
        observe=days * DAY,
        taps=TAPS,
        devices=devices,
        stimuli=(),
        codes=(0x8002, 0x8085),
        fidelity="frames",
    )


@pytest.mark.benchmark(timer=process_time)
@pytest.mark.parametrize("name", sorted(LOADS))
def test_a_day_of_frames_takes_far_less_than_a_day(benchmark: BenchmarkFixture, name: str) -> None:
    order = _order(LOADS[name])
    captured = []

    def day() -> None:
        journal, capture = BytesIO(), BytesIO()
        SIMULATOR.run(replace(order, seed=len(captured).to_bytes(4, "big")), JournalWriter(journal, capture))
        captured.append(len(capture.getvalue()))

    benchmark(day)
    assert min(captured) > 2 * MEGABYTE
    if benchmark.disabled:
        return
    times_real = (order.settle + order.observe) / SECOND / benchmark.stats.stats.median
    benchmark.extra_info.update(
        times_real_time=round(times_real), goal=GOALS[name], median_capture_octets=sorted(captured)[len(captured) // 2]
    )
    print(f"\n{name}: {times_real:,.0f} times real time, {1000 * benchmark.stats.stats.median:.0f} ms a trial")
    assert times_real >= FLOORS[name]


class _Watch:
    """Takes a capture, keeps none of it, and looks now and then at how much memory this process holds."""

    def __init__(self) -> None:
        self.writes = 0
        self.held: list[int] = []

    def write(self, octets: bytes) -> int:
        self.writes += 1
        if self.writes % SAMPLE == 0:
            read_alert.cache_clear()
            pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
            self.held.append(int(pages) * 4096)
        return len(octets)


@pytest.mark.parametrize("name", sorted(LOADS))
def test_a_month_stays_in_the_memory_of_its_first_days(benchmark: BenchmarkFixture, name: str) -> None:
    watch = _Watch()
    benchmark.pedantic(lambda: SIMULATOR.run(_order(LOADS[name], days=30), JournalWriter(_Watch(), watch)), rounds=1)
    fifth = len(watch.held) // 5
    assert fifth > 10
    grown = max(watch.held[fifth:]) - max(watch.held[:fifth])
    benchmark.extra_info.update(frames=watch.writes, grown_octets=grown)
    assert grown <= MEGABYTE
