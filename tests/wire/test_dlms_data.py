"""DLMS data: every type both ways, compact arrays, and every way of being wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.gbcs.axdr import BitString, CompactArray, Data, Description, Tag, decode_data, decode_items
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.dlms import Cell
from harness.wire.gbcs.outer import GbcsError


def integers(bits: int, *, signed: bool) -> st.SearchStrategy[int]:
    return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1) if signed else st.integers(0, (1 << bits) - 1)


def bit_strings() -> st.SearchStrategy[BitString]:
    return st.integers(0, 70).flatmap(
        lambda size: st.binary(min_size=(size + 7) // 8, max_size=(size + 7) // 8).map(lambda octets: BitString(size, octets))
    )


date_times = st.binary(min_size=12, max_size=12).map(CosemDateTime.decode)
SIMPLE = {
    Tag.NULL: st.none(),
    Tag.BOOLEAN: integers(8, signed=False),
    Tag.BIT_STRING: bit_strings(),
    Tag.DOUBLE_LONG: integers(32, signed=True),
    Tag.DOUBLE_LONG_UNSIGNED: integers(32, signed=False),
    Tag.OCTET_STRING: st.binary(max_size=200),
    Tag.VISIBLE_STRING: st.text(st.characters(max_codepoint=127), max_size=200),
    Tag.UTF8_STRING: st.text(max_size=100),
    Tag.INTEGER: integers(8, signed=True),
    Tag.LONG: integers(16, signed=True),
    Tag.UNSIGNED: integers(8, signed=False),
    Tag.LONG_UNSIGNED: integers(16, signed=False),
    Tag.LONG64: integers(64, signed=True),
    Tag.LONG64_UNSIGNED: integers(64, signed=False),
    Tag.ENUM: integers(8, signed=False),
    Tag.FLOAT32: st.binary(min_size=4, max_size=4),
    Tag.FLOAT64: st.binary(min_size=8, max_size=8),
    Tag.DATE_TIME: date_times,
    Tag.DATE: st.binary(min_size=5, max_size=5),
    Tag.TIME: st.binary(min_size=4, max_size=4),
}
simple = st.sampled_from(sorted(SIMPLE)).flatmap(lambda tag: SIMPLE[tag].map(lambda value: Data(tag, value)))


def grouped(inner: st.SearchStrategy[Data]) -> st.SearchStrategy[Data]:
    members = st.lists(inner, max_size=4).map(tuple)
    return st.builds(Data, st.sampled_from([Tag.ARRAY, Tag.STRUCTURE]), members)


trees = st.recursive(simple, grouped, max_leaves=20)
descriptions = st.recursive(
    st.sampled_from(sorted(set(SIMPLE) - {Tag.NULL})).map(Description),
    lambda inner: (
        st.builds(lambda part, count: Description(Tag.ARRAY, count, (part,)), inner, st.integers(1, 3))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Description(Tag.STRUCTURE, 0, tuple(parts)))
    ),
    max_leaves=6,
)


def described(description: Description) -> st.SearchStrategy[Cell]:
    """Draw a row of the shape that a compact-array's description gives."""
    tag = Tag(description.tag)
    if tag in SIMPLE:
        return SIMPLE[tag]
    parts = description.parts * description.count if tag == Tag.ARRAY else description.parts
    return st.tuples(*(described(part) for part in parts))


def test_every_type_of_the_standard_is_covered_here() -> None:
    assert set(SIMPLE) | {Tag.ARRAY, Tag.STRUCTURE, Tag.COMPACT_ARRAY} == set(Tag)


@given(trees)
def test_any_data_is_read_back_as_it_was(data: Data) -> None:
    octets = data.encode()
    read = decode_data(octets, 100)
    assert read == data
    assert (read.offset, read.end) == (100, 100 + len(octets))
    assert hash(read) == hash(data)


@given(descriptions.flatmap(lambda description: st.tuples(st.just(description), st.lists(described(description), max_size=3))))
def test_any_compact_array_is_read_back_as_it_was(drawn: tuple[Description, list[Cell]]) -> None:
    description, rows = drawn
    data = Data(Tag.COMPACT_ARRAY, CompactArray(description, tuple(rows)))
    assert decode_data(data.encode()) == data


def refusal(octets: bytes, base: int) -> GbcsError | None:
    """Return why octets are no data, or ``None`` after checking that they are written again as they were."""
    try:
        data = decode_data(octets, base)
    except GbcsError as error:
        return error
    assert data.encode() == octets
    return None


@given(st.binary(max_size=60))
def test_any_octets_are_data_or_an_error(octets: bytes) -> None:
    error = refusal(octets, 7)
    if error is not None:
        assert error.rule == "E31"
        assert 7 <= error.offset <= 7 + len(octets)
        assert octets[error.offset - 7 :].startswith(error.octets)


