"""Windows: consecutive, bounded, each closed for a reason; silence is told of, never counted as quiet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.fieldlog.entry import Entry, Missing, Silence
from harness.fieldlog.windows import MOST, cut
from harness.vocab.time import DAY, HOUR, MINUTE, SECOND


def windows(*times: int, span: int = DAY, gap: int = 10 * DAY, most: int = MOST):
    return list(cut([Entry(0, number, at, b"") for number, at in enumerate(times, 1)], span=span, gap=gap, most=most))


def instants(window) -> list[int]:
    return [item.at for item in window.items]


def test_windows_follow_each_other_from_the_first_whole_second_on():
    first = 7 * SECOND + 5
    one, two = windows(first, first + HOUR, first + DAY, first + DAY + HOUR)
    assert (one.opened, one.closed, two.opened, two.closed) == (7 * SECOND, 7 * SECOND + DAY, 7 * SECOND + DAY, first + DAY + HOUR)
    assert (one.ended, two.ended) == ("its time was over", "the log ended")
    assert [len(window.items) for window in (one, two)] == [2, 2]


def test_a_span_in_which_the_log_has_nothing_is_no_window():
    one, two = windows(0, 5 * DAY + HOUR)
    assert (one.opened, two.opened) == (0, 5 * DAY)


def test_a_full_window_is_closed_at_the_entry_that_does_not_fit():
    one, two, three = windows(0, 1 * HOUR, 2 * HOUR, 3 * HOUR, 25 * HOUR, most=3)
    assert (one.closed, one.ended) == (3 * HOUR, "it held 3 entries")
    assert (two.opened, two.closed, two.ended) == (3 * HOUR, DAY, "its time was over")
    assert (three.opened, instants(three)) == (DAY, [25 * HOUR])


def test_entries_of_one_instant_are_parted_where_they_are_too_many():
    found = windows(*[HOUR] * 10, most=4)
    assert [len(window.items) for window in found] == [4, 4, 2]
    assert {(window.opened, window.closed) for window in found} == {(HOUR, HOUR)}


def test_silence_is_told_of_in_every_window_that_it_touches():
    one, two = windows(0, 20 * HOUR, 3 * DAY + 2 * HOUR, gap=6 * HOUR)
    assert one.items[1:] == [Silence(0, 20 * HOUR), Entry(0, 2, 20 * HOUR, b""), Silence(20 * HOUR, DAY)]
    assert two.items == [Silence(3 * DAY, 3 * DAY + 2 * HOUR), Entry(0, 3, 3 * DAY + 2 * HOUR, b"")]


def test_as_long_as_the_gap_is_not_longer():
    (window,) = windows(0, 6 * HOUR, gap=6 * HOUR)
    assert not [item for item in window.items if isinstance(item, Silence)]


def test_what_is_missing_counts_towards_a_full_window():
    items = [Missing(0, number, number * MINUTE, "damaged") for number in range(10)]
    assert [len(window.items) for window in cut(items, span=DAY, gap=DAY, most=4)] == [4, 4, 2]


@given(st.lists(st.integers(0, 30 * HOUR), min_size=1, max_size=60), st.integers(1, 40), st.integers(1, 12), st.integers(0, 8))
def test_every_entry_is_in_one_window_and_within_it(times, span, most, gap):
    times.sort()
    found = windows(*times, span=span * SECOND, gap=gap * HOUR, most=most)
    assert [item.at for window in found for item in window.items if isinstance(item, Entry)] == times
    for window, following in zip(found, [*found[1:], None], strict=True):
        assert window.opened <= window.closed <= window.opened + span * SECOND
        assert following is None or window.closed <= following.opened
        assert [item.at for item in window.items] == sorted(item.at for item in window.items)
        assert all(window.opened <= item.at <= window.closed for item in window.items)
        assert all(item.until <= window.closed for item in window.items if isinstance(item, Silence))
        assert sum(isinstance(item, Entry) for item in window.items) <= most
