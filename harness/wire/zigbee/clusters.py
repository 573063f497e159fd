"""Commands of the clusters that GB devices use: which command a frame is, and what its payload says.

Three sources of layouts, each told once: Tunneling by :mod:`harness.wire.tunnelling`, what GBCS messages carry by
:mod:`harness.wire.gbcs.zcl_table` (read as :class:`~harness.wire.gbcs.named.Named`), and what the simulator speaks besides here. A command
of none of them stays octets.

Layouts here are from memory of the Smart Energy and cluster library specifications; tshark 4.0.17 reads each of them with the same values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import WireError
from harness.wire import tunnelling
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.zcl_table import zcl_command
from harness.wire.zigbee import se_commands as se
from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import EUI, KEY, REST, STRING, U8, U16, U24, U32, ListOf, Maybe, OtherCommand, Record, ToTheEnd, decode
from harness.wire.zigbee.flagged import Flagged
from harness.wire.zigbee.zcl import ZclFrame, write_zcl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.wire.gbcs.named import Named
    from harness.wire.gbcs.zcl_types import ZclValue
    from harness.wire.tunnelling import TunnelCommand
    from harness.wire.zigbee.fields import Layout
    from harness.wire.zigbee.se_commands import SeCommand

__all__ = ["CLUSTERS", "LAYOUTS", "cluster_frame", "named_frame", "read_cluster_command"]

BASIC, TIME, COMMISSIONING, OTA_UPGRADE, KEEP_ALIVE = 0x0000, 0x000A, 0x0015, 0x0019, 0x0025
PRICE, METERING, MESSAGING, TUNNELING, PREPAYMENT = 0x0700, 0x0702, 0x0703, 0x0704, 0x0705
CALENDAR, DEVICE_MANAGEMENT, EVENTS, SUB_GHZ, KEY_ESTABLISHMENT = 0x0707, 0x0708, 0x0709, 0x070B, 0x0800
CLUSTERS = {
    BASIC: "Basic",
    TIME: "Time",
    COMMISSIONING: "Commissioning",
    OTA_UPGRADE: "OTA Upgrade",
    KEEP_ALIVE: "Keep-Alive",
    PRICE: "Price",
    METERING: "Metering",
    MESSAGING: "Messaging",
    TUNNELING: "Tunneling",
    PREPAYMENT: "Prepayment",
    CALENDAR: "Calendar",
    DEVICE_MANAGEMENT: "Device Management",
    EVENTS: "Events",
    SUB_GHZ: "Sub-GHz",
    KEY_ESTABLISHMENT: "Key Establishment",
}
"""Names of the clusters that GB devices use."""

_FILE = Record(se.FileId, U16, U16, U32)
_WAIT, _ABORT = 0x97, 0x95
_CLIENT, _SERVER = False, True


class _BlockContent:
    """What an image block response holds, by the status before it, which it therefore reads too."""

    made = se.ImageBlockResponse
    _BLOCK = Record(se.ImageBlock, _FILE, U32, STRING)
    _WAITING = Record(se.WaitForData, U32, U32, U16)

    def read(self, octets: bytes, at: int) -> tuple[se.ImageBlockResponse, int]:
        status, after = U8.read(octets, at)
        content: se.ImageBlock | se.WaitForData | None = None
        if not status:
            content, after = self._BLOCK.read(octets, after)
            if content.octets is None:
                raise ZigbeeError("", at, "with a block of FF octets", expected="a block that fits a frame", octets=octets[at : at + 1])
        elif status == _WAIT:
            content, after = self._WAITING.read(octets, after)
        return se.ImageBlockResponse(status=status, content=content), after

    def write(self, value: se.ImageBlockResponse) -> bytes:
        content = value.content
        if isinstance(content, se.ImageBlock) and not value.status:
            return b"\x00" + self._BLOCK.write(content)
        if isinstance(content, se.WaitForData) and value.status == _WAIT:
            return bytes((_WAIT,)) + self._WAITING.write(content)
        if content is not None or value.status in (0, _WAIT):
            raise ValueError(f"{value} has a status of another content")
        return U8.write(value.status)


class _Notify:
    """An image notify: its kind tells how many members follow."""

    made = se.ImageNotify
    _MEMBERS = (("manufacturer", U16), ("image", U16), ("version", U32))

    def read(self, octets: bytes, at: int) -> tuple[se.ImageNotify, int]:
        kind, after = U8.read(octets, at)
        if kind > len(self._MEMBERS):
            raise ZigbeeError("", at, f"of kind {kind}", expected="0 to 3", octets=octets[at:after])
        jitter, after = U8.read(octets, after)
        found: dict[str, int] = {}
        for name, field in self._MEMBERS[:kind]:
            found[name], after = field.read(octets, after)
        return se.ImageNotify(kind=kind, jitter=jitter, **found), after

    def write(self, value: se.ImageNotify) -> bytes:
        members = (value.manufacturer, value.image, value.version)
        if value.kind > len(members) or [member is not None for member in members] != [place < value.kind for place in range(3)]:
            raise ValueError(f"{value} has other members than its kind")
        parts = [field.write(member) for (_, field), member in zip(self._MEMBERS, members, strict=True) if member is not None]
        return U8.write(value.kind) + U8.write(value.jitter) + b"".join(parts)


_KEY_ESTABLISHMENT: dict[int, Layout[SeCommand]] = {
    0x00: Record(se.InitiateKeyEstablishment, U16, U8, U8, REST),
    0x01: Record(se.EphemeralData, REST),
    0x02: Record(se.ConfirmKeyData, KEY),
    0x03: Record(se.TerminateKeyEstablishment, U8, U8, U16),
}
_BOTH_WAYS: Mapping[int, Layout[SeCommand]] = {
    0x03: Record(se.TransferDataError, U16, U8),
    0x04: Record(se.AckTransferData, U16, U16),
    0x05: Record(se.ReadyData, U16, U16),
}
"""Commands of Tunneling that either end sends, by the id that a client uses; a server's is one less."""

