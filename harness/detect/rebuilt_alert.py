"""One event reported by several messages: the device built its alert anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.detect.observed import event_key, finding, judged_messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.detect.observed import EventKey
    from harness.interfaces.oracle import Grounds
    from harness.interfaces.setting import Setting, Value
    from harness.vocab.alert import Alert, Finding, Sighting
    from harness.wire.facts import TrialFacts

__all__ = ["DETECTOR", "RebuiltAlert"]


class RebuiltAlert:
    """Finds alerts that report an event which another message has reported already (mechanism M32).

    Originator, recipient, code, event time and body are the same; the originator counter is new. An
    alert that bears no event time is left alone: its events cannot be told apart. So is a message
    that differs under the counter of the first, as one that was signed again does.
    """

    name = "rebuilt-alert"
    doc = "Finds alerts for the same event, with the same event time and body, under a new originator counter."
    settings: Mapping[str, Setting] = {}

    def detect(self, facts: TrialFacts, grounds: Grounds, tap: str, settings: Mapping[str, Value]) -> list[Finding]:
        """Return one finding for each message after the first about an event."""
        del grounds, settings  # one event calls for one alert, whatever the code
        messages: dict[EventKey, dict[int, Sighting]] = {}
        found = []
        for sighting in judged_messages(facts, tap):
            alert = sighting.alert
            if alert.event_seconds is None:
                continue
            by_counter = messages.setdefault(event_key(alert), {})
            if by_counter.setdefault(alert.counter, sighting) is sighting and len(by_counter) > 1 and facts.counts(sighting.at):
                first = next(iter(by_counter.values()))
                found.append(_finding(self.name, tap, first, sighting))
        return found


def _finding(detector: str, tap: str, first: Sighting, again: Sighting) -> Finding:
    return finding(
        detector,
        "same-event-new-counter",
        (first, again),
        tap=tap,
        counter=_counter(again.alert),
        first_counter=_counter(first.alert),
    )


def _counter(alert: Alert) -> str:
    return str(alert.counter)


DETECTOR = RebuiltAlert()
