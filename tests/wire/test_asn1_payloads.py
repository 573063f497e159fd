"""ASN.1 payloads by schema: every row both ways, kept length forms, and every way of being wrong; openssl reads them, too."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import payload_specimens as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.gbcs.asn1 import Tlv, decode_tlv
from harness.wire.gbcs.asn1_schema import SCHEMA, Asn1Payload, asn1_type, decode_asn1
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import Cra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAYLOADS = [Asn1Payload(code, cra, value) for _, code, cra, value in made.ASN1_VALUES]
IDS = [name for name, *_ in made.ASN1_VALUES]


READABLE = [payload for payload in PAYLOADS if made.CERTIFICATE not in payload.encode()]
"""Those in which all is real ASN.1: our stand-in for a certificate is a SEQUENCE of octets that are none."""


@pytest.mark.parametrize("payload", READABLE, ids=lambda payload: f"{payload.message_code:04X}-{payload.cra}")
def test_openssl_finds_the_elements_that_we_write(tool: Callable[[str], str], payload: Asn1Payload, tmp_path: Path) -> None:
    path = tmp_path / "payload.der"
    path.write_bytes(payload.encode())
    command = [tool("openssl"), "asn1parse", "-inform", "DER", "-in", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert [int(line.split(":")[0]) for line in done.stdout.splitlines()] == list(_starts(decode_tlv(payload.encode())))


def _starts(element: Tlv) -> Iterator[int]:
    yield element.offset
    for inner in element.children:
        yield from _starts(inner)


def _written(element: Tlv, forms: list[int]) -> bytes:
    """Write an element with the length forms given, one for each element; 0 gives way to 2 where a length is too long for it."""
    form = forms.pop(0)
    content = element.content if isinstance(element.value, bytes) else b"".join(_written(inner, forms) for inner in element.value)
    form = 2 if form == 0 and len(content) >= 0x80 else form
    head = bytes((element.tag, len(content))) if not form else bytes((element.tag, 0x80 | form)) + len(content).to_bytes(form, "big")
    return head + content


@given(st.data())
def test_whatever_the_length_forms_they_are_kept(data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from(READABLE))
    tree = decode_tlv(payload.encode())
    count = len(list(_starts(tree)))
    octets = _written(tree, data.draw(st.lists(st.sampled_from([0, 2, 3, 4]), min_size=count, max_size=count)))
    found = decode_asn1(octets, payload.message_code, payload.cra)
    assert found.value == payload.value
    assert found.encode() == octets
    assert found == payload or found.length_forms


def test_the_form_that_devices_write_is_the_one_written_and_needs_no_note() -> None:
    payload = Asn1Payload(0x00B2, Cra.ALERT, next(value for name, _, _, value in made.ASN1_VALUES if name == "log-backup"))
    octets = payload.encode()
    assert octets[:4] == b"\x30\x82\x00" + bytes((len(octets) - 4,))
    assert decode_asn1(octets, 0x00B2, Cra.ALERT).length_forms == ()
    shorter = b"\x30\x81" + octets[3:]
    found = decode_asn1(shorter, 0x00B2, Cra.ALERT)
    assert found.length_forms[0] == 1
    assert found.encode() == shorter


@pytest.mark.parametrize(
    ("code", "cra", "octets", "offset", "what"),
    [
        (0x0010, Cra.COMMAND, "0407" + "00" * 7, 2, "entity id of 7 octets"),
        (0x0010, Cra.COMMAND, "040800", 1, "an element of 8 octets"),
        (0x0010, Cra.COMMAND, "3000", 0, "another element than entity id"),
        (0x0010, Cra.COMMAND, "0408" + "00" * 8 + "00", 10, "1 octets after the outermost element"),
        (0x0013, Cra.COMMAND, "050100", 2, "a NULL that is not empty"),
        (0x000B, Cra.RESPONSE, "02020001", 2, "not minimal"),
        (0x000B, Cra.RESPONSE, "0200", 2, "not minimal"),
        (0x000B, Cra.RESPONSE, "020a01" + "00" * 9, 2, "an INTEGER of 10 octets"),
        (0x000A, Cra.COMMAND, "3000", 2, "no key usage"),
        (0x000A, Cra.COMMAND, "3003030107", 4, "no BIT STRING"),
        (0x000A, Cra.COMMAND, "300403020880", 4, "no BIT STRING"),
        (0x000A, Cra.COMMAND, "3006030207800500", 6, "2 octets after key usage wanted"),
        (0x007F, Cra.COMMAND, "3004180232305a"[:12], 4, "start is no time"),
        (0x0129, Cra.RESPONSE, "30090404000000000201", 1, "an element of 9 octets"),
        (0x0129, Cra.RESPONSE, "3006040400000000", 8, "no code"),
        (0x0129, Cra.RESPONSE, "300a04040000000002010005", 11, "1 octets after"),
        (0x0012, Cra.RESPONSE, "040100", 0, "another element than activation response"),
        (0x0102, Cra.COMMAND, "3000", 2, "no control"),
    ],
)
def test_what_breaks_the_schema_is_refused_with_its_place(code: int, cra: Cra, octets: str, offset: int, what: str) -> None:
    with pytest.raises(GbcsError, match=what) as caught:
        decode_asn1(bytes.fromhex(octets), code, cra)
    assert (caught.value.rule, caught.value.offset) == ("E34", offset), str(caught.value)


@pytest.mark.parametrize(
    ("code", "cra", "value"),
    [
        (0x0010, Cra.COMMAND, "02a5"),
        (0x0010, Cra.COMMAND, 5),
        (0x0013, Cra.COMMAND, b"\x00"),
        (0x000B, Cra.RESPONSE, "seven"),
        (0x000B, Cra.COMMAND, b"\x30\x05"),
        (0x000A, Cra.COMMAND, {}),
        (0x000A, Cra.COMMAND, {"key-usage": b"\x07\x80", "more": 1}),
        (0x000A, Cra.COMMAND, 7),
        (0x000A, Cra.RESPONSE, "neither"),
        (0x008C, Cra.COMMAND, {"entries": 5}),
        (0x0012, Cra.COMMAND, {"image-hash": bytes(31), "originator-counter": 1}),
        (0x0019, Cra.COMMAND, b""),
    ],
)
def test_values_that_are_not_of_their_type_cannot_be_written(code: int, cra: Cra, value: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Asn1Payload(code, cra, value).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize("forms", [(0, 0, 0), (2,), (0,)])
def test_length_forms_that_do_not_fit_cannot_be_written(forms: tuple[int, ...]) -> None:
    value = {"image-hash": bytes(32), "originator-counter": 1}
    payload = Asn1Payload(0x0012, Cra.COMMAND, value, forms)
    if forms == (0, 0, 0):
        assert decode_asn1(payload.encode(), 0x0012, Cra.COMMAND).value == value
        return
    with_entries = Asn1Payload(0x00B2, Cra.ALERT, PAYLOADS[IDS.index("log-backup")].value, forms * 1000)
    with pytest.raises(ValueError, match="length form"):
        with_entries.encode()


def test_a_payload_of_no_known_type_is_e30() -> None:
    with pytest.raises(GbcsError, match="E30"):
        decode_asn1(b"\x05\x00", 0x0019, Cra.COMMAND)
    assert asn1_type(0x0019, Cra.COMMAND) is None


def test_every_row_has_a_title_and_no_two_rows_claim_one_message() -> None:
    places = [(code, cra) for codes, cra, _, _ in SCHEMA for code in codes]
    assert len(places) == len(set(places))
    assert all(title for _, _, title, _ in SCHEMA)
    assert Asn1Payload(0x0102, Cra.COMMAND, b"").title == "Update security credentials"
