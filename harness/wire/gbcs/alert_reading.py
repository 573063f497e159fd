"""Octets to :class:`harness.vocab.alert.Alert`, fast: structure only, no key, no catalogue.

Outer layers, code and time are checked strictly; the body is kept as octets, unread, because an alert whose
body is malformed has been sent all the same. Messages of the plain shapes (no supplementary fields, lengths of
one octet, DLMS or GBZ) take a short way; every other message, and every error, comes from the strict decoder, so the two
can differ in speed only.

Measured on one core of a two-core EPYC virtual machine, CPython 3.11.7 built without PGO, nothing cached: 0.63 to 0.91
million plain alerts a second, 0.1 million of other shapes (``tests/benchmarks/test_codec_rate.py``).
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

from harness.vocab.alert import Alert
from harness.wire.gbcs.alert_head import alert_head, event_seconds
from harness.wire.gbcs.cosem_time import days_since_2000
from harness.wire.gbcs.message import MAC_HEADER, SECURITY_HEADER
from harness.wire.gbcs.outer import decode_message

__all__ = ["read_alert"]

_CACHED = 1 << 15
"""Messages remembered: one that is seen at five counting points is decoded once."""

_HEAD = Struct(">3sQB8sB8sHHB")
"""DF 09 03, counter, 08, originator, 08, target, 00 02 (no date-time, message code only), message code, payload length."""
_DLMS = Struct(">BIHBBHH4sBBBBBHB")
"""0F, invoke-id, 00 02, count, 12, code, 09 0C, date, weekday, hour, minute, second, hundredths, deviation, status."""
_GBZ = Struct(">HBHI")
_DAY = 86_400

_make = Alert.__new__
_ORIGINATOR, _COUNTER, _TARGET, _MESSAGE_CODE, _CODE, _SECONDS, _BODY, _CRITICAL, _OCTETS = (
    Alert.__dict__[name].__set__
    for name in ("originator", "counter", "target", "message_code", "code", "event_seconds", "body", "critical", "octets")
)
"""Filling the slots directly costs a third of what a frozen dataclass's constructor does."""


@lru_cache(maxsize=_CACHED)
def read_alert(octets: bytes) -> Alert:
    """Decode one GBCS alert; ``read_alert.__wrapped__`` is the same without the memory.

    Raises :class:`GbcsError` where the octets are no GBCS message (E01 to E21), no Alert (E10), or start with
    neither code nor time (E30, E31, E33, E34).
    """
    size = len(octets)
    if octets[:3] == b"\xdf\x09\x03":
        at, tail = 34, 65
    elif octets[:7] == MAC_HEADER and octets[8:13] == SECURITY_HEADER and octets[7] == size - 8 < 0x80:
        at, tail = 47, 13
    else:
        return _strictly(octets)
    if size < at + 9 + tail:
        return _strictly(octets)
    start, counter, eight, originator, eight_too, target, lengths, message_code, length = _HEAD.unpack_from(octets, at - 34)
    end = at + length
    plain = start == b"\xdf\x09\x03" and eight == 8 and eight_too == 8 and lengths == 2 and length < 0x80
    if not plain or end + tail != size or octets[end] != (0x40 if tail == 65 else 0):
        return _strictly(octets)
    if octets[at] == 0x0F and length >= 25:
        _, _, shape, count, tag, code, time_tag, date, _, hour, minute, second, _, deviation, _ = _DLMS.unpack_from(octets, at)
        days = days_since_2000(date)
        zoned = deviation in (0x8000, 0)
        if shape != 2 or not 2 <= count < 0x80 or tag != 0x12 or time_tag != 0x090C or not zoned:
            return _strictly(octets)
        if days is None or hour > 23 or minute > 59 or second > 59:
            return _strictly(octets)
        seconds = days * _DAY + hour * 3600 + minute * 60 + second
        body = octets[at + 25 : end]
    else:
        profile, _, code, seconds = _GBZ.unpack_from(octets, at)
        if profile != 0x0109 or length < 9 or seconds == 0xFFFF_FFFF:
            return _strictly(octets)
        body = octets[at + 9 : end]
    alert = _make(Alert)
    _ORIGINATOR(alert, originator.hex())
    _COUNTER(alert, counter)
    _TARGET(alert, target.hex())
    _MESSAGE_CODE(alert, message_code)
    _CODE(alert, code)
    _SECONDS(alert, seconds)
    _BODY(alert, body)
    _CRITICAL(alert, tail == 65)
    _OCTETS(alert, octets)
    return alert


def _strictly(octets: bytes) -> Alert:
    """Decode by the strict decoder, whatever shape the message has."""
    message = decode_message(octets)
    head = alert_head(message)
    return Alert(
        originator=message.originator,
        counter=message.counter,
        target=message.target,
        message_code=message.message_code,
        code=head.code,
        event_seconds=event_seconds(head.time),
        body=message.payload[head.body :],
        critical=bool(message.signature) and message.mac is None,
        octets=octets,
    )
