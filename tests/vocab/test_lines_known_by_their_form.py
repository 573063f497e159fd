"""Reading fast changes nothing: what is known by its form is what the parser would have said of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import BundleError
from harness.vocab.canonical import canonical, check_canonical, lines, parse, parse_line
from harness.vocab.journal import Journal, check_lines

MESSAGE = b'{"at":17,"destination":"00db123456789001","kind":"message","octets":"df09","source":"90b3d51f30010000","tap":"hub"}\n'
FIRST = b'{"at":0,"clock":"log","epoch":"2030-01-07T00:00:00Z","format":"smets-journal/1","kind":"journal","realm":"F","trial":"t1"}\n'
LAST = b'{"at":99,"kind":"end","reason":"window closed"}\n'

LIKE_A_MESSAGE = [
    MESSAGE.replace(b'"at":17', b'"at":017'),
    MESSAGE.replace(b'"at":17', b'"at":-0'),
    MESSAGE.replace(b'"at":17', b'"at":17.0'),
    MESSAGE.replace(b'"at":17', b'"at":1e1'),
    MESSAGE.replace(b'"at":17', b'"at":9007199254740992'),
    MESSAGE.replace(b'"at":17', b'"at":99999999999999999'),
    MESSAGE.replace(b'"at":17', b'"at": 17'),
    MESSAGE.replace(b'"df09"', b'"\\u0064f09"'),
    MESSAGE.replace(b"\n", b"\r\n"),
    MESSAGE.replace(b"\n", b" \n"),
    MESSAGE.replace(b"\n", b""),
    MESSAGE.replace(b',"tap":"hub"', b',"tap":"hub","tap":"hub"'),
    MESSAGE.replace(b'{"at":17,', b"{").replace(b'"tap":"hub"', b'"tap":"hub","at":17'),
    MESSAGE + b"\n",
    b" " + MESSAGE,
    b"[1,2]\n",
    "{\"e\u0301\":1}\n".encode(),
]  # fmt: skip


def test_a_message_is_read_as_the_parser_reads_it():
    journal = Journal(FIRST + MESSAGE + LAST)
    assert journal[2] == json.loads(MESSAGE) == parse_line(MESSAGE)
    assert list(journal[2]) == list(json.loads(MESSAGE))


@pytest.mark.parametrize("octets", LIKE_A_MESSAGE)
def test_what_only_looks_like_a_message_is_refused_by_all(octets):
    for reads in (parse_line, check_lines, lambda octets: Journal(FIRST + octets + LAST)):
        with pytest.raises(BundleError):
            reads(octets)


@pytest.mark.parametrize("at", [0, 9, 10**15 - 1, 10**15, 9 * 10**15 - 1, 9 * 10**15, (1 << 53) - 1])
def test_an_instant_is_read_up_to_the_largest_that_can_be_written(at):
    octets = MESSAGE.replace(b'"at":17', b'"at":%d' % at)
    assert Journal(FIRST + octets + LAST.replace(b"99", b"%d" % at))[2]["at"] == at


@pytest.mark.parametrize("octets", [MESSAGE.replace(b"df09", b"DF09"), MESSAGE.replace(b"hub", b"air"), MESSAGE.replace(b"00db", b"0db")])
def test_a_line_of_another_form_that_is_canonical_is_read_all_the_same(octets):
    assert Journal(FIRST + octets + LAST)[2] == json.loads(octets)
    assert check_lines(octets) == 1


@given(
    st.lists(st.sampled_from([MESSAGE, LAST, b'{"a":[1,"x"]}\n', b'{"at":1}\n'])), st.integers(0, 5), st.sampled_from(LIKE_A_MESSAGE[:4])
)
def test_lines_are_counted_and_the_first_wrong_one_is_named(good, place, bad):
    assert check_lines(b"".join(good)) == len(good)
    with pytest.raises(BundleError) as refused:
        check_lines(b"".join([*good[:place], bad, *good[place:]]), where="x", line=11)
    assert refused.value.where == f"x:{11 + len(good[:place])}"


NUMBERS = st.one_of(st.integers(-(1 << 60), 1 << 60), st.integers(-99, 99), st.booleans(), st.none(), st.floats())
VALUES = st.recursive(
    st.one_of(NUMBERS, st.text(max_size=6), st.sampled_from(("e\u0301", "\ud800", "é", "\x7f", "\u2028"))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=3), inner, max_size=4),
        st.dictionaries(st.one_of(st.integers(), st.none(), st.text("ab")), inner, max_size=2),
        st.tuples(inner, inner),
    ),
    max_leaves=12,
)


@settings(max_examples=400)
@given(VALUES)
def test_a_value_is_written_where_every_part_of_it_has_a_canonical_form_and_nowhere_else(value):
    try:
        check_canonical(value)
    except BundleError:
        with pytest.raises(BundleError):
            canonical(value)
        return
    except UnicodeEncodeError:
        return
    try:
        octets = canonical(value)
    except BundleError as error:
        assert "surrogate" in str(error)  # noqa: PT017
        return
    assert parse(octets + b"\n") == json.loads(octets)


@settings(max_examples=400)
@given(VALUES, st.sampled_from((None, 1)), st.booleans(), st.booleans())
def test_json_in_another_spelling_is_refused(value, indent, escaped, ordered):
    try:
        octets = canonical(value) + b"\n"
        other = json.dumps(value, indent=indent, ensure_ascii=escaped, sort_keys=ordered).encode() + b"\n"
    except (BundleError, TypeError, UnicodeEncodeError):
        return
    if other == octets:
        assert parse(other) == json.loads(other)
    else:
        with pytest.raises(BundleError):
            parse(other)


def test_lines_of_nothing_are_none():
    assert (check_lines(b""), lines(())) == (0, b"")
