"""The outer layers that every GBCS message shares: MAC header, grouping header, payload, signature, MAC.

::

    DD 00*6 length 11 00*4                          MAC header, where a MAC protects the message
       DF 09 cra counter 08 originator 08 target    grouping header
          date-time                                 00, or 0C and 12 octets (responses only)
          length message-code supplementary         other information
          length payload
          00 | 40 r s | (absent)                    signature field
       MAC                                          12 octets

Decoding is strict (rules E01 to E21), so that ``decode_message(octets).encode() == octets`` holds for whatever
it accepts. What the payload means is none of this module's business: an unknown message code or body stays visible
as octets.
"""

from __future__ import annotations

from struct import Struct

from harness.vocab.identity import Eui64
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import read_length
from harness.wire.gbcs.message import MAC_HEADER, MAC_SIZE, SECURITY_HEADER, SIGNATURE_SIZE, Cra, Message, Profile

__all__ = ["Cra", "GbcsError", "Message", "Profile", "decode_message"]

_CIPHERING, _SIGNING = 0xDD, 0xDF
_HEAD = Struct(">BBBQB8sB8sB")
_HEAD_SIZE, _UNPACK_HEAD = _HEAD.size, _HEAD.unpack_from
_RESPONSE = int(Cra.RESPONSE)
_CERTIFICATE = b"\x30\x82"
_SUPPLEMENTARY = {0: "", 8: "party", 16: "party and counter", 24: "party and two counters"}


def decode_message(octets: bytes) -> Message:
    """Take the outer layers of one message apart; raises :class:`GbcsError` (E01 to E21) naming rule and offset."""
    start, end = (0, len(octets)) if octets[:1] == b"\xdf" else _unwrap(octets)
    at = start + _HEAD_SIZE
    if at > end:
        raise _grouping_header_fault(octets, start, end)
    _, nine, cra, counter, eight, originator, eight_too, target, date_size = _UNPACK_HEAD(octets, start)
    if nine != 9 or not 1 <= cra <= 3 or eight != 8 or eight_too != 8:
        raise _grouping_header_fault(octets, start, end)
    date_time = b""
    if date_size:
        if date_size != 12 or cra != _RESPONSE or at + 12 > end:
            raise _grouping_header_fault(octets, start, end)
        date_time = octets[at : at + 12]
        at += 12
    if octets[at : at + 1] == b"\x02" and at + 3 <= end:
        code, supplementary, at = octets[at + 1] << 8 | octets[at + 2], b"", at + 3
    else:
        code, supplementary, at = _other_information(octets, at, end, cra)
    length = octets[at] if at < end else 0
    after = at + 1 + length
    if 0 < length < 0x80 and after <= end:
        payload = octets[at + 1 : after]
    else:
        payload, after = _content(octets, at, end)
    return Message(
        cra,
        counter,
        Eui64(originator.hex()),
        Eui64(target.hex()),
        code,
        payload,
        date_time,
        supplementary,
        _signature(octets, after, end, cra, start > 0),
        octets[end:] if start else None,
    )


def _unwrap(octets: bytes) -> tuple[int, int]:
    """Return where the general-signing APDU starts and ends; a start of 0 means there is no MAC header."""
    if not octets:
        raise GbcsError("E01", 0, "there is nothing to decode", expected="a message starting DD or DF")
    if octets[0] == _SIGNING:
        return 0, len(octets)
    if octets[0] != _CIPHERING:
        raise GbcsError("E03", 0, "not the start of a GBCS message", expected="DD or DF", octets=octets[:1])
    if octets[:7] != MAC_HEADER:
        raise _mac_header_fault(octets)
    length, at = read_length(octets, 7, len(octets), "E06")
    if length != len(octets) - at or length < len(SECURITY_HEADER) + MAC_SIZE:
        expected = f"{len(octets) - at}, the octets that are left, and at least 17"
        raise GbcsError("E06", 7, f"the ciphered service claims {length} octets", expected=expected, octets=octets[7:at])
    start = at + len(SECURITY_HEADER)
    if octets[at:start] != SECURITY_HEADER:
        raise GbcsError("E07", at, "another security header", expected=SECURITY_HEADER.hex(), octets=octets[at:start])
    end = len(octets) - MAC_SIZE
    if start >= end or octets[start] != _SIGNING:
        raise GbcsError("E08", start, "no general-signing APDU in the MAC wrapper", expected="DF", octets=octets[start:end][:1])
    return start, end


