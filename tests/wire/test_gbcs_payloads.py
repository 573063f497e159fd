"""Every payload as a typed value, both ways: our own of each kind, the reference messages, and what is not known."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import payload_specimens as made
import pytest

from harness.wire.gbcs.access import AccessRequest, AccessResponse, DataNotification, usual_invoke_id
from harness.wire.gbcs.asn1 import Tlv
from harness.wire.gbcs.asn1_schema import SCHEMA, Asn1Payload
from harness.wire.gbcs.components import GbzAlert, GbzPayload, Opaque
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import Cra, Message, Profile
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.payloads import OpaqueElement, OpaquePayload, decode_payload, remarks
from harness.wire.gbcs.zcl_table import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HEADING = (
    "# Messages built from the seed 'smets-harness golden payloads/1' (tests/support/payload_specimens.py): test keys, fictional devices.\n"
)
TYPED = (AccessRequest, AccessResponse, DataNotification, GbzPayload, GbzAlert, Asn1Payload)


def with_payload(payload: bytes, message_code: int = 0x0FFF, cra: Cra = Cra.COMMAND) -> Message:
    return Message(cra, made.COUNTER, made.SUPPLIER, made.ESME, message_code, payload)


@pytest.mark.parametrize("specimen", made.SPECIMENS, ids=lambda specimen: specimen.name)
def test_a_payload_of_ours_is_read_back_as_it_was_built(specimen: made.Specimen) -> None:
    octets = made.message_of(specimen)
    message = decode_message(octets)
    payload = decode_payload(message)
    assert payload == specimen.payload
    assert hash(payload) == hash(decode_payload(message))
    assert payload.encode() == message.payload
    assert message.encode() == octets


def test_our_specimens_cover_every_row_of_both_tables() -> None:
    commands = {
        (component.cluster, component.from_server, component.command)
        for specimen in made.SPECIMENS
        for component in getattr(specimen.payload, "components", ())
    }
    assert {row[:3] for row in COMMANDS} <= commands
    kinds = {id(specimen.payload.type) for specimen in made.SPECIMENS if isinstance(specimen.payload, Asn1Payload)}
    assert {id(kind) for _, _, _, kind in SCHEMA} == kinds


def test_our_messages_are_the_golden_octets(checkout: Path) -> None:
    """To write them anew after a deliberate change: ``SMETS_HARNESS_REWRITE_GOLDEN=1``."""
    path = checkout / "tests" / "golden" / "gbcs_payloads.txt"
    text = HEADING + "".join(f"# {specimen.name}\n{made.message_of(specimen).hex()}\n" for specimen in made.SPECIMENS)
    if os.environ.get("SMETS_HARNESS_REWRITE_GOLDEN") == "1":
        path.write_text(text, encoding="ascii")
    assert path.read_text(encoding="ascii") == text


def test_every_reference_message_is_typed_and_written_again_as_it_was(vectors: Sequence[object]) -> None:
    for vector in vectors:
        message = decode_message(vector.octets)
        payload = decode_payload(message)
        assert isinstance(payload, TYPED), vector.file
        assert not any(isinstance(component.body, Opaque) for component in getattr(payload, "components", ())), vector.file
        assert payload.encode() == message.payload, vector.file
        assert remarks(message, payload) == (), vector.file


def test_no_octet_of_a_payload_is_ignored() -> None:
    """One octet more inside any profile is refused, at that octet or at a count before it."""
    for specimen in made.SPECIMENS:
        if any(isinstance(component.body, Opaque) for component in getattr(specimen.payload, "components", ())):
            continue
        message = decode_message(made.message_of(specimen))
        message.payload += b"\x00"
        with pytest.raises(GbcsError) as caught:
            decode_payload(message)
        assert caught.value.rule in ("E31", "E33", "E34")
        assert caught.value.offset == message.payload_offset + len(message.payload) - 1, specimen.name


def test_no_cut_payload_is_taken_for_a_whole_one() -> None:
    for specimen in made.SPECIMENS:
        payload = specimen.payload.encode()
        for size in range(3, len(payload), 1 + len(payload) // 40):
            message = with_payload(payload[:size], specimen.message_code, specimen.cra)
            with pytest.raises(GbcsError) as caught:
                decode_payload(message)
            assert caught.value.offset <= message.payload_offset + size, specimen.name


def test_an_unknown_message_code_changes_nothing_for_dlms_and_gbz() -> None:
    for specimen in made.SPECIMENS:
        if not isinstance(specimen.payload, Asn1Payload):
            payload = specimen.payload.encode()
            assert decode_payload(with_payload(payload, 0x7FFF, specimen.cra)) == specimen.payload


def test_an_unknown_asn1_payload_is_typed_as_far_as_asn1_goes_and_remarked_upon() -> None:
    message = with_payload(Tlv(0x30, (Tlv(0x02, b"\x05"), Tlv(0x04, bytes(200), form=1))).encode())
    payload = decode_payload(message)
    assert isinstance(payload, OpaqueElement)
    assert [inner.tag for inner in payload.element.children] == [0x02, 0x04]
    assert payload.encode() == message.payload
    assert remarks(message, payload) == ("E30 the payload of message code 0x0FFF is not known; it is kept as octets",)


@pytest.mark.parametrize("octets", [b"\x30\x05\x00", b"\xff\x01\x02", b"\x01", b"\x01\x04\x00", b"\x05\x01"])
def test_a_payload_that_nothing_explains_stays_octets(octets: bytes) -> None:
    message = with_payload(octets)
    payload = decode_payload(message)
    assert payload == OpaquePayload(octets)
    assert payload.encode() == octets
    assert remarks(message, payload)[0].startswith("E30")


def test_another_invoke_id_is_remarked_upon_and_no_error() -> None:
    specimen = next(specimen for specimen in made.SPECIMENS if specimen.name == "dlms-request")
    assert isinstance(specimen.payload, AccessRequest)
    other = AccessRequest(0x4000_0001, specimen.payload.specifications, specimen.payload.data)
    message = with_payload(other.encode())
    assert decode_payload(message) == other
    usual = usual_invoke_id(made.COUNTER)
    assert remarks(message, other) == (f"E32 long-invoke-id-and-priority is 40000001 where the counter makes {usual:08X}",)


def test_an_unknown_command_is_opaque_and_remarked_upon() -> None:
    specimen = next(specimen for specimen in made.SPECIMENS if specimen.name == "gbz-from-date-time")
    message = decode_message(made.message_of(specimen))
    assert remarks(message, decode_payload(message)) == (
        "E33 component 2: command 0x77 of the client of cluster 0x0999 is not known; kept as octets",
    )


def test_an_error_in_a_payload_tells_its_place_in_the_message() -> None:
    specimen = next(specimen for specimen in made.SPECIMENS if specimen.name == "dlms-request")
    octets = bytearray(made.message_of(specimen))
    message = decode_message(bytes(octets))
    at = message.payload_offset + 7
    octets[at] = 0x09
    with pytest.raises(GbcsError, match="an unknown choice") as caught:
        decode_payload(decode_message(bytes(octets)))
    assert caught.value.offset == at
    assert octets[at : at + 1] == caught.value.octets


@pytest.mark.parametrize("cra", list(Cra))
def test_the_profile_is_told_by_the_payload_alone(cra: Cra) -> None:
    assert with_payload(b"\xd9", cra=cra).profile is Profile.DLMS
    assert isinstance(decode_payload(with_payload(b"\x01\x09\x00\x8f\x30\x00\x00\x00\x05", cra=Cra.ALERT)), GbzAlert)
