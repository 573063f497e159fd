"""The record of a search: every question, every trial, every verdict, as one canonical JSON document.

The same scenario, seed and harness give the same octets, whatever the number of workers and however often the
search was interrupted. Device models are named in it: a record is for those who search, and is no part of a bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, cast

from harness.errors import ScenarioError
from harness.judge.numbers import decimal_text, fraction_text
from harness.scenario.problem import path_text
from harness.shrink.candidates import Candidate
from harness.shrink.sprt import SPRT
from harness.vocab.canonical import parse
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from harness.scenario.model import Level
    from harness.scenario.problem import Path
    from harness.shrink.covering import Array
    from harness.shrink.narrowing import Edge
    from harness.shrink.screening import Cell, LevelEvidence
    from harness.shrink.search import Asked, Seen, Shrunk
    from harness.vocab.canonical import Json

__all__ = ["CEILING", "FORMAT", "Claim", "Subject", "claim_of", "controls_held", "screen_document", "shrink_document"]

FORMAT = "smets-search/1"
"""Names the format in ``search.json``."""
CEILING = "C1"
"""A search compares nothing that a plan has sealed beforehand, so what it finds was observed, and no more."""

_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a search is about."""

    scenario: str
    """Its id."""
    source: str
    """The scenario as TOML, changes of the command line applied."""
    seed: str
    target: str
    realm: str
    harness: Mapping[str, str]
    """Version and digest of the harness."""

    def document(self, kind: str) -> dict[str, Json]:
        """Return the members that every record begins with."""
        return {
            "format": FORMAT,
            "kind": kind,
            "scenario": self.scenario,
            "source": self.source,
            "seed": self.seed,
            "target": self.target,
            "realm": self.realm,
            "harness": dict(self.harness),
            "ceiling": CEILING,
        }


def shrink_document(
    subject: Subject,
    factors: Sequence[Candidate],
    found: Shrunk,
    edges: Sequence[Edge],
    *,
    plan: Callable[[Asked], str],
    write: Callable[[int, int], Level],
) -> dict[str, Json]:
    """Return the record of a search for the smallest trigger.

    ``plan`` gives the plan's digest of a question, ``write`` a value of a factor as a person writes it.
    """
    digests = [plan(asked) for asked in found.asked]
    return {
        **subject.document("shrink"),
        "test": SPRT.document(),
        "strategy": found.strategy,
        "factors": [_candidate(candidate) for candidate in factors],
        "asked": [
            {**_asked(asked, digest, factors), "at": None if asked.level is None else {factors[asked.level[0]].name: write(*asked.level)}}
            for asked, digest in zip(found.asked, digests, strict=True)
        ],
        "plans": sorted(set(digests)),
        "ending": found.ending.value,
        "needed": _names(found.needed, factors),
        "dropped": _names(frozenset(range(len(factors))) - found.needed, factors),
        "edges": [
            {
                "path": factors[edge.factor].name,
                "reproduces": write(edge.factor, edge.reproduces),
                "does-not": write(edge.factor, edge.does_not),
            }
            for edge in edges
        ],
        "trials": found.trials,
    }


def screen_document(
    subject: Subject,
    factors: Mapping[str, Sequence[Level]],
    array: Array,
    trials: Sequence[tuple[Cell, Seen, str]],
    ranked: Sequence[LevelEvidence],
) -> dict[str, Json]:
    """Return the record of a screen; ``trials`` are its cells in order, what they came to, and their plans' digests."""
    names = list(factors)
    levels = [list(of_factor) for of_factor in factors.values()]
    return {
        **subject.document("screen"),
        "strength": array.strength,
        "factors": [{"path": name, "levels": list(of_factor)} for name, of_factor in factors.items()],
        "rows": [[levels[factor][level] for factor, level in enumerate(row)] for row in array.rows],
        "conflicts": [
            {"levels": {names[factor]: levels[factor][level] for factor, level in conflict.levels.items()}, "reason": conflict.reason}
            for conflict in array.conflicts
        ],
        "trials": [
            {
                "round": cell.round,
                "role": cell.role.value,
                "levels": [levels[factor][level] for factor, level in enumerate(cell.levels)],
                "plan": digest,
                **_seen(seen),
            }
            for cell, seen, digest in trials
        ],
        "plans": sorted({digest for _, _, digest in trials}),
        "levels": [
            {
                "factor": names[one.factor],
                "level": levels[one.factor][one.level],
                "positive": one.positive,
                "trials": one.trials,
                "other-positive": one.other_positive,
                "other-trials": one.other_trials,
                "e-value": None if one.e_value is None else _rational(one.e_value),
                "follow": one.follow,
            }
            for one in ranked
        ],
        "controls": [_held(role, trials) for role in _HEALTHY if any(cell.role is role for cell, _, _ in trials)],
        "grade": CEILING if any(seen.positive for cell, seen, _ in trials if cell.role is ArmRole.TREATMENT) else "C0",
    }


