"""Many alerts from one device at once, whatever they say."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from harness.detect.observed import amount, finding, judged_messages, standing
from harness.interfaces.oracle import Standing
from harness.interfaces.setting import Setting
from harness.vocab.time import MINUTE, SECOND, duration_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.oracle import Grounds
    from harness.interfaces.setting import Value
    from harness.vocab.alert import Finding, Sighting
    from harness.vocab.identity import Eui64
    from harness.wire.facts import TrialFacts

__all__ = ["DETECTOR", "Burst"]

_CALLED_FOR = frozenset({Standing.REQUIRED, Standing.UNDECIDED})


class Burst:
    """Finds alerts of one device beyond a number within a span of time, as they pass the counting point.

    Not counted are alerts that the oracle requires, those that it cannot decide on yet, copies, and
    alerts outside the window. Codes that the oracle knows nothing of do count: this is the one detector that sees
    a storm of a code without a rule.
    """

    name = "burst"
    doc = "Finds more alerts from one device within a span of time than allowed for, those required left out."
    settings: Mapping[str, Setting] = {
        "count": Setting(kind="count", doc="alerts within the span that are not yet a burst", default=20, minimum=0),
        "within": Setting(kind="duration", doc="span of time", default=10 * MINUTE, minimum=SECOND),
    }

    def detect(self, facts: TrialFacts, grounds: Grounds, tap: str, settings: Mapping[str, Value]) -> list[Finding]:
        """Return one finding for each alert beyond those allowed for."""
        count, within = amount(settings, "count"), amount(settings, "within")
        span = duration_text(within)
        recent: dict[Eui64, deque[Sighting]] = {}
        found = []
        for sighting in judged_messages(facts, tap):
            if not facts.counts(sighting.at) or standing(grounds, sighting.alert) in _CALLED_FOR:
                continue
            alerts = recent.setdefault(sighting.alert.originator, deque())
            while alerts and alerts[0].at <= sighting.at - within:
                alerts.popleft()
            alerts.append(sighting)
            if len(alerts) > count:
                number = len(alerts)
                found.append(finding(self.name, "alert-beyond-count", (sighting,), tap=tap, number=number, count=count, within=span))
        return found


DETECTOR = Burst()
