"""A message is followed through the five taps: when each saw it, how long after the one before, and where no more."""

from __future__ import annotations

from trial_builder import DEVICES, HOUR, SECOND, TrialBuilder

from harness.vocab.journal import TAPS
from harness.wire.passage import follow


def made(*steps: tuple[str, int]) -> TrialBuilder:
    """Return a trial with one alert at taps and instants, another alert beside it, and octets that are no message."""
    trial = TrialBuilder()
    for tap, at in steps:
        trial.alert(at, 0x8F0A, counter=77, tap=tap)
    trial.alert(HOUR, 0x8F0A, counter=78, tap="user")
    trial.message(HOUR, b"\xdf\x09", tap="hub")
    return trial


def passage(trial: TrialBuilder, watched: tuple[str, ...] = TAPS):
    found = follow(trial.journal(), DEVICES["esme"], 77, watched)
    assert found is not None
    return found


def test_delays_are_from_first_sighting_to_first_sighting() -> None:
    found = passage(made(("han", HOUR), ("han", HOUR + 5), ("hub", HOUR + 7), ("wan", HOUR + 9), ("dsp", HOUR + 10), ("user", HOUR + 20)))
    assert [(tap.tap, tap.instants, tap.delay) for tap in found.taps] == [
        ("han", (HOUR, HOUR + 5), None),
        ("hub", (HOUR + 7,), 7),
        ("wan", (HOUR + 9,), 2),
        ("dsp", (HOUR + 10,), 1),
        ("user", (HOUR + 20,), 10),
    ]
    assert found.reached == "user"
    assert found.stopped is None


def test_lines_lead_to_the_journal() -> None:
    trial = made(("han", HOUR), ("hub", HOUR + 7))
    for tap in passage(trial).taps:
        for line, at in zip(tap.lines, tap.instants, strict=True):
            assert trial.journal()[line] | {"at": at, "tap": tap.tap} == trial.journal()[line]


def test_it_stops_at_the_first_watched_tap_that_shows_nothing() -> None:
    trial = made(("han", HOUR), ("hub", HOUR + 7))
    found = passage(trial)
    assert (found.reached, found.stopped and found.stopped.tap) == ("hub", "wan")
    assert found.until == trial.journal()[len(trial.journal())]["at"]
    elsewhere = passage(trial, ("han", "hub", "user"))
    assert elsewhere.stopped is not None
    assert elsewhere.stopped.tap == "user", "silence at a tap that nobody watched tells nothing"
    assert passage(trial, ("han", "hub")).stopped is None


def test_a_tap_that_is_left_out_does_not_break_the_chain() -> None:
    found = passage(made(("hub", HOUR), ("user", HOUR + SECOND)))
    assert {tap.tap: tap.delay for tap in found.taps} == {"han": None, "hub": None, "wan": None, "dsp": None, "user": SECOND}


def test_gaps_from_the_first_sighting_on_are_counted() -> None:
    trial = made(("han", HOUR), ("hub", HOUR + 7))
    for at, tap in ((HOUR - 1, "wan"), (2 * HOUR, "wan"), (3 * HOUR, "user")):
        trial.record(at, "gap", tap=tap, **{"from": at - 10}, until=at, lost=1, reason="the sniffer restarted")
    found = passage(trial)
    assert found.stopped is not None
    assert found.stopped.gaps == 1


def test_what_no_tap_shows_is_no_passage() -> None:
    trial = made(("han", HOUR))
    assert follow(trial.journal(), DEVICES["esme"], 79, TAPS) is None
    assert follow(trial.journal(), DEVICES["hub"], 77, TAPS) is None
