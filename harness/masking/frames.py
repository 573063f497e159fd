"""ZCL frames without the identities in them: what the Tunneling cluster says of tunnels stays, what goes through them is masked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from harness.errors import WireError
from harness.masking.messages import masked_message
from harness.wire.tunnelling import (
    CLUSTER,
    Bare,
    Get,
    GetResponse,
    OtherCommand,
    Put,
    RequestTunnel,
    TransferData,
    TunnelCommand,
    read_data,
    read_frame,
    write_data,
    write_frame,
)

if TYPE_CHECKING:
    from harness.masking.pseudonymiser import Pseudonymiser

__all__ = ["masked_frame"]

_HEADER: Final = 3
"""Frame control, sequence number, command."""
_KNOWN_CONTROL: Final = 0x19
"""Bits of frame control that a frame may have to be read: of a cluster, from a server, without default response."""
_NO_MANUFACTURER: Final = 0xFFFF


def masked_frame(cluster: str, octets: bytes, pseudonyms: Pseudonymiser) -> bytes:
    """Return a frame of as many octets that names nobody; one that cannot be read stays one."""
    if cluster != CLUSTER:
        return pseudonyms.permuted(octets)
    try:
        frame = read_frame(octets)
    except WireError:
        kept = 1 if octets[:1] and octets[0] & ~_KNOWN_CONTROL else _HEADER
        return octets[:kept] + pseudonyms.permuted(octets[kept:])
    return write_frame(replace(frame, command=_masked(frame.command, pseudonyms)))


def _masked(command: TunnelCommand, pseudonyms: Pseudonymiser) -> TunnelCommand:
    match command:
        case TransferData():
            return replace(command, data=_data(command.data, pseudonyms))
        case OtherCommand():
            return replace(command, payload=pseudonyms.permuted(command.payload))
        case RequestTunnel() if command.manufacturer != _NO_MANUFACTURER:
            told = pseudonyms.permuted(command.manufacturer.to_bytes(2, "little"))
            return replace(command, manufacturer=int.from_bytes(told, "little"))
    return command


def _data(data: bytes, pseudonyms: Pseudonymiser) -> bytes:
    """Mask what goes through a tunnel."""
    try:
        found = read_data(data)
    except WireError:
        return data[:1] + pseudonyms.permuted(data[1:])
    match found:
        case Bare(message):
            return masked_message(message, pseudonyms)
        case Put(message):
            return write_data(Put(masked_message(message, pseudonyms)))
        case GetResponse(waiting, message):
            return write_data(GetResponse(waiting, masked_message(message, pseudonyms)))
        case Get():
            return data
