"""The air between devices: repeats, acknowledgements, duplicate rejection, and whose luck is whose."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from scipy.stats import binomtest

from comms_hub_sim.behaviour import SETTINGS
from comms_hub_sim.kernel import TIMER, Kernel
from comms_hub_sim.medium import Air, Radio
from comms_hub_sim.ports import TUNNELING, Datagram
from harness.errors import InternalError
from harness.interfaces.setting import settle
from harness.vocab.identity import Eui64
from harness.vocab.time import MILLISECOND, SECOND

A, B, C = (Eui64(f"02a5e7000000000{digit}") for digit in "abc")


@dataclass
class Listener:
    """A device that only takes note."""

    on: bool = True
    heard: list[tuple[int, bytes]] = field(default_factory=list)
    confirmed: list[tuple[int, bool]] = field(default_factory=list)

    def hears(self, now: int) -> bool:
        return self.on

    def receive(self, datagram: Datagram, now: int) -> None:
        self.heard.append((now, datagram.octets))

    def confirm(self, datagram: Datagram, acknowledged: bool, now: int) -> None:
        self.confirmed.append((now, acknowledged))


class Room:
    """Three radios in one room."""

    def __init__(self, seed: bytes = b"room") -> None:
        self.kernel, self.attempts = Kernel(), []
        self.air = Air(self.kernel, seed, lambda datagram, now: self.attempts.append((now, datagram.source)))
        quiet = {"han-loss": "0 %", "han-acknowledgement-loss": "0 %"}
        self.behind = {address: Listener() for address in (A, B, C)}
        self.radios: dict[Eui64, Radio] = {
            address: self.air.attach([address], listener, settle(dict(SETTINGS["esme"]), quiet))
            for address, listener in self.behind.items()
        }

    def send(self, source: Eui64, destination: Eui64, octets: bytes = b"hello", at: int = 0) -> None:
        self.kernel.at(at, TIMER, lambda now: self.air.submit(Datagram(source, destination, TUNNELING, octets), now))


def test_a_datagram_arrives_once_and_is_acknowledged() -> None:
    room = Room()
    room.send(A, B)
    room.kernel.run(10 * SECOND)
    assert [octets for _, octets in room.behind[B].heard] == [b"hello"]
    assert [acknowledged for _, acknowledged in room.behind[A].confirmed] == [True]
    assert len(room.attempts) == 1


def test_without_acknowledgement_there_are_three_repeats_1600_milliseconds_apart() -> None:
    room = Room()
    room.radios[B].acknowledgement_loss = 1_000_000
    room.send(A, B)
    room.kernel.run(60 * SECOND)
    assert [now for now, _ in room.attempts] == [0, 1600 * MILLISECOND, 3200 * MILLISECOND, 4800 * MILLISECOND]
    assert room.behind[A].confirmed == [(6400 * MILLISECOND, False)]
    assert len(room.behind[B].heard) == 1, "the duplicate table keeps the repeats from the device"


def test_the_same_octets_under_a_new_counter_are_news_and_an_old_counter_is_news_again_after_eight_seconds() -> None:
    room = Room()
    room.send(A, B)
    room.send(A, B, at=SECOND)
    room.kernel.run(30 * SECOND)
    assert len(room.behind[B].heard) == 2
    radio = room.radios[B]
    assert radio.is_news(C, 7, 0)
    assert not radio.is_news(C, 7, 8 * SECOND)
    assert radio.is_news(C, 7, 8 * SECOND + 1)


def test_a_restarted_receiver_has_forgotten_what_it_heard() -> None:
    room = Room()
    radio = room.radios[B]
    assert radio.is_news(A, 1, 0)
    radio.restart()
    assert radio.is_news(A, 1, 1)


def test_the_duplicate_table_forgets_the_old_and_keeps_the_young_when_it_is_full() -> None:
    radio = Room().radios[B]
    for counter in range(256):
        assert radio.is_news(A, counter, 0)
    assert radio.is_news(C, 1, 9 * SECOND)
    assert not radio.is_news(C, 1, 10 * SECOND)
    assert radio.is_news(A, 3, 10 * SECOND)


def test_nobody_home_and_a_sleeper_are_both_tried_four_times() -> None:
    room = Room()
    room.behind[B].on = False
    room.send(A, B)
    room.send(C, Eui64("02a5e70000000fff"))
    room.kernel.run(60 * SECOND)
    assert len(room.attempts) == 8
    assert [[acknowledged for _, acknowledged in room.behind[who].confirmed] for who in (A, C)] == [[False], [False]]


def test_a_device_that_lost_power_hears_no_answers_to_its_former_life() -> None:
    room = Room()
    room.radios[B].loss = 1_000_000
    room.send(A, B)
    room.kernel.at(2 * SECOND, TIMER, lambda now: room.radios[A].restart())
    room.kernel.run(60 * SECOND)
    assert len(room.attempts) == 2
    assert room.behind[A].confirmed == []


def test_datagrams_of_one_link_do_not_overtake_each_other() -> None:
    room = Room()
    for number in range(200):
        room.send(A, B, bytes([number]), at=number // 4 * SECOND)
    room.kernel.run(300 * SECOND)
    assert [octets[0] for _, octets in room.behind[B].heard] == list(range(200))


def test_as_much_is_lost_as_was_asked_for() -> None:
    room = Room()
    room.radios[B].loss = 200_000
    for number in range(3000):
        room.send(A, B, at=number * 10 * SECOND)
    room.kernel.run(40_000 * SECOND)
    attempts, delivered = len(room.attempts), len(room.behind[B].heard)
    assert binomtest(attempts - delivered, attempts, 0.2).pvalue > 1e-4


def test_a_neighbours_chatter_does_not_change_what_another_link_loses() -> None:
    def story(*, chatter: bool) -> list[tuple[int, bytes]]:
        room = Room()
        room.radios[B].loss = 400_000
        for number in range(100):
            room.send(A, B, bytes([number]), at=number * 20 * SECOND)
            if chatter:
                room.send(C, B, b"noise", at=number * 20 * SECOND)
        room.kernel.run(3000 * SECOND)
        return [(now, octets) for now, octets in room.behind[B].heard if octets != b"noise"]

    assert story(chatter=True) == story(chatter=False)


def test_a_datagram_from_an_address_without_a_radio_is_our_own_mistake() -> None:
    room = Room()
    with pytest.raises(InternalError, match="has no radio"):
        room.air.submit(Datagram(Eui64("02a5e70000000fff"), A, TUNNELING, b""), 0)
