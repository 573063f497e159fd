"""A log in order of time: a little disorder is put right, a wrong time costs its own line, nothing gets lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import UnavailableError
from harness.fieldlog.entry import Entry, Missing
from harness.fieldlog.order import HELD, in_order
from harness.vocab.time import DAY, HOUR, MINUTE, SECOND


def entries(*times: int) -> list[Entry]:
    return [Entry(0, number, at, b"") for number, at in enumerate(times, 1)]


def minutes(count: int) -> list[int]:
    return [number * MINUTE for number in range(count)]


def order(items, tolerance=MINUTE):
    return list(in_order(items, tolerance))


def missing(items) -> list[int]:
    return [item.line for item in items if isinstance(item, Missing)]


def test_what_is_in_order_is_left_alone():
    given = entries(*minutes(100))
    assert order(given) == given


@given(st.permutations(range(12)), st.integers(0, 3))
def test_lines_out_of_order_within_the_tolerance_are_sorted(places, repeats):
    given = entries(*[place * SECOND for place in places for _ in range(repeats + 1)])
    assert order(given) == sorted(given, key=lambda item: (item.at, item.line))


@settings(max_examples=300)
@given(st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=80), st.integers(0, 5))
def test_nothing_is_lost_and_time_does_not_run_backwards(times, tolerance):
    given = [Missing(0, n, None, "damaged") if at is None else Entry(0, n, at, b"") for n, at in enumerate(times, 1)]
    if all(at is None for at in times):
        with pytest.raises(UnavailableError):
            order(given, tolerance)
        return
    found = order(given, tolerance)
    assert sorted(item.line for item in found) == list(range(1, len(times) + 1))
    assert [item.at for item in found] == sorted(item.at for item in found)
    assert all(item.at == times[item.line - 1] for item in found if isinstance(item, Entry))


def test_a_line_far_too_early_is_told_of_where_it_stands():
    found = order(entries(0, HOUR, MINUTE, 2 * HOUR))
    assert found[2] == Missing(0, 3, HOUR, "its time is earlier than a line before it, by more than 1m")
    assert missing(found) == [3]


@pytest.mark.parametrize("at", [1, 10, 50, 90, 97])
@pytest.mark.parametrize("wrong", [DAY, 3_650 * DAY, -DAY])
def test_one_wrong_time_costs_one_line(at, wrong):
    times = [10 * DAY + minute for minute in minutes(100)]
    times[at] += wrong
    assert missing(order(entries(*times))) == [at + 1]


def test_a_wrong_time_in_the_first_line_costs_that_line_only():
    assert missing(order(entries(DAY, *minutes(50)))) == [1]


def test_a_leap_that_lasts_is_believed():
    assert not missing(order(entries(*minutes(20), *(DAY + minute for minute in minutes(20)))))


def test_the_last_line_is_believed_for_want_of_others():
    assert not missing(order(entries(*minutes(30), 30 * DAY)))


def test_what_has_no_time_stands_with_what_came_before_it():
    damaged = Missing(0, 99, None, "damaged")
    first, second = entries(0, HOUR)
    assert [item.at for item in order([first, damaged, second])] == [0, 0, HOUR]
    assert [item.at for item in order([damaged, first, second])] == [0, 0, HOUR]


def test_a_log_without_any_time_is_refused_by_its_first_line_and_before_it_is_read_to_the_end():
    def endless():
        number = 0
        while True:
            number += 1
            yield Missing(0, number, None, "damaged")

    with pytest.raises(UnavailableError, match=f"line 1: damaged; nor did any of the {HELD:,} after it"):
        order(endless())
    with pytest.raises(UnavailableError, match="empty"):
        order([])


def test_no_more_lines_are_held_than_stated_and_what_that_costs_is_told():
    count = HELD + 1_000
    found = order(entries(*([HOUR] * count), MINUTE + 59 * MINUTE - SECOND), HOUR)
    assert missing(found) == [count + 1]
    assert f"{HELD:,} lines are held" in found[-1].reason
