"""ZigBee APS frames, in clear and secured with a link key or a key made of it.

::

    frame     control | [endpoint or group] | [cluster (2) | profile (2) | source endpoint] | counter | [extended header]
              | [auxiliary header] | payload | [MIC (4)]
    control   bits 0-1 kind; 2-3 delivery; 4 acknowledgement of a command; 5 secured; 6 acknowledge; 7 extended header
    extended  control: bits 0-1 fragmentation (0 none, 1 first, 2 later) | [number of blocks, of this block, or first of a window]
              | [received blocks of the window, in an acknowledgement]

Commands, and acknowledgements of commands, have only control and counter. :func:`read_aps` and :func:`write_aps` leave what is
encrypted as it is; :func:`open_aps` and :func:`seal_aps` decrypt and encrypt. Clauses: ZigBee 05-3474 2.2.5 (frames), 4.4 (security).
"""

from __future__ import annotations

from struct import Struct, error
from typing import TYPE_CHECKING, NamedTuple

from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.security import SecurityHeader, open_octets, read_header, seal_octets, write_header

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64
    from harness.wire.zigbee.security import AesKey, IncomingCounters

__all__ = [
    "ACKNOWLEDGEMENT",
    "BROADCAST",
    "COMMAND",
    "DATA",
    "GROUP",
    "SMART_ENERGY",
    "UNICAST",
    "ZDP",
    "ApsFrame",
    "Fragment",
    "acknowledgement_of",
    "open_aps",
    "read_aps",
    "seal_aps",
    "write_aps",
]

DATA, COMMAND, ACKNOWLEDGEMENT = range(3)
UNICAST, BROADCAST, GROUP = 0, 2, 3
"""Delivery modes; 1, indirect, went out of use with ZigBee 2006."""
ZDP, SMART_ENERGY = 0x0000, 0x0109
"""Profiles: that of the device objects, and that of Smart Energy."""

_FORMAT, _SECURED, _ACKNOWLEDGE, _EXTENDED = 0x10, 0x20, 0x40, 0x80
_USUAL, _ADDRESSED, _GROUPED = Struct("<BBHHBB"), Struct("<BHHB"), Struct("<HHHB")
_FIRST, _LATER = 1, 2


class Fragment(NamedTuple):
    """The extended header: which block of a fragmented message this is, or which blocks are acknowledged."""

    number: int
    """Blocks in all in the first fragment; the block's number, from 1, in a later one; the window's first block in an acknowledgement."""
    first: bool
    """Whether it is the first block; an acknowledgement says so of the window that begins with it."""
    received: int | None = None
    """In an acknowledgement only: bit n is set where block ``number + n`` of the window has come."""


class ApsFrame(NamedTuple):
    """One APS frame; a named tuple, because every message makes some."""

    kind: int
    """:data:`DATA`, :data:`COMMAND` or :data:`ACKNOWLEDGEMENT`."""
    counter: int
    payload: bytes = b""
    """In clear, or as :func:`read_aps` found it: encrypted, with its MIC, where ``security`` is there."""
    cluster: int | None = None
    """``None`` in commands and in acknowledgements of commands, as are profile and endpoints."""
    profile: int | None = None
    source_endpoint: int | None = None
    destination_endpoint: int | None = None
    """``None`` also where a group is addressed."""
    group: int | None = None
    delivery: int = UNICAST
    acknowledge: bool = False
    security: SecurityHeader | None = None
    fragment: Fragment | None = None
    extended: bool = False
    """Whether an extended header is there although it says nothing."""


def read_aps(octets: bytes) -> ApsFrame:
    """Read a frame and leave what is encrypted as it is; raises :class:`ZigbeeError`."""
    head = _head(octets)
    at = head[-1]
    if not octets[0] & _SECURED:
        return _frame(head, octets[at:], None)
    security, end = read_header(octets, at, "APS")
    return _frame(head, octets[end:], security)


def open_aps(octets: bytes, key: AesKey, source: Eui64 | None = None, counters: IncomingCounters | None = None) -> ApsFrame:
    """Read a frame and decrypt it with ``key``; a frame in clear is read as it is.

    ``key`` is the link key, or the key made of it that the security header names (:mod:`harness.wire.zigbee.derivations`). ``source`` is
    who sent the frame, for those that do not tell. With ``counters``, a frame counter that was accepted before is refused.
    Raises :class:`ZigbeeError`, and :class:`~harness.wire.zigbee.errors.SecurityError` where the frame cannot be opened.
    """
    head = _head(octets)
    if not octets[0] & _SECURED:
        return _frame(head, octets[head[-1] :], None)
    security, plain = open_octets(octets, head[-1], key, "APS", source)
    if counters is not None:
        counters.accept(security.source or source or "", 0, security.counter)
    return _frame(head, plain, security)


_Head = tuple[int, int, "int | None", "int | None", "int | None", "int | None", Fragment | None, int]
"""Control, counter, endpoint or group, cluster, profile, source endpoint, fragment, and the place after them.

A plain tuple, because every frame makes one that is taken apart at once.
"""


def _frame(head: _Head, payload: bytes, security: SecurityHeader | None) -> ApsFrame:
    control, counter, target, cluster, profile, source, fragment, _ = head
    delivery = control >> 2 & 3
    endpoint, group = (None, target) if delivery == GROUP else (target, None)
    extended = control & _EXTENDED != 0 and fragment is None
    wanted = control & _ACKNOWLEDGE != 0
    return ApsFrame(
        control & 3, counter, payload, cluster, profile, source, endpoint, group, delivery, wanted, security, fragment, extended
    )


