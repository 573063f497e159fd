"""What masking needs to know of pseudonyms, wherever they come from."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Pseudonymiser"]


class Pseudonymiser(Protocol):
    """Gives what stands for an identity: the same for the same one, another for another one."""

    def eui64(self, real: bytes, /) -> bytes:
        """Return the pseudonym, 8 octets, of an EUI-64."""
        ...

    def mark(self, octets: bytes, size: int) -> bytes:
        """Return ``size`` octets (at most 64) that stand for these."""
        ...

    def permuted(self, octets: bytes) -> bytes:
        """Return as many other octets; a single octet names nobody and stays."""
        ...

    def text(self, text: str) -> str:
        """Return another text that takes as many octets of UTF-8, all of them ASCII."""
        ...
