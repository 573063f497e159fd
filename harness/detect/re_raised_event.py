"""The same alert again and again, each time as if it were news."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.detect.observed import finding, judged_messages, standing, stands_somewhere
from harness.detect.runs import Runs
from harness.interfaces.oracle import Standing
from harness.vocab.time import duration_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.oracle import Grounds
    from harness.interfaces.setting import Setting, Value
    from harness.vocab.alert import Finding
    from harness.wire.facts import TrialFacts

__all__ = ["DETECTOR", "ReRaisedEvent"]


class ReRaisedEvent:
    """Finds alerts that repeat an earlier one without any cause of their own (mechanisms M02, M09, M20, M24).

    Originator, recipient, code and body are those of an earlier alert, event time and originator
    counter are new, the opposite code was not seen in between, and the oracle, which knows every
    trigger of the code, found none for this one. Codes without a rule are not judged: a second event
    may well have happened.
    """

    name = "re-raised-event"
    doc = "Finds alerts that repeat an earlier one as a new event, with neither its opposite nor a cause in between."
    settings: Mapping[str, Setting] = {}

    def detect(self, facts: TrialFacts, grounds: Grounds, tap: str, settings: Mapping[str, Value]) -> list[Finding]:
        """Return one finding for each repeat."""
        del settings
        if not stands_somewhere(grounds, Standing.UNFOUNDED):
            return []
        runs = Runs()
        found = []
        for sighting in judged_messages(facts, tap):
            run = runs.run_of(sighting)
            before = run.last
            has_no_ground = standing(grounds, sighting.alert) is Standing.UNFOUNDED
            if before is not None and run.repeats(sighting) and has_no_ground and facts.counts(sighting.at):
                after = duration_text(sighting.at - before.at)
                found.append(finding(self.name, "same-code-new-event", (before, sighting), tap=tap, after=after))
            run.add(sighting)
        return found


DETECTOR = ReRaisedEvent()
