"""A-XDR lengths: one octet up to 127, else 0x80 + k and k octets, always in the shortest form.

All 1275 reference messages use the shortest form outside ASN.1, so any other form is refused; that is what
makes decoding followed by encoding the identity.
"""

from __future__ import annotations

from harness.wire.gbcs.errors import GbcsError

__all__ = ["dlms_length", "read_length", "write_length"]

_SHORT = 0x80


def read_length(octets: bytes, at: int, end: int, rule: str) -> tuple[int, int]:
    """Return the length written at ``at`` and the offset after it.

    Raises :class:`GbcsError`: E02 where it runs past ``end``, ``rule`` where it is indefinite or not in
    the shortest form.
    """
    if at >= end:
        raise GbcsError("E02", at, "a length is missing", expected="a length octet before the end")
    first = octets[at]
    if first < _SHORT:
        return first, at + 1
    after = at + 1 + (first & 0x7F)
    if after > end:
        raise GbcsError("E02", at, "a length runs past the end", expected=f"{first & 0x7F} more octets", octets=octets[at:end])
    length = int.from_bytes(octets[at + 1 : after], "big")
    if write_length(length) != octets[at:after]:
        raise GbcsError(rule, at, "a length is not in the shortest form", expected=write_length(length).hex(), octets=octets[at:after])
    return length, after


def write_length(length: int) -> bytes:
    """Write a length in the shortest form."""
    if length < _SHORT:
        return bytes((length,))
    width = (length.bit_length() + 7) // 8
    return bytes((_SHORT | width,)) + length.to_bytes(width, "big")


def dlms_length(octets: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the length or count written at ``at`` inside DLMS data, and the offset after it; raises :class:`GbcsError` E31."""
    if at < end and octets[at] < _SHORT:
        return octets[at], at + 1
    try:
        return read_length(octets, at, end, "E31")
    except GbcsError as error:
        raise GbcsError("E31", error.offset, "not a usable length or count", octets=error.octets) from None
