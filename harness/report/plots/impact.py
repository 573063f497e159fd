"""What it would come to: at each counting point a bar from the 5th to the 95th percentile, on a scale of equal factors."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from harness.report.figures import log2, plain, rounded
from harness.report.impact_words import quantiles_words, shown_spread, unit_words
from harness.report.markup import Markup, joined, tag
from harness.report.svg import Scale, drawing, label, line, marker
from harness.report.wording import PLACES
from harness.vocab.impact import Spread

if TYPE_CHECKING:
    from harness.report.story import Story
    from harness.vocab.impact import Impact

__all__ = ["draw_impact"]

LEFT, RIGHT, ROW, TOP, FOOT = 150, 14, 46, 14, 44
UNITS = 64
"""Whole steps in one doubling."""
MARK_ROOM = 56
"""User units from one labelled number to the next, at least."""
LEAST = Fraction(1, 64)
"""A figure below this, nothing included, is drawn at the left end."""


def draw_impact(story: Story, width: int, key: str) -> Markup:
    """Draw the story's impact; a figure without a spread is a mark alone."""
    impact = story.impact
    if impact is None:
        return Markup("")
    left = LEFT if width > 500 else 62
    shown = [shown_spread(impact, point) or Spread(p5=point.rate, p50=point.rate, p95=point.rate) for point in impact.points]
    scale = _scale(shown, left, width)
    bottom = TOP + ROW * len(shown)
    drawn = [*_grid(scale, bottom), label((width - RIGHT, bottom + 34), unit_words(impact), "tick", "end")]
    for place, (point, spread) in enumerate(zip(impact.points, shown, strict=True)):
        y = TOP + place * ROW + ROW // 2
        words = point.tap if width <= 500 else PLACES[point.tap]
        named = "label strong" if point.tap == impact.population.counting_point else "label"
        drawn += [label((4, y + 4), words, named), _bar(spread, scale, y)]
    return drawing(key, "Impact at each counting point", _description(impact), width, bottom + FOOT, *drawn)


def _scale(shown: list[Spread], left: int, width: int) -> Scale:
    """Return a scale of logarithms, in whole doublings, that holds every percentile."""
    values = [log2(max(LEAST, value), UNITS) for spread in shown for value in (spread.p5, spread.p95)]
    low, high = min(values) // UNITS * UNITS, (max(values) // UNITS + 1) * UNITS
    return Scale(min(low, high - 4 * UNITS), high, left, width - RIGHT)


def _grid(scale: Scale, bottom: int) -> list[Markup]:
    """Draw a line at each round number that has room for its label."""
    drawn: list[Markup] = []
    last = scale.start - MARK_ROOM
    few = scale.high - scale.low < 9 * UNITS
    for value in (Fraction(10) ** power * mantissa for power in range(-2, 19) for mantissa in ((1, 2, 5) if few else (1,))):
        place = log2(value, UNITS)
        x = scale.at(place)
        if scale.low <= place <= scale.high and x - last >= MARK_ROOM:
            last = x
            drawn += [line((x, TOP), (x, bottom), "grid"), label((x, bottom + 16), plain(value), "tick", _anchor(x, scale))]
    return drawn


def _bar(spread: Spread, scale: Scale, y: int) -> Markup:
    low, middle, high = (scale.at(log2(max(LEAST, value), UNITS)) for value in (spread.p5, spread.p50, spread.p95))
    bar = tag("rect", x=low, y=y - 6, width=max(1, high - low), height=12, class_="interval bar") if high > low else Markup("")
    words = label((middle, y - 11), rounded(spread.p50), "label strong halo", _anchor(middle, scale))
    return joined(bar, marker("diamond", (middle, y), 5, "treatment"), words)


def _anchor(x: int, scale: Scale) -> str:
    return "start" if x < scale.start + 24 else "end" if x > scale.end - 24 else "middle"


def _description(impact: Impact) -> str:
    return " ".join(quantiles_words(impact))
