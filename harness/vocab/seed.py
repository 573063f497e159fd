"""Randomness is an address: every stream is named by the path of what it decides.

Streams come from SHA-256 alone, so they are the same on any machine, Python version and hash seed,
and adding a stream never disturbs another.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Chance", "subseed"]

_Item = TypeVar("_Item")
PPM = 1_000_000
_DIGEST = sha256().digest_size
_MANY = 1_024
"""Octets from which on blocks are hashed together."""


def subseed(root: bytes, *path: str | int) -> bytes:
    """Return the 32-octet seed that belongs to ``path`` under ``root``.

    Every step is tagged with its type and length, so that no two paths share an encoding.
    """
    digest = sha256(b"smets-subseed/1\0")
    digest.update(len(root).to_bytes(4, "big") + root)
    for step in path:
        octets = step.encode() if isinstance(step, str) else str(step).encode()
        tag = b"s" if isinstance(step, str) else b"i"
        digest.update(tag + len(octets).to_bytes(4, "big") + octets)
    return digest.digest()


class Chance:
    """A stream of random integers that belongs to one address and to nothing else."""

    __slots__ = ("_counter", "_pool", "_seed")

    def __init__(self, seed: bytes) -> None:
        """Start the stream of ``seed`` at its beginning."""
        self._seed = seed
        self._counter = 0
        self._pool = b""

    def octets(self, count: int) -> bytes:
        """Return the next ``count`` octets of the stream."""
        while len(self._pool) < count:
            if count > _MANY:
                return self._many(count)
            self._pool += sha256(self._seed + self._counter.to_bytes(8, "big")).digest()
            self._counter += 1
        taken, self._pool = self._pool[:count], self._pool[count:]
        return taken

    def _many(self, count: int) -> bytes:
        """Return the next octets, hashed in one go: for a large count in half the time."""
        seed, first, self._counter = self._seed, self._counter, self._counter - (len(self._pool) - count) // _DIGEST
        blocks = [sha256(seed + number.to_bytes(8, "big")).digest() for number in range(first, self._counter)]
        drawn = self._pool + b"".join(blocks)
        self._pool = drawn[count:]
        return drawn[:count]

    def below(self, bound: int) -> int:
        """Return an integer from 0 to ``bound - 1``, each equally likely (rejection, no bias)."""
        if bound < 1:
            raise ValueError(f"bound must be at least 1, not {bound}")
        width = max(1, (bound.bit_length() + 7) // 8)
        limit = (1 << 8 * width) - (1 << 8 * width) % bound
        while True:
            drawn = int.from_bytes(self.octets(width), "big")
            if drawn < limit:
                return drawn % bound

    def happens(self, parts_per_million: int) -> bool:
        """Return whether an event of this probability, in parts per million, happens now."""
        return parts_per_million > 0 and self.below(PPM) < parts_per_million

    def normal(self) -> int:
        """Return a draw from a normal distribution with mean 0 and standard deviation 65,536.

        The sum of twelve uniform 16-bit integers (Irwin-Hall), so it is an integer everywhere and
        never leaves six standard deviations.
        """
        drawn = self.octets(24)
        return sum(drawn[0::2]) * 256 + sum(drawn[1::2]) - 6 * 65_535

    def shuffled(self, items: Sequence[_Item]) -> tuple[_Item, ...]:
        """Return the items in random order (Fisher-Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return tuple(order)
