"""Access-requests and -responses, data-notifications, encrypted reads: values, and every way of being wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import payload_specimens as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.gbcs import data_shapes
from harness.wire.gbcs.access import AccessRequest, AccessResponse, Choice, DataNotification, Specification
from harness.wire.gbcs.access_reading import decode_dlms
from harness.wire.gbcs.axdr import decode_items, read_items
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.dlms import CompactArray, Data, Tag
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.protected import ObjectDefinition, ProtectedRequest, ProtectedResponse, Protection

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = bytes.fromhex("d9200000050002 01000800000100 00ff02 02000300010008 00ff03 02 00 120005".replace(" ", ""))
RESPONSE = bytes.fromhex("da20000005000002 1200ff 00 02 0100 02fa".replace(" ", ""))
NOTIFICATION = bytes.fromhex("0f20000005000203 128002 090c07ee0107ff0c1e0f008000ff 1105".replace(" ", ""))


def test_a_request_known_octet_by_octet() -> None:
    request = decode_dlms(REQUEST)
    assert isinstance(request, AccessRequest)
    assert request.invoke_id == 0x20000005
    get, put = request.specifications
    assert (get.choice, get.class_id, get.instance.hex(), get.member) == (Choice.GET, 8, "0000010000ff", 2)
    assert (put.choice, put.class_id, put.instance.hex(), put.member) == (Choice.SET, 3, "0001000800ff", 3)
    assert request.data == (Data(Tag.NULL, None), Data(Tag.LONG_UNSIGNED, 5))


def test_a_response_known_octet_by_octet() -> None:
    response = decode_dlms(RESPONSE)
    assert isinstance(response, AccessResponse)
    assert response.data == (Data(Tag.LONG_UNSIGNED, 255), Data(Tag.NULL, None))
    assert [(result.choice, result.code) for result in response.results] == [(1, 0), (2, 250)]


def test_a_notification_tells_code_and_time() -> None:
    notification = decode_dlms(NOTIFICATION)
    assert isinstance(notification, DataNotification)
    assert (notification.code, str(notification.time)) == (0x8002, "2030-01-07T12:30:15Z")
    assert notification.members == (Data(Tag.UNSIGNED, 5),)


@pytest.mark.parametrize(
    ("octets", "offset", "what"),
    [
        ("d92000", 3, "breaks off"),
        ("d8200000050000", 0, "another DLMS APDU"),
        ("d9200000050100", 5, "a date-time in a DLMS payload"),
        ("d92000000500ff", 6, "not a usable length"),
        ("d920000005007f", 6, "127 specifications"),
        ("d9200000050001" + "05" + "00" * 9 + "0100", 7, "an unknown choice"),
        ("d9200000050002" + "04" + "00" * 9 + "0100" + "07" + "00" * 9 + "020000", 19, "an unknown choice"),
        ("d9200000050001" + "04" + "00" * 9, 17, "a selection breaks off"),
        ("d9200000050002" + "04" + "00" * 9 + "01" + "0908" + "00" * 8, 28, "a specification breaks off"),
        ("d9200000050001" + "01" + "00" * 9 + "020000", 17, "2 values"),
        ("d9200000050001" + "01" + "00" * 9 + "01", 18, "a value is missing"),
        ("d9200000050001" + "01" + "00" * 9 + "010000", 19, "1 octets after the data"),
        ("da20000005000100", 6, "a request specification"),
        ("da2000000500007f", 7, "127 values"),
        ("da20000005000001000201000100", 9, "2 results"),
        ("da20000005000001000101", 10, "the results break off"),
        ("da2000000500000100010400", 10, "an unknown choice"),
        ("da200000050000010001010000", 12, "1 octets after the data"),
        ("0f2000000500128002", 6, "another data-notification"),
        ("0f20000005000201128002", 6, "another data-notification"),
        ("0f2000000500020211051105", 8, "no alert code"),
        ("0f20000005000202128002090100", 11, "no date-time"),
        ("0f200000050002021280020a0c" + "41" * 12, 11, "no date-time"),
    ],
)
def test_what_breaks_the_layout_is_refused_with_its_place(octets: str, offset: int, what: str) -> None:
    with pytest.raises(GbcsError, match=what) as caught:
        decode_dlms(bytes.fromhex(octets))
    assert (caught.value.rule, caught.value.offset) == ("E31", offset), str(caught.value)


def test_values_and_specifications_must_be_as_many_to_be_written() -> None:
    specification = Specification(Choice.GET, 1, bytes(6), 2)
    with pytest.raises(ValueError, match="1 values for 2 specifications"):
        AccessRequest(0, (specification,) * 2, (Data(Tag.NULL, None),)).encode()
    with pytest.raises(ValueError, match="0 results for 1 values"):
        AccessResponse(0, (Data(Tag.NULL, None),), ()).encode()


def plainly(octets: bytes) -> tuple[Data, ...]:
    """Read values type by type, whatever shapes are remembered."""
    return decode_items(octets)


def outcome(read: Callable[[], tuple[Data, ...]]) -> tuple[Data, ...] | str:
    """Return what was read, or the rule that refused it."""
    try:
        return read()
    except GbcsError as error:
        return error.rule


def places(items: tuple[Data, ...]) -> list[object]:
    return [(item.tag, item.offset, item.end, places(item.children)) for item in items]


@given(st.data())
def test_data_of_a_remembered_shape_are_read_as_if_nothing_were_remembered(data: st.DataObject) -> None:
    specimen = data.draw(st.sampled_from([one for one in made.SPECIMENS if isinstance(one.payload, (AccessRequest, AccessResponse))]))
    octets = bytearray(b"".join(item.encode() for item in specimen.payload.data))
    count = len(specimen.payload.data)
    assert read_items(bytes(octets), 0, count)[1] == len(octets)
    for at in data.draw(st.lists(st.integers(0, len(octets) - 1), max_size=4)):
        octets[at] = data.draw(st.integers(0, 255))
    expected = outcome(lambda: plainly(bytes(octets)))
    if isinstance(expected, str):
        assert outcome(lambda: read_items(bytes(octets), 0, count + len(octets))[0])[:3] == expected[:3]
        return
    found = outcome(lambda: read_items(bytes(octets), 0, len(expected))[0])
    assert found == expected
    assert places(found) == places(expected)


def test_the_same_shape_is_read_the_short_way() -> None:
    specimen = next(one for one in made.SPECIMENS if one.name == "dlms-response")
    octets = b"".join(item.encode() for item in specimen.payload.data)
    items, _ = read_items(octets, 0, len(specimen.payload.data))
    remembered = data_shapes.remembered(octets, 0, len(items))
    assert remembered is not None
    assert remembered[0] == items == plainly(octets)
    assert places(remembered[0]) == places(plainly(octets))


def test_what_is_remembered_stays_bounded() -> None:
    for size in range(1, 1200):
        data_shapes.learn(decode_items(Data(Tag.OCTET_STRING, bytes(size)).encode()), Data(Tag.OCTET_STRING, bytes(size)).encode(), 0, size)
    held = sum(shape.after - shape.at for shapes in data_shapes._remembered.values() for shape in shapes)
    assert held == data_shapes._held[0]
    assert held <= data_shapes._MOST + data_shapes._LONGEST
    too_long = Data(Tag.OCTET_STRING, bytes(3000)).encode()
    read_items(too_long, 0, 1)
    assert data_shapes.remembered(too_long, 0, 1) is None


def test_a_date_time_is_found_in_its_own_type_and_in_an_octet_string() -> None:
    noon = made.NOON
    assert Data(Tag.DATE_TIME, noon).date_time == noon
    assert Data(Tag.OCTET_STRING, noon.encode()).date_time == noon
    assert Data(Tag.OCTET_STRING, bytes(11)).date_time is None
    assert Data(Tag.UNSIGNED, 5).date_time is None


def test_an_encrypted_read_is_typed_both_ways() -> None:
    request = ProtectedRequest.read(made.READ_REQUEST.data())
    assert request == made.READ_REQUEST
    assert request.objects[1].between == (made.NOON, made.NOON)
    assert isinstance(request.objects[1].between[0], CosemDateTime)


def spoilt(data: Data, path: tuple[int, ...], put: Data) -> Data:
    """Return data with the member at a path exchanged."""
    if not path:
        return put
    members = list(data.children)
    members[path[0]] = spoilt(members[path[0]], path[1:], put)
    return Data(data.tag, tuple(members))


@pytest.mark.parametrize(
    ("path", "put"),
    [
        ((), Data(Tag.STRUCTURE, ())),
        ((0,), Data(Tag.STRUCTURE, ())),
        ((0, 0), Data(Tag.STRUCTURE, (Data(Tag.UNSIGNED, 1),))),
        ((0, 0, 1), Data(Tag.OCTET_STRING, bytes(5))),
        ((0, 0, 3), Data(Tag.LONG_UNSIGNED, 1)),
        ((0, 0, 4, 0), Data(Tag.ENUM, 7)),
        ((0, 1, 4, 1, 0), Data(Tag.OCTET_STRING, bytes(5))),
        ((1,), Data(Tag.ARRAY, ())),
        ((1, 0, 0), Data(Tag.ENUM, 1)),
        ((1, 0, 1, 0), Data(Tag.OCTET_STRING, bytes(8))),
        ((1, 0, 1, 4, 1, 0), Data(Tag.OCTET_STRING, b"\x01")),
    ],
)
def test_another_encrypted_read_is_refused(path: tuple[int, ...], put: Data) -> None:
    with pytest.raises(GbcsError, match="E31"):
        ProtectedRequest.read(spoilt(made.READ_REQUEST.data(), path, put))


def test_members_that_are_no_encrypted_body_are_none() -> None:
    protection = Protection(flag=4, counter=1, originator=made.ESME, recipient=made.SUPPLIER).data()
    assert ProtectedResponse.read((protection, Data(Tag.OCTET_STRING, bytes(20)))) is None
    assert ProtectedResponse.read((protection, Data(Tag.UNSIGNED, 1))) is None
    assert ProtectedResponse.read((Data(Tag.ARRAY, ()), Data(Tag.OCTET_STRING, b"\x31" + bytes(20)))) is None
    assert ProtectedResponse.read((protection,)) is None
    found = ProtectedResponse.read((protection, Data(Tag.OCTET_STRING, b"\x31" + bytes(20))))
    assert found is not None
    assert found.members() == (protection, Data(Tag.OCTET_STRING, b"\x31" + bytes(20)))


def test_an_object_definition_without_restriction_asks_for_all() -> None:
    wanted = ObjectDefinition(class_id=7, instance=bytes(6), attribute=2)
    assert ObjectDefinition.read(wanted.data()).between is None


def test_an_empty_log_has_no_rows() -> None:
    specimen = next(one for one in made.SPECIMENS if one.name == "dlms-response")
    value = specimen.payload.data[3].value
    assert isinstance(value, CompactArray)
    assert value.rows == ()
