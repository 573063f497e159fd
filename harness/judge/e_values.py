"""Evidence as exact rational numbers that may be looked at after every block.

Each is a likelihood ratio against the null hypothesis, averaged over a uniform prior on the
alternative, in closed form. Under the null the probability that it *ever* reaches ``x`` is at most
``1/x`` (Ville's inequality), so looking early, often, or until something happens costs nothing.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb

__all__ = ["e_pair", "e_rate", "e_zero", "excluded_rate", "posterior_odds", "prevalence_bound", "zero_trials"]


@lru_cache(maxsize=4096)
def e_rate(positive: int, trials: int, background: Fraction) -> Fraction:
    """Evidence that the rate of positive trials exceeds ``background`` (p0, between 0 and 1).

    ``P[Bin(n+1, p0) <= k] / ((n+1) pmf(k; n, p0) (1-p0))``; with p0 = a/(a+c), powers of c cancel
    and whole numbers remain. In a spreadsheet:
    ``BINOM.DIST(k,n+1,p0,1)/((n+1)*BINOM.DIST(k,n,p0,0)*(1-p0))``.
    """
    hit, miss = background.numerator, background.denominator - background.numerator
    tail, term, power = 0, 1, 1
    for j in range(positive + 1):
        tail = tail * miss + term * power
        term = term * (trials + 1 - j) // (j + 1)
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


def zero_trials(rate: Fraction, evidence: Fraction) -> int:
    """Return how many trials without a positive one give this much evidence against a rate, above 0, of at least ``rate``.

    The rule of three is its approximation: 29 trials for 10 %, 59 for 5 %, 299 for 1 % at an evidence of 20.
    """
    trials, found = 0, Fraction(1)
    while found < evidence:
        trials, found = trials + 1, found / (1 - rate)
    return trials


def posterior_odds(prior: Fraction, evidence: Fraction) -> Fraction:
    """Return what a reader who held ``prior`` odds should hold after this much evidence: 1 to 10 and E = 100 give 10 to 1.

    Each of these e-values is a Bayes factor, so odds multiply. Without a stated prior it is no probability.
    """
    return prior * evidence


@lru_cache(maxsize=256)
def prevalence_bound(units: int, alpha: Fraction, grid: int) -> Fraction:
    """Return the smallest share of units that ``units`` positive ones of as many leave possible, on a grid, rounded down.

    ``alpha ** (1 / units)``: of 1 unit 5 % at least, of 3 units 36 %, of 10 units 74 % show the behaviour (95 %).
    0 where there are no units: simulated evidence bounds no prevalence.
    """
    if not units:
        return Fraction(0)
    low, high = 0, grid
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if Fraction(middle, grid) ** units <= alpha else (low, middle)
    return Fraction(low, grid)


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
