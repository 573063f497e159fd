"""Captures of packets, pcap and pcapng, read piece by piece: octets in, packets out, nothing opened here.

pcap: a header of 24 octets, then records of a header of 16 octets and a packet; either byte order, time in microseconds
(magic A1B2C3D4) or nanoseconds (A1B23C4D). pcapng: see :mod:`harness.wire.pcapng`.

A capture that breaks off or is damaged gives every packet before the damage and then one :class:`PcapError`. Where a length is
damaged nothing tells where the next packet starts, so nothing after it is guessed at.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from harness.wire.pcap_packet import MOST_OCTETS, Described, Packet, PcapError, Pieces
from harness.wire.pcapng import MAGIC as PCAPNG_MAGIC
from harness.wire.pcapng import read_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.wire.pcap_packet import DescribedSink
    from harness.wire.pcapng import SecretsSink

__all__ = ["Described", "Packet", "PcapError", "is_capture", "read_packets"]

_ORDERS = {
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\x3c\x4d": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
}
"""Byte order and nanoseconds of one unit of time, by magic number."""
_VERSION = (2, 4)
_SECOND = 1_000_000_000


def is_capture(octets: bytes) -> bool:
    """Tell whether a file that starts with ``octets`` (four suffice) is a capture."""
    return octets[:4] in _ORDERS or octets[:4] == PCAPNG_MAGIC


def read_packets(pieces: Iterable[bytes], secrets: SecretsSink | None = None, described: DescribedSink | None = None) -> Iterator[Packet]:
    """Yield the packets of a capture that arrives in pieces of any size.

    ``secrets`` is told of the secrets that a pcapng holds, ``described`` of each interface, when the reading comes to them. Raises
    :class:`PcapError`, after the packets before it, where a header is none, a length cannot be, or the capture breaks off.
    """
    source = Pieces(pieces)
    magic = source.take(4)
    if magic == PCAPNG_MAGIC:
        return read_blocks(source, secrets, described)
    if magic not in _ORDERS:
        expected = "pcap (A1B2C3D4 or A1B23C4D, either byte order) or pcapng (0A0D0D0A)"
        raise PcapError("file header", 0, f"starts {magic.hex() or 'with nothing'}", expected=expected)
    return _records(source, *_ORDERS[magic], described)


def _records(source: Pieces, order: str, unit: int, described: DescribedSink | None) -> Iterator[Packet]:
    """Yield the packets of a pcap whose magic number was taken."""
    link_type = _link_type(source.take(20), order)
    if described is not None:
        described(Described(0, link_type, "", ""))
    layout, number = Struct(order + "IIII"), 0
    while head := source.take(layout.size):
        number += 1
        block = f"packet record {number}"
        offset = source.offset - len(head)
        if len(head) < layout.size:
            raise PcapError(block, offset, f"breaks off after {len(head)} octets", expected=f"a header of {layout.size} octets")
        seconds, units, kept, size = layout.unpack(head)
        if kept > MOST_OCTETS:
            raise PcapError(block, offset, f"claims {kept} octets", expected=f"at most {MOST_OCTETS}")
        octets = source.take(kept)
        if len(octets) < kept:
            raise PcapError(block, offset, f"breaks off after {len(octets)} of {kept} octets", expected="the whole packet")
        yield Packet(number, link_type, seconds * _SECOND + units * unit, octets, size, 0, offset)


def _link_type(header: bytes, order: str) -> int:
    """Check the rest of a pcap's file header; its last member holds the link type in the low 16 bits."""
    layout = Struct(order + "HHiIII")
    if len(header) < layout.size:
        raise PcapError("file header", 0, f"breaks off after {4 + len(header)} octets", expected="24 octets")
    major, minor, _, _, _, link_type = layout.unpack(header)
    if (major, minor) != _VERSION:
        raise PcapError("file header", 4, f"is of version {major}.{minor}", expected=f"{_VERSION[0]}.{_VERSION[1]}")
    return int(link_type) & 0xFFFF
