"""Copies that the transport made: the same octets seen again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.detect.observed import finding
from harness.vocab.time import duration_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.oracle import Grounds
    from harness.interfaces.setting import Setting, Value
    from harness.vocab.alert import Finding, Sighting
    from harness.wire.facts import TrialFacts

__all__ = ["DETECTOR", "TransportDuplicate"]


class TransportDuplicate:
    """Finds every further sighting of an alert, octet for octet, at the counting point.

    Equal octets mean equal originator and originator counter, so the device built the message once
    and something between it and the counting point sent it again (mechanisms M17, M18, M19). The first
    sighting may lie before the window opened; the copy must lie within. Copies of the billing alert
    count too.
    """

    name = "transport-duplicate"
    doc = "Finds alerts that are seen again octet for octet, originator counter included."
    settings: Mapping[str, Setting] = {}

    def detect(self, facts: TrialFacts, grounds: Grounds, tap: str, settings: Mapping[str, Value]) -> list[Finding]:
        """Return one finding for each copy."""
        del grounds, settings  # a copy is a copy, however the alert stands
        firsts: dict[bytes, Sighting] = {}
        found = []
        for sighting in facts.at_tap(tap):
            first = firsts.setdefault(sighting.alert.octets, sighting)
            if first is not sighting and facts.counts(sighting.at):
                counter, after = str(sighting.alert.counter), duration_text(sighting.at - first.at)
                found.append(finding(self.name, "same-octets-again", (first, sighting), tap=tap, counter=counter, after=after))
        return found


DETECTOR = TransportDuplicate()
