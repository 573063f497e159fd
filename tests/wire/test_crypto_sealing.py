"""Encrypted bodies of Commands' Responses and of Alerts: found, opened, sealed again; and whole messages checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import payload_specimens as made
import pytest

from harness.vocab.identity import Eui64
from harness.wire.gbcs.alert_checking import AlertChecker
from harness.wire.gbcs.components import ClusterCommand, Component, GbzAlert, Opaque
from harness.wire.gbcs.crypto import Authentication, Check, Purpose, agreed_between, authenticate, derive_key, encrypt, protect
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.keys import MemoryKeyStore
from harness.wire.gbcs.message import Cra, Message
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.payloads import decode_payload
from harness.wire.gbcs.sealed import Sealed
from harness.wire.gbcs.sealing import open_bodies, seal, sealed_bodies

if TYPE_CHECKING:
    from collections.abc import Sequence

BY_NAME = {specimen.name: specimen for specimen in made.SPECIMENS}
PROTECTED = ("dlms-protected-response", "dlms-protected-response-relayed", "dlms-protected-response-unknown-party")


def opened(name: str, keys: MemoryKeyStore = made.KEYS) -> tuple[Message, object]:
    message = decode_message(made.message_of(BY_NAME[name]))
    return message, open_bodies(message, decode_payload(message), keys)


@pytest.mark.parametrize("specimen", made.SPECIMENS, ids=lambda specimen: specimen.name)
def test_our_messages_verify(specimen: made.Specimen) -> None:
    found = authenticate(decode_message(made.message_of(specimen)), made.KEYS, broker=made.ACB)
    signed = specimen.critical
    wrapped = specimen.cra == Cra.COMMAND or not specimen.critical
    expected = Authentication(signature=Check.VALID if signed else Check.ABSENT, mac=Check.VALID if wrapped else Check.ABSENT)
    assert found == expected


@pytest.mark.parametrize("name", PROTECTED)
def test_an_encrypted_response_opens_for_whom_its_headers_say(name: str) -> None:
    message, bodies = opened(name)
    (body,) = bodies
    assert body.value == made.LOGS
    assert body.plaintext == made.LOGS.encode()
    assert seal(message, body.value, made.KEYS) == body.body.sealed
    at = body.body.offset
    assert message.payload[at : at + 5] == b"\x31\x00\x00\x00\x00"


def test_a_response_to_an_unknown_party_is_under_the_supplementary_originator_counter() -> None:
    message, (body,) = opened("dlms-protected-response-unknown-party")
    agreed = agreed_between(made.KEYS, made.ESME, made.STRANGER)
    key = derive_key(agreed, Purpose.ENCRYPTION, made.ESME, 1 << 33, made.STRANGER)
    assert encrypt(body.plaintext, key, message.originator) == body.body.sealed.encode()


def test_several_components_open_under_one_key() -> None:
    message, bodies = opened("gbz-encrypted")
    assert [body.value.kind.name for body in bodies] == ["PublishSnapshot", "PublishPrepaySnapshot"]
    for body in bodies:
        assert isinstance(body.value, ClusterCommand)
        assert seal(message, body.value, made.KEYS) == body.body.sealed
        at = body.body.offset
        assert message.payload[at : at + 5] == b"\x31\x00\x00\x00\x00"


def test_a_message_without_encrypted_bodies_opens_to_nothing() -> None:
    assert opened("dlms-response")[1] == ()
    assert opened("asn1-join")[1] == ()


def test_without_a_key_nothing_is_said() -> None:
    assert opened(PROTECTED[0], MemoryKeyStore())[1] is None
    message = decode_message(made.message_of(BY_NAME[PROTECTED[0]]))
    assert seal(message, made.LOGS, MemoryKeyStore()) is None


@pytest.mark.parametrize("name", [*PROTECTED, "gbz-encrypted"])
def test_a_changed_octet_of_a_body_is_found_and_told_where(name: str) -> None:
    message = decode_message(made.message_of(BY_NAME[name]))
    payload = decode_payload(message)
    body = sealed_bodies(payload)[0]
    spoilt = bytearray(message.payload)
    spoilt[body.offset + 5] ^= 1
    message.payload = bytes(spoilt)
    with pytest.raises(GbcsError, match="E42 the tag of an encrypted body does not match") as caught:
        open_bodies(message, decode_payload(message), made.KEYS)
    assert caught.value.offset == message.payload_offset + body.offset + len(body.sealed.encode()) - 12


def test_a_plaintext_that_is_no_data_is_refused_with_its_place() -> None:
    message = decode_message(made.message_of(BY_NAME[PROTECTED[0]]))
    body = sealed_bodies(decode_payload(message))[0]
    agreed = agreed_between(made.KEYS, made.ESME, made.SUPPLIER)
    key = derive_key(agreed, Purpose.ENCRYPTION, made.ESME, made.COUNTER, made.SUPPLIER)
    size = len(body.sealed.ciphertext)
    sealed = encrypt(b"\x09\x01" + bytes(size - 2), key, made.ESME)
    message.payload = message.payload[: body.offset] + sealed + message.payload[body.offset + len(sealed) :]
    with pytest.raises(GbcsError, match="E31") as caught:
        open_bodies(message, decode_payload(message), made.KEYS)
    assert caught.value.offset == message.payload_offset + body.offset + 5 + 3


def test_a_billing_alert_of_a_gas_meter_opens() -> None:
    message = Message(Cra.ALERT, made.COUNTER, made.GSME, made.SUPPLIER, 0x008B, b"\x00")
    snapshot = made.cluster_component(0x0702, True, 0x06).body
    sealed = seal(message, snapshot, made.KEYS)
    assert isinstance(sealed, Sealed)
    message.payload = GbzAlert(0x8F0A, 5, (Component(0x0702, 0x19, 0, 6, sealed, frame_counter=0),), b"", 1).encode()
    (body,) = open_bodies(message, decode_payload(message), made.KEYS)
    assert body.value == snapshot


def test_an_unknown_command_in_an_encrypted_component_stays_opaque() -> None:
    message = Message(Cra.ALERT, made.COUNTER, made.GSME, made.SUPPLIER, 0x008B, b"\x00")
    sealed = seal(message, Opaque(b"whatever", ""), made.KEYS)
    message.payload = GbzAlert(0x8F0A, 5, (Component(0x0702, 0x19, 0, 0x66, sealed, frame_counter=0),), b"", 1).encode()
    (body,) = open_bodies(message, decode_payload(message), made.KEYS)
    assert isinstance(body.value, Opaque)
    assert body.plaintext == b"whatever"


def test_every_reference_body_opens_typed_and_is_sealed_again_the_same(vectors: Sequence[object], reference_keys: MemoryKeyStore) -> None:
    seen = 0
    for vector in vectors:
        message = decode_message(vector.octets)
        bodies = open_bodies(message, decode_payload(message), reference_keys)
        assert bodies is not None, vector.file
        for body in bodies:
            assert not isinstance(body.value, Opaque), vector.file
            assert body.value.encode() == body.plaintext, vector.file
            assert seal(message, body.value, reference_keys) == body.body.sealed, vector.file
            seen += 1
    assert seen >= 50


def test_checking_alerts_in_bulk_says_what_checking_one_says(
    our_alerts: dict[str, bytes],
    key_store: MemoryKeyStore,
    reference_alerts: list[tuple[str, bytes, Message]],
    reference_keys: MemoryKeyStore,
) -> None:
    ours = [(octets, key_store) for octets in our_alerts.values()]
    theirs = [(octets, reference_keys) for _, octets, _ in reference_alerts]
    checkers = {id(keys): AlertChecker(keys) for keys in (key_store, reference_keys)}
    for octets, keys in ours + theirs:
        for candidate in (octets, octets[:-1] + bytes((octets[-1] ^ 1,)), octets[:3] + bytes((octets[3] ^ 1,)) + octets[4:]):
            try:
                message = decode_message(candidate)
            except GbcsError:
                with pytest.raises(GbcsError):
                    checkers[id(keys)].check(candidate)
                continue
            checked = checkers[id(keys)].check(candidate)
            assert checked.authentication == authenticate(message, keys)
            assert checked.alert.octets == candidate


def test_checking_in_bulk_without_keys_calls_nothing_invalid(our_alerts: dict[str, bytes]) -> None:
    checker = AlertChecker(MemoryKeyStore())
    found = {checker.check(octets).authentication for octets in our_alerts.values()}
    assert found == {
        Authentication(signature=Check.UNKNOWN_KEY, mac=Check.ABSENT),
        Authentication(signature=Check.ABSENT, mac=Check.UNKNOWN_KEY),
    }


def test_a_long_alert_under_a_mac_is_checked_the_common_way() -> None:
    unsigned = Message(
        Cra.ALERT, 1, made.CHF, made.ACB, 0x0018, b"\x0f\x20\x00\x00\x01\x00\x02\x03\x12\x8f\x12\x09\x0c" + made.NOON.encode()
    )
    unsigned.payload += b"\x09\x81\xc8" + bytes(200)
    octets = protect(unsigned.unsigned(), critical=False, originator=made.CHF, target=made.ACB, keys=made.KEYS)
    assert AlertChecker(made.KEYS).check(octets).authentication.mac is Check.VALID
    assert AlertChecker(made.KEYS).check(octets[:-1] + bytes((octets[-1] ^ 1,))).authentication.mac is Check.INVALID
    assert Eui64(made.CHF) == decode_message(octets).originator
