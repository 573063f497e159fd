"""RFC 3161 time stamps over signatures: what an authority says about when a signature existed.

The library that reads them (``rfc3161-client``) is imported only where there is one to read. The roots come
from whoever verifies, never from the bundle.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import BundleError, UnavailableError, UsageError
from harness.evidence.instants import instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

__all__ = ["NO_ROOTS", "Stamp", "TsaRoots", "read_roots", "read_stamp", "stamp_query", "stamp_time"]

_LONGEST_CHAIN = 8
_DIGESTS = {f"2.16.840.1.101.3.4.2.{last}": name for last, name in ((1, "sha256"), (2, "sha384"), (3, "sha512"))}
"""Digests of messages by object identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """That a signature existed at an instant, by the word of an authority under a given root."""

    time: str
    """The authority's instant, fractions of a second cut off."""
    authority: str
    """Subject of the authority's certificate, RFC 4514."""


@dataclass(frozen=True, slots=True)
class TsaRoots:
    """The certificates under which time-stamping authorities are believed; empty where none were given."""

    certificates: tuple[Certificate, ...] = ()


NO_ROOTS = TsaRoots()
"""The roots of who was given none."""


def read_roots(path: Path) -> TsaRoots:
    """Read root certificates from PEM; raises :class:`UsageError` where there are none."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return TsaRoots(tuple(load_pem_x509_certificates(path.read_bytes())))
    except OSError as error:
        raise UsageError(f"the roots could not be read: {error.strerror}", where=str(path)) from error
    except ValueError as error:
        raise UsageError("holds no certificate", where=str(path), expected="PEM certificates of time-stamping roots") from error


def stamp_query(signature: bytes) -> bytes:
    """Return the query for a stamp over a signature, DER: SHA-256, no nonce, the authority's certificate wanted.

    Raises :class:`UnavailableError` where ``rfc3161-client`` is not installed.
    """
    _require()
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes()


def read_stamp(response: bytes, signature: bytes, roots: TsaRoots) -> Stamp:
    """Return what a response says about a signature.

    Raises :class:`BundleError` with code ``E-SIG-PARSE`` for octets that are no response,
    ``E-SIG-INVALID`` for one that is over something else, refused, or not signed as it says, and
    ``U-TSA`` where the authority is none of those under ``roots``; :class:`UnavailableError` as
    :func:`stamp_query` does.
    """
    with _well_formed():
        found, leaf, others = _decoded(response, signature)
        stamp = Stamp(time=instant(found.tst_info.gen_time), authority=leaf.subject.rfc4514_string())
        if not _is_under(leaf, others, roots.certificates):
            given = "no roots were given" if not roots.certificates else "it is under none of the given roots"
            raise BundleError(f"U-TSA is stamped by '{stamp.authority}', and {given}", expected="--tsa-roots with its root")
    _check_signature(found, signature, roots)
    return stamp


@contextmanager
def _well_formed() -> Iterator[None]:
    """Let octets that cannot be read, at whatever depth, be told of as such; a name in a string of no known type is a ``KeyError``."""
    try:
        yield
    except (ValueError, KeyError) as error:
        raise BundleError("E-SIG-PARSE its time stamp is not a response as RFC 3161 writes one") from error


def stamp_time(response: bytes, signature: bytes) -> str:
    """Return the instant that a response over a signature names, whoever the authority is; raises as :func:`read_stamp` does."""
    with _well_formed():
        return instant(_decoded(response, signature)[0].tst_info.gen_time)


def _decoded(response: bytes, signature: bytes) -> tuple[TimeStampResponse, Certificate, tuple[Certificate, ...]]:
    """Return a response known to be over the signature, the authority's certificate, and all that came with it."""
    _require()
    from rfc3161_client import PKIStatus, decode_timestamp_response

    found = decode_timestamp_response(response)
    if PKIStatus(found.status) is not PKIStatus.GRANTED:
        raise BundleError("E-SIG-INVALID its time stamp was refused by the authority")
    _check_imprint(found, signature)
    return found, *_certificates(found)


def _require() -> None:
    from importlib.util import find_spec

    if find_spec("rfc3161_client") is None:
        raise UnavailableError("time stamps need the package rfc3161-client", expected="pip install 'smets-harness[stamp]'")


def _certificates(response: TimeStampResponse) -> tuple[Certificate, tuple[Certificate, ...]]:
    """Return the authority's certificate and all that came with it; raises :class:`ValueError` where it did not come."""
    from cryptography.x509 import load_der_x509_certificate

    data = response.signed_data
    certificates = tuple(load_der_x509_certificate(octets) for octets in sorted(data.certificates))
    signers = [(signer.issuer, signer.serial_number) for signer in data.signer_infos]
    leaf = next((one for one in certificates if (one.issuer, one.serial_number) in signers), None)
    if leaf is None:
        raise ValueError("no certificate of the authority")
    return leaf, certificates


def _check_imprint(response: TimeStampResponse, signature: bytes) -> None:
    from hashlib import new

    imprint = response.tst_info.message_imprint
    algorithm = _DIGESTS.get(imprint.hash_algorithm.dotted_string, "")
    if not algorithm or new(algorithm, signature).digest() != imprint.message:
        raise BundleError("E-SIG-INVALID its time stamp is over something else than its signature")


def _is_under(leaf: Certificate, others: tuple[Certificate, ...], roots: tuple[Certificate, ...]) -> bool:
    """Tell whether a chain of issuers leads from the authority's certificate to a root."""
    current = leaf
    for _ in range(_LONGEST_CHAIN):
        if current in roots or any(_issued(root, current) for root in roots):
            return True
        above = next((one for one in others if one != current and _issued(one, current)), None)
        if above is None:
            return False
        current = above
    return False


def _issued(issuer: Certificate, certificate: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _check_signature(response: TimeStampResponse, signature: bytes, roots: TsaRoots) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        VerifierBuilder(roots=list(roots.certificates)).build().verify_message(response, signature)
    except (VerificationError, ValueError) as error:
        raise BundleError("E-SIG-INVALID its time stamp does not verify under the given roots") from error
