"""DSSE envelopes: octets, their type and one signature, spelt one way.

Dead Simple Signing Envelope, version 1. What is signed is the pre-authentication encoding (:func:`pae`), never
the JSON around it. This format allows one signature an envelope, standard base64, and the canonical spelling.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import BundleError
from harness.vocab.canonical import document, parse

if TYPE_CHECKING:
    from harness.vocab.canonical import Json

__all__ = ["PAYLOAD_TYPE", "Envelope", "pae", "read_envelope"]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""The only type of payload that a bundle carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A payload with one signature over it, and what an authority said about when."""

    payload: bytes
    payload_type: str = PAYLOAD_TYPE
    keyid: str
    """Which key is said to have signed; believed only once its signature verifies."""
    signature: bytes
    stamp: bytes = b""
    """An RFC 3161 response over ``signature``, DER; empty where there is none. Other readers of DSSE pass it over."""

    @property
    def octets(self) -> bytes:
        """The envelope as a file, in its one spelling."""
        signature: dict[str, Json] = {"keyid": self.keyid, "sig": _encoded(self.signature)}
        if self.stamp:
            signature["rfc3161"] = _encoded(self.stamp)
        return document({"payload": _encoded(self.payload), "payloadType": self.payload_type, "signatures": [signature]})

    @property
    def signed(self) -> bytes:
        """The octets that the signature is over."""
        return pae(self.payload_type, self.payload)


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding: what a DSSE signature is made over."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def read_envelope(octets: bytes, *, where: str = "") -> Envelope:
    """Read an envelope and insist on its one spelling; the payload is not looked at.

    Raises :class:`BundleError` with code ``E-SIG-PARSE``.
    """
    try:
        found = _envelope(parse(octets))
    except (BundleError, KeyError, TypeError, ValueError):
        found = None
    if found is None or found.octets != octets:
        raise BundleError(
            "E-SIG-PARSE is not an envelope as this format writes one",
            where=where,
            expected="canonical JSON with payload, payloadType and one signature, base64 with padding",
        )
    return found


def _envelope(value: object) -> Envelope:
    if not isinstance(value, dict):
        raise TypeError
    (signature,) = value["signatures"]
    if not isinstance(value["payloadType"], str) or not isinstance(signature["keyid"], str):
        raise TypeError
    return Envelope(
        payload=b64decode(value["payload"], validate=True),
        payload_type=value["payloadType"],
        keyid=signature["keyid"],
        signature=b64decode(signature["sig"], validate=True),
        stamp=b64decode(signature.get("rfc3161", ""), validate=True),
    )


def _encoded(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")
