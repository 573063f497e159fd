"""Frames are found in whatever a sniffer puts around them, with the keys that a capture or a file hands on; tshark reads the same."""

from __future__ import annotations

import struct
from zlib import crc32

import pytest
from captures import block, interface, pcap, section
from han_captures import HUB_EUI, INSTALL_CODE, LINK, NETWORK, Home, capture, key_file

from harness.errors import UsageError
from harness.wire.pcap import read_packets
from harness.wire.pcap_gbcs import CaptureReader, Found, NotRead, TunnelCommand
from harness.wire.pcap_zigbee import Frame, NoFrame, frame_of
from harness.wire.pcapng_writing import ZIGBEE_APS_KEY, ZIGBEE_NWK_KEY, tap_header
from harness.wire.tunnelling import RequestTunnel, TunnelFrame, write_frame
from harness.wire.zigbee.key_file import read_keys

PORT = (17754).to_bytes(2, "big")


@pytest.fixture(scope="module")
def home():
    made = Home()
    made.join()
    made.hello()
    made.messages = [made.alert(number) for number in range(3)]
    return made


def udp(datagram: bytes) -> bytes:
    return PORT + PORT + struct.pack(">HH", 8 + len(datagram), 0) + datagram


def ipv4(payload: bytes, *, protocol: int = 17, fragment: int = 0) -> bytes:
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, fragment, 64, protocol, 0, bytes(4), bytes(4))
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack(">H", ~(total + (total >> 16)) & 0xFFFF) + head[12:] + payload


def ipv6(payload: bytes) -> bytes:
    return struct.pack(">IHBB", 0x60000000, len(payload), 17, 64) + bytes(32) + payload


def ethernet(packet: bytes, protocol: int = 0x0800, tags: bytes = b"") -> bytes:
    return bytes(12) + tags + protocol.to_bytes(2, "big") + packet


def zep_1(frame: bytes, *, mode: int = 1) -> bytes:
    return b"EX\x01" + bytes((20, 0, 7, mode, 200)) + bytes(7) + bytes((len(frame),)) + frame


def zep_2(frame: bytes, *, mode: int = 1) -> bytes:
    return b"EX\x02\x01" + bytes((20, 0, 7, mode, 200)) + bytes(8) + bytes(4) + bytes(10) + bytes((len(frame),)) + frame


def ti(frame: bytes, *, held: bool = True) -> bytes:
    """Put what a TI radio puts in place of the FCS: RSSI, and whether the FCS held."""
    return frame[:-2] + bytes((0xC4, 0x6B | (0x80 if held else 0)))


def tapped(frame: bytes, *, fcs: int) -> bytes:
    return tap_header(fcs=False, channel=11, page=28, rssi=-61.4, lqi=99).replace(b"\0\0\x01\0\0", bytes((0, 0, 1, 0, fcs)), 1) + frame


AROUND = {
    "195": (195, lambda frame: frame),
    "230": (230, lambda frame: frame[:-2]),
    "283 with FCS": (283, lambda frame: tap_header(fcs=True, channel=11, page=28, rssi=-61.4, lqi=99) + frame),
    "283 without FCS": (283, lambda frame: tap_header(fcs=False, channel=11, page=28, rssi=-61.4, lqi=99) + frame[:-2]),
    "283, FCS of four octets": (283, lambda frame: tapped(frame[:-2] + crc32(frame[:-2]).to_bytes(4, "little"), fcs=2)),
    "ZEP 1, Ethernet": (1, lambda frame: ethernet(ipv4(udp(zep_1(frame))))),
    "ZEP 2, Ethernet": (1, lambda frame: ethernet(ipv4(udp(zep_2(frame))))),
    "ZEP 2, padded": (1, lambda frame: ethernet(ipv4(udp(zep_2(frame)))) + bytes(12)),
    "ZEP 2, VLAN": (1, lambda frame: ethernet(ipv4(udp(zep_2(frame))), tags=b"\x81\x00\x00\x05")),
    "ZEP 2, IPv6": (1, lambda frame: ethernet(ipv6(udp(zep_2(frame))), 0x86DD)),
    "ZEP 2, raw IP": (101, lambda frame: ipv4(udp(zep_2(frame)))),
    "ZEP 2, raw IPv6": (101, lambda frame: ipv6(udp(zep_2(frame)))),
    "ZEP 2, cooked": (113, lambda frame: bytes(14) + b"\x08\x00" + ipv4(udp(zep_2(frame)))),
    "ZEP 2, cooked again": (276, lambda frame: b"\x08\x00" + bytes(18) + ipv4(udp(zep_2(frame)))),
    "ZEP 1, TI": (1, lambda frame: ethernet(ipv4(udp(zep_1(ti(frame), mode=0))))),
    "ZEP 2, TI": (1, lambda frame: ethernet(ipv4(udp(zep_2(ti(frame), mode=0))))),
}
UNKNOWN_TO_TSHARK = {"283, FCS of four octets", "ZEP 2, IPv6", "ZEP 2, raw IPv6"}
"""tshark insists on UDP checksums over IPv6; of a four-octet FCS it reads the same frame and no ZigBee in it."""


