"""What every detector must do, checked on trials and on altered copies of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from harness.interfaces.detector import Detector
from harness.interfaces.setting import settle
from harness.vocab.time import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from harness.interfaces.oracle import Grounds
    from harness.vocab.alert import Finding, Sighting
    from harness.wire.facts import TrialFacts

    Oracle = Callable[[TrialFacts], Grounds]
    """Says how the alerts of a trial stand."""

__all__ = ["check_detector"]

_CUTS = 24


def check_detector(
    detector: Detector,
    trials: Sequence[TrialFacts],
    *,
    grounds: Oracle,
    tap: str = "hub",
    settings: Mapping[str, object] | None = None,
) -> None:
    """Check that a detector is a pure function of facts that never takes back what it found.

    ``trials`` are trials in at least one of which it finds something at ``tap``, with ``settings`` as a
    scenario would write them; ``grounds`` is the oracle. Silence gives no finding; the order of sightings
    that have none (of different devices or taps, at one instant) is irrelevant; more input never
    withdraws a finding; every finding rests on lines of the journal within the window.
    """
    assert isinstance(detector, Detector), f"{detector!r} is no detector: it lacks a member of harness.interfaces.detector.Detector"
    settled = settle(dict(detector.settings), dict(settings or {}), where=detector.name)

    def find(facts: TrialFacts) -> tuple[Finding, ...]:
        return tuple(detector.detect(facts, grounds(facts), tap, settled))

    found = 0
    for facts in trials:
        findings = find(facts)
        found += len(findings)
        assert find(facts) == findings, f"'{detector.name}' found something else in the same trial {facts.trial}"
        _check_findings(detector, facts, findings, tap)
        silent = find(replace(facts, sightings=(), tunnelling=()))
        assert not silent, f"'{detector.name}' found {len(silent)} in a trial without a single alert"
        _check_ties(detector, facts, find)
        _check_growth(detector, facts, find)
    assert found, f"'{detector.name}' found nothing in {len(trials)} trials; a kit without a finding shows nothing"


def _check_findings(detector: Detector, facts: TrialFacts, findings: Sequence[Finding], tap: str) -> None:
    """Hold every finding to the journal."""
    shown = {sighting.line for sighting in facts.sightings} | {seen.line for seen in facts.tunnelling}
    for finding in findings:
        assert finding.detector == detector.name, f"'{detector.name}' signs a finding as '{finding.detector}'"
        assert finding.lines, f"'{detector.name}' shows no line of the journal for a finding at {finding.at} ns"
        assert set(finding.lines) <= shown, f"'{detector.name}' points at lines {finding.lines}, which show no alert at tap '{tap}'"
        assert finding.superfluous >= 0, f"'{detector.name}' counts {finding.superfluous} superfluous alerts"
        assert facts.counts(finding.at), f"'{detector.name}' found something at {finding.at} ns, outside of the window"
    instants = [finding.at for finding in findings]
    assert instants == sorted(instants), f"'{detector.name}' returns findings out of order of time: {instants}"


def _check_ties(detector: Detector, facts: TrialFacts, find: Callable[[TrialFacts], tuple[Finding, ...]]) -> None:
    """Put sightings of the same second at one instant, then turn round those that have no order among them."""
    tied = [replace(sighting, at=sighting.at // SECOND * SECOND) for sighting in facts.sightings]
    one, other = (replace(facts, sightings=tuple(_regrouped(tied, reverse=reverse))) for reverse in (False, True))
    same = sorted(map(_said, find(one))) == sorted(map(_said, find(other)))
    assert same, f"'{detector.name}' depends on the order of sightings at one instant in trial {facts.trial}"


def _said(finding: Finding) -> tuple[int, str, str, list[int], int]:
    """Return what a finding says, whatever the order in which it names its lines."""
    return finding.at, finding.originator, finding.rule, sorted(finding.lines), finding.superfluous


def _regrouped(sightings: Iterable[Sighting], *, reverse: bool) -> Iterable[Sighting]:
    """Sort the sightings of each instant by tap and device; what one device said at one tap keeps its order."""
    for _, group in groupby(sightings, key=lambda sighting: sighting.at):
        yield from sorted(group, key=lambda sighting: (sighting.tap, sighting.alert.originator), reverse=reverse)


def _check_growth(detector: Detector, facts: TrialFacts, find: Callable[[TrialFacts], tuple[Finding, ...]]) -> None:
    """Let the trial grow sighting by sighting, or in some two dozen steps, and look for findings that vanish."""
    size = len(facts.sightings)
    cuts = sorted({size * step // _CUTS for step in range(_CUTS + 1)})
    grown = [(cut, find(replace(facts, sightings=facts.sightings[:cut]))) for cut in cuts]
    for (_, before), (cut, after) in pairwise(grown):
        for finding in before:
            kept = any(_covers(later, finding) for later in after)
            lines = finding.lines
            assert kept, f"'{detector.name}' takes back its finding on lines {lines} once {cut} of {size} sightings are known"


def _covers(later: Finding, earlier: Finding) -> bool:
    """Tell whether a finding still says at least what an earlier one said."""
    same = (later.originator, later.rule) == (earlier.originator, earlier.rule)
    return same and set(earlier.lines) <= set(later.lines) and later.superfluous >= earlier.superfluous
