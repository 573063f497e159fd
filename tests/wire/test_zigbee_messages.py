"""Commands of every layer, data types, fragments and names: read, written, refused with the place."""

from __future__ import annotations

import pytest
import zigbee_specimens as made
from hypothesis import given
from hypothesis import strategies as st

from harness.vocab.identity import Eui64
from harness.wire.tunnelling import RequestTunnel
from harness.wire.zigbee import aps, aps_commands, clusters, fragments, mac_commands, nwk_commands, zcl_values, zdo, zdo_commands
from harness.wire.zigbee import foundation_commands as general
from harness.wire.zigbee import se_commands as se
from harness.wire.zigbee.cluster_names import attribute_name, attributes_of, command_name
from harness.wire.zigbee.clusters import CLUSTERS, cluster_frame, named_frame, read_cluster_command
from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import OtherCommand
from harness.wire.zigbee.foundation import foundation_frame, read_foundation
from harness.wire.zigbee.fragments import Duplicates, Reassembly, still_missing, window
from harness.wire.zigbee.zcl import ZclFrame, read_zcl, write_zcl
from harness.wire.zigbee.zcl_values import Collection, Typed, value_field

U8, U16, U32 = st.integers(0, 0xFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF_FFFF)
EUIS = st.binary(min_size=8, max_size=8).map(lambda octets: Eui64(octets.hex()))
STRINGS = st.none() | st.binary(max_size=254)
SCALARS: dict[int, st.SearchStrategy[object]] = {
    **{0x08 + size - 1: st.binary(min_size=size, max_size=size) for size in range(1, 9)},
    **{first + size - 1: st.integers(0, (1 << 8 * size) - 1) for first in (0x18, 0x20) for size in range(1, 9)},
    **{0x28 + size - 1: st.integers(-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) for size in range(1, 9)},
    **dict.fromkeys((0x10, 0x30), U8),
    **dict.fromkeys((0x31, 0xE8, 0xE9), U16),
    **dict.fromkeys((0xE2, 0xEA), U32),
    **dict.fromkeys((0x41, 0x42), STRINGS),
    **dict.fromkeys((0x43, 0x44), st.none() | st.binary(max_size=400)),
    **dict.fromkeys((0xE0, 0xE1, 0x39), st.binary(min_size=4, max_size=4)),
    0x38: st.binary(min_size=2, max_size=2),
    0x3A: st.binary(min_size=8, max_size=8),
    0xF0: EUIS,
    0xF1: st.binary(min_size=16, max_size=16),
}


@st.composite
def typed(draw: st.DrawFn, depth: int = 0) -> Typed:
    kind = draw(st.sampled_from([*SCALARS, 0x00, 0x48, 0x4C, 0x50, 0x51]) if depth < 3 else st.sampled_from(list(SCALARS)))
    if kind == 0x00:
        return Typed(kind, None)
    if kind == 0x4C:
        return Typed(kind, draw(st.none() | st.lists(typed(depth + 1), max_size=3).map(tuple)))
    if kind in (0x48, 0x50, 0x51):
        inner = draw(st.sampled_from(list(SCALARS)))
        return Typed(kind, Collection(inner, draw(st.none() | st.lists(SCALARS[inner], max_size=4).map(tuple))))
    return Typed(kind, draw(SCALARS[kind]))


@given(st.lists(st.tuples(U16, typed()), max_size=4))
def test_values_of_every_type_come_back_as_they_went(values: list[tuple[int, Typed]]) -> None:
    command = general.ReportAttributes(records=tuple(general.AttributeReport(attribute=name, value=value) for name, value in values))
    assert read_foundation(foundation_frame(command, sequence=1)) == command


def test_every_type_has_a_name_and_a_size() -> None:
    assert {kind for kind in zcl_values.TYPES if kind != 0x00} == set(SCALARS) | {0x48, 0x4C, 0x50, 0x51}
    for kind in zcl_values.TYPES:
        value_field(kind)
    with pytest.raises(ValueError, match="unknown data type 60"):
        value_field(0x60)


