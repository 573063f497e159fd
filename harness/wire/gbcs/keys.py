"""Keys of devices and remote parties: a store to look them up in, and test keys made from a seed.

Points are uncompressed (65 octets, ``04 || x || y``), private scalars are 32 octets, big-endian; both are plain octets
until the first signature or agreement needs ``cryptography``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from harness.errors import WireError
from harness.vocab.seed import subseed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

    from harness.vocab.identity import Eui64

__all__ = ["KeyStore", "MemoryKeyStore", "PrivateKey", "PublicKey", "test_keys"]

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the group of P-256 (FIPS 186-4, D.1.2.3)."""


class PublicKey:
    """A P-256 public key; the point is checked and loaded once, when it is first used."""

    __slots__ = ("_loaded", "point")

    def __init__(self, point: bytes) -> None:
        """Keep an uncompressed point of 65 octets."""
        self.point = point
        self._loaded: EllipticCurvePublicKey | None = None

    @property
    def loaded(self) -> EllipticCurvePublicKey:
        """The key as ``cryptography`` has it; raises :class:`WireError` where the octets are no point of P-256."""
        if self._loaded is None:
            from cryptography.hazmat.primitives.asymmetric import ec

            try:
                self._loaded = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.point)
            except ValueError as error:
                raise WireError(f"{self.point.hex()} is not a public key", expected="a point of P-256, 04 || x || y") from error
        return self._loaded


class PrivateKey:
    """A P-256 private key; it remembers what it agreed with each peer, because agreement is the dear part."""

    __slots__ = ("_agreed", "_loaded", "_public", "scalar")

    def __init__(self, scalar: bytes) -> None:
        """Keep a private scalar of 32 octets."""
        self.scalar = scalar
        self._loaded: EllipticCurvePrivateKey | None = None
        self._public: PublicKey | None = None
        self._agreed: dict[bytes, bytes] = {}

    @property
    def loaded(self) -> EllipticCurvePrivateKey:
        """The key as ``cryptography`` has it; raises :class:`WireError` where the scalar is out of range."""
        if self._loaded is None:
            from cryptography.hazmat.primitives.asymmetric import ec

            try:
                self._loaded = ec.derive_private_key(int.from_bytes(self.scalar, "big"), ec.SECP256R1())
            except ValueError as error:
                raise WireError("a private key is out of range", expected="32 octets from 1 to n - 1 of P-256") from error
        return self._loaded

    @property
    def public(self) -> PublicKey:
        """The public key that belongs to this one."""
        if self._public is None:
            from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

            self._public = PublicKey(self.loaded.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        return self._public

    def agree(self, peer: PublicKey) -> bytes:
        """Return Z, the 32-octet x-coordinate of the ECDH product; computed once for each peer."""
        agreed = self._agreed.get(peer.point)
        if agreed is None:
            from cryptography.hazmat.primitives.asymmetric import ec

            agreed = self._agreed[peer.point] = self.loaded.exchange(ec.ECDH(), peer.loaded)
        return agreed


class KeyStore(Protocol):
    """Where keys are looked up; ``None`` means that this key is not known, which is an answer, not an error."""

    def signing_public(self, owner: Eui64) -> PublicKey | None:
        """Return the key that ``owner``'s signatures verify with."""
        ...

    def agreement_public(self, owner: Eui64) -> PublicKey | None:
        """Return the key that others agree with when they talk to ``owner``."""
        ...

    def signing_private(self, owner: Eui64) -> PrivateKey | None:
        """Return the key that ``owner`` signs with."""
        ...

    def agreement_private(self, owner: Eui64) -> PrivateKey | None:
        """Return the key that ``owner`` agrees with."""
        ...


class MemoryKeyStore:
    """A key store that holds what it was given."""

    __slots__ = ("_agreement", "_agreement_private", "_signing", "_signing_private")

    def __init__(self) -> None:
        """Start empty."""
        self._signing: dict[Eui64, PublicKey] = {}
        self._agreement: dict[Eui64, PublicKey] = {}
        self._signing_private: dict[Eui64, PrivateKey] = {}
        self._agreement_private: dict[Eui64, PrivateKey] = {}

    def add_public(self, owner: Eui64, *, signing: bytes = b"", agreement: bytes = b"") -> None:
        """Add uncompressed public points of ``owner``; empty octets add nothing."""
        if signing:
            self._signing[owner] = PublicKey(signing)
        if agreement:
            self._agreement[owner] = PublicKey(agreement)

    def add_private(self, owner: Eui64, *, signing: bytes = b"", agreement: bytes = b"") -> None:
        """Add private scalars of ``owner``, and with them the public keys; empty octets add nothing."""
        if signing:
            self._signing_private[owner] = key = PrivateKey(signing)
            self._signing[owner] = key.public
        if agreement:
            self._agreement_private[owner] = key = PrivateKey(agreement)
            self._agreement[owner] = key.public

    def signing_public(self, owner: Eui64) -> PublicKey | None:
        """Return the key that ``owner``'s signatures verify with."""
        return self._signing.get(owner)

    def agreement_public(self, owner: Eui64) -> PublicKey | None:
        """Return the key that others agree with when they talk to ``owner``."""
        return self._agreement.get(owner)

    def signing_private(self, owner: Eui64) -> PrivateKey | None:
        """Return the key that ``owner`` signs with."""
        return self._signing_private.get(owner)

    def agreement_private(self, owner: Eui64) -> PrivateKey | None:
        """Return the key that ``owner`` agrees with."""
        return self._agreement_private.get(owner)


def test_keys(seed: bytes, label: str) -> bytes:
    """Return the 32-octet private scalar of a test key: never use one outside a simulation.

    The rule: 64 octets are ``subseed(seed, "p256", label, 0) || subseed(seed, "p256", label, 1)``; read as a big-endian
    integer, reduced modulo n - 1, plus 1 (FIPS 186-4, B.4.1, extra random bits), where n is the order of P-256.
    """
    drawn = int.from_bytes(subseed(seed, "p256", label, 0) + subseed(seed, "p256", label, 1), "big")
    return (drawn % (_ORDER - 1) + 1).to_bytes(32, "big")
