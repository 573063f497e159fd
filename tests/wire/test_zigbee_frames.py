"""Frames of MAC, NWK and APS: read and written back, secured and opened, and what is refused, with the place."""

from __future__ import annotations

import pytest
import zigbee_mutator as mutator
import zigbee_specimens as made
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.vocab.identity import Eui64
from harness.wire.zigbee import aps, mac, mac_commands, nwk
from harness.wire.zigbee.aps import Fragment
from harness.wire.zigbee.crc import fcs
from harness.wire.zigbee.errors import SecurityError, ZigbeeError
from harness.wire.zigbee.security import LAST_COUNTER, AesKey, IncomingCounters, SecurityHeader

U8, U16, BITS = st.integers(0, 0xFF), st.integers(0, 0xFFFF), st.booleans()
EUIS = st.binary(min_size=8, max_size=8).map(lambda octets: Eui64(octets.hex()))
COUNTERS = st.integers(0, LAST_COUNTER - 1)
PAYLOADS = st.binary(max_size=100)
HEADERS = st.builds(SecurityHeader, st.just(1), COUNTERS, EUIS, U8)
LINKED = st.builds(SecurityHeader, st.sampled_from([0, 2, 3]), COUNTERS, EUIS)


@st.composite
def mac_frames(draw: st.DrawFn) -> mac.MacFrame:
    destination, source = draw(st.none() | U16 | EUIS), draw(st.none() | U16 | EUIS)
    one_pan = destination is not None and source is not None and draw(BITS)
    return mac.MacFrame(
        kind=draw(st.sampled_from([mac.BEACON, mac.DATA, mac.COMMAND])),
        sequence=draw(U8),
        payload=draw(PAYLOADS),
        destination=destination,
        destination_pan=None if destination is None else draw(U16),
        source=source,
        source_pan=None if source is None or one_pan else draw(U16),
        acknowledge=draw(BITS),
        pending=draw(BITS),
        secured=draw(BITS),
        version=draw(st.integers(0, 1)),
    )


@st.composite
def nwk_frames(draw: st.DrawFn, security: st.SearchStrategy[SecurityHeader | None]) -> nwk.NwkFrame:
    routes = st.builds(nwk.SourceRoute, U8, st.lists(U16, max_size=8).map(tuple))
    return nwk.NwkFrame(
        kind=draw(st.sampled_from([nwk.DATA, nwk.COMMAND, nwk.INTER_PAN])),
        destination=draw(U16),
        source=draw(U16),
        radius=draw(U8),
        sequence=draw(U8),
        payload=draw(PAYLOADS),
        security=draw(security),
        destination_ieee=draw(st.none() | EUIS),
        source_ieee=draw(st.none() | EUIS),
        discover_route=draw(st.integers(0, 3)),
        multicast=draw(st.none() | U8),
        route=draw(st.none() | routes),
        end_device_initiator=draw(BITS),
    )


@st.composite
def aps_frames(draw: st.DrawFn, security: st.SearchStrategy[SecurityHeader | None]) -> aps.ApsFrame:
    kind = draw(st.sampled_from([aps.DATA, aps.COMMAND, aps.ACKNOWLEDGEMENT]))
    delivery, common = draw(st.sampled_from([0, 2, 3])), {"payload": draw(PAYLOADS), "acknowledge": draw(BITS), "security": draw(security)}
    if kind == aps.COMMAND or (kind == aps.ACKNOWLEDGEMENT and draw(BITS)):
        return aps.ApsFrame(kind, draw(U8), delivery=delivery, **common)
    received = U8 if kind == aps.ACKNOWLEDGEMENT else st.none()
    fragment = draw(st.none() | st.builds(Fragment, U8, BITS, received))
    return aps.ApsFrame(
        kind,
        draw(U8),
        cluster=draw(U16),
        profile=draw(U16),
        source_endpoint=draw(U8),
        destination_endpoint=None if delivery == aps.GROUP else draw(U8),
        group=draw(U16) if delivery == aps.GROUP else None,
        delivery=delivery,
        fragment=fragment,
        extended=fragment is None and draw(BITS),
        **common,
    )


@given(mac_frames())
def test_mac_frames_come_back_as_they_went(frame: mac.MacFrame) -> None:
    assert mac.read_mac(mac.write_mac(frame)) == frame


@given(U8, BITS)
def test_acknowledgements_come_back_as_they_went(sequence: int, pending: bool) -> None:
    frame = mac.acknowledgement(sequence, pending=pending)
    octets = mac.write_mac(frame)
    assert len(octets) == 5
    assert mac.read_mac(octets) == frame


