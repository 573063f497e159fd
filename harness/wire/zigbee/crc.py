"""The two CRC-16 of ZigBee: the frame check sequence of IEEE 802.15.4, and that of an install code.

Both go least significant bit first, with the polynomial that ``binascii.crc_hqx`` has most significant bit first. Turning the bits
of every octet round before and of the result after lets that function do the work in C.

=================== ======= ======= =====================================
name                starts  ends    check value of ``123456789``
=================== ======= ======= =====================================
CRC-16/KERMIT       0000    0000    2189 (frame check sequence)
CRC-16/IBM-SDLC     FFFF    FFFF    906E (install code; also called X-25)
=================== ======= ======= =====================================
"""

from __future__ import annotations

from binascii import crc_hqx

__all__ = ["fcs", "fcs_holds", "x25"]

_TURNED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))
"""Octets with their bits turned round."""


def fcs(octets: bytes) -> bytes:
    """Return the frame check sequence of a MAC frame, two octets as they follow it on the air."""
    return crc_hqx(octets.translate(_TURNED), 0).to_bytes(2, "big").translate(_TURNED)


def fcs_holds(frame: bytes) -> bool:
    """Tell whether the last two octets of ``frame`` are the frame check sequence of those before; false where there are fewer."""
    return len(frame) >= 2 and crc_hqx(frame.translate(_TURNED), 0) == 0


def x25(octets: bytes) -> bytes:
    """Return the CRC of an install code, two octets in the order in which they are printed after it."""
    turned = crc_hqx(octets.translate(_TURNED), 0xFFFF) ^ 0xFFFF
    return turned.to_bytes(2, "big").translate(_TURNED)
