"""What is said of one story: which template, filled in with which figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.figures import counted, evidence, odds, percent_up, spelt_duration, threshold
from harness.report.wording import BEYOND, GRADES, LADDER, PURPOSES, TEMPLATES, say
from harness.vocab.roles import ArmRole, Realm

if TYPE_CHECKING:
    from fractions import Fraction

    from harness.judge.policy import Policy
    from harness.report.story import Expectation, Story, StoryArm
    from harness.vocab.outcome import ArmCertainty, Comparison, Grade

__all__ = [
    "carried_out",
    "claim",
    "comparison_words",
    "controls_words",
    "count_words",
    "evidence_words",
    "expectation_words",
    "grade_meaning",
    "grade_name",
    "inconclusive_above",
    "meaning",
    "not_examined",
    "notes",
    "odds_words",
    "positive_rule",
    "printed_words",
    "purpose",
    "realm_words",
    "result_words",
    "said_of",
    "stop_rule_words",
    "stopped_words",
    "units_words",
]


def _for_realm(name: str, realm: Realm) -> str:
    """Return the name of a realm's own template, where it has one; else the name as it is."""
    own = f"{name}-{realm.value}"
    return own if own in TEMPLATES else name


def said_of(name: str, realm: Realm) -> str:
    """Say a sentence that needs no figure in the words of a realm."""
    return say(_for_realm(name, realm))


def purpose(arm: StoryArm, realm: Realm) -> str:
    """Say what an arm is for; of a field log, that nothing was done."""
    return say("purpose-F") if realm is Realm.FIELD else PURPOSES[arm.role]


def realm_words(realm: Realm) -> str:
    """Say where the evidence comes from, in one sentence that no report leaves out."""
    return say(f"realm-{realm.value}")


def claim(story: Story) -> str:
    """Say what is claimed: which combination shows which alerts under which condition, and no word beyond."""
    treatment = next((arm for arm in story.arms if arm.role is ArmRole.TREATMENT), None)
    stimuli = "; ".join(treatment.stimuli) if treatment else ""
    return say(
        "claim",
        combination=" + ".join(words for role, words in treatment.combination if role != "region") if treatment else "",
        codes=", ".join(code.text for code in story.codes) or "of any code",
        condition=say("claim-condition", stimuli=stimuli) if stimuli else say("claim-no-condition"),
    )


def units_words(story: Story) -> str:
    """Say whose behaviour is told of, where physical units took part; empty for a model."""
    units = story.grade.units
    return say("units-one" if units == 1 else "units-many", units=f"{units:,}") if units else ""


def printed_words(story: Story) -> str:
    """Say that the recount left a lower grade than was held without it; empty where it did not."""
    held, printed = story.certainty.grade, story.grade
    return say("printed-lower", printed=printed, held=held) if held != printed else ""


def grade_name(grade: Grade) -> str:
    """Return the name of a grade's level, such as ``controlled``; the level itself where it is unknown."""
    return GRADES.get(grade.level, grade.level)


def grade_meaning(level: str, policy: Policy) -> str:
    """Say what must hold for a grade under the policy of the sealed plan."""
    facts: dict[str, dict[str, object]] = {
        "C2": {
            "positives": policy.reproduced_positives,
            "sessions": counted(policy.reproduced_sessions, "session"),
            "evidence": threshold(policy.reproduced_evidence),
            "background": percent_up(policy.background_rate),
        },
        "C3": {"needed": threshold(policy.needed), "roles": _listed([f"a {role.value}" for role in policy.controlled_roles])},
        "C4": {
            "necessity": threshold(policy.necessity_evidence),
            "sufficiency": threshold(policy.sufficiency_evidence),
            "background": percent_up(policy.background_rate),
            "roles": _listed([f"a {role.value}" for role in policy.isolated_roles]),
        },
        "C5": {"evidence": threshold(policy.replicated_evidence)},
        "NR": {"evidence": threshold(policy.zero_evidence)},
    }
    return say(f"grade-{level}", **facts.get(level, {}))


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def meaning(story: Story) -> str:
    """Say in one or two sentences what the grade of a story means, and what it does not."""
    treatment = story.treatment
    words = {
        "positive": str(treatment.positive if treatment else 0),
        "trials": counted(treatment.trials if treatment else 0, "window" if story.realm is Realm.FIELD else "treatment trial"),
        "controls": counted(len(story.certainty.comparisons), "control arm"),
        "excluded": percent_up(treatment.excluded) if treatment and treatment.excluded is not None else "",
    }
    sentence = say(_for_realm(_meaning_of(story, excludes=bool(words["excluded"])), story.realm), **words)
    return f"{sentence} {say('model-only')}" if story.realm is Realm.SIMULATED else sentence


def _meaning_of(story: Story, *, excludes: bool) -> str:
    """Return the name of the template that fits a story's grade."""
    level = story.grade.level
    if level not in GRADES:
        return "meaning-inconclusive"
    if level == "NR" and not excludes:
        return "meaning-NR-plain"
    if level == "C2" and not story.certainty.comparisons:
        return "meaning-C2-alone"
    if level == "C2" and all(one.e_value >= one.needed for one in story.certainty.comparisons):
        return "meaning-C2-reached"
    return f"meaning-{level}"


