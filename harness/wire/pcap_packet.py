"""What captures are made of, whatever their format: packets, octets that arrive in pieces, and one error."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    DescribedSink = Callable[["Described"], None]
    """Is told of each interface, before its packets are read."""

__all__ = ["MOST_OCTETS", "Described", "Packet", "PcapError", "Pieces"]

MOST_OCTETS = 1 << 18
"""Octets of one packet that are read at most; libpcap's own limit."""


class PcapError(WireError):
    """A capture is not what its format says."""

    def __init__(self, block: str, offset: int, what: str, *, expected: str = "") -> None:
        """Keep which block or record it is and its offset from the file's first octet."""
        super().__init__(f"{block} {what}", where=f"octet {offset}", expected=expected)
        self.block = block
        self.offset = offset


class Packet(NamedTuple):
    """One captured packet; a named tuple, because it is made often."""

    number: int
    """Counted from 1, packets only."""
    link_type: int
    """LINKTYPE value of its interface: 252 is Wireshark's upper PDU, 195, 230 and 283 are IEEE 802.15.4."""
    time: int | None
    """Nanoseconds since 1970-01-01T00:00:00Z; ``None`` where the format gives none (Simple Packet Block)."""
    octets: bytes
    """What the capture kept."""
    size: int
    """Octets on the wire; more than were kept where the capture cut the packet short."""
    interface: int
    """Interface within its section, counted from 0."""
    offset: int
    """Offset of the packet's record or block from the file's first octet."""


class Described(NamedTuple):
    """A capture describes an interface, before the first of its packets."""

    interface: int
    """Its number, which its packets bear."""
    link_type: int
    name: str
    """Empty where the format gives none."""
    description: str


class Pieces:
    """Octets that arrive in pieces of any size, taken in runs of a chosen size; never more than a run and a piece are held."""

    __slots__ = ("_at", "_base", "_held", "_pieces")

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Take octets from ``pieces``, asking for the next one only when it is needed."""
        self._pieces: Iterator[bytes] = iter(pieces)
        self._held = b""
        self._at = 0
        self._base = 0

    @property
    def offset(self) -> int:
        """Offset of the octet that comes next."""
        return self._base + self._at

    @property
    def held(self) -> tuple[bytes, int]:
        """Octets that are here already, and where in them the next one is: to look ahead, before :meth:`skip`."""
        return self._held, self._at

    def skip(self, count: int) -> None:
        """Pass over octets that are held."""
        self._at += count

    def take(self, count: int) -> bytes:
        """Return the next ``count`` octets; fewer only where there are no more."""
        end = self._at + count
        if end <= len(self._held):
            taken = self._held[self._at : end]
            self._at = end
            return taken
        parts = [self._held[self._at :]]
        self._base += self._at
        self._at, missing = 0, count - len(parts[0])
        while missing > 0 and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            missing -= len(piece)
        self._held = b"".join(parts)
        self._at = min(count, len(self._held))
        return self._held[: self._at]
