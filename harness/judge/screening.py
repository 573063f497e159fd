"""Many questions at once: which to follow up, and whether a change raises other codes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from harness.judge.e_values import e_pair
from harness.judge.tally import PairTally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["e_bh", "evidence_by_code", "raised_codes"]


def e_bh(evidence: Mapping[str, Fraction], rate: Fraction) -> tuple[str, ...]:
    """Return the names whose e-values are worth following up, strongest first; of equals, by name.

    The e-BH procedure: the ``k`` largest of ``m`` where the k-th is at least ``m / (k * rate)``, for the
    largest such k. Of what it returns at most the share ``rate`` is expected to be chance, however
    the e-values depend on each other. It chooses; it grades nothing.
    """
    ranked = sorted(evidence, key=lambda name: (-evidence[name], name))
    held = [k for k, name in enumerate(ranked, 1) if evidence[name] * k * rate >= len(ranked)]
    return tuple(ranked[: max(held, default=0)])


def evidence_by_code(pairs: Iterable[tuple[Mapping[str, int], Mapping[str, int]]]) -> dict[str, Fraction]:
    """Return, for every code that either counted, the evidence that the first of each pair counts more of it.

    A pair is two trials of one block, each as counts by code, such as with a change and without it.
    """
    tallies: dict[str, PairTally] = {}
    for one, other in pairs:
        for code in sorted({*one, *other}):
            tallies[code] = tallies.get(code, PairTally()).plus(one.get(code, 0), other.get(code, 0))
    return {code: e_pair(tally.more, tally.less) for code, tally in sorted(tallies.items())}


def raised_codes(pairs: Iterable[tuple[Mapping[str, int], Mapping[str, int]]], rate: Fraction = Fraction(1, 20)) -> tuple[str, ...]:
    """Return the codes that the first of each pair raises more of, by :func:`e_bh` over all codes."""
    return e_bh(evidence_by_code(pairs), rate)
