"""ZigBee device objects: the commands of profile 0, which find, describe, bind and manage devices.

A command is a transaction sequence number and its members; which command it is, the cluster id of the APS frame tells. Responses have
the cluster id of their request with bit 15 set. Those that joining and looking around in a home area network need are taken apart,
others are kept as octets. Clause: ZigBee 05-3474 2.4.3 and 2.4.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import U8, OtherCommand, decode
from harness.wire.zigbee.zdo_layouts import LAYOUTS

if TYPE_CHECKING:
    from harness.wire.zigbee.fields import Layout
    from harness.wire.zigbee.zdo_commands import ZdoCommand

__all__ = ["RESPONSE", "STATUSES", "ZdoFrame", "cluster_of", "read_zdo", "write_zdo"]

RESPONSE = 0x8000
"""Bit of a cluster id that makes it that of a response."""
STATUSES = {
    0x00: "success",
    0x80: "invalid request type",
    0x81: "device not found",
    0x82: "invalid endpoint",
    0x83: "not active",
    0x84: "not supported",
    0x85: "timeout",
    0x86: "no match",
    0x88: "no entry",
    0x89: "no descriptor",
    0x8A: "insufficient space",
    0x8B: "not permitted",
    0x8C: "table full",
    0x8D: "not authorised",
    0x8E: "device binding table full",
    0x8F: "invalid index",
}
"""What the status of a response says (Wireshark 4.0.17's table)."""

_BY_TYPE: dict[type, tuple[int, Layout[ZdoCommand]]] = {layout.made: (cluster, layout) for cluster, layout in LAYOUTS.items()}


class ZdoFrame(NamedTuple):
    """One command of the device objects."""

    sequence: int
    """Transaction sequence number, the same in request and response."""
    command: ZdoCommand | OtherCommand
    """An :class:`~harness.wire.zigbee.fields.OtherCommand` has the cluster id as its command."""


def read_zdo(cluster: int, payload: bytes) -> ZdoFrame:
    """Read the payload of an APS frame of profile 0; raises :class:`ZigbeeError`."""
    if not payload:
        raise ZigbeeError("ZDO", 0, "command without octets", expected="a transaction sequence number")
    layout = LAYOUTS.get(cluster)
    if layout is None:
        return ZdoFrame(payload[0], OtherCommand(command=cluster, payload=payload[1:]))
    return ZdoFrame(payload[0], decode(layout, payload, "ZDO", 1))


def cluster_of(command: ZdoCommand | OtherCommand) -> int:
    """Return the cluster id of a command."""
    return command.command if isinstance(command, OtherCommand) else _BY_TYPE[type(command)][0]


def write_zdo(frame: ZdoFrame) -> bytes:
    """Write the payload of an APS frame of profile 0; ``ValueError`` where a member does not fit."""
    command = frame.command
    body = command.payload if isinstance(command, OtherCommand) else _BY_TYPE[type(command)][1].write(command)
    return U8.write(frame.sequence) + body
