"""How far a device's own time may lie from the trial's, so that an honest clock is never held against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.vocab.time import SECOND

if TYPE_CHECKING:
    from harness.vocab.alert import Sighting
    from harness.wire.facts import TrialFacts

__all__ = ["clock_tolerance"]

_UNADJUSTED: Final = 10 * SECOND
"""A clock this far from its reference is left as it is (alert-code catalogue, 0x8F0C)."""
_WHOLE_SECONDS: Final = 1 * SECOND
"""Alerts bear whole seconds."""


def clock_tolerance(facts: TrialFacts, sighting: Sighting) -> int:
    """Return by how many nanoseconds the event time of an alert may be off, either way.

    Every ``time.step`` that was done to the originator or to the hub before the alert was seen adds
    its own size: the clock may have been put right again, or not.
    """
    role = facts.role_of(sighting.alert.originator)
    steps = 0
    for stimulus in facts.stimuli:
        if stimulus.do == "time.step" and stimulus.done is not None and stimulus.on in (role, "hub") and stimulus.line < sighting.line:
            by = stimulus.settings.get("by")
            steps += abs(by) if isinstance(by, int) else 0
    return _UNADJUSTED + _WHOLE_SECONDS + steps
