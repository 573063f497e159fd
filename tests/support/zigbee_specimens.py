"""ZigBee frames of every kind that the codec builds, secured with made-up keys: what its witnesses are shown."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from harness.vocab.identity import Eui64
from harness.wire import tunnelling
from harness.wire.zigbee import aps, aps_commands, fragments, mac, mac_commands, nwk, nwk_commands, zdo, zdo_commands
from harness.wire.zigbee import foundation_commands as general
from harness.wire.zigbee import se_commands as se
from harness.wire.zigbee import security as sec
from harness.wire.zigbee.clusters import KEY_ESTABLISHMENT, cluster_frame, named_frame
from harness.wire.zigbee.derivations import key_load_key, key_transport_key
from harness.wire.zigbee.foundation import foundation_frame
from harness.wire.zigbee.zcl import ZclFrame, write_zcl
from harness.wire.zigbee.zcl_values import Collection, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator

PAN, HUB, METER = 0x1A62, 0x0000, 0x5E21
HUB_EUI, METER_EUI, OTHER_EUI = Eui64("02a5e70000000001"), Eui64("02a5e70000000002"), Eui64("02a5e70000000003")
EXTENDED_PAN = Eui64("02a5e700000000ff")
NETWORK_KEY, LINK_KEY = bytes(range(0x10, 0x20)), bytes(range(0xA0, 0xB0))
NETWORK, LINK = sec.AesKey(NETWORK_KEY), sec.AesKey(LINK_KEY)
KEYS = {0: NETWORK}
TIME = 0x2B000000


@dataclass(frozen=True, slots=True)
class Specimen:
    """A frame and the command in it, or ``None`` where it has none."""

    name: str
    octets: bytes
    command: object = None


class Air:
    """Builds frames, each with fresh sequence numbers and frame counters."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def data(self, payload: bytes, *, back: bool = False, to: int | None = None) -> bytes:
        number = next(self._numbers)
        source, target = (HUB, METER) if back else (METER, HUB)
        target = target if to is None else to
        frame = mac.MacFrame(mac.DATA, number & 0xFF, payload, target, PAN, source, acknowledge=to is None)
        return mac.write_mac(frame)

    def network(
        self, payload: bytes, *, kind: int = nwk.DATA, back: bool = False, secured: bool = True, to: int | None = None, **more: object
    ) -> bytes:
        number = next(self._numbers)
        source, target = (HUB, METER) if back else (METER, HUB)
        header = sec.SecurityHeader(sec.NETWORK_KEY, number, HUB_EUI if back else METER_EUI, 0) if secured else None
        frame = nwk.NwkFrame(kind, target if to is None else to, source, 30, number & 0xFF, payload, header, **more)
        return self.data(nwk.seal_nwk(frame, NETWORK) if secured else nwk.write_nwk(frame), back=back, to=to and 0xFFFF)

    def application(self, frame: aps.ApsFrame, *, back: bool = False, linked: bool = False, to: int | None = None) -> bytes:
        if linked:
            frame = frame._replace(security=sec.SecurityHeader(sec.LINK_KEY, next(self._numbers)))
            return self.network(aps.seal_aps(frame, LINK, HUB_EUI if back else METER_EUI), back=back)
        return self.network(aps.write_aps(frame), back=back, to=to)

    def of_cluster(self, cluster: int, frame: ZclFrame, *, linked: bool = True) -> bytes:
        number = next(self._numbers) & 0xFF
        payload = write_zcl(frame)
        made = aps.ApsFrame(aps.DATA, number, payload, cluster, aps.SMART_ENERGY, 1, 1, acknowledge=True)
        return self.application(made, linked=linked, back=frame.from_server)


def specimens() -> list[Specimen]:
    """Return all frames, in an order in which a listener can learn addresses."""
    air = Air()
    found = [
        *_mac(),
        *_nwk(air),
        *_aps(air),
        *_zdo(air),
        *_general(air),
        *_smart_energy(air),
        *_carried(air),
    ]
    assert len({specimen.name for specimen in found}) == len(found)
    return found


