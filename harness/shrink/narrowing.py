"""How far a number may move before it no longer reproduces: bisection with the same sequential verdicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import ScenarioError
from harness.interfaces.setting import Setting
from harness.shrink.search import Asked, Ending, Search, Seen, Shrunk, Wanted, asking
from harness.shrink.sprt import SPRT, Verdict

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from harness.interfaces.target import Target
    from harness.scenario.model import Level, Scenario
    from harness.shrink.candidates import Candidate
    from harness.shrink.sprt import Sprt

__all__ = ["Edge", "Range", "narrow", "narrowed", "range_of"]

_NUMERIC = frozenset({"duration", "voltage", "ratio", "count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A numeric condition in base units: where it stands in the treatment, and where left out."""

    setting: Setting
    treated: int
    reference: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Between which two values of a condition the behaviour came or went; in base units."""

    factor: int
    reproduces: int
    does_not: int


def range_of(candidate: Candidate, scenario: Scenario, target: Target) -> Range | None:
    """Return the range of a condition; ``None`` where it is no number, or does not say how it stands in the treatment."""
    setting = _setting(candidate, scenario, target)
    if setting is None or setting.kind not in _NUMERIC:
        return None
    try:
        treated, reference = (setting.read(_raw(setting, raw)) for raw in (candidate.treated, candidate.reference))
    except ScenarioError:
        return None
    if not isinstance(treated, int) or not isinstance(reference, int) or treated == reference:
        return None
    return Range(setting=setting, treated=treated, reference=reference)


def _setting(candidate: Candidate, scenario: Scenario, target: Target) -> Setting | None:
    root, name, *rest = map(str, candidate.path)
    if root == "device" and rest[:1] == ["with"]:
        return target.device_settings(name).get(rest[1])
    if root != "stimulus" or not rest:
        return None
    if rest[0] != "with":
        return Setting(kind="count" if rest[0] == "times" else "duration", doc="")
    does = {stimulus.name: stimulus.do for arm in scenario.arms for stimulus in arm.stimuli}
    return target.capabilities()[does[name]].settings.get(rest[1]) if name in does else None


def _raw(setting: Setting, raw: Level) -> Level:
    return int(raw) if setting.kind == "count" and isinstance(raw, str) and raw.isdecimal() else raw


def narrow(
    kept: frozenset[int], factor: int, between: Range, *, steps: int, test: Sprt = SPRT
) -> Generator[Wanted, Seen, tuple[Edge, tuple[Asked, ...]]]:
    """Halve a range so many times, or until its ends are neighbours; return the edge and what was asked.

    The treatment's end is known to reproduce and the reference's not to. Where the behaviour comes and goes more
    than once in between, one of its edges is found.
    """
    reproduces, does_not, asked = between.treated, between.reference, []
    for _ in range(steps):
        middle = (reproduces + does_not) // 2
        if middle in (reproduces, does_not):
            break
        asked.append((yield from asking(kept, test, level=(factor, middle))))
        if asked[-1].verdict is Verdict.REPRODUCES:
            reproduces = middle
        else:
            does_not = middle
    return Edge(factor=factor, reproduces=reproduces, does_not=does_not), tuple(asked)


def narrowed(search: Search, ranges: Mapping[int, Range], steps: int) -> Generator[Wanted, Seen, tuple[Shrunk, tuple[Edge, ...]]]:
    """Carry a search out, then narrow every numeric condition that is needed."""
    found = yield from search
    edges = []
    for factor in sorted(found.needed & ranges.keys()) if found.ending is Ending.FOUND and steps else ():
        edge, asked = yield from narrow(found.needed, factor, ranges[factor], steps=steps)
        edges.append(edge)
        found = replace(found, asked=(*found.asked, *asked))
    return found, tuple(edges)
