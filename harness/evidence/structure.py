"""Structure: whether a folder is a bundle of this format, spelt the one way the format spells things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.errors import BundleError
from harness.evidence.layout import BLINDING, COMMITMENTS, DISCLOSURE, MANIFESTS, PAYLOAD, SALTED, name_fault, tags
from harness.evidence.problem import Problem, shown
from harness.vocab.canonical import parse, parse_line
from harness.vocab.journal import check_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.evidence.files import Tree
    from harness.evidence.fixity import Inspection

__all__ = ["name_problems", "spelling_problem", "structure_problems"]

_LINE = re.compile(rb"[0-9a-f]{64}\n")
_LIST = re.compile(rb"(?:[0-9a-f]{64}\n)+")


def spelling_problem(path: str, octets: bytes) -> Problem | None:
    """Return the first thing that keeps a JSON file from being canonical, or ``None``.

    A ``.json`` file holds one value and one line feed; a ``.jsonl`` file holds one object a line.
    """
    if path.endswith(".json"):
        return _fault(path, parse, octets, line=0)
    try:
        check_lines(octets)
    except BundleError:
        faults = (_fault(path, parse_line, text, line=line) for line, text in enumerate(octets.splitlines(keepends=True), 1))
        return next(filter(None, faults), None)
    return None


def _fault(path: str, reader: Callable[[bytes], object], octets: bytes, *, line: int) -> Problem | None:
    try:
        reader(octets)
    except BundleError as error:
        return Problem.of(error, path, code="E-CANON-BYTES", line=line)
    return None


def structure_problems(inspection: Inspection) -> list[Problem]:
    """Return what keeps the inspected folder from being a bundle of this format.

    Only files that are as sealed are parsed; the others are told of together.
    """
    problems = [*inspection.tags.faults, *name_problems(inspection.tree), *inspection.contents, *_tag_problems(inspection)]
    unsealed = inspection.unsealed
    if unsealed:
        subject = "is" if len(unsealed) == 1 else f"and {len(unsealed) - 1} more are"
        sentence = f"{subject} not known to be as sealed, so what is inside was not examined"
        problems.append(Problem(code="U-FIXITY", file=unsealed[0], sentence=sentence))
    return problems


def name_problems(tree: Tree) -> list[Problem]:
    """Return payload names the format does not permit, and anything that is neither file nor folder."""
    problems = [
        Problem(code="E-NAME", file=shown(path), sentence=f"is {kind}; expected files and folders only") for path, kind in tree.odd.items()
    ]
    names = [path for path in tree.files if path.startswith(PAYLOAD)] + [path for path in tree.empty if path.startswith(PAYLOAD)]
    folded = {path.casefold(): path for path in reversed(names) if not name_fault(path)}
    for path in names:
        fault = name_fault(path)
        if fault:
            twin = folded.get(path.casefold(), "")
            problems.append(Problem(code="E-NAME", file=shown(path), sentence=f"differs from {twin} by case alone" if twin else fault))
    return problems


def _tag_problems(inspection: Inspection) -> list[Problem]:
    """Return tag files that are as sealed and still not what the payload gives."""
    sealed, listed = inspection.tags.sealed, inspection.tags.listed
    if any(name not in sealed for name in MANIFESTS.values()) or not listed:
        return []
    expected = tags(
        {algorithm: sealed[name] for algorithm, name in MANIFESTS.items()}, octets=inspection.octets, files=len(next(iter(listed.values())))
    )
    if inspection.unsealed or inspection.tags.faults:
        del expected["bag-info.txt"]
    if any(name.startswith(DISCLOSURE) for name in inspection.tags.names):
        del expected["README.txt"]  # a derivative's follows from its terms (harness.evidence.derivative_terms)
    return _salted_problems(inspection) + [
        Problem(
            code="E-CANON-BYTES", file=name, sentence="is not what the payload gives; a bundle's tag files are a function of its payload"
        )
        for name, octets in expected.items()
        if name in sealed and sealed[name] != octets
    ]


def _salted_problems(inspection: Inspection) -> list[Problem]:
    """Return what keeps commitments and blinding, as sealed, from being those of such a payload, whatever the lab's key is."""
    tags = inspection.tags
    there = [name for name in SALTED if name in tags.names]
    if not there:
        return []
    if len(there) < len(SALTED):
        return [Problem(code="E-CANON-BYTES", file=there[0], sentence=f"stands alone; expected {' and '.join(SALTED)} or neither")]
    files = len(next(iter(tags.listed.values())))
    forms = {BLINDING: (_LINE, "64 hexadecimal digits and a line feed"), COMMITMENTS: (_LIST, f"{files} commitments, sorted, one a line")}
    found = []
    for name, (form, expected) in forms.items():
        octets = tags.sealed.get(name)
        lines = (octets or b"").splitlines()
        sound = octets is None or (form.fullmatch(octets) and lines == sorted(lines) and (name == BLINDING or len(lines) == files))
        if not sound:
            found.append(Problem(code="E-CANON-BYTES", file=name, sentence=f"is not as this format writes it; expected {expected}"))
    return found
