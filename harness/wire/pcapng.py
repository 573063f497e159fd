"""pcapng: a capture as a run of blocks, each of which says how long it is, at both ends.

====== ================ ===========================================================================
type   block            read here
====== ================ ===========================================================================
0A0D0D0A Section Header byte order of the section; interfaces are counted anew
1      Interface        link type, snapshot length, unit of time (options if_tsresol, if_tsoffset), name, description
2      Packet           obsolete, still met
3      Simple Packet    no time, and of interface 0
6      Enhanced Packet
10     Secrets          handed to whoever asks for them
others                  passed over, as the format asks (names, statistics, custom blocks)
====== ================ ===========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from struct import Struct
from typing import TYPE_CHECKING, Literal

from harness.wire.pcap_packet import MOST_OCTETS, Described, Packet, PcapError, Pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.wire.pcap_packet import DescribedSink

    SecretsSink = Callable[[int, bytes], None]
    """Is told of the type and the octets of secrets, before the packets that follow them are read."""

__all__ = ["MAGIC", "read_blocks"]

MAGIC = b"\x0a\x0d\x0d\x0a"
_SECTION, _INTERFACE, _PACKET, _SIMPLE, _ENHANCED, _SECRETS = 0x0A0D0D0A, 1, 2, 3, 6, 10
_NAMES = {
    _SECTION: "Section Header",
    _INTERFACE: "Interface Description",
    _PACKET: "Packet",
    _SIMPLE: "Simple Packet",
    _ENHANCED: "Enhanced Packet",
    _SECRETS: "Decryption Secrets",
}
_HEAD = 12
"""Octets that every block has: its type, and its length twice."""
_LEAST = 32
"""Octets of the smallest Enhanced Packet Block."""
_LONGEST = 1 << 24
"""Octets of one block that are read at most; Wireshark's own limit."""
_SECOND = 1_000_000_000
_NAME, _DESCRIPTION, _RESOLUTION, _SHIFT = 2, 3, 9, 14
"""Options of an interface: what it is called and is, unit of time, and seconds to add."""
_FINEST = 63


class _Order:
    """How the integers of a section are read."""

    __slots__ = ("enhanced", "head", "interface", "name", "obsolete", "option", "secrets", "section", "whole", "word")

    def __init__(self, mark: str, name: Literal["big", "little"]) -> None:
        self.name: Literal["big", "little"] = name
        self.head, self.word, self.option = (Struct(mark + layout) for layout in ("III", "I", "HH"))
        self.section, self.interface = Struct(mark + "IHH"), Struct(mark + "HxxI")
        self.enhanced, self.obsolete = Struct(mark + "IIII"), Struct(mark + "HHIIII")
        self.whole, self.secrets = Struct(mark + "IIIIIII"), Struct(mark + "II")


