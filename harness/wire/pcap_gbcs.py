"""GBCS messages inside captured packets, and for every other packet the reason why it gave none.

======== ================= ==========================================================================================
Link     Name              Read
======== ================= ==========================================================================================
252      upper PDU         packets whose dissector is ``gbcs_message``, or ``gbcs_tunnel`` (what a TransferData carries)
147-162  USER0 to USER15   packets that start as a message does, DD or DF
195 230  IEEE 802.15.4     frames in clear that carry TransferData of the Tunneling cluster; on a real HAN the network
283                        layer encrypts everything, and decryption is not part of this version
======== ================= ==========================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.errors import WireError
from harness.wire.pcap_zigbee import LINK_TYPES as ZIGBEE_LINK_TYPES
from harness.wire.pcap_zigbee import tunnel_data
from harness.wire.tunnelling import Bare, GetResponse, Put, read_data

if TYPE_CHECKING:
    from harness.wire.pcap_packet import Packet

__all__ = ["Carried", "carried"]

_UPPER_PDU = 252
_USER = range(147, 163)
_END, _DISSECTOR, _HEURISTIC = 0, 12, 13
_LONGEST_NAME = 40
_STARTS = (b"\xdd", b"\xdf")


class Carried(NamedTuple):
    """What a packet carries."""

    message: bytes
    """A GBCS message, or a block of one; empty where there is none."""
    reason: str
    """Why there is none; empty where there is one."""
    lost: bool
    """Whether a message may be in the packet all the same: it is encrypted, cut short, or of a kind that is not read."""


def carried(packet: Packet) -> Carried:
    """Return the GBCS message that a packet carries, or why none was read."""
    if len(packet.octets) < packet.size:
        return _unread("the capture kept only the start of the packet")
    if packet.link_type == _UPPER_PDU:
        return _upper_pdu(packet.octets)
    if packet.link_type in _USER:
        if packet.octets.startswith(_STARTS):
            return Carried(packet.octets, "", lost=False)
        return _unread(f"a packet of link type {packet.link_type} (USER) that does not start DD or DF")
    if packet.link_type in ZIGBEE_LINK_TYPES:
        frame = tunnel_data(packet.octets, packet.link_type)
        return Carried(b"", frame.reason, lost=frame.lost) if frame.reason else _tunnelled(frame.data)
    return _unread(f"link type {packet.link_type} is not one that GBCS messages are read from")


def _unread(reason: str) -> Carried:
    return Carried(b"", reason, lost=True)


def _upper_pdu(octets: bytes) -> Carried:
    """Read an upper PDU: tags of type, length and value, an end tag, and the PDU."""
    at, name = 0, ""
    while at + 4 <= len(octets):
        tag, length = int.from_bytes(octets[at : at + 2], "big"), int.from_bytes(octets[at + 2 : at + 4], "big")
        value = octets[at + 4 : at + 4 + length]
        at += 4 + length
        if tag == _END:
            return _dissected(name, octets[at:])
        if tag in (_DISSECTOR, _HEURISTIC):
            name = value[:_LONGEST_NAME].rstrip(b"\x00").decode("ascii", "replace")
    return _unread("an upper PDU whose tags do not end")


def _dissected(name: str, pdu: bytes) -> Carried:
    if name == "gbcs_message":
        return Carried(pdu, "", lost=False) if pdu else _unread("an upper PDU with nothing in it")
    if name == "gbcs_tunnel":
        return _tunnelled(pdu)
    return Carried(b"", f"an upper PDU for the dissector '{name}', not 'gbcs_message'", lost=False)


def _tunnelled(data: bytes) -> Carried:
    try:
        told = read_data(data)
    except WireError:
        return _unread("tunnel data that is none of the four forms of GBCS")
    if isinstance(told, (Bare, GetResponse, Put)) and told.message:
        return Carried(told.message, "", lost=False)
    return Carried(b"", "tunnel data that carries no message: GET, or an answer that nothing waits", lost=False)