def odds_words(story: Story) -> str:
    """Say what the weakest evidence against a control means in campaigns and in odds; empty where it is less than was needed.

    Evidence and odds are those that the verdict states (:class:`harness.vocab.outcome.Meaning`): factor
    controls are not among the controls that it weighs, and the reader's prior is the policy's.
    """
    found = story.certainty.meaning
    if found is None or any(one.arm == found.arm and one.e_value < one.needed for one in story.certainty.comparisons):
        return ""
    campaigns = say("chance", e=evidence_words(found.evidence), campaigns=odds(found.evidence))
    return f"{campaigns} {say('odds', prior=odds(1 / found.prior_odds), odds=odds(found.posterior_odds))}"


def evidence_words(value: Fraction) -> str:
    """Write an e-value with its letter: ``E = 102``."""
    return f"E\u00a0=\u00a0{evidence(value)}"


def inconclusive_above(story: Story) -> str:
    """Say ``inconclusive above C1`` where the plan was used up before the grade asked for."""
    level = story.grade.level
    used_up = story.certainty.stopped in {"futile", "blocks"}
    reached = level in LADDER and level < story.stop.at
    return say("inconclusive-above", level=level) if used_up and reached else ""


def positive_rule(story: Story) -> str:
    """Say from which count on a trial is positive."""
    return say("positive-rule", count=counted(story.measure.more_than, "superfluous alert"))


def result_words(result: ArmCertainty) -> str:
    """Say how many trials of an arm were positive: ``9 of 9 trials positive``."""
    return say("result-count", positive=f"{result.positive:,}", trials=counted(result.trials, "trial"))


def count_words(result: ArmCertainty) -> str:
    """Say how much a positive trial counted, such as ``41 to 97``; empty where none was positive."""
    if not result.positive:
        return ""
    low, high = f"{result.count_low:,}", f"{result.count_high:,}"
    return low if low == high else say("result-range", low=low, high=high)


def comparison_words(comparison: Comparison) -> str:
    """Say the evidence of one comparison and what was needed: ``E = 102, needed 100``."""
    return say("comparison", e=evidence_words(comparison.e_value), needed=threshold(comparison.needed))


def controls_words(story: Story) -> tuple[str, ...]:
    """Say how positive controls and shams did, how many blocks are void, and what the recount gives."""
    said = []
    for _, result in story.results():
        if result.role in {ArmRole.POSITIVE_CONTROL, ArmRole.SHAM}:
            name = "controls-positive" if result.role is ArmRole.POSITIVE_CONTROL else "controls-sham"
            silent = result.trials - result.positive
            said.append(say(name, positive=f"{result.positive:,}", silent=f"{silent:,}", trials=counted(result.trials, "trial")))
    recount = say("controls-worst", grade=story.grade)
    return (*(said or [say("controls-none")]), say("controls-void", voids=_blocks(len(story.certainty.void_blocks))), recount)


def _blocks(number: int) -> str:
    return counted(number, "block") if number else "no block"


def stop_rule_words(story: Story) -> str:
    """Say the sealed stop rule."""
    stop = story.stop
    name = _for_realm("stop-rule", story.realm)
    return say(name, blocks=counted(stop.blocks, "block"), at=stop.at, zero=counted(stop.zero_blocks, "block"))


def stopped_words(story: Story) -> str:
    """Say why the campaign ended when it did."""
    name = f"stopped-{story.certainty.stopped}"
    if story.status == "interrupted":
        name = "stopped-interrupted"
    return say(_for_realm(name, story.realm) if name in TEMPLATES else "stopped-")


def carried_out(story: Story) -> str:
    """Say how many trials and blocks were carried out, and how many blocks of them are void."""
    voids = len(story.certainty.void_blocks)
    trials, blocks = counted(len(story.trials), "trial"), counted(len(story.blocks()), "block")
    return say("carried-out", trials=trials, blocks=blocks, voids=f"{voids:,}" if voids else "none")


def expectation_words(expectation: Expectation, arm: StoryArm) -> str:
    """Say what was expected of an arm and what was observed."""
    name = "expected-met" if expectation.met else "expected-unmet"
    return say(name, arm=arm.name, expected=expectation.expected, observed=expectation.observed)


def not_examined(story: Story) -> tuple[str, ...]:
    """List what the experiment did not show, and what no experiment of this kind can show."""
    return tuple(dict.fromkeys((*story.not_examined, *BEYOND)))


def notes(story: Story) -> tuple[str, ...]:
    """List what a reader must know about gaps: alerts not seen, messages lost or unread, short windows."""
    outcomes = [trial.outcome for trial in story.trials]
    unmet = [outcome.unmet for outcome in outcomes if outcome.unmet]
    lost = [outcome.lost for outcome in outcomes if outcome.lost]
    short = sum(not outcome.void and outcome.exposure < story.window.observe for outcome in outcomes)
    said = [say("note-interrupted")] if story.status == "interrupted" else []
    if unmet:
        said.append(say("note-unmet", alerts=counted(sum(unmet), "alert"), trials=counted(len(unmet), "trial")))
    if lost:
        messages = counted(sum(lost), "frame or message", "frames or messages")
        said.append(say("note-lost", messages=messages, trials=counted(len(lost), "trial")))
    if story.unread:
        said.append(say("note-unread", messages=counted(story.unread, "message")))
    if short:
        trials = counted(short, "trial was", "trials were")
        said.append(say("note-short", trials=trials, window=spelt_duration(story.window.observe)))
    return (*said, *story.notes)
