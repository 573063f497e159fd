"""A home area network as a sniffer hears it, made of the codec's own frames: joins, alerts through tunnels, repeats, losses.

Everything is made up: keys, addresses, devices. Times are nanoseconds since 1970.
"""

from __future__ import annotations

from io import BytesIO
from itertools import count

import field_logs

from harness.vocab.identity import Eui64
from harness.vocab.time import MILLISECOND, SECOND
from harness.wire.pcapng_writing import PcapngWriter, tap_header
from harness.wire.tunnelling import Bare, TransferData, TunnelFrame, write_data, write_frame
from harness.wire.zigbee import aps, nwk
from harness.wire.zigbee.aps_commands import NetworkKey, TransportKey, Tunnel, write_aps_command
from harness.wire.zigbee.derivations import install_code_key, key_transport_key, with_crc
from harness.wire.zigbee.fragments import fragments
from harness.wire.zigbee.mac import BROADCAST, COMMAND, DATA, MacFrame, acknowledgement, write_mac
from harness.wire.zigbee.mac_commands import AssociationResponse, write_mac_command
from harness.wire.zigbee.security import KEY_TRANSPORT_KEY, LINK_KEY, NETWORK_KEY, AesKey, SecurityHeader
from harness.wire.zigbee.zdo import ZdoFrame, write_zdo
from harness.wire.zigbee.zdo_commands import DeviceAnnounce

HUB_EUI = Eui64("02a5e7000000a001")
NETWORK, LINK = bytes(range(0x10, 0x20)), bytes(range(0xA0, 0xB0))
INSTALL_CODE = install_code_key(with_crc(bytes(range(0x30, 0x40))))
TUNNELING, METERING = 0x0704, 0x0702
BLOCK = 66
BETWEEN_EPOCHS = 946_684_800
START = (field_logs.START.seconds + BETWEEN_EPOCHS) * SECOND


class Node:
    """One device: its addresses and its counters."""

    def __init__(self, eui: Eui64, address: int) -> None:
        self.eui = eui
        self.address = address
        self.mac, self.nwk, self.aps = (count(start) for start in (7, 70, 170))
        self.frame_counter, self.link_counter = count(1), count(1)


