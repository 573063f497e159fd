"""Evidence as exact rational numbers that may be looked at after every block.

Each is a likelihood ratio against the null hypothesis, averaged over a uniform prior on the
alternative, in closed form. Under the null the probability that it *ever* reaches ``x`` is at most
``1/x`` (Ville's inequality), so looking early, often, or until something happens costs nothing.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb

__all__ = ["e_pair", "e_rate", "e_zero", "excluded_rate"]


@lru_cache(maxsize=4096)
def e_rate(positive: int, trials: int, background: Fraction) -> Fraction:
    """Evidence that the rate of positive trials exceeds ``background`` (p0, between 0 and 1).

    ``P[Bin(n+1, p0) <= k] / ((n+1) pmf(k; n, p0) (1-p0))``; with p0 = a/(a+c), powers of c cancel
    and whole numbers remain. In a spreadsheet:
    ``BINOM.DIST(k,n+1,p0,1)/((n+1)*BINOM.DIST(k,n,p0,0)*(1-p0))``.
    """
    hit, miss = background.numerator, background.denominator - background.numerator
    tail, power = 0, 1
    for j in range(positive + 1):
        tail = tail * miss + comb(trials + 1, j) * power
        power *= hit
    return Fraction(tail, (trials + 1) * comb(trials, positive) * hit**positive)


@lru_cache(maxsize=4096)
def e_pair(more: int, less: int) -> Fraction:
    """Evidence that the treatment counts more than a control, from blocks that differ.

    ``more`` blocks in which the treatment counted more (a), ``less`` in which the control did (b).
    Where the label does not matter each such block is a fair coin, because the order inside the
    block was random; nothing is assumed about rates, drift or dispersion.
    ``sum(C(d+1, j), j <= a) / ((d+1) C(d, a))`` with d = a + b; in a spreadsheet
    ``2*BINOM.DIST(a,d+1,.5,1)/((d+1)*BINOM.DIST(a,d,.5,0))``.
    """
    differing = more + less
    term = tail = 1
    for j in range(1, more + 1):
        term = term * (differing + 2 - j) // j
        tail += term
    return Fraction(tail, (differing + 1) * comb(differing, more))


def e_zero(rate: Fraction, trials: int) -> Fraction:
    """Evidence against a rate of at least ``rate``, below 1, from ``trials`` without a positive one: ``(1-r)**-n``."""
    return (1 / (1 - rate)) ** trials


@lru_cache(maxsize=1024)
def excluded_rate(trials: int, evidence: Fraction, grid: int) -> Fraction | None:
    """Return the smallest multiple of ``1/grid`` that ``trials`` without a positive one exclude.

    Against rates at or above it there is at least ``evidence``. ``None`` where there were no trials.
    """
    if trials == 0:
        return None
    kept, excluded = 0, grid
    while excluded - kept > 1:
        middle = (kept + excluded) // 2
        if e_zero(Fraction(middle, grid), trials) >= evidence:
            excluded = middle
        else:
            kept = middle
    return Fraction(excluded, grid)
