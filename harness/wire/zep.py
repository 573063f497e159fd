"""ZigBee Encapsulation Protocol: what a remote sniffer heard, in UDP datagrams to port 17754, out of captured packets.

::

    version 1   "EX" | 01 | channel | device (2) | mode | LQI | reserved (7) | length | frame
    version 2   "EX" | 02 | 01 | channel | device (2) | mode | LQI | NTP time (8) | sequence (4) | reserved (10) | length | frame
                "EX" | 02 | 02 | sequence (4)                     an acknowledgement, which holds no frame
    mode        1: the frame ends with its FCS; 0: with what a TI radio puts there, RSSI and, bit 7 of the next octet, whether the FCS held

Integers are big-endian. Packets are read from Ethernet (with VLAN tags), raw IP and Linux cooked captures, over IPv4 and IPv6. Layouts as
Wireshark 4.0.17 reads them.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LINK_TYPES", "PORT", "ZepFrame", "read_zep", "zep_datagram"]

PORT = 17_754
ETHERNET, RAW_IP, COOKED, COOKED_2 = 1, 101, 113, 276
LINK_TYPES = frozenset({ETHERNET, RAW_IP, COOKED, COOKED_2})
"""Link types of packets that may hold a datagram."""

_IPV4, _IPV6, _TAGS = 0x0800, 0x86DD, (0x8100, 0x88A8)
_UDP = 17
_MARK = b"EX"
_HEADS = {1: 16, 2: 32}
_WITH_FCS = 1
_TI_TAIL = 2
_FCS_HELD = 0x80


class ZepFrame(NamedTuple):
    """A frame as a remote sniffer handed it on."""

    octets: bytes
    """The MAC frame, without what may stand in place of its FCS."""
    has_fcs: bool
    is_damaged: bool
    """Whether the sniffer says that the FCS did not hold."""
    channel: int
    lqi: int


def zep_datagram(octets: bytes, link_type: int) -> bytes | None:
    """Return what a packet carries to or from the port, ``None`` where it is another packet or breaks off before."""
    try:
        protocol, packet = _internet(octets, link_type)
        datagram = _udp4(packet) if protocol == _IPV4 else _udp6(packet) if protocol == _IPV6 else b""
        ports = int.from_bytes(datagram[:2], "big"), int.from_bytes(datagram[2:4], "big")
        return datagram[8:] if PORT in ports else None
    except IndexError:
        return None


def _internet(octets: bytes, link_type: int) -> tuple[int, bytes]:
    """Return the protocol that a packet carries, and what it carries."""
    if link_type == RAW_IP:
        return {4: _IPV4, 6: _IPV6}.get(octets[0] >> 4, 0), octets
    at, start = {ETHERNET: (12, 14), COOKED: (14, 16), COOKED_2: (0, 20)}[link_type]
    protocol = int.from_bytes(octets[at : at + 2], "big")
    while protocol in _TAGS and len(octets) >= start + 4:
        protocol, start = int.from_bytes(octets[start + 2 : start + 4], "big"), start + 4
    return protocol, octets[start:]


def _udp4(packet: bytes) -> bytes:
    """Return the datagram in an IPv4 packet; nothing where there is none, or only a later piece of one."""
    if packet[9] != _UDP or int.from_bytes(packet[6:8], "big") & 0x1FFF:
        return b""
    return packet[4 * (packet[0] & 0xF) : int.from_bytes(packet[2:4], "big")]


def _udp6(packet: bytes) -> bytes:
    return packet[40 : 40 + int.from_bytes(packet[4:6], "big")] if packet[6] == _UDP else b""


def read_zep(datagram: bytes) -> ZepFrame | str:
    """Return the frame that a datagram carries, or why it carries none."""
    if datagram[:2] != _MARK or len(datagram) < 4 or datagram[2] not in _HEADS:
        return "a datagram to the port of ZEP that is neither version 1 nor 2 of it"
    version, size = datagram[2], _HEADS[datagram[2]]
    if version == 2 and datagram[3] != 1:
        return ""
    if len(datagram) < size or len(datagram) < size + datagram[size - 1]:
        return "a ZEP datagram that breaks off"
    at = 3 if version == 1 else 4
    channel, mode, lqi = datagram[at], datagram[at + 3], datagram[at + 4]
    octets = datagram[size : size + datagram[size - 1]]
    if mode == _WITH_FCS:
        return ZepFrame(octets, has_fcs=True, is_damaged=False, channel=channel, lqi=lqi)
    is_damaged = not octets[-1:] or not octets[-1] & _FCS_HELD
    return ZepFrame(octets[:-_TI_TAIL], has_fcs=False, is_damaged=is_damaged, channel=channel, lqi=lqi)
