"""Writing pcapng: one section, little-endian, times in nanoseconds since 1970, nothing that depends on when or where it is written.

Interfaces are described before their packets. What a packet needs to be understood travels with it: direction and
comments as options, secrets in blocks of their own (tshark 4.0 reads over those, so a key file goes beside).
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import Protocol

    class SupportsWrite(Protocol):
        """Anything that octets can be written to."""

        def write(self, octets: bytes, /) -> int: ...


__all__ = ["INBOUND", "OUTBOUND", "UNTOLD", "ZIGBEE_APS_KEY", "ZIGBEE_NWK_KEY", "PcapngWriter", "tap_header"]

UNTOLD: Final = 0
INBOUND: Final = 1
OUTBOUND: Final = 2
"""Directions of a packet, as the flags option numbers them."""

ZIGBEE_NWK_KEY: Final = 0x5A4E574B
ZIGBEE_APS_KEY: Final = 0x5A415053
"""Types of secrets: a network key with its PAN id; a link key with PAN id and two short addresses."""

_APPLICATION: Final = "smets-harness"
_SECTION: Final = 0x0A0D0D0A
_INTERFACE, _ENHANCED, _SECRETS = 1, 6, 10
_NANOSECONDS: Final = 9
_COMMENT, _FLAGS, _NAME, _DESCRIPTION, _USER_APPLICATION, _RESOLUTION = 1, 2, 2, 3, 4, 9
_HEAD: Final = Struct("<IIIIIII")
_LENGTH: Final = Struct("<I")
_OPTION: Final = Struct("<HH")
_FLAGGED: Final = Struct("<HHII")
"""The flags option and the end of options."""
_END: Final = bytes(4)
_PADDING: Final = (b"", b"\0\0\0", b"\0\0", b"\0")
_LEAST: Final = 32


class PcapngWriter:
    """Writes one capture to a binary stream that the caller opens and closes."""

    __slots__ = ("_interfaces", "_write")

    def __init__(self, stream: SupportsWrite) -> None:
        """Write the section header at once."""
        self._write = stream.write
        self._interfaces = 0
        body = Struct("<IHHq").pack(0x1A2B3C4D, 1, 0, -1) + _option(_USER_APPLICATION, _APPLICATION.encode()) + _END
        self._block(_SECTION, body)

    def interface(self, name: str, link_type: int, *, description: str = "") -> int:
        """Describe an interface and return the number that its packets give."""
        told = _option(_DESCRIPTION, description.encode()) if description else b""
        body = Struct("<HHI").pack(link_type, 0, 0) + _option(_NAME, name.encode()) + told + _option(_RESOLUTION, bytes((_NANOSECONDS,)))
        self._block(_INTERFACE, body + _END)
        self._interfaces += 1
        return self._interfaces - 1

    def secrets(self, kind: int, octets: bytes) -> None:
        """Write a Decryption Secrets Block; what it unlocks comes after it."""
        self._block(_SECRETS, Struct("<II").pack(kind, len(octets)) + octets + _PADDING[len(octets) & 3])

    def packet(self, interface: int, time: int, octets: bytes, direction: int = UNTOLD, comment: str = "") -> None:
        """Write one packet of an interface, at ``time`` nanoseconds since 1970-01-01T00:00:00Z."""
        size = len(octets)
        options = b""
        if comment:
            options = _option(_COMMENT, comment.encode()) + (_FLAGGED.pack(_FLAGS, 4, direction, 0) if direction else _END)
        elif direction:
            options = _FLAGGED.pack(_FLAGS, 4, direction, 0)
        padding = _PADDING[size & 3]
        length = _LEAST + size + len(padding) + len(options)
        head = _HEAD.pack(_ENHANCED, length, interface, time >> 32, time & 0xFFFFFFFF, size, size)
        self._write(b"".join((head, octets, padding, options, _LENGTH.pack(length))))

    def _block(self, kind: int, body: bytes) -> None:
        length = _LENGTH.pack(12 + len(body))
        self._write(b"".join((_LENGTH.pack(kind), length, body, length)))


def tap_header(*, fcs: bool, channel: int, page: int, rssi: float, lqi: int) -> bytes:
    """Return an IEEE 802.15.4 TAP header (link type 283), which stands before a frame's octets.

    ``fcs`` tells whether the frame ends with its two-octet check, ``rssi`` is in dBm; channel page 0 is 2.4 GHz.
    """
    fields = (
        (0, bytes((1 if fcs else 0,))),
        (1, Struct("<f").pack(rssi)),
        (3, Struct("<HB").pack(channel, page)),
        (10, bytes((lqi,))),
    )
    body = b"".join(_option(kind, value) for kind, value in fields)
    return Struct("<BBH").pack(0, 0, 4 + len(body)) + body


def _option(code: int, value: bytes) -> bytes:
    return _OPTION.pack(code, len(value)) + value + _PADDING[len(value) & 3]
