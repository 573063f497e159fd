"""Derivatives: whether what is disclosed is what was signed, and everything else is declared withheld (level V4).

The original is not needed. Its statements lie in ``disclosure/original/`` as they were signed, over a list of salted
commitments; every file that is disclosed comes with its salt, every other one with a reason.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.errors import BundleError
from harness.evidence.bundle import Bundle
from harness.evidence.commitments import commitment_of
from harness.evidence.derivative_terms import name_problems, terms_problems
from harness.evidence.disclosure_terms import COMMITTED, DISCLOSED, TERMS, WITHHELD, read_terms
from harness.evidence.files import chunks
from harness.evidence.layout import PAYLOAD, RESULTS
from harness.evidence.original import commitment_problems
from harness.evidence.problem import Problem, short, shown
from harness.evidence.recipients import Reason
from harness.evidence.recompute import recompute_problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.evidence.case import Case
    from harness.evidence.recompute import Derive

__all__ = ["disclosure_problems", "recomputed_problems"]

_NEEDED: Final = (TERMS, DISCLOSED, WITHHELD, COMMITTED)
_DISCLOSED = re.compile(r"([0-9a-f]{64}) ([0-9a-f]{64}) (data/[^ \n]+)\n")
_WITHHELD = re.compile(rf"([0-9a-f]{{64}}) ({'|'.join(reason.value for reason in Reason)})\n")
_COMMITTED = re.compile(r"[0-9a-f]{64}\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """What a derivative says of every file of its original."""

    committed: tuple[str, ...]
    disclosed: tuple[tuple[str, str, str], ...]
    """Commitment, salt and path."""
    withheld: tuple[tuple[str, Reason], ...]


def disclosure_problems(case: Case) -> list[Problem]:
    """Return where a derivative is not what its original was signed as; nothing for a bundle that withholds nothing.

    ``E-DISC-UNKNOWN`` for what was never committed to, ``E-DISC-DIGEST`` for what is not what was, ``E-DISC-GAP`` for
    what is neither disclosed nor declared withheld, ``E-DISC-LEAK`` for what should not have been disclosed.
    """
    tags = case.inspection.tags
    if not case.is_derivative:
        return []
    absent = [name for name in _NEEDED if name not in tags.sealed]
    if absent:
        return [_absent(name, there=name in tags.names) for name in absent]
    try:
        lists = _read_lists(case)
        terms = read_terms(tags.sealed[TERMS])
    except BundleError as error:
        return [Problem.of(error, error.where, code="E-CANON-BYTES")]
    return [
        *commitment_problems(case),
        *_accounted(lists),
        *_file_problems(case, lists),
        *name_problems(case),
        *terms_problems(case, terms, tuple(path for _, _, path in lists.disclosed), Counter(reason for _, reason in lists.withheld)),
    ]


def recomputed_problems(case: Case, derive: Derive) -> list[Problem]:
    """Return where disclosed results are not what the disclosed trials give; open where a trial, or every result, is withheld."""
    tags = case.inspection.tags
    try:
        terms = read_terms(tags.sealed.get(TERMS, b""))
        bundle = Bundle.of(case.directory, tags)
    except BundleError:
        return [Problem(code="U-FIXITY", file=TERMS, sentence="is needed here and not as sealed")]
    if terms.traces_withheld:
        number = "1 trial is" if terms.traces_withheld == 1 else f"{terms.traces_withheld} trials are"
        return [Problem(code="U-WITHHELD", file=RESULTS, sentence=f"cannot be had again: {number} withheld")]
    if not any(path.startswith(RESULTS) for path in bundle.files):
        return [Problem(code="U-WITHHELD", file=RESULTS, sentence="is withheld")]
    return recompute_problems(
        case.directory, tags, lambda whole: {path: given for path, given in derive(whole).items() if path in bundle.files}
    )


def _absent(name: str, *, there: bool) -> Problem:
    if there:
        return Problem(code="U-FIXITY", file=name, sentence="is needed here and not as sealed")
    return Problem(code="E-DISC-GAP", file=name, sentence="is not there; without it nobody can tell what was withheld")


def _read_lists(case: Case) -> _Lists:
    """Read all three lists; raises :class:`BundleError` for one that is not as this format writes it."""
    sealed = case.inspection.tags.sealed
    found = {}
    for name, form in ((COMMITTED, _COMMITTED), (DISCLOSED, _DISCLOSED), (WITHHELD, _WITHHELD)):
        rows = sealed[name].decode("latin-1").splitlines(keepends=True)
        matches = [form.fullmatch(row) for row in rows]
        if None in matches or rows != sorted(set(rows)):
            raise BundleError(
                "E-CANON-BYTES is not as this format writes it", where=name, expected="lines of their form, sorted, each once"
            )
        found[name] = [match.groups() for match in matches if match]
    return _Lists(
        committed=tuple(sealed[COMMITTED].decode("ascii").split()),
        disclosed=tuple((commitment, salt, path) for commitment, salt, path in found[DISCLOSED]),
        withheld=tuple((commitment, Reason(reason)) for commitment, reason in found[WITHHELD]),
    )


def _accounted(lists: _Lists) -> list[Problem]:
    """Return commitments that are accounted for never, more than once, or although nobody ever made them."""
    told = Counter([commitment for commitment, *_ in lists.disclosed] + [commitment for commitment, _ in lists.withheld])
    missing, unknown = set(lists.committed) - told.keys(), told.keys() - set(lists.committed)
    problems = []
    if missing:
        sentence = f"{_items(missing)} neither disclosed nor declared withheld, such as {short(min(missing))}"
        problems.append(Problem(code="E-DISC-GAP", file=COMMITTED, sentence=sentence))
    for name, given in ((DISCLOSED, {one for one, *_ in lists.disclosed}), (WITHHELD, {one for one, _ in lists.withheld})):
        if extra := given & unknown:
            sentence = f"{_items(extra)} not on the signed list, such as {short(min(extra))}"
            problems.append(Problem(code="E-DISC-UNKNOWN", file=name, sentence=sentence))
    if twice := [commitment for commitment, times in told.items() if times > 1]:
        sentence = f"{_items(twice)} accounted for more than once, such as {short(min(twice))}"
        problems.append(Problem(code="E-DISC-UNKNOWN", file=DISCLOSED, sentence=sentence))
    return problems


def _items(commitments: Iterable[str]) -> str:
    number = len(tuple(commitments))
    return "holds 1 commitment that is" if number == 1 else f"holds {number} commitments that are"


def _file_problems(case: Case, lists: _Lists) -> list[Problem]:
    """Return disclosed files that are not what was committed to under their name, and files that nobody committed to."""
    problems = []
    for commitment, salt, path in lists.disclosed:
        try:
            given = commitment_of(salt, path, chunks(case.directory / path))
        except FileNotFoundError:
            problems.append(Problem(code="E-DISC-DIGEST", file=shown(path), sentence="is disclosed and not there"))
            continue
        except OSError as error:
            problems.append(Problem(code="U-READ", file=shown(path), sentence=f"could not be read: {error.strerror}"))
            continue
        if given != commitment:
            sentence = f"is not what was committed to under this name; expected {short(commitment)}, found {short(given)}"
            problems.append(Problem(code="E-DISC-DIGEST", file=shown(path), sentence=sentence))
    known = {path for _, _, path in lists.disclosed}
    problems += [
        Problem(code="E-DISC-UNKNOWN", file=shown(path), sentence="was never committed to")
        for path in case.inspection.tree.files
        if path.startswith(PAYLOAD) and path not in known
    ]
    return problems
