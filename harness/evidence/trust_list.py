"""Whose signature counts, for what, and when: ``trust.json``, which comes from anywhere but the bundle."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.errors import BundleError, UsageError, nearest
from harness.evidence.instants import is_instant
from harness.evidence.public_keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.vocab.canonical import Json

__all__ = ["FORMAT", "NOBODY", "ROLES", "Holder", "TrustList", "read_trust"]

FORMAT = "smets-trust/1"
"""Names the format in ``trust.json``."""

ROLES = {
    "operator": "carried the plan out: signs plan, run and selftest",
    "reviewer": "recomputed the results: signs grade",
    "discloser": "decided what leaves the lab: signs disclosure",
}
"""What a key may be trusted as."""

_MEMBERS = {"public-key", "holder", "organisation", "roles", "not-before", "not-after", "revoked-at"}
_TIMES = ("not-before", "not-after", "revoked-at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a key, what it is trusted for, and from when to when."""

    key: PublicKey
    holder: str
    organisation: str
    roles: tuple[str, ...]
    """Some of :data:`ROLES`."""
    not_before: str = ""
    """Instant from which signatures count; empty for always."""
    not_after: str = ""
    """Instant up to which signatures count; empty for always."""
    revoked_at: str = ""
    """Instant from which nothing the key signs can be believed; empty where it was not revoked."""

    @property
    def words(self) -> str:
        """The holder for a sentence."""
        return f"{self.holder}, {self.organisation}"

    def entry(self) -> dict[str, Json]:
        """Return the holder as ``trust.json`` has it."""
        return {
            "public-key": b64encode(self.key.spki).decode("ascii"),
            "holder": self.holder,
            "organisation": self.organisation,
            "roles": list(self.roles),
            "not-before": self.not_before or None,
            "not-after": self.not_after or None,
            "revoked-at": self.revoked_at or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustList:
    """Holders by key identifier."""

    holders: Mapping[str, Holder] = field(default_factory=dict)
    given: bool = True
    """Whether there is a list at all; without one nobody is trusted, and a sentence says why."""

    def document(self) -> dict[str, Json]:
        """Return the value of ``trust.json``."""
        return {"format": FORMAT, "keys": {keyid: self.holders[keyid].entry() for keyid in sorted(self.holders)}}

    def with_holder(self, holder: Holder) -> TrustList:
        """Return the list with one more holder, or another entry for the same key."""
        return TrustList(holders={**self.holders, holder.key.keyid: holder})


NOBODY = TrustList(given=False)
"""The list of who was given none."""


def read_trust(path: Path) -> TrustList:
    """Read ``trust.json``; its spelling is free, its members are not.

    Raises :class:`UsageError` naming the member that is wrong.
    """
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"the trust list could not be read: {error.strerror}", where=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is not JSON: {error}", where=str(path), expected="what 'smets-harness key trust' prints") from error
    keys = value.get("keys") if isinstance(value, dict) and value.get("format") == FORMAT else None
    if not isinstance(keys, dict) or value.keys() != {"format", "keys"}:
        raise UsageError("is not a trust list", where=str(path), expected=f"an object with format '{FORMAT}' and keys")
    return TrustList(holders={keyid: _holder(keyid, entry, f"{path}: keys.{keyid}") for keyid, entry in keys.items()})


def _holder(keyid: str, entry: object, where: str) -> Holder:
    if not isinstance(entry, dict):
        raise UsageError("is no object", where=where, expected=", ".join(sorted(_MEMBERS)))
    for member in sorted(entry.keys() - _MEMBERS):
        raise UsageError(f"no member '{member}'", where=where, expected=", ".join(sorted(_MEMBERS)), nearest=nearest(member, _MEMBERS))
    for member in ("public-key", "holder", "organisation"):
        if not isinstance(entry.get(member), str) or not entry[member].strip() or not entry[member].isprintable():
            raise UsageError(f"{member} is missing", where=where, expected="text")
    for member in _TIMES:
        if entry.get(member) is not None and not is_instant(entry[member]):
            raise UsageError(f"{member} is not an instant", where=where, expected="such as '2030-01-07T09:00:00Z', or null")
    roles = entry.get("roles")
    if not isinstance(roles, list) or not roles or not all(isinstance(role, str) and role in ROLES for role in roles):
        raise UsageError("roles are missing or unknown", where=where, expected=f"a list of {', '.join(ROLES)}")
    return Holder(
        key=_key(keyid, entry["public-key"], where),
        holder=entry["holder"],
        organisation=entry["organisation"],
        roles=tuple(roles),
        not_before=entry.get("not-before") or "",
        not_after=entry.get("not-after") or "",
        revoked_at=entry.get("revoked-at") or "",
    )


def _key(keyid: str, text: str, where: str) -> PublicKey:
    try:
        key = PublicKey(b64decode(text, validate=True))
    except (BundleError, ValueError) as error:
        raise UsageError("public-key is none", where=where, expected="base64 of a SubjectPublicKeyInfo on P-256 or Ed25519") from error
    if key.keyid != keyid:
        raise UsageError("the key identifier is not that of public-key", where=where, expected=key.keyid)
    return key
