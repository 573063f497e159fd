"""What a derivative carries of its original: the statements and signatures, and the commitments that they are over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from harness.evidence.attestations import Attestations, read_attestations
from harness.evidence.commitments import merkle_root
from harness.evidence.disclosure_terms import COMMITTED, ORIGINAL
from harness.evidence.files import read_file
from harness.evidence.layout import ATTESTATIONS, COMMITMENTS
from harness.evidence.predicates import PLAN_FILES, claim_problems
from harness.evidence.problem import Problem, short
from harness.evidence.statement import KINDS, subject_digests
from harness.evidence.subjects import time_problems

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.evidence.bundle import Bundle
    from harness.evidence.case import Case
    from harness.evidence.fixity import Inspection
    from harness.evidence.time_stamp import TsaRoots
    from harness.evidence.trust_list import TrustList

__all__ = ["commitment_problems", "original_attestations", "original_claims", "original_times", "renamed"]

_FOLDER: Final = ORIGINAL + ATTESTATIONS
_DISCLOSURE: Final = "disclosure"
_CLAIMED: Final = {"selftest": ("data/results/outcomes.jsonl",), "grade": ("data/results/certainty.json",)}
"""What a claim of each kind follows from, beside the plan."""


def original_attestations(directory: Path, inspection: Inspection, trust: TrustList, roots: TsaRoots) -> Attestations:
    """Read what was signed of the original; it is among the files that the discloser sealed."""
    names = [path.removeprefix(_FOLDER) for path in inspection.tree.files if path.startswith(_FOLDER)]
    kinds = KINDS.keys() - {_DISCLOSURE}
    found = read_attestations(f"{directory}/{_FOLDER.rstrip('/')}", names, trust, roots, kinds=kinds, required="run")
    found.problems = renamed(found.problems)
    found.stamp_problems = renamed(found.stamp_problems)
    found.notes = [f"original: {note}" for note in found.notes]
    return found


def renamed(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems of an original as those of the derivative that carries it."""
    return [replace(problem, file=ORIGINAL + problem.file) if problem.file.startswith(ATTESTATIONS) else problem for problem in problems]


def original_times(case: Case) -> list[Problem]:
    """Return times of the original that cannot be, or cannot be believed."""
    return renamed(time_problems(case.original))


def original_claims(case: Case, bundle: Bundle) -> list[Problem]:
    """Return statements of the original that say otherwise than what is disclosed gives; what is withheld is passed over."""
    told = {
        stem: signed
        for stem, signed in case.original.signed.items()
        if all(path in bundle.files for path in _CLAIMED.get(signed.statement.kind, ()))
    }
    return renamed(claim_problems(Attestations(signed=told), bundle.read, bundle.files))


def commitment_problems(case: Case) -> list[Problem]:
    """Return where the list of commitments, or a plan file, is not the one that the original's signatures are over."""
    if not case.original.of("run"):
        sentence = "is not known to be the list that was signed: no trusted signature over the original's run was found"
        return [Problem(code="U-FIXITY", file=COMMITTED, sentence=sentence)]
    problems = []
    for signed in case.original.signed.values():
        for name in PLAN_FILES if signed.statement.kind == "plan" else (COMMITMENTS,):
            file, octets = _carried(case, name)
            expected = signed.statement.subjects.get(name)
            if octets is None or expected is None or subject_digests(octets) != expected:
                found = short(subject_digests(octets)["sha256"]) if octets is not None else "nothing"
                wanted = short(expected["sha256"]) if expected else "nothing"
                sentence = f"is not what the original's {signed.stem} signs; expected {wanted}, found {found}"
                problems.append(Problem(code="E-SUBJ-DIGEST", file=file, sentence=sentence))
    return problems + _root_problems(case)


def _root_problems(case: Case) -> list[Problem]:
    given = merkle_root(case.inspection.tags.sealed[COMMITTED].decode("ascii").split())
    return [
        Problem(code="E-MERKLE-ROOT", file=COMMITTED, sentence=f"does not give the root that the original's {run.stem} signs")
        for run in case.original.of("run")
        if run.statement.text("merkleRoot") != given
    ]


def _carried(case: Case, name: str) -> tuple[str, bytes | None]:
    """Return under which name, and with which octets, a derivative carries a file that its original signs."""
    if name == COMMITMENTS:
        return COMMITTED, case.inspection.tags.sealed.get(COMMITTED)
    try:
        return name, read_file(f"{case.directory}/{name}")
    except OSError:
        return name, None
