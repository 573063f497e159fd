"""Signing: salted commitments, a blinding line and the statements of one role are put beside a sealed payload.

The payload is not touched and its root stays what it was. As in sealing, the whole bundle is built anew beside its
place, its payload linked rather than copied, and put in place at one stroke.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import BundleError, UsageError
from harness.evidence.attestations import ENVELOPE, files_of, kind_of
from harness.evidence.bundle import Bundle
from harness.evidence.commitments import blinding, bundle_key
from harness.evidence.dsse import Envelope, read_envelope
from harness.evidence.files import read_file, walk
from harness.evidence.layout import ATTESTATIONS, BLINDING, COMMITMENTS, PAYLOAD, SALTED, TAG_MANIFESTS, tag_manifests
from harness.evidence.place import disk_error, put_in_place, workspace
from harness.evidence.predicates import PLAN, PLAN_FILES, grade_predicate, plan_predicate, run_predicate, selftest_predicate
from harness.evidence.problem import FixityError
from harness.evidence.statement import KINDS, read_statement, statement
from harness.evidence.subjects import SUBJECTS, commitments_of
from harness.evidence.trust import read_tags
from harness.vocab.canonical import parse_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.evidence.signing_keys import SigningKey
    from harness.vocab.canonical import Json

__all__ = ["SIGNABLE", "RunTimes", "attach_stamp", "envelope_of", "plan_envelope", "sign"]

SIGNABLE = ("operator", "reviewer")
"""Roles whose statements are made here; those of a discloser are made where something is disclosed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTimes:
    """When a run began its first trial and sealed its last, where somebody was there to see it."""

    started: str = ""
    ended: str = ""


def envelope_of(key: SigningKey, payload: bytes) -> Envelope:
    """Return the payload of a statement with this key's signature."""
    unsigned = Envelope(payload=payload, keyid=key.public.keyid, signature=b"")
    return Envelope(payload=payload, keyid=unsigned.keyid, signature=key.sign(unsigned.signed))


def plan_envelope(key: SigningKey, files: Mapping[str, bytes], *, time: str) -> Envelope:
    """Return the signed plan, from the octets of plan, assignment and policy; made before the first trial, it can show so."""
    return envelope_of(key, statement("plan", {path: files[path] for path in PLAN_FILES}, plan_predicate(time=time)))


@dataclass(slots=True, kw_only=True)
class _Work:
    """A bundle on its way to being signed."""

    directory: Path
    bundle: Bundle
    tags: dict[str, bytes]
    """Every tag file and both tag manifests, by name."""
    envelopes: dict[str, Envelope]
    """By stem."""
    keys: dict[str, bytes]
    """PEM by key identifier."""

    def subjects(self, kind: str) -> dict[str, bytes]:
        return {name: self.tags[name] if name in self.tags else self.bundle.read(name) for name in SUBJECTS[kind]}

    def make(self, key: SigningKey, kind: str, predicate: Mapping[str, Json]) -> bytes:
        """Sign a statement unless this key signed one of its kind already; return the payload that stands."""
        theirs = {stem: envelope for stem, envelope in self.envelopes.items() if kind_of(stem) == kind}
        mine = next((envelope for envelope in theirs.values() if envelope.keyid == key.public.keyid), None)
        if mine is not None:
            return mine.payload
        if theirs and KINDS[kind].role == "operator":
            raise UsageError(f"its {kind} is signed already, by key {next(iter(theirs.values())).keyid}", where=str(self.directory))
        stem = kind if not theirs else f"{kind}-{len(theirs) + 1}"
        if not kind_of(stem):
            raise UsageError(f"carries as many {kind} statements as it can", where=str(self.directory))
        payload = statement(kind, self.subjects(kind), predicate)
        self.envelopes[stem] = envelope_of(key, payload)
        self.keys[key.public.keyid] = key.public.pem
        return payload


def sign(
    directory: Path,
    key: SigningKey,
    *,
    role: str,
    time: str,
    lab_key: bytes | None = None,
    plan: Envelope | None = None,
    times: RunTimes = RunTimes(),
) -> tuple[str, ...]:
    """Sign a bundle that was verified a moment ago, as ``role``; return the stems of what was signed anew.

    The first to sign is the operator, with the lab's salt key: commitments and blinding are added then. A
    ``plan`` signed before the first trial is taken over as it is. What this key signed already is kept, so that
    signing again changes nothing. Raises :class:`UsageError` where the role has nothing to sign, and whatever
    reading and sealing raise.
    """
    directory = directory.resolve()
    work = _open(directory)
    before = dict(work.envelopes)
    _salt(work, role, lab_key)
    if role == "operator":
        _sign_as_operator(work, key, time=time, plan=plan, times=times)
    elif not any(kind_of(stem) == "run" for stem in work.envelopes):
        raise UsageError("nobody signed its run yet", where=str(directory), expected="the operator's signature before the reviewer's")
    else:
        work.make(key, "grade", grade_predicate(work.bundle.read, keyid=key.public.keyid, time=time))
    made = tuple(stem for stem in work.envelopes if stem not in before)
    if made:
        _put(work)
    return made


