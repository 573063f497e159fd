"""Captures that break off or are damaged give what stands before the damage, and an error that names the place."""

from __future__ import annotations

import random
import struct

import pytest
from captures import block, enhanced, interface, option, pcap, pcapng, section, simple

from harness.wire.pcap import Packet, PcapError, read_packets

PACKETS = [bytes(range(20)), bytes(range(7)), b"\xdf" * 33]


def read(octets: bytes) -> tuple[list[Packet], PcapError | None]:
    found = []
    try:
        for packet in read_packets([octets]):
            found.append(packet)
    except PcapError as error:
        return found, error
    return found, None


WHOLE = {
    "pcap": pcap(PACKETS),
    "pcap, big-endian": pcap(PACKETS, order=">"),
    "pcapng": pcapng(PACKETS) + block(5, bytes(12)) + simple(b"12345"),
    "pcapng, big-endian": pcapng(PACKETS, order=">"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_capture_cut_anywhere_keeps_the_packets_before_the_cut(name: str) -> None:
    octets = WHOLE[name]
    whole, problem = read(octets)
    assert problem is None
    ends = [*(packet.offset for packet in whole[1:]), len(octets)]
    for size in range(len(octets)):
        found, problem = read(octets[:size])
        assert found == whole[: len(found)]
        assert len(found) >= sum(end <= size for end in ends) - 1
        if problem is None:
            continue
        assert problem.offset <= size
        assert str(problem).startswith(f"octet {problem.offset}: {problem.block} ")
        assert "breaks off" in str(problem) or "starts " in str(problem)
        assert problem.expected
    assert sum(read(octets[:size])[1] is None for size in range(len(octets))) < 8


SECTION = section() + interface()
FAULTS = {
    "no capture": (b"PK\x03\x04", "file header", 0, "starts 504b0304"),
    "nothing": (b"", "file header", 0, "starts with nothing"),
    "pcap of another version": (pcap([])[:4] + b"\x01\x00" + pcap([])[6:], "file header", 4, "is of version 1.4"),
    "pcap, modified format": (struct.pack("<I", 0xA1B2CD34) + bytes(20), "file header", 0, "starts 34cdb2a1"),
    "pcap, huge packet": (pcap(PACKETS) + struct.pack("<IIII", 0, 0, 1 << 31, 1), "packet record 4", 132, "claims 2147483648 octets"),
    "byte-order magic": (
        section().replace(b"\x4d\x3c\x2b\x1a", b"\x4d\x3c\x2b\x1b"),
        "block 1 (Section Header)",
        0,
        "byte-order magic 4d3c2b1b",
    ),
    "pcapng of another version": (section(major=2), "block 1 (Section Header)", 0, "is of version 2.0"),
    "length not a multiple of 4": (SECTION + struct.pack("<III", 6, 13, 0), "block 3 (Enhanced Packet)", 48, "claims 13 octets"),
    "length below 12": (SECTION + struct.pack("<III", 0xBEEF, 8, 0), "block 3 (type 0x0000BEEF)", 48, "claims 8 octets"),
    "length beyond the limit": (SECTION + struct.pack("<III", 6, 1 << 25, 0), "block 3 (Enhanced Packet)", 48, "claims 33554432 octets"),
    "two lengths": (
        SECTION + enhanced(b"abcd")[:-4] + b"\x28\0\0\0",
        "block 3 (Enhanced Packet)",
        48,
        "36 octets long at its start and 40 at",
    ),
    "two lengths, no body": (
        SECTION + struct.pack("<III", 5, 12, 16),
        "block 3 (type 0x00000005)",
        48,
        "12 octets long at its start and 16 at",
    ),
    "packet longer than its block": (
        SECTION + enhanced(b"abcd").replace(b"\x04\0\0\0\x04", b"\x05\0\0\0\x04"),
        "block 3 (Enhanced Packet)",
        48,
        "claims a packet of 5 octets",
    ),
    "simple packet longer than its block": (
        SECTION + block(3, struct.pack("<I", 9) + bytes(8)),
        "block 3 (Simple Packet)",
        48,
        "of 9 octets",
    ),
    "enhanced packet without a head": (SECTION + block(6, bytes(16)), "block 3 (Enhanced Packet)", 48, "is 28 octets long"),
    "obsolete packet without a head": (SECTION + block(2, bytes(12)), "block 3 (Packet)", 48, "has a body of 12 octets"),
    "unknown interface": (SECTION + enhanced(b"abcd", number=1), "block 3 (Enhanced Packet)", 48, "is of interface 1"),
    "no interface": (section() + simple(b"abcd"), "block 2 (Simple Packet)", 28, "is of interface 0"),
    "interface of the section before": (SECTION + section() + enhanced(b"abcd"), "block 4 (Enhanced Packet)", 76, "is of interface 0"),
    "option beyond its block": (
        section() + interface(options=struct.pack("<HH", 9, 40) + bytes(4)),
        "block 2 (Interface Description)",
        28,
        "has an option 9 of 40 octets",
    ),
    "unit of time": (section() + interface(options=option(9, b"\x7f")), "block 2 (Interface Description)", 28, "to the minus 127"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_damage_is_named_with_its_block_and_place(name: str) -> None:
    octets, place, offset, words = FAULTS[name]
    found, problem = read(octets)
    assert len(found) == (3 if "huge" in name else 0)
    assert problem is not None
    assert (problem.block, problem.offset) == (place, offset)
    assert words in str(problem)
    assert problem.exit_code == 1


def test_mutated_captures_end_in_packets_or_the_readers_own_error() -> None:
    draw = random.Random(20301231)
    sources = list(WHOLE.values())
    refused = 0
    for _ in range(20_000):
        octets = bytearray(draw.choice(sources))
        for _ in range(draw.randrange(1, 6)):
            octets[draw.randrange(len(octets))] = draw.choice((0, 1, 0x7F, 0x80, 0xFF, draw.randrange(256)))
        found, problem = read(bytes(octets[: draw.randrange(len(octets) + 1)]))
        refused += problem is not None
        assert all(len(packet.octets) <= len(octets) for packet in found)
    assert refused > 10_000
