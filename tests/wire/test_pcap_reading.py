"""Captures in every form that tools write give the packets that tshark finds in them."""

from __future__ import annotations

import json
import struct
import subprocess
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from captures import UPPER_PDU, block, enhanced, interface, option, pcap, pcapng, section, simple

from harness.wire.pcap import is_capture, read_packets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness.wire.pcap import Packet

PACKETS = [bytes(range(size % 256)) + bytes(size // 256 * 256) for size in (1, 2, 3, 4, 60, 255, 1499)]


def pieces(octets: bytes, size: int = 1000) -> Iterator[bytes]:
    return (octets[at : at + size] for at in range(0, len(octets), size))


def read(octets: bytes, size: int = 1000) -> list[Packet]:
    return list(read_packets(pieces(octets, size)))


CAPTURES = {
    "pcap, little-endian, microseconds": pcap(PACKETS, step=7),
    "pcap, big-endian, microseconds": pcap(PACKETS, order=">", step=7),
    "pcap, little-endian, nanoseconds": pcap(PACKETS, magic=0xA1B23C4D, step=7),
    "pcap, big-endian, nanoseconds": pcap(PACKETS, order=">", magic=0xA1B23C4D, step=7),
    "pcapng, little-endian": pcapng(PACKETS),
    "pcapng, big-endian": pcapng(PACKETS, order=">"),
    "pcapng, sections of either order, other interfaces and units": b"".join(
        (
            section(),
            interface(230, options=option(2, b"radio") + option(9, b"\x09") + option(0, b"")),
            interface(UPPER_PDU, options=option(9, b"\x8a") + option(14, struct.pack("<q", 1_000_000_000))),
            block(5, bytes(12)),
            enhanced(PACKETS[4], number=1, at=3 << 10 | 513, options=option(1, b"a remark") + option(0, b"")),
            block(0x4242, b"of a type that nobody defined"),
            enhanced(PACKETS[3], at=1_900_000_000_123_456_789, size=2000),
            section(">"),
            interface(147, ">"),
            enhanced(PACKETS[2], ">", at=1_900_000_000_123_456),
            block(0x0000000A, struct.pack(">II", 0x5A4E574B, 4) + bytes(4), ">"),
            block(2, struct.pack(">HHIIII", 0, 0xFFFF, 442_381, 631_000_000, 4, 4) + PACKETS[3], ">"),
        )
    ),
}


@pytest.mark.parametrize("name", CAPTURES)
def test_tshark_finds_the_same_packets(name: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    capture = tmp_path / "packets"
    capture.write_bytes(CAPTURES[name])
    done = subprocess.run(
        [tool("tshark"), "-n", "-r", str(capture), "-T", "json", "-x", "-j", "frame"], capture_output=True, check=True, timeout=60
    )
    ours = read(CAPTURES[name])
    theirs = [packet["_source"]["layers"] for packet in json.loads(done.stdout)]
    assert len(ours) == len(theirs)
    for packet, layers in zip(ours, theirs, strict=True):
        frame = layers["frame"]
        assert packet.number == int(frame["frame.number"])
        assert packet.octets == bytes.fromhex(layers["frame_raw"][0])
        assert (packet.size, len(packet.octets)) == (int(frame["frame.len"]), int(frame["frame.cap_len"]))
        seconds, _, fraction = frame["frame.time_epoch"].partition(".")
        assert packet.time == int(seconds) * 1_000_000_000 + int(fraction.ljust(9, "0"))


def test_capinfos_counts_the_same_packets(tool: Callable[[str], str], tmp_path: Path) -> None:
    capture = tmp_path / "packets"
    for octets in CAPTURES.values():
        capture.write_bytes(octets)
        done = subprocess.run([tool("capinfos"), "-Tmc", str(capture)], capture_output=True, text=True, check=True, timeout=60)
        count = int(done.stdout.splitlines()[1].split(",")[1])
        assert count == len(read(octets))


def test_what_editcap_writes_is_read(tool: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "first").write_bytes(CAPTURES["pcap, big-endian, nanoseconds"])
    for form in ("pcapng", "nsecpcap", "pcap"):
        subprocess.run([tool("editcap"), "-F", form, str(tmp_path / "first"), str(tmp_path / form)], check=True, timeout=60)
        octets = (tmp_path / form).read_bytes()
        assert is_capture(octets)
        assert [packet.octets for packet in read(octets)] == PACKETS


def test_a_simple_packet_has_no_time_and_is_cut_where_its_interface_cuts() -> None:
    octets = section() + interface(snap=60) + simple(bytes(40)) + interface() + simple(bytes(60))
    assert [(packet.time, len(packet.octets), packet.size) for packet in read(octets)] == [(None, 40, 40), (None, 60, 60)]
    cut = section() + interface(snap=60) + block(3, struct.pack("<I", 80) + bytes(60))
    assert [(len(packet.octets), packet.size) for packet in read(cut)] == [(60, 80)]


def test_custom_blocks_are_passed_over_and_not_counted() -> None:
    octets = section() + interface() + block(0xBAD, struct.pack("<I", 32473) + b"ours") + enhanced(b"abc")
    assert [(packet.number, packet.octets) for packet in read(octets)] == [(1, b"abc")]


def test_packets_know_their_link_type_interface_and_place() -> None:
    octets = CAPTURES["pcapng, sections of either order, other interfaces and units"]
    found = read(octets)
    assert [(packet.link_type, packet.interface) for packet in found] == [(UPPER_PDU, 1), (230, 0), (147, 0), (147, 0)]
    for packet in found:
        assert octets[packet.offset :].startswith((b"\x06\0\0\0", b"\0\0\0\x06", b"\0\0\0\x02"))


@pytest.mark.parametrize("name", CAPTURES)
def test_the_size_of_the_pieces_makes_no_difference(name: str) -> None:
    whole = read(CAPTURES[name], 1 << 20)
    assert whole
    assert all(read(CAPTURES[name], size) == whole for size in (1, 3, 64, 4096))


@pytest.mark.parametrize("octets", [pcap([]), pcapng([]), section()])
def test_a_capture_without_packets_has_none(octets: bytes) -> None:
    assert read(octets) == []


def test_memory_does_not_grow_with_the_capture() -> None:
    def endless(count: int) -> Iterator[bytes]:
        yield section() + interface()
        piece = enhanced(bytes(1400)) * 64
        for _ in range(count):
            yield piece

    def peak(count: int) -> int:
        tracemalloc.start()
        assert sum(1 for _ in read_packets(endless(count))) == 64 * count
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(200) < 2 * peak(20)
