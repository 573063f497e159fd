"""The kernel against SimPy, on the hold model: each entity wakes, draws a delay from a table, sleeps."""

from __future__ import annotations

from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import simpy

from comms_hub_sim.kernel import TIMER, Kernel
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_benchmark.fixture import BenchmarkFixture

ENTITIES = 1_000
EVENTS = 200_000
FLOOR = 1.2
ROUNDS = 7
HORIZON = EVENTS * SECOND // ENTITIES
_chance = Chance(subseed(b"hold", "delays"))
DELAYS = [1 + _chance.below(2 * SECOND) for _ in range(4_096)]


class _Entity:
    __slots__ = ("at", "place")

    def __init__(self, kernel: Kernel, place: int) -> None:
        self.at = kernel.at
        self.place = place

    def wake(self, now: int) -> None:
        self.place = place = (self.place + 1) & 4_095
        self.at(now + DELAYS[place], TIMER, self.wake)


def _ours() -> tuple[int, float]:
    kernel = Kernel()
    for number in range(ENTITIES):
        kernel.at(DELAYS[number], TIMER, _Entity(kernel, number * 7 & 4_095).wake)
    began = process_time()
    kernel.run(HORIZON)
    return kernel.asked - ENTITIES, process_time() - began


def _simpys() -> tuple[int, float]:
    woken = [0] * ENTITIES
    environment = simpy.Environment()

    def entity(number: int) -> Iterator[simpy.Timeout]:
        place = number * 7 & 4_095
        yield environment.timeout(DELAYS[number])
        while True:
            woken[number] += 1
            place = (place + 1) & 4_095
            yield environment.timeout(DELAYS[place])

    for number in range(ENTITIES):
        environment.process(entity(number))
    began = process_time()
    environment.run(HORIZON + 1)
    return sum(woken), process_time() - began


def test_the_kernel_keeps_ahead_of_simpy(benchmark: BenchmarkFixture) -> None:
    events, _ = benchmark(_ours)
    assert (events, events) == (_ours()[0], _simpys()[0]), "both engines are to carry out the same events"
    if benchmark.disabled:
        return
    ratios = [_simpys()[1] / _ours()[1] for _ in range(ROUNDS)]
    benchmark.extra_info.update(ratio_to_simpy=round(median(ratios), 2), lowest=round(min(ratios), 2), highest=round(max(ratios), 2))
    print(f"\nkernel / SimPy at {ENTITIES} entities: median {median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}")
    assert median(ratios) >= FLOOR