LAYOUTS: Mapping[tuple[int, bool, int], Layout[SeCommand]] = {
    **{(KEY_ESTABLISHMENT, side, number): layout for side in (_CLIENT, _SERVER) for number, layout in _KEY_ESTABLISHMENT.items()},
    **{(TUNNELING, side, number - side): layout for side in (_CLIENT, _SERVER) for number, layout in _BOTH_WAYS.items()},
    (TUNNELING, _CLIENT, 0x06): Record(se.GetSupportedTunnelProtocols, U8),
    (TUNNELING, _SERVER, 0x05): Record(se.SupportedTunnelProtocols, U8, ListOf(Record(se.TunnelProtocol, U16, U8))),
    (TUNNELING, _SERVER, 0x06): Record(se.TunnelClosureNotification, U16),
    (METERING, _SERVER, 0x01): Record(se.RequestMirror),
    (METERING, _SERVER, 0x02): Record(se.RemoveMirror),
    (METERING, _SERVER, 0x03): Record(se.RequestFastPollModeResponse, U8, U32),
    (METERING, _SERVER, 0x08): Record(se.ConfigureMirror, U32, U24, U8, U8),
    (METERING, _SERVER, 0x0B): Record(se.GetNotifiedMessage, U8, U16, U32),
    (METERING, _CLIENT, 0x01): Record(se.RequestMirrorResponse, U16),
    (METERING, _CLIENT, 0x02): Record(se.MirrorRemoved, U16),
    (METERING, _CLIENT, 0x03): Record(se.RequestFastPollMode, U8, U8),
    (METERING, _CLIENT, 0x09): Record(se.MirrorReportAttributeResponse, U8, ToTheEnd(U32)),
    (EVENTS, _SERVER, 0x00): Record(se.PublishEvent, U8, U16, U32, U8, STRING),
    (SUB_GHZ, _SERVER, 0x00): Record(se.SuspendZclMessages, Maybe(U8)),
    (SUB_GHZ, _CLIENT, 0x00): Record(se.GetSuspendZclMessagesStatus),
    (OTA_UPGRADE, _SERVER, 0x00): _Notify(),
    (OTA_UPGRADE, _CLIENT, 0x01): Flagged(se.QueryNextImageRequest, after={"file": _FILE}, announced={"hardware": (0, U16)}),
    (OTA_UPGRADE, _SERVER, 0x02): Record(se.QueryNextImageResponse, U8, Maybe(Record(se.ImageOffer, _FILE, U32))),
    (OTA_UPGRADE, _CLIENT, 0x03): Flagged(
        se.ImageBlockRequest,
        after={"file": _FILE, "offset": U32, "most_octets": U8},
        announced={"node": (0, EUI), "least_milliseconds": (1, U16)},
    ),
    (OTA_UPGRADE, _CLIENT, 0x04): Flagged(
        se.ImagePageRequest,
        after={"file": _FILE, "offset": U32, "most_octets": U8, "page_octets": U16, "spacing_milliseconds": U16},
        announced={"node": (0, EUI)},
    ),
    (OTA_UPGRADE, _SERVER, 0x05): _BlockContent(),
    (OTA_UPGRADE, _CLIENT, 0x06): Record(se.UpgradeEndRequest, U8, _FILE),
    (OTA_UPGRADE, _SERVER, 0x07): Record(se.UpgradeEndResponse, _FILE, U32, U32),
}
"""Layouts of the commands told here, by cluster, whether a server sends them, and command id."""
_BY_TYPE = {(layout.made, place[1]): (place, layout) for place, layout in LAYOUTS.items()}


