"""ZigBee NWK frames, in clear and secured with the network key.

::

    frame     control (2) | destination (2) | source (2) | radius | sequence | [destination EUI-64] | [source EUI-64]
              | [multicast control] | [source route: count, index, relays] | [auxiliary header] | payload | [MIC (4)]
    control   bits 0-1 kind; 2-5 version; 6-7 discover route; 8 multicast; 9 secured; 10 source route; 11 destination EUI-64;
              12 source EUI-64; 13 end device initiator; 14-15 reserved

:func:`read_nwk` and :func:`write_nwk` leave what is encrypted as it is; :func:`open_nwk` and :func:`seal_nwk` decrypt and encrypt.
Clauses: ZigBee 05-3474 3.3 (frames), 4.3 (security).
"""

from __future__ import annotations

from struct import Struct, error
from typing import TYPE_CHECKING, NamedTuple

from harness.wire.zigbee.errors import SecurityError, ZigbeeError
from harness.wire.zigbee.fields import EUI, eui_of
from harness.wire.zigbee.security import NETWORK_KEY, SecurityHeader, open_octets, read_header, seal_octets, write_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.vocab.identity import Eui64
    from harness.wire.zigbee.security import AesKey, IncomingCounters

__all__ = [
    "ALL_DEVICES",
    "COMMAND",
    "DATA",
    "INTER_PAN",
    "RECEIVERS_ON",
    "ROUTERS",
    "NwkFrame",
    "SourceRoute",
    "open_nwk",
    "read_nwk",
    "seal_nwk",
    "write_nwk",
]

DATA, COMMAND, INTER_PAN = 0, 1, 3
ALL_DEVICES, RECEIVERS_ON, ROUTERS = 0xFFFF, 0xFFFD, 0xFFFC
"""Broadcast addresses: all devices, those whose receiver is on when idle, routers and coordinator."""
PRO = 2
"""Protocol version of ZigBee PRO."""

_MULTICAST, _SECURED, _ROUTED, _LONG_DESTINATION, _LONG_SOURCE, _INITIATOR = 0x0100, 0x0200, 0x0400, 0x0800, 0x1000, 0x2000
_RESERVED = 0xC000
_PARTS = _MULTICAST | _ROUTED | _LONG_DESTINATION | _LONG_SOURCE
_HEAD = Struct("<HHHBB")


class SourceRoute(NamedTuple):
    """The relays that a frame has been given on its way."""

    next: int
    """Which of the relays comes next."""
    relays: tuple[int, ...]
    """Short addresses, the one nearest the destination first."""


class NwkFrame(NamedTuple):
    """One NWK frame; a named tuple, because every frame on the air makes one."""

    kind: int
    """:data:`DATA`, :data:`COMMAND` or :data:`INTER_PAN`."""
    destination: int
    source: int
    radius: int
    sequence: int
    payload: bytes
    """In clear, or as :func:`read_nwk` found it: encrypted, with its MIC, where ``security`` is there."""
    security: SecurityHeader | None = None
    destination_ieee: Eui64 | None = None
    source_ieee: Eui64 | None = None
    discover_route: int = 0
    """0 suppress, 1 enable."""
    multicast: int | None = None
    """The multicast control octet: mode (2 bits), radius beyond members (3), its maximum (3)."""
    route: SourceRoute | None = None
    end_device_initiator: bool = False
    version: int = PRO


_Head = tuple[int, int, int, int, int, "Eui64 | None", "Eui64 | None", "int | None", "SourceRoute | None", int]
"""Control, destination, source, radius, sequence, both EUI-64s, multicast control, source route, and the place after them.

A plain tuple, because every frame makes one that is taken apart at once.
"""


def read_nwk(octets: bytes) -> NwkFrame:
    """Read a frame and leave what is encrypted as it is; raises :class:`ZigbeeError`."""
    head = _head(octets)
    if not head[0] & _SECURED:
        return _frame(head, None, octets[head[-1] :])
    security, end = read_header(octets, head[-1], "NWK")
    return _frame(head, security, octets[end:])


def open_nwk(octets: bytes, keys: Mapping[int, AesKey], counters: IncomingCounters | None = None) -> NwkFrame:
    """Read a frame and decrypt it with the network key of its sequence number; a frame in clear is read as it is.

    With ``counters``, a frame counter that was accepted before is refused, and that of a good frame is remembered.
    Raises :class:`ZigbeeError`, and :class:`SecurityError` where the key is not there, the MIC does not hold, or the frame is a replay.
    """
    head = _head(octets)
    at = head[-1]
    if not head[0] & _SECURED:
        return _frame(head, None, octets[at:])
    key, sequence = _key_of(octets, at, keys)
    security, plain = open_octets(octets, at, key, "NWK")
    if counters is not None:
        counters.accept(security.source or "", sequence, security.counter)
    return _frame(head, security, plain)


