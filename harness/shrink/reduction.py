"""The smallest set of factors that still reproduces: one at a time, or by halving, as questions and answers.

A reduction yields the set of factors to keep and is sent whether that reproduces; it returns the factors that
are needed. It knows nothing of trials, so any way of answering will do.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["FEW", "Reduction", "halving", "one_at_a_time", "reduction_of"]

Reduction = Generator[frozenset[int], bool, frozenset[int]]
"""Asks whether a set reproduces, is told, and returns the set that is left."""

FEW = 12
"""Up to this many factors, leaving out one at a time costs fewer trials than halving (design, 2.7)."""

_FIRST_GROUPS = 8
"""Halving begins with this many groups: most factors are expected to be superfluous, and a whole group of those costs one question."""


def one_at_a_time(factors: Sequence[int]) -> Reduction:
    """Leave out one factor after another, and keep those without which it does not reproduce."""
    kept = frozenset(factors)
    for factor in factors:
        if (yield kept - {factor}):
            kept -= {factor}
    return kept


def halving(factors: Sequence[int]) -> Reduction:
    """Leave out whole groups, and divide those without which it does not reproduce."""
    kept = frozenset(factors)
    size = max(1, -(-len(factors) // _FIRST_GROUPS))
    for at in range(0, len(factors), size):
        kept = yield from _without(factors[at : at + size], kept, is_needed=False)
    return kept


def _without(group: Sequence[int], kept: frozenset[int], *, is_needed: bool) -> Reduction:
    """Return what is kept once this group was tried.

    Where a group cannot be left out but its first half can, the second half holds a factor that is needed; that is
    not asked again.
    """
    less = kept - frozenset(group)
    if not is_needed and (yield less):
        return less
    if len(group) == 1:
        return kept
    middle = len(group) // 2
    left = yield from _without(group[:middle], kept, is_needed=False)
    return (yield from _without(group[middle:], left, is_needed=left == kept - frozenset(group[:middle])))


def reduction_of(factors: Sequence[int]) -> tuple[str, Callable[[Sequence[int]], Reduction]]:
    """Return the way of reducing that suits so many factors, with its name."""
    return ("one-at-a-time", one_at_a_time) if len(factors) <= FEW else ("halving", halving)
