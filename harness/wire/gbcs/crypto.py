"""Protection of GBCS messages: signatures, MACs and encryption.

=========== ==================================================================================================
Signature   ECDSA P-256, SHA-256 over the general-signing APDU without its DF tag and signature field; ours are
            deterministic (RFC 6979), so that the same message is the same octets on every run
Key         SHA-256(00000001 || Z || 60857406080300 || originator || 09 flag counter || recipient)[0:16]
MAC         GMAC under that key, IV originator || 00000000, over 11 00*5 || APDU with signature field, 12 octets
Encryption  AES-128-GCM, same IV, additional data 31, tag of 12 octets; written 31 00000000 || ciphertext || tag
=========== ==================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from harness.errors import InternalError
from harness.vocab.identity import Eui64
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import MAC_SIZE, Cra, Message, wrap
from harness.wire.gbcs.primitives import aesgcm, opened, signature_of, verified
from harness.wire.gbcs.sealed import SEALED_HEADER

if TYPE_CHECKING:
    from harness.wire.gbcs.keys import KeyStore, PrivateKey, PublicKey

__all__ = [
    "BETWEEN_DEVICES",
    "Authentication",
    "Check",
    "Purpose",
    "agreed_between",
    "authenticate",
    "body_key",
    "decrypt",
    "derive_key",
    "encrypt",
    "full_gmac",
    "gmac",
    "key_prefix",
    "protect",
    "sign",
    "verify",
]

_ALGORITHM = bytes.fromhex("60857406080300")
_ROUND = b"\x00\x00\x00\x01"
MAC_AAD = b"\x11\x00\x00\x00\x00\x00"
"""Security control 0x11 and the five empty strings of the MAC header: what a MAC covers before the APDU."""
_SEALED_AAD = b"\x31"
_INVOCATION = bytes(4)
_VERIFIED = 1 << 12
BETWEEN_DEVICES = frozenset({0x0090, 0x009B, 0x0116, 0x0117, 0x0118, 0x0119})
"""Commands one device gives another (PCS, PECS, HECS): no broker takes part in their MAC.

That the two devices' own keys make it is an assumption: none of those keys is public, so no reference message confirms it.
"""


class Purpose(IntEnum):
    """What a key is derived for: the flag in its derivation. A MAC's flag is the message's CRA flag."""

    COMMAND_MAC = 1
    RESPONSE_MAC = 2
    ALERT_MAC = 3
    ENCRYPTION = 4


class Check(StrEnum):
    """How one protection of a message came out."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN_KEY = "unknown-key"
    """A key that the check needs is not known; nothing is said about the message."""
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """Signature and MAC, each checked for itself (E40, E41); a decoded message is returned whatever they say."""

    signature: Check
    mac: Check


def derive_key(agreed: bytes, purpose: int, originator: Eui64, counter: int, recipient: Eui64) -> bytes:
    """Return the 16-octet key for one message from Z, the agreed 32 octets."""
    info = b"\x09" + bytes((purpose,)) + counter.to_bytes(8, "big") + bytes.fromhex(recipient)
    return sha256(key_prefix(agreed, originator) + info).digest()[:16]


def key_prefix(agreed: bytes, originator: Eui64) -> bytes:
    """Return what every key derivation from Z and an originator hashes first; then come 09, flag, counter and recipient."""
    return _ROUND + agreed + _ALGORITHM + bytes.fromhex(originator)


def sign(unsigned: bytes, key: PrivateKey) -> bytes:
    """Return ``r || s`` (64 octets) over a general-signing APDU that starts DF and ends with its payload."""
    return signature_of(unsigned[1:], key)


@lru_cache(maxsize=_VERIFIED)
def verify(unsigned: bytes, signature: bytes, key: PublicKey) -> bool:
    """Tell whether ``r || s`` verifies; each (message, signature, key) is computed once.

    High values of s are accepted: 232 of the 472 reference signatures have one.
    """
    return verified(unsigned[1:], signature, key)


def gmac(apdu: bytes, key: bytes, originator: Eui64) -> bytes:
    """Return the 12-octet MAC over a general-signing APDU with its signature field."""
    return full_gmac(MAC_AAD + apdu, key, originator)[:MAC_SIZE]


def full_gmac(covered: bytes, key: bytes, originator: Eui64) -> bytes:
    """Return all 16 octets of the GMAC over what is covered, associated data as it stands."""
    return aesgcm()(key).encrypt(_nonce(originator), b"", covered)


def encrypt(plaintext: bytes, key: bytes, originator: Eui64) -> bytes:
    """Return ``31 00000000 || ciphertext || tag``.

    Several bodies of one message share key and IV, as the specification has it; uniqueness comes from the counter.
    """
    sealed = aesgcm()(key).encrypt(_nonce(originator), plaintext, _SEALED_AAD)
    return SEALED_HEADER + sealed[: len(plaintext) + MAC_SIZE]


