"""Encrypted bodies as they stand on the wire."""

from __future__ import annotations

from dataclasses import dataclass

from harness.wire.gbcs.errors import GbcsError

__all__ = ["SEALED_HEADER", "TAG_SIZE", "Sealed"]

SEALED_HEADER = b"\x31\x00\x00\x00\x00"
"""Security control 0x31 (authenticated encryption, suite 1) and the invocation counter, which is zero."""
TAG_SIZE = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted body as it stands on the wire: ``31 00000000 ciphertext tag``."""

    ciphertext: bytes
    tag: bytes

    def encode(self) -> bytes:
        """Write header, ciphertext and tag."""
        return SEALED_HEADER + self.ciphertext + self.tag

    @classmethod
    def decode(cls, octets: bytes, offset: int = 0, rule: str = "E33") -> Sealed:
        """Take an encrypted body apart; raises :class:`GbcsError` where the header differs or octets are too few."""
        if octets[: len(SEALED_HEADER)] != SEALED_HEADER or len(octets) < len(SEALED_HEADER) + TAG_SIZE:
            expected = "31 00000000, ciphertext and tag"
            raise GbcsError(rule, offset, "not an encrypted body", expected=expected, octets=octets[: len(SEALED_HEADER)])
        return cls(octets[len(SEALED_HEADER) : -TAG_SIZE], octets[-TAG_SIZE:])