def _mac() -> Iterator[Specimen]:
    beacon = mac_commands.NetworkBeacon(extended_pan=EXTENDED_PAN, router_capacity=True, end_device_capacity=True, depth=1, update=3)
    bare = mac_commands.Beacon(
        permits_association=True,
        coordinator=True,
        waiting_short=(METER, 0x0102),
        waiting_long=(METER_EUI,),
        payload=mac_commands.write_network_beacon(beacon),
    )
    frame = mac.MacFrame(mac.BEACON, 1, mac_commands.write_beacon(bare), source=HUB, source_pan=PAN)
    yield Specimen("beacon", mac.write_mac(frame), beacon)
    yield Specimen("acknowledgement", mac.write_mac(mac.acknowledgement(7, pending=True)))
    long, short = {"destination": HUB, "destination_pan": PAN, "source": METER_EUI}, {"destination": HUB, "destination_pan": PAN}
    back = {"destination": METER_EUI, "destination_pan": PAN, "source": HUB_EUI}
    commands: list[tuple[mac_commands.MacCommand, dict[str, object]]] = [
        (mac_commands.AssociationRequest(capability=mac_commands.Capability.SLEEPY), {**long, "source_pan": 0xFFFF}),
        (mac_commands.AssociationResponse(address=METER), back),
        (mac_commands.Disassociation(reason=2), {**long, "destination": HUB_EUI, "acknowledge": True}),
        (mac_commands.DataRequest(), {**short, "source": METER, "acknowledge": True}),
        (mac_commands.PanIdConflict(), {**long, "destination": HUB_EUI, "acknowledge": True}),
        (mac_commands.OrphanNotification(), {"destination": 0xFFFF, "destination_pan": 0xFFFF, "source": METER_EUI}),
        (mac_commands.BeaconRequest(), {"destination": 0xFFFF, "destination_pan": 0xFFFF}),
        (
            mac_commands.CoordinatorRealignment(pan=PAN, coordinator=HUB, channel=15, address=METER),
            {"destination": METER_EUI, "destination_pan": 0xFFFF, "source": HUB_EUI, "source_pan": PAN},
        ),
    ]
    for number, (command, addresses) in enumerate(commands):
        frame = mac.MacFrame(mac.COMMAND, number, mac_commands.write_mac_command(command), **addresses)
        yield Specimen(f"mac {type(command).__name__}", mac.write_mac(frame), command)


def _nwk(air: Air) -> Iterator[Specimen]:
    commands: list[nwk_commands.NwkCommand] = [
        nwk_commands.RouteRequest(many_to_one=1, id=4, destination=0xFFFC, cost=2),
        nwk_commands.RouteRequest(id=5, destination=HUB, cost=3, destination_ieee=HUB_EUI),
        nwk_commands.RouteReply(id=5, originator=METER, responder=HUB, cost=3, originator_ieee=METER_EUI, responder_ieee=HUB_EUI),
        nwk_commands.NetworkStatus(status=0x0C, destination=METER),
        nwk_commands.Leave(rejoin=True, request=True),
        nwk_commands.RouteRecord(relays=(0x1111, 0x2222)),
        nwk_commands.RejoinRequest(capability=0x80),
        nwk_commands.RejoinResponse(address=METER),
        nwk_commands.LinkStatus(
            neighbours=(nwk_commands.Neighbour(address=HUB, costs=0x13), nwk_commands.Neighbour(address=0x2222, costs=0x55))
        ),
        nwk_commands.NetworkReport(options=1, extended_pan=EXTENDED_PAN, records=b"\x34\x12"),
        nwk_commands.NetworkUpdate(options=1, extended_pan=EXTENDED_PAN, update=4, pan=0x2B2B),
        nwk_commands.EndDeviceTimeoutRequest(timeout=8),
        nwk_commands.EndDeviceTimeoutResponse(status=0, parent=3),
        nwk_commands.LinkPowerDelta(kind=0, neighbours=(nwk_commands.LinkPower(address=HUB, delta=-5),)),
    ]
    for number, command in enumerate(commands):
        payload = nwk_commands.write_nwk_command(command)
        octets = air.network(payload, kind=nwk.COMMAND, back=number % 2 == 1, source_ieee=HUB_EUI if number % 2 else METER_EUI)
        yield Specimen(f"nwk {type(command).__name__} {number}", octets, command)
    inner = aps.write_aps(aps.ApsFrame(aps.DATA, 1, b"\x00\x00\x00\x00\x00", 0x0000, aps.SMART_ENERGY, 1, 1))
    route = nwk.SourceRoute(1, (0x2222, 0x1111))
    yield Specimen("nwk source route", air.network(inner, back=True, route=route, destination_ieee=METER_EUI, discover_route=1))
    yield Specimen("nwk multicast", air.network(inner, multicast=0x2D, end_device_initiator=True))
    yield Specimen("nwk in clear", air.network(inner, secured=False))


