"""Alerts for which nothing was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.detect.observed import finding, judged_messages, standing, stands_somewhere
from harness.detect.runs import Run, Runs
from harness.interfaces.oracle import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.oracle import Grounds
    from harness.interfaces.setting import Setting, Value
    from harness.vocab.alert import Finding
    from harness.wire.facts import TrialFacts

__all__ = ["DETECTOR", "Unfounded"]

_MAY_BE_FOUNDED = frozenset({Standing.REQUIRED, Standing.PERMITTED, Standing.UNDECIDED})


class Unfounded:
    """Finds alerts without a cause, where the oracle knows every trigger of the code.

    A repeat of an alert that had a cause, or may have had one, is not among them: that is a
    re-raised event. The opposite code ends what counts as a repeat.
    """

    name = "unfounded"
    doc = "Finds alerts without a cause, where every trigger of the code is known and none was there."
    settings: Mapping[str, Setting] = {}

    def detect(self, facts: TrialFacts, grounds: Grounds, tap: str, settings: Mapping[str, Value]) -> list[Finding]:
        """Return one finding for each such alert."""
        del settings
        if not stands_somewhere(grounds, Standing.UNFOUNDED):
            return []
        runs = Runs()
        founded: set[Run] = set()
        found = []
        for sighting in judged_messages(facts, tap):
            run = runs.run_of(sighting)
            stands = standing(grounds, sighting.alert)
            if stands in _MAY_BE_FOUNDED:
                founded.add(run)
            elif stands is Standing.UNFOUNDED and run not in founded and facts.counts(sighting.at):
                found.append(finding(self.name, "no-cause-observed", (sighting,), tap=tap))
        return found


DETECTOR = Unfounded()
