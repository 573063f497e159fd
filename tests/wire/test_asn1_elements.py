"""ASN.1 elements keep the form of their lengths; openssl reads what is written here."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.gbcs.asn1 import (
    Tlv,
    decode_tlv,
    integer_octets,
    length_forms,
    read_integer,
    with_length_forms,
)
from harness.wire.gbcs.outer import GbcsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

leaves = st.builds(Tlv, st.sampled_from([0x02, 0x04, 0x05, 0x0A, 0x80]), st.binary(max_size=300))
elements = st.recursive(leaves, lambda inner: st.builds(Tlv, st.sampled_from([0x30, 0xA2]), st.lists(inner, max_size=4).map(tuple)))


@given(elements)
def test_any_element_is_read_back_as_it_was(element: Tlv) -> None:
    read = decode_tlv(element.encode(), 10)
    assert read == element
    assert (read.offset, read.end) == (10, 10 + len(element.encode()))
    assert length_forms(read) == ()
    assert hash(read) == hash(element)


@given(elements, st.randoms(use_true_random=False))
def test_any_definite_form_of_a_length_is_kept(element: Tlv, random: object) -> None:
    def rewritten(inner: Tlv) -> Tlv:
        value = inner.value if isinstance(inner.value, bytes) else tuple(rewritten(part) for part in inner.value)
        return Tlv(inner.tag, value, form=random.choice([2, 3, 4]))  # type: ignore[attr-defined]

    odd = rewritten(element)
    read = decode_tlv(odd.encode())
    assert read.encode() == odd.encode()
    assert with_length_forms(element, length_forms(read)).encode() == odd.encode()


def refusal(octets: bytes, base: int) -> GbcsError | None:
    """Return why octets are no element, or ``None`` after checking that they are written again as they were."""
    try:
        element = decode_tlv(octets, base)
    except GbcsError as error:
        return error
    assert element.encode() == octets
    return None


@given(st.binary(max_size=40))
def test_any_octets_are_an_element_or_an_error(octets: bytes) -> None:
    error = refusal(octets, 3)
    if error is not None:
        assert error.rule == "E34"
        assert octets[error.offset - 3 :].startswith(error.octets)


@given(st.integers(-(1 << 70), 1 << 70))
def test_integers_are_minimal_two_complement(value: int) -> None:
    octets = integer_octets(value)
    assert read_integer(octets, 0) == value
    for longer in (b"\x00" + octets, b"\xff" + octets):
        if int.from_bytes(longer, "big", signed=True) == value:
            with pytest.raises(GbcsError, match="E34 an INTEGER that is not minimal"):
                read_integer(longer, 0)


def test_a_length_above_127_is_written_the_way_devices_do() -> None:
    assert Tlv(0x04, bytes(0x97)).encode()[:4] == b"\x04\x82\x00\x97"
    assert Tlv(0x04, bytes(0x97), form=1).encode()[:3] == b"\x04\x81\x97"
    assert Tlv(0x04, bytes(0x7F)).encode()[:2] == b"\x04\x7f"


@pytest.mark.parametrize(
    ("octets", "offset", "what"),
    [
        ("", 0, "breaks off"),
        ("30", 0, "breaks off"),
        ("3080020101 0000", 1, "not a usable length"),
        ("3085000000000", None, "not a usable length"),
        ("3082", 1, "not a usable length"),
        ("3003020101ff", 5, "1 octets after"),
        ("3004020101", 1, "an element of 4 octets"),
        ("3003020201", 3, "an element of 2 octets"),
        ("1f8101", 0, "a tag of several octets"),
        ("3002" * 20, None, None),
        ("300402000203", 5, "an element of 3 octets"),
    ],
)
def test_an_element_that_does_not_hold_is_refused_with_its_place(octets: str, offset: int | None, what: str | None) -> None:
    octets = octets.replace(" ", "")
    with pytest.raises(GbcsError, match=what) as caught:
        decode_tlv(bytes.fromhex(octets + "0" * (len(octets) % 2)))
    assert caught.value.rule == "E34"
    if offset is not None:
        assert caught.value.offset == offset, str(caught.value)


def test_nesting_has_a_limit() -> None:
    element = Tlv(0x05, b"")
    for _ in range(16):
        element = Tlv(0x30, (element,))
    assert decode_tlv(element.encode()) == element
    with pytest.raises(GbcsError, match="nested deeper than 16"):
        decode_tlv(Tlv(0x30, (element,)).encode())


@pytest.mark.parametrize("forms", [(2,), (2, 0, 0)])
def test_length_forms_must_fit_the_element(forms: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="length forms"):
        with_length_forms(Tlv(0x30, (Tlv(0x05, b""),)), forms)


def test_openssl_reads_the_bodies_of_our_alerts(tool: Callable[[str], str], our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    from harness.wire.gbcs.outer import Profile, decode_message

    openssl = tool("openssl")
    seen = 0
    for octets in our_alerts.values():
        message = decode_message(octets)
        if message.profile is Profile.ASN1:
            path = tmp_path / "payload.der"
            path.write_bytes(message.payload)
            done = subprocess.run(
                [openssl, "asn1parse", "-inform", "DER", "-in", str(path)], capture_output=True, text=True, check=True, timeout=30
            )
            ours = [element.offset for element in _walk(decode_tlv(message.payload))]
            assert [int(line.split(":")[0]) for line in done.stdout.splitlines()] == ours
            seen += 1
    assert seen >= 6


def _walk(element: Tlv) -> list[Tlv]:
    return [element, *(inner for child in element.children for inner in _walk(child))]