def read_cluster_command(frame: ZclFrame, cluster: int) -> SeCommand | TunnelCommand | Named[ZclValue] | OtherCommand:
    """Read the payload of a frame of one cluster; raises :class:`ZigbeeError`. One that is not known is kept as octets.

    Offsets count from the payload's first octet.
    """
    place = cluster, frame.from_server, frame.command
    if frame.manufacturer is not None or not frame.of_cluster:
        return OtherCommand(command=frame.command, payload=frame.payload)
    layout = LAYOUTS.get(place)
    if layout is not None:
        return decode(layout, frame.payload, "ZCL")
    if cluster == TUNNELING:
        return _tunnel_command(frame)
    known = zcl_command(*place)
    if known is None:
        return OtherCommand(command=frame.command, payload=frame.payload)
    try:
        return known.layout.read(frame.payload, 0, len(frame.payload))
    except GbcsError as error:
        what = f"{known.name}: {error.finding}"
        raise ZigbeeError("ZCL", error.offset, what, expected=error.expected, octets=error.octets) from None


def _tunnel_command(frame: ZclFrame) -> TunnelCommand | OtherCommand:
    try:
        found = tunnelling.read_frame(write_zcl(frame)).command
    except WireError as error:
        raise ZigbeeError("ZCL", 0, error.what, expected=error.expected, octets=frame.payload) from None
    return OtherCommand(command=frame.command, payload=frame.payload) if isinstance(found, tunnelling.OtherCommand) else found


def cluster_frame(command: SeCommand, *, sequence: int, from_server: bool, default_response: bool = False) -> tuple[int, ZclFrame]:
    """Return the cluster of a command and its frame; ``ValueError`` where that side does not send it, or a member does not fit."""
    found = _BY_TYPE.get((type(command), from_server))
    if found is None:
        raise ValueError(f"{type(command).__name__} is not sent by a {'server' if from_server else 'client'}")
    (cluster, _, number), layout = found
    payload = layout.write(command)
    made = ZclFrame(sequence=sequence, command=number, payload=payload, from_server=from_server, default_response=default_response)
    return cluster, made


def named_frame(
    cluster: int, command: int, value: Mapping[str, ZclValue], *, sequence: int, from_server: bool, default_response: bool = False
) -> ZclFrame:
    """Return the frame of a command that GBCS messages carry too; ``ValueError`` where it is not known, or a member does not fit."""
    known = zcl_command(cluster, from_server, command)
    if known is None:
        raise ValueError(f"no layout of command {command:02x} of cluster {cluster:04x}")
    payload = known.layout.write(value)
    return ZclFrame(sequence=sequence, command=command, payload=payload, from_server=from_server, default_response=default_response)
