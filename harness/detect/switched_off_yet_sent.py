"""Alerts that the device was set not to send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.detect.observed import finding, judged_messages, standing, stands_somewhere
from harness.interfaces.oracle import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.oracle import Grounds
    from harness.interfaces.setting import Setting, Value
    from harness.vocab.alert import Finding
    from harness.wire.facts import TrialFacts

__all__ = ["DETECTOR", "SwitchedOffYetSent"]


class SwitchedOffYetSent:
    """Finds alerts of the 0x80 and 0x81 ranges that were sent although their WAN bit was off.

    The bit must have been off from the event until the alert was seen, and the catalogue must say
    from a source that the code has such a switch.
    """

    name = "switched-off-yet-sent"
    doc = "Finds alerts that were sent although the device's configuration had switched their code off."
    settings: Mapping[str, Setting] = {}

    def detect(self, facts: TrialFacts, grounds: Grounds, tap: str, settings: Mapping[str, Value]) -> list[Finding]:
        """Return one finding for each such alert."""
        del settings
        if not stands_somewhere(grounds, Standing.SWITCHED_OFF):
            return []
        return [
            finding(self.name, "sent-while-switched-off", (sighting,), tap=tap)
            for sighting in judged_messages(facts, tap)
            if facts.counts(sighting.at) and standing(grounds, sighting.alert) is Standing.SWITCHED_OFF
        ]


DETECTOR = SwitchedOffYetSent()