_HEALTHY = {ArmRole.POSITIVE_CONTROL: True, ArmRole.SHAM: False}
"""The harness's own controls, and whether a trial of them is to be positive."""


def _held(role: ArmRole, trials: Sequence[tuple[Cell, Seen, str]]) -> Json:
    counted = [seen for cell, seen, _ in trials if cell.role is role and not seen.void]
    positive = sum(seen.positive for seen in counted)
    held = bool(counted) and positive == (len(counted) if _HEALTHY[role] else 0)
    return {"role": role.value, "positive": positive, "trials": len(counted), "held": held}


def controls_held(record: Mapping[str, Json]) -> bool:
    """Tell whether the harness's own controls came out in every round of a screen as they must."""
    return all(control["held"] for control in cast("Sequence[Mapping[str, bool]]", record["controls"]))


def _candidate(candidate: Candidate) -> Json:
    return {
        "path": candidate.name,
        "steps": [str(step) for step in candidate.path],
        "treated": candidate.treated,
        "reference": candidate.reference,
        "origin": candidate.origin,
    }


def _names(numbers: frozenset[int], factors: Sequence[Candidate]) -> list[Json]:
    return [candidate.name for number, candidate in enumerate(factors) if number in numbers]


def _asked(asked: Asked, plan: str, factors: Sequence[Candidate]) -> dict[str, Json]:
    counted = [seen for seen in asked.seen if not seen.void]
    ratio = SPRT.begin()
    for seen in counted:
        ratio = ratio.plus(positive=seen.positive)
    return {
        "role": asked.role.value,
        "without": _names(frozenset(range(len(factors))) - asked.kept, factors),
        "plan": plan,
        "seen": [_seen(seen) for seen in asked.seen],
        "positive": sum(seen.positive for seen in counted),
        "trials": len(counted),
        "ratio": _rational(ratio.value) if asked.role is ArmRole.TREATMENT else None,
        "verdict": asked.verdict.value,
    }


def _seen(seen: Seen) -> dict[str, Json]:
    return {"trial": seen.trial, "count": seen.count, "positive": seen.positive, "void": seen.void}


def _rational(value: Fraction) -> Json:
    return {"exact": fraction_text(value), "decimal": decimal_text(value, _PLACES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claimed trigger, with what it was searched in: all that its test takes over from a search."""

    source: str
    """The scenario as TOML."""
    factors: tuple[Candidate, ...]
    """Every factor that was there to be left out."""
    needed: tuple[str, ...]
    """Paths of those that are claimed."""
    seed: str
    """The seed that the search used, and its test must not."""
    plans: tuple[str, ...] = ()
    """Digests of the search's plans."""
    record: str = ""
    """SHA-256 of the record; empty where the claim rests on no search."""


def claim_of(octets: bytes, where: str) -> Claim:
    """Read the claim out of a record of ``shrink``.

    Raises :class:`ScenarioError` for another document, or a search that found nothing, and
    :class:`harness.errors.BundleError` where it is not canonical JSON.
    """
    value = parse(octets, where=where)
    if not isinstance(value, dict) or value.get("format") != FORMAT or value.get("kind") != "shrink":
        raise ScenarioError("not the record of a search for a trigger", where=where, expected="a search.json that 'shrink' wrote")
    if value.get("ending") != "found" or not value.get("needed"):
        raise ScenarioError("the search found no trigger", where=where, expected="one that ended with factors that are needed")
    return Claim(
        source=_text(value, "source", where),
        factors=tuple(_read_candidate(raw, where) for raw in _list(value, "factors", where)),
        needed=tuple(map(str, _list(value, "needed", where))),
        seed=_text(value, "seed", where),
        plans=tuple(map(str, _list(value, "plans", where))),
        record=sha256(octets).hexdigest(),
    )


def _text(value: Mapping[str, Json], name: str, where: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise ScenarioError(f"'{name}' is no text", where=where, expected="a record as 'shrink' wrote it")
    return found


def _list(value: Mapping[str, Json], name: str, where: str) -> Sequence[Json]:
    found = value.get(name)
    if not isinstance(found, list):
        raise ScenarioError(f"'{name}' is no list", where=where, expected="a record as 'shrink' wrote it")
    return found


def _read_candidate(raw: Json, where: str) -> Candidate:
    if not isinstance(raw, dict):
        raise ScenarioError("a factor is no object", where=where, expected="a record as 'shrink' wrote it")
    path: Path = tuple(map(str, _list(raw, "steps", where)))
    reference = raw.get("reference")
    if not isinstance(reference, (str, int)) or path_text(path) != raw.get("path"):
        raise ScenarioError(f"factor '{path_text(path)}' is broken", where=where, expected="a record as 'shrink' wrote it")
    return Candidate(path=path, treated=_text(raw, "treated", where), reference=reference, origin=_text(raw, "origin", where))