@given(nwk_frames(st.none()))
def test_network_frames_in_clear_come_back_as_they_went(frame: nwk.NwkFrame) -> None:
    octets = nwk.write_nwk(frame)
    assert nwk.read_nwk(octets) == frame == nwk.open_nwk(octets, {})


@given(nwk_frames(HEADERS), st.binary(min_size=16, max_size=16))
def test_secured_network_frames_open_with_their_key_only(frame: nwk.NwkFrame, secret: bytes) -> None:
    assert frame.security is not None
    assert frame.security.sequence is not None
    key, other = AesKey(secret), AesKey(bytes((secret[0] ^ 1,)) + secret[1:])
    octets = nwk.seal_nwk(frame, key)
    assert nwk.open_nwk(octets, {frame.security.sequence: key}) == frame
    closed = nwk.read_nwk(octets)
    assert closed._replace(payload=frame.payload) == frame
    assert len(closed.payload) == len(frame.payload) + 4
    assert nwk.write_nwk(closed) == octets
    for keys, reason in (({frame.security.sequence: other}, "mic"), ({}, "no-key")):
        with pytest.raises(SecurityError) as caught:
            nwk.open_nwk(octets, keys)
        assert caught.value.reason == reason


@given(nwk_frames(HEADERS), st.data())
def test_a_turned_bit_anywhere_in_a_secured_frame_is_noticed(frame: nwk.NwkFrame, data: st.DataObject) -> None:
    assert frame.security is not None
    octets = bytearray(nwk.seal_nwk(frame, made.NETWORK))
    place = data.draw(st.integers(0, 8 * len(octets) - 1))
    octets[place // 8] ^= 1 << place % 8
    try:
        opened = nwk.open_nwk(bytes(octets), dict.fromkeys(range(256), made.NETWORK))
    except ZigbeeError:
        return
    assert opened.security is None or opened.security.level, "only the bits that say whether it is secured, or the blanked level"


@given(aps_frames(st.none()))
def test_application_frames_in_clear_come_back_as_they_went(frame: aps.ApsFrame) -> None:
    octets = aps.write_aps(frame)
    assert aps.read_aps(octets) == frame == aps.open_aps(octets, made.LINK)


@given(aps_frames(LINKED), EUIS)
def test_secured_application_frames_come_back_with_or_without_a_source(frame: aps.ApsFrame, source: Eui64) -> None:
    assert frame.security is not None
    assert aps.open_aps(aps.seal_aps(frame, made.LINK), made.LINK) == frame
    untold = frame._replace(security=frame.security._replace(source=None))
    octets = aps.seal_aps(untold, made.LINK, source)
    assert aps.open_aps(octets, made.LINK, source) == untold
    with pytest.raises(SecurityError) as caught:
        aps.open_aps(octets, made.LINK)
    assert caught.value.reason == "source"


def test_a_frame_is_sealed_once_with_a_counter_and_never_with_the_last() -> None:
    header = SecurityHeader(1, LAST_COUNTER, made.METER_EUI, 0)
    frame = nwk.NwkFrame(nwk.DATA, 0, 1, 30, 1, b"x", header)
    with pytest.raises(ValueError, match="used up"):
        nwk.seal_nwk(frame, made.NETWORK)


def test_a_replayed_frame_is_refused_and_a_forged_one_leaves_the_counter_alone() -> None:
    counters = IncomingCounters()
    frames = [
        nwk.seal_nwk(nwk.NwkFrame(nwk.DATA, 0, 1, 30, 1, b"x", SecurityHeader(1, number, made.METER_EUI, 0)), made.NETWORK)
        for number in (5, 9, 7)
    ]
    nwk.open_nwk(frames[0], made.KEYS, counters)
    nwk.open_nwk(frames[1], made.KEYS, counters)
    before = counters.copy()
    for octets in (frames[0], frames[1], frames[2]):
        with pytest.raises(SecurityError) as caught:
            nwk.open_nwk(octets, made.KEYS, counters)
        assert caught.value.reason == "replay"
    forged = bytearray(frames[1])
    forged[9] = 200
    with pytest.raises(SecurityError, match="MIC"):
        nwk.open_nwk(bytes(forged), made.KEYS, counters)
    assert counters == before
    assert counters.rows() == ((made.METER_EUI, 0, 10),)


def test_counters_are_kept_by_source_and_key() -> None:
    counters = IncomingCounters()
    counters.accept("a", 0, 100)
    counters.accept("a", 1, 0)
    counters.accept("b", 0, 0)
    with pytest.raises(SecurityError, match="frame counter 100 of a"):
        counters.check("a", 0, 100)
    with pytest.raises(SecurityError):
        counters.accept("c", 0, LAST_COUNTER)
    counters.forget("a")
    counters.accept("a", 0, 1)
    assert counters.rows() == (("a", 0, 2), ("b", 0, 1))


@pytest.mark.parametrize(
    ("octets", "offset", "said"),
    [
        ("", 0, "breaks off"),
        ("0200", 2, "breaks off"),
        ("4188 01 621a 0000", 7, "address breaks off"),
        ("4180 01 621a0000", 0, "PAN id compression with one address"),
        ("4128 01 0000", 0, "version 2"),
        ("0584 01", 0, "kind 5"),
        ("4184 01 621a 0000", 0, "addressing mode 1"),
        ("0280 01 621a", 3, "address breaks off"),
        ("0200 01 ff", 3, "more than a sequence number"),
    ],
)
def test_what_is_no_mac_frame_is_refused_with_its_place(octets: str, offset: int, said: str) -> None:
    frame = bytes.fromhex(octets)
    with pytest.raises(ZigbeeError, match=said) as caught:
        mac.read_mac(frame + fcs(frame) if len(frame) > 2 else frame)
    assert (caught.value.layer, caught.value.offset) == ("MAC", offset)
    assert caught.value.expected


def test_a_frame_longer_than_the_air_takes_is_refused() -> None:
    longest = mac.write_mac(mac.MacFrame(mac.DATA, 1, bytes(116), 0, 0, 0))
    assert len(longest) == mac.MOST_OCTETS
    with pytest.raises(ZigbeeError, match="128 octets"):
        mac.read_mac(longest + b"\x00")


def test_a_wrong_check_sequence_tells_the_right_one() -> None:
    with pytest.raises(ZigbeeError, match="FCS does not hold, found 0000; expected") as caught:
        mac.read_mac(b"\x02\x00\x6a\x00\x00")
    assert (caught.value.offset, caught.value.expected) == (3, fcs(b"\x02\x00\x6a").hex())


@pytest.mark.parametrize(
    ("octets", "offset", "said"),
    [
        ("0800", 2, "breaks off"),
        ("0448 0000 0100 1e01", 0, "version 1"),
        ("0808 0000 0100 1e01 0102", 8, "header breaks off"),
        ("08c2 0000 0100 1e01", 0, "control c208"),
        ("0804 0000 0100 1e01 0500 1122", 10, "header breaks off"),
        ("0802 0000 0100 1e01 2801000000", 8, "secured frame breaks off"),
        ("0802 0000 0100 1e01 68 01000000 0102030405060708 00 00000000", 8, "reserved bits"),
        ("0802 0000 0100 1e01 20 01000000 0102030405060708 00000000", 8, "otherwise than with the network key"),
    ],
)
def test_what_is_no_network_frame_is_refused_with_its_place(octets: str, offset: int, said: str) -> None:
    with pytest.raises(ZigbeeError, match=said) as caught:
        nwk.open_nwk(bytes.fromhex(octets), made.KEYS)
    assert (caught.value.layer, caught.value.offset) == ("NWK", offset)


@pytest.mark.parametrize(
    ("octets", "offset", "said"),
    [
        ("00", 1, "breaks off"),
        ("0301", 0, "kind 3"),
        ("0401 0407", 0, "delivery 1"),
        ("00 01 0407 0901", 6, "header breaks off"),
        ("80 01 0407 0901 01 05", 8, "extended header breaks off"),
        ("80 01 0407 0901 01 05 03 01", 8, "reserved bits"),
        ("8105", 0, "control 81"),
        ("9205 00", 0, "extended header"),
        ("2105 30 01000000", 2, "secured frame breaks off"),
    ],
)
def test_what_is_no_application_frame_is_refused_with_its_place(octets: str, offset: int, said: str) -> None:
    with pytest.raises(ZigbeeError, match=said) as caught:
        aps.read_aps(bytes.fromhex(octets))
    assert (caught.value.layer, caught.value.offset) == ("APS", offset)


@pytest.mark.parametrize(
    "frame",
    [
        mac.MacFrame(mac.DATA, 256, b"", 0, 0, 0),
        mac.MacFrame(mac.DATA, 1, b"", 0, None, 0),
        mac.MacFrame(mac.DATA, 1, b"", None, 5),
        mac.MacFrame(mac.DATA, 1, b"", 0, 0, 0, version=2),
        mac.MacFrame(7, 1),
        mac.MacFrame(mac.ACKNOWLEDGEMENT, 1, b"x"),
        mac.MacFrame(mac.DATA, 1, b"", "02", 0, 0),
        mac.MacFrame(mac.DATA, 1, bytes(117), 0, 0, 0),
    ],
)
def test_a_mac_frame_that_cannot_be_is_not_written(frame: mac.MacFrame) -> None:
    with pytest.raises(ValueError, match=r"MacFrame|EUI-64|128 octets where 127"):
        mac.write_mac(frame)


@pytest.mark.parametrize(
    "frame",
    [
        aps.ApsFrame(aps.DATA, 1),
        aps.ApsFrame(aps.COMMAND, 1, cluster=4, profile=4, source_endpoint=1, destination_endpoint=1),
        aps.ApsFrame(aps.DATA, 1, b"", 4, 4, 1, 1, 3),
        aps.ApsFrame(aps.DATA, 1, b"", 4, 4, 1, 1, delivery=1),
        aps.ApsFrame(aps.DATA, 1, b"", 4, 4, 1, 1, fragment=Fragment(1, True, 3)),
        aps.ApsFrame(aps.DATA, 300, b"", 4, 4, 1, 1),
        aps.ApsFrame(aps.DATA, 1, b"", 4, 4, 1, None),
    ],
)
def test_an_application_frame_that_cannot_be_is_not_written(frame: aps.ApsFrame) -> None:
    with pytest.raises(ValueError, match="ApsFrame"):
        aps.write_aps(frame)


BEACONS = st.builds(
    mac_commands.Beacon,
    permits_association=BITS,
    coordinator=BITS,
    orders=st.integers(0, 0xFFF),
    battery_extension=BITS,
    waiting_short=st.lists(U16, max_size=7).map(tuple),
    waiting_long=st.lists(EUIS, max_size=7).map(tuple),
    payload=PAYLOADS,
)


@given(BEACONS)
def test_beacons_come_back_as_they_went(beacon: mac_commands.Beacon) -> None:
    assert mac_commands.read_beacon(mac_commands.write_beacon(beacon)) == beacon


@given(
    st.builds(
        mac_commands.NetworkBeacon,
        extended_pan=EUIS,
        router_capacity=BITS,
        end_device_capacity=BITS,
        depth=st.integers(0, 15),
        update=U8,
        offset=st.integers(0, 0xFFFFFF),
    )
)
def test_network_beacons_come_back_as_they_went(beacon: mac_commands.NetworkBeacon) -> None:
    octets = mac_commands.write_network_beacon(beacon)
    assert len(octets) == 15
    assert mac_commands.read_network_beacon(octets) == beacon


def test_every_specimen_is_read_to_its_end_and_written_back_the_same() -> None:
    ended = {specimen.name: mutator.read_through(specimen.octets) for specimen in made.specimens() if "TransportKey" not in specimen.name}
    assert {"MAC", "beacon", "NWK", "APS", "ZDO", "ZCL", "cluster"} == set(ended.values())


def test_the_mutator_is_the_same_for_the_same_seed_and_reaches_every_layer() -> None:
    frames = [specimen.octets for specimen in made.specimens()]
    assert list(mutator.spoilt(frames, 100, 5)) == list(mutator.spoilt(frames, 100, 5))
    toll = mutator.take_toll(mutator.spoilt(frames, 4_000, 5))
    assert {"MAC", "NWK", "APS", "ZDO", "ZCL", "cluster", "beacon"} == set(toll.values)
    assert {"MAC", "NWK", "APS", "ZDO", "ZCL", "NWK mic", "NWK no-key", "APS mic"} <= set(toll.refused)


@pytest.mark.slow
def test_spoilt_frames_end_in_a_value_or_in_the_codecs_own_error() -> None:
    toll = mutator.take_toll(mutator.spoilt([specimen.octets for specimen in made.specimens()], 60_000, 1))
    assert toll.frames == 60_000
    assert toll.values.total() + toll.refused.total() == 60_000
    assert toll.slowest_ns < mutator.LIMIT_NS, toll.slowest.hex()


@settings(max_examples=300)
@given(st.binary(max_size=116))
def test_any_octets_end_in_a_value_or_in_the_codecs_own_error(octets: bytes) -> None:
    frame = mac.write_mac(mac.MacFrame(mac.DATA, 1, octets, 0, 0x1A62, 0x5E21))
    toll = mutator.take_toll(iter([frame]))
    assert toll.values.total() + toll.refused.total() == 1
