"""A network is followed from outside: what repeats, relays and attempts are, what keys are learnt, and why anything stayed unread."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from han_captures import BLOCK, HUB_EUI, INSTALL_CODE, LINK, METERING, NETWORK, START, TUNNELING, Home, Node

from harness.vocab.identity import Eui64
from harness.vocab.time import MILLISECOND, SECOND
from harness.wire.zigbee import aps, nwk
from harness.wire.zigbee.aps import acknowledgement_of
from harness.wire.zigbee.following import Follower, Heard, Reason, Settled, Unread
from harness.wire.zigbee.mac import DATA, MacFrame, read_mac, write_mac
from harness.wire.zigbee.security import LINK_KEY, AesKey, SecurityHeader

KEYS = (NETWORK, LINK)


def told(frames, keys=KEYS, follower=None):
    """Everything that a follower tells of frames, to the end."""
    follower = follower or Follower(keys)
    found = [one for number, (time, octets) in enumerate(frames, 1) for one in follower.feed(time, octets, number)]
    return [*found, *follower.ended()]


def heard(events, cluster=TUNNELING):
    return [one for one in events if isinstance(one, Heard) and one.cluster == cluster]


def unread(events):
    return [one for one in events if isinstance(one, Unread)]


@pytest.fixture
def home():
    made = Home()
    made.hello()
    return made


def test_a_message_in_fragments_is_put_together_and_says_who_sent_it_to_whom(home):
    message = home.alert(1)
    (one,) = heard(told(home.frames))
    assert one.octets.endswith(message)
    assert len(one.octets) > BLOCK
    assert (one.source, one.destination, one.attempt, one.profile) == (home.meter.eui, HUB_EUI, 1, aps.SMART_ENERGY)
    assert (one.time, one.number) == (home.frames[2][0], 3)


@pytest.mark.parametrize("seed", range(8))
def test_fragments_come_in_any_order(home, seed):
    blocks = list(home.blocks(bytes(range(250)) * 4, home.meter))
    Random(seed).shuffle(blocks)
    home.attempt(tuple(blocks), home.meter, home.hub)
    events = told(home.frames)
    (one,) = heard(events)
    assert one.octets == bytes(range(250)) * 4
    assert [found.acknowledged for found in events if isinstance(found, Settled)] == [True]


def test_a_fragment_that_is_sent_again_before_the_message_is_whole_fills_a_window_and_is_no_attempt(home):
    blocks = home.blocks(bytes(range(250)), home.meter)
    home.attempt((*blocks[:3], blocks[1], blocks[2], *blocks[3:]), home.meter, home.hub)
    assert [one.attempt for one in heard(told(home.frames))] == [1]


def test_a_missing_fragment_is_told_with_the_message_that_it_costs(home):
    blocks = home.blocks(bytes(200), home.meter)
    home.attempt((blocks[0], blocks[2]), home.meter, home.hub, acknowledged=False)
    events = told(home.frames)
    assert not heard(events)
    (lost,) = unread(events)
    assert (lost.reason, lost.detail, lost.cluster, lost.number) == (Reason.BROKEN_OFF, "2 of 4 fragments", TUNNELING, 3)
    assert lost.may_hold(TUNNELING)
    assert not lost.may_hold(METERING)


def test_a_message_that_breaks_off_is_told_soon_after_and_not_only_at_the_end(home):
    home.attempt(home.blocks(bytes(200), home.meter)[:2], home.meter, home.hub, acknowledged=False)
    home.now += 40 * SECOND
    home.announce(home.hub)
    follower = Follower(KEYS)
    events = [one for time, octets in home.frames for one in follower.feed(time, octets)]
    assert [one.reason for one in unread(events)] == [Reason.BROKEN_OFF]
    assert not unread(follower.ended())


def test_each_attempt_is_told_once_with_the_instant_at_which_it_began(home):
    home.alert(1, attempts=3)
    events = heard(told(home.frames))
    assert [one.attempt for one in events] == [1, 2, 3]
    assert len({one.octets for one in events}) == len({one.counter for one in events}) == 1
    assert [one.time for one in events] == [home.frames[one.number - 1][0] for one in events]
    assert all(later.time - one.time >= 1600 * MILLISECOND for one, later in pairwise(events))


def test_an_attempt_that_broke_off_is_told_once_a_later_one_is_whole(home):
    blocks = home.blocks(bytes(200), home.meter)
    home.attempt(blocks[:2], home.meter, home.hub, acknowledged=False)
    began = home.now
    home.attempt(blocks, home.meter, home.hub)
    events = heard(told(home.frames))
    assert [(one.attempt, one.time) for one in events] == [(1, home.frames[2][0]), (2, began)]


def test_where_only_the_last_fragment_is_sent_again_that_is_another_attempt(home):
    blocks = home.blocks(bytes(200), home.meter)
    home.attempt(blocks, home.meter, home.hub)
    home.attempt(blocks[-1:], home.meter, home.hub)
    assert [one.attempt for one in heard(told(home.frames))] == [1, 2]


def test_what_the_mac_repeats_is_no_attempt_and_no_replay(home):
    (block,) = home.blocks(bytes(40), home.meter)
    home.apply(block, home.meter, home.hub, repeats=3)
    follower = Follower(KEYS)
    events = told(home.frames, follower=follower)
    assert [one.attempt for one in heard(events)] == [1]
    assert not unread(events)
    assert follower.repeats == 3


def test_a_relay_is_no_attempt_and_no_replay(home):
    router = Node(Eui64("02a5e7000000bb01"), 0x7777)
    (block,) = home.blocks(bytes(40), home.meter)
    octets = aps.seal_aps(block._replace(security=SecurityHeader(LINK_KEY, 1)), home.link, home.meter.eui)
    frame = home.network(octets, home.meter, 0)
    home.hop(frame, home.meter, router.address)
    home.hop(frame._replace(radius=29), home.meter, 0, by=router)
    follower = Follower(KEYS)
    events = told(home.frames, follower=follower)
    assert [one.attempt for one in heard(events)] == [1]
    assert (follower.relays, unread(events)) == (1, [])
    assert follower.addresses[home.pan, router.address] == router.eui


def test_a_frame_counter_that_comes_again_is_a_replay_and_is_not_taken(home):
    home.alert(1)
    home.now += 20 * SECOND
    again = [(home.now + number * MILLISECOND, octets) for number, (_, octets) in enumerate(home.frames)]
    events = told([*home.frames, *again])
    assert len(heard(events)) == 1
    assert {one.reason for one in unread(events)} == {Reason.REPLAY}
    assert len(unread(events)) == sum(read_mac(octets).kind == DATA for _, octets in home.frames)
    assert not any(one.may_hold(TUNNELING) for one in unread(events))


def test_frames_a_little_out_of_order_are_no_replay(home):
    for number in range(20):
        home.alert(number)
    data = [number for number, (_, octets) in enumerate(home.frames) if len(octets) > 5]
    frames = list(home.frames)
    for one, other in zip(data[4::7], data[5::7], strict=False):
        frames[one], frames[other] = (frames[one][0], frames[other][1]), (frames[other][0], frames[one][1])
    events = told(frames)
    assert len(heard(events)) == 20
    assert not unread(events)


def test_a_device_that_joins_anew_may_count_from_the_start(home):
    home.alert(1)
    home.meter.frame_counter = iter(range(1, 1000))
    home.join()
    home.alert(2)
    events = told(home.frames, (*KEYS, INSTALL_CODE))
    assert len(heard(events)) == 2
    assert not unread(events)


def test_the_network_key_is_learnt_as_a_device_joins_with_its_install_code():
    home = Home()
    home.join()
    home.alert(1)
    events = told(home.frames, (INSTALL_CODE, LINK))
    assert len(heard(events)) == 1
    assert not unread(events)
    assert {one.reason for one in unread(told(home.frames, (LINK,)))} == {Reason.NO_NETWORK_KEY, Reason.NO_LINK_KEY}


def test_a_key_that_a_router_hands_on_is_learnt_too(home):
    newcomer = Node(Eui64("02a5e7000000cc01"), 0x4444)
    newer = bytes(range(0x60, 0x70))
    home.networks[1] = AesKey(newer)
    home.transport(newcomer, through=home.meter, sequence=1)
    home.switch_key(newer)
    home.alert(1)
    events = told(home.frames, (*KEYS, INSTALL_CODE))
    assert len(heard(events)) == 1
    assert not unread(events)


def test_a_network_goes_over_to_another_key(home):
    home.alert(1)
    newer = bytes(range(0x50, 0x60))
    home.switch_key(newer)
    home.alert(2)
    assert len(heard(told(home.frames, (*KEYS, newer)))) == 2
    events = told(home.frames)
    assert len(heard(events)) == 1
    assert {one.reason for one in unread(events)} == {Reason.NO_NETWORK_KEY}


def test_a_link_key_that_is_not_at_hand_costs_the_messages_under_it_and_names_their_cluster(home):
    home.alert(1)
    (block,) = home.blocks(b"\x18\x01\x0a\x00\x00\x25" + bytes(6), home.meter, cluster=METERING)
    home.apply(block, home.meter, home.hub)
    events = unread(told(home.frames, (NETWORK,)))
    assert {one.reason for one in events} == {Reason.NO_LINK_KEY}
    tunnel = [one for one in events if one.may_hold(TUNNELING)]
    assert {one.cluster for one in tunnel} == {TUNNELING}
    assert len(tunnel) == len(home.blocks(bytes(100), home.meter)), "its fragments, and not their acknowledgements"
    assert [one.cluster for one in events if one.may_hold(METERING)] == [METERING]


def test_a_sender_whose_eui_64_was_not_heard_is_named_as_the_reason():
    home = Home()
    router = Node(Eui64("02a5e7000000bb01"), 0x7777)
    (block,) = home.blocks(bytes(40), home.meter)
    octets = aps.seal_aps(block._replace(security=SecurityHeader(LINK_KEY, 1)), home.link, home.meter.eui)
    home.hop(home.network(octets, home.meter, 0), home.meter, 0, by=router)
    (one,) = told(home.frames)
    assert (one.reason, one.cluster) == (Reason.NO_SENDER, TUNNELING)


def test_keys_are_looked_for_again_once_there_is_another_one(home):
    for number in range(40):
        home.alert(number)
    follower = Follower((NETWORK,))
    half = len(home.frames) // 2
    before = [one for time, octets in home.frames[:half] for one in follower.feed(time, octets)]
    follower.add_key(LINK)
    after = [one for time, octets in home.frames[half:] for one in follower.feed(time, octets)]
    assert not heard(before)
    assert len(heard(after)) >= 19


def test_sent_but_not_acknowledged_is_told_with_whether_the_radio_was_there(home):
    home.alert(1, attempts=4)
    home.alert(2, attempts=4, acknowledged=False)
    (block,) = home.blocks(bytes(40), home.meter)
    for _ in range(2):
        home.apply(block, home.meter, home.hub, repeats=3)
    settled = [one for one in told(home.frames) if isinstance(one, Settled)]
    assert [(one.attempts, one.acknowledged, one.carried) for one in settled] == [(4, True, True), (4, False, True), (2, False, False)]
    assert {one.source for one in settled} == {home.meter.eui}


def test_a_window_is_acknowledged_once_every_fragment_of_it_came(home):
    blocks = home.blocks(bytes(200), home.meter)
    for block in blocks:
        home.apply(block, home.meter, home.hub)
    for bits in (0b1011, 0b1111):
        home.apply(acknowledgement_of(blocks[-1], aps.Fragment(0, True, bits)), home.hub, home.meter)
        home.now += SECOND
    (settled,) = [one for one in told(home.frames) if isinstance(one, Settled)]
    assert settled.acknowledged
    assert settled.time == home.frames[-1][0]


def test_networks_side_by_side_are_kept_apart():
    homes = [Home(pan=0x1000 + number, network=bytes((number,)) * 16, link=bytes((0x80 + number,)) * 16) for number in range(6)]
    for number, home in enumerate(homes):
        home.hello()
        home.alert(number, attempts=2)
    frames = sorted((frame for home in homes for frame in home.frames), key=lambda frame: frame[0])
    keys = [bytes((first + number,)) * 16 for number in range(6) for first in (0, 0x80)]
    events = told(frames, keys)
    assert sorted((one.pan, one.attempt) for one in heard(events)) == [(home.pan, attempt) for home in homes for attempt in (1, 2)]
    assert not unread(events)


def test_a_counter_that_goes_round_begins_another_message(home):
    for number in range(600):
        home.alert(number)
    assert len({one.octets for one in heard(told(home.frames))}) == 600


BROKEN = {
    "no frame": (b"\x41\x88", Reason.MAC),
    "check sequence": (write_mac(MacFrame(DATA, 1, bytes(20), 0, 1, 2))[:-1] + b"\xff", Reason.FCS),
    "MAC security": (write_mac(MacFrame(DATA, 1, bytes(20), 0, 1, 2, secured=True)), Reason.MAC_SECURITY),
    "between networks": (write_mac(MacFrame(DATA, 1, bytes(20), 0, 1, 2, 7)), Reason.BETWEEN),
    "not ZigBee PRO": (write_mac(MacFrame(DATA, 1, b"\x04" + bytes(20), 0, 1, 2)), Reason.FOREIGN),
    "network layer": (write_mac(MacFrame(DATA, 1, b"\x08\x00\x01", 0, 1, 2)), Reason.NETWORK),
    "application layer": (
        write_mac(MacFrame(DATA, 1, nwk.write_nwk(nwk.NwkFrame(0, 0, 2, 30, 1, b"\x00\x01")), 0, 1, 2)),
        Reason.APPLICATION,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_whatever_is_broken_is_named_by_a_reason_that_holds_nothing_of_it(name):
    octets, reason = BROKEN[name]
    (one,) = told([(START, octets)])
    assert (one.reason, one.number) == (reason, 1)
    assert not any(character.isdigit() for character in reason.value.replace("EUI-64", ""))


def test_memory_is_bounded_whatever_is_heard():
    follower = Follower(KEYS)
    random = Random(1)
    for number in range(4000):
        frame = aps.ApsFrame(
            aps.DATA, number & 0xFF, random.randbytes(20), TUNNELING, aps.SMART_ENERGY, 1, 1, fragment=aps.Fragment(9, True)
        )
        source = random.randrange(0xFFF7)
        header = nwk.NwkFrame(0, 0, source, 30, number & 0xFF, aps.write_aps(frame), source_ieee=Eui64(f"{number:016x}"))
        octets = write_mac(MacFrame(DATA, number & 0xFF, nwk.write_nwk(header), 0, random.randrange(0xFFFE), source))
        follower.feed(START + number * 1000, octets)
    assert len(follower._exchanges._known) <= 1024
    assert len(follower._recent) <= 512
    assert len(follower._relayed) <= 512
    assert len(follower.addresses) <= 1 << 16


def test_a_frame_in_clear_needs_neither_keys_nor_names():
    home = Home()
    (block,) = home.blocks(bytes(40), home.meter)
    network = nwk.NwkFrame(0, 0, home.meter.address, 30, 1, aps.write_aps(block))
    home.hop(network, home.meter, 0, clear=True)
    (one, settled) = told(home.frames, ())
    assert (one.source, one.source_address, one.octets) == (None, home.meter.address, bytes(40))
    assert not settled.acknowledged


def test_a_key_that_is_none_is_refused():
    with pytest.raises(ValueError, match="16"):
        Follower((b"short",))


def test_frame_check_sequences_are_checked_before_anything_is_believed(home):
    home.alert(1)
    spoilt = [
        (time, octets[:-3] + bytes((octets[-3] ^ 1,)) + octets[-2:]) if len(octets) > 5 else (time, octets) for time, octets in home.frames
    ]
    events = told(spoilt)
    assert {one.reason for one in events} == {Reason.FCS}
