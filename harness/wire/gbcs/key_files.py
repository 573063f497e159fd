"""Files of certificates and private keys: PEM or DER, X.509 and PKCS#8, on P-256."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.errors import UsageError
from harness.vocab.identity import Eui64
from harness.wire.gbcs.asn1 import OCTET_STRING, SEQUENCE, decode_tlv
from harness.wire.gbcs.errors import GbcsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.x509 import Certificate

__all__ = ["KeyCertificate", "KeyFileError", "KeyUse", "LoneKey", "read_certificate", "read_key_file"]

KeyUse = Literal["signing", "agreement"]

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_UNIQUE_IDENTIFIER = "2.5.4.45"
_HARDWARE_MODULE_NAME = "1.3.6.1.5.5.7.8.4"
_KEY_LABELS = (b"PRIVATE KEY", b"EC PRIVATE KEY")
_SKIPPED_LABELS = (b"EC PARAMETERS",)
_EUI_SIZE = 8
_POINT_SIZE, _SCALAR_SIZE = 65, 32


class KeyFileError(UsageError):
    """A file or folder of keys cannot be used as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCertificate:
    """What a certificate says: whose key, for what."""

    owner: Eui64
    use: KeyUse
    point: bytes
    role: str
    """Number of the remote party role, such as ``04`` for the Access Control Broker; empty in device certificates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneKey:
    """A private key; whose it is a certificate says, or the name of its file."""

    scalar: bytes
    point: bytes


def read_key_file(octets: bytes, name: str) -> tuple[tuple[KeyCertificate | LoneKey, ...], tuple[str, ...]]:
    """Return the certificates and keys of one file, and remarks on what in it is of no use here.

    ``name`` is what errors call the file. Raises :class:`KeyFileError` where something in it is neither.
    """
    found: list[KeyCertificate | LoneKey] = []
    remarks = []
    for label, der in _blocks(octets, name):
        if label in _SKIPPED_LABELS:
            continue
        if label in _KEY_LABELS:
            found.append(_private_key(der, name))
        elif label == b"CERTIFICATE":
            certificate = read_certificate(der, name)
            found.extend([certificate] if certificate else [])
            remarks.extend([] if certificate else [f"{name}: a certificate that only certifies others is not used"])
        else:
            raise KeyFileError(f"holds '{label.decode()}'", where=name, expected="certificates and unencrypted private keys")
    return tuple(found), tuple(remarks)


def _blocks(octets: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield what a file holds as pairs of PEM label and DER."""
    expected = "a certificate or private key, PEM or DER"
    if octets[:1] == b"\x30":
        yield (b"CERTIFICATE" if _is_certificate(octets) else b"PRIVATE KEY"), octets
        return
    blocks = _PEM.findall(octets)
    if not blocks:
        raise KeyFileError("is neither PEM nor DER", where=name, expected=expected)
    for label, text in blocks:
        try:
            yield label, b64decode(b"".join(text.split()), validate=True)
        except Base64Error:
            raise KeyFileError(f"has a {label.decode().lower()} that is not base64", where=name, expected=expected) from None


def _is_certificate(der: bytes) -> bool:
    """Tell a certificate, whose first member is a SEQUENCE, from a PKCS#8 key, whose first member is a version."""
    try:
        return bool(decode_tlv(der).children) and decode_tlv(der).children[0].tag == SEQUENCE
    except GbcsError:
        return False


def _private_key(der: bytes, name: str) -> LoneKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

    try:
        key = load_der_private_key(der, password=None)
    except (ValueError, TypeError) as error:
        expected = "an unencrypted PKCS#8 key on P-256"
        raise KeyFileError("holds a private key that cannot be read", where=name, expected=expected) from error
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise KeyFileError("holds a private key of another kind", where=name, expected="a key on P-256")
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return LoneKey(scalar=key.private_numbers().private_value.to_bytes(_SCALAR_SIZE, "big"), point=point)


def read_certificate(der: bytes, name: str) -> KeyCertificate | None:
    """Read a certificate, from a file or out of a Command; ``None`` where its key neither signs nor agrees, because it is an authority's.

    ``name`` is what errors call its place. Raises :class:`KeyFileError` where it is none, or not of the smart metering kind.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    try:
        certificate = load_der_x509_certificate(der)
        key = certificate.public_key()
        uses = _uses(certificate)
    except Exception as error:
        raise KeyFileError("holds a certificate that cannot be read", where=name, expected="an X.509 certificate on P-256") from error
    if not uses:
        return None
    if len(uses) > 1:
        expected = "digital signature or key agreement"
        raise KeyFileError("holds a certificate for signing and agreement both", where=name, expected=expected)
    if not isinstance(key, EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise KeyFileError("holds a certificate of another kind of key", where=name, expected="a key on P-256")
    return KeyCertificate(
        owner=_owner(certificate, name),
        use=uses[0],
        point=key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        role=_role(certificate),
    )


def _uses(certificate: Certificate) -> tuple[KeyUse, ...]:
    from cryptography.x509 import ExtensionNotFound, KeyUsage

    try:
        usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return ()
    uses: tuple[KeyUse, ...] = ("signing",) if usage.digital_signature else ()
    return (*uses, "agreement") if usage.key_agreement else uses


def _role(certificate: Certificate) -> str:
    from cryptography.x509.oid import NameOID

    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return str(units[0].value) if units else ""


def _owner(certificate: Certificate, name: str) -> Eui64:
    """Return whose certificate it is: an organisation's subject, or a device's alternative name, says so."""
    octets = _organisation(certificate) or _device(certificate)
    if octets is None:
        expected = f"8 octets in subject attribute {_UNIQUE_IDENTIFIER}, or in an alternative name {_HARDWARE_MODULE_NAME}"
        raise KeyFileError("holds a certificate without an EUI-64", where=name, expected=expected)
    return Eui64(octets.hex())


def _organisation(certificate: Certificate) -> bytes | None:
    for attribute in certificate.subject:
        value = attribute.value
        if attribute.oid.dotted_string == _UNIQUE_IDENTIFIER and isinstance(value, bytes) and len(value) == 1 + _EUI_SIZE:
            return value[1:]
    return None


def _device(certificate: Certificate) -> bytes | None:
    from cryptography.x509 import ExtensionNotFound, OtherName, SubjectAlternativeName

    try:
        names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return None
    for other in names:
        if isinstance(other, OtherName) and other.type_id.dotted_string == _HARDWARE_MODULE_NAME:
            try:
                parts = decode_tlv(other.value).children
            except GbcsError:
                continue
            if len(parts) == 2 and parts[1].tag == OCTET_STRING and len(parts[1].content) == _EUI_SIZE:
                return parts[1].content
    return None