def _aps(air: Air) -> Iterator[Specimen]:
    hop = sec.AesKey(key_transport_key(LINK_KEY))
    load = sec.AesKey(key_load_key(LINK_KEY))
    moved = aps_commands.TransportKey(key=aps_commands.NetworkKey(key=NETWORK_KEY, sequence=0, destination=METER_EUI, source=HUB_EUI))
    header = sec.SecurityHeader(sec.KEY_TRANSPORT_KEY, 9001, HUB_EUI)
    frame = aps.ApsFrame(aps.COMMAND, 40, aps_commands.write_aps_command(moved), security=header)
    sealed = aps.seal_aps(frame, hop)
    yield Specimen("aps TransportKey network", air.network(sealed, back=True, secured=False), moved)
    tunnel = aps_commands.Tunnel(destination=OTHER_EUI, frame=aps.seal_aps(frame._replace(security=header._replace(counter=9002)), hop))
    commands: list[tuple[str, aps_commands.ApsCommand, int | None]] = [
        (
            "TransportKey link",
            aps_commands.TransportKey(key=aps_commands.TrustCentreLinkKey(key=bytes(range(16)), destination=METER_EUI, source=HUB_EUI)),
            sec.KEY_LOAD_KEY,
        ),
        (
            "TransportKey application",
            aps_commands.TransportKey(key=aps_commands.ApplicationLinkKey(key=bytes(range(16)), partner=OTHER_EUI, initiator=1)),
            sec.KEY_LOAD_KEY,
        ),
        ("UpdateDevice", aps_commands.UpdateDevice(device=OTHER_EUI, address=0x1357, status=1), sec.LINK_KEY),
        ("RemoveDevice", aps_commands.RemoveDevice(target=OTHER_EUI), sec.LINK_KEY),
        ("RequestKey", aps_commands.RequestKey(kind=2, partner=OTHER_EUI), sec.LINK_KEY),
        ("RequestKey trust centre", aps_commands.RequestKey(kind=4), sec.LINK_KEY),
        ("SwitchKey", aps_commands.SwitchKey(sequence=1), None),
        ("Tunnel", tunnel, None),
        ("VerifyKey", aps_commands.VerifyKey(kind=4, source=METER_EUI, hash=bytes(range(16))), None),
        ("ConfirmKey", aps_commands.ConfirmKey(status=0, kind=4, destination=METER_EUI), sec.LINK_KEY),
    ]
    for number, (name, command, key) in enumerate(commands):
        payload = aps_commands.write_aps_command(command)
        if key is None:
            octets = aps.write_aps(aps.ApsFrame(aps.COMMAND, 50 + number, payload))
        else:
            made = aps.ApsFrame(aps.COMMAND, 50 + number, payload, security=sec.SecurityHeader(key, 9100 + number, HUB_EUI))
            octets = aps.seal_aps(made, LINK if key == sec.LINK_KEY else load)
        yield Specimen(f"aps {name}", air.network(octets, back=True), command)
    yield from _aps_data(air)


