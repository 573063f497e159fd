"""In-toto statements, version 1: which files are meant, and what is said about them.

Nothing in a statement may be an unsalted function of what may one day be withheld, for whoever holds all
of a bundle but one small file could then find that file by trying. So a statement names the tag manifests,
which cover a secret line, and the salted commitments; never a manifest of the payload, never its root.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import new
from typing import TYPE_CHECKING, cast

from harness.errors import BundleError
from harness.evidence.instants import is_instant
from harness.evidence.layout import ALGORITHMS
from harness.vocab.canonical import document, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.vocab.canonical import Json

__all__ = ["KINDS", "Kind", "Statement", "read_statement", "statement", "subject_digests"]

_TYPE = "https://in-toto.io/Statement/v1"
_OWN = "https://smets-harness.invalid/sae"
"""A name nobody can register: it says which predicates are meant and leads nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of statement."""

    type: str
    """Predicate type, a URI."""
    role: str
    """What the key that signs it must be trusted as (:mod:`harness.evidence.trust_list`)."""
    time: str = ""
    """Member of the predicate that says when it was made; empty where the predicate has none."""


KINDS = {
    "plan": Kind(type=f"{_OWN}/plan/v1", role="operator", time="time"),
    "run": Kind(type=f"{_OWN}/run/v1", role="operator", time="time"),
    "selftest": Kind(type="https://in-toto.io/attestation/test-result/v0.1", role="operator"),
    "grade": Kind(type="https://in-toto.io/attestation/svr/v0.2", role="reviewer", time="timeCreated"),
    "disclosure": Kind(type=f"{_OWN}/disclosure/v1", role="discloser", time="time"),
}
"""Every kind by the name under which its envelope is filed."""

_TIMES = ("started", "ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a signature vouches for, read from octets that verified."""

    kind: str
    """One of :data:`KINDS`."""
    subjects: Mapping[str, Mapping[str, str]]
    """By file name: hexadecimal digests by algorithm."""
    predicate: Mapping[str, Json]

    def text(self, member: str) -> str:
        """Return a member of the predicate that is text, or an empty string."""
        value = self.predicate.get(member)
        return value if isinstance(value, str) else ""

    @property
    def time(self) -> str:
        """When the statement says it was made; empty where its kind says no such thing."""
        return self.text(KINDS[self.kind].time)


def statement(kind: str, subjects: Mapping[str, bytes], predicate: Mapping[str, Json]) -> bytes:
    """Return the payload of a statement about files, given by name with their octets."""
    return document(
        {
            "_type": _TYPE,
            "predicate": predicate,
            "predicateType": KINDS[kind].type,
            "subject": [{"digest": subject_digests(subjects[name]), "name": name} for name in sorted(subjects)],
        }
    )


def subject_digests(octets: bytes) -> dict[str, str]:
    """Return the digests by which a statement names a file."""
    return {algorithm: new(algorithm, octets).hexdigest() for algorithm in ALGORITHMS}


def read_statement(octets: bytes, kind: str, *, where: str = "") -> Statement:
    """Read a statement whose signature verified, and insist that it is of this kind.

    Raises :class:`BundleError` with code ``E-SIG-PARSE`` or ``E-SIG-TYPE``.
    """
    expected = "a canonical in-toto statement, version 1"
    try:
        value = parse(octets)
    except BundleError as error:
        raise BundleError(f"E-SIG-PARSE its statement is not spelt canonically: {error.what}", where=where, expected=expected) from error
    if not isinstance(value, dict) or value.keys() != {"_type", "predicate", "predicateType", "subject"}:
        raise BundleError("E-SIG-PARSE is not over a statement", where=where, expected=expected)
    if value["_type"] != _TYPE or value["predicateType"] != KINDS[kind].type:
        raise BundleError("E-SIG-TYPE is over a statement of another type", where=where, expected=KINDS[kind].type)
    predicate, subjects = value["predicate"], _subjects(value["subject"])
    if not isinstance(predicate, dict) or not subjects:
        raise BundleError("E-SIG-PARSE is over a statement without subjects or predicate", where=where, expected=expected)
    wrong = next((member for member in (KINDS[kind].time, *_TIMES) if member in predicate and not is_instant(predicate[member])), "")
    if wrong or (KINDS[kind].time and KINDS[kind].time not in predicate):
        raise BundleError(f"E-SIG-PARSE has no instant as {wrong or KINDS[kind].time}", where=where, expected="UTC to the second")
    return Statement(kind=kind, subjects=subjects, predicate=predicate)


def _subjects(value: object) -> dict[str, Mapping[str, str]]:
    """Return digests by name; empty where the value is no list of subjects as this format writes them."""
    found: dict[str, Mapping[str, str]] = {}
    for subject in value if isinstance(value, list) else ():
        if not isinstance(subject, dict) or subject.keys() != {"digest", "name"}:
            return {}
        name, digest = subject["name"], subject["digest"]
        if not isinstance(name, str) or name in found or not isinstance(digest, dict) or digest.keys() != set(ALGORITHMS):
            return {}
        found[name] = cast("dict[str, str]", digest)
    return found
