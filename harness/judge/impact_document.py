"""Impact as canonical JSON: exact ratios beside decimals cut off for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.judge.flow import PEAK_SPAN
from harness.judge.impact import INSTALLED
from harness.judge.numbers import decimal_text, fraction_text
from harness.vocab.impact import YARDSTICK
from harness.vocab.roles import Realm
from harness.vocab.time import duration_text

if TYPE_CHECKING:
    from fractions import Fraction

    from harness.vocab.canonical import Json
    from harness.vocab.impact import Against, Impact, Point, Population, Spread

__all__ = ["FORMAT", "impact_document"]

FORMAT = "smets-impact/1"
"""Names the format in ``impact.json``."""

_PLACES = 6
_CONDITIONAL = {
    Realm.SIMULATED: "the impact of the model as configured; it concerns no device",
    Realm.LABORATORY: "the impact at the rates of a laboratory; a rate from a rig is no field rate",
    Realm.FIELD: "the rate of a log as it was kept, whatever number of devices it holds; no load follows",
}


def impact_document(impact: Impact) -> dict[str, Json]:
    """Return an impact as canonical JSON; exposure as text such as ``60d``, shares stated in parts per million.

    A rational number is ``{"exact": "n/d", "decimal": "68.100000"}``, the decimal cut off. Loads and peaks are
    for 1,000 devices installed. The number installed and the capacity stand here only where the scenario states them.
    """
    return {
        "format": FORMAT,
        "realm": impact.realm.value,
        "conditional": _CONDITIONAL[impact.realm],
        "lab-conditional": impact.realm is not Realm.FIELD,
        "trials": {
            "number": impact.trials,
            "positive": impact.positive,
            "exposure": duration_text(impact.exposure),
            "count": impact.count,
            "counted-at": impact.counted_at,
            "replicates": impact.replicates,
        },
        "stated": _stated(impact.population),
        "installed-per-load": INSTALLED,
        "peak-span": PEAK_SPAN,
        "points": [_point(point) for point in impact.points],
        "common-cause": impact.is_common_cause,
        "against": None if impact.against is None else _against(impact.against),
        "band": impact.band,
        "yardstick": {
            "alerts-a-day": _rational(YARDSTICK.daily),
            "alerts-a-device-day": _rational(YARDSTICK.per_device),
            "date": YARDSTICK.date,
            "kind": "public figure",
            "source": YARDSTICK.source,
        },
    }


def _rational(value: Fraction) -> Json:
    return {"exact": fraction_text(value), "decimal": decimal_text(value, _PLACES)}


def _spread(spread: Spread | None) -> Json:
    return None if spread is None else {"p5": _rational(spread.p5), "p50": _rational(spread.p50), "p95": _rational(spread.p95)}


def _stated(population: Population) -> Json:
    share = population.share
    return {
        "share": "not stated" if share is None else {"low": share.low, "mode": share.mode, "high": share.high},
        "basis": population.basis if share else "not stated",
        "counting-point": population.counting_point,
        "common-cause": population.common_cause,
        "together": population.together,
        "installed": population.installed,
        "capacity": population.capacity,
        "documented-degradation": population.degradation,
    }


def _point(point: Point) -> Json:
    return {
        "tap": point.tap,
        "gain": None if point.gain is None else _rational(point.gain),
        "rate": _rational(point.rate),
        "rate-spread": _spread(point.rate_spread),
        "load": _spread(point.load),
        "peak": _spread(point.peak),
    }


def _against(against: Against) -> Json:
    return {
        "of": against.of,
        "alerts-a-day": _rational(against.daily),
        "installed": against.installed,
        "share": _spread(against.share),
        "exceeded": [
            {"band": step.band, "floor": _rational(step.floor), "probability": _rational(step.probability)} for step in against.exceeded
        ],
        "band": against.band,
    }
