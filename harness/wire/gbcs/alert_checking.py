"""Alerts in bulk: octets to :class:`~harness.vocab.alert.Alert` with signature and MAC checked, and nothing computed twice.

What :func:`~harness.wire.gbcs.crypto.authenticate` says of a message, said faster for alerts of the plain shapes: what a pair of originator
and target have in common is kept, and the octets that a signature or MAC covers are cut from the message, not written anew. Every other
shape goes the common way.
"""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from harness.vocab.identity import Eui64
from harness.wire.gbcs.alert_reading import read_alert
from harness.wire.gbcs.crypto import MAC_AAD, Authentication, Check, agreed_between, authenticate, key_prefix
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.primitives import aesgcm, verified

if TYPE_CHECKING:
    from harness.vocab.alert import Alert
    from harness.wire.gbcs.keys import KeyStore, PublicKey

__all__ = ["AlertChecker", "CheckedAlert"]

_MOST_PAIRS = 1 << 16
_SIGNATURE_FIELD = 65
_SIGNATURE_VALID, _SIGNATURE_INVALID, _SIGNATURE_UNKNOWN = (
    Authentication(signature=check, mac=Check.ABSENT) for check in (Check.VALID, Check.INVALID, Check.UNKNOWN_KEY)
)
_MAC_VALID, _MAC_INVALID, _MAC_UNKNOWN = (
    Authentication(signature=Check.ABSENT, mac=check) for check in (Check.VALID, Check.INVALID, Check.UNKNOWN_KEY)
)


class CheckedAlert(NamedTuple):
    """An alert and what its protection says."""

    alert: Alert
    authentication: Authentication


class _Pair(NamedTuple):
    """What all MACs between an originator and a target have in common."""

    prefix: bytes
    """What the key derivation hashes before flag and counter."""
    target: bytes
    nonce: bytes


class AlertChecker:
    """Reads and checks alerts with the keys of one store, which is not to change meanwhile."""

    __slots__ = ("_keys", "_pairs", "_signers")

    def __init__(self, keys: KeyStore) -> None:
        """Check with these keys."""
        self._keys = keys
        self._pairs: dict[bytes, _Pair | None] = {}
        self._signers: dict[str, PublicKey | None] = {}

    def check(self, octets: bytes) -> CheckedAlert:
        """Read one alert and check it; raises :class:`GbcsError` as :func:`~harness.wire.gbcs.alert_reading.read_alert` does."""
        alert = read_alert.__wrapped__(octets)
        if alert.critical:
            return CheckedAlert(alert, self._signature(alert))
        return CheckedAlert(alert, self._mac(octets))

    def _signature(self, alert: Alert) -> Authentication:
        """Check an alert that is signed and has no MAC: its signature field is its end."""
        try:
            key = self._signers[alert.originator]
        except KeyError:
            key = self._signers[alert.originator] = self._keys.signing_public(alert.originator)
        if key is None:
            return _SIGNATURE_UNKNOWN
        octets = alert.octets
        valid = verified(octets[1:-_SIGNATURE_FIELD], octets[-64:], key)
        return _SIGNATURE_VALID if valid else _SIGNATURE_INVALID

    def _mac(self, octets: bytes) -> Authentication:
        """Check an alert under a MAC: the short way where the header is the shortest, and the signature field empty."""
        if octets[42:44] != b"\x00\x02" or octets[46] != len(octets) - 60:
            return authenticate(decode_message(octets), self._keys)
        ends = octets[25:42]
        try:
            pair = self._pairs[ends]
        except KeyError:
            pair = self._agree(ends)
        if pair is None:
            return _MAC_UNKNOWN
        prefix, target, nonce = pair
        key = sha256(prefix + octets[14:24] + target).digest()[:16]
        made = aesgcm()(key).encrypt(nonce, b"", MAC_AAD + octets[13:-12])
        return _MAC_VALID if compare_digest(made[:12], octets[-12:]) else _MAC_INVALID

    def _agree(self, ends: bytes) -> _Pair | None:
        """Return what originator and target (with a length octet between them) have in common; ``None`` where a key is not known."""
        originator, target = Eui64(ends[:8].hex()), Eui64(ends[9:].hex())
        agreed = agreed_between(self._keys, originator, target)
        pair = None if agreed is None else _Pair(key_prefix(agreed, originator), ends[9:], ends[:8] + bytes(4))
        if len(self._pairs) >= _MOST_PAIRS:
            self._pairs.clear()
        self._pairs[ends] = pair
        return pair
