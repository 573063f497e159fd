"""One trial from its journal to its counts: read, weigh, ask every detector, count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.detect.observed import standing
from harness.errors import ScenarioError, nearest
from harness.interfaces.setting import settle
from harness.judge.flow import alerts_by_tap, busiest, superfluous_instants
from harness.oracle.weighing import weigh
from harness.vocab.alert import code_text
from harness.vocab.outcome import TrialOutcome
from harness.vocab.roles import Realm
from harness.wire.reading import read_trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.interfaces.detector import Detector
    from harness.interfaces.oracle import Grounds
    from harness.scenario.model import Outcome
    from harness.vocab.alert import Finding, Sighting
    from harness.vocab.identity import Eui64
    from harness.vocab.journal import Journal
    from harness.wire.facts import TrialFacts

__all__ = ["Assessment", "assess"]

_HUB = frozenset({"hub", "gpf"})
"""A hub brings two devices: the Communications Hub Function and the Gas Proxy Function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What one trial came to, and what was found in it."""

    outcome: TrialOutcome
    findings: tuple[Finding, ...]
    """By every detector, in order of time; of equals, by detector."""
    unread: int
    """Messages at the counting point, within the window, that could not be decoded."""


def assess(journal: Journal, outcome: Outcome, codes: tuple[int, ...], *, detectors: Mapping[str, Detector]) -> Assessment:
    """Judge one trial by its journal alone.

    The outcome's detector is asked with the outcome's settings, every other one with its defaults, all
    at the outcome's tap. The count is what that detector calls superfluous among alerts of ``codes`` (any,
    where empty) from devices of the outcome's role; a pair counts where one of its codes is asked for.
    Raises :class:`BundleError` where the journal cannot be read and :class:`ScenarioError` where there is
    no such detector.
    """
    if outcome.detector not in detectors:
        known = ", ".join(sorted(detectors))
        raise ScenarioError(f"no detector '{outcome.detector}'", expected=known, nearest=nearest(outcome.detector, detectors))
    facts = read_trial(journal)
    grounds = weigh(facts)
    by_detector = {name: _findings(detector, facts, grounds, outcome) for name, detector in sorted(detectors.items())}
    found = [finding for findings in by_detector.values() for finding in findings]
    found.sort(key=lambda finding: (finding.at, finding.detector, finding.lines))
    asked = [finding for finding in by_detector[outcome.detector] if _is_asked_for(finding, facts, outcome.role, codes)]
    counted = _outcome(facts, grounds, outcome, _superfluous(asked), by_detector)
    unread = sum(message.tap == outcome.tap and facts.counts(message.at) for message in facts.unread)
    return Assessment(
        outcome=replace(
            counted,
            void=counted.void or ("" if counted.positive else _blind(facts, outcome.tap)),
            by_tap=alerts_by_tap(facts, codes, lambda device: _fills(facts, device, outcome.role)),
            peak=busiest(superfluous_instants(facts, asked, outcome.tap)),
        ),
        findings=tuple(found),
        unread=unread,
    )


def _blind(facts: TrialFacts, tap: str) -> str:
    """Say why a trial in which nothing was found is not a negative one: what was to be counted stayed unread; nothing otherwise."""
    closed = facts.until if facts.closed is None else facts.closed
    unread = [gap for gap in facts.gaps if gap.unread and gap.tap == tap and gap.lost and facts.opened is not None]
    met = [gap for gap in unread if gap.start <= closed and gap.until >= (facts.opened or 0)]
    lost = sum(gap.lost for gap in met)
    return f"up to {lost:,} messages at '{tap}' stayed unread, and nothing was found in the others" if met else ""


def _findings(detector: Detector, facts: TrialFacts, grounds: Grounds, outcome: Outcome) -> tuple[Finding, ...]:
    is_asked = detector.name == outcome.detector
    settings = outcome.settings if is_asked else settle(dict(detector.settings), {}, where=detector.name)
    return tuple(detector.detect(facts, grounds, outcome.tap, settings))


def _is_asked_for(finding: Finding, facts: TrialFacts, role: str, codes: tuple[int, ...]) -> bool:
    return (not codes or not set(codes).isdisjoint(finding.codes)) and _fills(facts, finding.originator, role)


def _fills(facts: TrialFacts, device: Eui64, role: str) -> bool:
    """Tell whether a device fills a role of the combination."""
    actual = facts.role_of(device)
    return role in ("any", actual) or (role == "hub" and actual in _HUB)


def _superfluous(findings: Iterable[Finding]) -> int:
    return sum(finding.superfluous for finding in findings)


def _outcome(
    facts: TrialFacts, grounds: Grounds, outcome: Outcome, count: int, by_detector: Mapping[str, tuple[Finding, ...]]
) -> TrialOutcome:
    seen: list[Sighting] = [sighting for sighting in facts.at_tap(outcome.tap) if facts.counts(sighting.at)]
    closed = facts.until if facts.closed is None else facts.closed
    return TrialOutcome(
        trial=facts.trial,
        void=facts.void or ("" if facts.opened is not None else "the observation window did not open"),
        exposure=0 if facts.opened is None else closed - facts.opened,
        count=count,
        positive=count > outcome.more_than,
        alerts=len(seen),
        lost=sum(gap.lost for gap in facts.gaps),
        by_detector={name: _superfluous(findings) for name, findings in by_detector.items()},
        by_code=_tally(code_text(sighting.alert.code) for sighting in seen),
        standings=_tally(standing(grounds, sighting.alert).value for sighting in seen),
        unmet=len(grounds.unmet),
        units=_units(facts, outcome.role),
    )


def _units(facts: TrialFacts, role: str) -> dict[str, tuple[str, ...]]:
    """Return the physical units that fill a role; a device whose bench gave it no number is one by itself.

    A hub's two devices are one unit, and the hub is the one that is counted. A model is no unit.
    """
    found: dict[str, set[str]] = {}
    for device in facts.devices.values() if facts.realm is not Realm.SIMULATED else ():
        if device.role != "gpf" and _fills(facts, device.device, role):
            found.setdefault(device.role, set()).add(device.device if device.unit is None else f"unit-{device.unit}")
    return {actual: tuple(sorted(units)) for actual, units in sorted(found.items())}


def _tally(names: Iterable[str]) -> dict[str, int]:
    """Count names, in order of name."""
    return dict(sorted(Counter(names).items()))