def decrypt(sealed: bytes, key: bytes, originator: Eui64, *, offset: int = 0) -> bytes:
    """Return the plaintext of ``31 00000000 || ciphertext || tag``, which stands at ``offset`` in its message.

    Raises :class:`GbcsError` (E42) where the header differs, the octets are too few, or the tag does not match.
    """
    header, body, tag = sealed[:5], sealed[5:-MAC_SIZE], sealed[-MAC_SIZE:]
    if header != SEALED_HEADER or len(sealed) < len(SEALED_HEADER) + MAC_SIZE:
        raise GbcsError("E42", offset, "not an encrypted body", expected="31 00000000, ciphertext and tag", octets=header)
    plaintext = opened(body, tag, key, _nonce(originator), _SEALED_AAD)
    if plaintext is None:
        at = offset + len(sealed) - MAC_SIZE
        raise GbcsError("E42", at, "the tag of an encrypted body does not match", octets=tag)
    return plaintext


def _nonce(originator: Eui64) -> bytes:
    return bytes.fromhex(originator) + _INVOCATION


def agreed_between(keys: KeyStore, one: Eui64, other: Eui64) -> bytes | None:
    """Return Z of two parties, from whichever private key is known, or ``None`` where neither pair is complete."""
    for holder, peer in ((one, other), (other, one)):
        private, public = keys.agreement_private(holder), keys.agreement_public(peer)
        if private is not None and public is not None:
            return private.agree(public)
    return None


def body_key(message: Message, keys: KeyStore) -> bytes | None:
    """Return the key of a message's encrypted bodies, or ``None`` where a key it rests on is not known.

    The body is meant for the supplementary remote party where there is one, else for the target; its counter is the
    supplementary originator counter where there is one. GCS61 is odd, and covered by the same rule: its command carries a certificate as
    those of unknown parties do, but its response has no such counter, and is encrypted under the message's own.
    """
    recipient = message.supplementary_party if message.supplementary_counter is not None else message.target
    counter = message.supplementary_originator_counter
    agreed = agreed_between(keys, message.originator, recipient or message.target)
    if agreed is None:
        return None
    counter = message.counter if counter is None else counter
    return derive_key(agreed, Purpose.ENCRYPTION, message.originator, counter, recipient or message.target)


def authenticate(message: Message, keys: KeyStore, *, broker: Eui64 | None = None) -> Authentication:
    """Check signature and MAC of a message.

    A Command's MAC is made by the Access Control Broker, whoever the originator is, and the message does not
    name it: without ``broker`` such a MAC comes out as ``unknown-key``.
    """
    unsigned = message.unsigned()
    return Authentication(signature=_check_signature(message, unsigned, keys), mac=_check_mac(message, unsigned, keys, broker))


def _check_signature(message: Message, unsigned: bytes, keys: KeyStore) -> Check:
    if not message.signature:
        return Check.ABSENT
    key = keys.signing_public(message.originator)
    if key is None:
        return Check.UNKNOWN_KEY
    return Check.VALID if verify(unsigned, message.signature, key) else Check.INVALID


def _check_mac(message: Message, unsigned: bytes, keys: KeyStore, broker: Eui64 | None) -> Check:
    if message.mac is None:
        return Check.ABSENT
    relayed = message.cra == Cra.COMMAND and message.message_code not in BETWEEN_DEVICES
    maker = broker if relayed else message.originator
    agreed = agreed_between(keys, maker, message.target) if maker is not None else None
    if agreed is None:
        return Check.UNKNOWN_KEY
    key = derive_key(agreed, message.cra, message.originator, message.counter, message.target)
    signature = message.signature or b""
    made = gmac(unsigned + bytes((len(signature),)) + signature, key, message.originator)
    return Check.VALID if compare_digest(made, message.mac) else Check.INVALID


def protect(unsigned: bytes, *, critical: bool, originator: Eui64, target: Eui64, keys: KeyStore) -> bytes:
    """Return a Response or Alert as it goes on the air: signed where ``critical``, else under a MAC.

    ``unsigned`` is the general-signing APDU up to its payload; ``originator`` is whose private key protects it,
    ``target`` whose public key the MAC's key is agreed with. Raises :class:`InternalError` where a key is not known.
    """
    if critical:
        signing = keys.signing_private(originator)
        if signing is None:
            raise InternalError(f"no signing key of {originator}")
        return unsigned + b"\x40" + sign(unsigned, signing)
    agreed = agreed_between(keys, originator, target)
    if agreed is None:
        raise InternalError(f"no agreement keys of {originator} and {target}")
    counter = int.from_bytes(unsigned[3:11], "big")
    key = derive_key(agreed, unsigned[2], Eui64(unsigned[12:20].hex()), counter, Eui64(unsigned[21:29].hex()))
    apdu = unsigned + b"\x00"
    return wrap(apdu, gmac(apdu, key, originator))
