"""One value has one spelling, the one that RFC 8785 gives it; every other spelling is refused."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.errors import BundleError
from harness.vocab.canonical import canonical, check_canonical, digest, document, lines, parse, parse_line

if TYPE_CHECKING:
    from harness.vocab.canonical import Json

LIMIT = 2**53 - 1
texts = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: normalize("NFC", text))
keys = st.text(st.characters(max_codepoint=127), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LIMIT, LIMIT) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_the_spelling_is_that_of_rfc_8785(value: Json) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_what_is_spelt_can_be_read_back(value: Json) -> None:
    assert parse(document(value)) == value
    assert document(value).endswith(b"\n")


@given(
    values,
    st.booleans(),
    st.booleans(),
    st.sampled_from([(", ", ": "), (",", ":"), (",\t", ":")]),
    st.sampled_from(["", "\n", " \n", "\n\n"]),
)
def test_every_other_spelling_of_the_same_value_is_refused(
    value: Json, ascii_only: bool, sort: bool, separators: tuple[str, str], end: str
) -> None:
    other = (json.dumps(value, ensure_ascii=ascii_only, sort_keys=sort, separators=separators) + end).encode()
    assume(other != document(value))
    with pytest.raises(BundleError, match="E-CANON-BYTES"):
        parse(other)


@pytest.mark.parametrize(
    "octets",
    [
        b'{"a":1,"a":1}\n',
        b'{"b":1,"a":2}\n',
        b'"\\u0061"\n',
        b'"\\/"\n',
        b'"\\u001F"\n',
        b"-0\n",
        b"1e2\n",
        b"01\n",
        b"[1,]\n",
        b"1\r\n",
        b"\xef\xbb\xbf1\n",
        "1\n".encode("utf-16-le"),
        b'"\xff"\n',
        b'"\xed\xa0\x80"\n',
        b'"\\ud800"\n',
        b"",
        b"\n",
        b"1\n2\n",
        b"NaN\n",
        b"1" * 5000 + b"\n",
        b"[" * 100_000 + b"\n",
        b"[" * 5000 + b"]" * 5000 + b"\n",
    ],
    ids=lambda octets: repr(octets[:12]),
)
def test_octets_that_are_not_canonical_are_refused_with_their_place(octets: bytes) -> None:
    with pytest.raises(BundleError, match=r"^here:7: E-CANON-"):
        parse(octets, where="here:7")


@pytest.mark.parametrize("depth", [*range(100, 1100, 50), *range(960, 1010)])
def test_nesting_is_read_or_refused_at_any_depth(depth: int) -> None:
    octets = b"[" * depth + b"]" * depth + b"\n"
    try:
        value = parse(octets)
    except BundleError as error:
        assert error.what.startswith("E-CANON-BYTES")  # noqa: PT017 - either way out is right, a traceback is not
    else:
        assert document(value) == octets


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "E-CANON-FLOAT"),
        (1.0, "E-CANON-FLOAT"),
        (float("nan"), "E-CANON-FLOAT"),
        (b"octets", "E-CANON-FLOAT"),
        ({1, 2}, "E-CANON-FLOAT"),
        (object(), "E-CANON-FLOAT"),
        (2**53, "E-CANON-INT"),
        (-(2**53), "E-CANON-INT"),
        ({"é": 1}, "E-CANON-KEY"),
        ({1: 1}, "E-CANON-KEY"),
        ({None: 1}, "E-CANON-KEY"),
        ("e\u0301", "E-CANON-BYTES"),
        ("\ud800", "E-CANON-BYTES"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [0, value], lambda value: {"a": {"b": (value,)}}])
def test_a_value_without_a_canonical_form_is_refused(value: object, code: str, wrap: object) -> None:
    with pytest.raises(BundleError, match=f"^{code} "):
        canonical(wrap(value))  # type: ignore[operator]


def test_a_value_within_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(BundleError, match="E-CANON-BYTES has no canonical form"):
        canonical(loop)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [LIMIT, -LIMIT, 0, True, None, "", "é", [], {}, (), {"a": (1, [2])}])
def test_a_value_with_a_canonical_form_passes(value: object) -> None:
    check_canonical(value)


def test_the_example_of_rfc_8785_comes_out_as_printed_there_where_the_restriction_permits_it() -> None:
    """RFC 8785, section 3.2.2: literals and string; its numbers are floats, which are refused here."""
    value = {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/", "literals": [None, True, False]}
    assert canonical(value) == b'{"literals":[null,true,false],"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    with pytest.raises(BundleError, match="E-CANON-FLOAT"):
        canonical({"numbers": [333333333.33333329]})  # type: ignore[dict-item]


def test_a_document_is_a_value_and_one_line_feed() -> None:
    assert document({"b": 1, "a": [2, "x"]}) == b'{"a":[2,"x"],"b":1}\n'
    assert lines([{"a": 1}, {"b": 2}]) == b'{"a":1}\n{"b":2}\n'
    assert digest({"a": 1}) == sha256(b'{"a":1}\n').hexdigest()


@pytest.mark.parametrize("octets", [b"[1]\n", b"1\n", b'"x"\n', b"null\n"])
def test_a_line_holds_an_object(octets: bytes) -> None:
    with pytest.raises(BundleError, match=r"^there: E-CANON-BYTES a line holds no object"):
        parse_line(octets, where="there")
    assert parse_line(b'{"a":1}\n') == {"a": 1}