def _aps_data(air: Air) -> Iterator[Specimen]:
    plain = write_zcl(ZclFrame(sequence=1, command=0, of_cluster=False, payload=b"\x00\x00"))
    data = aps.ApsFrame(aps.DATA, 60, plain, 0x0702, aps.SMART_ENERGY, 1, 1, acknowledge=True)
    yield Specimen("aps data", air.application(data))
    yield Specimen("aps data under link key", air.application(data._replace(counter=61), linked=True))
    yield Specimen("aps acknowledgement", air.application(aps.acknowledgement_of(data), back=True))
    yield Specimen("aps acknowledgement of a command", air.application(aps.ApsFrame(aps.ACKNOWLEDGEMENT, 52)))
    grouped = data._replace(counter=62, destination_endpoint=None, group=0x0003, delivery=aps.GROUP, acknowledge=False)
    yield Specimen("aps group", air.application(grouped, to=0xFFFD, back=True))
    broadcast = data._replace(counter=63, destination_endpoint=0xFF, delivery=aps.BROADCAST, acknowledge=False)
    yield Specimen("aps broadcast", air.application(broadcast, to=0xFFFD, back=True))
    yield Specimen("aps empty extended header", air.application(data._replace(counter=64, extended=True)))
    large = tunnelling.TunnelFrame(
        sequence=9, command=tunnelling.TransferData(tunnel=5, data=b"\x02\x00", from_server=True), default_response=False
    )
    payload = tunnelling.write_frame(large) + bytes(range(150))
    whole = aps.ApsFrame(aps.DATA, 65, payload, 0x0704, aps.SMART_ENERGY, 1, 1, acknowledge=True)
    blocks = fragments.fragments(whole, 50)
    for number, block in enumerate(blocks):
        yield Specimen(f"aps fragment {number}", air.application(block, linked=True, back=True))
    assembly = fragments.Reassembly.of(blocks[0])
    yield Specimen("aps acknowledgement of a fragment", air.application(assembly.acknowledgement(0, 1), linked=True))


