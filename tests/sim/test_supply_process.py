"""The supply: a voltage that wanders as it was told to, in whole millivolts, and is dark while it is cut."""

from __future__ import annotations

import itertools
from math import sqrt
from statistics import fmean, pstdev

import pytest
from scipy.stats import kstest

from comms_hub_sim.kernel import STIMULUS, Kernel
from comms_hub_sim.supply import Supply, VoltageProfile
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import HOUR, MINUTE, SECOND


class Line:
    """A supply with a meter and an instrument on it."""

    def __init__(self, seed: bytes = b"line") -> None:
        self.kernel, self.fed, self.traces = Kernel(), [], []
        self.supply = Supply(
            self.kernel,
            Chance(subseed(seed, "supply")),
            lambda millivolts, now: self.fed.append((now, millivolts)),
            lambda now, since, readings: self.traces.append((now, since, readings)),
        )

    def run(self, until: int) -> list[int]:
        self.supply.start(0)
        self.kernel.run(until)
        return [millivolts for _, millivolts in self.fed]


@pytest.mark.parametrize("minutes", [1, 10, 60])
def test_mean_deviation_and_memory_are_those_asked_for(minutes: int) -> None:
    line = Line()
    line.supply.follow(VoltageProfile(mean=253_000, deviation=600, correlation=minutes * MINUTE))
    values = line.run(4000 * HOUR)
    memory = minutes / (minutes + 1)
    deviations = [value - 253_000 for value in values]
    lag = fmean(one * other for one, other in itertools.pairwise(deviations)) / pstdev(values) ** 2
    error = 600 * sqrt((1 + memory) / (1 - memory) / len(values))
    assert abs(fmean(deviations)) < 5 * error
    assert pstdev(values) == pytest.approx(600, rel=0.03)
    assert lag == pytest.approx(memory, abs=0.02)


def test_the_voltage_is_spread_like_a_normal_distribution() -> None:
    line = Line()
    line.supply.follow(VoltageProfile(mean=240_000, deviation=1_000, correlation=MINUTE))
    every_half_hour = line.run(2000 * HOUR)[::30]
    assert kstest([(value - 240_000) / 1_000 for value in every_half_hour], "norm").pvalue > 1e-4


def test_a_supply_without_deviation_is_steady() -> None:
    line = Line()
    line.supply.follow(VoltageProfile(mean=256_000, deviation=0, correlation=10 * MINUTE))
    assert set(line.run(HOUR)) == {256_000}


def test_the_instrument_reads_an_hour_at_a_time_and_what_the_meter_reads() -> None:
    line = Line()
    values = line.run(2 * HOUR + 30 * MINUTE)
    assert [(now, since) for now, since, _ in line.traces] == [(HOUR, 0), (2 * HOUR, HOUR)]
    line.supply.close(line.kernel.now)
    assert line.traces[-1][:2] == (2 * HOUR + 30 * MINUTE, 2 * HOUR)
    assert [value for _, _, readings in line.traces for value in readings] == values
    line.supply.close(line.kernel.now)
    assert len(line.traces) == 3


@pytest.mark.parametrize(
    ("begun", "duration", "dark"),
    [
        (5 * MINUTE, MINUTE, {6}),
        (5 * MINUTE + SECOND, SECOND, {6}),
        (5 * MINUTE + 30 * SECOND, MINUTE, {6, 7}),
        (5 * MINUTE, 3 * MINUTE, {6, 7, 8}),
    ],
)
def test_readings_are_zero_for_the_minutes_in_which_the_supply_was_cut(begun: int, duration: int, dark: set[int]) -> None:
    line = Line()
    line.kernel.at(begun, STIMULUS, lambda now: line.supply.cut(now, duration))
    line.run(20 * MINUTE)
    assert {now // MINUTE for now, millivolts in line.fed if millivolts == 0} == dark


def test_another_profile_does_not_change_the_course_of_the_weather() -> None:
    low, high = Line(), Line()
    low.supply.follow(VoltageProfile(mean=240_000, deviation=500, correlation=10 * MINUTE))
    high.supply.follow(VoltageProfile(mean=253_000, deviation=500, correlation=10 * MINUTE))
    assert [value + 13_000 for value in low.run(5 * HOUR)] == high.run(5 * HOUR)
