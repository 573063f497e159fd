"""APS fragmentation: a message in blocks, windows of blocks, what is acknowledged, and what comes twice.

A message that does not fit one frame goes in blocks of one size (the last may be shorter) under one APS counter. The sender sends a
window of blocks, the last of which asks for an acknowledgement; the receiver answers with the window's first block and a bit for each
block that came. Blocks that did not come are sent again. Values only: who sends and who waits is the stack's affair.

Clause: ZigBee 05-3474 2.2.8.4.5. Bits of an acknowledgement beyond the window are sent as 1, as the certification test TP/PRO/BV-43 has
them; receivers do not look at them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.wire.zigbee.aps import ApsFrame, Fragment, acknowledgement_of
from harness.wire.zigbee.errors import ZigbeeError

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

__all__ = ["MOST_BLOCKS", "MOST_IN_WINDOW", "Duplicates", "Reassembly", "fragments", "still_missing", "window"]

MOST_BLOCKS = 255
MOST_IN_WINDOW = 8
"""Blocks of a window at most: an acknowledgement has a bit for each."""


def fragments(frame: ApsFrame, size: int) -> tuple[ApsFrame, ...]:
    """Return a data frame in blocks of ``size`` octets; the frame itself where it fits one.

    Security headers are left to whoever seals the blocks, because each has a counter of its own. ``ValueError`` beyond 255 blocks.
    """
    if size < 1:
        raise ValueError(f"blocks of {size} octets")
    payload = frame.payload
    if len(payload) <= size:
        return (frame,)
    blocks = [payload[at : at + size] for at in range(0, len(payload), size)]
    if len(blocks) > MOST_BLOCKS:
        raise ValueError(f"{len(payload)} octets in blocks of {size}: {len(blocks)} blocks where {MOST_BLOCKS} are the most")
    return tuple(frame._replace(payload=block, fragment=Fragment(number or len(blocks), not number)) for number, block in enumerate(blocks))


def window(blocks: Sequence[ApsFrame], first: int, size: int) -> tuple[ApsFrame, ...]:
    """Return the window that starts with block ``first``; its last block asks for an acknowledgement, the others do not."""
    chosen = blocks[first : first + size]
    return tuple(block._replace(acknowledge=place == len(chosen) - 1) for place, block in enumerate(chosen))


def still_missing(acknowledgement: ApsFrame, total: int, size: int) -> tuple[int, ...]:
    """Return the blocks of the acknowledged window that did not come; raises :class:`ZigbeeError` where it acknowledges no window.

    ``total`` are the blocks of the message, ``size`` those of a window.
    """
    fragment = acknowledgement.fragment
    if fragment is None or fragment.received is None:
        raise ZigbeeError("APS", 0, "acknowledgement of a fragment without an extended header", expected="block number and bits")
    if fragment.number >= total:
        raise ZigbeeError("APS", 0, f"acknowledgement of a window from block {fragment.number}", expected=f"at most {total - 1}")
    places = range(fragment.number, min(fragment.number + size, total))
    return tuple(place for place in places if not fragment.received >> (place - fragment.number) & 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassembly:
    """A message of which some blocks have come."""

    frame: ApsFrame
    """The first block that came, without payload: addresses and counter, which are those of all."""
    total: int | None = None
    """Blocks in all; ``None`` until the first block has come."""
    blocks: tuple[tuple[int, bytes], ...] = ()
    """Blocks by number, from 0, in order."""

    @classmethod
    def of(cls, block: ApsFrame) -> Reassembly:
        """Start with any block; raises :class:`ZigbeeError` where the frame is none."""
        return cls(frame=_bare(block)).with_block(block)

    def with_block(self, block: ApsFrame) -> Reassembly:
        """Add a block; one that came before changes nothing.

        Raises :class:`ZigbeeError` where the frame is no block of this message, or says otherwise than an earlier one.
        """
        fragment = block.fragment
        if fragment is None or fragment.received is not None or _bare(block) != self.frame:
            raise ZigbeeError("APS", 0, f"frame with counter {block.counter}", expected=f"a block of message {self.frame.counter}")
        number = 0 if fragment.first else fragment.number
        total = fragment.number if fragment.first else self.total
        held = dict(self.blocks)
        if (fragment.first and fragment.number < 2) or (not fragment.first and number == 0):
            raise ZigbeeError("APS", 0, f"block of number {fragment.number}", expected="a message of two blocks or more, counted from 0")
        if held.get(number, block.payload) != block.payload or (self.total or total) != total:
            raise ZigbeeError("APS", 0, f"block {number} that differs from one that came before", expected="the same block again")
        held[number] = block.payload
        if total is not None and max(held) >= total:
            raise ZigbeeError("APS", 0, f"block {max(held)} of a message of {total}", expected=f"at most {total - 1}")
        return replace(self, total=total, blocks=tuple(sorted(held.items())))

    @property
    def complete(self) -> bool:
        """Whether all blocks are there."""
        return self.total is not None and len(self.blocks) == self.total

    @property
    def payload(self) -> bytes:
        """The message, once it is complete; ``ValueError`` before."""
        if not self.complete:
            raise ValueError(f"{len(self.blocks)} of {self.total} blocks have come")
        return b"".join([octets for _, octets in self.blocks])

    def acknowledgement(self, first: int, size: int) -> ApsFrame:
        """Return the acknowledgement of the window of ``size`` blocks that starts with block ``first``."""
        came = {number for number, _ in self.blocks}
        last = min(first + size, self.total if self.total is not None else first + size)
        bits = sum(1 << place for place in range(MOST_IN_WINDOW) if first + place in came or first + place >= last)
        return acknowledgement_of(self.frame, Fragment(first, first == 0, bits))


def _bare(block: ApsFrame) -> ApsFrame:
    """Return what all blocks of a message have in common."""
    return block._replace(payload=b"", fragment=None, security=None, acknowledge=False)


class Duplicates:
    """What has come lately, so that a message sent again is answered again and handed up once.

    ZigBee leaves the size of the table and the life of a row to the stack; both are seen to differ between implementations, so both
    are asked for. Rows are given up in the order in which they came.
    """

    __slots__ = ("_life", "_rows", "_size")

    def __init__(self, *, size: int, life: int) -> None:
        """Hold at most ``size`` rows, each for ``life`` nanoseconds."""
        self._size, self._life = size, life
        self._rows: dict[Hashable, int] = {}

    def seen(self, source: int | str, frame: ApsFrame, now: int) -> bool:
        """Tell whether a frame of ``source`` came before, and remember it; ``now`` is in nanoseconds."""
        for row in [row for row, until in self._rows.items() if until <= now]:
            del self._rows[row]
        fragment = frame.fragment
        place = None if fragment is None else (0 if fragment.first else fragment.number)
        row = (source, frame.kind, frame.source_endpoint, frame.counter, place)
        if row in self._rows:
            return True
        if len(self._rows) >= self._size:
            del self._rows[next(iter(self._rows))]
        self._rows[row] = now + self._life
        return False

    def __len__(self) -> int:
        return len(self._rows)
