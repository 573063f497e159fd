"""Whether every word that leaves the lab with a bundle is neutral, and every figure of its prose stands in a field."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from harness.evidence.files import chunks, read_file, walk
from harness.evidence.layout import RESULTS
from harness.evidence.problem import FixityError, Problem, shown
from harness.evidence.trust import changed
from harness.plan.model import PLAN
from harness.report.legible import legible, spoken_findings
from harness.report.resolved import multiplied, printable, unresolved
from harness.report.words import lint
from harness.vocab.canonical import parse, parse_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.evidence.bundle import Bundle
    from harness.report.legible import Passage
    from harness.vocab.canonical import Json

__all__ = ["wording_problems"]

_READ = tuple(RESULTS + name for name in ("certainty.json", "impact.json", "report.txt", "report.html", "junit.xml"))
_FINDINGS = f"{RESULTS}findings.jsonl"
_AUTHOR = ("scenario", "question", "origin", "not-examined")
"""Members of the plan in the words of the scenario's author."""
_FIGURES_OF = tuple(RESULTS + name for name in ("certainty.json", "impact.json", "outcomes.jsonl"))
_ATTESTATIONS = ("attestations", "disclosure/original/attestations")
_STANDARD = frozenset({".predicate.result", ".predicateType", "._type"})
"""Members of a statement whose words a standard prescribes."""


def wording_problems(bundle: Bundle) -> list[Problem]:
    """Return every banned phrase of what a reader meets in a bundle, with its place and what to say, as ``E-WORDING``.

    Read are the reports, verdict and impact, the sentences of the findings, the author's words in the plan, ``README.txt`` and
    the statements; a figure of ``report.txt`` must stand in a field of the results or the plan.
    """
    quoted = frozenset(_quoted(bundle))
    found = [_problem(path, passage, quoted) for path, passage in _passages(bundle)]
    return [problem for problems in (*found, _figure_problems(bundle)) for problem in problems]


def _problem(path: str, passage: Passage, quoted: frozenset[str]) -> list[Problem]:
    return [
        Problem(code="E-WORDING", file=shown(path), sentence=f"{passage.where}, column {word.column}: '{word.phrase}'; say {word.instead}")
        for word in lint(passage.text, quoted=(text for text in quoted if text in passage.text))
    ]


def _passages(bundle: Bundle) -> Iterator[tuple[str, Passage]]:
    for path in _READ:
        if path in bundle.files:
            yield from ((path, passage) for passage in legible(path, bundle.read(path)))
    if _FINDINGS in bundle.files:
        yield from ((_FINDINGS, passage) for passage in _findings(bundle))
    if PLAN in bundle.files:
        yield from ((PLAN, passage) for passage in legible(PLAN, bundle.read(PLAN)) if _is_authored(passage.where))
    yield from _beside(bundle)


def _is_authored(where: str) -> bool:
    """Tell whether a string of the plan is the author's: the question and its like, or the name of an arm or a stimulus."""
    first = where.split(".")[1].partition("[")[0] if where.startswith(".") else ""
    return first in _AUTHOR or (first == "arms" and where.endswith((".name", ".told")))


def _findings(bundle: Bundle) -> Iterator[Passage]:
    """Yield the distinct sentences of the findings, read in pieces; raises :class:`FixityError` where they are not as sealed."""
    from harness.report.legible import Passage

    spoken: set[str] = set()
    digest, rest = sha256(), b""
    for piece in chunks(bundle.directory / _FINDINGS):
        digest.update(piece)
        whole, _, rest = (rest + piece).rpartition(b"\n")
        spoken |= spoken_findings(whole)
    if digest.hexdigest() != bundle.digests[_FINDINGS]:
        raise FixityError(changed(_FINDINGS, "sha256", bundle.digests[_FINDINGS], digest.hexdigest()))
    yield from (Passage("a sentence", sentence) for sentence in sorted(spoken))


def _beside(bundle: Bundle) -> Iterator[tuple[str, Passage]]:
    """Yield what stands outside the payload: the README and the texts of the statements, where they can be read."""
    folder = bundle.directory
    names = ["README.txt"]
    for beside in _ATTESTATIONS:
        if (folder / beside).is_dir():
            names += sorted(f"{beside}/{name}" for name in walk(f"{folder}/{beside}").files if name.endswith(".statement.json"))
    for name in names:
        try:
            passages = list(legible(name, read_file(f"{folder}/{name}")))
        except (OSError, ValueError):
            continue
        yield from ((name, passage) for passage in passages if passage.where not in _STANDARD)


def _quoted(bundle: Bundle) -> Iterator[str]:
    """Yield what is quoted as it stands: the catalogue's names of alert codes, and why a trial or block is void."""
    from harness.wire.gbcs.catalogue import alert_codes, alert_name

    yield from filter(None, (alert_name(code) for code in alert_codes()))
    for value in _values(bundle, (f"{RESULTS}outcomes.jsonl",)):
        if isinstance(value, dict) and isinstance(value.get("void"), str) and value["void"]:
            yield str(value["void"])


def _figure_problems(bundle: Bundle) -> list[Problem]:
    path = f"{RESULTS}report.txt"
    if path not in bundle.files or any(needed not in bundle.files for needed in (PLAN, f"{RESULTS}outcomes.jsonl")):
        return []
    values = list(_values(bundle, _FIGURES_OF))
    plan = parse(bundle.read(PLAN), where=PLAN)
    rows = [value for value in values if isinstance(value, dict) and "exposure" in value and "trial" in value]
    loads = [load for value in values for load in multiplied(value)]
    known = printable([*values, *loads, plan, _totals(rows)])
    return [
        Problem(code="E-WORDING", file=path, sentence=f"{passage.where}: the figure {figure} stands in no field; say what follows from one")
        for passage in legible(path, bundle.read(path))
        for figure in unresolved(passage.text, known)
    ]


def _totals(rows: list[dict[str, Json]]) -> Json:
    """Return what the notes of a report add up: each count over every trial, and in how many trials it is not zero."""
    members = ("unmet", "lost", "count", "alerts", "exposure")
    counts = {name: [row[name] for row in rows if isinstance(row.get(name), int)] for name in members}
    short: dict[str, int] = {}
    for exposure in counts["exposure"]:
        short[str(exposure)] = short.get(str(exposure), 0) + 1
    return [*([sum(map(int, map(str, values))), sum(value != 0 for value in values)] for values in counts.values()), list(short.values())]


def _values(bundle: Bundle, paths: Iterable[str]) -> Iterator[Json]:
    for path in paths:
        if path not in bundle.files:
            continue
        octets = bundle.read(path)
        if path.endswith(".json"):
            yield parse(octets, where=path)
        else:
            yield from (parse_line(line, where=path) for line in octets.splitlines(keepends=True))