def _open(directory: Path) -> _Work:
    """Read what there is; raises :class:`BundleError` where tag files or envelopes are not as they were."""
    tags = read_tags(os.fspath(directory))
    if tags.changes:
        raise FixityError(tags.changes[0])
    envelopes, keys = {}, {}
    for path in walk(os.fspath(directory)).files:
        name = path.removeprefix(ATTESTATIONS)
        if name != path and name.endswith(ENVELOPE):
            envelopes[name.removesuffix(ENVELOPE)] = read_envelope(read_file(f"{directory}/{path}"), where=path)
        elif name != path and name.startswith("keys/"):
            keys[name.removeprefix("keys/").removesuffix(".pub.pem")] = read_file(f"{directory}/{path}")
    for envelope in envelopes.values():
        if envelope.keyid not in keys:
            raise BundleError("E-ATT-COPY was removed; the envelope gives it", where=f"{ATTESTATIONS}keys/{envelope.keyid}.pub.pem")
    contents = {**tags.sealed, **tags.manifests}
    return _Work(directory=directory, bundle=Bundle.of(directory, tags), tags=contents, envelopes=envelopes, keys=keys)


def _salt(work: _Work, role: str, lab_key: bytes | None) -> None:
    """Add commitments and blinding where there are none; raises :class:`UsageError` where the lab's key is missing or another."""
    where, has = str(work.directory), all(name in work.tags for name in SALTED)
    if lab_key is None:
        if has:
            return
        expected = "--lab-key, as the first to sign" if role == "operator" else "the operator's signature before the reviewer's"
        raise UsageError("is not committed to yet", where=where, expected=expected)
    key = bundle_key(lab_key, work.bundle.payload_root)
    secret = blinding(key, work.bundle.payload_root)
    if has:
        if work.tags[BLINDING] != secret:
            raise UsageError("was committed to under another lab key", where=where, expected="the key it was first signed with")
        return
    try:
        work.tags |= {BLINDING: secret, COMMITMENTS: commitments_of(work.directory, work.bundle.files, key)}
    except OSError as error:
        raise disk_error("the payload could not be read", error, work.directory) from error
    work.tags |= tag_manifests({name: octets for name, octets in work.tags.items() if name not in TAG_MANIFESTS.values()})


def _sign_as_operator(work: _Work, key: SigningKey, *, time: str, plan: Envelope | None, times: RunTimes) -> None:
    read = work.bundle.read
    if plan is not None and "plan" not in work.envelopes:
        _adopt(work, key, plan)
    statements = {"plan": work.make(key, "plan", plan_predicate(time=time))}
    selftest = selftest_predicate(read, work.bundle.files)
    if selftest is not None:
        statements["selftest"] = work.make(key, "selftest", selftest)
    sealed = parse_line(read(PLAN))
    times_known = {"started": times.started, "ended": times.ended}
    work.make(key, "run", run_predicate(sealed, work.tags[COMMITMENTS], time=time, statements=statements, **times_known))


def _adopt(work: _Work, key: SigningKey, plan: Envelope) -> None:
    """Take over the plan that this key signed before the first trial; raises :class:`BundleError` where it is not over this plan."""
    signed = read_statement(plan.payload, "plan", where="plan.dsse.json")
    expected = read_statement(statement("plan", work.subjects("plan"), signed.predicate), "plan")
    if plan.keyid != key.public.keyid or not key.public.verifies(plan.signature, plan.signed) or signed != expected:
        raise BundleError("E-SUBJ-DIGEST the plan that was signed before the first trial is not this one, or not signed with this key")
    work.envelopes["plan"] = plan
    work.keys[plan.keyid] = key.public.pem


def attach_stamp(directory: Path, stem: str, response: bytes) -> None:
    """Put a time stamp beside a signature of a bundle; an earlier stamp is replaced.

    Raises :class:`UsageError` where nothing is signed under ``stem``.
    """
    directory = directory.resolve()
    work = _open(directory)
    if stem not in work.envelopes:
        raise UsageError(f"no statement '{stem}'", where=str(directory), expected=", ".join(sorted(work.envelopes)) or "a signed bundle")
    work.envelopes[stem] = replace(work.envelopes[stem], stamp=response)
    _put(work)


def _put(work: _Work) -> None:
    """Build the bundle beside its place and put it there."""
    contents = dict(work.tags)
    for stem, envelope in sorted(work.envelopes.items()):
        contents |= files_of(stem, envelope, work.keys[envelope.keyid])
    with workspace(work.directory) as fresh:
        try:
            for path in walk(f"{work.directory}/{PAYLOAD}").files:
                _link(work.directory / PAYLOAD / path, fresh / PAYLOAD / path)
            for name, octets in contents.items():
                (fresh / name).parent.mkdir(parents=True, exist_ok=True)
                (fresh / name).write_bytes(octets)
        except OSError as error:
            raise disk_error("what was signed could not be written", error, work.directory) from error
        put_in_place(fresh, work.directory)


def _link(source: Path, target: Path) -> None:
    """Let a payload file stand in a second place; copied where the file system knows no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copyfile(source, target, follow_symlinks=False)
