"""Keys made of other keys: the Matyas-Meyer-Oseas hash over AES-128, its HMAC, and what ZigBee derives with them.

======================= ===============================================================================================
network key             sent under the key-transport key of a link key
key-transport key       ``HMAC(link key, 00)``
key-load key            ``HMAC(link key, 02)``
verify-key hash         ``HMAC(link key, 03)``, told by a device to show that it has the key
link key of an install  ``MMO(code | CRC)``; the code has 6, 8, 12 or 16 octets, GB devices use 16
code
======================= ===============================================================================================

Clauses: ZigBee 05-3474 annex B.1.3 (hash), B.1.4 (HMAC), 4.5.3 (specialised keys); BDB 13-0402 clause 10.1 (install codes).
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from harness.wire.zigbee.crc import x25
from harness.wire.zigbee.errors import ZigbeeError

__all__ = [
    "DEFAULT_TRUST_CENTRE_LINK_KEY",
    "hmac_mmo",
    "install_code_key",
    "key_load_key",
    "key_transport_key",
    "mmo",
    "verify_key_hash",
    "with_crc",
]

DEFAULT_TRUST_CENTRE_LINK_KEY = b"ZigBeeAlliance09"
"""The link key that everybody knows; GB devices join with an install code's key, tests may use this one."""

_BLOCK = 16
_SHORT = 1 << 16
"""Bits from which on the padding has a longer form."""
_CODE_SIZES = (6, 8, 12, 16)
_INNER, _OUTER = (bytes(octet ^ pad for octet in range(256)) for pad in (0x36, 0x5C))


def mmo(octets: bytes) -> bytes:
    """Return the Matyas-Meyer-Oseas hash, 16 octets.

    The padding is a bit 1, zeros, and the length in bits: two octets, big-endian; from 2^16 bits on four octets and two of zero.
    """
    bits = 8 * len(octets)
    tail = bits.to_bytes(2, "big") if bits < _SHORT else bits.to_bytes(4, "big") + bytes(2)
    padded = octets + b"\x80" + bytes(-(len(octets) + 1 + len(tail)) % _BLOCK) + tail
    digest = bytes(_BLOCK)
    for at in range(0, len(padded), _BLOCK):
        block = padded[at : at + _BLOCK]
        turned = Cipher(AES(digest), ECB()).encryptor().update(block)  # noqa: S305 the hash is defined over single blocks
        digest = bytes([left ^ right for left, right in zip(turned, block, strict=True)])
    return digest


def hmac_mmo(key: bytes, octets: bytes) -> bytes:
    """Return the HMAC over :func:`mmo` with a key of 16 octets."""
    return mmo(key.translate(_OUTER) + mmo(key.translate(_INNER) + octets))


@lru_cache(maxsize=1024)
def key_transport_key(link_key: bytes) -> bytes:
    """Return the key under which a Transport Key command carries a network key."""
    return hmac_mmo(link_key, b"\x00")


@lru_cache(maxsize=1024)
def key_load_key(link_key: bytes) -> bytes:
    """Return the key under which a Transport Key command carries a link key."""
    return hmac_mmo(link_key, b"\x02")


@lru_cache(maxsize=1024)
def verify_key_hash(link_key: bytes) -> bytes:
    """Return what a Verify Key command tells of a link key."""
    return hmac_mmo(link_key, b"\x03")


def with_crc(code: bytes) -> bytes:
    """Return an install code with its CRC, as it is printed on a device; ``ValueError`` for a code of another length."""
    if len(code) not in _CODE_SIZES:
        raise ValueError(f"an install code of {len(code)} octets where 6, 8, 12 or 16 are needed")
    return code + x25(code)


def install_code_key(code: bytes) -> bytes:
    """Return the link key of an install code that comes with its CRC; raises :class:`ZigbeeError` where the CRC is of another code."""
    body, crc = code[:-2], code[-2:]
    if len(body) not in _CODE_SIZES:
        raise ZigbeeError("install code", len(code), "of another length", expected="6, 8, 12 or 16 octets and two of CRC", octets=code)
    if crc != x25(body):
        raise ZigbeeError("install code", len(body), "whose CRC is of another code", expected=x25(body).hex(), octets=crc)
    return mmo(code)
