"""Resampling in whole numbers, beside numpy and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from harness.judge.resampling import WHOLE, percentile, replicates_for, resampled_sums, triangular
from harness.vocab.impact import Share
from harness.vocab.seed import Chance, subseed


def chance(*path):
    return Chance(subseed(b"", "test", *path))


@given(some.lists(some.integers(0, 10**12), min_size=1, max_size=60), some.integers(1, 100))
def test_a_percentile_is_numpys_inverted_distribution_function(numbers, percent):
    assert percentile(sorted(numbers), percent) == np.quantile(np.array(numbers, dtype=object), percent / 100, method="inverted_cdf")


@given(some.lists(some.tuples(some.integers(0, 10**16), some.integers(0, 3)), min_size=1, max_size=9))
def test_every_sum_is_one_of_rows_that_are_there(rows):
    """Beside the rows, a column of ones and one that tells which was drawn: the sums must agree with it."""
    marked = [(*row, 1, 100**place) for place, row in enumerate(sorted(rows))]
    for first, second, size, which in zip(*resampled_sums(marked, 5, chance("rows")), strict=True):
        times = [which // 100**place % 100 for place in range(len(rows))]
        assert sum(times) == size == len(rows)
        assert first == sum(row[0] * drawn for row, drawn in zip(marked, times, strict=True))
        assert second == sum(row[1] * drawn for row, drawn in zip(marked, times, strict=True))


@given(some.lists(some.tuples(some.integers(0, 10**16), some.integers(0, 3)), min_size=1, max_size=300), some.integers(0, 9))
def test_the_draws_are_those_of_one_word_after_another(rows, replicates):
    """The plainest form of the same: a word of the stream, the row it stands for, and one sum after another."""
    stream, ordered, size = chance("plain"), sorted(rows), len(rows)
    plain = []
    for _ in range(replicates):
        drawn = [ordered[int.from_bytes(stream.octets(4), "big") * size >> 32] for _ in range(size)]
        plain.append(tuple(map(sum, zip(*drawn, strict=True))))
    assert list(zip(*resampled_sums(rows, replicates, chance("plain")), strict=True)) == plain


def test_every_row_is_as_likely_as_every_other():
    size, replicates = 7, 4_000
    marked = [(1_000_000**place,) for place in range(size)]
    total = sum(*resampled_sums(marked, replicates, chance("even")))
    counts = [total // 1_000_000**place % 1_000_000 for place in range(size)]
    assert sum(counts) == size * replicates
    assert stats.chisquare(counts).pvalue > 0.001


def test_how_rows_came_does_not_matter():
    rows = [(5, 1), (0, 2), (9, 3)]
    assert resampled_sums(rows, 50, chance("x")) == resampled_sums(rows[::-1], 50, chance("x"))


@pytest.mark.parametrize(
    "share",
    [
        Share(low=5_000, mode=20_000, high=80_000),
        Share(low=0, mode=0, high=1_000_000),
        Share(low=0, mode=1_000_000, high=1_000_000),
        Share(low=100, mode=101, high=102),
    ],
)
def test_a_share_is_drawn_from_the_triangular_distribution(share):
    stream = chance("share", share.low, share.mode, share.high)
    drawn = [value / WHOLE for value in triangular(share, 4_000, stream)]
    low, span = share.low / 1e6, (share.high - share.low) / 1e6
    shape = (share.mode - share.low) / (share.high - share.low)
    assert stats.kstest(drawn, stats.triang(shape, loc=low, scale=span).cdf).pvalue > 0.001
    assert share.low * 10**6 <= min(drawn) * WHOLE + 1
    assert max(drawn) * WHOLE - 1 <= share.high * 10**6


def test_a_share_that_is_known_is_drawn_as_it_is():
    assert set(triangular(Share(low=7, mode=7, high=7), 20, chance("known"))) == {7_000_000}


def test_the_work_is_bounded():
    assert [replicates_for(trials) for trials in (1, 60, 200, 400, 2_000, 10_000)] == [10_000, 10_000, 10_000, 5_000, 1_000, 1_000]


def _storms(rng, size):
    return np.where(rng.random(size) < 0.3, np.ceil(np.exp(rng.normal(3, 1.3, size))), 0).astype(int)


def _steady(rng, size):
    return np.where(rng.random(size) < 0.9, rng.poisson(60, size), 0).astype(int)


@pytest.mark.parametrize(("counts", "least"), [(_steady, 0.85), (_storms, 0.65)], ids=["steady", "storms"])
def test_the_interval_covers_about_as_often_as_it_says_where_a_poisson_interval_does_not(counts, least):
    """Nominal 90 %, 40 trials a campaign; storms with a standard deviation of four means are covered less often, as documented."""
    rng = np.random.default_rng(20)
    truth = counts(rng, 2_000_000).mean()
    covered = poisson = 0
    campaigns = 200
    for campaign in range(campaigns):
        seen = counts(rng, 40)
        sums = sorted(*resampled_sums([(int(count),) for count in seen], 300, chance(campaign)))
        covered += percentile(sums, 5) <= truth * 40 <= percentile(sums, 95)
        poisson += abs(seen.sum() - truth * 40) <= 1.645 * np.sqrt(seen.sum())
    assert covered / campaigns >= least
    assert poisson / campaigns < 0.6
