"""The kernel: a total order of events, and nothing else that moves time."""

from __future__ import annotations

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from comms_hub_sim.kernel import DELIVERY, OBSERVATION, STIMULUS, TIMER, Kernel
from harness.errors import InternalError

LANES = [STIMULUS, DELIVERY, TIMER, OBSERVATION]


def test_lanes_put_one_instant_into_the_order_of_cause_and_effect() -> None:
    kernel, seen = Kernel(), []
    for name, lane in reversed(list(zip("sdto", LANES, strict=True))):
        kernel.at(5, lane, lambda now, name=name: seen.append((now, name)))
    kernel.run(10)
    assert seen == [(5, "s"), (5, "d"), (5, "t"), (5, "o")]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), max_size=40))
def test_events_happen_by_instant_then_lane_then_order_of_asking(events: list[tuple[int, int]]) -> None:
    kernel, seen = Kernel(), []
    for serial, (instant, lane) in enumerate(events):
        kernel.at(instant, LANES[lane], lambda now, serial=serial: seen.append((now, serial)))
    kernel.run(20)
    assert seen == [(events[serial][0], serial) for serial in sorted(range(len(events)), key=lambda s: (*events[s], s))]


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=8), min_size=1, max_size=8))
def test_simpy_agrees_on_the_order_of_sleepers(naps: list[list[int]]) -> None:
    ours, theirs = [], []
    kernel, environment = Kernel(), simpy.Environment()

    def sleep(sleeper: int, nap: int, now: int) -> None:
        if nap < len(naps[sleeper]):
            kernel.at(now + naps[sleeper][nap], TIMER, lambda at: (ours.append((at, sleeper)), sleep(sleeper, nap + 1, at)))

    def process(sleeper: int) -> object:
        for nap in naps[sleeper]:
            yield environment.timeout(nap)
            theirs.append((environment.now, sleeper))

    for sleeper in range(len(naps)):
        sleep(sleeper, 0, 0)
        environment.process(process(sleeper))
    kernel.run(1000)
    environment.run()
    assert ours == theirs


def test_the_clock_stops_where_it_was_told_to_and_goes_on_from_there() -> None:
    kernel, seen = Kernel(), []
    for instant in (3, 7, 8):
        kernel.at(instant, TIMER, seen.append)
    kernel.run(7)
    assert (kernel.now, seen) == (7, [3, 7])
    kernel.run(9)
    assert (kernel.now, seen) == (9, [3, 7, 8])


def test_the_past_cannot_be_changed() -> None:
    kernel = Kernel()
    kernel.run(5)
    with pytest.raises(InternalError, match="has passed"):
        kernel.at(4, TIMER, lambda now: None)


def test_what_an_event_raises_ends_the_run() -> None:
    kernel = Kernel()

    def fail(now: int) -> None:
        raise ValueError(now)

    kernel.at(1, TIMER, fail)
    with pytest.raises(ValueError, match="1"):
        kernel.run(2)
