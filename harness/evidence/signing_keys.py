"""Keys that sign, from files: PKCS#8 PEM, encrypted or not; and the lab's salt key.

Keys in a security module are in :mod:`harness.evidence.hsm_keys`. Key material is drawn from the operating
system: of all chance in this harness it alone must not be repeatable.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Protocol

from harness.errors import UsageError
from harness.evidence.commitments import LAB_KEY_SIZE
from harness.evidence.public_keys import ED25519, P256, PublicKey, lowest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    Private = EllipticCurvePrivateKey | Ed25519PrivateKey
    Passphrase = Callable[[], bytes]
    """Gives the passphrase of a key; asked only where the key is encrypted."""

__all__ = ["FileKey", "SigningKey", "new_lab_key", "new_signing_key", "read_lab_key", "read_signing_key", "write_secret"]

_LAB_KEY_DIGITS = 2 * LAB_KEY_SIZE


class SigningKey(Protocol):
    """Whatever can sign: a file, a card, a security module."""

    @property
    def public(self) -> PublicKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature over the message: strict DER for ECDSA, 64 octets for Ed25519."""


class FileKey:
    """A private key held in memory; ECDSA signatures are those of RFC 6979, so the same message has the same signature."""

    def __init__(self, private: Private) -> None:
        """Hold a private key; raises :class:`BundleError` for one of an algorithm that this format does not allow."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        self._private = private
        self.public = PublicKey(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def sign(self, message: bytes) -> bytes:
        """Return the signature over the message, the smaller *s* of the two for ECDSA."""
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256

        if isinstance(self._private, EllipticCurvePrivateKey):
            return lowest(self._private.sign(message, ECDSA(SHA256(), deterministic_signing=True)))
        return self._private.sign(message)

    def pem(self, passphrase: bytes = b"") -> bytes:
        """Return the private key as PKCS#8 PEM, encrypted where a passphrase is given."""
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

        encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def new_signing_key(algorithm: str = P256) -> FileKey:
    """Draw a new key, :data:`P256` or :data:`ED25519`."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return FileKey(Ed25519PrivateKey.generate() if algorithm == ED25519 else generate_private_key(SECP256R1()))


def read_signing_key(path: Path, passphrase: Passphrase) -> FileKey:
    """Read a private key from PEM; ``passphrase`` is asked only where it is encrypted.

    Raises :class:`UsageError` where there is none, where others may read it, where the passphrase is not
    its own, or where it is of another algorithm.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    octets = _secret(path)
    encrypted = b"ENCRYPTED" in octets
    try:
        private = load_pem_private_key(octets, passphrase() if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        expected = "PKCS#8 PEM and its own passphrase" if encrypted else "PKCS#8 PEM, as 'smets-harness key new' writes it"
        raise UsageError("no private key could be read", where=str(path), expected=expected) from error
    if isinstance(private, Ed25519PrivateKey) or (isinstance(private, EllipticCurvePrivateKey) and isinstance(private.curve, SECP256R1)):
        return FileKey(private)
    raise UsageError("a private key of another kind", where=str(path), expected="a key on P-256, or an Ed25519 key")


def new_lab_key() -> bytes:
    """Return the file of a new salt key: 64 hexadecimal digits and a line feed."""
    return os.urandom(LAB_KEY_SIZE).hex().encode() + b"\n"


def read_lab_key(path: Path) -> bytes:
    """Return the 32 octets of the lab's salt key.

    Raises :class:`UsageError` where there is none, where others may read it, or where it is no such key.
    """
    digits = _secret(path).removesuffix(b"\n")
    try:
        if len(digits) == _LAB_KEY_DIGITS:
            return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        pass
    raise UsageError("is no lab key", where=str(path), expected="64 hexadecimal digits, as 'smets-harness key new --salt' writes them")


def write_secret(path: Path, octets: bytes) -> None:
    """Write a new file that nobody else may read; raises :class:`UsageError` where something is there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise UsageError("is there already; a key is never overwritten", where=str(path), expected="a name not taken") from error
    except OSError as error:
        raise UsageError(f"could not be written: {error.strerror}", where=str(path)) from error
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(octets)
        stream.flush()
        os.fsync(stream.fileno())


def _secret(path: Path) -> bytes:
    """Return the octets of a file that only its owner may read."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise UsageError("others may read this key", where=str(path), expected=f"'chmod 600 {path}', and a new key if they could have")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"the key could not be read: {error.strerror}", where=str(path)) from error
