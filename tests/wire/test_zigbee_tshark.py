"""tshark, given the keys, reads every frame that the codec builds: none malformed, none undecrypted, each field with our value.

What tshark 4.0 shows differently, and why:

====================  =================================================================================================
discover commands     13 and 14 are "Unknown Command" for it, and the lists of 12 and 14 are raw data
members in bits       where it shows single bits of a member only (a node descriptor's flags), one bit is compared, or none
====================  =================================================================================================
"""

from __future__ import annotations

import os
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
import zigbee_specimens as made
from captures import pcapng

from harness.wire.zigbee import aps, mac, nwk
from harness.wire.zigbee import foundation_commands as general
from harness.wire.zigbee import se_commands as se
from harness.wire.zigbee.aps_commands import ConfirmKey, RemoveDevice, RequestKey, SwitchKey, TransportKey, Tunnel, UpdateDevice, VerifyKey
from harness.wire.zigbee.mac_commands import (
    AssociationRequest,
    AssociationResponse,
    CoordinatorRealignment,
    Disassociation,
    NetworkBeacon,
)
from harness.wire.zigbee.nwk_commands import (
    EndDeviceTimeoutRequest,
    EndDeviceTimeoutResponse,
    Leave,
    LinkPowerDelta,
    LinkStatus,
    NetworkReport,
    NetworkStatus,
    NetworkUpdate,
    RejoinResponse,
    RouteRecord,
    RouteReply,
    RouteRequest,
)
from harness.wire.zigbee.zcl import read_zcl
from harness.wire.zigbee.zdo_commands import (
    ActiveEndpointsResponse,
    BindRequest,
    DeviceAnnounce,
    IeeeAddressRequest,
    IeeeAddressResponse,
    ManagementBindResponse,
    ManagementLeaveRequest,
    ManagementLqiResponse,
    ManagementPermitJoiningRequest,
    ManagementRoutingResponse,
    MatchDescriptorRequest,
    NetworkAddressRequest,
    NetworkAddressResponse,
    NodeDescriptorResponse,
    ParentAnnounce,
    ParentAnnounceResponse,
    PowerDescriptorResponse,
    SimpleDescriptorRequest,
    SimpleDescriptorResponse,
    UnbindRequest,
    UnbindResponse,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from zigbee_specimens import Specimen

TAP = 283
HEADERS = {
    "mac": ("frame_type", "seq_no", "ack_request", "pending", "dst_pan", "dst16", "src16", "dst64", "src64", "src_pan"),
    "nwk": ("frame_type", "dst", "src", "radius", "seqno", "discovery", "src_route", "dst64", "src64", "end_device_initiator"),
    "sec": ("key_id", "counter", "src64", "key_seqno", "ext_nonce"),
    "aps": ("type", "delivery", "ack_req", "ext_header", "dst", "src", "group", "cluster", "zdp_cluster", "profile", "counter", "block"),
    "zcl": ("cmd.tsn", "dir", "ddr", "type"),
}
PREFIXES = {"mac": "wpan.", "nwk": "zbee_nwk.", "sec": "zbee.sec.", "aps": "zbee_aps.", "zcl": "zbee_zcl."}

N, A, D = "zbee_nwk.cmd.", "zbee_aps.cmd.", "zbee_zdp."
KE, TUN, MET = "zbee_zcl_se.ke.", "zbee_zcl_se.tun.", "zbee_zcl_se.met."
OTA, EVENT = "zbee_zcl_general.ota.", "zbee_zcl_se.events.publish_event."
FILE = {"file.manufacturer": OTA + "manufacturer_code", "file.image": OTA + "image.type", "file.version": OTA + "file.version"}

FIELDS: dict[type, dict[str, str]] = {
    NetworkBeacon: {
        "extended_pan": "zbee_beacon.ext_panid",
        "router_capacity": "zbee_beacon.router",
        "end_device_capacity": "zbee_beacon.end_dev",
        "depth": "zbee_beacon.depth",
        "update": "zbee_beacon.update_id",
        "offset": "zbee_beacon.tx_offset",
        "stack_profile": "zbee_beacon.profile",
        "version": "zbee_beacon.version",
    },
    AssociationRequest: {"capability": "wpan.cinfo.alloc_addr"},
    AssociationResponse: {"address": "wpan.asoc.addr", "status": "wpan.assoc.status"},
    Disassociation: {"reason": "wpan.disassoc.reason"},
    CoordinatorRealignment: {"coordinator": "wpan.realign.addr"},
    RouteRequest: {
        "many_to_one": N + "route.opts.many2one",
        "id": N + "route.id",
        "destination": N + "route.dest",
        "cost": N + "route.cost",
        "destination_ieee": N + "route.dest_ext",
    },
    RouteReply: {
        "id": N + "route.id",
        "originator": N + "route.orig",
        "responder": N + "route.resp",
        "cost": N + "route.cost",
        "originator_ieee": N + "route.orig_ext",
        "responder_ieee": N + "route.resp_ext",
    },
    NetworkStatus: {"status": N + "status", "destination": N + "route.dest"},
    Leave: {"rejoin": N + "leave.rejoin", "request": N + "leave.request", "remove_children": N + "leave.children"},
    RouteRecord: {"relays": N + "relay_device"},
    RejoinResponse: {"address": N + "addr", "status": N + "rejoin_status"},
    LinkStatus: {"first": N + "link.first", "last": N + "link.last", "neighbours.address": N + "link.address"},
    NetworkReport: {"extended_pan": N + "epid"},
    NetworkUpdate: {"extended_pan": N + "epid", "update": N + "update.id", "pan": "zbee_nwk.panid"},
    EndDeviceTimeoutRequest: {"timeout": N + "ed_tmo_req", "configuration": N + "ed_config"},
    EndDeviceTimeoutResponse: {"status": N + "ed_tmo_rsp_status", "parent": N + "ed_prnt_info"},
    LinkPowerDelta: {
        "kind": N + "link_pwr_delta.type",
        "neighbours.address": N + "link_pwr_delta.address",
        "neighbours.delta": N + "link_pwr_delta.power_delta",
    },
    TransportKey: {
        "key.key": A + "key",
        "key.destination": A + "dst",
        "key.source": A + "src",
        "key.sequence": A + "seqno",
        "key.partner": A + "partner",
        "key.initiator": A + "init_flag",
    },
    UpdateDevice: {"device": A + "device", "address": A + "addr", "status": A + "update_status"},
    RemoveDevice: {"target": A + "device"},
    RequestKey: {"kind": A + "key_type", "partner": A + "partner"},
    SwitchKey: {"sequence": A + "seqno"},
    Tunnel: {"destination": A + "dst"},
    VerifyKey: {"kind": A + "key_type", "source": A + "src", "hash": A + "key_hash"},
    ConfirmKey: {"status": A + "status", "kind": A + "key_type", "destination": A + "dst"},
    NetworkAddressRequest: {"ieee": D + "ext_addr", "kind": D + "req_type", "start": D + "index"},
    IeeeAddressRequest: {"address": D + "nwk_addr", "kind": D + "req_type", "start": D + "index"},
    NetworkAddressResponse: {"status": D + "status", "ieee": D + "ext_addr", "address": D + "nwk_addr"},
    IeeeAddressResponse: {
        "status": D + "status",
        "ieee": D + "ext_addr",
        "address": D + "nwk_addr",
        "children.addresses": D + "assoc_device",
    },
    NodeDescriptorResponse: {
        "status": D + "status",
        "address": D + "nwk_addr",
        "descriptor.capability": D + "cinfo",
        "descriptor.manufacturer": D + "node.manufacturer",
        "descriptor.buffer": D + "node.max_buffer",
        "descriptor.incoming": D + "node.max_incoming_transfer",
        "descriptor.servers": D + "server",
        "descriptor.outgoing": D + "node.max_outgoing_transfer",
        "descriptor.descriptors": D + "dcf",
    },
    PowerDescriptorResponse: {"status": D + "status", "address": D + "nwk_addr", "descriptor": D + "power"},
    SimpleDescriptorRequest: {"address": D + "nwk_addr", "endpoint": D + "endpoint"},
    SimpleDescriptorResponse: {
        "status": D + "status",
        "address": D + "nwk_addr",
        "descriptor.endpoint": D + "endpoint",
        "descriptor.profile": D + "profile",
        "descriptor.device": D + "app.device",
        "descriptor.version": D + "app.version",
        "descriptor.inputs": D + "in_cluster",
        "descriptor.outputs": D + "out_cluster",
    },
    ActiveEndpointsResponse: {"status": D + "status", "address": D + "nwk_addr", "endpoints": D + "endpoint"},
    MatchDescriptorRequest: {
        "address": D + "nwk_addr",
        "profile": D + "profile",
        "inputs": D + "in_cluster",
        "outputs": D + "out_cluster",
    },
    DeviceAnnounce: {"address": D + "nwk_addr", "ieee": D + "ext_addr", "capability": D + "cinfo"},
    BindRequest: {
        "source": D + "bind.src64",
        "endpoint": D + "bind.src_ep",
        "cluster": D + "cluster",
        "target.ieee": D + "bind.dst64",
        "target.endpoint": D + "bind.dst_ep",
    },
    UnbindRequest: {"source": D + "bind.src64", "endpoint": D + "bind.src_ep", "target.group": D + "bind.dst"},
    UnbindResponse: {"status": D + "status"},
    ManagementLqiResponse: {
        "status": D + "status",
        "table.total": D + "table_size",
        "table.rows.ieee": D + "ext_addr",
        "table.rows.extended_pan": D + "extended_pan",
        "table.rows.depth": D + "depth",
        "table.rows.lqi": D + "lqi",
    },
    ManagementRoutingResponse: {
        "status": D + "status",
        "table.rows.destination": D + "routing.destination",
        "table.rows.next_hop": D + "routing.next_hop",
    },
    ManagementBindResponse: {
        "status": D + "status",
        "table.rows.source": D + "bind.src64",
        "table.rows.cluster": D + "cluster",
        "table.rows.target.ieee": D + "bind.dst64",
    },
    ParentAnnounce: {"children": D + "ext_addr"},
    ParentAnnounceResponse: {"status": D + "status", "children": D + "ext_addr"},
    ManagementLeaveRequest: {"ieee": D + "ext_addr"},
    ManagementPermitJoiningRequest: {"seconds": D + "duration", "significance": D + "significance"},
    general.ReadAttributes: {"attributes": "zbee_zcl_se.met.attr_id"},
    general.DefaultResponse: {"command": "zbee_zcl.cmd.id.rsp", "status": "zbee_zcl.attr.status"},
    general.ReportAttributes: {"records.attribute": "zbee_zcl_se.met.attr_id", "records.value.type": "zbee_zcl.attr.data.type"},
    general.ConfigureReporting: {"records.direction": "zbee_zcl.attr.dir"},
    general.DiscoverAttributes: {"start": "zbee_zcl.attr.start", "most": "zbee_zcl.attr.maxnum"},
    se.InitiateKeyEstablishment: {
        "suites": KE + "attr.suite",
        "ephemeral_seconds": KE + "init.ephemeral.time",
        "confirm_seconds": KE + "init.confirm.time",
    },
    se.EphemeralData: {"key": KE + "qeu " + KE + "qev"},
    se.ConfirmKeyData: {"mac": KE + "macu " + KE + "macv"},
    se.TerminateKeyEstablishment: {
        "status": KE + "terminate.status",
        "wait_seconds": KE + "terminate.wait.time",
        "suites": KE + "attr.suite",
    },
    se.TransferDataError: {"tunnel": TUN + "tunnel_id", "status": TUN + "transfer_data_status"},
    se.AckTransferData: {"tunnel": TUN + "tunnel_id", "octets_left": TUN + "octets_left"},
    se.ReadyData: {"tunnel": TUN + "tunnel_id", "octets_left": TUN + "octets_left"},
    se.GetSupportedTunnelProtocols: {"offset": TUN + "protocol_offset"},
    se.SupportedTunnelProtocols: {
        "complete": TUN + "protocol_list_complete",
        "protocols.manufacturer": TUN + "manufacturer_code",
        "protocols.protocol": TUN + "protocol_id",
    },
    se.TunnelClosureNotification: {"tunnel": TUN + "tunnel_id"},
    se.RequestMirrorResponse: {"endpoint": MET + "request_mirror_rsp.endpoint_id"},
    se.MirrorRemoved: {"endpoint": MET + "mirror_removed.removed_endpoint_id"},
    se.ConfigureMirror: {
        "issuer_event": MET + "configure_mirror.issuer_event_id",
        "interval_seconds": MET + "configure_mirror.reporting_interval",
        "notifies": MET + "configure_mirror.mirror_notification_reporting",
        "scheme": MET + "configure_mirror.notification_scheme",
    },
    se.MirrorReportAttributeResponse: {
        "scheme": MET + "mirror_report_attribute_response.notification_scheme",
    },
    se.GetNotifiedMessage: {
        "scheme": MET + "get_notified_msg.notification_scheme",
        "flag_attribute": MET + "get_notified_msg.notification_flag_attribute_id",
    },
    se.RequestFastPollMode: {
        "quarter_seconds": MET + "request_fast_poll_mode.fast_poll_update_period",
        "minutes": MET + "request_fast_poll_mode.duration",
    },
    se.RequestFastPollModeResponse: {"quarter_seconds": MET + "request_fast_poll_mode_response.applied_update_period"},
    se.PublishEvent: {"log": EVENT + "log_id", "event": EVENT + "event_id", "control": EVENT + "event_control"},
    se.SuspendZclMessages: {"minutes": "zbee_zcl_se.sub_ghz.zcl_messages_suspension_period"},
    se.ImageNotify: {
        "kind": OTA + "payload.type",
        "jitter": OTA + "query_jitter",
        "manufacturer": OTA + "manufacturer_code",
        "image": OTA + "image.type",
        "version": OTA + "file.version",
    },
    se.QueryNextImageRequest: {**FILE, "hardware": OTA + "hw_ver"},
    se.QueryNextImageResponse: {
        "status": OTA + "status",
        "offer.size": OTA + "image.size",
        **{f"offer.{name}": field for name, field in FILE.items()},
    },
    se.ImageBlockRequest: {
        **FILE,
        "offset": OTA + "file.offset",
        "most_octets": OTA + "max_data_size",
        "least_milliseconds": OTA + "min_block_period",
    },
    se.ImagePageRequest: {
        **FILE,
        "offset": OTA + "file.offset",
        "page_octets": OTA + "page.size",
        "spacing_milliseconds": OTA + "rsp_spacing",
    },
    se.ImageBlockResponse: {"status": OTA + "status", "content.octets": OTA + "image.data", "content.offset": OTA + "file.offset"},
    se.UpgradeEndRequest: {**FILE, "status": OTA + "status"},
    se.UpgradeEndResponse: FILE,
}
"""Members of our commands and tshark's fields for them; two fields where it has one for each direction."""
SHOWN_OTHERWISE = {"capability": lambda value: value >> 7, "log": lambda value: value & 15}


@pytest.fixture(scope="module")
def specimens() -> list[Specimen]:
    return made.specimens()


@pytest.fixture(scope="module")
def seen(specimens: list[Specimen], tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, list[str]]]:
    """What tshark shows of each frame, by field; the keys stand in a configuration folder of its own."""
    home = tmp_path_factory.mktemp("zigbee")
    (home / "wireshark").mkdir()
    keys = "".join(f'"{key.hex()}","Normal","{name}"\n' for name, key in (("network", made.NETWORK_KEY), ("link", made.LINK_KEY)))
    (home / "wireshark" / "zigbee_pc_keys").write_text(keys)
    head = struct.pack("<BBHHHI", 0, 0, 12, 0, 1, 1)
    (home / "frames.pcapng").write_bytes(pcapng([head + specimen.octets for specimen in specimens], link_type=TAP))
    fields = ["_ws.malformed", "_ws.expert.severity", "zbee_sec.encrypted_payload", "frame.protocols"]
    fields += [PREFIXES[layer] + name for layer, names in HEADERS.items() for name in names]
    fields += sorted({field for members in FIELDS.values() for names in members.values() for field in names.split()})
    fields = list(dict.fromkeys(fields))
    chosen = [part for name in fields for part in ("-e", name)]
    done = subprocess.run(
        [tool("tshark"), "-n", "-r", str(home / "frames.pcapng"), "-T", "fields", "-E", "separator=|", *chosen],
        env={**os.environ, "XDG_CONFIG_HOME": str(home), "HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    rows = [line.split("|") for line in done.stdout.splitlines()]
    assert len(rows) == len(specimens)
    return [{name: [part for part in value.split(",") if part] for name, value in zip(fields, row, strict=True)} for row in rows]


def comparable(value: object) -> object:
    """Return a value as tshark's text is read by :func:`told`."""
    if isinstance(value, bytes):
        return value.hex()
    return int(value) if isinstance(value, int) else value


def told(text: str) -> object:
    """Return one value of tshark's: a number, or hexadecimal digits."""
    if ":" in text:
        return text.replace(":", "")
    try:
        return int(text, 0)
    except ValueError:
        return text


def member(value: object, path: str) -> list[object]:
    """Return what stands in a command under a dotted name; many values where a list lies on the way."""
    found = [value]
    for name in path.split("."):
        found = [getattr(one, name, None) for one in found]
        found = [part for one in found for part in (one if isinstance(one, tuple) and not hasattr(one, "_fields") else (one,))]
    return [comparable(one) for one in found if one is not None]


def test_no_frame_is_malformed_or_left_encrypted(specimens: list[Specimen], seen: list[dict[str, list[str]]]) -> None:
    assert len(specimens) > 150
    for specimen, fields in zip(specimens, seen, strict=True):
        assert not fields["_ws.malformed"], specimen.name
        assert not fields["zbee_sec.encrypted_payload"], specimen.name
        if specimen.name.startswith(("se", "named", "tunnel")):
            assert "zbee_zcl_" in fields["frame.protocols"][0], specimen.name


def test_every_header_field_is_the_same(specimens: list[Specimen], seen: list[dict[str, list[str]]]) -> None:
    for specimen, fields in zip(specimens, seen, strict=True):
        for name, value in headers(specimen).items():
            assert told(fields[name][0]) == comparable(value), (specimen.name, name)


def headers(specimen: Specimen) -> dict[str, object]:
    """Return the header fields of a frame under tshark's names."""
    frame = mac.read_mac(specimen.octets)
    found: dict[str, object] = {
        "wpan.frame_type": frame.kind,
        "wpan.seq_no": frame.sequence,
        "wpan.ack_request": frame.acknowledge,
        "wpan.pending": frame.pending,
        "wpan.dst_pan": frame.destination_pan,
        "wpan.src_pan": frame.source_pan,
    }
    for side, address in (("dst", frame.destination), ("src", frame.source)):
        found[f"wpan.{side}{16 if isinstance(address, int) else 64}"] = address
    if frame.kind == mac.DATA:
        found |= network_headers(frame.payload)
    return {name: value for name, value in found.items() if value is not None}


def network_headers(payload: bytes) -> dict[str, object]:
    network = nwk.open_nwk(payload, made.KEYS)
    found: dict[str, object] = {
        "zbee_nwk.frame_type": network.kind,
        "zbee_nwk.dst": network.destination,
        "zbee_nwk.src": network.source,
        "zbee_nwk.radius": network.radius,
        "zbee_nwk.seqno": network.sequence,
        "zbee_nwk.discovery": network.discover_route,
        "zbee_nwk.src_route": network.route is not None,
        "zbee_nwk.dst64": network.destination_ieee,
        "zbee_nwk.src64": network.source_ieee,
        "zbee_nwk.end_device_initiator": network.end_device_initiator,
    }
    if network.security is not None:
        key, counter, source, sequence, _ = network.security
        found |= {"zbee.sec.key_id": key, "zbee.sec.counter": counter, "zbee.sec.src64": source, "zbee.sec.key_seqno": sequence}
    return found | (application_headers(network) if network.kind == nwk.DATA else {})


def application_headers(network: nwk.NwkFrame) -> dict[str, object]:
    frame = aps.read_aps(network.payload)
    fragment = frame.fragment
    found: dict[str, object] = {
        "zbee_aps.type": frame.kind,
        "zbee_aps.ack_req": frame.acknowledge,
        "zbee_aps.delivery": frame.delivery,
        "zbee_aps.dst": frame.destination_endpoint,
        "zbee_aps.src": frame.source_endpoint,
        "zbee_aps.group": frame.group,
        "zbee_aps.profile": frame.profile,
        "zbee_aps.counter": frame.counter,
        "zbee_aps.zdp_cluster" if frame.profile == aps.ZDP else "zbee_aps.cluster": frame.cluster,
        "zbee_aps.block": None if fragment is None or fragment.first else fragment.number,
    }
    if frame.profile == aps.SMART_ENERGY and frame.kind == aps.DATA and fragment is None:
        source = made.HUB_EUI if network.source == made.HUB else made.METER_EUI
        zcl = read_zcl(aps.open_aps(network.payload, made.LINK, source).payload)
        found |= {
            "zbee_zcl.cmd.tsn": zcl.sequence,
            "zbee_zcl.dir": zcl.from_server,
            "zbee_zcl.ddr": not zcl.default_response,
            "zbee_zcl.type": zcl.of_cluster,
        }
    return found


def test_every_member_of_a_command_is_the_same(specimens: list[Specimen], seen: list[dict[str, list[str]]]) -> None:
    compared, differing = 0, []
    for specimen, fields in zip(specimens, seen, strict=True):
        for path, field in FIELDS.get(type(specimen.command), {}).items():
            ours = member(specimen.command, path)
            if path in SHOWN_OTHERWISE and not field.endswith("cinfo"):
                ours = [SHOWN_OTHERWISE[path](value) for value in ours]
            theirs = [told(text) for name in field.split() for text in fields[name]]
            compared += len(ours)
            if theirs[: len(ours)] != ours:
                differing.append((specimen.name, path, theirs, ours))
    assert differing == []
    assert compared > 200


def test_the_tables_know_the_commands_that_have_members(specimens: list[Specimen]) -> None:
    unseen = {type(specimen.command) for specimen in specimens} - set(FIELDS)
    without = {kind.__name__ for kind in unseen if getattr(kind, "__dataclass_fields__", None)}
    assert {"RouteRequest", "PublishEvent"}.isdisjoint(without)
    assert len(without) < 40, sorted(without)
