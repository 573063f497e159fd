"""Impact in sentences, one a line: the rate, the load by counting point, what it is measured against, and what it is not."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from harness.report.figures import counted, decimal_down, decimal_up, percent_down, percent_up, rounded, spelt_duration
from harness.report.impact_words import band_words
from harness.report.wording import say
from harness.vocab.impact import YARDSTICK
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.vocab.impact import Impact, Point, Spread

__all__ = ["impact_sentences"]

_PPM = 1_000_000
_MILLION = 1_000_000
_FEW = 20
"""Below so many trials the interval misses too often to be left without a word (``docs/explanation/impact.md``)."""


def impact_sentences(impact: Impact, *, brief: bool = False) -> tuple[str, ...]:
    """Say what follows from an impact, in the order in which it follows; ``brief`` keeps to the counting point that is asked about."""
    shown = [impact.named] if brief else list(impact.points)
    lines = [*_rate(impact)]
    if not brief:
        lines += _gain(impact)
    lines += [*_load(impact, shown), *_peak(impact, shown), *_against(impact)]
    if not brief:
        lines += _yardstick(impact)
    lab = say("impact-lab") if impact.realm is not Realm.FIELD else ""
    return (*lines, f"{lab} {say(f'impact-{impact.realm.value}')}".strip())


def _rate(impact: Impact) -> Iterator[str]:
    trials, exposure = counted(impact.trials, "treatment trial"), spelt_duration(impact.exposure)
    if not impact.count:
        yield say("impact-rate-none", trials=trials, exposure=exposure)
        return
    counted_at = next(point for point in impact.points if point.tap == impact.counted_at)
    spread = counted_at.rate_spread
    rate = say(
        "impact-rate-F" if impact.realm is Realm.FIELD else "impact-rate",
        rate=rounded(counted_at.rate),
        tap=impact.counted_at,
        spread=say("impact-rate-spread", low=rounded(spread.p5), high=rounded(spread.p95)) if spread else "",
    )
    basis = say(
        "impact-basis" if spread else "impact-basis-plain",
        count=counted(impact.count, "superfluous alert"),
        positive=f"{impact.positive:,}",
        trials=trials,
        exposure=exposure,
        replicates=f"{impact.replicates:,}",
    )
    few = say("impact-few") if spread and impact.trials < _FEW else ""
    yield " ".join(filter(None, (rate, basis, few)))


def _gain(impact: Impact) -> Iterator[str]:
    """Say how many alerts passed each counting point for each one on the HAN."""
    gains = [f"{point.tap} {decimal_down(point.gain, 2)}" for point in impact.points if point.gain is not None]
    if gains:
        yield say("impact-gain", points="; ".join(gains))


def _load(impact: Impact, shown: list[Point]) -> Iterator[str]:
    share = impact.population.share
    if impact.realm is Realm.FIELD or not impact.count:
        return
    if share is None:
        yield say("impact-no-share")
        return
    low, mode, high = (Fraction(part, _PPM) for part in (share.low, share.mode, share.high))
    basis = impact.population.basis
    yield say("impact-share", low=percent_down(low), mode=percent_down(mode), high=percent_up(high), basis=basis)
    points = _points(shown, lambda point: point.load)
    yield say("impact-loads", points=points) if points else say("impact-one-trial")


def _peak(impact: Impact, shown: list[Point]) -> Iterator[str]:
    if not impact.is_common_cause or not impact.count or impact.realm is Realm.FIELD:
        return
    occasion, together = impact.population.common_cause, impact.population.together
    points = _points(shown, lambda point: point.peak)
    if together is None:
        yield say("impact-peak-unknown", occasion=occasion)
    elif points:
        yield say("impact-peaks", share=percent_up(Fraction(together, _PPM)), occasion=occasion, points=points)


def _points(shown: list[Point], spread_of: Callable[[Point], Spread | None]) -> str:
    spreads = [(point.tap, spread_of(point)) for point in shown]
    return "; ".join(f"{tap} {_quantiles(spread, rounded)}" for tap, spread in spreads if spread)


def _quantiles(spread: Spread, write: Callable[[Fraction], str]) -> str:
    return " / ".join(map(write, (spread.p5, spread.p50, spread.p95)))


def _against(impact: Impact) -> Iterator[str]:
    yield from _installed(impact)
    if not impact.against and impact.named.load:
        yield say("impact-no-band")
    yield from filter(None, [band_words(impact)])


def _yardstick(impact: Impact) -> Iterator[str]:
    if impact.count and impact.realm is not Realm.FIELD:
        daily, each = decimal_down(YARDSTICK.daily / _MILLION, 1), decimal_up(YARDSTICK.per_device, 2)
        yield say("impact-yardstick", daily=daily, each=each, source=YARDSTICK.source, date=YARDSTICK.date)


def _installed(impact: Impact) -> Iterator[str]:
    """Say what the devices installed come to at the named counting point; nothing where their number is not stated."""
    against, load = impact.against, impact.named.load
    if against is None or load is None:
        return
    yield say(
        "impact-installed",
        installed=f"{against.installed:,}",
        tap=impact.named.tap,
        loads=_quantiles(load.times(Fraction(against.installed, 1_000)), rounded),
        shares=_quantiles(against.share.times(100), lambda value: decimal_down(value, 2)),
        of=say(f"impact-of-{against.of}"),
    )
    steps = ", ".join(f"{percent_up(step.floor)}: {decimal_down(step.probability, 2)}" for step in against.exceeded)
    yield say("impact-exceeded", of=say(f"impact-of-{against.of}"), steps=steps)
