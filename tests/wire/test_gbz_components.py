"""GBZ components and ZCL payloads: every command both ways, and every way of being wrong."""

from __future__ import annotations

import payload_specimens as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.gbcs.attributes import AttributeRecord, ReadAttributesResponse
from harness.wire.gbcs.components import (
    ClusterCommand,
    Component,
    GbzAlert,
    GbzPayload,
    Opaque,
    Sealed,
    decode_body,
    decode_gbz,
    decode_gbz_alert,
)
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.named import Named
from harness.wire.gbcs.zcl_table import CLUSTERS, COMMANDS, zcl_command
from harness.wire.gbcs.zcl_types import Layout, ZclDate

RANGES = {"u8": (0, 8), "u16": (0, 16), "u24": (0, 24), "u32": (0, 32), "u48": (0, 48), "utc": (0, 32)}
octets_strings = st.none() | st.binary(max_size=254)
registers = st.lists(st.integers(0, (1 << 48) - 1), max_size=6).map(tuple)
FIELDS = {
    **{name: st.integers(0, (1 << bits) - 1) for name, (_, bits) in RANGES.items()},
    "i32": st.integers(-(1 << 31), (1 << 31) - 1),
    "os": octets_strings,
    "date": st.builds(ZclDate, *(st.integers(0, 255),) * 4),
    "?u8": st.none() | st.integers(0, 255),
    "rest": st.binary(max_size=30),
    "snapshot": st.binary(max_size=30),
}


def drawn(data: st.DataObject, layout: Layout) -> Named[object]:
    """Draw a value of a layout from its types."""
    values = {name: data.draw(FIELDS[kind]) for name, kind in layout.types.items()}
    if layout.types.get("registers") == "snapshot" and data.draw(st.booleans()):
        values["payload-type"] = 6
        shape = data.draw(FIELDS["u48"]), data.draw(registers), data.draw(FIELDS["u8"]), data.draw(registers)
        values["registers"] = Named(("summation", "tiers", "tiers-and-blocks", "blocks"), shape)
    elif values.get("payload-type") == 6 and "registers" in values:
        values["payload-type"] = 7
    for name in layout.names:
        if name not in values:
            sample = made.sample(layout)[name]
            values[name] = data.draw(st.sampled_from([sample, ()]))
            for counter in ("number-of-samples", "number-of-events"):
                if counter in layout.types and layout.names.index(counter) == len(layout.names) - 2:
                    values[counter] = len(values[name])
    return Named(layout.names, tuple(values[name] for name in layout.names))


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row[3])
@given(data=st.data())
def test_any_value_of_a_command_is_read_back_as_it_was(row: tuple[int, bool, int, str, str], data: st.DataObject) -> None:
    layout = zcl_command(*row[:3]).layout
    value = drawn(data, layout)
    octets = layout.write(value)
    assert layout.read(b"??" + octets, 2, 2 + len(octets)) == value
    assert layout.write(dict(value)) == octets


