"""From a plan and what its trials came to, to a story: the last step before words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.interfaces.registry import detectors
from harness.judge.certainty import certainty
from harness.report.story import Code, Expectation, Mark, Measure, Story, StoryArm, StoryTrial, Timeline
from harness.run.campaign import block_rows, question_of
from harness.run.trial import result_of
from harness.vocab.alert import code_text
from harness.vocab.roles import ArmRole, Realm
from harness.wire.gbcs.catalogue import alert_name
from harness.wire.reading import read_trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.plan.model import Plan, PlannedArm
    from harness.run.campaign import Campaign
    from harness.vocab.journal import Journal
    from harness.vocab.outcome import Certainty
    from harness.wire.facts import StimulusFacts, TrialFacts

__all__ = ["Told", "bundle_name", "judged", "tell"]

_NOT_EXAMINED = {
    Realm.SIMULATED: ("a real device", "other firmware"),
    Realm.LABORATORY: ("other firmware", "other units"),
    Realm.FIELD: ("conditions that were not recorded",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A campaign, and where to look at one exemplary trial for each arm."""

    plan: Plan
    campaign: Campaign
    journal: Callable[[str], Journal]
    """Reads the journal of one trial."""


def bundle_name(plan: Plan) -> str:
    """Return the name a bundle of this plan goes by: the scenario and the first digits of the plan's digest."""
    return f"{plan.scenario}-{plan.digest[:6]}"


def judged(plan: Plan, campaign: Campaign) -> Certainty:
    """Judge what was carried out of a plan."""
    rows = [row for block in campaign.blocks for row in block_rows(plan, block, campaign.results.outcomes)]
    return certainty(rows, question_of(plan))


def tell(told: Told, verdict: Certainty) -> Story:
    """Lay out everything a report needs; equal bundles give equal stories."""
    plan, campaign = told.plan, told.campaign
    timelines = tuple(_timelines(told))
    name = bundle_name(plan)
    return Story(
        scenario=plan.scenario,
        question=plan.question,
        origin=plan.origin,
        codes=tuple(Code(text=code_text(code), name=alert_name(code) or "") for code in plan.codes),
        plan_digest=plan.digest,
        seed=plan.seed,
        harness_version=plan.harness["version"],
        harness_digest=plan.harness["digest"],
        realm=plan.realm,
        target=plan.target,
        measure=_measure(plan),
        window=plan.window,
        stop=plan.stop,
        arms=tuple(_arm(plan, number, arm) for number, arm in enumerate(plan.arms)),
        trials=tuple(
            StoryTrial(block=block.index, position=trial.position, arm=trial.arm, outcome=campaign.results.outcomes[trial.trial])
            for block in campaign.blocks
            for trial in block.trials
        ),
        certainty=verdict,
        timelines=timelines,
        detectors={detector: _first_sentence(value.doc) for detector, value in detectors().items()},
        unread=campaign.results.unread,
        not_examined=(*_NOT_EXAMINED[plan.realm], *plan.not_examined),
        expectations=expectations(plan, verdict),
        notes=(),
        repeat=f"smets-harness {'judge' if plan.realm is Realm.FIELD else 'replay'} {name}",
        verify=f"smets-harness verify {name}",
        status="complete" if verdict.stopped else "interrupted",
    )


def expectations(plan: Plan, verdict: Certainty) -> tuple[Expectation, ...]:
    """Return what the scenario expected of each arm beside what it came to."""
    found = {result.arm: result.grade.level for result in verdict.arms}
    rows = []
    for number, arm in enumerate(plan.arms):
        if arm.name in plan.expect:
            expected = plan.expect[arm.name]
            observed = verdict.worst_case.level if arm.role is ArmRole.TREATMENT else found.get(number, "inconclusive")
            rows.append(Expectation(arm=number, expected=expected, observed=observed, met=observed == expected))
    return tuple(rows)


def _measure(plan: Plan) -> Measure:
    outcome = plan.outcome
    detector = detectors()[outcome.detector]
    return Measure(
        detector=outcome.detector,
        sentence=_first_sentence(detector.doc),
        settings=tuple((name, str(setting.write(outcome.settings[name]))) for name, setting in detector.settings.items()),
        tap=outcome.tap,
        role=outcome.role,
        more_than=outcome.more_than,
    )


def _arm(plan: Plan, number: int, arm: PlannedArm) -> StoryArm:
    treatment = next(other for other in plan.arms if other.role is ArmRole.TREATMENT)
    return StoryArm(
        index=number,
        name=arm.name,
        role=arm.role,
        combination=(("region", arm.region), *((role, plan.names.get(device, device)) for role, device in arm.devices.items())),
        stimuli=tuple(f"{stimulus.name}: {stimulus.told}" for stimulus in arm.stimuli),
        difference="" if arm is treatment else "; ".join(_differences(plan, treatment, arm)),
    )


def _differences(plan: Plan, treatment: PlannedArm, arm: PlannedArm) -> Iterator[str]:
    """Say in which devices and stimuli an arm is not as the treatment."""
    if arm.region != treatment.region:
        yield f"region {arm.region}"
    for role in sorted({*treatment.devices, *arm.devices}):
        there, here = treatment.devices.get(role), arm.devices.get(role)
        if there != here:
            yield f"{role} {plan.names.get(here, here)}" if here else f"{role} left empty"
    usual = {stimulus.name: stimulus for stimulus in treatment.stimuli}
    own = {stimulus.name: stimulus for stimulus in arm.stimuli}
    for name in sorted({*usual, *own}):
        if name not in own:
            yield f"without {name}"
        elif own[name] != usual.get(name):
            yield f"{name}: {own[name].told}"


def _timelines(told: Told) -> Iterator[Timeline]:
    """Lay out the first trial of each arm that counts, as an example of the arm."""
    for number in range(len(told.plan.arms)):
        trials = (trial.trial for block in told.campaign.blocks for trial in block.trials if trial.arm == number)
        trial = next((trial for trial in trials if not told.campaign.results.outcomes[trial].void), None)
        if trial is not None:
            yield Timeline(arm=number, trial=trial, marks=_marks(told.plan, told.journal(trial)))


def _marks(plan: Plan, journal: Journal) -> tuple[Mark, ...]:
    facts = read_trial(journal)
    findings = result_of(journal, plan.outcome, plan.codes).findings
    counted = [finding for finding in findings if finding.detector == plan.outcome.detector]
    superfluous = {line for finding in counted for line in finding.lines[len(finding.lines) - finding.superfluous :]}
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


def _first_sentence(doc: str) -> str:
    return " ".join(doc.split()).partition(". ")[0].rstrip(".") + "."
