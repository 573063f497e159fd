"""What a family of rules is: for a few codes, what calls for them and from which source that is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.interfaces.oracle import Allowance
    from harness.vocab.identity import Eui64
    from harness.wire.facts import TrialFacts

__all__ = ["ALWAYS", "FOREVER", "Causes", "Family", "Rule"]

FOREVER: Final = 1 << 63
"""An instant later than any trial's end."""
ALWAYS: Final = (-FOREVER, FOREVER)
"""From before any trial's start until after its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One sentence of the oracle, cited by its id in everything that rests on it."""

    id: str
    says: str
    source: str
    """Where it is known from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """What a journal shows that calls for a family's codes."""

    allowances: tuple[Allowance, ...]
    """Leave to send, one alert each."""
    known: Mapping[Eui64, tuple[int, int]] = field(default_factory=dict)
    """From and until which instant *every* cause for a device is known; an alert of a device
    that is not among these is never called unfounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Rules for a few codes; a pure function of what a trial showed."""

    codes: frozenset[int]
    rules: tuple[Rule, ...]
    causes: Callable[[TrialFacts], Causes]
    unfounded: Rule | None = None
    """What is said of an alert without an allowance; ``None`` where there are causes no journal shows."""
    hindsight: bool = False
    """Whether causes are journalled after the fact, as a measured supply is; else no alert precedes its cause."""
