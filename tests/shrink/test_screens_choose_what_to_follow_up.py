"""Screens: every few levels meet, what cannot stand together is told, and evidence is for the level that matters."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import pytest

from harness.errors import UsageError
from harness.shrink.covering import array
from harness.shrink.screening import evidence, fewest_rounds, repeats, schedule
from harness.shrink.search import Seen
from harness.vocab.roles import ArmRole
from harness.vocab.seed import Chance, subseed

DESIGN = (6, 3, 4, 3, 8, 3, 2, 2)
"""The factors of design 2.7: 20,736 combinations."""


def _met(rows, strength: int) -> set[tuple[tuple[int, int], ...]]:
    return {tuple((factor, row[factor]) for factor in chosen) for row in rows for chosen in combinations(range(len(row)), strength)}


def _all(counts, strength: int) -> set[tuple[tuple[int, int], ...]]:
    return {
        tuple(zip(chosen, levels, strict=True))
        for chosen in combinations(range(len(counts)), strength)
        for levels in product(*(range(counts[factor]) for factor in chosen))
    }


@pytest.mark.parametrize(("strength", "most"), [(1, 8), (2, 50), (3, 215)])
def test_all_levels_meet_in_few_rows(strength: int, most: int) -> None:
    """Design 2.7: 48 rows at strength 2 and 210 at strength 3, of 20,736 combinations."""
    found = array(DESIGN, strength, lambda levels: "")
    assert _met(found.rows, strength) == _all(DESIGN, strength)
    assert len(found.rows) <= most
    assert found == array(DESIGN, strength, lambda levels: "")


def test_what_cannot_stand_together_is_told_and_everything_else_meets() -> None:
    def problem(levels) -> str:
        if levels.get(0) == 2 and levels.get(2) == 1:
            return "too late"
        return "no such thing" if levels.get(1) == levels.get(3) == 0 else ""

    found = array((3, 3, 2, 3), 2, problem)
    told = {conflict.reason: dict(conflict.levels) for conflict in found.conflicts}
    assert told == {"too late": {0: 2, 2: 1}, "no such thing": {1: 0, 3: 0}}
    assert len(found.conflicts) == 2
    assert found.bound == frozenset({0, 1, 2, 3})
    assert not [row for row in found.rows if problem(dict(enumerate(row)))]
    assert _met(found.rows, 2) == _all((3, 3, 2, 3), 2) - {((0, 2), (2, 1)), ((1, 0), (3, 0))}


def test_more_strength_than_factors_is_refused() -> None:
    with pytest.raises(UsageError, match="strength 3 with 2 factors; expected at most 2"):
        array((2, 2), 3, lambda levels: "")


@pytest.mark.parametrize(("percent", "expected"), [(90, 2), (50, 5), (30, 9), (10, 29)])
def test_repeats_follow_from_the_rate_that_is_to_be_seen(percent: int, expected: int) -> None:
    assert repeats(Fraction(percent, 100), Fraction(95, 100)) == expected


def test_levels_are_dealt_anew_in_every_round_and_still_all_meet() -> None:
    counts = (2, 3, 2)
    found = array(counts, 2, lambda levels: "")
    cells = schedule(found, counts, 12, b"seed", (ArmRole.POSITIVE_CONTROL, ArmRole.SHAM))
    assert cells == schedule(found, counts, 12, b"seed", (ArmRole.POSITIVE_CONTROL, ArmRole.SHAM))
    rounds = [[cell.levels for cell in cells if cell.round == number and cell.levels] for number in range(12)]
    assert all(_met(rows, 2) == _all(counts, 2) for rows in rounds)
    assert len({frozenset(rows) for rows in rounds}) > 1
    assert [cell.role for cell in cells if cell.round == 3][:2] == [ArmRole.POSITIVE_CONTROL, ArmRole.SHAM]
    seen = [(cell.levels, cell.turn, cell.role) for cell in cells]
    assert len(set(seen)) == len(seen), "no trial is asked for twice"


def test_levels_in_a_conflict_stay_where_they_are_and_get_no_evidence() -> None:
    counts = (2, 2, 2)
    found = array(counts, 2, lambda levels: "no" if levels.get(0) == levels.get(1) == 1 else "")
    cells = schedule(found, counts, 10, b"seed")
    assert not [cell for cell in cells if cell.levels[:2] == (1, 1)]
    ranked = evidence(cells, _play(cells, lambda levels: levels[2] == 1), counts, found.bound)
    assert {one.factor for one in ranked if one.e_value is None} == {0, 1}
    assert (ranked[0].factor, ranked[0].level) == (2, 1)


def _play(cells, fires):
    return [Seen(trial=f"t{number}", count=1, positive=bool(cell.levels) and bool(fires(cell.levels))) for number, cell in enumerate(cells)]


def test_only_the_level_that_matters_is_followed_up_though_the_array_is_small() -> None:
    """Four rows for three factors of two levels: without dealing anew, every factor would alias with the first."""
    counts = (2, 2, 2)
    found = array(counts, 2, lambda levels: "")
    rounds = fewest_rounds(sum(counts))
    cells = schedule(found, counts, rounds, b"seed")
    ranked = evidence(cells, _play(cells, lambda levels: levels[0] == 1), counts, found.bound)
    assert [(one.factor, one.level) for one in ranked if one.follow] == [(0, 1)]
    assert ranked[0].positive == ranked[0].trials
    assert ranked[0].other_positive == 0


def test_both_halves_of_a_trigger_are_followed_up() -> None:
    counts = (3, 3, 2, 2)
    found = array(counts, 2, lambda levels: "")
    cells = schedule(found, counts, 20, b"seed")
    ranked = evidence(cells, _play(cells, lambda levels: levels[0] == 2 and levels[2] == 0), counts, found.bound)
    assert {(one.factor, one.level) for one in ranked if one.follow} == {(0, 2), (2, 0)}


def test_fewest_rounds_are_enough_and_one_fewer_is_not() -> None:
    for levels in (4, 6, 11, 20):
        rounds = fewest_rounds(levels)
        assert Fraction(2 ** (rounds + 1) - 1, rounds + 1) >= 20 * levels > Fraction(2**rounds - 1, rounds)


@pytest.mark.slow
def test_where_nothing_matters_a_screen_follows_up_nothing() -> None:
    """300 screens of a behaviour at 30 % whatever the levels: at most 5 % may choose anything; measured 1 %."""
    counts = (2, 3, 2, 4)
    found = array(counts, 2, lambda levels: "")
    chance = Chance(subseed(b"null"))
    chosen = 0
    for number in range(300):
        cells = schedule(found, counts, 12, subseed(b"deal", number))
        chosen += any(one.follow for one in evidence(cells, _play(cells, lambda _: chance.happens(300_000)), counts, found.bound))
    assert chosen <= 15


@pytest.mark.slow
def test_a_strong_factor_does_not_lend_its_evidence_to_another() -> None:
    """Factor 0 decides everything; of 200 screens at most 5 % may choose a level of another factor."""
    counts = (2, 2, 3)
    found = array(counts, 2, lambda levels: "")
    wrong = 0
    for number in range(200):
        cells = schedule(found, counts, 12, subseed(b"strong", number))
        ranked = evidence(cells, _play(cells, lambda levels: levels[0] == 0), counts, found.bound)
        wrong += any(one.follow and one.factor for one in ranked)
    assert wrong <= 10
