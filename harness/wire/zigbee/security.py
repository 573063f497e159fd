"""What NWK and APS security share: the auxiliary header, AES-CCM* with a 32-bit MIC, and counters that must not come again.

::

    auxiliary header   control | frame counter (4) | source EUI-64 (8) with bit 5 of control | key sequence number (1) with key id 1
    control            bits 0-2 level, 0 on the air; bits 3-4 key id; bit 5 extended nonce
    nonce (13)         source EUI-64 | frame counter | control with the true level
    authenticated      header of the layer | auxiliary header with the true level

The level is a constant of a network, 5 for all of ZigBee PRO (ENC-MIC-32); senders blank it and receivers put it back.
Clauses: ZigBee 05-3474 4.5.1 (auxiliary header), 4.3.1 (frames), annex A (CCM*).
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from harness.wire.zigbee.errors import SecurityError, ZigbeeError
from harness.wire.zigbee.fields import eui_octets, eui_of

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64

__all__ = [
    "KEY_LOAD_KEY",
    "KEY_TRANSPORT_KEY",
    "LAST_COUNTER",
    "LEVEL",
    "LINK_KEY",
    "MIC",
    "NETWORK_KEY",
    "AesKey",
    "IncomingCounters",
    "SecurityHeader",
    "open_octets",
    "read_header",
    "seal_octets",
    "write_header",
]

LINK_KEY, NETWORK_KEY, KEY_TRANSPORT_KEY, KEY_LOAD_KEY = range(4)
"""Key ids: which of the keys a frame is under."""
LEVEL = 5
"""ENC-MIC-32, the security level of every ZigBee PRO network."""
MIC = 4
"""Octets of the message integrity code at that level."""
LAST_COUNTER = 0xFFFF_FFFF
"""A counter that has come here is used up: neither sent nor accepted (ZigBee 4.3.1.1, 4.4.1.1)."""

_LEVEL_BITS, _KEY_ID, _EXTENDED, _RESERVED = 0x07, 0x18, 0x20, 0xC0
_HEAD = Struct("<BI")
_SOURCE = 8
_WITH_LEVEL = tuple(bytes((control & ~_LEVEL_BITS | LEVEL,)) for control in range(256))
_SIZES = tuple(
    _HEAD.size + (_SOURCE if control & _EXTENDED else 0) + (1 if control & _KEY_ID == NETWORK_KEY << 3 else 0) for control in range(256)
)
"""Octets of the auxiliary header by its control octet."""


class SecurityHeader(NamedTuple):
    """The auxiliary header of a secured frame; a named tuple, because every frame makes one."""

    key: int
    """Key id: :data:`LINK_KEY`, :data:`NETWORK_KEY`, :data:`KEY_TRANSPORT_KEY` or :data:`KEY_LOAD_KEY`."""
    counter: int
    """Frame counter of the sender under this key."""
    source: Eui64 | None = None
    """Who secured the frame; ``None`` where it is not told and the receiver must know."""
    sequence: int | None = None
    """Sequence number of the network key; ``None`` under any other key."""
    level: int = 0
    """Level bits as they stand on the air, which receivers do not look at."""


class AesKey:
    """A key of 16 octets, ready for use; making one costs more than sealing a frame, so keep it."""

    __slots__ = ("ccm", "octets")

    def __init__(self, octets: bytes) -> None:
        """Take the key; ``ValueError`` where it has not 16 octets."""
        if len(octets) != 16:
            raise ValueError(f"a key of {len(octets)} octets where 16 are needed")
        self.octets = octets
        self.ccm = AESCCM(octets, tag_length=MIC)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AesKey) and self.octets == other.octets

    def __hash__(self) -> int:
        return hash(self.octets)

    def __repr__(self) -> str:
        return "AesKey(…)"


def read_header(octets: bytes, at: int, layer: str) -> tuple[SecurityHeader, int]:
    """Read the auxiliary header that stands at ``at``; return it and the place after it. Raises :class:`ZigbeeError`."""
    end = _end(octets, at, layer)
    control, counter = _HEAD.unpack_from(octets, at)
    source = eui_of(octets[at + 5 : at + 13]) if control & _EXTENDED else None
    key = control >> 3 & 3
    return SecurityHeader(key, counter, source, octets[end - 1] if key == NETWORK_KEY else None, control & _LEVEL_BITS), end


def _end(octets: bytes, at: int, layer: str) -> int:
    """Return the place after the auxiliary header, which is all there."""
    control = octets[at] if at < len(octets) else 0
    if control & _RESERVED:
        raise ZigbeeError(layer, at, "security control with reserved bits", expected="bits 6 and 7 clear", octets=octets[at : at + 1])
    end = at + _SIZES[control]
    if end + MIC > len(octets):
        raise ZigbeeError(layer, at, f"secured frame breaks off: {len(octets) - at} octets left", expected=f"at least {end - at + MIC}")
    return end


def write_header(header: SecurityHeader) -> bytes:
    """Write an auxiliary header; ``ValueError`` where source or sequence do not go with the key, or the counter does not fit."""
    key, counter, source, sequence, level = header
    if (sequence is not None) != (key == NETWORK_KEY):
        raise ValueError(f"key sequence number {sequence} with key id {key}: the network key has one, no other key has")
    if not (0 <= key <= 3 and 0 <= level <= _LEVEL_BITS and 0 <= counter <= LAST_COUNTER):
        raise ValueError(f"{header} does not fit an auxiliary header")
    octets = _HEAD.pack(level | key << 3 | (0 if source is None else _EXTENDED), counter)
    if source is not None:
        octets += eui_octets(source)
    return octets if sequence is None else octets + bytes((sequence,))


def seal_octets(head: bytes, header: SecurityHeader, plain: bytes, key: AesKey, source: Eui64 | None = None) -> bytes:
    """Return ``head``, auxiliary header, encrypted ``plain`` and MIC: a frame as it goes on the air.

    ``source`` is who secures it, where the auxiliary header does not tell. ``ValueError`` where nobody does, or the counter is used up.
    """
    aux = write_header(header)
    teller = header.source or source
    if teller is None or header.counter == LAST_COUNTER:
        raise ValueError("a frame that nobody secures" if teller is None else "a frame counter that is used up")
    true = _WITH_LEVEL[aux[0]]
    nonce = (aux[5:13] if header.source else eui_octets(teller)) + aux[1:5] + true
    return head + aux + key.ccm.encrypt(nonce, plain, head + true + aux[1:])


def open_octets(octets: bytes, at: int, key: AesKey, layer: str, source: Eui64 | None = None) -> tuple[SecurityHeader, bytes]:
    """Return the auxiliary header that stands at ``at`` of a frame, and what the frame says in clear.

    ``source`` is who secured it, where the auxiliary header does not tell. Raises :class:`ZigbeeError` where the octets break off and
    :class:`SecurityError` where nobody is known to have secured them or the MIC is of other octets, or of another key.
    """
    end = _end(octets, at, layer)
    control, counter = _HEAD.unpack_from(octets, at)
    told = None
    if control & _EXTENDED:
        teller = octets[at + 5 : at + 13]
        told = eui_of(teller)
    elif source is not None:
        teller = eui_octets(source)
    else:
        raise SecurityError(layer, at, "frame of a source that is not known", reason="source", expected="its EUI-64")
    true, aux = _WITH_LEVEL[control], octets[at + 1 : end]
    try:
        plain = key.ccm.decrypt(teller + aux[:4] + true, octets[end:], octets[:at] + true + aux)
    except InvalidTag:
        mic = octets[-MIC:]
        raise SecurityError(layer, len(octets) - MIC, "MIC does not hold", reason="mic", expected="that of the key", octets=mic) from None
    key_id = control >> 3 & 3
    return SecurityHeader(key_id, counter, told, aux[-1] if key_id == NETWORK_KEY else None, control & _LEVEL_BITS), plain


class IncomingCounters:
    """The lowest frame counter that is still accepted, by who sent it and under which key; two tables of the same rows are equal."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next: dict[tuple[str, int], int] = {}

    def check(self, source: str, key: int, counter: int) -> None:
        """Raise :class:`SecurityError` where ``counter`` was seen before, or is used up; the table stays as it is."""
        least = self._next.get((source, key), 0)
        if counter < least or counter == LAST_COUNTER:
            expected = f"{least} or above" if least < LAST_COUNTER else "a new key"
            raise SecurityError("security", 0, f"frame counter {counter} of {source}", reason="replay", expected=expected)

    def accept(self, source: str, key: int, counter: int) -> None:
        """Check a counter, and refuse it from now on; ``key`` is the network key's sequence number, or 0 under a link key."""
        place = (source, key)
        if counter >= self._next.get(place, 0) and counter != LAST_COUNTER:
            self._next[place] = counter + 1
        else:
            self.check(source, key, counter)

    def forget(self, source: str) -> None:
        """Take any counter of a source again: it has joined anew."""
        for place in [place for place in self._next if place[0] == source]:
            del self._next[place]

    def rows(self) -> tuple[tuple[str, int, int], ...]:
        """Return source, key and lowest counter of every row, in order."""
        return tuple(sorted((source, key, least) for (source, key), least in self._next.items()))

    def copy(self) -> IncomingCounters:
        """Return a table of its own with the same rows."""
        made = IncomingCounters()
        made._next = dict(self._next)
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IncomingCounters) and self._next == other._next

    __hash__ = None  # type: ignore[assignment]  # its rows change
