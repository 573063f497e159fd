"""How alerts of one trial flow: how many pass each counting point, and how close together they come."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.vocab.time import MINUTE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.vocab.alert import Finding
    from harness.vocab.identity import Eui64
    from harness.wire.facts import TrialFacts

__all__ = ["PEAK_SPAN", "alerts_by_tap", "busiest", "superfluous_instants"]

PEAK_SPAN = 5 * MINUTE
"""Over how long a peak is counted, in nanoseconds."""


def alerts_by_tap(facts: TrialFacts, codes: Iterable[int], counts: Callable[[Eui64], bool]) -> dict[str, int]:
    """Count the alerts within the window at every counting point that saw any, copies included, by name.

    Only those of ``codes`` (any, where empty) from devices for which ``counts`` says so.
    """
    asked = frozenset(codes)
    devices = {device for device in {sighting.alert.originator for sighting in facts.sightings} if counts(device)}
    seen = Counter(
        sighting.tap
        for sighting in facts.sightings
        if sighting.alert.originator in devices and (not asked or sighting.alert.code in asked) and facts.counts(sighting.at)
    )
    return dict(sorted(seen.items()))


def superfluous_instants(facts: TrialFacts, findings: Iterable[Finding], tap: str) -> list[int]:
    """Return when the alerts were seen at ``tap`` that findings call superfluous: of each, the last lines."""
    lines = {line for finding in findings for line in finding.lines[len(finding.lines) - finding.superfluous :]}
    return [sighting.at for sighting in facts.at_tap(tap) if sighting.line in lines]


def busiest(instants: Iterable[int], span: int = PEAK_SPAN) -> int:
    """Return the most of these instants that any ``span`` holds, its end left out."""
    ordered = sorted(instants)
    most = first = 0
    for last, instant in enumerate(ordered):
        while ordered[first] <= instant - span:
            first += 1
        most = max(most, last - first + 1)
    return most
