"""A case: one bundle as it was read, with everything that the levels of a verification may look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.evidence.attestations import Attestations, read_attestations
from harness.evidence.layout import ATTESTATIONS, DISCLOSURE
from harness.evidence.problem import Problem, shown
from harness.evidence.statement import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.evidence.bundle import Bundle
    from harness.evidence.fixity import Inspection
    from harness.evidence.recompute import Derive, Rerun
    from harness.evidence.time_stamp import TsaRoots
    from harness.evidence.trust import TagFiles
    from harness.evidence.trust_list import TrustList

    Policy = Callable[[Bundle], list[Problem]]
    """Says where a bundle does not keep to the policy it was sealed under: its grade, its wording."""

__all__ = ["Case", "among_attestations", "is_derivative", "original_of", "own_attestations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a level may look at."""

    directory: Path
    inspection: Inspection
    derive: Derive | None
    rerun: Rerun | None
    policy: Policy | None
    attestations: Attestations
    """What trusted keys signed; empty where nothing is attested, or nobody asked."""
    trust: TrustList
    roots: TsaRoots
    lab_key: bytes | None
    original: Attestations = field(default_factory=Attestations)
    """What trusted keys signed of the bundle that this one was derived from."""

    @property
    def is_derivative(self) -> bool:
        """Whether the bundle was derived from another, with something withheld."""
        return is_derivative(self.inspection.tags)


def is_derivative(tags: TagFiles) -> bool:
    """Return whether a bundle was derived from another, with something withheld."""
    return any(name.startswith(DISCLOSURE) for name in tags.names)


def among_attestations(inspection: Inspection) -> list[str]:
    """Return the names of the regular files within the folder of attestations."""
    return [path.removeprefix(ATTESTATIONS) for path in inspection.tree.files if path.startswith(ATTESTATIONS)]


def own_attestations(directory: Path, inspection: Inspection, trust: TrustList, roots: TsaRoots) -> Attestations:
    """Read what the bundle itself carries of signatures."""
    derivative = is_derivative(inspection.tags)
    found = read_attestations(
        f"{directory}/{ATTESTATIONS.rstrip('/')}",
        among_attestations(inspection),
        trust,
        roots,
        kinds=("disclosure",) if derivative else KINDS.keys() - {"disclosure"},
        required="disclosure" if derivative else "run",
    )
    found.problems += [
        Problem(code="E-ATT-COPY", file=f"{shown(path)}/", sentence="is an empty folder; no envelope gives it")
        for path in inspection.tree.empty
        if f"{path}/".startswith(ATTESTATIONS)
    ]
    return found


def original_of(directory: Path, inspection: Inspection, trust: TrustList, roots: TsaRoots) -> Attestations:
    """Read what a derivative carries of the signatures of the bundle it was derived from; nothing where it is none."""
    if not is_derivative(inspection.tags):
        return Attestations()
    from harness.evidence.original import original_attestations

    return original_attestations(directory, inspection, trust, roots)