def _head(octets: bytes) -> _Head:
    if len(octets) < 2:
        raise ZigbeeError("APS", len(octets), "frame breaks off", expected="control and counter", octets=octets)
    control = octets[0]
    kind, delivery = control & 3, control >> 2 & 3
    if kind == COMMAND or (kind == ACKNOWLEDGEMENT and control & _FORMAT):
        _check(octets, control, kind, delivery)
        return control, octets[1], None, None, None, None, None, 2
    if kind > ACKNOWLEDGEMENT or delivery == 1 or control & _FORMAT:
        _check(octets, control, kind, delivery)
    layout = _GROUPED if delivery == GROUP else _ADDRESSED
    end = 1 + layout.size
    if len(octets) <= end:
        raise ZigbeeError("APS", len(octets), "header breaks off", expected=f"{end + 1} octets", octets=octets)
    target, cluster, profile, source = layout.unpack_from(octets, 1)
    counter, end, fragment = octets[end], end + 1, None
    if control & _EXTENDED:
        fragment, end = _extended(octets, end, kind)
    return control, counter, target, cluster, profile, source, fragment, end


def _check(octets: bytes, control: int, kind: int, delivery: int) -> None:
    """Refuse what is no frame of the three kinds; commands have neither acknowledgement format nor extended header."""
    if (
        kind > ACKNOWLEDGEMENT
        or delivery == 1
        or (kind != ACKNOWLEDGEMENT and control & _FORMAT)
        or (kind == COMMAND and control & _EXTENDED)
    ):
        what = f"control {control:02x}: kind {kind}, delivery {delivery}"
        raise ZigbeeError("APS", 0, what, expected="kind 0 to 2, delivery 0, 2 or 3, and only bits of that kind", octets=octets[:1])
    if control & _EXTENDED:
        raise ZigbeeError("APS", 0, "acknowledgement of a command with an extended header", expected="none", octets=octets[:1])


def _extended(octets: bytes, at: int, kind: int) -> tuple[Fragment | None, int]:
    """Return the extended header that stands at ``at``, and the place after it."""
    control = octets[at] if at < len(octets) else 0
    if control > _LATER:
        raise ZigbeeError("APS", at, "extended header with reserved bits", expected="00, 01 or 02", octets=octets[at : at + 1])
    end = at + (1 if not control else 3 if kind == ACKNOWLEDGEMENT else 2)
    if end > len(octets):
        raise ZigbeeError("APS", at, f"extended header breaks off: {len(octets) - at} octets left", expected=f"{end - at}")
    if not control:
        return None, end
    return Fragment(octets[at + 1], control == _FIRST, octets[at + 2] if kind == ACKNOWLEDGEMENT else None), end


def write_aps(frame: ApsFrame) -> bytes:
    """Write a frame whose payload is in clear, or encrypted already; ``ValueError`` where a field does not fit."""
    aux = b"" if frame.security is None else write_header(frame.security)
    return _written(frame) + aux + frame.payload


def seal_aps(frame: ApsFrame, key: AesKey, source: Eui64 | None = None) -> bytes:
    """Write a frame and encrypt its payload with ``key``, which its security header names.

    ``source`` is who sends it, for frames that do not tell. ``ValueError`` where a field does not fit, or there is no security header.
    """
    if frame.security is None:
        raise ValueError(f"{frame} has no security header")
    return seal_octets(_written(frame), frame.security, frame.payload, key, source)


def _written(frame: ApsFrame) -> bytes:
    """Write what stands before the auxiliary header."""
    kind, counter, _, cluster, profile, source, endpoint, group, delivery, acknowledge, security, fragment, extended = frame
    control = kind | delivery << 2 | (0 if security is None else _SECURED) | (_ACKNOWLEDGE if acknowledge else 0)
    try:
        if cluster is None:
            if kind == DATA or (profile, source, endpoint, group, fragment, extended) != (None, None, None, None, None, False):
                raise ValueError(f"{frame} has parts without cluster")
            octets = bytes((control | (_FORMAT if kind == ACKNOWLEDGEMENT else 0), counter))
        else:
            control |= _EXTENDED if extended or fragment is not None else 0
            if delivery == GROUP:
                octets = bytes((control,)) + _GROUPED.pack(group, cluster, profile, source) + bytes((counter,))
            else:
                octets = _USUAL.pack(control, endpoint, cluster, profile, source, counter)
    except error as misfit:
        raise ValueError(f"{frame} does not fit an APS frame: {misfit}") from None
    if (
        kind not in (DATA, COMMAND, ACKNOWLEDGEMENT)
        or delivery not in (UNICAST, BROADCAST, GROUP)
        or (kind == COMMAND and cluster is not None)
    ):
        raise ValueError(f"{frame} is of a kind or delivery that does not exist")
    if cluster is not None and (endpoint if delivery == GROUP else group) is not None:
        raise ValueError(f"{frame} has an endpoint and a group")
    return octets + _fragment_octets(frame) if extended or fragment is not None else octets


def _fragment_octets(frame: ApsFrame) -> bytes:
    fragment = frame.fragment
    if fragment is None:
        return b"\x00"
    if frame.extended or (fragment.received is not None) != (frame.kind == ACKNOWLEDGEMENT):
        raise ValueError(f"{frame} has an extended header of another kind")
    octets = bytes((_FIRST if fragment.first else _LATER, fragment.number))
    return octets if fragment.received is None else octets + bytes((fragment.received,))


def acknowledgement_of(frame: ApsFrame, fragment: Fragment | None = None) -> ApsFrame:
    """Return the acknowledgement of a data frame or command, endpoints exchanged; ``fragment`` acknowledges a window of blocks."""
    return ApsFrame(
        ACKNOWLEDGEMENT,
        frame.counter,
        cluster=frame.cluster,
        profile=frame.profile,
        source_endpoint=frame.destination_endpoint,
        destination_endpoint=frame.source_endpoint,
        fragment=fragment,
    )
