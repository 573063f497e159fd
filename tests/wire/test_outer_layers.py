"""Outer layers: every reference message comes apart and goes together again; every rule refuses its own fault."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import WireError
from harness.vocab.identity import Eui64
from harness.wire.gbcs.lengths import read_length, write_length
from harness.wire.gbcs.outer import Cra, GbcsError, Message, Profile, decode_message

DEVICE, PARTY = Eui64("02a5e70000000001"), Eui64("02a5e70000000100")
GENERIC = bytes.fromhex("01090080021c374a80")
CERTIFICATE = b"\x30\x82\x01\x00" + bytes(256)


def signed(**changes: object) -> bytes:
    """Build a signed alert in which some pieces of the general-signing APDU are replaced by wrong ones."""
    pieces: dict[str, object] = {
        "tag": b"\xdf",
        "transaction": b"\x09",
        "cra": b"\x03",
        "counter": bytes(7) + b"\x05",
        "originator": b"\x08" + bytes.fromhex(DEVICE),
        "target": b"\x08" + bytes.fromhex(PARTY),
        "date_time": b"\x00",
        "other": b"\x02\x10\x00",
        "content": b"\x09" + GENERIC,
        "signature": b"\x40" + bytes(range(64)),
        "rest": b"",
    } | changes
    return b"".join(bytes(piece) for piece in pieces.values())  # type: ignore[call-overload]


def wrapped(apdu: bytes, *, header: bytes = b"\xdd" + bytes(6), security: bytes = b"\x11" + bytes(4), length: bytes | None = None) -> bytes:
    """Put an APDU between a MAC header, perhaps a wrong one, and a MAC."""
    if length is None:
        length = write_length(5 + len(apdu) + 12)
    return header + length + security + apdu + bytes(12)


MACED = signed(other=b"\x02\x10\x01", signature=b"\x00")
WHOLE = wrapped(MACED)


def test_every_reference_message_is_the_same_octets_after_decoding_and_encoding(vectors: list[object]) -> None:
    assert len(vectors) > 900
    for vector in vectors:
        message = decode_message(vector.octets)
        assert message.encode() == vector.octets, vector.file
        start = message.payload_offset
        assert vector.octets[message.apdu_offset] == 0xDF, vector.file
        assert vector.octets[start : start + len(message.payload)] == message.payload, vector.file


def test_the_file_names_of_reference_messages_tell_what_they_are(vectors: list[object]) -> None:
    words = {Cra.COMMAND: "COMMAND", Cra.RESPONSE: "RESPONSE", Cra.ALERT: "ALERT"}
    for vector in vectors:
        message = decode_message(vector.octets)
        assert words[Cra(message.cra)] in vector.file
        assert (message.signature is None) == ("PRECOMMAND" in vector.file), vector.file


def test_a_signed_alert_is_taken_apart() -> None:
    message = decode_message(signed())
    assert (message.cra, message.counter, message.message_code) == (Cra.ALERT, 5, 0x1000)
    assert (message.originator, message.target) == (DEVICE, PARTY)
    assert (message.payload, message.signature, message.mac) == (GENERIC, bytes(range(64)), None)
    assert message.profile is Profile.GBZ
    assert message.encode() == signed()


def test_a_message_under_a_mac_is_taken_apart() -> None:
    message = decode_message(WHOLE)
    assert (message.signature, message.mac) == (b"", bytes(12))
    assert message.encode() == WHOLE


def test_a_bare_command_has_no_signature_field_and_a_delivered_one_an_empty_one() -> None:
    bare = signed(cra=b"\x01", signature=b"")
    assert decode_message(bare).signature is None
    assert decode_message(bare + b"\x00").signature == b""
    assert decode_message(bare).encode() == bare


def test_a_response_may_carry_a_date_time() -> None:
    octets = signed(cra=b"\x02", date_time=b"\x0c" + bytes(range(12)))
    assert decode_message(octets).date_time == bytes(range(12))
    assert decode_message(octets).encode() == octets


@pytest.mark.parametrize(
    ("extra", "party", "counter", "second"),
    [(0, None, None, None), (8, PARTY, None, None), (16, PARTY, 7, None), (24, PARTY, 7, 9)],
)
def test_supplementary_fields_are_told_by_the_length(extra: int, party: str | None, counter: int | None, second: int | None) -> None:
    supplementary = (bytes.fromhex(PARTY) + (7).to_bytes(8, "big") + (9).to_bytes(8, "big"))[:extra]
    message = decode_message(signed(other=bytes((2 + extra,)) + b"\x10\x00" + supplementary))
    assert message.supplementary_party == party
    assert message.supplementary_counter == counter
    assert message.supplementary_originator_counter == second
    assert message.certificate is None


def test_a_command_may_carry_a_certificate() -> None:
    fields = b"\x00\x19" + bytes.fromhex(PARTY) + (7).to_bytes(8, "big") + CERTIFICATE
    octets = wrapped(signed(cra=b"\x01", other=write_length(len(fields)) + fields))
    message = decode_message(octets)
    assert message.certificate == CERTIFICATE
    assert (message.supplementary_counter, message.supplementary_originator_counter) == (7, None)
    assert message.encode() == octets


def test_an_unknown_message_code_and_an_unknown_payload_stay_visible() -> None:
    message = decode_message(signed(other=b"\x02\xfe\xed", content=b"\x03\xc0\xff\xee"))
    assert (message.message_code, message.payload) == (0xFEED, b"\xc0\xff\xee")
    assert message.profile is Profile.UNKNOWN


BLOCK = bytes.fromhex(f"dd09030000000000000001 08{DEVICE} 08{PARTY} 00 021000 00 0e 0000000000 e0 81 0007 0000 02 df09")
"""Block 7 of a block transfer."""

FAULTS: list[tuple[str, int, bytes]] = [
    ("E01", 0, b""),
    ("E02", 3, b"\xdd\x00\x00"),
    ("E02", 7, b"\xdd" + bytes(6)),
    ("E02", 20, signed()[:20]),
    ("E02", 30, signed()[:30]),
    ("E02", 33, wrapped(signed()[:20])),
    ("E02", 7, wrapped(MACED)[:7] + b"\x82\x01"),
    ("E02", 30, signed(other=b"\x12\x10\x00", content=b"", signature=b"")),
    ("E02", 44, signed(signature=b"\x40" + bytes(63))),
    ("E03", 0, b"\xde" + signed()[1:]),
    ("E04", 1, BLOCK),
    ("E04", 1, b"\xdd\x09"),
    ("E05", 1, wrapped(MACED, header=b"\xdd\x01" + bytes(5))),
    ("E05", 3, wrapped(MACED, header=b"\xdd\x00\x00\x08\x00\x00\x00")),
    ("E05", 6, wrapped(MACED, header=b"\xdd" + bytes(5) + b"\x01")),
    ("E06", 7, WHOLE + b"\x00"),
    ("E06", 7, WHOLE[:-1]),
    ("E06", 7, wrapped(b"", length=b"\x10")),
    ("E06", 7, wrapped(MACED, length=b"\x80")),
    ("E06", 7, wrapped(MACED, length=b"\x81" + bytes((len(MACED) + 17,)))),
    ("E07", 8, wrapped(MACED, security=b"\x31" + bytes(4))),
    ("E07", 8, wrapped(MACED, security=b"\x11\x00\x00\x00\x01")),
    ("E08", 13, wrapped(b"\xde" + MACED[1:])),
    ("E08", 13, wrapped(b"")),
    ("E09", 1, signed(transaction=b"\x08")),
    ("E09", 14, wrapped(signed(transaction=b"\x0a", signature=b"\x00"))),
    ("E10", 2, signed(cra=b"\x00")),
    ("E10", 2, signed(cra=b"\x04")),
    ("E11", 11, signed(originator=b"\x07" + bytes(8))),
    ("E12", 20, signed(target=b"\x00" + bytes(8))),
    ("E13", 29, signed(date_time=b"\x0b" + bytes(11))),
    ("E14", 29, signed(date_time=b"\x0c" + bytes(12))),
    ("E14", 29, signed(cra=b"\x01", date_time=b"\x0c" + bytes(12))),
    ("E15", 30, signed(other=b"\x00")),
    ("E15", 30, signed(other=b"\x03\x10\x00\x00")),
    ("E15", 30, signed(other=b"\x81\x02\x10\x00")),
    ("E15", 30, signed(other=b"\x1b\x10\x00" + bytes(25))),
    ("E15", 30, signed(cra=b"\x02", other=b"\x82\x01\x16\x10\x00" + bytes(16) + CERTIFICATE)),
    ("E16", 49, signed(cra=b"\x01", other=b"\x1b\x10\x00" + bytes(25))),
    ("E16", 51, signed(cra=b"\x01", other=b"\x82\x01\x17\x10\x00" + bytes(16) + CERTIFICATE + b"\x00")),
    ("E17", 33, signed(content=b"\x00")),
    ("E17", 33, signed(content=b"\x7f" + GENERIC)),
    ("E17", 33, signed(content=b"\x81\x09" + GENERIC)),
    ("E18", 43, signed(signature=b"")),
    ("E18", 56, wrapped(signed(cra=b"\x01", signature=b""))),
    ("E19", 43, signed(signature=b"\x3f" + bytes(63))),
    ("E20", 108, signed(rest=b"\x00")),
    ("E20", 57, wrapped(MACED + b"\xff")),
    ("E21", 43, signed(signature=b"\x00")),
    ("E21", 43, signed(cra=b"\x02", signature=b"\x00")),
]


@pytest.mark.parametrize(("rule", "offset", "octets"), FAULTS, ids=[f"{rule}-{number}" for number, (rule, _, _) in enumerate(FAULTS)])
def test_each_rule_refuses_its_own_fault_and_names_the_place(rule: str, offset: int, octets: bytes) -> None:
    with pytest.raises(GbcsError) as caught:
        decode_message(octets)
    error = caught.value
    assert (error.rule, error.offset) == (rule, offset), str(error)
    assert str(error).startswith(f"octet {offset}: {rule} ")
    assert error.expected
    assert octets[error.offset :].startswith(error.octets)
    assert isinstance(error, WireError)
    assert error.exit_code == 1


def test_a_block_of_a_block_transfer_is_named_by_its_number() -> None:
    with pytest.raises(GbcsError, match="block 7 of a block transfer"):
        decode_message(BLOCK)


@pytest.mark.parametrize("source", [signed(), WHOLE], ids=["signed", "MAC"])
def test_a_message_cut_short_anywhere_is_refused(source: bytes) -> None:
    for size in range(len(source)):
        with pytest.raises(GbcsError):
            decode_message(source[:size])


@given(st.integers(0, 1 << 40))
def test_lengths_are_written_in_the_shortest_form_and_read_back(length: int) -> None:
    octets = write_length(length)
    assert read_length(octets, 0, len(octets), "E17") == (length, len(octets))
    assert len(octets) == (1 if length < 128 else 1 + (length.bit_length() + 7) // 8)


@given(
    cra=st.sampled_from([1, 2, 3]),
    counter=st.integers(0, (1 << 64) - 1),
    code=st.integers(0, 0xFFFF),
    payload=st.binary(min_size=1, max_size=300),
    supplementary=st.sampled_from([0, 8, 16, 24]).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    mac=st.none() | st.binary(min_size=12, max_size=12),
)
def test_any_message_of_ours_is_read_back_as_it_was(
    cra: int, counter: int, code: int, payload: bytes, supplementary: bytes, mac: bytes | None
) -> None:
    message = Message(
        cra=cra,
        counter=counter,
        originator=DEVICE,
        target=PARTY,
        message_code=code,
        payload=payload,
        date_time=bytes(12) if cra == Cra.RESPONSE else b"",
        supplementary=supplementary,
        signature=bytes(64),
        mac=mac,
    )
    read = decode_message(message.encode())
    assert read == message
    assert hash(read) == hash(message)
    assert all(getattr(read, name) == getattr(message, name) for name in Message.__slots__)


def test_a_message_equals_only_a_message() -> None:
    assert decode_message(signed()) != signed()
    assert "Message(df09" in repr(decode_message(signed()))
