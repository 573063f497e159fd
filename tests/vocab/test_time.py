"""Time is whole nanoseconds, written and read without loss."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ScenarioError
from harness.vocab.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Epoch, duration_text, parse_duration

ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0s", 0),
        ("90s", 90 * SECOND),
        ("24h", DAY),
        ("1h30m", HOUR + 30 * MINUTE),
        ("1h 30min", HOUR + 30 * MINUTE),
        ("1 d", DAY),
        ("-2.5s", -2500 * MILLISECOND),
        ("0.000000001s", 1),
        ("1.5ns2us", None),
        ("250ms", 250 * MILLISECOND),
        ("7us", 7000),
        ("3ns", 3),
        (" 5s ", 5 * SECOND),
    ],
)
def test_durations_read_as_they_are_written(text: str, nanoseconds: int | None) -> None:
    if nanoseconds is None:
        with pytest.raises(ScenarioError, match="finer than a nanosecond; expected whole nanoseconds"):
            parse_duration(text)
    else:
        assert parse_duration(text) == nanoseconds


@given(st.integers(-(10**30), 10**30))
def test_a_duration_written_reads_back_exactly(nanoseconds: int) -> None:
    assert parse_duration(duration_text(nanoseconds)) == nanoseconds


def test_a_duration_is_written_as_a_person_would() -> None:
    assert duration_text(90 * SECOND) == "1m30s"
    assert duration_text(24 * HOUR) == "1d"
    assert duration_text(-250 * MILLISECOND) == "-250ms"
    assert duration_text(0) == "0s"


@pytest.mark.parametrize(
    "text", ["", "-", " ", "5", "s", "5 parsecs", "--5s", "+5s", "5s!", "1e3s", "1.s", ".5s", "٣s", "5S", "9" * 6000 + "s"]
)
def test_what_is_no_duration_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ScenarioError, match="is not a duration; expected a number with a unit, such as '90s', '15m' or '24h'"):
        parse_duration(text)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2136, 1, 1), timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0)))  # noqa: DTZ001 - the zone is given beside
def test_an_epoch_counts_seconds_since_2000(moment: datetime) -> None:
    epoch = Epoch.parse(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert epoch.seconds == (moment - ORIGIN) // timedelta(seconds=1)
    assert Epoch.parse(epoch.text()) == epoch


@pytest.mark.parametrize(
    "text", ["", "2030-01-07", "2030-01-07T00:00:00", "2030-01-07T00:00:00+01:00", "2030-02-30T00:00:00Z", "2030-01-07T00:00:60Z"]
)
def test_what_is_no_utc_instant_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ScenarioError, match="is not a UTC instant; expected the form '2030-01-07T00:00:00Z'"):
        Epoch.parse(text)


@given(st.integers(0, 2**32), st.integers(0, 400 * DAY))
def test_wall_clock_and_trial_clock_agree(seconds: int, now: int) -> None:
    epoch = Epoch(seconds)
    assert epoch.seconds_at(now) == seconds + now // SECOND
    assert 0 <= now - epoch.instant_of(epoch.seconds_at(now)) < SECOND
