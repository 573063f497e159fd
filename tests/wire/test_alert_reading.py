"""The fast way and the strict way read the same alerts, and refuse the same octets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vocab.alert import Alert
from harness.vocab.identity import Eui64
from harness.wire.gbcs.alert_head import alert_head, event_seconds
from harness.wire.gbcs.alerts import build_alert, read_alert
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.message import Message, Profile
from harness.wire.gbcs.outer import GbcsError, decode_message

SECONDS = 946_771_200
DEVICE, PARTY = Eui64("02a5e70000000001"), Eui64("02a5e70000000100")
read_anew = read_alert.__wrapped__


def strictly(octets: bytes) -> Alert:
    """Read an alert by the strict decoder alone, as the specification of the fast way."""
    message = decode_message(octets)
    head = alert_head(message)
    return Alert(
        originator=message.originator,
        counter=message.counter,
        target=message.target,
        message_code=message.message_code,
        code=head.code,
        event_seconds=event_seconds(head.time),
        body=message.payload[head.body :],
        critical=bool(message.signature) and message.mac is None,
        octets=octets,
    )


def outcome(read: object, octets: bytes) -> object:
    """Return the alert, or what the refusal says."""
    try:
        return read(octets)  # type: ignore[operator]
    except GbcsError as error:
        return error.rule, error.offset, str(error)


def generic(*, critical: bool, profile: Profile, time: object = SECONDS, body: bytes = b"", message_code: int = 0x1001) -> bytes:
    """Build an alert with a signature or MAC of zeros; structure is all that is read here."""
    unsigned = build_alert(
        originator=DEVICE,
        target=PARTY,
        counter=1 << 40,
        message_code=message_code,
        code=0x8002,
        time=time,  # type: ignore[arg-type]
        profile=profile,
        body=body,
    )
    bare = decode_message(unsigned + b"\x40" + bytes(64))
    return bare.encode() if critical else as_maced(bare)


def as_maced(message: Message) -> bytes:
    """Write the same message under a MAC of zeros instead of a signature."""
    message.signature, message.mac = b"", bytes(12)
    return message.encode()


PLAIN = [generic(critical=critical, profile=profile) for critical in (True, False) for profile in (Profile.DLMS, Profile.GBZ)]


@pytest.mark.parametrize("octets", PLAIN, ids=["signed-DLMS", "signed-GBZ", "MAC-DLMS", "MAC-GBZ"])
def test_a_plain_alert_is_read(octets: bytes) -> None:
    alert = read_alert(octets)
    assert alert == Alert(
        originator=DEVICE,
        counter=1 << 40,
        target=PARTY,
        message_code=0x1001,
        code=0x8002,
        event_seconds=SECONDS,
        body=b"",
        critical=octets[0] == 0xDF,
        octets=octets,
    )
    assert hash(alert) == hash(strictly(octets))
    assert replace(alert, counter=1).counter == 1


def test_every_kind_of_alert_is_read_the_same_both_ways(our_alerts: dict[str, bytes]) -> None:
    for name, octets in our_alerts.items():
        assert read_anew(octets) == strictly(octets), name


def test_every_reference_alert_is_read_the_same_both_ways(reference_alerts: list[tuple[str, bytes, Message]]) -> None:
    assert len(reference_alerts) > 60
    for file, octets, message in reference_alerts:
        alert = read_alert(octets)
        assert alert == strictly(octets), file
        told = file.split("_")[2]
        if told.startswith("8"):
            assert alert.code == int(told, 16), file
        assert alert.critical == (message.mac is None), file


def test_a_message_seen_again_is_not_decoded_again() -> None:
    octets = generic(critical=True, profile=Profile.GBZ, time=SECONDS + 77)
    first = read_alert(octets)
    assert read_alert(bytes(bytearray(octets))) is first


@pytest.mark.parametrize("source", PLAIN, ids=["signed-DLMS", "signed-GBZ", "MAC-DLMS", "MAC-GBZ"])
def test_any_octet_changed_reads_the_same_both_ways(source: bytes) -> None:
    for at, octet in enumerate(source):
        for value in {0x00, 0x01, 0x02, 0x0D, 0x18, 0x3C, 0x7F, 0x80, 0x81, 0xFF, octet ^ 1, octet + 1 & 0xFF, octet - 1 & 0xFF}:
            octets = source[:at] + bytes((value,)) + source[at + 1 :]
            assert outcome(read_anew, octets) == outcome(strictly, octets), (at, value)


@given(source=st.sampled_from(PLAIN), cut=st.integers(0, 130), extra=st.binary(max_size=3))
def test_octets_lost_or_added_read_the_same_both_ways(source: bytes, cut: int, extra: bytes) -> None:
    octets = source[:cut] + extra
    assert outcome(read_anew, octets) == outcome(strictly, octets)
    assert outcome(read_anew, source + extra) == outcome(strictly, source + extra)


@given(st.binary(max_size=120))
def test_a_body_of_any_octets_is_kept_unread(body: bytes) -> None:
    octets = decode_message(PLAIN[1])
    octets.payload += body
    alert = read_anew(octets.encode())
    assert alert.body == body
    assert alert == strictly(octets.encode())


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        (CosemDateTime(2030, 1, 1), SECONDS),
        (CosemDateTime(2030, 1, 1, deviation=0, status=0), SECONDS),
        (CosemDateTime(2030, 1, 1, hundredths=99), SECONDS),
        (CosemDateTime(1999, 12, 31, hour=23, minute=59, second=59), -1),
        (CosemDateTime(2030, 1, 1, deviation=60), None),
        (CosemDateTime(0xFFFF, 1, 1), None),
        (CosemDateTime(2030, 0xFF, 1), None),
        (CosemDateTime(2030, 2, 30), None),
        (CosemDateTime(2030, 1, 1, hour=0xFF), None),
        (CosemDateTime(2030, 1, 1, minute=60), None),
        (CosemDateTime(2030, 1, 1, second=60), None),
    ],
)
def test_a_date_time_that_names_no_instant_of_utc_gives_no_event_time(time: CosemDateTime, seconds: int | None) -> None:
    octets = generic(critical=False, profile=Profile.DLMS, time=time)
    assert read_anew(octets).event_seconds == seconds
    assert strictly(octets).event_seconds == seconds


@pytest.mark.parametrize(("time", "seconds"), [(0, 0), (0xFFFF_FFFE, 0xFFFF_FFFE), (0xFFFF_FFFF, None)])
def test_zigbee_time_has_one_value_for_no_time(time: int, seconds: int | None) -> None:
    assert read_anew(generic(critical=True, profile=Profile.GBZ, time=time)).event_seconds == seconds


def test_generalized_time_that_is_no_date_gives_no_event_time() -> None:
    assert event_seconds("20300101000000Z") == SECONDS
    assert event_seconds("20300230000000Z") is None


@pytest.mark.parametrize(
    ("payload", "rule", "offset"),
    [
        (b"\xd9" + bytes(24), "E31", 0),
        (bytes.fromhex("0f20000005010202128002090c") + bytes(12), "E31", 5),
        (bytes.fromhex("0f200000050001"), "E31", 5),
        (bytes.fromhex("0f20000005000201128002"), "E31", 7),
        (bytes.fromhex("0f200000050002810212"), "E31", 7),
        (bytes.fromhex("0f20000005000202118002"), "E31", 8),
        (bytes.fromhex("0f20000005000202128002090b") + bytes(12), "E31", 11),
        (bytes.fromhex("0f20000005000202128002090c") + bytes(11), "E31", 11),
        (b"\x01\x09\x00\x80\x02\x00\x00\x00", "E33", 0),
        (b"\x30\x03\x02\x01\x01\x00", "E34", 0),
        (bytes.fromhex("3004040201ff"), "E34", 2),
        (bytes.fromhex("300402020001"), "E34", 4),
        (bytes.fromhex("300502030100ff"), "E34", 4),
        (bytes.fromhex("3007020300800218") + b"\x00", "E34", 7),
        (bytes.fromhex("3016020300 8002180f") + b"2030010100000xZ", "E34", 7),
        (b"\x04\x01\x00", "E34", 0),
        (b"\x77\x77", "E30", 0),
    ],
)
def test_a_payload_without_code_and_time_is_refused_by_the_rule_of_its_profile(payload: bytes, rule: str, offset: int) -> None:
    message = decode_message(PLAIN[0])
    message.payload = payload
    with pytest.raises(GbcsError) as caught:
        read_anew(message.encode())
    assert (caught.value.rule, caught.value.offset) == (rule, message.payload_offset + offset), str(caught.value)


@pytest.mark.parametrize(("octets", "offset"), [(PLAIN[0], 2), (PLAIN[2], 15)], ids=["signed", "MAC"])
def test_a_command_is_not_read_as_an_alert(octets: bytes, offset: int) -> None:
    message = decode_message(octets)
    message.cra = 1
    with pytest.raises(GbcsError, match="E10 a Command, not an Alert, found 01; expected CRA flag 03") as caught:
        read_alert(message.encode())
    assert caught.value.offset == offset
