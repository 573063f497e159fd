"""Bounds for a rate that hold at any stop: whole numbers decide, on a stated grid."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb, exp, inf, lgamma, log, log1p
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from harness.judge.policy import Policy

__all__ = ["confidence_sequence", "rate_class"]

_BITS = 192
"""Leading bits that are kept of a power while its bounds suffice to decide."""


@lru_cache(maxsize=4096)
def confidence_sequence(positive: int, trials: int, alpha: Fraction, grid: int) -> tuple[Fraction, Fraction]:
    """Return lower and upper bound for the rate of positive trials, valid at any stop.

    The bounds of ``{ p : C(n,k) p^k (1-p)^(n-k) > alpha/(n+1) }`` (Robbins; ratio of prior to
    posterior under a uniform prior), rounded outwards to multiples of ``1/grid``.
    """
    low = _lower(_Set(positive, trials - positive, alpha, grid))
    high = grid - _lower(_Set(trials - positive, positive, alpha, grid))
    return Fraction(low, grid), Fraction(high, grid)


class _Bounds(NamedTuple):
    """A whole number as ``low * 2**shift`` at least and ``high * 2**shift`` at most."""

    low: int
    high: int
    shift: int


class _Set(NamedTuple):
    """The rates, in parts of ``grid``, at which what was seen is likely enough; a predicate in whole numbers."""

    positive: int
    missed: int
    alpha: Fraction
    grid: int

    @property
    def trials(self) -> int:
        return self.positive + self.missed

    def holds(self, rate: int) -> bool:
        """Tell whether the set holds a rate, given in parts of ``grid``; from the leading bits, or else from every one."""
        factorials = _factorials(1 << self.trials.bit_length())
        ones, rest = _power(rate, self.positive), _power(self.grid - rate, self.missed)
        likely = _product(factorials[self.trials], ones, rest)
        limit = _product(factorials[self.positive], factorials[self.missed], _power(self.grid, self.trials))
        factor, shift = (self.trials + 1) * self.alpha.denominator, likely.shift - limit.shift
        ahead, behind = (shift, 0) if shift > 0 else (0, -shift)
        if factor * likely.low << ahead > self.alpha.numerator * limit.high << behind:
            return True
        if factor * likely.high << ahead <= self.alpha.numerator * limit.low << behind:
            return False
        exact: int = comb(self.trials, self.positive) * rate**self.positive * (self.grid - rate) ** self.missed
        whole: int = self.grid**self.trials
        return factor * exact > self.alpha.numerator * whole


def _rounded(low: int, high: int, shift: int) -> _Bounds:
    """Return bounds with no more than :data:`_BITS` bits, rounded outwards."""
    excess = max(0, high.bit_length() - _BITS)
    return _Bounds(low >> excess, -(-high >> excess), shift + excess)


def _product(*factors: _Bounds) -> _Bounds:
    low, high, shift = 1, 1, 0
    for factor in factors:
        low, high, shift = low * factor.low, high * factor.high, shift + factor.shift
    return _Bounds(low, high, shift)


@lru_cache(maxsize=64)
def _power(base: int, exponent: int) -> _Bounds:
    """Return bounds of a power, by squaring."""
    found = _Bounds(1, 1, 0)
    for bit in f"{exponent:b}":
        times = base if bit == "1" else 1
        found = _rounded(found.low * found.low * times, found.high * found.high * times, 2 * found.shift)
    return found


@lru_cache(maxsize=2)
def _factorials(limit: int) -> tuple[_Bounds, ...]:
    """Return bounds of the factorials of all numbers below a limit."""
    found = [_Bounds(1, 1, 0)]
    for number in range(1, limit):
        last = found[-1]
        found.append(_rounded(last.low * number, last.high * number, last.shift))
    return tuple(found)


def _lower(rates: _Set) -> int:
    """Return the last grid point below the set; 0 where the set reaches down to 0.

    The set has no gap and holds the share that was seen, hence the first grid point above that share lies
    beyond where it begins. Starts at a guess and lets :meth:`_Set.holds` close in, so the answer does not
    depend on the guess.
    """
    if rates.positive == 0:
        return 0
    outside, inside = 0, rates.positive * rates.grid // rates.trials + 1
    guess, step = min(max(_guess(rates), outside + 1), inside - 1), 1
    while outside < guess < inside:
        if rates.holds(guess):
            inside, guess = guess, guess - step
        else:
            outside, guess = guess, guess + step
        step *= 2
    while inside - outside > 1:
        middle = (outside + inside) // 2
        outside, inside = (outside, middle) if rates.holds(middle) else (middle, inside)
    return outside


def _guess(rates: _Set) -> int:
    """Return about where the set begins, by Newton's method on the logarithm of its condition."""
    n, k, missed = rates.trials, rates.positive, rates.missed
    sought = log(rates.alpha / (n + 1)) - lgamma(n + 1) + lgamma(k + 1) + lgamma(missed + 1)
    rate, step = exp(sought / k), inf
    while step > 1 / (4 * rates.grid) and rate < k / n:
        step = (sought - k * log(rate) - missed * log1p(-rate)) / (k / rate - missed / (1 - rate))
        rate += step
    return int(rate * rates.grid)


def rate_class(low: Fraction, high: Fraction, policy: Policy) -> str:
    """Name a rate by its bounds: ``consistent``, ``frequent``, ``rare``, else ``intermittent``."""
    if low >= policy.consistent:
        return "consistent"
    if low >= policy.frequent:
        return "frequent"
    return "rare" if high < policy.rare else "intermittent"