def _zdo(air: Air) -> Iterator[Specimen]:
    children = zdo_commands.Associated(start=0, addresses=(0x1111, 0x2222))
    node = zdo_commands.NodeDescriptor(
        flags=0x4002, capability=0x80, manufacturer=0x1234, buffer=82, incoming=1500, servers=0x2C00, outgoing=1500
    )
    simple = zdo_commands.SimpleDescriptor(
        endpoint=1, profile=0x0109, device=0x0501, version=0, inputs=(0x0000, 0x0702), outputs=(0x0800, 0x000A)
    )
    target = zdo_commands.BindTarget(ieee=HUB_EUI, endpoint=1)
    neighbour = zdo_commands.NeighbourRow(extended_pan=EXTENDED_PAN, ieee=HUB_EUI, address=HUB, flags=0x14, permits=0, depth=0, lqi=200)
    binding = zdo_commands.BindingRow(source=METER_EUI, endpoint=1, cluster=0x0702, target=target)
    route = zdo_commands.RouteRow(destination=HUB, flags=0, next_hop=0x2222)
    commands: list[zdo_commands.ZdoCommand] = [
        zdo_commands.NetworkAddressRequest(ieee=METER_EUI),
        zdo_commands.IeeeAddressRequest(address=METER, kind=1),
        zdo_commands.NetworkAddressResponse(status=0, ieee=METER_EUI, address=METER),
        zdo_commands.IeeeAddressResponse(status=0, ieee=METER_EUI, address=METER, children=children),
        zdo_commands.NodeDescriptorRequest(address=METER),
        zdo_commands.NodeDescriptorResponse(status=0, address=METER, descriptor=node),
        zdo_commands.PowerDescriptorRequest(address=METER),
        zdo_commands.PowerDescriptorResponse(status=0, address=METER, descriptor=0xC112),
        zdo_commands.SimpleDescriptorRequest(address=METER, endpoint=1),
        zdo_commands.SimpleDescriptorResponse(status=0, address=METER, descriptor=simple),
        zdo_commands.ActiveEndpointsRequest(address=METER),
        zdo_commands.ActiveEndpointsResponse(status=0, address=METER, endpoints=(1, 2)),
        zdo_commands.MatchDescriptorRequest(address=HUB, profile=0x0109, inputs=(0x0800,), outputs=(0x0800, 0x0704)),
        zdo_commands.MatchDescriptorResponse(status=0, address=HUB, endpoints=(1,)),
        zdo_commands.DeviceAnnounce(address=METER, ieee=METER_EUI, capability=0x80),
        zdo_commands.BindRequest(source=METER_EUI, endpoint=1, cluster=0x0702, target=target),
        zdo_commands.UnbindRequest(source=METER_EUI, endpoint=1, cluster=0x0702, target=zdo_commands.BindTarget(group=7)),
        zdo_commands.BindResponse(status=0),
        zdo_commands.UnbindResponse(status=0x88),
        zdo_commands.ManagementLqiRequest(start=0),
        zdo_commands.ManagementLqiResponse(status=0, table=zdo_commands.NeighbourTable(total=1, start=0, rows=(neighbour,))),
        zdo_commands.ManagementRoutingRequest(start=0),
        zdo_commands.ManagementRoutingResponse(status=0, table=zdo_commands.RouteTable(total=1, start=0, rows=(route,))),
        zdo_commands.ManagementBindRequest(start=0),
        zdo_commands.ManagementBindResponse(status=0, table=zdo_commands.BindingTable(total=1, start=0, rows=(binding,))),
        zdo_commands.ParentAnnounce(children=(METER_EUI, OTHER_EUI)),
        zdo_commands.ParentAnnounceResponse(status=0, children=(OTHER_EUI,)),
        zdo_commands.ManagementLeaveRequest(ieee=METER_EUI, flags=0x80),
        zdo_commands.ManagementLeaveResponse(status=0),
        zdo_commands.ManagementPermitJoiningRequest(seconds=180),
        zdo_commands.ManagementPermitJoiningResponse(status=0),
    ]
    for number, command in enumerate(commands):
        payload = zdo.write_zdo(zdo.ZdoFrame(number, command))
        frame = aps.ApsFrame(aps.DATA, 100 + number, payload, zdo.cluster_of(command), aps.ZDP, 0, 0)
        yield Specimen(f"zdo {type(command).__name__}", air.application(frame), command)