@pytest.mark.parametrize(
    ("command", "payload", "offset", "said"),
    [
        (0x00, "00 00 00", 2, "ReadAttributes breaks off"),
        (0x01, "0000 00 25 0102", 4, "breaks off"),
        (0x0A, "0000 60 01", 2, "unknown data type 60"),
        (0x0A, "0000 48 00 ffff", 3, "take no octets"),
        (0x0A, "0000 48" + "48 0100" * 20 + "20 0100 01", 48, "nested deeper"),
        (0x06, "02 0000", 0, "direction 2"),
        (0x0B, "02", 1, "DefaultResponse breaks off"),
        (0x0B, "02 82 00", 2, "followed by 1 octets"),
    ],
)
def test_what_is_no_command_of_all_clusters_is_refused_with_its_place(command: int, payload: str, offset: int, said: str) -> None:
    frame = ZclFrame(sequence=1, command=command, payload=bytes.fromhex(payload), of_cluster=False)
    with pytest.raises(ZigbeeError, match=said) as caught:
        read_foundation(frame)
    assert (caught.value.layer, caught.value.offset) == ("ZCL", offset)


FRAMES = st.builds(
    ZclFrame,
    sequence=U8,
    command=U8,
    payload=st.binary(max_size=80),
    of_cluster=st.booleans(),
    from_server=st.booleans(),
    default_response=st.booleans(),
    manufacturer=st.none() | U16,
)


@given(FRAMES)
def test_frames_of_the_cluster_library_come_back_as_they_went(frame: ZclFrame) -> None:
    assert read_zcl(write_zcl(frame)) == frame


@pytest.mark.parametrize(("octets", "offset"), [("", 0), ("0001", 2), ("02 01 00", 0), ("21 01 00", 0), ("04 34 12 01", 4)])
def test_what_is_no_frame_of_the_cluster_library_is_refused_with_its_place(octets: str, offset: int) -> None:
    with pytest.raises(ZigbeeError) as caught:
        read_zcl(bytes.fromhex(octets))
    assert (caught.value.layer, caught.value.offset) == ("ZCL", offset)


def test_a_command_that_only_a_server_sends_is_not_sent_by_a_client() -> None:
    with pytest.raises(ValueError, match="PublishEvent is not sent by a client"):
        cluster_frame(se.PublishEvent(log=1, event=1, time=0, control=0, content=None), sequence=1, from_server=False)


def test_tunnel_commands_are_those_of_the_tunnelling_module() -> None:
    frame = ZclFrame(sequence=1, command=0, payload=bytes.fromhex("06ffff00dc05"), from_server=False)
    assert read_cluster_command(frame, clusters.TUNNELING) == RequestTunnel()


def test_commands_that_gbcs_carries_are_read_by_their_layout() -> None:
    value = {"issuer-event-id": 9, "start": 7, "conversion-factor": 1_022_640, "trailing-digit": 0x60}
    frame = named_frame(clusters.PRICE, 0x02, value, sequence=3, from_server=True)
    assert read_cluster_command(frame, clusters.PRICE) == value
    spoilt = ZclFrame(sequence=3, command=0x02, payload=frame.payload[:-1], from_server=True)
    with pytest.raises(ZigbeeError, match="PublishConversionFactor"):
        read_cluster_command(spoilt, clusters.PRICE)
    with pytest.raises(ValueError, match="no layout"):
        named_frame(clusters.BASIC, 0x55, {}, sequence=1, from_server=True)


