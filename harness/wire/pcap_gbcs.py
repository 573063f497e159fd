"""GBCS messages out of captured packets, and for everything else the reason why it gave none.

======== ================= ==========================================================================================
Link     Name              Read
======== ================= ==========================================================================================
252      upper PDU         packets whose dissector is ``gbcs_message``, or ``gbcs_tunnel`` (what a TransferData carries)
147-162  USER0 to USER15   packets that start as a message does, DD or DF
195 230  IEEE 802.15.4,    messages that go through tunnels of the home area network, put together from their frames and
283 1    TAP, and ZEP over fragments, and decrypted with the keys at hand: :mod:`harness.wire.pcap_zigbee`,
101 113  UDP               :mod:`harness.wire.zigbee.following`
276
======== ================= ==========================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.errors import WireError
from harness.wire.pcap import read_packets
from harness.wire.pcap_packet import PcapError
from harness.wire.pcap_zigbee import LINK_TYPES, NoFrame, frame_of
from harness.wire.pcapng_writing import ZIGBEE_APS_KEY, ZIGBEE_NWK_KEY
from harness.wire.tunnelling import Bare, GetResponse, Put, TransferData, read_data, read_frame
from harness.wire.zigbee.following import Follower
from harness.wire.zigbee.heard import Heard, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.wire.pcap_packet import Described, Packet
    from harness.wire.pcap_zigbee import Frame
    from harness.wire.zigbee.heard import Settled

__all__ = ["CaptureReader", "Carried", "Found", "Held", "NotRead", "TunnelCommand", "carried"]

_UPPER_PDU = 252
_USER = range(147, 163)
_END, _DISSECTOR, _HEURISTIC = 0, 12, 13
_LONGEST_NAME = 40
_STARTS = (b"\xdd", b"\xdf")
_TUNNELING = 0x0704
_KEY = 16
_CUT = "the capture kept only the start of the packet"
_MAC_KINDS = ("a beacon", "a data frame", "an acknowledgement", "a MAC command")
_NO_MESSAGE = tuple(f"an IEEE 802.15.4 frame that carries no message of its own: {kind}" for kind in _MAC_KINDS)
_OTHER_CLUSTER = "a ZigBee frame of another cluster than Tunneling"
_NO_COMMAND = "a ZCL frame of the Tunneling cluster that is none"


class Found(NamedTuple):
    """A GBCS message that a capture shows, or a block of one."""

    packet: int
    """Number of the packet with which it began."""
    time: int | None
    """When it began, nanoseconds since 1970; ``None`` where the capture does not tell."""
    interface: int
    link_type: int
    message: bytes
    heard: Heard | None = None
    """How it went through the home area network, where it was put together from frames."""
    frame: Frame | None = None
    """How the frame that completed it was received."""


class TunnelCommand(NamedTuple):
    """A ZCL frame of the Tunneling cluster that carries no data: a tunnel is asked for, granted or closed."""

    packet: int
    time: int | None
    interface: int
    link_type: int
    heard: Heard


class NotRead(NamedTuple):
    """A packet that gave no message, or a message of which parts are missing."""

    packet: int
    time: int | None
    interface: int
    link_type: int
    reason: str
    """In words that hold nothing of the packet but the names of dissectors."""
    lost: bool
    """Whether a message may be there all the same."""


Held = Found | TunnelCommand | NotRead


class CaptureReader:
    """Reads one capture: every packet gives a message or the reason why it gives none; memory does not grow with the capture."""

    __slots__ = ("_follower", "_frame", "_interface", "_now", "_radio", "interfaces", "packets", "unacknowledged")

    def __init__(self, keys: Iterable[bytes] = ()) -> None:
        """Decrypt with these ZigBee keys, and with those that the capture holds and shows."""
        self._follower = Follower(keys)
        self._now = 0
        self._radio = self._interface = 0
        self._frame: Frame | None = None
        self.interfaces: dict[int, Described] = {}
        """What the capture says of its interfaces, as far as it was read; those of a later section take the place of earlier ones."""
        self.packets = 0
        """Packets read."""
        self.unacknowledged = 0
        """Messages of the Tunneling cluster that asked for an acknowledgement, and none was heard."""

    def read(self, pieces: Iterable[bytes]) -> Iterator[Held]:
        """Yield what a capture holds, from its first packet to its last.

        Raises :class:`PcapError`, after everything before it, where the capture is damaged or breaks off.
        """
        problem: PcapError | None = None
        try:
            for packet in read_packets(pieces, self._take_secrets, self._describe):
                self.packets += 1
                if packet.link_type in LINK_TYPES:
                    yield from self._radio_packet(packet)
                else:
                    yield _other_packet(packet)
        except PcapError as error:
            problem = error
        yield from self._told(self._follower.ended(), self._interface)
        if problem is not None:
            raise problem

    def _describe(self, interface: Described) -> None:
        self.interfaces[interface.interface] = interface

    def _take_secrets(self, kind: int, octets: bytes) -> None:
        """Take a key of the network, or of two of its devices: both are followed by where they are used."""
        if kind in (ZIGBEE_NWK_KEY, ZIGBEE_APS_KEY) and len(octets) >= _KEY:
            self._follower.add_key(octets[:_KEY])

    def _radio_packet(self, packet: Packet) -> Iterator[Held]:
        number, interface = packet.number, packet.interface
        self._now = time = self._now if packet.time is None else packet.time
        if len(packet.octets) < packet.size:
            yield NotRead(number, packet.time, interface, packet.link_type, _CUT, lost=True)
            return
        frame = frame_of(packet)
        if isinstance(frame, NoFrame):
            yield NotRead(number, packet.time, interface, packet.link_type, frame.reason, lost=frame.lost)
            return
        self._radio, self._interface, self._frame = packet.link_type, interface, frame
        is_told = False
        for held in self._told(self._follower.feed(time, frame.octets, number), interface):
            is_told = is_told or held.packet == number
            yield held
        if not is_told:
            yield NotRead(number, packet.time, interface, packet.link_type, _NO_MESSAGE[frame.octets[0] & 3], lost=False)

    def _told(self, told: Iterable[Heard | Settled | Unread], interface: int) -> Iterator[Held]:
        for one in told:
            if isinstance(one, Heard):
                yield self._heard(one, interface)
            elif isinstance(one, Unread):
                yield NotRead(one.number, one.time, interface, self._radio, one.reason.value, lost=one.may_hold(_TUNNELING))
            elif one.cluster == _TUNNELING and not one.acknowledged:
                self.unacknowledged += 1

    def _heard(self, heard: Heard, interface: int) -> Held:
        """Look into a message of the application layer."""
        place = heard.number, heard.time, interface, self._radio
        if heard.cluster != _TUNNELING:
            return NotRead(*place, _OTHER_CLUSTER, lost=False)
        try:
            command = read_frame(heard.octets).command
        except WireError:
            return NotRead(*place, _NO_COMMAND, lost=True)
        if not isinstance(command, TransferData):
            return TunnelCommand(*place, heard)
        carries = _tunnelled(command.data)
        if not carries.message:
            return NotRead(*place, carries.reason, lost=carries.lost)
        return Found(*place, carries.message, heard, self._frame)


class Carried(NamedTuple):
    """What a packet of the upper link types carries."""

    message: bytes
    """A GBCS message, or a block of one; empty where there is none."""
    reason: str
    """Why there is none; empty where there is one."""
    lost: bool
    """Whether a message may be in the packet all the same: it is cut short, or of a kind that is not read."""


def _other_packet(packet: Packet) -> Held:
    found = carried(packet)
    place = packet.number, packet.time, packet.interface, packet.link_type
    return Found(*place, found.message) if found.message else NotRead(*place, found.reason, lost=found.lost)


def carried(packet: Packet) -> Carried:
    """Return the GBCS message that a packet without radio frames carries, or why none was read."""
    if len(packet.octets) < packet.size:
        return _unread(_CUT)
    if packet.link_type == _UPPER_PDU:
        return _upper_pdu(packet.octets)
    if packet.link_type in _USER:
        if packet.octets.startswith(_STARTS):
            return Carried(packet.octets, "", lost=False)
        return _unread(f"a packet of link type {packet.link_type} (USER) that does not start DD or DF")
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