class Home:
    """Hub and meters of one PAN; every call puts frames on the air, which ``frames`` keeps with their time."""

    def __init__(self, *, pan: int = 0x1A62, meters: int = 1, network: bytes = NETWORK, link: bytes = LINK, start: int = START) -> None:
        self.pan = pan
        self.hub = Node(HUB_EUI, 0)
        self.meters = [Node(field_logs.DEVICES[number], 0x5E21 + number) for number in range(meters)]
        self.networks = {0: AesKey(network)}
        self.sequence = 0
        self.link = AesKey(link)
        self.now = start
        self.frames: list[tuple[int, bytes]] = []

    @property
    def meter(self) -> Node:
        return self.meters[0]

    def put(self, octets: bytes, *, repeats: int = 0, acknowledged: bool = False) -> None:
        """Put a MAC frame on the air as often as the MAC does."""
        for _ in range(1 + repeats):
            self.frames.append((self.now, octets))
            self.now += 2 * MILLISECOND
        if acknowledged:
            self.frames.append((self.now - MILLISECOND, write_mac(acknowledgement(octets[2]))))

    def hop(self, network: nwk.NwkFrame, sender: Node, to: int, *, by: Node | None = None, **put) -> bytes:
        """Send a NWK frame over one hop; ``by`` relays it, under its own counter."""
        hop = by or sender
        if network.security is None and not put.pop("clear", False):
            header = SecurityHeader(NETWORK_KEY, next(hop.frame_counter), hop.eui, self.sequence)
            sealed = nwk.seal_nwk(network._replace(security=header), self.networks[self.sequence])
        else:
            sealed = nwk.write_nwk(network)
        octets = write_mac(MacFrame(DATA, next(hop.mac) & 0xFF, sealed, to, self.pan, hop.address, acknowledge=to != BROADCAST))
        self.put(octets, **put)
        return octets

    def network(self, octets: bytes, sender: Node, to: int) -> nwk.NwkFrame:
        return nwk.NwkFrame(nwk.DATA, to, sender.address, 30, next(sender.nwk) & 0xFF, octets)

    def apply(self, frame: aps.ApsFrame, sender: Node, peer: Node, *, linked: bool = True, **put) -> None:
        """Send an APS frame, under the link key unless it is in clear."""
        if linked:
            octets = aps.seal_aps(frame._replace(security=SecurityHeader(LINK_KEY, next(sender.link_counter))), self.link, sender.eui)
        else:
            octets = aps.write_aps(frame)
        self.hop(self.network(octets, sender, peer.address), sender, peer.address, **put)

    def blocks(self, octets: bytes, sender: Node, *, cluster: int = TUNNELING, counter: int | None = None) -> tuple[aps.ApsFrame, ...]:
        number = next(sender.aps) if counter is None else counter
        frame = aps.ApsFrame(aps.DATA, number & 0xFF, octets, cluster, aps.SMART_ENERGY, 1, 1, acknowledge=True)
        return fragments(frame, BLOCK)

    def attempt(
        self, blocks: tuple[aps.ApsFrame, ...], sender: Node, peer: Node, *, acknowledged: bool = True, linked: bool = True
    ) -> None:
        """Send every block, each acknowledged by the MAC, and by APS where ``acknowledged``."""
        for block in blocks:
            self.apply(block, sender, peer, linked=linked, acknowledged=True)
            if acknowledged:
                part = block.fragment
                told = None if part is None else aps.Fragment(0 if part.first else part.number, part.first, 0xFF)
                self.apply(aps.acknowledgement_of(block, told), peer, sender, linked=linked, acknowledged=True)

    def alert(self, counter: int, *, meter: int = 0, attempts: int = 1, acknowledged: bool = True, **more) -> bytes:
        """Have a meter send an alert through its tunnel; return the alert."""
        sender = self.meters[meter]
        message = field_logs.alert(counter, device=sender.eui, **more)
        self.tunnelled(message, sender, self.hub, attempts=attempts, acknowledged=acknowledged)
        return message

    def tunnelled(self, message: bytes, sender: Node, peer: Node, *, attempts: int = 1, acknowledged: bool = True) -> None:
        frame = TunnelFrame(
            sequence=1, command=TransferData(tunnel=0, data=write_data(Bare(message)), from_server=True), default_response=False
        )
        blocks = self.blocks(write_frame(frame), sender)
        for number in range(attempts):
            self.attempt(blocks, sender, peer, acknowledged=acknowledged and number == attempts - 1)
            self.now += 1600 * MILLISECOND if number < attempts - 1 else 0

    def join(self, meter: Node | None = None, *, code: bytes = INSTALL_CODE, through: Node | None = None) -> None:
        """Have a meter join: association, network key under its install code's key, announcement."""
        node = meter or self.meter
        answer = MacFrame(
            COMMAND,
            next(self.hub.mac) & 0xFF,
            write_mac_command(AssociationResponse(address=node.address, status=0)),
            node.eui,
            self.pan,
            self.hub.eui,
        )
        self.put(write_mac(answer), acknowledged=True)
        self.transport(node, code, through=through)
        self.announce(node)

    def transport(self, node: Node, code: bytes = INSTALL_CODE, *, through: Node | None = None, sequence: int | None = None) -> None:
        """Send a network key, that in use unless told, to the device or through its parent."""
        sequence = self.sequence if sequence is None else sequence
        key = NetworkKey(key=self.networks[sequence].octets, sequence=sequence, destination=node.eui, source=self.hub.eui)
        header = SecurityHeader(KEY_TRANSPORT_KEY, next(self.hub.link_counter), self.hub.eui)
        command = aps.ApsFrame(aps.COMMAND, next(self.hub.aps) & 0xFF, write_aps_command(TransportKey(key=key)), security=header)
        octets = aps.seal_aps(command, AesKey(key_transport_key(code)))
        if through is None:
            self.hop(self.network(octets, self.hub, node.address), self.hub, node.address, clear=True)
        else:
            tunnel = aps.ApsFrame(aps.COMMAND, next(self.hub.aps) & 0xFF, write_aps_command(Tunnel(destination=node.eui, frame=octets)))
            self.hop(self.network(aps.write_aps(tunnel), self.hub, through.address), self.hub, through.address)

    def announce(self, node: Node) -> None:
        octets = write_zdo(ZdoFrame(1, DeviceAnnounce(address=node.address, ieee=node.eui, capability=0x8E)))
        frame = aps.ApsFrame(aps.DATA, next(node.aps) & 0xFF, octets, 0x0013, aps.ZDP, 0, 0, delivery=aps.BROADCAST)
        self.hop(self.network(aps.write_aps(frame), node, 0xFFFD), node, BROADCAST)

    def hello(self) -> None:
        """Have every node say something, so that its EUI-64 is heard."""
        for node in (self.hub, *self.meters):
            self.announce(node)

    def switch_key(self, key: bytes) -> None:
        """Go over to another network key."""
        self.sequence += 1
        self.networks[self.sequence] = AesKey(key)


def key_file(*keys: bytes) -> str:
    """Keys as Wireshark's file has them."""
    return "".join(f'"{key.hex()}","Normal","made up"\n' for key in keys)


def capture(
    frames: list[tuple[int, bytes]], *, description: str = "", upper: dict[str, list[tuple[int, bytes]]] | None = None, secrets=()
) -> bytes:
    """Write frames as a pcapng: interface han with TAP headers, then one for each other tap with messages."""
    stream = BytesIO()
    writer = PcapngWriter(stream)
    han = writer.interface("han", 283, description=description)
    numbers = {tap: writer.interface(tap, 252, description=description) for tap in upper or {}}
    for kind, octets in secrets:
        writer.secrets(kind, octets)
    head = tap_header(fcs=True, channel=20, page=0, rssi=-60, lqi=200)
    packets = [(time, han, head + octets) for time, octets in frames]
    tag = b"\x00\x0c\x00\x0cgbcs_message\x00\x00\x00\x00"
    packets += [(time, numbers[tap], tag + octets) for tap, messages in (upper or {}).items() for time, octets in messages]
    for time, interface, octets in sorted(packets, key=lambda packet: packet[0]):
        writer.packet(interface, time, octets)
    return stream.getvalue()
