"""Randomness is an address: the same everywhere, independent of its neighbours, and fair."""

from __future__ import annotations

from hashlib import sha256
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.vocab.seed import PPM, Chance, subseed

if TYPE_CHECKING:
    from collections.abc import Callable

paths = st.lists(st.integers(-(2**70), 2**70) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=5)
CONFIDENT = 1e-6
"""Streams are fixed, so a test passes for good or never; this only says how odd a stream may look."""


def test_a_subseed_is_what_the_written_rule_gives() -> None:
    rule = b"smets-subseed/1\0" + (4).to_bytes(4, "big") + b"root" + b"s\0\0\0\5trial" + b"i\0\0\0\1" + b"7"
    assert subseed(b"root", "trial", 7) == sha256(rule).digest()


@given(paths, paths, st.binary(max_size=4), st.binary(max_size=4))
def test_two_addresses_share_a_seed_only_where_they_are_the_same(
    one: list[str | int], other: list[str | int], root: bytes, other_root: bytes
) -> None:
    assert (subseed(root, *one) == subseed(other_root, *other)) == ((root, one) == (other_root, other))


def test_a_number_and_its_text_are_two_addresses() -> None:
    assert len({subseed(b"", 12), subseed(b"", "12"), subseed(b"", 1, 2), subseed(b"", "1", "2"), subseed(b"", "1", 2)}) == 5


def test_octets_are_one_stream_however_they_are_taken() -> None:
    seed = subseed(b"r", "octets")
    whole = Chance(seed).octets(1000)
    pieces = Chance(seed)
    assert b"".join(pieces.octets(count) for count in (0, 1, 31, 32, 33, 64, 100, 739)) == whole
    assert whole[:64] == sha256(seed + bytes(8)).digest() + sha256(seed + bytes(7) + b"\1").digest()


TELL = """
from harness.vocab.seed import Chance, subseed
chance = Chance(subseed(b"r", "same", 1))
print(chance.octets(9).hex(), [chance.below(n) for n in (1, 2, 3, 255, 256, 257, 10**9)], chance.normal(), chance.shuffled("abcdefgh"))
"""


def test_a_stream_is_the_same_in_every_process(isolated: Callable[..., str]) -> None:
    told = {isolated(TELL, PYTHONHASHSEED=seed, TZ=zone) for seed, zone in (("0", "UTC"), ("1", "Pacific/Chatham"))}
    assert told == {"264620a5536a8613fa [0, 0, 0, 122, 206, 116, 360601788] 63102 ('f', 'd', 'c', 'g', 'b', 'a', 'e', 'h')\n"}


@given(st.integers(1, 2**80), st.binary(max_size=8))
def test_a_draw_is_below_its_bound(bound: int, seed: bytes) -> None:
    chance = Chance(seed)
    assert all(0 <= chance.below(bound) < bound for _ in range(5))


@pytest.mark.parametrize("bound", [0, -1])
def test_a_bound_below_one_is_refused(bound: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Chance(b"").below(bound)


@pytest.mark.parametrize("bound", [2, 3, 10, 200, 255, 256, 257, 300])
def test_draws_are_fair(bound: int) -> None:
    chance = Chance(subseed(b"r", "fair", bound))
    counts = [0] * bound
    for _ in range(40 * bound):
        counts[chance.below(bound)] += 1
    assert stats.chisquare(counts).pvalue > CONFIDENT


@pytest.mark.parametrize("share", [0, 1, 1000, 250_000, 999_999, PPM])
def test_an_event_happens_as_often_as_its_share(share: int) -> None:
    chance = Chance(subseed(b"r", "share", share))
    count = sum(chance.happens(share) for _ in range(8000))
    assert stats.binomtest(count, 8000, share / PPM).pvalue > CONFIDENT
    assert share not in {0, PPM} or count == 8000 * share // PPM


def test_normal_draws_are_normal() -> None:
    chance = Chance(subseed(b"r", "normal"))
    drawn = [chance.normal() for _ in range(8000)]
    assert stats.kstest([value / 65_536 for value in drawn], "norm").pvalue > CONFIDENT
    assert max(map(abs, drawn)) <= 6 * 65_536


def test_every_order_is_as_likely() -> None:
    counts = dict.fromkeys(permutations("abcd"), 0)
    for number in range(4800):
        counts[Chance(subseed(b"r", "order", number)).shuffled("abcd")] += 1
    assert stats.chisquare(list(counts.values())).pvalue > CONFIDENT


@given(st.lists(st.integers()), st.binary(max_size=4))
def test_shuffling_keeps_every_item_and_leaves_the_list_alone(items: list[int], seed: bytes) -> None:
    before = list(items)
    assert sorted(Chance(seed).shuffled(items)) == sorted(items)
    assert items == before


def test_a_stream_is_the_same_however_it_is_asked_for():
    whole = Chance(b"stream").octets(9_000)
    parts = Chance(b"stream")
    assert b"".join(parts.octets(count) for count in (1, 31, 33, 2_000, 0, 5, 1_025, 1_024, 4_881)) == whole
