"""Weighing a trial: every alert against the rules, in the order in which the alerts were first seen.

Each alert takes its leave from what earlier ones left over, so how it stands follows from what was
journalled up to it. The one exception is an alert that is ``undecided`` until the supply is journalled: once decided it
may use up leave that a later alert had been given. More input can thus take ground away, never give
it, and what was found for want of ground stays found.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from harness.interfaces.oracle import Ground, Grounds, Standing
from harness.oracle import average_voltage, billing, configuration_gate, supply_outage, tunnel
from harness.oracle.clock import clock_tolerance
from harness.oracle.configuration_gate import gate
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from harness.interfaces.oracle import Allowance
    from harness.oracle.family import Causes, Family, Rule
    from harness.vocab.alert import Sighting
    from harness.vocab.identity import Eui64
    from harness.wire.facts import TrialFacts

__all__ = ["FAMILIES", "RULES", "weigh"]

FAMILIES: Final[tuple[Family, ...]] = (billing.FAMILY, supply_outage.FAMILY, average_voltage.FAMILY, tunnel.FAMILY)
"""Every family of rules; no two share a code."""

RULES: Final[dict[str, Rule]] = {
    rule.id: rule for rules in (configuration_gate.RULES, *(family.rules for family in FAMILIES)) for rule in rules
}
"""Every rule by its id."""

_NO_RULE: Final = Ground(standing=Standing.UNKNOWN, rule="")


def weigh(facts: TrialFacts) -> Grounds:
    """Say how every alert of a trial stands, and which required ones nobody saw.

    Copies share the ground of the first sighting; so does an alert that reuses the originator
    counter of another one of the same code. A required alert is missed once its time is up.
    """
    scales = [_Scale(facts, family) for family in FAMILIES]
    by_code = {code: scale for scale in scales for code in scale.codes}
    of: dict[tuple[Eui64, int, int], Ground] = {}
    for sighting in facts.sightings:
        alert = sighting.alert
        key = (alert.originator, alert.counter, alert.code)
        if key not in of:
            scale = by_code.get(alert.code)
            of[key] = gate(facts, sighting) or (scale.ground(sighting) if scale else _NO_RULE)
    missed = [allowance for scale in scales for allowance in scale.missed()]
    missed.sort(key=lambda allowance: (allowance.not_before, allowance.device, allowance.code))
    return Grounds(of=of, unmet=tuple(missed))


class _Scale:
    """One family's allowances for one trial, each used up by the alert that it founds.

    In the field nobody keeps a record of what is done to a device, so no cause is known to be absent there.
    """

    def __init__(self, facts: TrialFacts, family: Family) -> None:
        self.codes = family.codes
        self._facts = facts
        self._family = family
        self._causes: Causes = family.causes(facts)
        self._known = {} if facts.realm is Realm.FIELD else self._causes.known
        self._open: dict[tuple[Eui64, int], list[Allowance]] = {}
        for allowance in sorted(self._causes.allowances, key=lambda allowance: allowance.not_before):
            self._open.setdefault((allowance.device, allowance.code), []).append(allowance)

    def ground(self, sighting: Sighting) -> Ground:
        """Return the ground of an alert that is seen for the first time."""
        alert = sighting.alert
        tolerance = clock_tolerance(self._facts, sighting)
        event = self._facts.event_instant(sighting)
        if not -tolerance <= event <= sighting.at + tolerance:
            event = sighting.at
        known = self._known.get(alert.originator)
        if known and self._family.hindsight and event + tolerance > known[1]:
            return Ground(standing=Standing.UNDECIDED, rule="")
        allowance = self._take(sighting, event, tolerance)
        if allowance is not None:
            standing = Standing.REQUIRED if allowance.required else Standing.PERMITTED
            return Ground(standing=standing, rule=allowance.rule, cause=allowance.cause)
        if known is None or self._family.unfounded is None or event - tolerance < known[0] or sighting.at <= known[0]:
            return _NO_RULE
        return Ground(standing=Standing.UNFOUNDED, rule=self._family.unfounded.id)

    def _take(self, sighting: Sighting, event: int, tolerance: int) -> Allowance | None:
        """Use up the latest allowance that fits; a cause that was journalled after the alert is none of its."""
        candidates = self._open.get((sighting.alert.originator, sighting.alert.code), [])
        latest = bisect_right(candidates, event + tolerance, key=lambda allowance: allowance.not_before)
        for position in reversed(range(latest)):
            allowance = candidates[position]
            known = self._family.hindsight or allowance.cause < sighting.line
            if known and event - tolerance <= allowance.not_after:
                return candidates.pop(position)
        return None

    def missed(self) -> list[Allowance]:
        """Return the required allowances that were not used although their time is up."""
        return [
            allowance
            for candidates in self._open.values()
            for allowance in candidates
            if allowance.required and allowance.not_after <= self._facts.until
        ]
