"""Code and time of an alert, wherever its profile puts them; the body after them is left unread.

====== ==============================================================================================
DLMS   ``0F`` invoke-id(4) ``00 02`` count ``12`` code(2) ``09 0C`` date-time(12) body
GBZ    ``01 09`` count code(2) seconds(4) body
ASN.1  ``30`` length ``02`` length code ``18 0F`` YYYYMMDDHHMMSSZ body
====== ==============================================================================================
"""

from __future__ import annotations

from typing import NamedTuple

from harness.wire.gbcs.asn1 import GENERALIZED_TIME, INTEGER, SEQUENCE, read_header, read_integer
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import read_length
from harness.wire.gbcs.message import Cra, Message, Profile

__all__ = ["AlertHead", "AlertTime", "alert_head", "event_seconds"]

AlertTime = CosemDateTime | int | str
"""Time inside an alert as its profile writes it: DLMS date-time, GBZ seconds since 2000, ASN.1 GeneralizedTime."""

_NOT_NOTED = 0xFFFF_FFFF
"""ZigBee's "no valid time"."""
_GENERALIZED_SIZE = 15


class AlertHead(NamedTuple):
    """What every alert payload starts with."""

    profile: Profile
    code: int
    time: AlertTime
    body: int
    """Offset of the body within the payload."""
    members: int
    """DLMS: members of the notification's structure; GBZ: use-case components; ASN.1: 0."""
    invoke_id: int
    """DLMS long-invoke-id-and-priority; 0 in other profiles."""


def event_seconds(time: AlertTime) -> int | None:
    """Return seconds since 2000-01-01T00:00:00Z, or ``None`` where the time names no instant of UTC."""
    if isinstance(time, CosemDateTime):
        return time.seconds
    if isinstance(time, int):
        return None if time == _NOT_NOTED else time
    month, day, hour, minute, second = (int(time[at : at + 2]) for at in range(4, 14, 2))
    return CosemDateTime(int(time[:4]), month, day, hour=hour, minute=minute, second=second).seconds


def alert_head(message: Message) -> AlertHead:
    """Read code and time of an alert.

    Raises :class:`GbcsError`: E10 where the message is no alert, E30 where its payload is of no known profile, E31, E33
    or E34 where the start of the payload is not as its profile has it.
    """
    if message.cra != Cra.ALERT:
        what = f"a {Cra(message.cra).name.title()}, not an Alert"
        raise GbcsError("E10", message.apdu_offset + 2, what, expected="CRA flag 03", octets=bytes((message.cra,)))
    profile = message.profile
    base = message.payload_offset
    if profile is Profile.DLMS:
        return _dlms(message.payload, base)
    if profile is Profile.GBZ:
        return _gbz(message.payload, base)
    if profile is Profile.ASN1:
        return _asn1(message.payload, base)
    raise GbcsError("E30", base, "a payload of no known profile", expected="0F, 0109 or 30", octets=message.payload[:2])


def _dlms(payload: bytes, base: int) -> AlertHead:
    if payload[0] != 0x0F:
        raise GbcsError("E31", base, "another DLMS APDU in an alert", expected="0F, data-notification", octets=payload[:1])
    if payload[5:7] != b"\x00\x02":
        raise GbcsError("E31", base + 5, "not an empty date-time and a structure", expected="00 02", octets=payload[5:7])
    try:
        count, at = read_length(payload, 7, len(payload), "E31")
    except GbcsError as error:
        raise GbcsError("E31", base + error.offset, "not a usable count", octets=error.octets) from None
    if count < 2:
        raise GbcsError("E31", base + 7, f"a structure of {count}", expected="code, date-time and perhaps more", octets=payload[7:at])
    if payload[at : at + 1] != b"\x12" or len(payload) < at + 3:
        raise GbcsError("E31", base + at, "no alert code", expected="12 and two octets", octets=payload[at : at + 3])
    body = at + 17
    if payload[at + 3 : at + 5] != b"\x09\x0c" or len(payload) < body:
        raise GbcsError("E31", base + at + 3, "no date-time", expected="09 0C and twelve octets", octets=payload[at + 3 : body])
    code = int.from_bytes(payload[at + 1 : at + 3], "big")
    time = CosemDateTime.decode(payload[at + 5 : body])
    return AlertHead(Profile.DLMS, code, time, body, count, int.from_bytes(payload[1:5], "big"))


def _gbz(payload: bytes, base: int) -> AlertHead:
    if len(payload) < 9:
        expected = "0109, component count, code and time: nine octets"
        raise GbcsError("E33", base, "a GBZ alert that breaks off", expected=expected, octets=payload)
    code, seconds = int.from_bytes(payload[3:5], "big"), int.from_bytes(payload[5:9], "big")
    return AlertHead(Profile.GBZ, code, seconds, 9, payload[2], 0)


def _asn1(payload: bytes, base: int) -> AlertHead:
    tag, _, start, end = read_header(payload, 0, len(payload), base)
    if tag != SEQUENCE or end != len(payload):
        raise GbcsError("E34", base, "not one SEQUENCE that fills the payload", expected="30 and its length", octets=payload[:start])
    tag, _, at, after = read_header(payload, start, end, base)
    if tag != INTEGER:
        raise GbcsError("E34", base + start, "no alert code", expected="an INTEGER", octets=payload[start:after])
    code = read_integer(payload[at:after], base + at)
    if not 0 <= code <= 0xFFFF:
        raise GbcsError("E34", base + at, f"alert code {code}", expected="0 to 65535", octets=payload[at:after])
    tag, _, at, body = read_header(payload, after, end, base)
    text = payload[at:body]
    if tag != GENERALIZED_TIME or len(text) != _GENERALIZED_SIZE or not text[:-1].isdigit() or text[-1:] != b"Z":
        raise GbcsError("E34", base + after, "no time", expected="18 0F and YYYYMMDDHHMMSSZ", octets=payload[after:body])
    return AlertHead(Profile.ASN1, code, text.decode(), body, 0, 0)
