"""Blocks of block transfers on their way to messages, in whatever order they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.block_transfer import MOST_BLOCKS, Block, BlockError, Reassembly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.vocab.identity import Eui64

__all__ = ["Blocks"]

_MOST = 64
"""Messages that may be incomplete at a time; the one begun first is given up for another."""


class _Begun:
    """The blocks of one message that were found so far."""

    __slots__ = ("blocks", "where")

    def __init__(self, where: str) -> None:
        self.where = where
        """Where the first of them stood."""
        self.blocks: dict[int, Block] = {}

    @property
    def last(self) -> int | None:
        """The number of the last block, where it was found."""
        return next((number for number, block in self.blocks.items() if block.last), None)

    def missing(self) -> str:
        """Say which blocks are not there; empty where none is missing."""
        last = self.last
        numbers = [number for number in range(1, last or max(self.blocks)) if number not in self.blocks]
        told = [f"block{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"] if numbers else []
        return " and ".join([*told, *(["the last block"] if last is None else [])])


class Blocks:
    """Collects blocks by message and number, and puts a message together once all of its blocks are there."""

    __slots__ = ("_begun",)

    def __init__(self) -> None:
        """Start with nothing."""
        self._begun: dict[tuple[Eui64, int, int], _Begun] = {}

    def add(self, where: str, octets: bytes) -> tuple[Block, bytes | None]:
        """Take a block; return it, and the message that it completes, if any.

        Raises :class:`BlockError` where it is no block, where another block of this number came before, or where all blocks together are
        not the message that they name.
        """
        block = Block.decode(octets)
        if not block.data:
            return block, None
        if not 1 <= block.number <= MOST_BLOCKS:
            raise BlockError(f"block number {block.number}", expected=f"1 to {MOST_BLOCKS}")
        begun = self._begun.setdefault(block.key, _Begun(where))
        if begun.blocks.setdefault(block.number, block) != block:
            raise BlockError(f"another block {block.number} than came before (from {begun.where} on)", expected="the same octets")
        if begun.missing():
            return block, None
        del self._begun[block.key]
        return block, _joined(begun)

    def given_up(self, *, room_for: int = _MOST) -> Iterator[tuple[str, BlockError]]:
        """Yield messages that there is no more room for, with where they began and what is missing of them."""
        while len(self._begun) > room_for:
            originator, _, counter = key = next(iter(self._begun))
            begun = self._begun.pop(key)
            what = f"{begun.missing()} of message {counter} from {originator} not found"
            yield begun.where, BlockError(what, expected="every block of the message")


def _joined(begun: _Begun) -> bytes | None:
    """Return the message that all blocks in order make."""
    reassembly, made = Reassembly(), None
    for number in sorted(begun.blocks):
        made = reassembly.receive(begun.blocks[number].encode())
    return made
