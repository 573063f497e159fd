"""One exemplary trial for each arm: its timeline and, of the treatment, a passage message by message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.interfaces.registry import detectors
from harness.oracle.weighing import weigh
from harness.report.excerpt import excerpt_of
from harness.report.story import Mark, Timeline
from harness.vocab.alert import code_text
from harness.vocab.roles import ArmRole
from harness.wire.gbcs.catalogue import alert_name
from harness.wire.reading import read_trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.plan.model import Plan
    from harness.report.excerpt import Excerpt
    from harness.report.telling import Told
    from harness.wire.facts import StimulusFacts, TrialFacts

__all__ = ["exemplars"]


def exemplars(told: Told) -> tuple[tuple[Timeline, ...], Excerpt | None]:
    """Return a timeline for every arm with a trial that counts, and the treatment's excerpt.

    The trial is the first of the arm that counts; of the treatment the first positive one, where there is one.
    """
    timelines, excerpt = [], None
    for number, trial in _chosen(told):
        facts = read_trial(told.journal(trial))
        superfluous = _superfluous_lines(told.plan, facts)
        timelines.append(Timeline(arm=number, trial=trial, marks=_marks(told.plan, facts, superfluous)))
        if told.plan.arms[number].role is ArmRole.TREATMENT:
            excerpt = excerpt_of(facts, arm=number, tap=told.plan.outcome.tap, superfluous=superfluous)
    return tuple(timelines), excerpt


def _chosen(told: Told) -> Iterator[tuple[int, str]]:
    outcomes = told.campaign.results.outcomes
    for number, arm in enumerate(told.plan.arms):
        trials = (trial.trial for block in told.campaign.blocks for trial in block.trials if trial.arm == number)
        valid = [trial for trial in trials if not outcomes[trial].void]
        positive = [trial for trial in valid if outcomes[trial].positive] if arm.role is ArmRole.TREATMENT else []
        yield from ((number, trial) for trial in (positive or valid)[:1])


def _superfluous_lines(plan: Plan, facts: TrialFacts) -> frozenset[int]:
    """Return the journal lines of the sightings that the outcome's detector calls superfluous."""
    outcome = plan.outcome
    findings = detectors()[outcome.detector].detect(facts, weigh(facts), outcome.tap, outcome.settings)
    return frozenset(line for finding in findings for line in finding.lines[len(finding.lines) - finding.superfluous :])


def _marks(plan: Plan, facts: TrialFacts, superfluous: frozenset[int]) -> tuple[Mark, ...]:
    alerts = [
        Mark(
            at=sighting.at,
            kind="superfluous" if sighting.line in superfluous else "alert",
            label=alert_name(sighting.alert.code) or "",
            code=code_text(sighting.alert.code),
        )
        for sighting in facts.at_tap(plan.outcome.tap)
        if facts.counts(sighting.at)
    ]
    stimuli = [
        Mark(at=stimulus.done, kind="stimulus", label=f"{stimulus.do} on {stimulus.on}", until=_until(stimulus, facts))
        for stimulus in facts.stimuli
        if stimulus.done is not None
    ]
    return tuple(sorted([*stimuli, *alerts], key=lambda mark: mark.at))


def _until(stimulus: StimulusFacts, facts: TrialFacts) -> int | None:
    """Return when a lasting stimulus ended; one that says how long it lasts and was not ended held to the end."""
    lasting = {"for", "duration"} & stimulus.settings.keys()
    return stimulus.ended if stimulus.ended is not None or not lasting else facts.closed
