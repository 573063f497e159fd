"""ECDSA and AES-GCM by ``cryptography``, which is imported when first used, so that decoding alone never pays for it."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from harness.wire.gbcs.keys import PrivateKey, PublicKey

__all__ = ["aesgcm", "opened", "signature_of", "verified"]

_COORDINATE = 32


@cache
def _signing() -> ECDSA:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    return ECDSA(SHA256(), deterministic_signing=True)


@cache
def _verifying() -> tuple[ECDSA, type[Exception]]:
    """Return the algorithm for a digest made here, where it is made twice as fast."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256

    return ECDSA(Prehashed(SHA256())), InvalidSignature


@cache
def _halves_of() -> Callable[[bytes], tuple[int, int]]:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    return decode_dss_signature


@cache
def aesgcm() -> type[AESGCM]:
    """Return the class of AES-GCM keys."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM


def signature_of(covered: bytes, key: PrivateKey) -> bytes:
    """Return ``r || s`` (64 octets) over ``covered``: ECDSA on P-256 with SHA-256, deterministic (RFC 6979)."""
    first, second = _halves_of()(key.loaded.sign(covered, _signing()))
    return first.to_bytes(_COORDINATE, "big") + second.to_bytes(_COORDINATE, "big")


def verified(covered: bytes, signature: bytes, key: PublicKey) -> bool:
    """Tell whether ``r || s`` (64 octets) verifies over ``covered``."""
    algorithm, invalid = _verifying()
    try:
        key.loaded.verify(_der(signature), sha256(covered).digest(), algorithm)
    except invalid:
        return False
    return True


def _der(signature: bytes) -> bytes:
    """Write ``r || s`` as DER has it."""
    first, second = signature[:_COORDINATE], signature[_COORDINATE:]
    if first[0] and second[0]:
        around = _AROUND[first[0] >> 7, second[0] >> 7]
        return around[0] + first + around[1] + second
    integers = _integer(first), _integer(second)
    return bytes((0x30, len(integers[0]) + len(integers[1]))) + integers[0] + integers[1]


_AROUND = {
    (high, low): (bytes((0x30, 68 + high + low, 0x02, 32 + high)) + bytes(high), bytes((0x02, 32 + low)) + bytes(low))
    for high in (0, 1)
    for low in (0, 1)
}
"""What stands before r and before s, by their highest bits, where neither starts with a zero octet."""


def _integer(octets: bytes) -> bytes:
    """Write an unsigned number as a DER INTEGER."""
    octets = octets.lstrip(b"\x00")
    if not octets or octets[0] >= 0x80:
        octets = b"\x00" + octets
    return bytes((0x02, len(octets))) + octets


def opened(body: bytes, tag: bytes, key: bytes, nonce: bytes, associated: bytes) -> bytes | None:
    """Return what AES-GCM hides in ``body``, or ``None`` where the tag, which may be cut short, does not match.

    Encrypting a ciphertext gives the plaintext, because GCM adds the same key stream both ways; encrypting that gives the tag. Twice so
    is five times as fast as the interface that takes short tags.
    """
    sealing = aesgcm()(key)
    plaintext = sealing.encrypt(nonce, body, associated)[: len(body)]
    made = sealing.encrypt(nonce, plaintext, associated)
    return plaintext if compare_digest(made[len(body) : len(body) + len(tag)], tag) else None
