"""The report for programs: the same figures as canonical JSON, under names that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.judge.documents import certainty_document
from harness.judge.impact_document import impact_document
from harness.report import sentences
from harness.report.plain import clean
from harness.report.tally import tally
from harness.vocab.canonical import document
from harness.vocab.time import duration_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.report.story import Story, StoryTrial
    from harness.report.tally import Tally
    from harness.vocab.canonical import Json

__all__ = ["FORMAT", "render", "summary"]

FORMAT = "smets-report/1"


def render(story: Story) -> str:
    """Write the summary in its one canonical spelling, ending in a line feed."""
    return document(summary(story)).decode()


def summary(story: Story) -> dict[str, Json]:
    """Return everything the report says as JSON values.

    Blocks and positions count from 0, as in the plan; durations are text such as ``24h``; rates and
    evidence are exact ratios beside decimals cut off; strings are cleaned as in every other rendering.
    """
    certainty = story.certainty
    parts: dict[str, Json] = {
        "format": FORMAT,
        "scenario": story.scenario,
        "question": story.question,
        "origin": story.origin,
        "status": story.status,
        "realm": story.realm.value,
        "realm-words": sentences.realm_words(story.realm),
        "grade": str(story.grade),
        "grade-name": sentences.grade_name(story.grade),
        "claim": sentences.claim(story),
        "meaning": sentences.meaning(story),
        "stopped": sentences.stopped_words(story),
        "codes": [{"code": code.text, "name": code.name} for code in story.codes],
        "certainty": certainty_document(certainty),
        "impact": impact_document(story.impact) if story.impact else None,
        "trials": [_trial(trial) for trial in story.trials],
        "totals": [_total(one) for one in tally(story)],
        "not-examined": list(sentences.not_examined(story)),
        "expectations": [
            {"arm": one.arm, "expected": one.expected, "observed": one.observed, "met": one.met} for one in story.expectations
        ],
        "notes": list(sentences.notes(story)),
        "unread": story.unread,
        "repeat": story.repeat,
        "verify": story.verify,
    }
    return {name: _cleaned(value) for name, value in (parts | _design(story) | _provenance(story)).items()}


def _design(story: Story) -> dict[str, Json]:
    measure, window, stop = story.measure, story.window, story.stop
    return {
        "measure": {
            "detector": measure.detector,
            "sentence": measure.sentence,
            "settings": [{"name": name, "value": value} for name, value in measure.settings],
            "tap": measure.tap,
            "role": measure.role,
            "more-than": measure.more_than,
        },
        "window": {
            "start": window.start,
            "settle": duration_text(window.settle),
            "observe": duration_text(window.observe),
            "taps": list(window.taps),
        },
        "stop": {"at": stop.at, "blocks": stop.blocks, "zero-blocks": stop.zero_blocks},
        "arms": [
            {
                "arm": arm.index,
                "name": arm.name,
                "role": arm.role.value,
                "combination": [{"role": role, "device": words} for role, words in arm.combination],
                "stimuli": list(arm.stimuli),
                "difference": arm.difference,
            }
            for arm in story.arms
        ],
    }


def _provenance(story: Story) -> dict[str, Json]:
    return {
        "plan": story.plan_digest,
        "seed": story.seed,
        "harness": {"version": story.harness_version, "digest": story.harness_digest},
        "policy": {"version": story.policy.version, "digest": story.policy.digest()},
        "target": story.target,
    }


def _trial(trial: StoryTrial) -> Json:
    outcome = trial.outcome
    return {
        "trial": outcome.trial,
        "block": trial.block,
        "position": trial.position,
        "arm": trial.arm,
        "count": outcome.count,
        "positive": outcome.positive,
        "void": outcome.void,
        "alerts": outcome.alerts,
        "lost": outcome.lost,
        "unmet": outcome.unmet,
        "exposure": duration_text(outcome.exposure),
    }


def _total(one: Tally) -> Json:
    return {
        "arm": one.arm,
        "trials": one.trials,
        "alerts": one.alerts,
        "superfluous": one.superfluous,
        "by-detector": _counts(one.by_detector),
        "by-code": _counts(one.by_code),
        "by-standing": _counts(one.by_standing),
    }


def _counts(counts: Mapping[str, int]) -> Json:
    return [{"name": name, "count": counts[name]} for name in sorted(counts)]


def _cleaned(value: Json) -> Json:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: _cleaned(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(inner) for inner in value]
    return value
