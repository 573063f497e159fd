"""Messages are found in the packets that carry them, and every other packet says why it gave none."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from captures import UPPER_PDU, pcap, upper_pdu

from harness.wire.pcap_gbcs import CaptureReader, Carried, Found, NotRead
from harness.wire.tunnelling import Bare, CloseTunnel, Get, GetResponse, Put, TransferData, TunnelFrame, write_data, write_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.wire.tunnelling import TunnelData

MESSAGE = bytes.fromhex("df0903") + bytes(60)


def only(octets: bytes, link_type: int) -> Carried:
    """Return what one packet gives, or the reason that weighs most why it gives nothing."""
    held = list(CaptureReader().read([pcap([octets], link_type=link_type)]))
    found = [one.message for one in held if isinstance(one, Found)]
    if found:
        return Carried(found[0], "", lost=False)
    reasons = sorted(((one.lost, one.reason) for one in held if isinstance(one, NotRead)), reverse=True)
    return Carried(b"", reasons[0][1], lost=reasons[0][0]) if reasons else Carried(b"", "a command of the Tunneling cluster", lost=False)


def transfer(data: TunnelData, *, from_server: bool = False) -> bytes:
    command = TransferData(tunnel=5, data=write_data(data), from_server=from_server)
    return write_frame(TunnelFrame(sequence=9, command=command, default_response=True))


def on_air(
    zcl: bytes = b"",
    *,
    mac: bytes = bytes.fromhex("41880134120000 0100"),
    nwk: bytes = bytes.fromhex("0800000001001e01"),
    aps: bytes = struct.pack("<BBHHBB", 0, 1, 0x0704, 0x0109, 1, 1),
) -> bytes:
    """Build an unsecured frame without its check sequence."""
    return mac + nwk + aps + zcl


def check_sequence(frame: bytes) -> bytes:
    """Return the CRC-16 of IEEE 802.15.4 (reflected polynomial 0x8408, start 0)."""
    register = 0
    for octet in frame:
        register ^= octet
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register.to_bytes(2, "little")


PUT = transfer(Put(MESSAGE))
NOT_FOLLOWED = {"long MAC addresses", "one PAN for two long addresses"}
"""tshark takes a data frame for ZigBee only where its MAC addresses are short."""
EXTENDED = {
    "plain": on_air(PUT),
    "long MAC addresses": on_air(PUT, mac=bytes.fromhex("01cc01 3412") + bytes(range(8)) + b"\x34\x12" + bytes(8)),
    "one PAN for two long addresses": on_air(PUT, mac=bytes.fromhex("41cc01 3412") + bytes(range(16))),
    "IEEE addresses in the network layer": on_air(PUT, nwk=bytes.fromhex("0818000001001e01") + bytes(range(16))),
    "source route": on_air(PUT, nwk=bytes.fromhex("0804000001001e01 0200 01000200")),
    "group addressed": on_air(PUT, aps=struct.pack("<BHHHBB", 0x0C, 7, 0x0704, 0x0109, 1, 1)),
    "extended header without a fragment": on_air(PUT, aps=struct.pack("<BBHHBBB", 0x80, 1, 0x0704, 0x0109, 1, 1, 0)),
}
TAP = (
    struct.pack("<BBH", 0, 0, 28) + struct.pack("<HHBxxx", 0, 1, 1) + struct.pack("<HHf", 1, 4, -60.0) + struct.pack("<HHHBx", 3, 3, 11, 0)
)


@pytest.mark.parametrize("name", EXTENDED)
def test_a_frame_in_clear_gives_its_message_whatever_its_headers(name: str, captured: Callable[..., list[list[str]]]) -> None:
    frame = EXTENDED[name]
    assert only(frame, 230) == Carried(MESSAGE, "", lost=False)
    for link_type, packet in ((230, frame), (195, frame + check_sequence(frame)), (283, TAP + frame + check_sequence(frame))):
        assert only(packet, link_type) == Carried(MESSAGE, "", lost=False)
        if name not in NOT_FOLLOWED:
            assert captured(link_type, [packet], "zbee_zcl_se.tun.tunnel_id", "gbcs_tunnel.command") == [["0x0005", "0x03"]]


@pytest.mark.parametrize("data", [Bare(MESSAGE), Put(MESSAGE), GetResponse(2, MESSAGE)])
def test_whatever_a_tunnel_puts_around_a_message_is_taken_off(data: TunnelData) -> None:
    assert only(on_air(transfer(data)), 230).message == MESSAGE
    assert only(upper_pdu(write_data(data), b"gbcs_tunnel"), UPPER_PDU).message == MESSAGE


def test_an_upper_pdu_is_read_past_its_other_tags() -> None:
    tags = struct.pack(">HHI", 20, 4, 0x7F000001) + struct.pack(">HH", 13, 16) + b"gbcs_message\0\0\0\0" + struct.pack(">HHI", 24, 4, 2)
    assert only(tags + bytes(4) + MESSAGE, UPPER_PDU) == Carried(MESSAGE, "", lost=False)


def test_a_packet_of_a_user_link_type_is_taken_at_its_first_octet() -> None:
    assert only(MESSAGE, 147).message == MESSAGE
    assert only(b"\xdd" + MESSAGE, 162).message == b"\xdd" + MESSAGE
    assert "does not start DD or DF" in only(b"\x00" + MESSAGE, 150).reason


SECURED = bytes.fromhex("0802000001001e01") + b"\x28" + bytes(13)
NOTHING = {
    "acknowledgement": (bytes.fromhex("020001"), "an acknowledgement", False),
    "beacon": (bytes.fromhex("008001 3412 0000") + bytes(4), "a beacon", False),
    "MAC command": (bytes.fromhex("638801 3412 0000 0100 04"), "a MAC command", False),
    "reserved frame type": (bytes.fromhex("070001"), "broken at the MAC layer", True),
    "MAC security": (on_air(PUT, mac=bytes.fromhex("49880134120000 0100")), "encrypted at the MAC layer", True),
    "IEEE 802.15.4-2015": (on_air(PUT, mac=bytes.fromhex("41a80134120000 0100")), "802.15.4-2015 or later", True),
    "not ZigBee PRO": (on_air(PUT, nwk=bytes.fromhex("0400000001001e01")), "not ZigBee PRO", False),
    "encrypted": (on_air(PUT, nwk=SECURED), "encrypted at the network layer", True),
    "network command": (on_air(b"\x08\x00", nwk=bytes.fromhex("0900000001001e01"), aps=b""), "no message of its own", False),
    "APS command": (on_air(PUT, aps=b"\x01\x07"), "no message of its own", False),
    "APS acknowledgement": (on_air(PUT, aps=struct.pack("<BBHHBB", 2, 1, 0x0704, 0x0109, 1, 1)), "no message of its own", False),
    "APS security": (on_air(PUT, aps=struct.pack("<BBHHBB", 0x20, 1, 0x0704, 0x0109, 1, 1)), "encrypted at the application layer", True),
    "another cluster": (on_air(PUT, aps=struct.pack("<BBHHBB", 0, 1, 0x0702, 0x0109, 1, 1)), "another cluster", False),
    "another cluster, secured": (on_air(PUT, aps=struct.pack("<BBHHBB", 0x20, 1, 0x0702, 0x0109, 1, 1)), "application layer", False),
    "fragment": (on_air(PUT, aps=struct.pack("<BBHHBBBB", 0x80, 1, 0x0704, 0x0109, 1, 1, 2, 3)), "not every fragment", True),
    "another tunnel command": (
        on_air(write_frame(TunnelFrame(sequence=1, command=CloseTunnel(tunnel=5), default_response=True))),
        "a command of the Tunneling cluster",
        False,
    ),
    "broken ZCL": (on_air(b"\x01\x09"), "Tunneling cluster that is none", True),
    "GET": (on_air(transfer(Get())), "carries no message", False),
    "nothing waits": (on_air(transfer(GetResponse(0, b""), from_server=True)), "carries no message", False),
    "no tunnel data": (on_air(PUT[:5] + b"\x77"), "none of the four forms", True),
    "breaks off in the MAC header": (on_air(PUT)[:6], "broken at the MAC layer", True),
    "breaks off in the network header": (on_air(PUT)[:10], "broken at the network layer", True),
    "breaks off in the APS header": (on_air(PUT)[:24], "broken at the application layer", True),
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_frame_that_gives_no_message_says_why(name: str) -> None:
    frame, words, lost = NOTHING[name]
    found = only(frame, 230)
    assert found.message == b""
    assert words in found.reason
    assert found.lost is lost


@pytest.mark.parametrize(
    ("packet", "link_type", "words", "lost"),
    [
        (upper_pdu(MESSAGE, b"http"), UPPER_PDU, "for the dissector 'http'", False),
        (upper_pdu(b""), UPPER_PDU, "nothing in it", True),
        (upper_pdu(MESSAGE)[:14], UPPER_PDU, "tags do not end", True),
        (b"", UPPER_PDU, "tags do not end", True),
        (b"\x00" * 60, 105, "link type 105 is not one", True),
        (b"\x00" * 60, 1, "not ZEP", False),
    ],
)
def test_a_packet_that_gives_no_message_says_why(packet: bytes, link_type: int, words: str, lost: bool) -> None:
    found = only(packet, link_type)
    assert (found.message, found.lost) == (b"", lost)
    assert words in found.reason


def test_a_packet_that_the_capture_cut_short_is_not_taken_for_a_message() -> None:
    for link_type, octets in ((UPPER_PDU, upper_pdu(MESSAGE)), (230, on_air(PUT))):
        whole = pcap([octets], link_type=link_type)
        cut = whole[:36] + struct.pack("<I", len(octets) + 1) + whole[40:]
        (found,) = CaptureReader().read([cut])
        assert isinstance(found, NotRead)
        assert found.lost
        assert "kept only the start" in found.reason


def test_any_cut_of_any_frame_ends_in_a_reason_or_a_message() -> None:
    for frame in [*EXTENDED.values(), *(frame for frame, _, _ in NOTHING.values())]:
        for size in range(len(frame) + 1):
            for link_type in (195, 230, 283):
                found = only(frame[:size], link_type)
                assert bool(found.message) != bool(found.reason)
