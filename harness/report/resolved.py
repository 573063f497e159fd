"""Whether each figure of a sentence stands in a field that the sentence may rest on.

Prose is made of templates, so a figure is either a constant of a template or the printed form of a
field. What is neither was written by somebody else, or belongs to another campaign.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from harness.report.figures import decimal_down, decimal_up, evidence, odds, percent_down, percent_up, rounded, spelt_duration, threshold
from harness.report.wording import TEMPLATES
from harness.vocab.time import SECOND, duration_text, parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.vocab.canonical import Json

__all__ = ["constants", "figures_in", "multiplied", "printable", "unresolved"]

_FIGURE = re.compile(r"(?<![\w.\-/])\d[\d,.]*(?:e\d+)?(?![\w-])")
_DIGEST = re.compile(r"[0-9e]{12}")
"""The beginning of a digest as it is printed, should it hold no letter but ``e``; a number of that size has separators."""
_PER_MILLE = 1_000
"""Shares are stated in whole parts per million."""
_DURATION = re.compile(r"(?:[0-9]+(?:d|h|ms?|s|us|ns))+")
_RATIONAL = frozenset({"exact", "decimal"})


def figures_in(text: str) -> frozenset[str]:
    """Return the figures of a text as they are printed; digits inside a name, a code or a digest are none."""
    return frozenset(found.rstrip(".,") for found in _FIGURE.findall(text) if not _DIGEST.fullmatch(found))


@cache
def constants() -> frozenset[str]:
    """Return the figures that stand in the templates themselves, such as the 95 of ``95 %``."""
    return figures_in(" ".join(TEMPLATES.values()).replace("$", " "))


def printable(value: Json) -> frozenset[str]:
    """Return every way in which a JSON value's fields may be printed.

    Counts as they are and from 1 where the plan counts from 0; rational numbers as evidence, odds,
    thresholds and percentages; parts per million as percentages; durations in words, be they whole nanoseconds or as a
    scenario writes them; figures inside text; how long a list is.
    """
    return frozenset(_ways(value))


def multiplied(impact: Json) -> list[Json]:
    """Return the loads of ``impact.json`` multiplied by the number installed, where it states one: what its reader would work out."""
    if not isinstance(impact, dict) or not isinstance(against := impact.get("against"), dict):
        return []
    points, installed = impact.get("points"), against.get("installed")
    loads = [point["load"] for point in points if isinstance(point, dict) and isinstance(point.get("load"), dict)] if points else []
    factor = Fraction(installed if isinstance(installed, int) else 0, 1_000)
    found = (Fraction(str(value["exact"])) * factor for load in loads for value in load.values())
    return [{"exact": f"{value.numerator}/{value.denominator}", "decimal": ""} for value in found]


def unresolved(text: str, known: frozenset[str]) -> tuple[str, ...]:
    """Return the figures of a text that are neither among ``known`` nor constants of a template, sorted."""
    return tuple(sorted(figures_in(text) - known - constants()))


def _ways(value: Json) -> Iterator[str]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        yield from (f"{value:,}", str(value), f"{value + 1:,}")
        if value % _PER_MILLE == 0 and 0 < value <= 1000 * _PER_MILLE:
            yield percent_down(Fraction(value, 1000 * _PER_MILLE))[:-2]
        if value >= SECOND:
            yield from figures_in(f"{spelt_duration(value)} {' '.join(re.findall('[0-9]+', duration_text(value)))}")
    elif isinstance(value, str):
        yield from _of_text(value)
    elif isinstance(value, dict):
        if value.keys() == _RATIONAL:
            yield from _of_rational(Fraction(str(value["exact"])))
            return
        yield f"{len(value):,}"
        for name, inner in value.items():
            yield from _ways(name)
            yield from _ways(inner)
    else:
        yield f"{len(value):,}"
        for inner in value:
            yield from _ways(inner)


def _of_text(value: str) -> Iterator[str]:
    yield from figures_in(value)
    if _DURATION.fullmatch(value):
        yield from figures_in(spelt_duration(parse_duration(value)))
    if value.isdecimal():
        yield f"{int(value) + 1:,}"


def _of_rational(exact: Fraction) -> Iterator[str]:
    yield from (evidence(exact), odds(exact), threshold(exact), rounded(exact))
    if exact:
        yield odds(1 / exact)
    yield from (form(exact, places) for form in (decimal_down, decimal_up) for places in range(3))
    if exact <= 1:
        yield from (percent_down(exact)[:-2], percent_up(exact)[:-2])