def _general(air: Air) -> Iterator[Specimen]:
    u48, text = Typed(0x25, 0x010203040506), Typed(0x42, b"meter")
    report = general.ReportingRecord
    commands: list[general.FoundationCommand] = [
        general.ReadAttributes(attributes=(0x0000, 0x0300)),
        general.ReadAttributesResponse(
            records=(general.ReadRecord(attribute=0, value=u48), general.ReadRecord(attribute=0x0300, status=0x86))
        ),
        general.WriteAttributes(records=(general.AttributeReport(attribute=0x0010, value=text),)),
        general.WriteAttributesUndivided(records=(general.AttributeReport(attribute=0x0010, value=text),)),
        general.WriteAttributesResponse(records=(general.AttributeStatus(status=0),)),
        general.WriteAttributesNoResponse(records=(general.AttributeReport(attribute=0x0010, value=text),)),
        general.ConfigureReporting(
            records=(
                report(attribute=0, type=0x25, least_seconds=60, most_seconds=1800, change=5),
                report(attribute=1, type=0x18, least_seconds=60, most_seconds=1800),
                report(attribute=2, direction=1, timeout_seconds=3600),
            )
        ),
        general.ConfigureReportingResponse(records=(general.ReportingStatus(status=0x8C, direction=0, attribute=1),)),
        general.ReadReportingConfiguration(records=(general.ReportedAttribute(direction=0, attribute=0),)),
        general.ReadReportingConfigurationResponse(
            records=((0, report(attribute=0, type=0x25, least_seconds=60, most_seconds=1800, change=5)),)
        ),
        general.ReportAttributes(
            records=(
                general.AttributeReport(attribute=0, value=u48),
                general.AttributeReport(attribute=0x0301, value=Typed(0x22, 1)),
                general.AttributeReport(attribute=0x0400, value=Typed(0x2A, -1000)),
            )
        ),
        general.DefaultResponse(command=2, status=0x82),
        general.DiscoverAttributes(start=0, most=20),
        general.DiscoverAttributesResponse(complete=1, attributes=(general.AttributeType(attribute=0, type=0x25),)),
        general.DiscoverCommandsReceived(start=0, most=8),
        general.DiscoverCommandsReceivedResponse(complete=1, commands=(0, 1, 6)),
        general.DiscoverCommandsGenerated(start=0, most=8),
        general.DiscoverCommandsGeneratedResponse(complete=1, commands=(0, 1)),
    ]
    for number, command in enumerate(commands):
        told = type(command).__name__.endswith("Response") or isinstance(command, general.ReportAttributes)
        frame = foundation_frame(command, sequence=number, from_server=told, default_response=number % 3 == 0)
        yield Specimen(f"zcl {type(command).__name__}", air.of_cluster(0x0702, frame), command)
    values = (
        Typed(0x48, Collection(0x21, (1, 2, 3))),
        Typed(0x4C, (Typed(0x20, 1), Typed(0xF0, METER_EUI))),
        Typed(0x51, Collection(0x41, (b"a", None))),
        *(Typed(kind, 1) for kind in (0x10, 0x18, 0x1B, 0x20, 0x27, 0x28, 0x2F, 0x30, 0x31, 0xE2, 0xE8, 0xE9)),
        *(Typed(kind, b"\x01\x02\x03\x04") for kind in (0x0B, 0x39, 0xE0, 0xE1)),
        Typed(0x43, b"long"),
        Typed(0xF1, bytes(16)),
        Typed(0xFF - 0x0F, OTHER_EUI),
    )
    for value in values:
        answer = general.ReportAttributes(records=(general.AttributeReport(attribute=0xF000, value=value),))
        frame = foundation_frame(answer, sequence=200, from_server=True)
        yield Specimen(f"zcl value {value.type:02x} {len(str(value))}", air.of_cluster(0x0702, frame), answer)