def _mac_header_fault(octets: bytes) -> GbcsError:
    """Say what is wrong with a MAC header whose constant octets are not as they should be."""
    if octets[1:2] == b"\x09":
        number = _block_number(octets)
        told = f"block {number} of a block transfer" if number is not None else "a block of a block transfer"
        return GbcsError("E04", 1, told, expected="a whole message", octets=octets[1:2])
    at = next(offset for offset in range(1, 7) if octets[offset : offset + 1] != b"\x00")
    if at >= len(octets):
        return GbcsError("E02", at, "the MAC header runs past the end", expected="six zero octets after DD")
    return GbcsError("E05", at, "a MAC header field is not empty", expected="00", octets=octets[at : at + 1])


def _block_number(octets: bytes) -> int | None:
    """Read the block number of a general-block-transfer block, or return ``None`` where it cannot be told."""
    try:
        _, at = read_length(octets, 34, len(octets), "E04")
    except GbcsError:
        return None
    block = octets[at + len(SECURITY_HEADER) :]
    return int.from_bytes(block[2:4], "big") if block[:1] == b"\xe0" and len(block) >= 4 else None


def _grouping_header_fault(octets: bytes, start: int, end: int) -> GbcsError:
    """Say which octet of a grouping header is the first that breaks a rule."""
    for offset, rule, name, allowed in (
        (1, "E09", "transaction-id length", (9,)),
        (2, "E10", "CRA flag", (1, 2, 3)),
        (11, "E11", "originator length", (8,)),
        (20, "E12", "target length", (8,)),
        (29, "E13", "date-time length", (0, 12)),
    ):
        at = start + offset
        if at >= end:
            break
        if octets[at] not in allowed:
            expected = " or ".join(f"{value:02X}" for value in allowed)
            return GbcsError(rule, at, f"another {name}", expected=expected, octets=octets[at : at + 1])
    if end - start >= _HEAD.size and octets[start + 2] != Cra.RESPONSE:
        return GbcsError("E14", start + 29, "a date-time outside a Response", expected="00", octets=octets[start + 29 : start + 30])
    return GbcsError("E02", end, "the grouping header runs past the end", expected="a field that ends inside its container")


def _other_information(octets: bytes, at: int, end: int, cra: int) -> tuple[int, bytes, int]:
    """Read message code and supplementary fields; return the offset after them."""
    length, start = read_length(octets, at, end, "E15")
    after = start + length
    if length - 2 not in _SUPPLEMENTARY and (length < 26 or cra != Cra.COMMAND):
        expected = "2, 10, 18 or 26" + (", or above 26" if cra == Cra.COMMAND else "")
        raise GbcsError("E15", at, f"other information of {length} octets", expected=expected, octets=octets[at:start])
    if after > end:
        raise GbcsError("E02", at, f"other information of {length} octets runs past the end", expected=f"at most {end - start}")
    if length > 26:
        _check_certificate(octets, start + 18, after)
    return int.from_bytes(octets[start : start + 2], "big"), octets[start + 2 : after], after


def _check_certificate(octets: bytes, at: int, after: int) -> None:
    """Insist that one DER certificate with a two-octet length fills the rest of the other information."""
    head = octets[at : min(at + 4, after)]
    if len(head) < 4 or head[:2] != _CERTIFICATE or int.from_bytes(head[2:], "big") != after - at - 4:
        expected = "30 82 and the length of the rest"
        raise GbcsError("E16", at, "no single certificate fills the other information", expected=expected, octets=head)


def _content(octets: bytes, at: int, end: int) -> tuple[bytes, int]:
    """Read the payload; return the offset after it."""
    length, start = read_length(octets, at, end, "E17")
    if not 0 < length <= end - start:
        raise GbcsError("E17", at, f"a payload of {length} octets", expected=f"1 to {end - start}", octets=octets[at:start])
    return octets[start : start + length], start + length


def _signature(octets: bytes, at: int, end: int, cra: int, wrapped: bool) -> bytes | None:
    """Read the signature field, which must end the general-signing APDU."""
    if end - at == 1 + SIGNATURE_SIZE and octets[at] == SIGNATURE_SIZE:
        return octets[at + 1 : end]
    if at == end:
        if cra == Cra.COMMAND and not wrapped:
            return None
        raise GbcsError("E18", at, "the signature length is missing", expected="00 or 40")
    length = octets[at]
    if length not in (0, SIGNATURE_SIZE):
        raise GbcsError("E19", at, "another signature length", expected="00 or 40", octets=octets[at : at + 1])
    after = at + 1 + length
    if after > end:
        raise GbcsError("E02", at + 1, "the signature runs past the end", expected="64 octets", octets=octets[at + 1 : end])
    if after < end:
        raise GbcsError("E20", after, f"{end - after} octets after the signature", expected="none", octets=octets[after:end])
    if not length and cra != Cra.COMMAND and not wrapped:
        raise GbcsError("E21", at, "neither signature nor MAC", expected="a Response or Alert with at least one of them", octets=b"\x00")
    return octets[at + 1 : after]
