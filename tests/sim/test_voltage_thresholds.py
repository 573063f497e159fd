"""Average RMS voltage monitoring: edges, hysteresis, and periods that count for nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from comms_hub_sim.voltage import OVER, OVER_ENDED, UNDER, UNDER_ENDED, AverageVoltage


def _monitor(hysteresis: int = 2_000) -> AverageVoltage:
    return AverageVoltage({"average-voltage-over": 253_000, "average-voltage-under": 216_000, "average-voltage-hysteresis": hysteresis})


def _told(monitor: AverageVoltage, *averages: int) -> list[tuple[int, ...]]:
    told = []
    for average in averages:
        for reading in (average - 100, average + 100):
            monitor.take(reading)
        told.append(monitor.close_period())
    return told


def test_both_edges_of_both_thresholds_are_announced_once() -> None:
    assert _told(_monitor(), 240_000, 254_000, 255_000, 240_000, 210_000, 209_000, 240_000) == [
        (),
        (OVER,),
        (),
        (OVER_ENDED,),
        (UNDER,),
        (),
        (UNDER_ENDED,),
    ]


def test_a_plunge_ends_one_excursion_and_begins_the_other() -> None:
    assert _told(_monitor(), 254_000, 210_000, 254_000) == [(OVER,), (OVER_ENDED, UNDER), (UNDER_ENDED, OVER)]


def test_with_hysteresis_a_hovering_supply_is_announced_once_and_without_it_every_time() -> None:
    hover = [252_900, 253_100] * 20
    assert sum(map(len, _told(_monitor(2_000), *hover))) == 1
    assert sum(map(len, _told(_monitor(0), *hover))) == 39


def test_an_average_equal_to_the_threshold_is_on_neither_side() -> None:
    assert _told(_monitor(0), 253_000, 254_000, 253_000, 252_999) == [(), (OVER,), (), (OVER_ENDED,)]


def test_a_period_without_readings_or_with_an_outage_in_it_decides_nothing() -> None:
    monitor = _monitor()
    assert monitor.close_period() == ()
    monitor.take(300_000)
    monitor.take(0)
    assert monitor.close_period() == ()
    monitor.take(300_000)
    monitor.interrupt()
    assert monitor.close_period() == ()
    assert _told(monitor, 300_000) == [(OVER,)]


@given(st.lists(st.integers(200_000, 270_000), max_size=60), st.integers(0, 3_000))
def test_edges_of_one_threshold_alternate_whatever_the_supply_does(averages: list[int], hysteresis: int) -> None:
    codes = [code for told in _told(_monitor(hysteresis), *averages) for code in told]
    for pair in ((OVER, OVER_ENDED), (UNDER, UNDER_ENDED)):
        of_pair = [code for code in codes if code in pair]
        assert of_pair == [pair[place % 2] for place in range(len(of_pair))]
