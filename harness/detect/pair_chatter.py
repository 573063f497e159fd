"""A code and its opposite in turn, faster than anybody could use them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from harness.detect.observed import amount, event_key, finding, judged_messages
from harness.interfaces.setting import Setting
from harness.oracle.sourced import opposites
from harness.vocab.time import HOUR, SECOND, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.detect.observed import EventKey
    from harness.interfaces.oracle import Grounds
    from harness.interfaces.setting import Value
    from harness.vocab.alert import Finding, Sighting
    from harness.vocab.identity import Eui64
    from harness.wire.facts import TrialFacts

__all__ = ["DETECTOR", "PairChatter"]

_Loop = tuple["Eui64", "Eui64", int, int]
"""Originator, recipient, and the two codes, the smaller one first."""


class PairChatter:
    """Finds pairs of opposite alerts beyond what is allowed for within a span of time (mechanisms M05 to M08, M14).

    A pair is an alert and the next one of its opposite code, from one device to one recipient; copies
    and rebuilt alerts do not alternate. The specification may call for each single alert: a threshold
    without hysteresis makes each crossing news. It is the pattern that is found, so how the alerts stand
    does not matter. Spans are measured between the event times of the closing alerts, so that alerts held back
    and delivered together are not taken for chatter. Alerts outside the window are left out.
    """

    name = "pair-chatter"
    doc = "Finds a code and its opposite alternating more often than allowed for within a span of time."
    settings: Mapping[str, Setting] = {
        "pairs": Setting(kind="count", doc="complete pairs within the span that are not yet chatter", default=3, minimum=0),
        "within": Setting(kind="duration", doc="span of time", default=6 * HOUR, minimum=SECOND),
    }

    def detect(self, facts: TrialFacts, grounds: Grounds, tap: str, settings: Mapping[str, Value]) -> list[Finding]:
        """Return one finding, of two superfluous alerts, for each pair beyond those allowed for."""
        del grounds  # each alert of a pair may well be called for
        pairs, within = amount(settings, "pairs"), amount(settings, "within")
        span = duration_text(within)
        recent: dict[_Loop, deque[int]] = {}
        found = []
        for loop, opening, closing in _pairs(facts, tap):
            closed = facts.event_instant(closing)
            times = recent.setdefault(loop, deque())
            while times and times[0] <= closed - within:
                times.popleft()
            times.append(closed)
            if len(times) > pairs:
                found.append(
                    finding(
                        self.name,
                        "pair-beyond-allowed",
                        (opening, closing),
                        superfluous=2,
                        tap=tap,
                        number=len(times),
                        pairs=pairs,
                        within=span,
                    )
                )
        return found


def _pairs(facts: TrialFacts, tap: str) -> Iterator[tuple[_Loop, Sighting, Sighting]]:
    """Yield complete pairs within the window, in the order in which they close."""
    events: set[EventKey] = set()
    opened: dict[_Loop, Sighting] = {}
    for sighting in judged_messages(facts, tap):
        alert = sighting.alert
        event = event_key(alert)
        if not facts.counts(sighting.at) or (alert.event_seconds is not None and event in events):
            continue
        events.add(event)
        for opposite in opposites(alert.code):
            low, high = sorted((alert.code, opposite))
            loop = (alert.originator, alert.target, low, high)
            opening = opened.get(loop)
            if opening is None or opening.alert.code == alert.code:
                opened[loop] = sighting
            else:
                del opened[loop]
                yield loop, opening, sighting


DETECTOR = PairChatter()