def test_commands_that_are_not_known_stay_octets() -> None:
    frame = ZclFrame(sequence=1, command=0x77, payload=b"abc")
    assert read_cluster_command(frame, clusters.PREPAYMENT) == OtherCommand(command=0x77, payload=b"abc")
    maker = ZclFrame(sequence=1, command=0x00, payload=b"abc", manufacturer=0x1234)
    assert read_cluster_command(maker, clusters.TUNNELING) == OtherCommand(command=0x00, payload=b"abc")
    for read, write in (
        (nwk_commands.read_nwk_command, nwk_commands.write_nwk_command),
        (aps_commands.read_aps_command, aps_commands.write_aps_command),
        (mac_commands.read_mac_command, mac_commands.write_mac_command),
    ):
        assert read(b"\x7fabc") == OtherCommand(command=0x7F, payload=b"abc")
        assert write(OtherCommand(command=0x7F, payload=b"abc")) == b"\x7fabc"
    assert zdo.read_zdo(0x0777, b"\x05abc") == zdo.ZdoFrame(5, OtherCommand(command=0x0777, payload=b"abc"))


@pytest.mark.parametrize(
    "command",
    [
        se.ImageNotify(kind=1, jitter=5),
        se.ImageNotify(kind=4, jitter=5),
        se.ImageBlockResponse(status=0),
        se.ImageBlockResponse(status=0x95, content=se.WaitForData(now=0, ask_at=0, least_milliseconds=0)),
    ],
)
def test_an_upgrade_command_that_contradicts_itself_is_not_written(command: se.SeCommand) -> None:
    with pytest.raises(ValueError, match=type(command).__name__):
        cluster_frame(command, sequence=1, from_server=True)


@pytest.mark.parametrize(
    ("payload", "offset", "said"),
    [
        ("", 0, "without octets"),
        ("05", 1, "TransportKey breaks off"),
        ("05 02" + "00" * 34, 1, "of kind 2"),
        ("06 0102030405060708 0000 01 99", 12, "followed by 1 octets"),
        ("0f 04 0102030405060708", 10, "VerifyKey breaks off"),
    ],
)
def test_what_is_no_application_command_is_refused_with_its_place(payload: str, offset: int, said: str) -> None:
    with pytest.raises(ZigbeeError, match=said) as caught:
        aps_commands.read_aps_command(bytes.fromhex(payload))
    assert (caught.value.layer, caught.value.offset) == ("APS", offset)


@pytest.mark.parametrize(
    ("payload", "offset", "said"),
    [
        ("01 20 01 0000 02", 6, "breaks off"),
        ("01 04 01 0000 02", 1, "reserved bits"),
        ("04 01", 1, "reserved bits"),
        ("05 03 1111 2222", 6, "breaks off"),
        ("08 62 0000 11", 5, "breaks off"),
    ],
)
def test_what_is_no_network_command_is_refused_with_its_place(payload: str, offset: int, said: str) -> None:
    with pytest.raises(ZigbeeError, match=said) as caught:
        nwk_commands.read_nwk_command(bytes.fromhex(payload))
    assert (caught.value.layer, caught.value.offset) == ("NWK", offset)


@pytest.mark.parametrize(
    ("cluster", "payload", "offset", "said"),
    [
        (0x0013, "", 0, "without octets"),
        (0x0013, "01 215e", 3, "DeviceAnnounce breaks off"),
        (0x8004, "01 00 215e 0a 01 0901 0105 00", 5, "breaks off"),
        (0x8004, "01 00 215e 09 01 0901 0105 00 00 00 00", 13, "1 octets more than its lists"),
        (0x0021, "01 0102030405060708 01 0207 02", 12, "address of mode 2"),
        (0x8031, "01 00 01 00 01 02", 5, "breaks off"),
    ],
)
def test_what_is_no_command_of_the_device_objects_is_refused_with_its_place(cluster: int, payload: str, offset: int, said: str) -> None:
    with pytest.raises(ZigbeeError, match=said) as caught:
        zdo.read_zdo(cluster, bytes.fromhex(payload))
    assert (caught.value.layer, caught.value.offset) == ("ZDO", offset)


def test_answers_without_success_may_be_short() -> None:
    for cluster, octets in ((0x8002, "01 80 215e"), (0x8031, "01 84"), (0x8004, "01 83 215e 00"), (0x8003, "01 84 215e")):
        frame = zdo.read_zdo(cluster, bytes.fromhex(octets))
        assert zdo.write_zdo(frame) == bytes.fromhex(octets)
        assert zdo.cluster_of(frame.command) == cluster


