"""The passage that a sequence diagram shows: around the first superfluous alert, at every counting point, thinned openly."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from harness.report.excerpt import COPIES, MESSAGES, excerpt_of
from harness.report.figures import clock
from harness.report.plots.sequence import draw_sequence
from harness.vocab.alert import Alert, Sighting
from harness.vocab.identity import Eui64
from harness.vocab.journal import TAPS
from harness.vocab.roles import Realm
from harness.vocab.time import HOUR, MINUTE, SECOND, Epoch
from harness.wire.facts import DeviceFacts, TrialFacts

ESME, SUPPLIER = Eui64("02a5e70000000001"), Eui64("02a5e70000000002")


def alert(number: int) -> Alert:
    return Alert(
        originator=ESME,
        counter=100 + number,
        target=SUPPLIER,
        message_code=0,
        code=0x8002,
        event_seconds=None,
        body=b"",
        critical=True,
        octets=bytes([number]),
    )


def facts(messages: int, *, copies: int = 1, taps: tuple[str, ...] = TAPS) -> TrialFacts:
    """So many alerts, one every ten minutes, seen at every tap so many times, a second apart."""
    seen = [
        (number * 10 * MINUTE + step * SECOND + copy, tap, number)
        for number in range(messages)
        for step, tap in enumerate(taps)
        for copy in range(copies)
    ]
    sightings = [Sighting(at=at, tap=tap, line=line, alert=alert(number)) for line, (at, tap, number) in enumerate(sorted(seen), 1)]
    return TrialFacts(
        trial="t00001",
        void="",
        realm=Realm.SIMULATED,
        epoch=Epoch.parse("2030-01-07T00:00:00Z"),
        opened=0,
        closed=24 * HOUR,
        until=24 * HOUR,
        devices={ESME: DeviceFacts(device=ESME, role="esme", signing_key="", agreement_key="")},
        sightings=tuple(sightings),
    )


def lines_of(trial: TrialFacts, *numbers: int) -> frozenset[int]:
    return frozenset(one.line for one in trial.at_tap("hub") if one.alert.octets[0] in numbers)


def shown(trial: TrialFacts, *superfluous: int):
    return excerpt_of(trial, arm=0, tap="hub", superfluous=lines_of(trial, *superfluous))


def test_it_begins_two_messages_before_the_first_superfluous_one():
    found = shown(facts(20), 7, 8, 12)
    assert [message.counter for message in found.messages] == [105, 106, 107, 108, 109]
    assert [message.superfluous for message in found.messages] == [False, False, True, True, False]
    assert (found.earlier, found.later, found.left_out) == (5, 10, 0)
    assert len(found.messages) == MESSAGES


@pytest.mark.parametrize(("focus", "first"), [(0, 100), (1, 100), (19, 115), (18, 115)])
def test_at_either_end_it_stays_inside_the_trial(focus: int, first: int):
    assert shown(facts(20), focus).messages[0].counter == first


def test_every_counting_point_is_shown_in_order_of_time():
    found = shown(facts(3), 1)
    assert [one.tap for one in found.seen] == [*TAPS] * 3
    assert all(one.at <= later.at for one, later in pairwise(found.seen))
    assert [one.superfluous for one in found.seen] == [one.message == 1 and one.tap == "hub" for one in found.seen]
    assert {message.role for message in found.messages} == {"esme"}


def test_copies_beyond_what_a_page_holds_are_counted():
    found = shown(facts(2, copies=50), 1)
    assert len(found.seen) == 2 * len(TAPS) * COPIES
    assert found.left_out == 2 * len(TAPS) * (50 - COPIES)


def test_without_a_superfluous_alert_the_first_ones_are_shown_and_without_any_none():
    assert shown(facts(9)).messages[0].counter == 100
    assert shown(facts(0)) is None
    assert shown(replace(facts(9), opened=23 * HOUR)) is None


def test_the_diagram_tells_each_message_and_each_counting_point(stories):
    story = replace(stories["controlled"], excerpt=shown(facts(20), 7))
    for width in (760, 350):
        drawn = draw_sequence(story, width, "k")
        assert drawn.count('class="arrow ') == drawn.count("arrow-head") == 1 + MESSAGES * (len(TAPS) - 1)
        for words in ("device", "hub", "WAN", "DSP", "user", clock(70 * MINUTE), "counter 107, superfluous", "9 minutes 56 seconds later"):
            assert words in drawn
        assert "Message 3  0x8002 from esme, counter 107, superfluous: han at 1:10:00.000, hub at 1:10:01.000" in drawn


def test_a_counting_point_that_was_not_listened_at_is_said_to_be_none(stories):
    story = stories["controlled"]
    field = replace(story, window=replace(story.window, taps=("dsp", "user")), excerpt=shown_at_user(facts(4, taps=("dsp", "user"))))
    drawn = draw_sequence(field, 760, "k")
    assert drawn.count(">no tap<") == 3
    assert drawn.count("lifeline unseen") == 3


def shown_at_user(trial: TrialFacts):
    return excerpt_of(trial, arm=0, tap="user", superfluous=frozenset())