def _smart_energy(air: Air) -> Iterator[Specimen]:
    file = se.FileId(manufacturer=0x1234, image=0x0102, version=0x00010203)
    certificate = b"\x00" + bytes(range(73))
    rows: list[tuple[str, bool, se.SeCommand]] = [
        *(
            (side, from_server, command)
            for side, from_server in (("client", False), ("server", True))
            for command in (
                se.InitiateKeyEstablishment(suites=2, ephemeral_seconds=20, confirm_seconds=20, certificate=certificate),
                se.EphemeralData(key=b"\x02" + bytes(range(36))),
                se.ConfirmKeyData(mac=bytes(range(16))),
                se.TerminateKeyEstablishment(status=2, wait_seconds=10, suites=2),
                se.TransferDataError(tunnel=5, status=2),
                se.AckTransferData(tunnel=5, octets_left=700),
                se.ReadyData(tunnel=5, octets_left=700),
            )
        ),
        ("", False, se.GetSupportedTunnelProtocols(offset=0)),
        ("", True, se.SupportedTunnelProtocols(complete=1, protocols=(se.TunnelProtocol(manufacturer=0xFFFF, protocol=6),))),
        ("", True, se.TunnelClosureNotification(tunnel=5)),
        ("", True, se.RequestMirror()),
        ("", True, se.RemoveMirror()),
        ("", False, se.RequestMirrorResponse(endpoint=3)),
        ("", False, se.MirrorRemoved(endpoint=3)),
        ("", True, se.ConfigureMirror(issuer_event=77, interval_seconds=1800, notifies=1, scheme=2)),
        ("", False, se.MirrorReportAttributeResponse(scheme=2, flags=(0x00000001, 0x00000400, 0, 0, 0))),
        ("", True, se.GetNotifiedMessage(scheme=2, flag_attribute=0, flags=0x400)),
        ("", False, se.RequestFastPollMode(quarter_seconds=8, minutes=15)),
        ("", True, se.RequestFastPollModeResponse(quarter_seconds=8, until=TIME)),
        ("", True, se.PublishEvent(log=2, event=0x8010, time=TIME, control=3, content=b"xyz")),
        ("", True, se.SuspendZclMessages(minutes=15)),
        ("", False, se.GetSuspendZclMessagesStatus()),
        ("", True, se.ImageNotify(kind=3, jitter=50, manufacturer=0x1234, image=0x0102, version=7)),
        ("short", True, se.ImageNotify(kind=0, jitter=100)),
        ("", False, se.QueryNextImageRequest(file=file, hardware=3)),
        ("", True, se.QueryNextImageResponse(status=0, offer=se.ImageOffer(file=file, size=700_000))),
        ("none", True, se.QueryNextImageResponse(status=0x98)),
        ("", False, se.ImageBlockRequest(file=file, offset=1200, most_octets=48, least_milliseconds=250)),
        ("", False, se.ImagePageRequest(file=file, offset=1200, most_octets=48, page_octets=1024, spacing_milliseconds=100)),
        ("", True, se.ImageBlockResponse(status=0, content=se.ImageBlock(file=file, offset=1200, octets=bytes(range(48))))),
        ("wait", True, se.ImageBlockResponse(status=0x97, content=se.WaitForData(now=0, ask_at=60, least_milliseconds=250))),
        ("abort", True, se.ImageBlockResponse(status=0x95)),
        ("", False, se.UpgradeEndRequest(status=0, file=file)),
        ("", True, se.UpgradeEndResponse(file=file, now=TIME, upgrade_at=TIME + 60)),
    ]
    for number, (note, from_server, command) in enumerate(rows):
        cluster, frame = cluster_frame(command, sequence=number, from_server=from_server)
        octets = air.of_cluster(cluster, frame, linked=cluster != KEY_ESTABLISHMENT)
        yield Specimen(f"se {type(command).__name__} {note}".strip(), octets, command)


def _carried(air: Air) -> Iterator[Specimen]:
    """Tunnels, and a command whose layout GBCS messages know."""
    tunnels: list[tunnelling.TunnelCommand] = [
        tunnelling.RequestTunnel(),
        tunnelling.RequestTunnelResponse(tunnel=5),
        tunnelling.TransferData(tunnel=5, data=b"\x01"),
        tunnelling.TransferData(tunnel=5, data=b"\x02\x00", from_server=True),
        tunnelling.CloseTunnel(tunnel=5),
    ]
    for number, command in enumerate(tunnels):
        octets = tunnelling.write_frame(tunnelling.TunnelFrame(sequence=number, command=command, default_response=False))
        frame = aps.ApsFrame(aps.DATA, 200 + number, octets, 0x0704, aps.SMART_ENERGY, 1, 1)
        yield Specimen(f"tunnel {number}", air.application(frame, linked=True, back=bool(octets[0] & 8)), command)
    period = {"issuer-event-id": 9, "start": TIME, "conversion-factor": 1_022_640, "trailing-digit": 0x60}
    shown = named_frame(0x0700, 0x02, {**period}, sequence=3, from_server=True)
    yield Specimen("named PublishConversionFactor", air.of_cluster(0x0700, shown), period)
