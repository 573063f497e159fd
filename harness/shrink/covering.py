"""Covering arrays: few combinations in which every few levels meet, and which of them cannot be carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["STRENGTHS", "Array", "Conflict", "array"]

STRENGTHS = (1, 2, 3)
"""Of how many factors at once every combination of levels can be covered."""
Row = tuple[int, ...]
"""One combination: the level of every factor, by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Levels that cannot stand together, none of which could be spared for that; factor to level, by number."""

    levels: Mapping[int, int]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """Combinations in which all levels meet, as many at a time as the strength says, but for those in conflict."""

    strength: int
    rows: tuple[Row, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def bound(self) -> frozenset[int]:
        """Factors that take part in a conflict: their levels cannot be dealt anew."""
        return frozenset(factor for conflict in self.conflicts for factor in conflict.levels)


def array(levels: Sequence[int], strength: int, problem: Callable[[Mapping[int, int]], str]) -> Array:
    """Return an array over factors with so many levels each.

    ``problem`` says what is wrong with some factors at these levels, the others as in the treatment, or gives an
    empty text. It is asked of every row; what cannot stand together is ruled out and the array made anew, until every
    row can be carried out. The same numbers give the same array. Raises :class:`UsageError` where the strength exceeds
    the number of factors.
    """
    if strength > len(levels):
        raise UsageError(f"strength {strength} with {len(levels)} factors", expected=f"at most {len(levels)}")
    conflicts: list[Conflict] = []
    while True:
        rows = _covering(levels, strength, conflicts)
        found = [conflict for row in rows if (conflict := _conflict(row, problem))]
        new = [conflict for number, conflict in enumerate(found) if conflict not in found[:number]]
        if not new:
            return Array(strength=strength, rows=rows, conflicts=tuple(conflicts))
        conflicts += new


def _conflict(row: Row, problem: Callable[[Mapping[int, int]], str]) -> Conflict | None:
    """Return the smallest part of a row that cannot stand, by leaving out one factor after another."""
    levels = dict(enumerate(row))
    reason = problem(levels)
    if not reason:
        return None
    for factor in tuple(levels):
        fewer = {other: level for other, level in levels.items() if other != factor}
        still = problem(fewer)
        if still:
            levels, reason = fewer, still
    return Conflict(levels=levels, reason=reason)


def _covering(levels: Sequence[int], strength: int, conflicts: Sequence[Conflict]) -> tuple[Row, ...]:
    """Ask covertable; its order of ties is a hash of places, so nothing is left to chance."""
    from covertable import Controller  # type: ignore[import-untyped]

    constraints = [
        {
            "operator": "not",
            "condition": {
                "operator": "and",
                "conditions": [{"operator": "eq", "left": factor, "value": level} for factor, level in conflict.levels.items()],
            },
        }
        for conflict in conflicts
    ]
    made = Controller([list(range(count)) for count in levels], strength=strength, constraints=constraints).make()
    return tuple(tuple(row) for row in made)
