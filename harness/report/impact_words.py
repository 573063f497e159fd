"""What is said of impact: every figure from :class:`harness.vocab.impact.Impact`, always at a named counting point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.figures import percent_down, rounded
from harness.report.wording import PLACES, say

if TYPE_CHECKING:
    from harness.vocab.impact import Impact, Point, Spread

__all__ = ["band_words", "quantiles_words", "shown_spread", "unit_words"]

_PPM = 1_000_000


def unit_words(impact: Impact) -> str:
    """Say what the figures of the counting points are: a load where a share was stated, a rate otherwise."""
    return say("impact-unit-load" if impact.named.load else "impact-unit-rate")


def shown_spread(impact: Impact, point: Point) -> Spread | None:
    """Return the percentiles that go with :func:`unit_words`; ``None`` where resampling told nothing."""
    return point.load if impact.named.load else point.rate_spread


def quantiles_words(impact: Impact) -> tuple[str, ...]:
    """Say the percentiles at each counting point, from the device outwards."""
    return tuple(_quantiles(impact, point) for point in impact.points)


def _quantiles(impact: Impact, point: Point) -> str:
    spread, unit = shown_spread(impact, point), unit_words(impact)
    if spread is None:
        return say("impact-value", place=PLACES[point.tap], middle=rounded(point.rate), unit=unit)
    low, middle, high = map(rounded, (spread.p5, spread.p50, spread.p95))
    return say("impact-quantiles", place=PLACES[point.tap], low=low, middle=middle, high=high, unit=unit)


def band_words(impact: Impact) -> str:
    """Say the band and what it rests on; empty where no band follows."""
    against = impact.against
    if impact.band == "I4":
        return say("impact-band-declared", band=impact.band)
    if against is None or not impact.band:
        return ""
    floor = next((one for one in against.exceeded if one.band == impact.band), None)
    if floor is None:
        return say("impact-band-lowest", band=impact.band, of=against.of)
    probability, share = percent_down(floor.probability), percent_down(floor.floor)
    return say("impact-band", band=impact.band, of=against.of, floor=share, probability=probability)
