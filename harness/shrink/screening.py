"""A screen: rounds of a covering array whose levels are dealt anew, and what each level had to do with it.

In every round chance decides which level stands where. So if a factor makes no difference, either of two of its
levels is as likely to meet more positive trials in a round, whatever the other factors do: evidence by
:func:`harness.judge.e_values.e_pair`, one coin a round, with nothing assumed about rates. Factors that take part
in a conflict cannot be dealt anew; of them only counts are told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from harness.judge.e_values import e_pair
from harness.judge.policy import POLICY
from harness.judge.screening import e_bh
from harness.vocab.roles import ArmRole
from harness.vocab.seed import Chance, subseed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.shrink.covering import Array, Row
    from harness.shrink.search import Seen

__all__ = ["FALSE_DISCOVERIES", "Cell", "LevelEvidence", "evidence", "fewest_rounds", "repeats", "schedule"]

FALSE_DISCOVERIES = POLICY.false_discovery_rate
"""Of the levels that a screen says to follow up, at most this share is expected to be chance (e-BH)."""


def repeats(rate: Fraction, detection: Fraction) -> int:
    """Return how many trials show a behaviour of this rate at least once with this probability.

    95 % takes 2 trials at a rate of 90 %, 5 at 50 %, 9 at 30 % and 29 at 10 %.
    """
    count, missed = 1, 1 - rate
    while missed > 1 - detection:
        count, missed = count + 1, missed * (1 - rate)
    return count


def fewest_rounds(levels: int) -> int:
    """Return in how many rounds one level among so many can stand out: with fewer, no evidence would be enough for e-BH."""
    rounds = 1
    while e_pair(rounds, 0) < levels / FALSE_DISCOVERIES:
        rounds += 1
    return rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One trial of a screen: its combination, and how many trials of that combination come before it."""

    round: int
    levels: Row
    """Empty for a control of the harness itself."""
    turn: int
    role: ArmRole = ArmRole.TREATMENT


def schedule(array: Array, counts: Sequence[int], rounds: int, seed: bytes, controls: Sequence[ArmRole] = ()) -> tuple[Cell, ...]:
    """Return every trial of a screen, in order: in each round the levels are dealt anew and the rows shuffled.

    ``counts`` are the numbers of levels. Dealing anew leaves an array an array: every few levels still meet. A round
    begins with one trial of each of the harness's own controls.
    """
    turns: dict[Row, int] = {}
    cells = []
    for number in range(rounds):
        deal = [
            tuple(range(count)) if factor in array.bound else Chance(subseed(seed, "levels", number, factor)).shuffled(range(count))
            for factor, count in enumerate(counts)
        ]
        cells += [Cell(round=number, levels=(), turn=number, role=role) for role in controls]
        dealt = [tuple(deal[factor][level] for factor, level in enumerate(row)) for row in array.rows]
        for levels in Chance(subseed(seed, "rows", number)).shuffled(dealt):
            turns[levels] = turns.get(levels, -1) + 1
            cells.append(Cell(round=number, levels=levels, turn=turns[levels]))
    return tuple(cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelEvidence:
    """What a screen says of one level of one factor."""

    factor: int
    level: int
    positive: int
    trials: int
    """Trials with this level that count."""
    other_positive: int
    other_trials: int
    """Trials with another level of the factor."""
    e_value: Fraction | None
    """Evidence that this level rather than another makes for positive trials; ``None`` where its levels were not dealt."""
    follow: bool
    """Whether e-BH chose it for following up."""


def evidence(cells: Sequence[Cell], seen: Sequence[Seen], counts: Sequence[int], bound: frozenset[int]) -> tuple[LevelEvidence, ...]:
    """Return what is said of every level, the strongest evidence first."""
    counted = [(cell, found) for cell, found in zip(cells, seen, strict=True) if cell.levels and not found.void]
    found = [_of_level(counted, factor, level, count, bound) for factor, count in enumerate(counts) for level in range(count)]
    follow = e_bh({_key(one): one.e_value for one in found if one.e_value is not None}, FALSE_DISCOVERIES)
    marked = [replace(one, follow=_key(one) in follow) for one in found]
    return tuple(sorted(marked, key=lambda one: (-(one.e_value or 0), -Fraction(one.positive, one.trials or 1), one.factor, one.level)))


def _key(one: LevelEvidence) -> str:
    return f"{one.factor}={one.level}"


def _of_level(counted: Sequence[tuple[Cell, Seen]], factor: int, level: int, count: int, bound: frozenset[int]) -> LevelEvidence:
    own = [found.positive for cell, found in counted if cell.levels[factor] == level]
    others = [found.positive for cell, found in counted if cell.levels[factor] != level]
    tallies = _by_round(counted, factor)
    rivals = [rival for rival in range(count) if rival != level]
    e_values = [_against(tallies, level, rival) for rival in rivals]
    return LevelEvidence(
        factor=factor,
        level=level,
        positive=sum(own),
        trials=len(own),
        other_positive=sum(others),
        other_trials=len(others),
        e_value=None if factor in bound else sum(e_values, Fraction(0)) / len(e_values),
        follow=False,
    )


Tallies = dict[int, dict[int, tuple[int, int]]]
"""By round and level: positive trials, and trials."""


def _by_round(counted: Sequence[tuple[Cell, Seen]], factor: int) -> Tallies:
    tallies: Tallies = {}
    for cell, found in counted:
        of_round = tallies.setdefault(cell.round, {})
        positive, trials = of_round.get(cell.levels[factor], (0, 0))
        of_round[cell.levels[factor]] = (positive + found.positive, trials + 1)
    return tallies


def _against(tallies: Mapping[int, Mapping[int, tuple[int, int]]], level: int, rival: int) -> Fraction:
    """Return the evidence for one level against another, from the rounds in which their shares of positive trials differ."""
    more = less = 0
    for of_round in tallies.values():
        (one, trials), (other, rival_trials) = of_round.get(level, (0, 0)), of_round.get(rival, (0, 0))
        more += one * rival_trials > other * trials
        less += one * rival_trials < other * trials
    return e_pair(more, less)
