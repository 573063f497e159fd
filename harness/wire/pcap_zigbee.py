"""IEEE 802.15.4 frames as far as they can be followed without a key: to TransferData in clear, or to what stops the reader.

On a real HAN the network layer encrypts every frame, so what a sniffer records ends here with "encrypted at the network layer". Only the
headers that say so are read; decryption, fragments and keys are not part of this version.
"""

from __future__ import annotations

from typing import NamedTuple

from harness.errors import WireError
from harness.wire.tunnelling import TransferData, read_frame

__all__ = ["LINK_TYPES", "TunnelledFrame", "tunnel_data"]

_WITH_FCS, _WITHOUT_FCS, _TAP = 195, 230, 283
LINK_TYPES = frozenset({_WITH_FCS, _WITHOUT_FCS, _TAP})
_FCS_TLV = 0
_FCS_SIZE = {0: 0, 1: 2, 2: 4}
"""Octets of the frame check sequence, by the TAP header's FCS type."""

_MAC_KINDS = ("a beacon", "data", "an acknowledgement", "a MAC command")
_ADDRESS = (0, 0, 2, 8)
"""Octets of an address by addressing mode; mode 1 is reserved."""
_TUNNELING = b"\x04\x07"
_BROKEN = "an IEEE 802.15.4 frame that breaks off in its headers"


class TunnelledFrame(NamedTuple):
    """What a frame carries through the Tunneling cluster."""

    data: bytes
    reason: str
    """Why there is none; empty where there is."""
    lost: bool
    """Whether data may be there that was not read."""


class _StopError(Exception):
    """The reader goes no further; carries the reason, and whether something may be lost."""

    def __init__(self, reason: str, *, lost: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lost = lost


def tunnel_data(octets: bytes, link_type: int) -> TunnelledFrame:
    """Return what a frame carries in a TransferData, or what stopped the reader."""
    try:
        network = _mac_payload(_psdu(octets, link_type))
        return TunnelledFrame(_transfer(_aps_payload(_network_payload(network))), "", lost=False)
    except _StopError as stop:
        return TunnelledFrame(b"", stop.reason, lost=stop.lost)
    except IndexError:
        return TunnelledFrame(b"", _BROKEN, lost=True)


def _psdu(octets: bytes, link_type: int) -> bytes:
    """Return the frame without what the link type puts around it."""
    if link_type != _TAP:
        return octets[:-2] if link_type == _WITH_FCS else octets
    length = int.from_bytes(octets[2:4], "little")
    at, fcs = 4, 0
    while at + 4 <= length:
        kind, size = int.from_bytes(octets[at : at + 2], "little"), int.from_bytes(octets[at + 2 : at + 4], "little")
        if kind == _FCS_TLV and size:
            fcs = _FCS_SIZE.get(octets[at + 4], 0)
        at += 4 + (size + 3) // 4 * 4
    return octets[length : len(octets) - fcs]


def _mac_payload(frame: bytes) -> bytes:
    control = frame[0] | frame[1] << 8
    kind = control & 7
    if kind != 1:
        name = _MAC_KINDS[kind] if kind < len(_MAC_KINDS) else f"a frame of type {kind}"
        raise _StopError(f"an IEEE 802.15.4 frame that carries no message: {name}", lost=False)
    if control & 0x08:
        raise _StopError("an IEEE 802.15.4 frame that is encrypted at the MAC layer", lost=True)
    if control >> 12 & 3 > 1 or control & 0x0300:
        raise _StopError("an IEEE 802.15.4 frame of a version whose header is not read", lost=True)
    to, source = _ADDRESS[control >> 10 & 3], _ADDRESS[control >> 14]
    size = 3 + (2 + to if to else 0) + (source + (0 if control & 0x40 and to else 2) if source else 0)
    return _rest(frame, size)


def _network_payload(frame: bytes) -> bytes:
    control = frame[0] | frame[1] << 8
    if control >> 2 & 0x0F != 2:
        raise _StopError("an IEEE 802.15.4 data frame that is not ZigBee PRO", lost=False)
    if control & 0x0200:
        raise _StopError("a ZigBee frame that is encrypted at the network layer; this version does not decrypt ZigBee frames", lost=True)
    if control & 3:
        raise _StopError("a ZigBee frame that carries no message: a network command or an inter-PAN frame", lost=False)
    size = 8 + (8 if control & 0x0800 else 0) + (8 if control & 0x1000 else 0) + (1 if control & 0x0100 else 0)
    if control & 0x0400:
        size += 2 + 2 * frame[size]
    return _rest(frame, size)


def _aps_payload(frame: bytes) -> bytes:
    control = frame[0]
    if control & 3:
        raise _StopError("a ZigBee frame that carries no message: an APS command or acknowledgement", lost=False)
    at = 1 + (2 if control & 0x0C == 0x0C else 1)
    if frame[at : at + 2] != _TUNNELING:
        raise _StopError("a ZigBee frame of another cluster than Tunneling", lost=False)
    if control & 0x20:
        raise _StopError(
            "a ZigBee frame that is encrypted at the application layer; this version does not decrypt ZigBee frames", lost=True
        )
    if control & 0x80 and frame[at + 6] & 3:
        raise _StopError("a fragment of a ZigBee frame; this version does not put fragments together", lost=True)
    return _rest(frame, at + (7 if control & 0x80 else 6))


def _rest(frame: bytes, size: int) -> bytes:
    if size >= len(frame):
        raise _StopError(_BROKEN, lost=True)
    return frame[size:]


def _transfer(frame: bytes) -> bytes:
    try:
        command = read_frame(frame).command
    except WireError:
        raise _StopError("a ZCL frame of the Tunneling cluster that is none", lost=True) from None
    if not isinstance(command, TransferData):
        raise _StopError("a ZCL frame of the Tunneling cluster other than TransferData", lost=False)
    return command.data
