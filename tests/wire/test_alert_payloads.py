"""Every kind of alert: octets to typed fields and back, with nothing lost and nothing invented."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.wire.gbcs.alerts import build_alert, decode_alert, encode_payload, usual_invoke_id
from harness.wire.gbcs.asn1 import Tlv, decode_tlv, with_length_forms
from harness.wire.gbcs.axdr import Data, Tag, decode_items
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.layouts import LAYOUTS
from harness.wire.gbcs.message import Message, Profile
from harness.wire.gbcs.outer import GbcsError, decode_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.wire.gbcs.content import Field

SECONDS = 946_771_200


def every_field(parts: tuple[Field, ...]) -> Iterator[Field]:
    for part in parts:
        yield part
        yield from every_field(part.parts)


def test_every_layout_has_a_specimen(our_alerts: dict[str, bytes]) -> None:
    seen = set()
    for octets in our_alerts.values():
        message = decode_message(octets)
        seen.add((message.message_code, message.profile))
    assert seen == {(code, layout.profile) for code, layouts in LAYOUTS.items() for layout in layouts}


def test_the_fields_that_were_asked_for_are_the_fields_that_are_read(specimens: tuple[object, ...], our_alerts: dict[str, bytes]) -> None:
    for specimen in specimens:
        payload = decode_alert(decode_message(our_alerts[specimen.name]))
        assert dict(payload.fields) == dict(specimen.fields), specimen.name
        assert list(payload.fields) == list(specimen.fields), specimen.name
        assert (payload.code, payload.event_seconds, payload.known, payload.notes) == (specimen.code, SECONDS, True, ())


def test_every_alert_of_ours_is_written_again_octet_for_octet(our_alerts: dict[str, bytes]) -> None:
    for name, octets in our_alerts.items():
        message = decode_message(octets)
        payload = decode_alert(message)
        assert encode_payload(payload) == message.payload, name
        assert encode_payload(replace(payload, known=False)) == message.payload, name


def test_every_reference_alert_is_read_in_full_and_written_again(reference_alerts: list[tuple[str, bytes, Message]]) -> None:
    for file, _, message in reference_alerts:
        payload = decode_alert(message)
        assert payload.known, file
        assert payload.notes == (), file
        assert encode_payload(payload) == message.payload, file
        built = build_alert(
            originator=message.originator,
            target=message.target,
            counter=message.counter,
            message_code=message.message_code,
            code=payload.code,
            time=payload.time,
            profile=payload.profile,
            fields=payload.fields,
            supplementary=message.supplementary,
        )
        assert built == message.unsigned(), file


def test_the_tree_of_fields_covers_the_body_without_gap_or_overlap(our_alerts: dict[str, bytes]) -> None:
    for name, octets in our_alerts.items():
        message = decode_message(octets)
        payload = decode_alert(message)
        at = message.payload_offset + len(message.payload) - len(payload.body)
        for part in payload.tree:
            assert part.offset == at, name
            at = part.end
        assert at == message.payload_offset + len(message.payload), name
        for part in every_field(payload.tree):
            assert all(part.offset <= inner.offset <= inner.end <= part.end for inner in part.parts), (name, part.name)


def test_meanings_are_told(our_alerts: dict[str, bytes]) -> None:
    told = {
        name: {part.name: part.meaning for part in every_field(decode_alert(decode_message(octets)).tree) if part.meaning}
        for name, octets in our_alerts.items()
    }
    assert told["integrity-dlms"]["reason"] == "unexpected hardware reset"
    assert told["integrity-gbz"]["reason"] == "watchdog"
    assert told["limit-processed"]["channel"] == "APC 5 output"
    assert told["credentials-outcome"]["replacement-mode"] == "supplier by supplier"
    assert told["credentials-outcome"]["key-usage"] == "key agreement"
    assert told["firmware-transfer"]["outcome"] == "hardware mismatch"
    assert told["billing-gsme"]["control"] == "last component, encrypted"


def test_seconds_will_do_as_time_for_every_profile(specimens: tuple[object, ...], our_alerts: dict[str, bytes]) -> None:
    times = {
        decode_alert(decode_message(our_alerts[one.name])).profile: decode_alert(decode_message(our_alerts[one.name])).time
        for one in specimens
    }
    assert times == {Profile.DLMS: CosemDateTime(2030, 1, 1), Profile.GBZ: SECONDS, Profile.ASN1: "20300101000000Z"}


def changed(octets: bytes, payload: bytes, message_code: int | None = None) -> Message:
    """Return the same message with another payload."""
    message = decode_message(octets)
    message.payload = payload
    message.message_code = message.message_code if message_code is None else message_code
    return decode_message(message.encode())


def test_an_unknown_message_code_keeps_its_body_as_octets_and_says_so(our_alerts: dict[str, bytes]) -> None:
    for name in ("outage-restored", "firmware-receipt-gbz", "gpf-device-log"):
        message = changed(our_alerts[name], decode_message(our_alerts[name]).payload, 0x0FFF)
        payload = decode_alert(message)
        assert not payload.known
        assert payload.fields == {}
        assert payload.notes == ("E30 message code 0x0FFF has no known body: kept as octets",)
        assert payload.body
        assert encode_payload(payload) == message.payload, name


@pytest.mark.parametrize(
    "payload",
    [
        "0f20456789000202128f36090c07ee0101ff000000008000ffdeadbeef",
        "0f20456789000207128f36090c07ee0101ff000000008000ff1101",
        "01090780021c374a80",
        "01090080021c374a80ffff",
        "301a02820003008f66188200 0f32303330303130313030303030305a",
        "308116020300 8f66180f32303330303130313030303030305a",
        "3018020300 8f66180f32303330303130313030303030305a0480",
    ],
)
def test_an_unknown_message_code_keeps_even_a_malformed_payload(our_alerts: dict[str, bytes], payload: str) -> None:
    octets = bytes.fromhex(payload)
    message = changed(our_alerts["outage-restored"], octets, 0x0FFF)
    assert encode_payload(decode_alert(message)) == octets


def test_another_invoke_id_is_a_note_and_is_kept(our_alerts: dict[str, bytes]) -> None:
    original = decode_message(our_alerts["outage-restored"]).payload
    message = changed(our_alerts["outage-restored"], original[:1] + b"\x40\x00\x00\x01" + original[5:])
    payload = decode_alert(message)
    assert payload.notes == ("E32 long-invoke-id 40000001, where the originator counter makes 20456789",)
    assert encode_payload(payload) == message.payload
    assert usual_invoke_id(0x0123456789) == 0x20456789


def test_asn1_lengths_in_another_form_are_read_and_written_as_they_were(our_alerts: dict[str, bytes]) -> None:
    original = decode_message(our_alerts["credentials-outcome"]).payload
    assert decode_alert(decode_message(our_alerts["credentials-outcome"])).length_forms == ()
    assert original[:2] == b"\x30\x82"
    element = decode_tlv(original)
    inner_forms = [1 if inner.form == 2 else inner.form for inner in list(walk(element))[1:]]
    assert 1 in inner_forms, "an inner length above 127, which DER writes with 81"
    longer = with_length_forms(element, (3, *inner_forms))
    message = changed(our_alerts["credentials-outcome"], longer.encode())
    payload = decode_alert(message)
    assert payload.length_forms == (3, *inner_forms)
    assert encode_payload(payload) == longer.encode()
    assert payload.fields == decode_alert(decode_message(our_alerts["credentials-outcome"])).fields


def walk(element: Tlv) -> Iterator[Tlv]:
    yield element
    for inner in element.children:
        yield from walk(inner)


def _payload(our_alerts: dict[str, bytes], name: str) -> bytes:
    return decode_message(our_alerts[name]).payload


@pytest.mark.parametrize(
    ("name", "find", "put", "rule"),
    [
        ("outage-restored", "0204128f36", "0205128f36", "E31"),
        ("outage-restored", "0204128f36", "0203128f36", "E31"),
        ("outage-restored", "090c07ee01010d", None, "E31"),
        ("outage-restored", "090c07ee0101ff0d", "090d07ee0101ff0d", "E31"),
        ("outage-restored", "090c07ee0101ff0d", "0a0c07ee0101ff0d", "E31"),
        ("chf-device-log", "0102020209", "0103020209", "E31"),
        ("chf-device-log", "0102020209", "0142020209", "E31"),
        ("channel-changed", "0420e0000001", "041fe0000001", "E31"),
        ("channel-changed", "0420e0000001", "07 20e0000001", "E31"),
        ("integrity-dlms", "09020005", "0903000005", "E31"),
        ("operational-update", "6772c3b6c39f", "6772ffb6c39f", "E31"),
        ("billing-esme-single", "160202050909", "160302050909", "E31"),
        ("billing-esme-single", "310000000", None, "E31"),
        ("integrity-gbz", "010901", "010900", "E33"),
        ("integrity-gbz", "010901", "010902", "E33"),
        ("integrity-gbz", "0006", "000006", "E33"),
        ("generic-critical-gbz", "010900", "010901", "E33"),
        ("firmware-receipt-gbz", "092000", "092100", "E33"),
        ("instruction-outcome-gbz", "0e0019", "0f0019", "E33"),
        ("billing-gsme", "0307020060", "0107020060", "E33"),
        ("billing-gsme", "0307020060", "0307020061", "E33"),
        ("billing-gsme", "0059310000", "0058310000", "E33"),
        ("gpf-device-log", "020105", "020106", None),
        ("gpf-device-log", "020105", "040105", "E34"),
        ("gpf-device-log", "020105", "02020005", "E34"),
        ("gpf-device-log", "300d0408", "300e0408", "E34"),
        ("gpf-device-log", "300d0408", "30800408", "E34"),
        ("firmware-activation", "040401020304020100", "040401020304", "E34"),
        ("firmware-activation", "0404", "3f04", "E34"),
        ("firmware-activation", "0404", "0403", "E34"),
    ],
)
def test_a_body_that_does_not_follow_its_layout_is_refused(
    our_alerts: dict[str, bytes], name: str, find: str, put: str | None, rule: str | None
) -> None:
    original = _payload(our_alerts, name)
    if put is None:
        payload = original[:-1]
    else:
        assert bytes.fromhex(find) in original
        payload = original.replace(bytes.fromhex(find), bytes.fromhex(put), 1)
    payload = _refitted(payload) if payload[0] == 0x30 else payload
    message = changed(our_alerts[name], payload)
    if rule is None:
        assert encode_payload(decode_alert(message)) == payload
        return
    with pytest.raises(GbcsError) as caught:
        decode_alert(message)
    assert caught.value.rule == rule, str(caught.value)
    octets = message.encode()
    assert octets[caught.value.offset :].startswith(caught.value.octets), str(caught.value)


def _refitted(payload: bytes) -> bytes:
    """Put the length of the outermost SEQUENCE right, so that a fault inside is what is found."""
    return payload[:1] + bytes((len(payload) - 2,)) + payload[2:]


def test_a_known_message_code_in_another_profile_is_refused(our_alerts: dict[str, bytes]) -> None:
    message = changed(our_alerts["generic-critical-gbz"], _payload(our_alerts, "generic-critical-gbz"), 0x0067)
    with pytest.raises(GbcsError, match="E31 a GBZ payload, found 0109; expected DLMS for message code 0x0067"):
        decode_alert(message)


def test_a_billing_alert_has_one_protection_and_no_more(our_alerts: dict[str, bytes]) -> None:
    payload = _payload(our_alerts, "billing-esme-single")
    items = decode_items(payload[25:])
    twice = Data(Tag.ARRAY, items[0].children * 2).encode() + items[1].encode()
    with pytest.raises(GbcsError, match="E31 protection of 2; expected 1"):
        decode_alert(changed(our_alerts["billing-esme-single"], payload[:25] + twice))


def test_the_same_device_log_with_an_octet_more_is_refused(our_alerts: dict[str, bytes]) -> None:
    payload = _payload(our_alerts, "gpf-device-log")
    with pytest.raises(GbcsError) as caught:
        decode_alert(changed(our_alerts["gpf-device-log"], payload + b"\x00"))
    assert caught.value.rule == "E34"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fields": {}}, "None where CosemDateTime"),
        ({"fields": {"interruption-time": CosemDateTime(2030, 1, 1), "restoration": 1}}, "no fields \\['restoration'\\]"),
        ({"message_code": 0x00CF, "fields": {"image-hash": bytes(31)}}, "31 octets where 32"),
        ({"message_code": 0x00B2, "fields": {"entries": 7}}, "7 where tuple"),
        ({"message_code": 0x0018, "fields": {"backup": 7}}, "7 where a mapping"),
        ({"message_code": 0x0067, "profile": Profile.GBZ}, "0x0067 is DLMS, not GBZ"),
        ({"message_code": 0x1000, "time": "20300101000000Z"}, "date-time or seconds"),
        ({"message_code": 0x1000, "time": CosemDateTime(2030, 1, 1), "profile": Profile.GBZ}, "seconds since 2000 are needed"),
        ({"message_code": 0x012B, "time": CosemDateTime(2030, 1, 1), "fields": {"firmware-version": bytes(4), "outcome": 0}}, "YYYYMMDD"),
    ],
)
def test_fields_that_do_not_fit_are_a_mistake_of_the_caller(change: dict[str, object], message: str) -> None:
    order: dict[str, object] = {
        "originator": "02a5e70000000001",
        "target": "02a5e70000000100",
        "counter": 1,
        "message_code": 0x0067,
        "code": 0x8F36,
        "time": SECONDS,
    }
    with pytest.raises(ValueError, match=message):
        build_alert(**(order | change))  # type: ignore[arg-type]
