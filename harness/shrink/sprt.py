"""Whether a combination reproduces: Wald's sequential test between two rates, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from harness.judge.numbers import fraction_text

if TYPE_CHECKING:
    from harness.vocab.canonical import Json

__all__ = ["SPRT", "Ratio", "Sprt", "Verdict"]


class Verdict(StrEnum):
    """What a sequential test says of one combination."""

    REPRODUCES = "reproduces"
    DOES_NOT = "does not reproduce"
    OPEN = "open"
    """The two rates cannot be told apart yet; or not within the trials allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprt:
    """The sequential test: a rate of at most ``low`` against one of at least ``high``.

    «Repeat until it fires» takes any background for the behaviour: with 2 % of background it loses a true
    factor in most searches, and more repeats make it worse (``docs/explanation/finding-the-trigger.md``).
    """

    low: Fraction = Fraction(1, 25)
    high: Fraction = Fraction(1, 4)
    alpha: Fraction = Fraction(1, 1000)
    """Chance of «reproduces» at the lower rate."""
    beta: Fraction = Fraction(1, 1000)
    """Chance of «does not reproduce» at the higher rate."""
    most: int = 400
    """Trials after which the test gives up; at the rate that is worst for it, near 12 %, it takes about 110."""

    @property
    def blocks(self) -> int:
        """How many trials a plan must hold so that this many can count: some may be void."""
        return 2 * self.most

    def begin(self) -> Ratio:
        """Return the likelihood ratio before the first trial."""
        return Ratio(test=self)

    def document(self) -> Json:
        """Return the test as canonical JSON, exact."""
        rates: dict[str, Json] = {name: fraction_text(getattr(self, name)) for name in ("low", "high", "alpha", "beta")}
        return rates | {"most": self.most}


SPRT = Sprt()
"""The test in force: 4 % against 25 %, either error once in a thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How much likelier the trials so far are at the higher rate than at the lower."""

    test: Sprt
    positive: int = 0
    negative: int = 0

    def plus(self, *, positive: bool) -> Ratio:
        """Return the ratio after one more trial that counts."""
        return replace(self, positive=self.positive + 1) if positive else replace(self, negative=self.negative + 1)

    @property
    def trials(self) -> int:
        """Trials that count."""
        return self.positive + self.negative

    @property
    def value(self) -> Fraction:
        """The likelihood ratio, exact."""
        test = self.test
        return Fraction(test.high / test.low) ** self.positive * Fraction((1 - test.high) / (1 - test.low)) ** self.negative

    @property
    def verdict(self) -> Verdict:
        """What the test says after these trials."""
        test, value = self.test, self.value
        if value >= (1 - test.beta) / test.alpha:
            return Verdict.REPRODUCES
        return Verdict.DOES_NOT if value <= test.beta / (1 - test.alpha) else Verdict.OPEN

    @property
    def is_over(self) -> bool:
        """Whether no further trial is asked for."""
        return self.verdict is not Verdict.OPEN or self.trials >= self.test.most
