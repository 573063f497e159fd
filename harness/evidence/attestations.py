"""Authenticity: who signed what, read from the folder ``attestations/`` with a trust list from elsewhere.

Signatures come first, and only octets that verified are parsed. Whatever else lies in the folder is there for
people and their tools; it must be, byte for byte, what the envelopes give, or a reader could be shown a statement
that nobody signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.errors import BundleError, UnavailableError
from harness.evidence.dsse import PAYLOAD_TYPE, Envelope, read_envelope
from harness.evidence.files import read_file
from harness.evidence.layout import ATTESTATIONS
from harness.evidence.problem import Problem, short, shown
from harness.evidence.public_keys import read_pem
from harness.evidence.statement import KINDS, Statement, read_statement
from harness.evidence.time_stamp import TsaRoots, read_stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.evidence.time_stamp import Stamp
    from harness.evidence.trust_list import Holder, TrustList

__all__ = ["ENVELOPE", "Attestations", "Signed", "copies", "files_of", "kind_of", "read_attestations"]

ENVELOPE = ".dsse.json"
"""How the name of an envelope ends; what stands before it is its stem, such as ``run`` or ``grade-2``."""

_STEM = re.compile(rf"({'|'.join(KINDS)})(?:-[2-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One statement that a trusted key signed."""

    stem: str
    envelope: Envelope
    holder: Holder
    statement: Statement
    stamp: Stamp | None = None
    """What an authority under the given roots says about when; ``None`` where there is none, or none known."""

    @property
    def file(self) -> str:
        """Path of the envelope within the bundle."""
        return f"{ATTESTATIONS}{self.stem}{ENVELOPE}"


@dataclass(slots=True, kw_only=True)
class Attestations:
    """Everything that the folder holds, as far as it can be believed."""

    signed: dict[str, Signed] = field(default_factory=dict)
    """By stem: what a trusted key signed."""
    problems: list[Problem] = field(default_factory=list)
    """What keeps a statement, or a copy, from being believed."""
    stamp_problems: list[Problem] = field(default_factory=list)
    """What keeps a time stamp from being believed."""
    notes: list[str] = field(default_factory=list)
    """What a reader should know about signatures that hold."""

    def of(self, kind: str) -> tuple[Signed, ...]:
        """Return the statements of one kind, the first one first."""
        return tuple(one for stem, one in sorted(self.signed.items()) if kind_of(stem) == kind)


def kind_of(stem: str) -> str:
    """Return the kind of statement that is filed under a stem, or an empty string where there is none such."""
    found = _STEM.fullmatch(stem)
    return found[1] if found else ""


def copies(stem: str, envelope: Envelope) -> dict[str, bytes]:
    """Return the files that stand beside an envelope for people and their tools, by name within the folder."""
    found = {f"{stem}.statement.json": envelope.payload, f"{stem}.sig": envelope.signature}
    return found | ({f"{stem}.sig.tsr": envelope.stamp} if envelope.stamp else {})


def files_of(stem: str, envelope: Envelope, pem: bytes) -> dict[str, bytes]:
    """Return an envelope with everything that stands beside it, by path within the bundle; ``pem`` is the signer's public key."""
    beside = {f"{stem}{ENVELOPE}": envelope.octets, **copies(stem, envelope), f"keys/{envelope.keyid}.pub.pem": pem}
    return {ATTESTATIONS + name: octets for name, octets in beside.items()}


