"""Pseudonyms for whoever a log names: what was the same stays the same, what was different stays different.

An EUI-64 becomes the first octets of its HMAC-SHA-256, marked as locally administered, so that no maker's
identifier is ever taken for one. Other octets are permuted: a Feistel network whose rounds are keyed BLAKE2b
digests, one permutation for each length. Who does not have the key can do neither, nor undo them.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from hmac import digest
from typing import Final

__all__ = ["KEY_SIZE", "Pseudonyms"]

KEY_SIZE: Final = 32
_LOCAL, _GROUP = 0x02, 0x01
"""Bits of an EUI-64's first octet: locally administered; a group."""
_ROUNDS: Final = 8
_WIDEST: Final = blake2b.MAX_DIGEST_SIZE
_REMEMBERED: Final = 1 << 16


class Pseudonyms:
    """The pseudonyms of one key; made anew from the same key they are the same."""

    __slots__ = ("_key", "eui64")

    def __init__(self, key: bytes) -> None:
        """Use ``key``, which is to be :data:`KEY_SIZE` random octets that stay where the log was kept."""
        self._key = key
        self.eui64 = lru_cache(maxsize=_REMEMBERED)(self._eui64)
        """Gives the pseudonym, 8 octets, of an EUI-64."""

    def _eui64(self, real: bytes) -> bytes:
        found = digest(self._key, b"smets-eui64\0" + real, "sha256")
        return bytes(((found[0] | _LOCAL) & ~_GROUP,)) + found[1:8]

    def mark(self, octets: bytes, size: int) -> bytes:
        """Return up to 64 octets that stand for these as a keyed digest does: the same for the same octets."""
        return blake2b(octets, digest_size=size, key=self._key, person=b"smets-mark").digest()

    def permuted(self, octets: bytes) -> bytes:
        """Return as many other octets, different for different ones; a single octet names nobody and stays."""
        half = len(octets) // 2
        if not half:
            return octets
        left, right = octets[:half], octets[half:]
        for number in range(_ROUNDS):
            pad = self._pad(number, right, len(left))
            left, right = right, bytes(one ^ other for one, other in zip(left, pad, strict=True))
        return left + right

    def text(self, text: str) -> str:
        """Return as many hexadecimal digits as the text takes octets, different for different texts of two octets and more."""
        octets = text.encode()
        return self.permuted(octets).hex()[: len(octets)]

    def _pad(self, number: int, octets: bytes, size: int) -> bytes:
        """Return ``size`` octets for one round of a permutation, as many digests of ``octets`` as it takes."""
        blocks = (
            blake2b(octets, key=self._key, person=b"smets-round", salt=bytes((number,)) + block.to_bytes(4, "big")).digest()
            for block in range(-(-size // _WIDEST))
        )
        return b"".join(blocks)[:size]
