"""What detectors share: alerts at one counting point without their copies, and how a finding is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import InternalError
from harness.interfaces.oracle import Standing
from harness.oracle.billing import BILLING_CODE
from harness.vocab.alert import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.oracle import Grounds
    from harness.interfaces.setting import Value
    from harness.vocab.alert import Alert, Sighting
    from harness.vocab.canonical import Json
    from harness.vocab.identity import Eui64
    from harness.wire.facts import TrialFacts

__all__ = ["EventKey", "amount", "event_key", "finding", "judged_messages", "standing", "stands_somewhere"]

EventKey = tuple["Eui64", "Eui64", int, int | None, bytes]


def judged_messages(facts: TrialFacts, tap: str) -> list[Sighting]:
    """Return the first sighting of every message at a counting point, in order of time, settling included.

    Copies, octet for octet, are left out, and so is the billing alert.
    """
    return [sighting for sighting in facts.messages_at(tap) if sighting.alert.code != BILLING_CODE]


def event_key(alert: Alert) -> EventKey:
    """Return what two reports of one event to one recipient have in common."""
    return alert.originator, alert.target, alert.code, alert.event_seconds, alert.body


def standing(grounds: Grounds, alert: Alert) -> Standing:
    """Return how an alert stands; what the oracle was not asked about is unknown."""
    ground = grounds.of.get((alert.originator, alert.counter, alert.code))
    return ground.standing if ground else Standing.UNKNOWN


def stands_somewhere(grounds: Grounds, standing: Standing) -> bool:
    """Tell whether any alert of a trial stands so; where none does, whoever looks for such alerts has nothing to do."""
    return any(ground.standing is standing for ground in grounds.of.values())


def amount(settings: Mapping[str, Value], name: str) -> int:
    """Return a count or a duration among settled settings; raises :class:`InternalError` where it is neither."""
    value = settings[name]
    if not isinstance(value, int):
        raise InternalError(f"setting '{name}' holds {value!r}", expected="a whole number")
    return value


def finding(detector: str, rule: str, shown: tuple[Sighting, ...], *, superfluous: int = 1, **figures: Json) -> Finding:
    """Return a finding about the last of the sightings that show it; figures fill the sentence of ``rule``."""
    last = shown[-1]
    return Finding(
        detector=detector,
        at=last.at,
        originator=last.alert.originator,
        codes=tuple(sorted({sighting.alert.code for sighting in shown})),
        lines=tuple(sorted({sighting.line for sighting in shown})),
        superfluous=superfluous,
        rule=rule,
        facts=figures,
    )
