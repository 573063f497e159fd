"""IEEE 802.15.4 MAC frames as ZigBee uses them: versions 2003 and 2006, without MAC security.

::

    frame     control (2) | sequence | [pan | destination] | [pan | source] | payload | FCS (2)
    control   bits 0-2 kind; 3 secured; 4 more pending; 5 acknowledge; 6 one PAN id for both addresses;
              10-11 and 14-15 destination and source addressing (0 none, 2 short, 3 EUI-64); 12-13 version

Short addresses and PAN ids are integers, EUI-64s are :class:`~harness.vocab.identity.Eui64`. Clause: IEEE 802.15.4-2006 7.2.
Frames of version 2 (802.15.4-2015, with information elements) are refused by name.
"""

from __future__ import annotations

from struct import Struct, error
from typing import NamedTuple

from harness.vocab.identity import Eui64
from harness.wire.zigbee.crc import fcs, fcs_holds
from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import EUI, eui_of

__all__ = [
    "ACKNOWLEDGEMENT",
    "BEACON",
    "BROADCAST",
    "COMMAND",
    "DATA",
    "KINDS",
    "MOST_OCTETS",
    "Address",
    "MacFrame",
    "acknowledgement",
    "read_mac",
    "write_mac",
]

BEACON, DATA, ACKNOWLEDGEMENT, COMMAND = range(4)
KINDS = ("beacon", "data", "acknowledgement", "command")
MOST_OCTETS = 127
"""Octets of a frame with its FCS at most (aMaxPHYPacketSize); what is longer is neither read nor written."""
BROADCAST = 0xFFFF
"""The short address, and the PAN id, of everybody."""

Address = int | Eui64
"""A short address, or an EUI-64."""

_SECURED, _PENDING, _ACKNOWLEDGE, _ONE_PAN = 0x08, 0x10, 0x20, 0x40
_RESERVED = 0x0380
_SHORT, _LONG = 2, 3
_VERSIONS = 2
_USUAL_MASK, _USUAL = 0xCFCF, 0x8841
"""Control of a data frame between short addresses of one PAN, whatever its pending and acknowledge bits and its version."""
_HEAD, _USUAL_HEAD, _WORD = Struct("<HB"), Struct("<HBHHH"), Struct("<H")


class MacFrame(NamedTuple):
    """One MAC frame; a named tuple, because every frame on the air makes one."""

    kind: int
    """One of :data:`KINDS`, as its place."""
    sequence: int
    payload: bytes = b""
    destination: Address | None = None
    destination_pan: int | None = None
    source: Address | None = None
    source_pan: int | None = None
    """``None`` where there is no source, or where the PAN id is that of the destination and left out (PAN id compression)."""
    acknowledge: bool = False
    """Whether the sender wants an acknowledgement."""
    pending: bool = False
    """Whether the sender holds more for the receiver."""
    secured: bool = False
    """Whether MAC security is on, which ZigBee does not use; the payload is as it came then."""
    version: int = 0
    """0 for 802.15.4-2003, which ZigBee sends; 1 for 802.15.4-2006."""


def read_mac(octets: bytes) -> MacFrame:
    """Read a frame with its FCS; raises :class:`ZigbeeError` that names the octet."""
    end = len(octets) - 2
    if end > MOST_OCTETS - 2:
        raise ZigbeeError("MAC", MOST_OCTETS, f"frame of {end + 2} octets", expected=f"at most {MOST_OCTETS}")
    if not fcs_holds(octets):
        if end < 3:
            raise ZigbeeError("MAC", max(end + 2, 0), "frame breaks off", expected="control, sequence number and FCS", octets=octets)
        raise ZigbeeError("MAC", end, "FCS does not hold", expected=fcs(octets[:-2]).hex(), octets=octets[-2:])
    if end >= 9:
        control, sequence, pan, destination, source = _USUAL_HEAD.unpack_from(octets)
        if control & _USUAL_MASK == _USUAL and control >> 12 & 3 < _VERSIONS:
            wanted, pending = control & _ACKNOWLEDGE != 0, control & _PENDING != 0
            return MacFrame(DATA, sequence, octets[9:end], destination, pan, source, None, wanted, pending, False, control >> 12 & 3)
    elif end < _HEAD.size:
        raise ZigbeeError("MAC", end, "frame breaks off", expected="control and sequence number", octets=octets)
    return _read(octets, end)


