"""A campaign block by block: what was counted, and the highest grade held at any look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.judge.grading import level, lower
from harness.judge.tally import begin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.judge.question import Question
    from harness.judge.tally import Tally
    from harness.vocab.outcome import Row

__all__ = ["Progress", "outset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a campaign has come, looked at after every complete block."""

    question: Question
    tally: Tally
    held: str = "C0"
    """The highest grade held at any look, void blocks left out."""
    recounted: str = "C0"
    """The same in the worst case: every void block is taken as one that spoke against the claim."""

    @property
    def printed(self) -> str:
        """The level that is printed: the lower of the grade and what is left of it in the worst-case recount.

        A void block is never taken as a trial without a positive one, so it adds nothing to "not reproduced":
        that grade rests on the trials that were seen.
        """
        return lower(self.held, self.recounted) if self.tally.treated.positive else self.held

    def plus(self, block: Sequence[Row]) -> Progress:
        """Return the progress after one more complete block."""
        return self.at(self.tally.plus(block))

    def ahead(self, blocks: int) -> Progress:
        """Return the progress if each of the next ``blocks`` spoke for the claim."""
        return self.at(self.tally.ahead(blocks))

    def at(self, tally: Tally) -> Progress:
        """Return the progress at a later tally, with what is held there and what was held before."""
        held = level(tally, self.question, self.held)
        recounted = level(tally.recounted(), self.question, self.recounted) if tally.voids else held
        return replace(self, tally=tally, held=held, recounted=recounted)


def outset(question: Question) -> Progress:
    """Return the progress before the first block.

    Raises :class:`harness.errors.ScenarioError` where there is not exactly one treatment arm.
    """
    return Progress(question=question, tally=begin(question.roles))
