"""Verifying a bundle, level by level; every level holds, is contradicted, or cannot be told.

A level is a row of :data:`LEVELS`: a question and the function that answers it with problems. The
bundle is read in one pass for all levels, and only octets that are as sealed are ever parsed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import InternalError, UsageError, nearest
from harness.evidence.attestations import Attestations
from harness.evidence.case import Case, among_attestations, is_derivative, original_of, own_attestations
from harness.evidence.files import read_file
from harness.evidence.fixity import Inspection, inspect
from harness.evidence.layout import ATTESTATIONS, BLINDING, MANIFESTS, PAYLOAD, payload_root
from harness.evidence.predicates import PLAN_FILES, claim_problems
from harness.evidence.problem import Outcome, Problem, outcome_of
from harness.evidence.recompute import policy_problems, recompute_problems, rerun_problems
from harness.evidence.structure import spelling_problem, structure_problems
from harness.evidence.subjects import salted_problems, subject_problems, time_problems
from harness.evidence.time_stamp import NO_ROOTS
from harness.evidence.trust import require_bundle
from harness.evidence.trust_list import NOBODY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from harness.evidence.case import Policy
    from harness.evidence.fixity import Spread
    from harness.evidence.recompute import Derive, Rerun
    from harness.evidence.time_stamp import TsaRoots
    from harness.evidence.trust_list import TrustList

__all__ = ["DEFAULT_LEVELS", "LEVELS", "Case", "Level", "LevelResult", "Verification", "is_derivative", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One question that verification asks."""

    title: str
    question: str
    check: Callable[[Case], list[Problem]]
    notes: Callable[[Case], Sequence[str]] = lambda case: ()
    """What a reader should know although it is no problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelResult:
    """What one level came to, with everything it has to say, sorted by file."""

    level: str
    title: str
    question: str
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Whether the level holds, is contradicted, or cannot be told."""
        return outcome_of(frozenset(problem.code for problem in self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What verifying one bundle came to."""

    payload_root: str
    """Empty where ``manifest-sha256.txt`` is not as sealed, so that there is no root to speak of."""
    levels: tuple[LevelResult, ...]
    attested: bool
    """Whether somebody signed it, be it known or not who."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, level by level."""
        return tuple(problem for result in self.levels for problem in result.problems)

    @property
    def outcome(self) -> Outcome:
        """What all levels together came to; one contradiction outweighs everything."""
        return outcome_of(frozenset(problem.code for problem in self.problems))


def verify(
    directory: Path,
    *,
    levels: Iterable[str] | None = None,
    also: Iterable[str] = (),
    derive: Derive | None = None,
    rerun: Rerun | None = None,
    policy: Policy | None = None,
    trust: TrustList = NOBODY,
    roots: TsaRoots = NO_ROOTS,
    lab_key: bytes | None = None,
    thorough: bool = False,
    spread: Spread = map,
) -> Verification:
    """Verify the bundle in ``directory`` at these levels, in the order of :data:`LEVELS`.

    Without ``levels`` these are :data:`DEFAULT_LEVELS`, V1 and V3 where somebody signed the bundle or a trust
    list is given, and V4 where it was derived from another; ``also`` adds to either. Level V5 needs ``derive``,
    level V6 ``rerun``, level V7 ``policy``. ``thorough`` checks the SHA-512 of every payload file as well
    (:mod:`harness.evidence.fixity`); the ``lab_key``, that the commitments are the payload's; ``spread`` does
    what ``map`` does, on several processors. Raises :class:`UsageError` for an unknown level and where there
    is no bundle.
    """
    asked = None if levels is None else set(levels)
    for level in sorted((asked or set()) - LEVELS.keys()):
        raise UsageError(f"no level '{level}'", expected=", ".join(LEVELS), nearest=nearest(level, LEVELS))
    require_bundle(directory)
    examine = spelling_problem if asked is None or "V0" in asked else None
    inspection = inspect(os.fspath(directory), thorough=thorough, examine=examine, spread=spread)
    attested = inspection.tags.is_signed or among_attestations(inspection) != []
    wanted = {*also} | (asked if asked is not None else _usual(inspection, signed=attested or trust.given))
    attestations = (
        own_attestations(directory, inspection, trust, roots) if wanted & {"V1", "V2", "V3", "V4", "V7"} and attested else Attestations()
    )
    case = Case(
        directory=directory,
        inspection=inspection,
        derive=derive,
        rerun=rerun,
        policy=policy,
        attestations=attestations,
        trust=trust,
        roots=roots,
        lab_key=lab_key,
        original=original_of(directory, inspection, trust, roots),
    )
    results = tuple(_result(name, level, case) for name, level in LEVELS.items() if name in wanted)
    manifest = inspection.tags.sealed.get(MANIFESTS["sha256"])
    return Verification(payload_root=payload_root(manifest) if manifest is not None else "", levels=results, attested=attested)


def _result(name: str, level: Level, case: Case) -> LevelResult:
    problems = tuple(sorted(level.check(case)))
    return LevelResult(level=name, title=level.title, question=level.question, problems=problems, notes=tuple(level.notes(case)))


def _usual(inspection: Inspection, *, signed: bool) -> set[str]:
    """Return the levels at which a bundle is verified unless somebody asks for others."""
    return {*DEFAULT_LEVELS, *(("V1", "V3") if signed else ()), *(("V4",) if is_derivative(inspection.tags) else ())}


def _authenticity(case: Case) -> list[Problem]:
    if case.inspection.tags.is_signed or among_attestations(case.inspection):
        return case.attestations.problems + case.original.problems
    return [Problem(code="E-SIG-MISSING", file=ATTESTATIONS, sentence="is not there: nobody signed this bundle")]


def _fixity(case: Case) -> list[Problem]:
    """Return what is not as sealed, and what is not as signed."""
    tags, problems = case.inspection.tags, list(case.inspection.problems)
    problems += subject_problems(case.attestations, lambda name: _file(case, name))
    if case.lab_key is not None and not problems and BLINDING in tags.sealed:
        root = payload_root(tags.sealed[MANIFESTS["sha256"]])
        problems += salted_problems(case.directory, tags.listed["sha256"], root, case.lab_key, tags.sealed.get)
    return problems


def _time(case: Case) -> list[Problem]:
    """Return times that cannot be; without a run that a trusted key signed, nothing can be told."""
    if case.is_derivative:
        from harness.evidence.original import original_times

        return time_problems(case.attestations) + original_times(case)
    if case.attestations.of("run"):
        return time_problems(case.attestations)
    sentence = "holds no run that a trusted key signed, so no time was examined"
    return [*case.attestations.stamp_problems, Problem(code="U-KEY", file=ATTESTATIONS, sentence=sentence)]


def _file(case: Case, name: str) -> bytes | None:
    """Return the octets of a tag file, or of a payload file that a statement names; ``None`` where there is none."""
    tags = case.inspection.tags
    if name in tags.manifests:
        return tags.manifests[name]
    if name not in (*tags.names, *PLAN_FILES):
        return None
    try:
        return read_file(f"{case.directory}/{name}")
    except OSError:
        return None


def _recompute(case: Case) -> list[Problem]:
    if case.derive is None:
        raise InternalError("level V5 was asked for without a way to derive results")
    if case.is_derivative:
        from harness.evidence.derivative import recomputed_problems

        return recomputed_problems(case, case.derive)
    return recompute_problems(case.directory, case.inspection.tags, case.derive)


def _rerun(case: Case) -> list[Problem]:
    if case.rerun is None:
        raise InternalError("level V6 was asked for without a way to run the plan again")
    if case.is_derivative:
        return [Problem(code="U-WITHHELD", file=PAYLOAD, sentence="is a part of what running the plan again would give")]
    return rerun_problems(case.directory, case.inspection.tags, case.rerun)


def _disclosure(case: Case) -> list[Problem]:
    from harness.evidence.derivative import disclosure_problems

    return disclosure_problems(case)


def _policy(case: Case) -> list[Problem]:
    if case.policy is None:
        raise InternalError("level V7 was asked for without a policy to check")
    claims = policy_problems(
        case.directory, case.inspection.tags, lambda bundle: claim_problems(case.attestations, bundle.read, bundle.files)
    )
    if case.is_derivative:
        from harness.evidence.original import original_claims

        claims += policy_problems(case.directory, case.inspection.tags, lambda bundle: original_claims(case, bundle))
    return claims + policy_problems(case.directory, case.inspection.tags, case.policy)


LEVELS = {
    "V0": Level(title="structure", question="is it a bundle of this format?", check=lambda case: structure_problems(case.inspection)),
    "V1": Level(
        title="authenticity",
        question="did trusted keys sign it, and is nothing beside what they signed?",
        check=_authenticity,
        notes=lambda case: (*case.attestations.notes, *case.original.notes),
    ),
    "V2": Level(title="fixity", question="is every file as sealed, and none missing or added?", check=_fixity),
    "V3": Level(
        title="time",
        question="did the plan stand before its trials, and the grade after them?",
        check=_time,
    ),
    "V4": Level(title="disclosure", question="is what is disclosed what was signed, and all else declared withheld?", check=_disclosure),
    "V5": Level(title="recompute", question="do the sealed trials give the sealed results, byte for byte?", check=_recompute),
    "V6": Level(title="rerun", question="does the sealed plan give the whole payload again, byte for byte?", check=_rerun),
    "V7": Level(title="policy", question="does the printed grade follow from the policy, and is the wording neutral?", check=_policy),
}

DEFAULT_LEVELS = ("V0", "V2", "V5", "V7")