@pytest.mark.parametrize(
    ("name", "octets", "fields"),
    [
        ("GetPrepaySnapshot", "0100000002000000030400000000"[:26], {"earliest-start": 1, "latest-end": 2, "offset": 3, "cause": 4}),
        ("CreditAdjustment", "010000000200000003feffffff", {"issuer-event-id": 1, "start": 2, "type": 3, "value": -2}),
        ("ConsumerTopUp", "01023432", {"originating-device": 1, "topup-code": b"42"}),
        ("StartSamplingResponse", "3412", {"sample-id": 0x1234}),
        ("GetSeasons", "0100000002000000", {"provider-id": 1, "issuer-calendar-id": 2}),
        ("GetSampledDataResponse", "010002000000030400020005060709 0a0b".replace(" ", ""), None),
    ],
)
def test_known_octets_are_known_fields(name: str, octets: str, fields: dict[str, object] | None) -> None:
    row = next(row for row in COMMANDS if row[3] == name)
    found = zcl_command(*row[:3]).layout.read(bytes.fromhex(octets), 0, len(octets) // 2)
    if fields is None:
        fields = {"sample-id": 1, "start": 2, "sample-type": 3, "interval-seconds": 4, "number-of-samples": 2}
        fields["samples"] = (0x070605, 0x0B0A09)
    assert dict(found) == fields
    assert found == fields


def test_thresholds_are_counted_by_their_low_nibble() -> None:
    layout = zcl_command(0x0700, True, 0x06).layout
    head = bytes(19)
    found = layout.read(head + bytes.fromhex("3201000000000002000000000020"), 0, 19 + 14)
    assert [dict(group) for group in found["groups"]] == [{"tier": 3, "thresholds": (1, 2)}, {"tier": 2, "thresholds": ()}]
    with pytest.raises(ValueError, match="where 15 is the most"):
        layout.write({**found, "groups": ({"tier": 16, "thresholds": ()},)})


def test_a_snapshot_of_another_payload_type_stays_octets() -> None:
    layout = zcl_command(0x0702, True, 0x06).layout
    octets = bytes(15) + b"\x05" + b"whatever"
    assert layout.read(octets, 0, len(octets))["registers"] == b"whatever"


def component(inner: str, control: str = "01", cluster: str = "0702") -> str:
    return f"{control}{cluster}{len(inner) // 2:04x}{inner}"


READ = "000000" + "0103"


@pytest.mark.parametrize(
    ("octets", "offset", "what"),
    [
        ("0109", 0, "not a GBZ payload"),
        ("010901", 3, "1 components are missing"),
        ("010900" + component(READ), 3, "10 octets after 0 components"),
        ("010902" + component(READ, "00"), 13, "1 components are missing"),
        ("010901" + component(READ) + "00", 13, "1 octets after 1 components"),
        ("010901" + component(READ, "00"), 3, "another last-component bit"),
        ("010902" + component(READ) * 2, 3, "another last-component bit"),
        ("010901" + component(READ, "05"), 3, "an unknown component control"),
        ("0109010107020006000000", 6, "a component of 6 octets"),
        ("01090101070200020000000000", 6, "a component of 2 octets"),
        ("010901" + component("00000001"), 11, "half an attribute id"),
        ("010901" + component("080001" + "0100"), 11, "an attribute record breaks off"),
        ("010901" + component("080001" + "010000"), 14, "an attribute value breaks off"),
        ("010901" + component("080001" + "0100002301"), 15, "an attribute value breaks off"),
        ("010901" + component("080001" + "01000041"), 14, "an attribute value breaks off"),
        ("010901" + component("08000b" + "01"), 11, "another default response"),
        ("010901" + component("09000d" + "01"), 11, "a ZCL payload of 1 octets"),
        ("010901" + component("09000601", "01", "0700"), 11, "octets left in a ZCL payload"),
        ("010901" + component("190006", "03"), 8, "a component of 3 octets"),
        ("010901" + component("0100" + "190006" + "0000", "03"), 8, "another additional header control"),
        ("010901" + component("0000" + "190006" + "0009" + "31" + "00" * 4, "03"), 13, "a ciphered length of 9"),
        ("010901" + component("0000" + "190006" + "0005" + "31" + "00" * 4, "03"), 15, "not an encrypted body"),
        ("010901" + component("0000" + "190006" + "0011" + "11" + "00" * 16, "03"), 15, "not an encrypted body"),
        ("010901" + component("000000", "11"), 8, "a component of 3 octets"),
    ],
)
def test_what_breaks_the_layout_is_refused_with_its_place(octets: str, offset: int, what: str) -> None:
    with pytest.raises(GbcsError, match=what) as caught:
        decode_gbz(bytes.fromhex(octets))
    assert (caught.value.rule, caught.value.offset) == ("E33", offset), str(caught.value)


@pytest.mark.parametrize(
    ("name", "octets", "what"),
    [
        ("PublishPriceMatrix", bytes(19) + bytes(4), "a multiple of 5"),
        ("SetEventConfiguration", bytes(10) + b"\x02" + bytes(2), "1 rows"),
        ("PublishTopUpLog", bytes(2) + b"\x05" + b"1234", "octets left"),
        ("PublishTopUpLog", bytes(2) + b"\x01", "octets left"),
        ("PublishBlockThresholds", bytes(19) + b"\x01" + bytes(5), "octets left"),
        ("PublishSnapshot", bytes(15) + b"\x06" + bytes(6) + b"\x04" + bytes(24), "octets left"),
        ("PublishSnapshot", bytes(15) + b"\x06" + bytes(6) + b"\x00\x14" + bytes(7), "block registers of 7 octets"),
        ("PublishSnapshot", bytes(15) + b"\x06", "octets left"),
        ("UpdateCIN", bytes(12), "octets left"),
        ("DisplayMessage", bytes(11) + b"\x00\x01\x02", "1 octets after"),
    ],
)
def test_what_does_not_fit_a_command_is_refused(name: str, octets: bytes, what: str) -> None:
    layout = zcl_command(*next(row for row in COMMANDS if row[3] == name)[:3]).layout
    with pytest.raises(GbcsError, match=what) as caught:
        layout.read(octets, 0, len(octets))
    assert caught.value.rule == "E33"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("UpdateSiteID", {"provider-id": -1}),
        ("UpdateSiteID", {"provider-id": None}),
        ("UpdateSiteID", {"site-id": bytes(255)}),
        ("UpdateSiteID", {"colour": 1}),
        ("PublishBillingPeriod", {"duration": 1 << 24}),
        ("PublishBillingPeriod", {"duration": "long"}),
        ("SetEventConfiguration", {"number-of-events": 5}),
        ("GetSampledDataResponse", {"samples": 7}),
    ],
)
def test_values_that_do_not_fit_cannot_be_written(name: str, change: dict[str, object]) -> None:
    layout = zcl_command(*next(row for row in COMMANDS if row[3] == name)[:3]).layout
    with pytest.raises(ValueError, match=r"\w"):
        layout.write({**made.sample(layout), **change})


