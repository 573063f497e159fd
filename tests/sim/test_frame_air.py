"""The air at frame fidelity by itself: octets in, octets out, in the time that is stated, and no frame taken that is not good."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tapes import read_tape

from comms_hub_sim.behaviour import SETTINGS
from comms_hub_sim.han.air import FrameAir
from comms_hub_sim.han.band import GB_868, GHZ_2_4, Band
from comms_hub_sim.han.network import Network
from comms_hub_sim.han.node import BLOCK
from comms_hub_sim.han.tape import Tape
from comms_hub_sim.kernel import TIMER, Kernel
from comms_hub_sim.medium import JITTER
from comms_hub_sim.ports import TUNNELING, Datagram
from harness.errors import InternalError
from harness.interfaces.setting import settle
from harness.vocab.identity import Eui64
from harness.vocab.time import HOUR, MINUTE, SECOND, Epoch
from harness.wire.zigbee.errors import SecurityError, ZigbeeError
from harness.wire.zigbee.fragments import MOST_BLOCKS
from harness.wire.zigbee.mac import read_mac

if TYPE_CHECKING:
    from tapes import Packet

START = 946_684_800 * SECOND
CHF, GPF, METER, DISPLAY = (Eui64(f"02a5e7000000000{digit}") for digit in "0123")


@dataclass
class Listener:
    """A device that only takes note."""

    on: bool = True
    heard: list[tuple[int, Datagram]] = field(default_factory=list)
    confirmed: list[tuple[int, bool]] = field(default_factory=list)

    def hears(self, now: int) -> bool:
        return self.on

    def receive(self, datagram: Datagram, now: int) -> None:
        self.heard.append((now, datagram))

    def confirm(self, datagram: Datagram, acknowledged: bool, now: int) -> None:
        self.confirmed.append((now, acknowledged))


class Room:
    """A hub, a meter and a display in one room, on links that lose nothing."""

    def __init__(self, band: Band = GHZ_2_4, seed: bytes = b"room") -> None:
        self.kernel, self.attempts, self.capture = Kernel(), [], BytesIO()
        tape = Tape(self.capture, Epoch(0), frozenset({"han"}), frames=True)
        self.air = FrameAir(self.kernel, seed, lambda datagram, now: self.attempts.append(now), Network(seed, band), tape)
        self.hub, self.meter, self.display = Listener(), Listener(), Listener()
        quiet = {"han-loss": "0 %", "han-acknowledgement-loss": "0 %", "mac-loss": "0 %"}
        places = (("hub", (CHF, GPF), self.hub), ("esme", (METER,), self.meter), ("ppmid", (DISPLAY,), self.display))
        for role, addresses, behind in places:
            self.air.attach(addresses, behind, settle(dict(SETTINGS[role]), quiet))
        self.air.form([(DISPLAY, METER)])

    def send(self, source: Eui64, destination: Eui64, octets: bytes = b"hello", at: int = SECOND) -> None:
        self.kernel.at(at, TIMER, lambda now: self.air.submit(Datagram(source, destination, TUNNELING, octets), now))

    def packets(self) -> list[Packet]:
        """What was on the air since the trial began."""
        self.air.catch_up(self.kernel.now)
        return [packet for packet in read_tape(self.capture.getvalue()).at("han") if packet.time > START]

    def passed(self, octets: bytes) -> int:
        """Send a message from meter to hub and return how long it took until it was confirmed."""
        self.send(METER, CHF, octets)
        self.kernel.run(MINUTE)
        assert [datagram.octets for _, datagram in self.hub.heard] == [octets]
        ((confirmed, acknowledged),) = self.meter.confirmed
        assert acknowledged
        return confirmed - SECOND


@settings(deadline=None, max_examples=40)
@given(st.binary(min_size=1, max_size=2_000), st.sampled_from([GHZ_2_4, GB_868]))
def test_any_message_passes_within_the_time_that_is_stated(octets: bytes, band: Band) -> None:
    blocks = -(-len(octets) // BLOCK)
    assert Room(band).passed(octets) <= JITTER + band.exchange(blocks)


def test_the_longest_message_passes_and_a_longer_one_is_refused() -> None:
    longest = bytes(MOST_BLOCKS * BLOCK)
    assert Room().passed(longest) < 6 * SECOND
    room = Room()
    room.send(METER, CHF, longest + b"!")
    with pytest.raises(ValueError, match="255 are the most"):
        room.kernel.run(MINUTE)


@pytest.mark.parametrize(
    ("source", "destination"), [(METER, CHF), (METER, GPF), (CHF, METER), (GPF, METER), (DISPLAY, METER), (METER, DISPLAY)]
)
def test_what_arrives_tells_who_sent_it_and_to_whom(source: Eui64, destination: Eui64) -> None:
    room = Room()
    room.send(source, destination)
    room.kernel.run(MINUTE)
    ((_, came),) = [*room.hub.heard, *room.meter.heard, *room.display.heard]
    assert (came.source, came.destination, came.cluster, came.octets) == (source, destination, TUNNELING, b"hello")


@pytest.mark.parametrize("size", [5, 500])
def test_repeats_are_not_handed_up_and_come_1600_milliseconds_apart(size: int) -> None:
    room = Room()
    meter = room.air.radio(METER)
    assert meter is not None
    meter.acknowledgement_loss = 1_000_000
    room.send(METER, CHF, bytes(size))
    room.kernel.run(MINUTE)
    assert [at - SECOND for at in room.attempts] == [0, 1_600_000_000, 3_200_000_000, 4_800_000_000]
    assert [acknowledged for _, acknowledged in room.meter.confirmed] == [False]
    assert len(room.hub.heard) == 1


def test_a_fragmented_message_that_is_lost_goes_on_where_it_broke_off() -> None:
    room = Room()
    meter = room.air.radio(METER)
    assert meter is not None
    meter.loss = 1_000_000
    room.send(METER, CHF, bytes(5 * BLOCK))
    room.kernel.at(2 * SECOND, TIMER, lambda now: setattr(meter, "loss", 0))
    room.kernel.run(MINUTE)
    assert len(room.attempts) == 2
    assert [len(datagram.octets) for _, datagram in room.hub.heard] == [5 * BLOCK]
    blocks = [packet for packet in room.packets() if len(packet.psdu) > 110]
    assert len(blocks) == 4 + 4 + 1, "four blocks, the fifth four times, and once more"


def test_a_receiver_that_restarts_meanwhile_gets_the_message_from_its_first_block() -> None:
    room = Room()
    meter, hub = room.air.radio(METER), room.air.radio(CHF)
    assert meter is not None
    assert hub is not None
    meter.loss = 1_000_000
    room.send(METER, CHF, bytes(5 * BLOCK))
    room.kernel.at(2 * SECOND, TIMER, lambda now: (setattr(meter, "loss", 0), hub.restart()))
    room.kernel.run(MINUTE)
    assert [len(datagram.octets) for _, datagram in room.hub.heard] == [5 * BLOCK]


def test_exchanges_wait_for_each_other_and_keep_their_order() -> None:
    room = Room()
    for number in range(20):
        room.send(METER if number % 2 else DISPLAY, CHF, bytes([number]) * 300)
    room.kernel.run(MINUTE)
    assert [datagram.octets[0] for _, datagram in room.hub.heard] == list(range(20))
    for one, other in pairwise(room.packets()):
        assert other.time >= one.time + GHZ_2_4.airtime(len(one.psdu)), "one at a time on the air"


def test_a_duty_cycle_puts_messages_off_and_loses_none() -> None:
    def confirmed(budget: int) -> list[int]:
        room = Room(GB_868._replace(budget=budget))
        for number in range(40):
            room.send(METER, CHF, bytes(1_000), at=SECOND + number * SECOND)
        room.kernel.run(6 * HOUR)
        assert len(room.hub.heard) == 40
        assert all(acknowledged for _, acknowledged in room.meter.confirmed)
        return [at for at, _ in room.meter.confirmed]

    assert confirmed(GB_868.budget)[-1] < 2 * MINUTE
    limited = confirmed(4 * SECOND)
    assert limited[0] < MINUTE
    assert HOUR < limited[-1] < 5 * HOUR


def _frame(room: Room) -> bytes:
    """Return the first frame that the meter sent after instant 0, as it was on the air."""
    room.send(METER, CHF)
    room.kernel.run(MINUTE)
    meter = room.air.radio(METER)
    assert meter is not None
    frames = [packet.psdu for packet in room.packets()]
    return next(psdu for psdu in frames if read_mac(psdu).source == meter.node.address and read_mac(psdu).acknowledge)


def test_a_node_takes_no_frame_twice_and_none_that_was_changed_on_the_way() -> None:
    room = Room()
    octets = _frame(room)
    hub, meter, display = (room.air.radio(address) for address in (CHF, METER, DISPLAY))
    assert hub is not None
    assert meter is not None
    assert display is not None
    with pytest.raises(SecurityError, match="frame counter"):
        hub.node.hear(octets, meter.node)
    for place in range(len(octets)):
        changed = octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]
        with pytest.raises(ZigbeeError):
            display.node.hear(changed, meter.node)


def test_who_sends_without_a_radio_is_an_error_of_ours() -> None:
    room = Room()
    with pytest.raises(InternalError, match="has no radio"):
        room.air.submit(Datagram(Eui64("02a5e7000000000f"), CHF, TUNNELING, b""), 0)
