"""Bounds for a rate that hold at any stop, by whole-number bisection on a stated grid."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.judge.policy import Policy

__all__ = ["confidence_sequence", "rate_class"]


@lru_cache(maxsize=4096)
def confidence_sequence(positive: int, trials: int, alpha: Fraction, grid: int) -> tuple[Fraction, Fraction]:
    """Return lower and upper bound for the rate of positive trials, valid at any stop.

    The bounds of ``{ p : C(n,k) p^k (1-p)^(n-k) > alpha/(n+1) }`` (Robbins; ratio of prior to
    posterior under a uniform prior), rounded outwards to multiples of ``1/grid``.
    """
    low = _lower(positive, trials, alpha, grid)
    high = grid - _lower(trials - positive, trials, alpha, grid)
    return Fraction(low, grid), Fraction(high, grid)


def _lower(positive: int, trials: int, alpha: Fraction, grid: int) -> int:
    """Return the last grid point below the set; 0 where the set reaches down to 0."""
    if positive == 0:
        return 0
    missed = trials - positive
    weight = comb(trials, positive) * (trials + 1) * alpha.denominator
    limit = alpha.numerator * grid**trials
    outside, inside = 0, positive * grid // trials
    while inside - outside > 1:
        middle = (outside + inside) // 2
        if weight * middle**positive * (grid - middle) ** missed > limit:
            inside = middle
        else:
            outside = middle
    return outside


def rate_class(low: Fraction, high: Fraction, policy: Policy) -> str:
    """Name a rate by its bounds: ``consistent``, ``frequent``, ``rare``, else ``intermittent``."""
    if low >= policy.consistent:
        return "consistent"
    if low >= policy.frequent:
        return "frequent"
    return "rare" if high < policy.rare else "intermittent"
