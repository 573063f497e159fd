"""One node of the network: its addresses, counters and keys, the frames it writes, and what it makes of those it hears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from harness.errors import InternalError
from harness.wire.zigbee import aps, nwk
from harness.wire.zigbee.aps import ApsFrame, Fragment
from harness.wire.zigbee.fragments import Reassembly, fragments
from harness.wire.zigbee.mac import BROADCAST, DATA, MacFrame, read_mac, write_mac
from harness.wire.zigbee.nwk import NwkFrame
from harness.wire.zigbee.security import LINK_KEY, NETWORK_KEY, AesKey, IncomingCounters, SecurityHeader

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64
    from harness.wire.zigbee.security import SecurityHeader as Security

__all__ = ["BLOCK", "DEVICE_OBJECTS", "Node", "Parcel", "lay_out"]

BLOCK: Final = 66
"""Octets of a message that one fragment carries: 71 fit a frame of 127 beside all headers and two MICs; the rest is left for a source
route, as stacks do [assumed]."""
DEVICE_OBJECTS: Final = 0x0013
"""Cluster of the one command of the device objects that datagrams carry: an announcement."""
_RADIUS: Final = 30
_ALL_CAME: Final = 0xFF


class Parcel(NamedTuple):
    """A datagram as APS sees it: in one frame, or in fragments."""

    frames: tuple[ApsFrame, ...]
    secured: bool
    """Whether a link key protects it: all of Smart Energy, but neither the device objects nor key establishment."""


def lay_out(cluster: int, counter: int, endpoints: tuple[int, int], octets: bytes, *, secured: bool = True) -> Parcel:
    """Lay out a message as APS frames under one counter; ``endpoints`` are source and destination, 0 for device objects."""
    profile = aps.SMART_ENERGY if endpoints[0] else aps.ZDP
    frame = ApsFrame(aps.DATA, counter, octets, cluster, profile, *endpoints, acknowledge=True)
    return Parcel(fragments(frame, BLOCK), secured)


class Node:
    """One radio's place in the network; every counter of it only ever goes up, and restarts do not touch them."""

    __slots__ = (
        "_aps_counter",
        "_incoming",
        "_incoming_links",
        "_links",
        "_mac_sequence",
        "_network_keys",
        "_nwk_counter",
        "_nwk_sequence",
        "_parts",
        "address",
        "eui",
        "is_hub",
        "is_sleepy",
        "key_sequence",
        "pan",
        "strength",
        "tap",
    )

    def __init__(
        self, *, eui: Eui64, address: int, pan: int, strength: int, sequences: bytes, is_hub: bool = False, is_sleepy: bool = False
    ) -> None:
        """Give a node its EUI-64 and short address; ``sequences`` are octets at which its sequence numbers start.

        ``strength`` is how strongly a sniffer beside the hub hears it, in dBm.
        """
        self.eui = eui
        self.address = address
        self.pan = pan
        self.is_hub = is_hub
        """Whether this is the home's coordinator."""
        self.is_sleepy = is_sleepy
        self.strength = strength
        self.tap = b""
        """What stands before its frames in a capture."""
        self.key_sequence = 0
        self._mac_sequence, self._nwk_sequence = sequences[:2]
        self._nwk_counter = 0
        self._aps_counter = 0
        self._network_keys: dict[int, AesKey] = {}
        self._links: dict[Eui64, AesKey] = {}
        self._incoming = IncomingCounters()
        self._incoming_links = IncomingCounters()
        self._parts: dict[tuple[int, int], Reassembly] = {}

    def hold_network_key(self, key: AesKey, sequence: int) -> None:
        """Keep a network key, to open what others send under it; so is the one before it, and no other."""
        for old in list(self._network_keys)[:-1]:
            del self._network_keys[old]
        self._network_keys[sequence] = key

    def use_network_key(self, sequence: int) -> None:
        """Send under a network key from now on."""
        if sequence not in self._network_keys:
            raise InternalError(f"node {self.eui} has no network key {sequence}", where="han")
        self.key_sequence = sequence

    def holds_network_key(self, sequence: int) -> bool:
        """Return whether a network key has come."""
        return sequence in self._network_keys

    def shares_key_with(self, peer: Node) -> bool:
        """Return whether either can read what the other sends now."""
        return self.holds_network_key(peer.key_sequence) and peer.holds_network_key(self.key_sequence)

    def take_link_key(self, peer: Eui64, key: AesKey) -> None:
        """Use a link key with a peer."""
        self._links[peer] = key

    def link_key(self, peer: Eui64) -> AesKey | None:
        """Return the link key with a peer."""
        return self._links.get(peer)

    def restart(self) -> None:
        """Lose what is half received; keys and counters are kept in permanent memory."""
        self._parts.clear()

    def next_mac_sequence(self) -> int:
        """Return the next MAC sequence number: 8 bits, going round."""
        self._mac_sequence = number = (self._mac_sequence + 1) & 0xFF
        return number

    def next_nwk_sequence(self) -> int:
        """Return the next NWK sequence number: 8 bits, going round."""
        self._nwk_sequence = number = (self._nwk_sequence + 1) & 0xFF
        return number

    def next_aps_security(self, key: int, *, told: bool = False) -> Security:
        """Return the auxiliary header of the next APS frame under a key of this kind; ``told`` names the sender in it."""
        self._aps_counter += 1
        return SecurityHeader(key, self._aps_counter, self.eui if told else None)

    def message(self, frame: ApsFrame, peer: Node, *, secured: bool) -> bytes:
        """Return the MAC frame that carries an APS frame to a peer, under the link key where it is secured, and the network key."""
        if secured:
            octets = aps.seal_aps(frame._replace(security=self.next_aps_security(LINK_KEY)), self._links[peer.eui], self.eui)
        else:
            octets = aps.write_aps(frame)
        return self.unicast(octets, peer)

    def unicast(self, octets: bytes, peer: Node) -> bytes:
        """Return the MAC frame that carries the octets of an APS frame to a peer, under the network key."""
        to = peer.address
        return self.network_frame(NwkFrame(nwk.DATA, to, self.address, _RADIUS, self.next_nwk_sequence(), octets, self._security()), to)

    def broadcast(self, octets: bytes, to: int, *, kind: int = nwk.DATA, radius: int = _RADIUS) -> bytes:
        """Return the MAC frame that carries an APS frame, or a NWK command, to everybody of a broadcast address."""
        told = self.eui if kind == nwk.COMMAND else None
        frame = NwkFrame(kind, to, self.address, radius, self.next_nwk_sequence(), octets, self._security(), source_ieee=told)
        return self.network_frame(frame, BROADCAST)

    def command(self, octets: bytes, peer: Node) -> bytes:
        """Return the MAC frame that carries a NWK command to a neighbour."""
        frame = NwkFrame(nwk.COMMAND, peer.address, self.address, 1, self.next_nwk_sequence(), octets, self._security(), peer.eui, self.eui)
        return self.network_frame(frame, peer.address)

    def network_frame(self, frame: NwkFrame, hop: int) -> bytes:
        """Return a MAC frame that carries a NWK frame to a neighbour, or to all, sealed where it has a security header."""
        octets = nwk.write_nwk(frame) if frame.security is None else nwk.seal_nwk(frame, self._network_keys[self.key_sequence])
        return write_mac(MacFrame(DATA, self.next_mac_sequence(), octets, hop, self.pan, self.address, None, hop != BROADCAST))

    def _security(self) -> Security:
        self._nwk_counter += 1
        return SecurityHeader(NETWORK_KEY, self._nwk_counter, self.eui, self.key_sequence)

    def opened(self, octets: bytes) -> NwkFrame:
        """Check and decrypt a MAC frame down to NWK; a node that hears a newer network key in use goes over to it.

        Raises :class:`harness.wire.zigbee.errors.ZigbeeError` where the frame is no good, or its counter was used before.
        """
        frame = nwk.open_nwk(read_mac(octets).payload, self._network_keys, self._incoming)
        security = frame.security
        if security is not None and security.sequence != self.key_sequence and security.sequence is not None:
            self._go_over(security.sequence)
        return frame

    def _go_over(self, sequence: int) -> None:
        """Use a network key that others use already, unless it is the one before: numbers go round at 256."""
        if (sequence - self.key_sequence) % 256 < 128:
            self.key_sequence = sequence

    def hear(self, octets: bytes, sender: Node) -> ApsFrame:
        """Read a MAC frame of an exchange with ``sender`` down to APS, and check every counter on the way.

        Raises :class:`harness.wire.zigbee.errors.ZigbeeError` where the frame is no good, or a counter was used before.
        """
        payload = self.opened(octets).payload
        key = self._links.get(sender.eui)
        return aps.read_aps(payload) if key is None else aps.open_aps(payload, key, sender.eui, self._incoming_links)

    def completed(self, frame: ApsFrame, sender: Node) -> ApsFrame | None:
        """Put a block to those before it; return the message that it completes, or ``None`` where blocks are missing or it came again."""
        fragment = frame.fragment
        if fragment is None:
            return frame
        place = (sender.address, frame.counter)
        held = self._parts.get(place)
        if held is None and not fragment.first:
            return None
        parts = Reassembly.of(frame) if held is None or fragment.first else held.with_block(frame)
        self._parts[place] = parts
        if not parts.complete:
            return None
        del self._parts[place]
        return frame._replace(payload=parts.payload, fragment=None)

    def acknowledgement(self, frame: ApsFrame, peer: Node) -> bytes:
        """Return the MAC frame that acknowledges an APS frame of a peer; windows are of one block."""
        fragment, told = frame.fragment, None
        if fragment is not None:
            told = Fragment(0 if fragment.first else fragment.number, fragment.first, _ALL_CAME)
        return self.message(aps.acknowledgement_of(frame, told), peer, secured=frame.security is not None)
