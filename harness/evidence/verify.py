"""Verifying a bundle, level by level; every level holds, is contradicted, or cannot be told.

A level is a row of :data:`LEVELS`: a question and the function that answers it with problems. The
bundle is read in one pass for all levels, and only octets that are as sealed are ever parsed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import InternalError, UsageError, nearest
from harness.evidence.fixity import Inspection, inspect
from harness.evidence.layout import MANIFESTS, payload_root
from harness.evidence.problem import Outcome, Problem, outcome_of
from harness.evidence.recompute import recompute_problems, rerun_problems
from harness.evidence.structure import spelling_problem, structure_problems
from harness.evidence.trust import require_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from harness.evidence.recompute import Derive, Rerun

__all__ = ["DEFAULT_LEVELS", "LEVELS", "Case", "Level", "LevelResult", "Verification", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a level may look at."""

    directory: Path
    inspection: Inspection
    derive: Derive | None
    rerun: Rerun | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One question that verification asks."""

    title: str
    question: str
    check: Callable[[Case], list[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelResult:
    """What one level came to, with everything it has to say, sorted by file."""

    level: str
    title: str
    question: str
    problems: tuple[Problem, ...]

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

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, level by level."""
        return tuple(problem for result in self.levels for problem in result.problems)

    @property
    def outcome(self) -> Outcome:
        """What all levels together came to; one contradiction outweighs everything."""
        return outcome_of(frozenset(problem.code for problem in self.problems))


def verify(
    directory: Path, *, levels: Iterable[str], derive: Derive | None = None, rerun: Rerun | None = None, thorough: bool = False
) -> Verification:
    """Verify the bundle in ``directory`` at these levels, in the order of :data:`LEVELS`.

    Level V5 needs ``derive``, level V6 needs ``rerun``. ``thorough`` checks the SHA-512 of every payload
    file as well (:mod:`harness.evidence.fixity`). Raises :class:`UsageError` for an unknown level and
    where there is no bundle.
    """
    wanted = set(levels)
    for level in sorted(wanted - LEVELS.keys()):
        raise UsageError(f"no level '{level}'", expected=", ".join(LEVELS), nearest=nearest(level, LEVELS))
    require_bundle(directory)
    inspection = inspect(os.fspath(directory), thorough=thorough, examine=spelling_problem if "V0" in wanted else None)
    case = Case(directory=directory, inspection=inspection, derive=derive, rerun=rerun)
    results = tuple(
        LevelResult(level=name, title=level.title, question=level.question, problems=tuple(sorted(level.check(case))))
        for name, level in LEVELS.items()
        if name in wanted
    )
    manifest = inspection.tags.sealed.get(MANIFESTS["sha256"])
    return Verification(payload_root=payload_root(manifest) if manifest is not None else "", levels=results)


def _recompute(case: Case) -> list[Problem]:
    if case.derive is None:
        raise InternalError("level V5 was asked for without a way to derive results")
    return recompute_problems(case.directory, case.inspection.tags, case.derive)


def _rerun(case: Case) -> list[Problem]:
    if case.rerun is None:
        raise InternalError("level V6 was asked for without a way to run the plan again")
    return rerun_problems(case.directory, case.inspection.tags, case.rerun)


LEVELS = {
    "V0": Level(title="structure", question="is it a bundle of this format?", check=lambda case: structure_problems(case.inspection)),
    "V2": Level(
        title="fixity", question="is every file as sealed, and none missing or added?", check=lambda case: case.inspection.problems
    ),
    "V5": Level(title="recompute", question="do the sealed trials give the sealed results, byte for byte?", check=_recompute),
    "V6": Level(title="rerun", question="does the sealed plan give the whole payload again, byte for byte?", check=_rerun),
}

DEFAULT_LEVELS = ("V0", "V2", "V5")