def read_attestations(
    folder: str, files: Iterable[str], trust: TrustList, roots: TsaRoots, *, kinds: Iterable[str], required: str
) -> Attestations:
    """Read the regular ``files`` (names within ``folder``, which ends in ``attestations``) and weigh every signature.

    ``kinds`` are the statements that may stand there, and ``required`` is the kind that must.
    """
    found = Attestations()
    present = _read(folder, files, found)
    expected: dict[str, bytes] = {}
    unread: list[str] = []
    envelopes: dict[str, Envelope] = {}
    for name in sorted(present):
        stem = name.removesuffix(ENVELOPE)
        if name == stem or kind_of(stem) not in set(kinds):
            continue
        try:
            envelopes[stem] = read_envelope(present[name])
        except BundleError as error:
            found.problems.append(Problem.of(error, ATTESTATIONS + name, code="E-SIG-PARSE"))
            unread.append(stem)
            continue
        expected |= {name: present[name], **copies(stem, envelopes[stem])}
        _weigh(stem, envelopes[stem], trust, roots, found)
    expected |= _keys(envelopes.values(), trust, present)
    found.problems += _copy_problems(present, expected, unread)
    if not any(kind_of(stem) == required for stem in (*envelopes, *unread)):
        sentence = f"is not there; expected the {required} statement of a bundle that is signed"
        found.problems.append(Problem(code="E-SIG-MISSING", file=f"{ATTESTATIONS}{required}{ENVELOPE}", sentence=sentence))
    found.problems += _dropped(found, {kind_of(stem) for stem in (*envelopes, *unread)})
    return found


def _read(folder: str, files: Iterable[str], found: Attestations) -> dict[str, bytes]:
    present = {}
    for name in files:
        try:
            present[name] = read_file(f"{folder}/{name}")
        except OSError as error:
            sentence = f"could not be read: {error.strerror}"
            found.problems.append(Problem(code="U-READ", file=shown(ATTESTATIONS + name), sentence=sentence))
    return present


def _weigh(stem: str, envelope: Envelope, trust: TrustList, roots: TsaRoots, found: Attestations) -> None:
    """File a statement under what is signed, or say why it cannot be believed."""
    file = f"{ATTESTATIONS}{stem}{ENVELOPE}"
    try:
        holder = _trusted(envelope, trust)
        if not holder.key.verifies(envelope.signature, envelope.signed):
            raise BundleError("E-SIG-INVALID no signature by a trusted key verifies; treat every file as unauthenticated")
        statement = read_statement(envelope.payload, kind_of(stem))
        role = KINDS[statement.kind].role
        if role not in holder.roles:
            raise BundleError(f"E-SIG-TYPE is signed by {holder.words}, who is trusted as {', '.join(holder.roles)}", expected=f"a {role}")
        signed = Signed(stem=stem, envelope=envelope, holder=holder, statement=statement)
        signed = replace(signed, stamp=_stamp(signed, roots, found))
        _check_validity(signed, found)
    except BundleError as error:
        found.problems.append(Problem.of(error, file, code="E-SIG-PARSE"))
        return
    found.signed[stem] = signed
    when = f", stamped {signed.stamp.time} by {signed.stamp.authority}" if signed.stamp else ""
    found.notes.append(f"{stem} is signed by {holder.words} ({role}, key {short(envelope.keyid)}){when}")


def _trusted(envelope: Envelope, trust: TrustList) -> Holder:
    """Return who holds the key that is said to have signed."""
    if envelope.payload_type != PAYLOAD_TYPE:
        raise BundleError(f"E-SIG-TYPE holds a payload of type '{shown(envelope.payload_type)}'", expected=PAYLOAD_TYPE)
    holder = trust.holders.get(envelope.keyid)
    if holder is None:
        which = "not in the trust list" if trust.given else "not known: no trust list was given"
        raise BundleError(f"U-KEY is signed with key {shown(envelope.keyid)}, which is {which}")
    return holder


def _stamp(signed: Signed, roots: TsaRoots, found: Attestations) -> Stamp | None:
    if not signed.envelope.stamp:
        return None
    try:
        return read_stamp(signed.envelope.stamp, signed.envelope.signature, roots)
    except BundleError as error:
        found.stamp_problems.append(Problem.of(error, f"{ATTESTATIONS}{signed.stem}.sig.tsr", code="E-SIG-PARSE"))
    except UnavailableError as error:
        sentence = f"could not be examined: {error}"
        found.stamp_problems.append(Problem(code="U-TSA", file=f"{ATTESTATIONS}{signed.stem}.sig.tsr", sentence=sentence))
    return None