@pytest.mark.parametrize("name", AROUND)
def test_a_frame_is_the_same_whatever_stands_around_it(name, home, captured):
    link_type, around = AROUND[name]
    packets = [around(octets) for _, octets in home.frames]
    found = [frame_of(packet) for packet in read_packets([pcap(packets, link_type=link_type)])]
    assert all(isinstance(one, Frame) for one in found)
    assert [one.octets for one in found] == [octets for _, octets in home.frames]
    if link_type == 283:
        assert {one[1:] for one in found} == {(11, 28, -61, 99)}
    reader = CaptureReader((INSTALL_CODE, LINK))
    held = list(reader.read([pcap(packets, link_type=link_type)]))
    assert [one.message for one in held if isinstance(one, Found)] == home.messages
    assert not any(one.lost for one in held if isinstance(one, NotRead))
    if name not in UNKNOWN_TO_TSHARK:
        rows = captured(link_type, packets, "wpan.seq_no")
        assert [int(row[0]) for row in rows] == [octets[2] for _, octets in home.frames]


NOTHING = {
    "not a datagram": (1, ethernet(ipv4(bytes(20), protocol=6)), "not ZEP", False),
    "a later piece": (1, ethernet(ipv4(udp(bytes(20)), fragment=5)), "not ZEP", False),
    "another port": (101, ipv4(bytes(8) + bytes(20)), "not ZEP", False),
    "neither version": (101, ipv4(udp(b"EX\x03" + bytes(40))), "neither version 1 nor 2", True),
    "breaks off": (101, ipv4(udp(zep_2(bytes(20))[:-1])), "breaks off", True),
    "an acknowledgement": (101, ipv4(udp(b"EX\x02\x02" + bytes(4))), "acknowledgement", False),
    "the sniffer says that the FCS did not hold": (101, ipv4(udp(zep_2(ti(bytes(20), held=False), mode=0))), "check sequence", True),
    "FCS of four octets that does not hold": (283, tapped(bytes(30), fcs=2), "check sequence", True),
    "TAP breaks off": (283, b"\x00\x00\x40\x00", "TAP header that breaks off", True),
    "TAP field breaks off": (283, struct.pack("<BBHHH", 0, 0, 8, 1, 4), "TAP header that breaks off", True),
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_packet_without_a_frame_says_why(name):
    link_type, octets, words, lost = NOTHING[name]
    (packet,) = read_packets([pcap([octets], link_type=link_type)])
    found = frame_of(packet)
    assert isinstance(found, NoFrame)
    assert (words in found.reason, found.lost) == (True, lost)


def test_any_cut_of_any_packet_ends_in_a_frame_or_a_reason(home):
    for link_type, around in AROUND.values():
        whole = around(home.frames[2][1])
        for size in range(len(whole)):
            (packet,) = read_packets([pcap([whole[:size]], link_type=link_type)])
            assert isinstance(frame_of(packet), (Frame, NoFrame))


def test_the_keys_that_a_capture_holds_are_used(home):
    secrets = [(ZIGBEE_NWK_KEY, NETWORK + b"\x62\x1a"), (ZIGBEE_APS_KEY, LINK + bytes(6)), (0x544C534B, b"no key of ours")]
    held = list(CaptureReader().read([capture(home.frames, secrets=secrets)]))
    assert [one.message for one in held if isinstance(one, Found)] == home.messages
    for count in (0, 1):
        found = list(CaptureReader().read([capture(home.frames, secrets=secrets[:count])]))
        assert not [one for one in found if isinstance(one, Found)]
        assert any(one.lost for one in found if isinstance(one, NotRead))


def test_every_packet_is_accounted_for_and_a_message_names_its_first(home):
    held = list(CaptureReader((INSTALL_CODE, LINK)).read([capture(home.frames)]))
    assert {one.packet for one in held} == set(range(1, len(home.frames) + 1))
    messages = [one for one in held if isinstance(one, Found)]
    assert [one.time for one in messages] == [home.frames[one.packet - 1][0] for one in messages]
    assert {(one.heard.source, one.heard.destination) for one in messages} == {(home.meter.eui, HUB_EUI)}


def test_commands_of_tunnels_are_told_apart_from_what_goes_through_them():
    home = Home()
    home.hello()
    frame = write_frame(TunnelFrame(sequence=1, command=RequestTunnel(), default_response=True))
    home.attempt(home.blocks(frame, home.hub), home.hub, home.meter)
    (one,) = [one for one in CaptureReader((NETWORK, LINK)).read([capture(home.frames)]) if isinstance(one, TunnelCommand)]
    assert (one.heard.octets, one.heard.source, one.heard.destination) == (frame, HUB_EUI, home.meter.eui)


def test_messages_that_nobody_acknowledged_are_counted():
    home = Home()
    home.hello()
    for number in range(4):
        home.alert(number, acknowledged=number < 1)
    reader = CaptureReader((NETWORK, LINK))
    assert len([one for one in reader.read([capture(home.frames)]) if isinstance(one, Found)]) == 4
    assert reader.unacknowledged == 3


def test_interfaces_and_secrets_are_handed_on_in_either_byte_order():
    told = []
    for order in "<>":
        octets = section(order) + interface(195, order, options=b"")
        secret = block(10, struct.pack(order + "II", ZIGBEE_NWK_KEY, 18) + NETWORK + b"\x01\x02", order)
        list(read_packets([octets + secret], lambda kind, octets: told.append((kind, octets)), told.append))
    assert told[1::2] == [(ZIGBEE_NWK_KEY, NETWORK + b"\x01\x02")] * 2
    assert [(one.interface, one.link_type) for one in told[::2]] == [(0, 195)] * 2


GOOD = {
    '"a0a1a2a3a4a5a6a7a8a9aaabacadaeaf","Normal","link key"': LINK,
    '"A0:A1:A2:A3:A4:A5:A6:A7:A8:A9:AA:AB:AC:AD:AE:AF","Normal",""': LINK,
    '"afaeadacabaaa9a8a7a6a5a4a3a2a1a0","Reverse","backwards"': LINK,
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf": LINK,
}


@pytest.mark.parametrize("line", GOOD)
def test_a_key_is_read_as_wireshark_writes_it(line):
    assert read_keys(f"# remark\n\n{line}\r\n") == (GOOD[line],)
    assert read_keys(key_file(NETWORK, LINK)) == (NETWORK, LINK)


@pytest.mark.parametrize(
    "line", ['"a0a1","Normal","short"', '"' + "zz" * 16 + '","Normal",""', '"' + "00" * 16 + '","Sideways",""', '"', ","]
)
def test_a_line_that_is_no_key_is_named(line):
    with pytest.raises(UsageError, match="keys:3: this is no ZigBee key"):
        read_keys(f'# one\n"{LINK.hex()}","Normal",""\n{line}\n', where="keys")


def test_decode_opens_a_capture_with_a_key_file(smets_harness, tmp_path, home):
    (tmp_path / "han.pcapng").write_bytes(capture(home.frames))
    (tmp_path / "keys").write_text(key_file(INSTALL_CODE, LINK))
    done = smets_harness("decode", "han.pcapng", "--zigbee-keys", "keys")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("with alert code 0x8002") == 3
    assert f"source {home.meter.eui}, destination {HUB_EUI}, attempt 1" in done.stdout
    without = smets_harness("decode", "han.pcapng")
    assert without.returncode == 5
    assert "not read" in without.stdout
    assert "encrypted at the network layer, under a key that is not at hand" in without.stdout
    missing = smets_harness("decode", "han.pcapng", "--zigbee-keys", "none")
    assert (missing.returncode, "none: could not be read" in missing.stderr) == (4, True)
