"""From a plan and what its trials came to, to a story: the last step before words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.interfaces.registry import detectors
from harness.judge.certainty import certainty
from harness.judge.impact import impact, treatment_outcomes
from harness.report.exemplar import exemplars
from harness.report.story import Code, Expectation, Measure, Story, StoryArm, StoryTrial
from harness.run.campaign import block_rows, question_of
from harness.vocab.alert import code_text
from harness.vocab.roles import ArmRole, Realm
from harness.wire.gbcs.catalogue import alert_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from harness.plan.model import Block, Plan, PlannedArm
    from harness.run.campaign import Campaign
    from harness.vocab.impact import Impact
    from harness.vocab.journal import Journal
    from harness.vocab.outcome import Certainty, TrialOutcome

__all__ = ["Told", "bundle_name", "judged", "measured", "named", "tell"]

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
    """Reads one trial in the form that is judged: its trace, or its journal where it names nobody."""


def bundle_name(plan: Plan) -> str:
    """Return the name a bundle of this plan goes by: the scenario and the first digits of the plan's digest."""
    return f"{plan.scenario}-{plan.digest[:6]}"


def judged(plan: Plan, campaign: Campaign) -> Certainty:
    """Judge what was carried out of a plan."""
    rows = [row for block in campaign.blocks for row in block_rows(plan, block, campaign.results.outcomes)]
    return certainty(rows, question_of(plan))


def measured(plan: Plan, blocks: Iterable[Block], outcomes: Mapping[str, TrialOutcome]) -> Impact | None:
    """Work out what the treatment's trials in these blocks come to in the population that the plan speaks of."""
    rows = (row for block in blocks for row in block_rows(plan, block, outcomes))
    return impact(
        treatment_outcomes(rows, outcomes, question_of(plan)),
        plan.population,
        realm=plan.realm,
        counted_at=plan.outcome.tap,
        taps=plan.window.taps,
        seed=plan.root,
    )


def tell(told: Told, verdict: Certainty) -> Story:
    """Lay out everything a report needs, devices under their pseudonyms; equal plans and traces give equal stories."""
    plan, campaign = told.plan, told.campaign
    timelines, excerpt = exemplars(told)
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
        arms=_arms(plan, {}),
        trials=tuple(
            StoryTrial(block=block.index, position=trial.position, arm=trial.arm, outcome=campaign.results.outcomes[trial.trial])
            for block in campaign.blocks
            for trial in block.trials
        ),
        certainty=verdict,
        timelines=timelines,
        excerpt=excerpt,
        impact=measured(plan, campaign.blocks, campaign.results.outcomes),
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


def named(story: Story, plan: Plan) -> Story:
    """Return a story that says device models where the plan's identities are at hand: for the lab, never for a bundle."""
    return replace(story, arms=_arms(plan, plan.names))


def _arms(plan: Plan, names: Mapping[str, str]) -> tuple[StoryArm, ...]:
    """Lay out the arms; devices that have no name there go by their pseudonyms."""
    return tuple(_arm(plan, number, arm, names) for number, arm in enumerate(plan.arms))


def _arm(plan: Plan, number: int, arm: PlannedArm, names: Mapping[str, str]) -> StoryArm:
    treatment = next(other for other in plan.arms if other.role is ArmRole.TREATMENT)
    return StoryArm(
        index=number,
        name=arm.name,
        role=arm.role,
        combination=(("region", arm.region), *((role, names.get(device, device)) for role, device in arm.devices.items())),
        stimuli=tuple(f"{stimulus.name}: {stimulus.told}" for stimulus in arm.stimuli),
        difference="" if arm is treatment else "; ".join(_differences(treatment, arm, names)),
    )


def _differences(treatment: PlannedArm, arm: PlannedArm, names: Mapping[str, str]) -> Iterator[str]:
    """Say in which devices and stimuli an arm is not as the treatment."""
    if arm.region != treatment.region:
        yield f"region {arm.region}"
    for role in sorted({*treatment.devices, *arm.devices}):
        there, here = treatment.devices.get(role), arm.devices.get(role)
        if there != here:
            yield f"{role} {names.get(here, here)}" if here else f"{role} left empty"
    usual = {stimulus.name: stimulus for stimulus in treatment.stimuli}
    own = {stimulus.name: stimulus for stimulus in arm.stimuli}
    for name in sorted({*usual, *own}):
        if name not in own:
            yield f"without {name}"
        elif own[name] != usual.get(name):
            yield f"{name}: {own[name].told}"


def _first_sentence(doc: str) -> str:
    return " ".join(doc.split()).partition(". ")[0].rstrip(".") + "."
