"""How much the behaviour would come to in a population, at every counting point, with its uncertainty.

The rate of a device-day is bootstrapped over *trials*: alerts come in storms, so they are nothing like
independent, and a Poisson interval would be many times too narrow. Each replicate draws the trials anew,
and with them the amplification, and meets one draw of the share of device-days in the condition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from harness.judge.policy import POLICY
from harness.judge.resampling import WHOLE, percentile, replicates_for, resampled_sums, triangular
from harness.judge.tally import complete_blocks, void_reason
from harness.vocab.impact import YARDSTICK, Against, Exceeded, Impact, Point, Spread
from harness.vocab.journal import TAPS
from harness.vocab.roles import ArmRole, Realm
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.judge.policy import Policy
    from harness.judge.question import Question
    from harness.vocab.impact import Population
    from harness.vocab.outcome import Row, TrialOutcome

__all__ = ["INSTALLED", "impact", "treatment_outcomes"]

INSTALLED = 1_000
"""Loads are published for so many devices installed; whoever holds the true number multiplies."""

_MICRO = 1_000_000
"""Resampled figures are kept in millionths, cut off."""
_PPM = 1_000_000
_HAN = TAPS[0]
_EXPOSURE, _COUNT, _PEAK, _TAPS = range(4)
"""Columns of a trial, and of the sums over some trials; after the third one column for each tap."""


def treatment_outcomes(rows: Iterable[Row], outcomes: Mapping[str, TrialOutcome], question: Question) -> list[TrialOutcome]:
    """Return the treatment trials that count: of complete blocks that are not void."""
    blocks = complete_blocks(rows, question.roles)
    counted = [row for block in blocks if not void_reason(block) for row in block]
    return [outcomes[row.trial] for row in counted if row.role is ArmRole.TREATMENT]


def impact(
    trials: Iterable[TrialOutcome],
    population: Population,
    *,
    realm: Realm,
    counted_at: str,
    taps: Iterable[str],
    seed: bytes,
    policy: Policy = POLICY,
) -> Impact | None:
    """Return what treatment trials come to, or ``None`` where nothing was observed.

    ``counted_at`` is the tap of their counts, ``taps`` are all that were listened at, and ``seed`` is the
    root of the plan's chance. The order of the trials does not matter. In realm F no load is worked out:
    a log does not tell how many installations it covers.
    """
    observed = [trial for trial in trials if trial.exposure]
    if not observed:
        return None
    listened = tuple(tap for tap in TAPS if tap in {counted_at, *taps})
    rows = [(trial.exposure, trial.count, trial.peak, *(trial.by_tap.get(tap, 0) for tap in listened)) for trial in observed]
    settled = replace(population, counting_point=population.counting_point or counted_at)
    sample = _sample(rows, listened, counted_at, settled if realm is not Realm.FIELD else replace(settled, share=None, together=None), seed)
    figures = sample.figures()
    loads = [found.loads for tap, found in zip(listened, figures, strict=True) if tap == settled.counting_point]
    against = _against(loads[0] if loads else [], settled, policy)
    sums = sample.whole
    return Impact(
        realm=realm,
        counted_at=counted_at,
        trials=len(rows),
        positive=sum(trial.positive for trial in observed),
        exposure=sums[_EXPOSURE],
        count=sums[_COUNT],
        replicates=sample.replicates,
        population=settled,
        points=tuple([sample.point(place, found) for place, found in enumerate(figures)]),
        against=against,
        band="I4" if settled.degradation and realm is not Realm.SIMULATED else against.band if against else "",
    )


def _sample(rows: list[tuple[int, ...]], taps: tuple[str, ...], counted_at: str, population: Population, seed: bytes) -> _Sample:
    """Resample the trials; nothing is drawn where none counted anything, or where there is but one."""
    whole = tuple(map(sum, zip(*rows, strict=True)))
    replicates = replicates_for(len(rows)) if whole[_COUNT] and len(rows) > 1 else 0
    sums = resampled_sums(rows, replicates, Chance(subseed(seed, "impact", "trials")))
    shares = triangular(population.share, replicates, Chance(subseed(seed, "impact", "share"))) if population.share else ()
    return _Sample(
        trials=len(rows),
        replicates=replicates,
        whole=whole,
        sums=sums,
        shares=shares,
        together=population.together,
        taps=taps,
        base=taps.index(counted_at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What comes to a counting point over all replicates."""

    loads: list[int]
    """Of each replicate, in millionths, cut off; none where the share is not stated."""
    rate_spread: Spread | None
    load: Spread | None
    peak: Spread | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """Sums over the trials, and over each of their replicates."""

    trials: int
    replicates: int
    whole: tuple[int, ...]
    sums: tuple[tuple[int, ...], ...]
    """By column: one sum for each replicate."""
    shares: tuple[int, ...]
    """One draw of the share beside each replicate, in parts of ``WHOLE``; none where it is not stated."""
    together: int | None
    taps: tuple[str, ...]
    base: int
    """Which of the taps counted."""

    def figures(self) -> tuple[_Figures, ...]:
        """Return what comes to every counting point; those that saw the same in each replicate share theirs."""
        found: dict[tuple[int, ...], _Figures] = {}
        for column in self.sums[_TAPS:]:
            if column not in found:
                found[column] = self._figures(column)
        return tuple([found[column] for column in self.sums[_TAPS:]])

    def _figures(self, column: tuple[int, ...]) -> _Figures:
        rates = self._passed(DAY * _MICRO, self.sums[_COUNT], self.sums[_EXPOSURE], column)
        loads = [INSTALLED * rate * share // WHOLE for rate, share in zip(rates, self.shares, strict=True)] if self.shares else []
        peaks = []
        if self.together is not None:
            peaks = self._passed(INSTALLED * self.together, self.sums[_PEAK], (self.trials,) * self.replicates, column)
        return _Figures(loads=loads, rate_spread=_spread(rates) if len(set(rates)) > 1 else None, load=_spread(loads), peak=_spread(peaks))

    def _passed(self, factor: int, counts: tuple[int, ...], per: tuple[int, ...], column: tuple[int, ...]) -> list[int]:
        """Return a figure as it passes a counting point: amplified as all alerts were since they were counted, where any was."""
        base = self.sums[_TAPS + self.base]
        if column == base:
            return [factor * count // over for count, over in zip(counts, per, strict=True)]
        each = zip(counts, per, column, base, strict=True)
        return [factor * count * at // (over * of) if of else factor * count // over for count, over, at, of in each]

    def point(self, place: int, figures: _Figures) -> Point:
        """Return what comes to the counting point of a tap."""
        at, base = self.whole[_TAPS + place], self.whole[_TAPS + self.base]
        rate = Fraction(DAY * self.whole[_COUNT], self.whole[_EXPOSURE])
        han = self.whole[_TAPS + self.taps.index(_HAN)] if _HAN in self.taps else 0
        return Point(
            tap=self.taps[place],
            gain=Fraction(at, han) if han else None,
            rate=rate * at / base if base else rate,
            rate_spread=figures.rate_spread,
            load=figures.load,
            peak=figures.peak,
        )


def _spread(figures: list[int]) -> Spread | None:
    """Return the percentiles of figures in millionths; ``None`` where there are no figures."""
    if not figures:
        return None
    ordered = sorted(figures)
    p5, p50, p95 = (Fraction(percentile(ordered, percent), _MICRO) for percent in (5, 50, 95))
    return Spread(p5=p5, p50=p50, p95=p95)


def _against(loads: list[int], population: Population, policy: Policy) -> Against | None:
    """Return the load of the devices installed as a share of the capacity named, or else of the public yardstick."""
    spread, installed = _spread(loads), population.installed
    if spread is None or installed is None:
        return None
    daily = YARDSTICK.daily if population.capacity is None else Fraction(population.capacity)
    one = Fraction(installed, INSTALLED) / daily
    exceeded = tuple(
        Exceeded(band=band, floor=floor, probability=_share_above(floor / one * _MICRO, loads)) for band, floor in policy.impact_floors
    )
    held = [step.band for step in exceeded if step.probability >= policy.impact_probability]
    return Against(
        of="yardstick" if population.capacity is None else "capacity",
        daily=daily,
        installed=installed,
        share=spread.times(one),
        exceeded=exceeded,
        band=held[-1] if held else "I0",
    )


def _share_above(limit: Fraction, loads: list[int]) -> Fraction:
    """Return the share of whole numbers that lie above a limit."""
    whole = limit.numerator // limit.denominator
    return Fraction(sum(load > whole for load in loads), len(loads))