def test_a_command_of_the_other_side_is_not_taken_for_ours() -> None:
    body = decode_body(0x0705, 0x09, 0x09, bytes(4), 0, 4)
    assert body == Opaque(bytes(4), "command 0x09 of the server of cluster 0x0705 is not known")


@pytest.mark.parametrize("frame_control", [0x02, 0x03, 0x04, 0x05, 0x0D])
def test_frames_of_another_kind_stay_opaque(frame_control: int) -> None:
    assert isinstance(decode_body(0x0705, frame_control, 0x09, bytes(4), 0, 4), Opaque)


def test_both_extra_headers_stand_in_the_order_that_one_reader_knows() -> None:
    both = Component(0x0705, 0x19, 3, 0x05, Sealed(b"cipher", bytes(12)), from_date_time=0x01020304, frame_counter=2)
    octets = GbzPayload((both,)).encode()
    assert octets[8:14].hex() == "010203040002"
    assert decode_gbz(octets) == GbzPayload((both,))


def test_only_an_encrypted_body_has_a_frame_counter() -> None:
    for wrong in (
        Component(0x0705, 0x19, 0, 0x05, Sealed(b"", bytes(12))),
        Component(0x0705, 0x01, 0, 0x09, made.cluster_component(0x0705, False, 0x09).body, frame_counter=0),
    ):
        with pytest.raises(ValueError, match="needs a frame counter"):
            wrong.encode(last=True)


def test_an_alert_keeps_a_body_that_is_no_component() -> None:
    alert = GbzAlert(0x81A0, 5, (), b"\x00\x06", 1)
    assert decode_gbz_alert(alert.encode(), in_components=False) == alert
    sealed = Component(0x0702, 0x19, 0, 0x06, Sealed(b"cipher", bytes(12)), frame_counter=0)
    pushed = GbzAlert(0x8F0A, 5, (sealed,), b"", 1)
    assert decode_gbz_alert(pushed.encode(), in_components=True) == pushed
    with pytest.raises(GbcsError, match="breaks off"):
        decode_gbz_alert(alert.encode()[:8], in_components=False)


@pytest.mark.parametrize(
    "record",
    [
        AttributeRecord(0, 0, 0x23, -1),
        AttributeRecord(0, 0, 0x23, None),
        AttributeRecord(0, 0, 0x41, 5),
        AttributeRecord(0, 0, 0x41, bytes(255)),
        AttributeRecord(0, 0, 0x99, 5),
        AttributeRecord(0, 0, None, 5),
    ],
)
def test_an_attribute_value_that_is_none_of_its_type_cannot_be_written(record: AttributeRecord) -> None:
    with pytest.raises((ValueError, OverflowError)):
        ReadAttributesResponse((record,)).encode()


def test_named_values_are_a_mapping_without_what_is_absent() -> None:
    value = Named(("a", "b"), (1, None))
    assert dict(value) == {"a": 1}
    assert len(value) == 1
    assert "b" not in value
    assert value == {"a": 1}
    assert value == Named(("a", "b"), (1, None))
    assert value != Named(("a",), (1,))
    assert {value: 1}[Named(("a", "b"), (1, None))] == 1
    assert repr(value) == "Named({'a': 1})"


def test_every_cluster_with_a_command_has_a_name() -> None:
    assert {row[0] for row in COMMANDS} <= set(CLUSTERS)
    assert zcl_command(0x0705, False, 0x7F) is None
    assert isinstance(made.cluster_component(0x0705, False, 0x09).body, ClusterCommand)