@given(st.binary(min_size=1, max_size=1500), st.integers(6, 100), st.randoms(use_true_random=False))
def test_fragments_come_together_in_any_order_and_with_repeats(payload: bytes, size: int, random: object) -> None:
    frame = aps.ApsFrame(aps.DATA, 9, payload, 0x0704, 0x0109, 1, 1, acknowledge=True)
    blocks = fragments.fragments(frame, size)
    if len(blocks) == 1:
        assert blocks == (frame,)
        return
    read = [aps.read_aps(aps.write_aps(block)) for block in blocks]
    assert read == list(blocks)
    shuffled = read * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assembly = Reassembly.of(shuffled[0])
    for block in shuffled[1:]:
        assembly = assembly.with_block(block)
    assert assembly.complete
    assert assembly.payload == payload


def blocks_of(count: int) -> tuple[aps.ApsFrame, ...]:
    return fragments.fragments(aps.ApsFrame(aps.DATA, 9, bytes(range(count)), 4, 0x0109, 1, 2, acknowledge=True), 1)


def test_a_window_is_acknowledged_block_by_block() -> None:
    blocks = blocks_of(5)
    sent = window(blocks, 0, 3)
    assert [block.acknowledge for block in sent] == [False, False, True]
    assembly = Reassembly.of(sent[0]).with_block(sent[2])
    answer = aps.read_aps(aps.write_aps(assembly.acknowledgement(0, 3)))
    assert answer.fragment == aps.Fragment(0, True, 0b11111101)
    assert (answer.source_endpoint, answer.destination_endpoint, answer.counter) == (2, 1, 9)
    assert still_missing(answer, 5, 3) == (1,)
    assembly = assembly.with_block(sent[1])
    assert still_missing(assembly.acknowledgement(0, 3), 5, 3) == ()
    assert still_missing(assembly.acknowledgement(3, 3), 5, 3) == (3, 4)
    assert not assembly.complete
    with pytest.raises(ValueError, match="3 of 5 blocks"):
        assert assembly.payload


def test_a_lost_block_is_handled_as_the_certification_test_has_it() -> None:
    # TP/PRO/BV-43 of the ZigBee PRO certification: 240 octets in 8 blocks, windows of 3, block 1 lost once; block numbers and
    # acknowledgement bits as its steps 3 to 52 give them.
    frame = aps.ApsFrame(aps.DATA, 7, bytes(range(1, 241)), 0x0001, 0x7F01, 0x01, 0xF0, acknowledge=True)
    blocks = fragments.fragments(frame, 30)
    headers = [(fragment.first, fragment.number) for fragment in (block.fragment for block in blocks) if fragment is not None]
    assert headers == [(True, 8), *((False, number) for number in range(1, 8))]
    assembly = Reassembly.of(blocks[0]).with_block(blocks[2])
    told = []
    for first, sent in ((0, ()), (0, (1,)), (3, (3, 4, 5)), (6, (6, 7))):
        for place in sent:
            assembly = assembly.with_block(blocks[place])
        answer = assembly.acknowledgement(first, 3)
        assert not answer.acknowledge
        assert answer.fragment is not None
        told.append((answer.fragment.number, answer.fragment.received, still_missing(answer, 8, 3)))
    assert told == [(0, 0xFD, (1,)), (0, 0xFF, ()), (3, 0xFF, ()), (6, 0xFF, ())]
    assert assembly.payload == frame.payload


