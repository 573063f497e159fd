"""Public keys by which evidence is verified: ECDSA on P-256 with SHA-256, and Ed25519.

A key is known by its key identifier, the SHA-256 of its SubjectPublicKeyInfo (DER). An ECDSA signature is
accepted in one form only, strict DER with the smaller of the two values of *s* that verify, so that
nobody can turn a signature into another one.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from harness.errors import BundleError

__all__ = ["ED25519", "P256", "PublicKey", "lowest", "read_pem"]

P256 = "ecdsa-p256-sha256"
"""Name of the kind of key that signs here."""

ED25519 = "ed25519"
"""Name of a kind of key that is verified, and not made, here."""

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HEADS = {
    P256: (bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"), 91),
    ED25519: (bytes.fromhex("302a300506032b6570032100"), 44),
}
"""How a SubjectPublicKeyInfo of each algorithm begins, the point uncompressed, and its length."""
_BEGIN, _END = b"-----BEGIN PUBLIC KEY-----\n", b"-----END PUBLIC KEY-----\n"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key of an algorithm that this format allows."""

    spki: bytes
    """SubjectPublicKeyInfo, DER."""

    def __post_init__(self) -> None:
        """Raise :class:`BundleError` with code ``E-SIG-TYPE`` for a key of any other algorithm or form."""
        if not any(self.spki.startswith(head) and len(self.spki) == length for head, length in _HEADS.values()):
            raise BundleError("E-SIG-TYPE a public key of another kind", expected="P-256 with an uncompressed point, or Ed25519")

    @property
    def algorithm(self) -> str:
        """:data:`P256` or :data:`ED25519`."""
        return next(name for name, (head, _) in _HEADS.items() if self.spki.startswith(head))

    @property
    def keyid(self) -> str:
        """The key identifier, 64 hexadecimal digits."""
        return sha256(self.spki).hexdigest()

    @property
    def pem(self) -> bytes:
        """The key as ``openssl pkey -pubout`` writes it."""
        text = b64encode(self.spki)
        return _BEGIN + b"".join(text[at : at + 64] + b"\n" for at in range(0, len(text), 64)) + _END

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this is the signature of this key over the message, in its one form."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        try:
            key = load_der_public_key(self.spki)
            if isinstance(key, EllipticCurvePublicKey):
                key.verify(signature, message, ECDSA(SHA256()))
                return lowest(signature) == signature
            if isinstance(key, Ed25519PublicKey):
                key.verify(signature, message)
                return True
        except (InvalidSignature, ValueError):
            return False
        return False


def lowest(signature: bytes) -> bytes:
    """Return an ECDSA signature on P-256, DER, with the smaller of the two values of *s*.

    Raises :class:`ValueError` where it is not a signature at all.
    """
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, _ORDER - s))


def read_pem(octets: bytes, *, where: str = "") -> PublicKey:
    """Read a public key from PEM in its one spelling.

    Raises :class:`BundleError` with code ``E-SIG-PARSE`` for another spelling, and as :class:`PublicKey` does.
    """
    body = octets.removeprefix(_BEGIN).removesuffix(_END)
    try:
        key = PublicKey(b64decode(body))
    except ValueError:
        key = None
    if key is None or key.pem != octets:
        raise BundleError("E-SIG-PARSE is not a public key in PEM", where=where, expected="what 'openssl pkey -pubout' writes")
    return key
