"""Captures written by hand, field by field, in either byte order: what the reader of captures is tried on."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

UPPER_PDU = 252


def upper_pdu(message: bytes, dissector: bytes = b"gbcs_message") -> bytes:
    """Put a PDU behind the tags that name its dissector, padded as Wireshark pads them."""
    name = dissector + bytes(-len(dissector) % 4)
    return struct.pack(">HH", 12, len(name)) + name + bytes(4) + message


def pcap(packets: Sequence[bytes], *, link_type: int = UPPER_PDU, order: str = "<", magic: int = 0xA1B2C3D4, step: int = 1) -> bytes:
    """Write a pcap; packet ``n`` has the time ``1_900_000_000 + n`` seconds and ``n * step`` units."""
    head = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 1 << 18, link_type)
    return head + b"".join(
        struct.pack(order + "IIII", 1_900_000_000 + number, number * step, len(octets), len(octets)) + octets
        for number, octets in enumerate(packets, 1)
    )


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """Write one pcapng block."""
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + length + body + length


def option(code: int, value: bytes, order: str = "<") -> bytes:
    """Write one pcapng option."""
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str = "<", *, major: int = 1) -> bytes:
    """Write a Section Header Block."""
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, major, 0, -1), order)


def interface(link_type: int = UPPER_PDU, order: str = "<", *, snap: int = 0, options: bytes = b"") -> bytes:
    """Write an Interface Description Block."""
    return block(1, struct.pack(order + "HHI", link_type, 0, snap) + options, order)


def enhanced(octets: bytes, order: str = "<", *, at: int = 0, number: int = 0, size: int | None = None, options: bytes = b"") -> bytes:
    """Write an Enhanced Packet Block; ``at`` is in the interface's unit of time."""
    head = struct.pack(order + "IIIII", number, at >> 32, at & 0xFFFF_FFFF, len(octets), len(octets) if size is None else size)
    return block(6, head + octets + bytes(-len(octets) % 4) + options, order)


def simple(octets: bytes, order: str = "<") -> bytes:
    """Write a Simple Packet Block."""
    return block(3, struct.pack(order + "I", len(octets)) + octets, order)


def pcapng(packets: Sequence[bytes], *, link_type: int = UPPER_PDU, order: str = "<") -> bytes:
    """Write one section with one interface that counts nanoseconds."""
    described = interface(link_type, order, options=option(9, b"\x09", order))
    return (
        section(order)
        + described
        + b"".join(enhanced(octets, order, at=1_900_000_000_000_000_000 + number) for number, octets in enumerate(packets, 1))
    )
