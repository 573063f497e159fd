"""Numbers that stand for identities, and sentences without identifiers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.fieldlog.pseudonyms import Pseudonyms
from harness.masking.free_text import masked_value, without_identifiers
from harness.masking.ordinals import PSEUDONYM_PREFIX, Ordinals, is_pseudonym

METER = "a81b6a9f20c4d7e3"


@pytest.fixture
def names() -> Ordinals:
    found = Ordinals()
    found.device(METER, "esme")
    return found


def test_names_are_counted_by_role_and_the_first_declaration_holds(names):
    names.device("0011223344556677", "esme")
    names.party("8899aabbccddeeff", "supplier")
    names.party(METER, "acb")
    names.device("1111111111111111", "fridge")
    names.party("2222222222222222", "landlord")
    found = [
        names.name(name)[len(PSEUDONYM_PREFIX) :] for name in (METER, "0011223344556677", "8899aabbccddeeff", "1" * 16, "2" * 16, "3" * 16)
    ]
    assert found == ["03000001", "03000002", "41000001", "3f000001", "7f000001", "00000001"]
    assert names.eui64(bytes.fromhex(METER)).hex() == names.name(METER) == "027ace0003000001"
    assert is_pseudonym(names.name(METER))
    for name in (METER, "027ace0006000001", "027ace0003000000", "027ace00030000010", "027ACE0003000001"):
        assert not is_pseudonym(name)


@pytest.mark.parametrize("make", [Ordinals, lambda: Pseudonyms(bytes(range(32)))], ids=["ordinals", "keyed"])
@given(values=st.lists(st.binary(max_size=4), max_size=60), words=st.lists(st.text(max_size=9), max_size=30))
def test_what_is_equal_stays_equal_whoever_gives_the_pseudonyms(make, values, words):
    names = make()
    hidden = [names.permuted(value) for value in values]
    assert [len(value) for value in hidden] == [len(value) for value in values]
    assert len(set(hidden)) == len(set(values))
    marks = [names.mark(value, 12) for value in values]
    assert {len(mark) for mark in marks} <= {12}
    assert len(set(marks)) == len(set(values))
    spelt = [names.text(word) for word in words]
    assert [len(text.encode()) for text in spelt] == [len(word.encode()) for word in words]
    assert [names.text(word) for word in words] == spelt
    assert [names.permuted(value) for value in values] == hidden


@given(values=st.lists(st.binary(min_size=2, max_size=12), max_size=40, unique=True), seed=st.randoms())
def test_ordinals_tell_nothing_but_the_order(values, seed):
    """Other values in their place give the same numbers."""
    others = [seed.randbytes(len(value)) + bytes((place,)) for place, value in enumerate(values)]
    same_size = [value + b"\x00" for value in values]
    one, other = Ordinals(), Ordinals()
    assert [one.permuted(value) for value in same_size] == [other.permuted(value) for value in others]
    assert [one.mark(value, 64) for value in values] == [other.mark(value, 64) for value in others]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("window closed", "window closed"),
        (f"no answer from {METER} in 4m30s", "no answer from 027ace0003000001 in 4m30s"),
        ("A8-1B-6A-9F-20-C4-D7-E3 and a81b:6a9f:20c4:d7e3", "02-7a-ce-00-03-00-00-01 and 027a:ce00:0300:0001"),
        ("0xA81B6A9F20C4D7E3.", "0x027ace0003000001."),
        ("at 2030-01-07T00:00:00.5Z, 27m58s978ms297us737ns late", "at 2030-01-07T00:00:00.5Z, 27m58s978ms297us737ns late"),
        ("3 of 20 frames of 0x0704 were lost at 253.0 V", "3 of 20 frames of 0x0704 were lost at 253.0 V"),
        ("MAC a8:1b:6a:9f:20:c4", "MAC [hidden 1]"),
        ("b'\\xa8\\x1b\\x6a\\x9f\\x20\\xc4' twice: b'\\xa8\\x1b\\x6a\\x9f\\x20\\xc4'", "b'[hidden 1]' twice: b'[hidden 1]'"),
        ("[a8, 1b, 6a, 9f, 20, c4]", "[[hidden 1]]"),
        ("MPAN 12 3456 7890 123, MPRN 1234567", "MPAN [hidden 1], MPRN [hidden 2]"),
        ("alder-e1@1.2, no alder-e1@1.3", "[hidden 1], no [hidden 2]"),
        ("(alder-e1@1.2)", "([hidden 1])"),
        ("/dev/ttyUSB0 on 10.1.2.3 or fe80::aa1b:6aff:fe9f:20c4", "[hidden 1] on [hidden 2] or [hidden 3]"),
        ("key qBtqnyDE1+M=, JFknwPqxUcHz", "key [hidden 1], [hidden 2]"),
        ("in SW1A 1AA", "in [hidden 1]"),
        (f"{'ab' * 40}", "[hidden 1]"),
    ],
)
def test_sentences_keep_what_is_no_identifier(names, said, left):
    assert without_identifiers(said, names) == left
    assert without_identifiers(left, Ordinals()) in {left, re.sub(r"0300", "0000", left.replace("03-00", "00-00"))}


def test_values_are_searched_to_the_bottom(names):
    value = {METER: [1, None, True, {"by": METER, "for": 60_000_000_000}], "scope": "supplier"}
    assert masked_value(value, names) == {
        "027ace0003000001": [1, None, True, {"by": "027ace0003000001", "for": 60_000_000_000}],
        "scope": "supplier",
    }


@given(st.binary(min_size=8, max_size=8), st.sampled_from(["", "-", ":", " ", ", ", ", 0x", "\\x"]), st.booleans(), st.booleans())
def test_an_identifier_is_found_however_it_is_spelt(octets, between, is_capital, is_reversed):
    spelt = between.join(f"{octet:02X}" if is_capital else f"{octet:02x}" for octet in (octets[::-1] if is_reversed else octets))
    left = without_identifiers(f"gone: {spelt}; nobody answered", Ordinals())
    digits = re.sub(r"0x|[^0-9a-f]", "", left.partition(";")[0].removeprefix("gone: ").lower())
    assert digits in {"027ace0000000001", "dde1"}, left
    assert left.endswith("; nobody answered")