_LITTLE = _Order("<", "little")
_ORDERS = {b"\x1a\x2b\x3c\x4d": _Order(">", "big"), b"\x4d\x3c\x2b\x1a": _LITTLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Interface:
    """What an Interface Description Block says of its packets."""

    link_type: int
    snap: int
    """Octets kept of a packet at most; 0 is no limit."""
    unit: tuple[int, int]
    """Nanoseconds of one unit of time, as a fraction in lowest terms."""
    shift: int
    """Nanoseconds to add to every time."""


def read_blocks(source: Pieces, secrets: SecretsSink | None = None, described: DescribedSink | None = None) -> Iterator[Packet]:
    """Yield the packets of a pcapng whose first four octets were taken; raises :class:`PcapError` after those before the damage."""
    return _Reader(source, secrets, described).packets()


class _Reader:
    """Goes through the blocks, and remembers byte order and interfaces of the section it is in."""

    __slots__ = ("_described", "_interfaces", "_kind", "_number", "_offset", "_order", "_packets", "_secrets", "_source")

    def __init__(self, source: Pieces, secrets: SecretsSink | None, described: DescribedSink | None) -> None:
        self._source = source
        self._described = described
        self._secrets = secrets
        self._order = _LITTLE
        self._interfaces: list[_Interface] = []
        self._kind = self._number = self._packets = self._offset = 0

    def packets(self) -> Iterator[Packet]:
        """Yield packets until the last block."""
        head = MAGIC + self._source.take(_HEAD - len(MAGIC))
        while head:
            self._number += 1
            self._offset = self._source.offset - len(head)
            rest = self._rest(head)
            if self._kind == _ENHANCED:
                yield self._enhanced(head, rest)
            elif packet := self._other(head[8:] + rest[:-4]):
                yield packet
            yield from self._held_packets()
            head = self._source.take(_HEAD)

    def _held_packets(self) -> Iterator[Packet]:
        """Yield packets as long as whole blocks of them are at hand and nothing is wrong; the rest is for the reader by steps."""
        held, at = self._source.held
        begun, base = at, self._source.offset - at
        unpack, word, make, most = self._order.whole.unpack_from, self._order.word.unpack_from, tuple.__new__, MOST_OCTETS
        known = [(one.link_type, *one.unit, one.shift) for one in self._interfaces]
        packets, interfaces, whole = self._packets, len(known), len(held)
        last = whole - _LEAST
        while at <= last:
            kind, length, interface, high, low, kept, size = unpack(held, at)
            end = at + length
            if (
                kind != _ENHANCED
                or length & 3
                or end > whole
                or kept > length - _LEAST
                or kept > most
                or interface >= interfaces
                or word(held, end - 4)[0] != length
            ):
                break
            link_type, up, down, shift = known[interface]
            packets += 1
            time = high << 32 | low
            if down != up or shift:
                time = time * up // down + shift
            start = at + 28
            packet: Packet = make(Packet, (packets, link_type, time, held[start : start + kept], size, interface, base + at))
            at = end
            yield packet
        self._number += packets - self._packets
        self._packets = packets
        self._source.skip(at - begun)

    def _rest(self, head: bytes) -> bytes:
        """Note the type of the block that starts with ``head``, and return what follows, its second length included."""
        if len(head) < _HEAD:
            self._kind = int.from_bytes(head[:4], self._order.name)
            raise self._fault(f"breaks off after {len(head)} octets", f"at least {_HEAD}")
        if head[:4] == MAGIC:
            self._kind = _SECTION
            if head[8:] not in _ORDERS:
                raise self._fault(f"has byte-order magic {head[8:].hex()}", "1a2b3c4d in either order")
            self._order = _ORDERS[head[8:]]
        self._kind, length, _ = self._order.head.unpack(head)
        if length % 4 or not _HEAD <= length <= _LONGEST:
            raise self._fault(f"claims {length} octets", f"a multiple of 4 from {_HEAD} to {_LONGEST}")
        rest = self._source.take(length - _HEAD)
        if len(rest) < length - _HEAD:
            raise self._fault(f"breaks off after {_HEAD + len(rest)} of {length} octets", "the whole block")
        if (rest or head)[-4:] != head[4:8]:
            (again,) = self._order.word.unpack((rest or head)[-4:])
            raise self._fault(f"is {length} octets long at its start and {again} at its end", "the same length twice")
        return rest

    def _enhanced(self, head: bytes, rest: bytes) -> Packet:
        """Read an Enhanced Packet without putting its pieces together first: nearly all packets come in one."""
        if len(rest) < self._order.enhanced.size + 4:
            raise self._fault(f"is {_HEAD + len(rest)} octets long", "at least 32")
        (number,) = self._order.word.unpack_from(head, 8)
        high, low, kept, size = self._order.enhanced.unpack_from(rest)
        return self._packet(rest[:-4], 16, number, (kept, size), high << 32 | low)

    def _other(self, body: bytes) -> Packet | None:
        """Read a block of any other type; return its packet where it holds one."""
        if self._kind == _SECTION:
            self._section(body)
        elif self._kind == _INTERFACE:
            self._interfaces.append(self._interface(body))
        elif self._kind == _SIMPLE:
            (size,) = self._unpack(self._order.word, body)
            return self._packet(body, 4, 0, (min(size, self._interface_of(0).snap or size), size), None)
        elif self._kind == _PACKET:
            number, _, high, low, kept, size = self._unpack(self._order.obsolete, body)
            return self._packet(body, 20, number, (kept, size), high << 32 | low)
        elif self._kind == _SECRETS and self._secrets is not None:
            kind, size = self._unpack(self._order.secrets, body)
            if size > len(body) - 8:
                raise self._fault(f"claims secrets of {size} octets", f"at most {len(body) - 8}")
            self._secrets(kind, body[8 : 8 + size])
        return None

    def _section(self, body: bytes) -> None:
        _, major, minor = self._unpack(self._order.section, body)
        if major != 1:
            raise self._fault(f"is of version {major}.{minor}", "1.0")
        self._interfaces = []

    def _interface(self, body: bytes) -> _Interface:
        link_type, snap = self._unpack(self._order.interface, body)
        resolution, shift, told = 6, 0, {_NAME: "", _DESCRIPTION: ""}
        for code, value in self._options(body[8:]):
            if code == _RESOLUTION and len(value) == 1:
                resolution = value[0]
            elif code == _SHIFT and len(value) == 8:
                shift = int.from_bytes(value, self._order.name, signed=True)
            elif code in told:
                told[code] = value.rstrip(b"\0").decode("utf-8", "replace")
        exponent = resolution & 0x7F
        if exponent > _FINEST:
            raise self._fault(f"counts time in units of 2 or 10 to the minus {exponent}", f"at most {_FINEST}")
        units = (2 if resolution & 0x80 else 10) ** exponent
        common = gcd(_SECOND, units)
        if self._described is not None:
            self._described(Described(len(self._interfaces), link_type, told[_NAME], told[_DESCRIPTION]))
        return _Interface(link_type=link_type, snap=snap, unit=(_SECOND // common, units // common), shift=shift * _SECOND)

    def _options(self, octets: bytes) -> Iterator[tuple[int, bytes]]:
        at = 0
        while at + 4 <= len(octets):
            code, length = self._order.option.unpack_from(octets, at)
            if not code:
                return
            at += 4
            if length > len(octets) - at:
                raise self._fault(f"has an option {code} of {length} octets", f"at most {len(octets) - at}")
            yield code, octets[at : at + length]
            at += (length + 3) // 4 * 4

    def _packet(self, body: bytes, start: int, number: int, lengths: tuple[int, int], units: int | None) -> Packet:
        """Make a packet of interface ``number``; ``lengths`` are the octets kept, from ``start`` of ``body``, and those on the wire."""
        interface, (kept, size) = self._interface_of(number), lengths
        if kept > MOST_OCTETS or kept > len(body) - start:
            raise self._fault(f"claims a packet of {kept} octets", f"at most {min(len(body) - start, MOST_OCTETS)}")
        self._packets += 1
        time = None if units is None else units * interface.unit[0] // interface.unit[1] + interface.shift
        return Packet(self._packets, interface.link_type, time, body[start : start + kept], size, number, self._offset)

    def _interface_of(self, number: int) -> _Interface:
        if number >= len(self._interfaces):
            raise self._fault(f"is of interface {number}", f"one of the {len(self._interfaces)} described before it")
        return self._interfaces[number]

    def _unpack(self, layout: Struct, body: bytes) -> tuple[int, ...]:
        if len(body) < layout.size:
            raise self._fault(f"has a body of {len(body)} octets", f"at least {layout.size}")
        return layout.unpack_from(body)

    def _fault(self, what: str, expected: str) -> PcapError:
        name = _NAMES.get(self._kind, f"type 0x{self._kind:08X}")
        return PcapError(f"block {self._number} ({name})", self._offset, what, expected=expected)