def test_blocks_of_another_message_and_contradictions_are_refused() -> None:
    blocks = blocks_of(3)
    assembly = Reassembly.of(blocks[1])
    for block, said in (
        (blocks[2]._replace(counter=10), "a block of message 9"),
        (blocks[1]._replace(payload=b"x"), "differs from one that came before"),
        (blocks[0]._replace(fragment=aps.Fragment(1, True)), "two blocks or more"),
        (blocks[1]._replace(fragment=aps.Fragment(0, False)), "counted from 0"),
        (blocks[0]._replace(fragment=None), "a block of message"),
    ):
        with pytest.raises(ZigbeeError, match=said):
            assembly.with_block(block)
    with pytest.raises(ZigbeeError, match="block 3 of a message of 3"):
        Reassembly.of(blocks[0]).with_block(blocks[1]._replace(fragment=aps.Fragment(3, False)))
    with pytest.raises(ZigbeeError, match="without an extended header"):
        still_missing(aps.acknowledgement_of(blocks[0]), 3, 1)
    with pytest.raises(ValueError, match="255 are the most"):
        fragments.fragments(blocks[0]._replace(payload=bytes(256), fragment=None), 1)


def test_what_comes_twice_within_its_life_is_noticed() -> None:
    table = Duplicates(size=2, life=8_000_000_000)
    frame, other, third = (aps.ApsFrame(aps.DATA, number, b"", 4, 0x0109, 1, 1) for number in (1, 2, 3))
    assert not table.seen(made.METER, frame, 0)
    assert table.seen(made.METER, frame, 7_999_999_999)
    assert not table.seen(made.HUB, frame, 7_999_999_999)
    assert not table.seen(made.METER, frame, 8_000_000_000)
    assert not table.seen(made.METER, other, 8_000_000_001)
    assert not table.seen(made.METER, third, 8_000_000_002)
    assert len(table) == 2
    assert not table.seen(made.METER, frame, 8_000_000_003), "the oldest row made room"


def test_blocks_of_one_message_are_no_duplicates_of_each_other() -> None:
    table, blocks = Duplicates(size=8, life=10), blocks_of(3)
    assert [table.seen(made.METER, block, 0) for block in (*blocks, blocks[1])] == [False, False, False, True]


def test_names_of_attributes_and_commands() -> None:
    assert command_name(0x0704, 0x02, from_server=False) == "transfer-data"
    assert command_name(0x0704, 0x01, from_server=True) == "transfer-data"
    assert command_name(0x0704, 0x7F, from_server=True) == ""
    told = attribute_name(0x0702, 0x0000)
    assert told is not None
    assert (told.name, told.type) == ("current-summation-delivered", 0x25)
    counted = attribute_name(0x0700, 0x000C)
    assert counted is not None
    assert counted.name == "tier-13-price-label"
    assert attribute_name(0x0702, 0xEEEE) is None
    assert {name.name for name in attributes_of(0x0025)} == {"keep-alive-base", "keep-alive-jitter"}


def test_every_name_has_a_source_and_memory_is_marked() -> None:
    sources = {name.source for cluster in CLUSTERS for side in (True, False) for name in attributes_of(cluster, of_server=side)}
    assert sources == {"wireshark", "wireshark; type zigpy", "wireshark; type memory", "zigpy"}
    assert sum(len(attributes_of(cluster, of_server=side)) for cluster in CLUSTERS for side in (True, False)) > 2_500
    for cluster in CLUSTERS:
        ids = [name.id for name in attributes_of(cluster)]
        assert len(ids) == len(set(ids))
    for cluster, from_server, number in clusters.LAYOUTS:
        assert command_name(cluster, number, from_server=from_server), (cluster, from_server, number)


def test_a_record_that_does_not_fit_is_not_written() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        zdo.write_zdo(zdo.ZdoFrame(1, zdo_commands.NodeDescriptorRequest(address=0x10000)))
    with pytest.raises(ValueError, match="EUI-64"):
        zdo.write_zdo(zdo.ZdoFrame(1, zdo_commands.NetworkAddressRequest(ieee=Eui64("02"))))
    with pytest.raises(ValueError, match="bits"):
        nwk_commands.write_nwk_command(nwk_commands.RouteRequest(many_to_one=4, id=1, destination=1, cost=1))
    with pytest.raises(ValueError, match="neither a group nor an endpoint"):
        zdo.write_zdo(
            zdo.ZdoFrame(1, zdo_commands.BindRequest(source=made.METER_EUI, endpoint=1, cluster=1, target=zdo_commands.BindTarget()))
        )
