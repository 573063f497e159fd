"""IEEE 802.15.4 frames out of captured packets, each with its FCS, and how it was received.

========= ==================================================================================================
link type what stands around the frame
========= ==================================================================================================
195       nothing; it ends with its FCS
230       nothing, not even the FCS, which is computed
283       a TAP header: FCS type, RSSI, channel and page, LQI; with an FCS of four octets it is checked and
          replaced by one of two, as the reader of frames expects it
1 101     ZEP in UDP: :mod:`harness.wire.zep`
113 276
========= ==================================================================================================
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from harness.wire import zep
from harness.wire.zigbee.crc import fcs
from harness.wire.zigbee.heard import Reason

if TYPE_CHECKING:
    from harness.wire.pcap_packet import Packet

__all__ = ["LINK_TYPES", "Frame", "NoFrame", "frame_of"]

WITH_FCS, WITHOUT_FCS, TAP = 195, 230, 283
LINK_TYPES = frozenset({WITH_FCS, WITHOUT_FCS, TAP}) | zep.LINK_TYPES

_FCS_TYPE, _RSS, _CHANNEL, _LQI = 0, 1, 3, 10
_TWO_OCTETS, _FOUR_OCTETS = 1, 2
_FIELD, _DBM = Struct("<HH"), Struct("<f")
_BROKEN_TAP = "a TAP header that breaks off"


class Frame(NamedTuple):
    """One frame as a sniffer heard it; members that it does not tell are ``None``."""

    octets: bytes
    """The MAC frame with its FCS."""
    channel: int | None = None
    page: int | None = None
    rssi: int | None = None
    """Received signal strength in dBm, rounded."""
    lqi: int | None = None


class NoFrame(NamedTuple):
    """A packet without a frame that can be read."""

    reason: str
    lost: bool
    """Whether a frame was there all the same."""


_OTHER_PACKET = NoFrame("a packet of an IP network that is not ZEP", lost=False)
_NO_FRAME = NoFrame("a ZEP acknowledgement", lost=False)
_DAMAGED = NoFrame(Reason.FCS.value, lost=True)


def frame_of(packet: Packet) -> Frame | NoFrame:
    """Return the frame that a packet of one of :data:`LINK_TYPES` holds, or why there is none."""
    octets, link_type = packet.octets, packet.link_type
    if link_type == TAP:
        return _tapped(octets)
    if link_type == WITH_FCS:
        return Frame(octets)
    return Frame(octets + fcs(octets)) if link_type == WITHOUT_FCS else _encapsulated(octets, link_type)


def _encapsulated(octets: bytes, link_type: int) -> Frame | NoFrame:
    datagram = zep.zep_datagram(octets, link_type)
    if datagram is None:
        return _OTHER_PACKET
    found = zep.read_zep(datagram)
    if isinstance(found, str):
        return NoFrame(found, lost=True) if found else _NO_FRAME
    if found.is_damaged:
        return _DAMAGED
    return Frame(found.octets if found.has_fcs else found.octets + fcs(found.octets), channel=found.channel, lqi=found.lqi)


def _tapped(octets: bytes) -> Frame | NoFrame:
    """Take a TAP header off: fields of type, length and value, each padded to four octets."""
    end = octets[2] | octets[3] << 8 if len(octets) >= 4 else 0
    if not 4 <= end <= len(octets):
        return NoFrame(_BROKEN_TAP, lost=True)
    check, channel, page, rssi, lqi = 0, None, None, None, None
    at = 4
    while at + 4 <= end:
        kind, size = _FIELD.unpack_from(octets, at)
        at += 4
        if at + size > end:
            return NoFrame(_BROKEN_TAP, lost=True)
        if kind == _FCS_TYPE and size:
            check = octets[at]
        elif kind == _RSS and size == _DBM.size:
            rssi = _rounded(_DBM.unpack_from(octets, at)[0])
        elif kind == _CHANNEL and size >= 3:
            channel, page = octets[at] | octets[at + 1] << 8, octets[at + 2]
        elif kind == _LQI and size:
            lqi = octets[at]
        at += (size + 3) & ~3
    body = octets[end:]
    if check == _FOUR_OCTETS:
        if crc32(body[:-4]) != int.from_bytes(body[-4:], "little"):
            return _DAMAGED
        body = body[:-4]
    return Frame(body if check == _TWO_OCTETS else body + fcs(body), channel, page, rssi, lqi)


def _rounded(strength: float) -> int | None:
    """Return a signal strength as a whole number; ``None`` for what is none, such as infinity."""
    return round(strength) if -1_000 < strength < 1_000 else None