def _key_of(octets: bytes, at: int, keys: Mapping[int, AesKey]) -> tuple[AesKey, int]:
    """Return the network key of a frame whose auxiliary header stands at ``at``, and its sequence number."""
    control = octets[at] & 0x38 if at < len(octets) else 0
    if control != NETWORK_KEY << 3 | 0x20 or at + 14 > len(octets):
        read_header(octets, at, "NWK")
        found = octets[at : at + 1]
        raise ZigbeeError(
            "NWK", at, "secured otherwise than with the network key", expected="28: network key, extended nonce", octets=found
        )
    sequence = octets[at + 13]
    key = keys.get(sequence)
    if key is None:
        numbers = ", ".join(str(number) for number in sorted(keys)) or "none"
        raise SecurityError("NWK", at + 13, f"no network key of sequence number {sequence}", reason="no-key", expected=f"one of {numbers}")
    return key, sequence


def _head(octets: bytes) -> _Head:
    if len(octets) < _HEAD.size:
        raise ZigbeeError("NWK", len(octets), "frame breaks off", expected=f"a header of {_HEAD.size} octets", octets=octets)
    control, destination, source, radius, sequence = _HEAD.unpack_from(octets)
    if control & 0x3F not in _KNOWN or control & _RESERVED:
        what = f"control {control:04x}: kind {control & 3}, version {control >> 2 & 0xF}"
        raise ZigbeeError("NWK", 0, what, expected="data, command or inter-PAN of version 2 or 3, no reserved bits", octets=octets[:2])
    if not control & _PARTS:
        return control, destination, source, radius, sequence, None, None, None, None, 8
    return control, destination, source, radius, sequence, *_parts(octets, control)


_KNOWN = frozenset({DATA | PRO << 2, COMMAND | PRO << 2, INTER_PAN | PRO << 2, INTER_PAN | 3 << 2})
"""Kinds and versions that are read; version 3 is that of Green Power's inter-PAN frames."""


def _parts(octets: bytes, control: int) -> tuple[Eui64 | None, Eui64 | None, int | None, SourceRoute | None, int]:
    """Return what may follow the first eight octets, and the place after it."""
    at = _HEAD.size
    destination = source = multicast = route = None
    if control & _LONG_DESTINATION:
        destination, at = eui_of(_taken(octets, at, 8)), at + 8
    if control & _LONG_SOURCE:
        source, at = eui_of(_taken(octets, at, 8)), at + 8
    if control & _MULTICAST:
        multicast, at = _taken(octets, at, 1)[0], at + 1
    if control & _ROUTED:
        count, following = _taken(octets, at, 2)
        listed = _taken(octets, at + 2, 2 * count)
        relays = tuple([listed[place] | listed[place + 1] << 8 for place in range(0, 2 * count, 2)])
        route, at = SourceRoute(following, relays), at + 2 + 2 * count
    return destination, source, multicast, route, at


def _taken(octets: bytes, at: int, size: int) -> bytes:
    if at + size > len(octets):
        raise ZigbeeError("NWK", at, f"header breaks off: {len(octets) - at} octets left", expected=f"at least {size}")
    return octets[at : at + size]


def _frame(head: _Head, security: SecurityHeader | None, payload: bytes) -> NwkFrame:
    control, destination, source, radius, sequence, destination_ieee, source_ieee, multicast, route, _ = head
    return NwkFrame(
        control & 3,
        destination,
        source,
        radius,
        sequence,
        payload,
        security,
        destination_ieee,
        source_ieee,
        control >> 6 & 3,
        multicast,
        route,
        control & _INITIATOR != 0,
        control >> 2 & 0xF,
    )


def write_nwk(frame: NwkFrame) -> bytes:
    """Write a frame whose payload is in clear, or encrypted already; ``ValueError`` where a field does not fit."""
    aux = b"" if frame.security is None else write_header(frame.security)
    return _written(frame) + aux + frame.payload


def seal_nwk(frame: NwkFrame, key: AesKey) -> bytes:
    """Write a frame and encrypt its payload with the network key of its security header.

    ``ValueError`` where a field does not fit, or the security header is none of a network key with an extended nonce.
    """
    security = frame.security
    if security is None or security.key != NETWORK_KEY or security.source is None:
        raise ValueError(f"{security} where a network key and who secures the frame are needed")
    return seal_octets(_written(frame), security, frame.payload, key)


def _written(frame: NwkFrame) -> bytes:
    """Write what stands before the auxiliary header."""
    kind, version, discover = frame.kind, frame.version, frame.discover_route
    if kind | version << 2 not in _KNOWN or not 0 <= discover <= 3:
        raise ValueError(f"{frame} is of a kind or version that does not exist")
    control = kind | version << 2 | discover << 6 | (_SECURED if frame.security is not None else 0)
    if frame.end_device_initiator:
        control |= _INITIATOR
    tail = b""
    if frame.destination_ieee is not None:
        control, tail = control | _LONG_DESTINATION, EUI.write(frame.destination_ieee)
    if frame.source_ieee is not None:
        control, tail = control | _LONG_SOURCE, tail + EUI.write(frame.source_ieee)
    try:
        if frame.multicast is not None:
            control, tail = control | _MULTICAST, tail + bytes((frame.multicast,))
        if frame.route is not None:
            following, relays = frame.route
            control, tail = control | _ROUTED, tail + Struct(f"<BB{len(relays)}H").pack(len(relays), following, *relays)
        return _HEAD.pack(control, frame.destination, frame.source, frame.radius, frame.sequence) + tail
    except error as misfit:
        raise ValueError(f"{frame} does not fit a NWK frame: {misfit}") from None
