"""Frames of the ZigBee cluster library: who speaks, to which command, in which transaction.

::

    frame     control | [manufacturer (2)] | transaction sequence number | command | payload
    control   bits 0-1 kind (0 of all clusters, 1 of this cluster); 2 of a manufacturer; 3 from server; 4 no default response wanted

Clause: ZCL 07-5123 2.4. The payload of a frame of all clusters is read by :mod:`harness.wire.zigbee.foundation`, that of a frame of
one cluster by :mod:`harness.wire.zigbee.clusters`.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.wire.zigbee.errors import ZigbeeError

__all__ = ["ZclFrame", "read_zcl", "write_zcl"]

_OF_CLUSTER, _OF_MANUFACTURER, _FROM_SERVER, _NO_DEFAULT_RESPONSE = 0x01, 0x04, 0x08, 0x10
_KNOWN = _OF_CLUSTER | _OF_MANUFACTURER | _FROM_SERVER | _NO_DEFAULT_RESPONSE


@dataclass(frozen=True, slots=True, kw_only=True)
class ZclFrame:
    """One frame of the cluster library."""

    sequence: int
    """Transaction sequence number, the same in command and response."""
    command: int
    payload: bytes = b""
    of_cluster: bool = True
    """Whether the command is one of the cluster's own; otherwise it is one that all clusters have."""
    from_server: bool = False
    default_response: bool = False
    """Whether the sender wants to hear also that all went well."""
    manufacturer: int | None = None


def read_zcl(octets: bytes) -> ZclFrame:
    """Read a frame; raises :class:`ZigbeeError`."""
    control = octets[0] if octets else 0
    if control & ~_KNOWN:
        what = f"control {control:02x}"
        raise ZigbeeError("ZCL", 0, what, expected="a command of all clusters or of one, no reserved bits", octets=octets[:1])
    at = 3 if control & _OF_MANUFACTURER else 1
    if len(octets) < at + 2:
        raise ZigbeeError("ZCL", len(octets), "frame breaks off", expected=f"a header of {at + 2} octets", octets=octets)
    return ZclFrame(
        sequence=octets[at],
        command=octets[at + 1],
        payload=octets[at + 2 :],
        of_cluster=bool(control & _OF_CLUSTER),
        from_server=bool(control & _FROM_SERVER),
        default_response=not control & _NO_DEFAULT_RESPONSE,
        manufacturer=octets[1] | octets[2] << 8 if at == 3 else None,
    )


def write_zcl(frame: ZclFrame) -> bytes:
    """Write a frame; ``ValueError`` where a field does not fit."""
    control = (_OF_CLUSTER if frame.of_cluster else 0) | (_FROM_SERVER if frame.from_server else 0)
    control |= 0 if frame.default_response else _NO_DEFAULT_RESPONSE
    tail = bytes((frame.sequence, frame.command)) + frame.payload
    if frame.manufacturer is None:
        return bytes((control,)) + tail
    if not 0 <= frame.manufacturer <= 0xFFFF:
        raise ValueError(f"manufacturer {frame.manufacturer} does not fit two octets")
    return bytes((control | _OF_MANUFACTURER,)) + frame.manufacturer.to_bytes(2, "little") + tail
