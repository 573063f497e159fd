"""Certificate-based key establishment, suites 1 and 2: from two implicit certificates to one link key.

Smart Energy (07-5356), annex C. A certificate holds no public key but a point from which, with the issuer's
public key, it is reconstructed (ECQV); the two sides agree by static and ephemeral keys at once (ECMQV), derive a
key for MACs and the link key, and confirm by MACs that both have them. Checked against the numbers of annexes C.5
and C.6.

Everything that is random is handed in, so an exchange is a function of its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from harness.vocab.identity import Eui64
from harness.wire.zigbee.derivations import hmac_mmo, mmo
from harness.wire.zigbee.koblitz import SECT163K1, SECT283K1, CurveError, Koblitz

__all__ = [
    "SUITE_1",
    "SUITE_2",
    "Agreement",
    "Certificate",
    "Credentials",
    "Suite",
    "agree",
    "extract_public",
    "issue",
    "mac_u",
    "mac_v",
    "read_certificate",
]

_INITIATOR, _RESPONDER = b"\x02", b"\x03"
_KEY_USAGE: Final = 0x88
"""Digital signature and key agreement (X.509 bits 0 and 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A cryptographic suite of the Key Establishment cluster."""

    number: int
    """1 or 2; on the air it is a bit of a mask, of the same value."""
    curve: Koblitz
    certificate_size: int

    @property
    def name(self) -> str:
        """Write ``suite 2 (sect283k1)``."""
        return f"suite {self.number} ({self.curve.name})"


SUITE_1: Final = Suite(number=1, curve=SECT163K1, certificate_size=48)
SUITE_2: Final = Suite(number=2, curve=SECT283K1, certificate_size=74)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """An implicit certificate as it stands on the air."""

    suite: Suite
    octets: bytes
    subject: Eui64
    issuer: Eui64
    reconstruction: bytes
    """Compressed point from which the public key follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What one device brings: its certificate, the private key that belongs to it, and its issuer's public key."""

    certificate: Certificate
    private: int
    issuer_public: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What both sides derive."""

    mac_key: bytes
    """16 octets, for the two confirmations."""
    link_key: bytes
    """16 octets, for everything afterwards."""


def read_certificate(octets: bytes) -> Certificate:
    """Read a certificate of either suite, told apart by its length.

    Suite 1: point(22), subject(8), issuer(8), attributes(10). Suite 2: type(1) 00, serial(8), curve(1) 0D, hash(1) 08,
    issuer(8), valid from(5), valid for(4), subject(8), usage(1), point(37); identities have their highest octet first
    in both. Raises :class:`CurveError` where the octets are neither.
    """
    if len(octets) == SUITE_1.certificate_size:
        return Certificate(
            suite=SUITE_1, octets=octets, subject=Eui64(octets[22:30].hex()), issuer=Eui64(octets[30:38].hex()), reconstruction=octets[:22]
        )
    if len(octets) != SUITE_2.certificate_size:
        raise CurveError(f"a certificate of {len(octets)} octets", expected="48 octets (suite 1) or 74 (suite 2)")
    head = (octets[0], octets[9], octets[10], octets[36])
    if head != (0x00, 0x0D, 0x08, _KEY_USAGE):
        found = " ".join(f"{octet:02x}" for octet in head)
        raise CurveError(f"type, curve, hash and usage of a certificate are {found}", expected="00 0d 08 88")
    return Certificate(
        suite=SUITE_2, octets=octets, subject=Eui64(octets[28:36].hex()), issuer=Eui64(octets[11:19].hex()), reconstruction=octets[37:]
    )


@lru_cache(maxsize=1024)
def extract_public(octets: bytes, issuer_public: bytes) -> bytes:
    """Return the compressed public key of a certificate's subject: ``e * P + Q_issuer``, e the hash of the certificate (ECQV).

    Raises :class:`CurveError` where certificate or key are not of one suite, or hold no point of its curve.
    """
    certificate = read_certificate(octets)
    curve = certificate.suite.curve
    issuer = curve.decompress(issuer_public)
    return curve.compress(curve.add(curve.multiply(_hashed(octets, curve), curve.decompress(certificate.reconstruction)), issuer))


def issue(suite: Suite, *, subject: Eui64, issuer: Eui64, issuer_private: int, serial: int, chance: tuple[int, int]) -> Credentials:
    """Issue a certificate as a test authority does, and return it with its private key.

    ``chance`` are two secret numbers, one of the device and one of the authority, each reduced to the range of private keys.
    Raises :class:`CurveError` where the issuer's private key is none.
    """
    curve = suite.curve
    issuer_public = curve.public(issuer_private)
    requested, added = (1 + number % (curve.order - 1) for number in chance)
    point = curve.compress(curve.multiply(requested + added, curve.generator))
    if suite is SUITE_1:
        octets = point + bytes.fromhex(subject + issuer) + bytes.fromhex("0109") + serial.to_bytes(8, "big")
    else:
        head = b"\x00" + serial.to_bytes(8, "big") + b"\x0d\x08" + bytes.fromhex(issuer)
        octets = head + bytes(5) + b"\xff\xff\xff\xff" + bytes.fromhex(subject) + bytes((_KEY_USAGE,)) + point
    private = (_hashed(octets, curve) * (requested + added) + issuer_private) % curve.order
    return Credentials(certificate=read_certificate(octets), private=private, issuer_public=issuer_public)


def agree(own: Credentials, ephemeral: int, peer: bytes, peer_ephemeral: bytes) -> Agreement:
    """Agree on keys with a peer, from its certificate and its ephemeral public key (ECMQV).

    Raises :class:`CurveError` where the peer's certificate is of another suite or issuer, or where what it sent is no key.
    """
    certificate = read_certificate(peer)
    curve = own.certificate.suite.curve
    if certificate.suite is not own.certificate.suite:
        raise CurveError(f"the peer's certificate is of {certificate.suite.name}", expected=own.certificate.suite.name)
    if certificate.issuer != own.certificate.issuer:
        raise CurveError(f"the peer's certificate was issued by {certificate.issuer}", expected=own.certificate.issuer)
    return _agreed(curve, own.private, ephemeral, extract_public(peer, own.issuer_public), peer_ephemeral)


@lru_cache(maxsize=1024)
def _agreed(curve: Koblitz, private: int, ephemeral: int, peer_public: bytes, peer_ephemeral: bytes) -> Agreement:
    own_x = int.from_bytes(curve.public(ephemeral)[1:], "big")
    implicit = (ephemeral + _associated(own_x, curve) * private) % curve.order
    theirs = curve.decompress(peer_ephemeral)
    combined = curve.add(theirs, curve.multiply(_associated(theirs[0], curve), curve.decompress(peer_public)))
    shared = curve.multiply(curve.cofactor * implicit, combined)
    if shared is None:
        raise CurveError("the peer's keys agree on the point at infinity", expected="keys that were drawn by chance")
    secret = shared[0].to_bytes(curve.field_size, "big")
    return Agreement(mac_key=mmo(secret + b"\x00\x00\x00\x01"), link_key=mmo(secret + b"\x00\x00\x00\x02"))


def _associated(x: int, curve: Koblitz) -> int:
    """Return the associate value of a point: the lower half of its x-coordinate, with the bit above it set."""
    half = 1 << ((curve.order.bit_length() + 1) // 2)
    return x % half + half


def mac_u(key: bytes, initiator: Eui64, responder: Eui64, initiator_ephemeral: bytes, responder_ephemeral: bytes) -> bytes:
    """Return what the initiator confirms with: 16 octets under the MAC key."""
    return hmac_mmo(key, _INITIATOR + bytes.fromhex(initiator + responder) + initiator_ephemeral + responder_ephemeral)


def mac_v(key: bytes, initiator: Eui64, responder: Eui64, initiator_ephemeral: bytes, responder_ephemeral: bytes) -> bytes:
    """Return what the responder confirms with: 16 octets under the MAC key."""
    return hmac_mmo(key, _RESPONDER + bytes.fromhex(responder + initiator) + responder_ephemeral + initiator_ephemeral)


def _hashed(octets: bytes, curve: Koblitz) -> int:
    return int.from_bytes(mmo(octets), "big") % curve.order
