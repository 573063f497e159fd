"""Searching for the smallest trigger trial by trial: what is wanted next, and what it came to."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from harness.errors import BenchError
from harness.shrink.reduction import reduction_of
from harness.shrink.sprt import SPRT, Verdict
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from harness.shrink.sprt import Sprt

__all__ = ["CONTROL_ROUNDS", "Asked", "Ending", "Search", "Seen", "Shrunk", "Wanted", "asking", "minimal"]

CONTROL_ROUNDS = 3
"""How often the positive control and the sham are looked at before a search begins."""

_VOID_IN_A_ROW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One trial that a search asks for: a combination, and which of its trials, counted from 0."""

    kept: frozenset[int]
    """Factors that stand as in the treatment; all others stand at their reference."""
    turn: int
    role: ArmRole = ArmRole.TREATMENT
    level: tuple[int, int] | None = None
    """A factor, and the value in base units at which it is tried instead of the treatment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a wanted trial came to."""

    trial: str
    count: int
    positive: bool
    void: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of a search, with every trial that went into its answer."""

    kept: frozenset[int]
    seen: tuple[Seen, ...]
    """In order; void trials are among them and count for nothing."""
    verdict: Verdict
    role: ArmRole = ArmRole.TREATMENT
    level: tuple[int, int] | None = None


class Ending(StrEnum):
    """How a search ended."""

    FOUND = "found"
    NOT_REPEATABLE = "not repeatable"
    """The whole does not reproduce often enough for leaving out to tell anything."""
    CONTROLS_FAILED = "controls failed"
    """The known emitter was not seen, or alerts were seen with no device under test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """What a search came to."""

    ending: Ending
    strategy: str
    needed: frozenset[int]
    """Factors without which it was not observed; all of them where nothing could be told."""
    asked: tuple[Asked, ...]

    @property
    def trials(self) -> int:
        """How many trials were looked at, void ones and controls included."""
        return sum(len(asked.seen) for asked in self.asked)


Search = Generator[Wanted, Seen, Shrunk]
"""Asks for one trial after another, is told what each came to, and returns the result."""


def minimal(factors: int, *, test: Sprt = SPRT, controls: tuple[ArmRole, ...] = ()) -> Search:
    """Search for the smallest set among ``factors`` factors that still reproduces.

    First the controls named are looked at, then whether the whole reproduces at all; only then are factors left
    out. Raises :class:`BenchError` where one trial after another is void.
    """
    whole = frozenset(range(factors))
    strategy, reduction = reduction_of(range(factors))
    asked: list[Asked] = []

    def shrunk(ending: Ending, needed: frozenset[int] = whole) -> Shrunk:
        return Shrunk(ending=ending, strategy=strategy, needed=needed, asked=tuple(asked))

    for role in controls:
        asked.append((yield from _control(whole, role)))
        if asked[-1].verdict is not _HEALTHY[role]:
            return shrunk(Ending.CONTROLS_FAILED)
    asked.append((yield from asking(whole, test)))
    if asked[-1].verdict is not Verdict.REPRODUCES:
        return shrunk(Ending.NOT_REPEATABLE)
    steps = reduction(range(factors))
    try:
        kept = next(steps)
        while True:
            asked.append((yield from asking(kept, test)))
            kept = steps.send(asked[-1].verdict is Verdict.REPRODUCES)
    except StopIteration as done:
        return shrunk(Ending.FOUND, done.value)


def asking(kept: frozenset[int], test: Sprt, *, level: tuple[int, int] | None = None) -> Generator[Wanted, Seen, Asked]:
    """Ask for trials of one combination until the sequential test has a verdict."""
    ratio, seen, turn, void = test.begin(), [], 0, 0
    while not ratio.is_over:
        found = yield Wanted(kept=kept, turn=turn, level=level)
        seen.append(found)
        turn += 1
        void = _in_a_row(void, found)
        ratio = ratio if found.void else ratio.plus(positive=found.positive)
    return Asked(kept=kept, seen=tuple(seen), verdict=ratio.verdict, level=level)


_HEALTHY = {ArmRole.POSITIVE_CONTROL: Verdict.REPRODUCES, ArmRole.SHAM: Verdict.DOES_NOT}


def _control(whole: frozenset[int], role: ArmRole) -> Generator[Wanted, Seen, Asked]:
    """Look at a control a few times: it must be the same each time."""
    seen: list[Seen] = []
    turn = void = 0
    while sum(not found.void for found in seen) < CONTROL_ROUNDS:
        seen.append((yield Wanted(kept=whole, turn=turn, role=role)))
        turn += 1
        void = _in_a_row(void, seen[-1])
    positive = sum(found.positive for found in seen)
    verdict = {CONTROL_ROUNDS: Verdict.REPRODUCES, 0: Verdict.DOES_NOT}.get(positive, Verdict.OPEN)
    return Asked(kept=whole, seen=tuple(seen), verdict=verdict, role=role)


def _in_a_row(void: int, found: Seen) -> int:
    """Count void trials that follow each other; raises :class:`BenchError` where there are too many."""
    void = void + 1 if found.void else 0
    if void >= _VOID_IN_A_ROW:
        raise BenchError(f"{void} trials in a row are void: {found.void}", where=f"trial {found.trial}", expected="trials that count")
    return void