def _read(octets: bytes, end: int) -> MacFrame:
    """Read a frame of any addressing, whose FCS stands at ``end``."""
    control, sequence = _HEAD.unpack_from(octets)
    kind, version = control & 7, control >> 12 & 3
    if kind >= len(KINDS) or version >= _VERSIONS or control & _RESERVED:
        what = f"control {control:04x}: kind {kind}, version {version}, reserved bits {control & _RESERVED:04x}"
        raise ZigbeeError("MAC", 0, what, expected="kind 0 to 3, version 0 or 1, no reserved bits", octets=octets[:2])
    to, by, one_pan = control >> 10 & 3, control >> 14, bool(control & _ONE_PAN)
    if one_pan and not (to and by):
        raise ZigbeeError("MAC", 0, "PAN id compression with one address or none", expected="two addresses", octets=octets[:2])
    at = _HEAD.size
    destination_pan, destination, at = _address(octets, at, end, to, with_pan=True)
    source_pan, source, at = _address(octets, at, end, by, with_pan=not one_pan)
    flags = bool(control & _ACKNOWLEDGE), bool(control & _PENDING), bool(control & _SECURED)
    frame = MacFrame(kind, sequence, octets[at:end], destination, destination_pan, source, source_pan, *flags, version)
    if kind == ACKNOWLEDGEMENT and (end != _HEAD.size or to or by):
        raise ZigbeeError("MAC", _HEAD.size, "acknowledgement with more than a sequence number", expected="none", octets=octets[3:end])
    return frame


def _address(octets: bytes, at: int, end: int, mode: int, *, with_pan: bool) -> tuple[int | None, Address | None, int]:
    """Return PAN id, address, and the place after them."""
    if not mode:
        return None, None, at
    if mode == 1:
        raise ZigbeeError("MAC", 0, "addressing mode 1", expected="0, 2 or 3", octets=octets[:2])
    start = at + 2 if with_pan else at
    after = start + (2 if mode == _SHORT else 8)
    if after > end:
        raise ZigbeeError("MAC", at, f"address breaks off: {end - at} octets left", expected=f"at least {after - at}")
    pan = _WORD.unpack_from(octets, at)[0] if with_pan else None
    return pan, _WORD.unpack_from(octets, start)[0] if mode == _SHORT else eui_of(octets[start:after]), after


def write_mac(frame: MacFrame) -> bytes:
    """Write a frame with its FCS; ``ValueError`` where a field does not fit, or an address is without its PAN id."""
    kind, sequence, payload, destination, destination_pan, source, source_pan, acknowledge, pending, secured, version = frame
    control = kind | (_PENDING if pending else 0) | (_ACKNOWLEDGE if acknowledge else 0) | version << 12
    try:
        if kind == DATA and source_pan is None and type(destination) is int and type(source) is int and not secured and version in (0, 1):
            octets = _USUAL_HEAD.pack(control | _USUAL, sequence, destination_pan, destination, source) + payload
        else:
            octets = _written(frame, control)
    except (error, TypeError) as misfit:
        raise ValueError(f"{frame} does not fit a MAC frame: {misfit}") from None
    if len(octets) > MOST_OCTETS - 2:
        raise ValueError(f"a MAC frame of {len(octets) + 2} octets where {MOST_OCTETS} are the most")
    return octets + fcs(octets)


def _written(frame: MacFrame, control: int) -> bytes:
    """Write a frame of any addressing, without FCS."""
    to, by = _mode(frame.destination), _mode(frame.source)
    one_pan = bool(to and by and frame.source_pan is None)
    if (to and frame.destination_pan is None) or (by and frame.source_pan is None and not one_pan):
        raise ValueError(f"{frame} has an address without PAN id")
    if (not to and frame.destination_pan is not None) or (not by and frame.source_pan is not None):
        raise ValueError(f"{frame} has a PAN id without address")
    if frame.kind == ACKNOWLEDGEMENT and (to or by or frame.payload):
        raise ValueError(f"{frame} has more than a sequence number")
    if not (0 <= frame.kind < len(KINDS) and 0 <= frame.version < _VERSIONS):
        raise ValueError(f"{frame} is of a kind or version that does not exist")
    control |= to << 10 | by << 14 | (_ONE_PAN if one_pan else 0) | (_SECURED if frame.secured else 0)
    octets = _HEAD.pack(control, frame.sequence)
    if to:
        octets += _WORD.pack(frame.destination_pan) + _packed(frame.destination)
    if by:
        octets += (b"" if one_pan else _WORD.pack(frame.source_pan)) + _packed(frame.source)
    return octets + frame.payload


def _mode(address: Address | None) -> int:
    if address is None:
        return 0
    return _SHORT if isinstance(address, int) else _LONG


def _packed(address: Address | None) -> bytes:
    return _WORD.pack(address) if isinstance(address, int) else EUI.write(address)


def acknowledgement(sequence: int, *, pending: bool = False) -> MacFrame:
    """Return the acknowledgement of a frame."""
    return MacFrame(ACKNOWLEDGEMENT, sequence, pending=pending)
