"""What the signatures are over: whether the files of a bundle are those that were signed, and when it all was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.evidence.commitments import blinding, bundle_key, commitment_list, commitment_of, merkle_root, salt
from harness.evidence.files import chunks
from harness.evidence.layout import BLINDING, COMMITMENTS, TAG_MANIFESTS
from harness.evidence.predicates import PLAN_FILES
from harness.evidence.problem import Problem, short, shown
from harness.evidence.statement import subject_digests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from harness.evidence.attestations import Attestations, Signed

__all__ = ["SUBJECTS", "commitments_of", "salted_problems", "subject_problems", "time_problems"]

_SIGNED = (*TAG_MANIFESTS.values(), COMMITMENTS)

SUBJECTS = {"plan": PLAN_FILES, "run": _SIGNED, "selftest": _SIGNED, "grade": _SIGNED, "disclosure": tuple(TAG_MANIFESTS.values())}
"""What a statement of each kind must be about, at the least."""


def subject_problems(attestations: Attestations, read: Callable[[str], bytes | None]) -> list[Problem]:
    """Return files that are not those that trusted keys signed; ``read`` gives a file, or ``None`` where it is not there."""
    found = []
    for signed in attestations.signed.values():
        subjects = signed.statement.subjects
        found += [
            Problem(code="E-SUBJ-DIGEST", file=name, sentence=f"is not among the files that {signed.stem} signs")
            for name in sorted({*SUBJECTS[signed.statement.kind]} - subjects.keys())
        ]
        for name, digests in subjects.items():
            octets = read(name)
            if octets is None:
                found.append(Problem(code="E-SUBJ-DIGEST", file=shown(name), sentence=f"is signed by {signed.stem} and is not there"))
            elif (here := subject_digests(octets)) != digests:
                apart = next(algorithm for algorithm, digest in here.items() if digests.get(algorithm) != digest)
                sentence = f"is not the file that {signed.stem} signs; expected {apart} {short(digests[apart])}, found {short(here[apart])}"
                found.append(Problem(code="E-SUBJ-DIGEST", file=shown(name), sentence=sentence))
        found += _root_problems(signed, read)
    return found


def _root_problems(signed: Signed, read: Callable[[str], bytes | None]) -> list[Problem]:
    octets = read(COMMITMENTS)
    if signed.statement.kind != "run" or octets is None:
        return []
    expected = signed.statement.text("merkleRoot")
    try:
        given = merkle_root(octets.decode("ascii").split())
    except ValueError:
        given = ""
    if given == expected:
        return []
    sentence = f"does not give the root that {signed.stem} signs; expected {short(expected)}, found {short(given) if given else 'none'}"
    return [Problem(code="E-MERKLE-ROOT", file=COMMITMENTS, sentence=sentence)]


def commitments_of(directory: Path, files: Iterable[str], key: bytes) -> bytes:
    """Return ``commitments-sha256.txt`` over payload files, each read piece by piece; raises :class:`OSError`."""
    return commitment_list(commitment_of(salt(key, path), path, chunks(directory / path)) for path in files)


def salted_problems(
    directory: Path, files: Iterable[str], payload_root: str, lab_key: bytes, sealed: Callable[[str], bytes | None]
) -> list[Problem]:
    """Return salted tag files that the payload does not give under the lab's key; only the lab can tell."""
    key = bundle_key(lab_key, payload_root)
    try:
        given = {BLINDING: blinding(key, payload_root), COMMITMENTS: commitments_of(directory, files, key)}
    except OSError as error:
        return [Problem(code="U-READ", file=COMMITMENTS, sentence=f"could not be computed again: {error.strerror}")]
    return [
        Problem(code="E-MERKLE-ROOT", file=name, sentence="is not what the payload gives under this lab key")
        for name, octets in given.items()
        if sealed(name) != octets
    ]


def time_problems(attestations: Attestations) -> list[Problem]:
    """Return times that cannot be, and time stamps that cannot be believed.

    A plan stands before its run starts, a run starts before it ends, a grade comes after the run; what a
    statement says of itself and what an authority says of it must both be so.
    """
    found = list(attestations.stamp_problems)
    for run in attestations.of("run"):
        started, ended = run.statement.text("started"), run.statement.text("ended")
        if started > ended:
            found.append(_disorder(run, f"ends at {ended} before it starts at {started}"))
        for plan in attestations.of("plan") if started else ():
            found += [_disorder(plan, f"is of {time}, after its run started at {started}") for time in _times(plan) if time > started]
        for later in (run, *attestations.of("grade")) if ended else ():
            found += [_disorder(later, f"is of {time}, before the run ended at {ended}") for time in _times(later) if time < ended]
    return found


def _times(signed: Signed) -> list[str]:
    return [time for time in (signed.statement.time, signed.stamp.time if signed.stamp else "") if time]


def _disorder(signed: Signed, sentence: str) -> Problem:
    return Problem(code="E-TIME-ORDER", file=signed.file, sentence=sentence)