def _check_validity(signed: Signed, found: Attestations) -> None:
    """Raise :class:`BundleError` where the key did not count when it signed, as far as that is known.

    A time stamp outweighs what a statement says of itself; only a time stamp helps a key that was revoked.
    """
    holder, time = signed.holder, signed.stamp.time if signed.stamp else signed.statement.time
    if holder.revoked_at:
        if signed.stamp is None:
            code = "U-TSA" if signed.envelope.stamp else "E-SIG-INVALID"
            raise BundleError(f"{code} its key was revoked at {holder.revoked_at}, and no known time stamp shows the signature to be older")
        if signed.stamp.time >= holder.revoked_at:
            raise BundleError(f"E-SIG-INVALID its key was revoked at {holder.revoked_at}, before the signature of {time}")
        found.notes.append(f"{signed.stem}: its key was revoked at {holder.revoked_at}; the signature is older, as its time stamp shows")
    if time and ((holder.not_before and time < holder.not_before) or (holder.not_after and time > holder.not_after)):
        span = f"from {holder.not_before or 'the start'} to {holder.not_after or 'further notice'}"
        raise BundleError(f"E-SIG-INVALID is of {time}, when its key did not count", expected=f"a signature {span}")


def _keys(envelopes: Iterable[Envelope], trust: TrustList, present: dict[str, bytes]) -> dict[str, bytes]:
    """Return the public keys that must stand in the folder; of an unknown key, the one that has its identifier."""
    found = {}
    for envelope in envelopes:
        name = f"keys/{envelope.keyid}.pub.pem"
        holder = trust.holders.get(envelope.keyid)
        found[name] = holder.key.pem if holder else _own_key(envelope.keyid, present.get(name, b""))
    return found


def _own_key(keyid: str, octets: bytes) -> bytes:
    """Return the octets where they are the key with this identifier, or nothing."""
    try:
        return octets if read_pem(octets).keyid == keyid else b""
    except BundleError:
        return b""


def _copy_problems(present: dict[str, bytes], expected: dict[str, bytes], unread: list[str]) -> list[Problem]:
    """Return files that are not what the envelopes give; what belongs to an envelope that cannot be read is passed over."""
    found = []
    for name in sorted(present.keys() | expected.keys()):
        stem = name.partition(".")[0]
        if stem in unread or (unread and name.startswith("keys/") and name not in expected):
            continue
        if name not in expected:
            sentence = "belongs to no envelope, so nobody signed it"
        elif name not in present:
            sentence = "was removed; the envelope gives it"
        elif present[name] != expected[name]:
            sentence = "is not the signed bytes"
        else:
            continue
        found.append(Problem(code="E-ATT-COPY", file=shown(ATTESTATIONS + name), sentence=sentence))
    return found


def _dropped(found: Attestations, filed: set[str]) -> list[Problem]:
    """Return statements that the run's statement names and that are not there, or are others."""
    from hashlib import sha256

    problems = []
    for run in found.of("run"):
        named = run.statement.predicate.get("statements")
        for kind, digest in sorted(named.items()) if isinstance(named, dict) else ():
            there = [sha256(one.envelope.payload).hexdigest() for one in found.of(str(kind))]
            if kind not in filed:
                sentence = f"is not there, and {run.stem} names it"
                problems.append(Problem(code="E-SIG-MISSING", file=f"{ATTESTATIONS}{shown(str(kind))}{ENVELOPE}", sentence=sentence))
            elif there and digest not in there:
                sentence = f"is not the statement that {run.stem} names"
                problems.append(Problem(code="E-SUBJ-DIGEST", file=f"{ATTESTATIONS}{shown(str(kind))}{ENVELOPE}", sentence=sentence))
    return problems
