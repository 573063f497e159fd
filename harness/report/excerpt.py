"""One passage of one trial: the messages around its first superfluous alerts, at every counting point that saw them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.vocab.alert import code_text

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from harness.vocab.alert import Sighting
    from harness.wire.facts import TrialFacts

__all__ = ["COPIES", "MESSAGES", "Excerpt", "ExcerptMessage", "Seen", "excerpt_of"]

MESSAGES = 5
"""Messages that an excerpt shows, at most."""
BEFORE = 2
"""Messages before the first superfluous one, where there are as many."""
COPIES = 2
"""Sightings of one message at one counting point that an excerpt shows, at most: a storm of copies would fill a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcerptMessage:
    """One alert of the excerpt; copies of it, octet for octet, are sightings of the same message."""

    code: str
    """Such as ``0x8002``."""
    role: str
    """Role of the device that sent it; empty for one that is none of the trial's."""
    counter: int
    """Originator counter."""
    superfluous: bool
    """Whether the outcome's detector calls one of its sightings superfluous."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message at one counting point, at one instant."""

    at: int
    """Nanoseconds from the trial's start."""
    tap: str
    message: int
    """Its place in :attr:`Excerpt.messages`."""
    superfluous: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A passage of a trial, in order of time."""

    arm: int
    trial: str
    messages: tuple[ExcerptMessage, ...]
    """In the order in which they were first seen anywhere."""
    seen: tuple[Seen, ...]
    earlier: int
    """Messages of the trial before the excerpt, at the counting point."""
    later: int
    """Messages of the trial after it, at the counting point."""
    left_out: int = 0
    """Further sightings of the excerpt's own messages, which found no room."""


def excerpt_of(facts: TrialFacts, *, arm: int, tap: str, superfluous: AbstractSet[int]) -> Excerpt | None:
    """Return the passage around the first superfluous alert at ``tap``, or the first alerts where none is superfluous.

    ``superfluous`` are the journal lines of superfluous sightings. ``None`` where no alert was seen within
    the window.
    """
    firsts = [sighting for sighting in facts.messages_at(tap) if facts.counts(sighting.at)]
    if not firsts:
        return None
    marked = {sighting.alert.octets for sighting in facts.at_tap(tap) if sighting.line in superfluous}
    focus = next((place for place, sighting in enumerate(firsts) if sighting.alert.octets in marked), 0)
    start = max(0, min(focus - BEFORE, len(firsts) - MESSAGES))
    chosen = firsts[start : start + MESSAGES]
    wanted = {sighting.alert.octets for sighting in chosen}
    seen = sorted((one for one in facts.sightings if one.alert.octets in wanted), key=lambda one: (one.at, one.line))
    order = list(dict.fromkeys(one.alert.octets for one in seen))
    shown = _thinned(seen)
    return Excerpt(
        arm=arm,
        trial=facts.trial,
        messages=tuple(_message(facts, next(one for one in chosen if one.alert.octets == octets), octets in marked) for octets in order),
        seen=tuple(
            Seen(at=one.at, tap=one.tap, message=order.index(one.alert.octets), superfluous=one.line in superfluous) for one in shown
        ),
        earlier=start,
        later=len(firsts) - start - len(chosen),
        left_out=len(seen) - len(shown),
    )


def _thinned(seen: list[Sighting]) -> list[Sighting]:
    """Leave out the further copies of a message at a counting point that showed it often enough."""
    places: Counter[tuple[bytes, str]] = Counter()
    shown = []
    for one in seen:
        places[one.alert.octets, one.tap] += 1
        if places[one.alert.octets, one.tap] <= COPIES:
            shown.append(one)
    return shown


def _message(facts: TrialFacts, sighting: Sighting, superfluous: bool) -> ExcerptMessage:
    alert = sighting.alert
    return ExcerptMessage(code=code_text(alert.code), role=facts.role_of(alert.originator), counter=alert.counter, superfluous=superfluous)
