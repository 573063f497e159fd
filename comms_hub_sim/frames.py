"""The few ZCL and ZDO frames that devices exchange beside the tunnel: readings, mirror flags, announcements.

All fields are little-endian. Frame control 0x01 and 0x09 mark cluster commands to and from a server, 0x00
and 0x18 general ones. The mirror's answer with its functional notification flags, and the flag for a waiting
tunnel message, are those of public stacks [Wireshark ``packet-zbee-zcl-se``, Gecko SDK metering cluster].
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64

__all__ = [
    "TUNNEL_MESSAGE_PENDING",
    "announcement",
    "is_announcement",
    "is_read_request",
    "mirror_answer",
    "mirror_flags",
    "read_answer",
    "read_request",
    "summation_report",
]

TUNNEL_MESSAGE_PENDING: Final = 1 << 21
"""Functional notification flag: a message for the meter waits in the tunnel."""

_READ_ATTRIBUTES, _READ_RESPONSE, _REPORT = 0x00, 0x01, 0x0A
_MIRROR_REPORT_RESPONSE = 0x09
_SUMMATION = 0x0000
"""CurrentSummationDelivered of the Metering cluster, an unsigned 48-bit integer (type 0x25)."""
_UINT48 = 0x25
_SCHEME_A = 0x01
_MIRROR = Struct("<BBBBI")


def read_request(sequence: int) -> bytes:
    """Ask a meter for its current summation."""
    return bytes((0x00, sequence, _READ_ATTRIBUTES)) + _SUMMATION.to_bytes(2, "little")


def is_read_request(octets: bytes) -> bool:
    """Tell whether a frame of the Metering cluster asks for attributes."""
    return octets[:1] == b"\x00" and octets[2:3] == bytes((_READ_ATTRIBUTES,))


def read_answer(sequence: int, summation: int) -> bytes:
    """Answer with the current summation."""
    return (
        bytes((0x18, sequence, _READ_RESPONSE))
        + _SUMMATION.to_bytes(2, "little")
        + bytes((0x00, _UINT48))
        + summation.to_bytes(6, "little")
    )


def summation_report(sequence: int, summation: int) -> bytes:
    """Report the current summation to a mirror, unasked."""
    return bytes((0x18, sequence, _REPORT)) + _SUMMATION.to_bytes(2, "little") + bytes((_UINT48,)) + summation.to_bytes(6, "little")


def mirror_answer(sequence: int, flags: int) -> bytes:
    """Answer a report: predefined notification scheme A, functional notification flags."""
    return _MIRROR.pack(0x01, sequence, _MIRROR_REPORT_RESPONSE, _SCHEME_A, flags)


def mirror_flags(octets: bytes) -> int | None:
    """Return the functional notification flags of a mirror's answer; ``None`` for any other frame."""
    if len(octets) != _MIRROR.size:
        return None
    control, _, command, scheme, flags = _MIRROR.unpack(octets)
    return flags if (control, command, scheme) == (0x01, _MIRROR_REPORT_RESPONSE, _SCHEME_A) else None


def announcement(sequence: int, address: Eui64) -> bytes:
    """Announce a device (ZDO Device_annce): sequence, short address, EUI-64, capability; no short addresses are modelled."""
    return bytes((sequence, 0xFF, 0xFF)) + bytes.fromhex(address)[::-1] + b"\x8e"


def is_announcement(octets: bytes) -> bool:
    """Tell whether a frame of the device object is an announcement."""
    return len(octets) == 12
