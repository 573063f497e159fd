"""Verdicts, outcomes and findings as canonical JSON: exact ratios beside decimals cut off for reading."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from harness.detect.sentences import sentence
from harness.judge.numbers import decimal_text, fraction_text
from harness.vocab.alert import code_text
from harness.vocab.canonical import canonical, document

if TYPE_CHECKING:
    from fractions import Fraction

    from harness.vocab.alert import Finding
    from harness.vocab.canonical import Json
    from harness.vocab.outcome import ArmCertainty, Certainty, Comparison, Meaning, TrialOutcome

__all__ = ["certainty_document", "finding_document", "finding_line", "outcome_document", "rational"]

_PLACES = 6
_LONG_WAY = 53
"""Bits of the integers that canonical JSON permits."""


def certainty_document(verdict: Certainty) -> dict[str, Json]:
    """Return a verdict as canonical JSON.

    Every rational number is ``{"exact": "n/d", "decimal": "0.583119"}``, the decimal cut off, never
    rounded up; counts are integers.
    """
    return {
        "format": "smets-certainty/1",
        "grade": str(verdict.grade),
        "worst-case": str(verdict.worst_case),
        "blocks": verdict.blocks,
        "void-blocks": {str(block): reason for block, reason in sorted(verdict.void_blocks.items())},
        "stopped": verdict.stopped,
        "arms": [_arm(arm) for arm in verdict.arms],
        "comparisons": [_comparison(comparison) for comparison in verdict.comparisons],
        "steps": [dict(step) for step in verdict.steps],
        "meaning": None if verdict.meaning is None else _meaning(verdict.meaning),
        "prevalence": None if verdict.prevalence is None else rational(verdict.prevalence),
    }


def _meaning(meaning: Meaning) -> Json:
    return {
        "arm": meaning.arm,
        "one-in": rational(meaning.evidence),
        "prior-odds": rational(meaning.prior_odds),
        "posterior-odds": rational(meaning.posterior_odds),
    }


def rational(value: Fraction) -> Json:
    """Return a rational number, not negative, exactly and as a decimal cut off."""
    return {"exact": fraction_text(value), "decimal": decimal_text(value, _PLACES)}


def _arm(arm: ArmCertainty) -> Json:
    return {
        "arm": arm.arm,
        "role": arm.role.value,
        "grade": str(arm.grade),
        "trials": arm.trials,
        "positive": arm.positive,
        "count-low": arm.count_low,
        "count-high": arm.count_high,
        "rate-low": rational(arm.rate_low),
        "rate-high": rational(arm.rate_high),
        "rate-class": arm.rate_class,
        "e-rate": rational(arm.e_rate),
        "excluded": None if arm.excluded is None else rational(arm.excluded),
    }


def _comparison(comparison: Comparison) -> Json:
    return {
        "arm": comparison.arm,
        "treatment-more": comparison.treatment_more,
        "control-more": comparison.control_more,
        "ties": comparison.ties,
        "e-value": rational(comparison.e_value),
        "needed": rational(comparison.needed),
    }


def outcome_document(outcome: TrialOutcome) -> dict[str, Json]:
    """Return what one trial came to as canonical JSON; exposure in nanoseconds."""
    return {
        "trial": outcome.trial,
        "void": outcome.void,
        "exposure": outcome.exposure,
        "count": outcome.count,
        "positive": outcome.positive,
        "alerts": outcome.alerts,
        "lost": outcome.lost,
        "by-detector": dict(outcome.by_detector),
        "by-code": dict(outcome.by_code),
        "standings": dict(outcome.standings),
        "unmet": outcome.unmet,
        "units": {role: list(units) for role, units in outcome.units.items()},
        "by-tap": dict(outcome.by_tap),
        "peak": outcome.peak,
    }


def finding_document(trial: str, finding: Finding) -> dict[str, Json]:
    """Return one finding of a trial as canonical JSON, with the sentence that it stands for.

    Of ``lines``, the last ``superfluous`` show the alerts that the finding calls superfluous.
    """
    return {
        "trial": trial,
        "detector": finding.detector,
        "at": finding.at,
        "originator": finding.originator,
        "codes": [code_text(code) for code in finding.codes],
        "lines": list(finding.lines),
        "superfluous": finding.superfluous,
        "rule": finding.rule,
        "facts": dict(finding.facts),
        "says": sentence(finding),
    }


def finding_line(trial: str, finding: Finding) -> bytes:
    """Return the line of ``findings.jsonl`` that :func:`finding_document` comes to, in a third of the time.

    A busy log has more findings than alerts. What has to be looked at, text beyond ASCII and numbers of
    any size, goes the long way.
    """
    says = sentence(finding)
    texts = (finding.detector, finding.originator, finding.rule, says, trial)
    if not "".join(texts).isascii() or max(finding.at, finding.superfluous, *finding.lines) >> _LONG_WAY:
        return document(finding_document(trial, finding))
    detector, originator, rule, said, named = map(encode_basestring, texts)
    codes = ",".join([f'"{code_text(code)}"' for code in finding.codes])
    shown = ",".join(map(str, finding.lines))
    facts = canonical(dict(finding.facts)).decode()
    return (
        f'{{"at":{finding.at},"codes":[{codes}],"detector":{detector},"facts":{facts},"lines":[{shown}],"originator":{originator},'
        f'"rule":{rule},"says":{said},"superfluous":{finding.superfluous},"trial":{named}}}\n'
    ).encode()