@pytest.mark.parametrize(
    ("octets", "data"),
    [
        ("00", Data(Tag.NULL, None)),
        ("03ff", Data(Tag.BOOLEAN, 0xFF)),
        ("0420e0000001", Data(Tag.BIT_STRING, BitString(32, b"\xe0\x00\x00\x01"))),
        ("040580", Data(Tag.BIT_STRING, BitString(5, b"\x80"))),
        ("05fffffffe", Data(Tag.DOUBLE_LONG, -2)),
        ("06fffffffe", Data(Tag.DOUBLE_LONG_UNSIGNED, 0xFFFFFFFE)),
        ("0902abcd", Data(Tag.OCTET_STRING, b"\xab\xcd")),
        ("0a024742", Data(Tag.VISIBLE_STRING, "GB")),
        ("0c02c2a3", Data(Tag.UTF8_STRING, "£")),
        ("0f80", Data(Tag.INTEGER, -128)),
        ("10fffe", Data(Tag.LONG, -2)),
        ("128002", Data(Tag.LONG_UNSIGNED, 0x8002)),
        ("1602", Data(Tag.ENUM, 2)),
        ("1907ee0101ff000000008000ff", Data(Tag.DATE_TIME, CosemDateTime(2030, 1, 1))),
        ("01020f010f02", Data(Tag.ARRAY, (Data(Tag.INTEGER, 1), Data(Tag.INTEGER, 2)))),
        ("0200", Data(Tag.STRUCTURE, ())),
        (
            "13020206120c0000000180020000000280 03",
            Data(
                Tag.COMPACT_ARRAY,
                CompactArray(
                    Description(Tag.STRUCTURE, 0, (Description(Tag.DOUBLE_LONG_UNSIGNED), Description(Tag.LONG_UNSIGNED))),
                    ((1, 0x8002), (2, 0x8003)),
                ),
            ),
        ),
        ("13120 0".replace(" ", ""), Data(Tag.COMPACT_ARRAY, CompactArray(Description(Tag.LONG_UNSIGNED), ()))),
    ],
)
def test_known_octets_are_known_values(octets: str, data: Data) -> None:
    assert decode_data(bytes.fromhex(octets)) == data
    assert data.encode() == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("octets", "offset", "what"),
    [
        ("", 0, "a value is missing"),
        ("07", 0, "an unknown type"),
        ("0203", 1, None),
        ("02010f", 3, "runs past the end"),
        ("0f0100", 2, "1 octets after the data"),
        ("098102abcd", 1, "not a usable length"),
        ("0980", 1, "not a usable length"),
        ("0903abcd", 2, "runs past the end"),
        ("0a0180", 2, "a visible-string with other characters"),
        ("0c02c2ff", 2, "a utf8-string with other characters"),
        ("0420e00000", 2, "runs past the end"),
        ("130003010203", 1, "takes no octets"),
        ("13010000120100", 1, "takes no octets"),
        ("1302000100", 1, "takes no octets"),
        ("131312000100", 1, "inside another"),
        ("1312030102", 3, "rows of 3 octets"),
        ("131203010203", 3, "a multiple of 2"),
        ("02" * 40, 1, None),
        ("0101" * 17 + "00", 34, "nested deeper than 16"),
    ],
)
def test_data_that_does_not_hold_is_refused_with_its_place(octets: str, offset: int, what: str | None) -> None:
    with pytest.raises(GbcsError, match=what) as caught:
        decode_data(bytes.fromhex(octets))
    if what is not None:
        assert caught.value.offset == offset, str(caught.value)
    assert caught.value.rule == "E31"


def test_a_small_message_cannot_ask_for_a_large_array() -> None:
    nested = "0202" + "01ffff" * 6 + "11"
    with pytest.raises(GbcsError, match="one row as described"):
        decode_data(bytes.fromhex(f"13{nested}1104{'00' * 4}"))


def test_items_one_after_another_are_read_in_order() -> None:
    items = decode_items(bytes.fromhex("110a1164"), 50)
    assert [(item.value, item.offset, item.end) for item in items] == [(10, 50, 52), (100, 52, 54)]


@pytest.mark.parametrize(
    "data",
    [
        Data(Tag.UNSIGNED, 256),
        Data(Tag.INTEGER, -129),
        Data(Tag.VISIBLE_STRING, "£"),
        Data(Tag.COMPACT_ARRAY, CompactArray(Description(Tag.UNSIGNED), (256,))),
        Data(Tag.COMPACT_ARRAY, CompactArray(Description(Tag.UNSIGNED), ((1,),))),
        Data(Tag.COMPACT_ARRAY, CompactArray(Description(Tag.DATE), (b"",))),
        Data(Tag.COMPACT_ARRAY, CompactArray(Description(Tag.ARRAY, 2, (Description(Tag.UNSIGNED),)), ((),))),
        Data(
            Tag.COMPACT_ARRAY,
            CompactArray(Description(Tag.STRUCTURE, 0, (Description(Tag.UNSIGNED),)), ((),)),
        ),
    ],
)
def test_values_that_are_none_of_their_type_cannot_be_written(data: Data) -> None:
    with pytest.raises((ValueError, OverflowError)):
        data.encode()


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("07ee0107ff0c1e0f008000ff", "2030-01-07T12:30:15Z"),
        ("0000000000000000008000ff", "now"),
        ("ffffffffffffffffff8000ff", "never"),
        ("ffffff01ffff0000008000ff", "*-*-01T*:00:00Z"),
        ("07ee0107ff0c1e0f63003c02", "2030-01-07T12:30:15.99 deviation 0x003C status 0x02"),
    ],
)
def test_a_date_time_tells_what_it_leaves_open(octets: str, text: str) -> None:
    assert str(CosemDateTime.decode(bytes.fromhex(octets))) == text


@given(st.integers(0, 0xFFFF_FFFF))
def test_seconds_since_2000_go_into_a_date_time_and_come_back(seconds: int) -> None:
    assert CosemDateTime.from_seconds(seconds).seconds == seconds
    assert CosemDateTime.decode(CosemDateTime.from_seconds(seconds).encode()).seconds == seconds
