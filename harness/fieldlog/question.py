"""What is asked of a field log, as a scenario: one arm, nothing done, everything counted that one detector finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario.fields import NO_REGION
from harness.scenario.model import Arm, Combination, Outcome, Scenario, StopRule, Window
from harness.vocab.roles import ArmRole
from harness.vocab.time import SECOND, Epoch, duration_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.fieldlog.survey import Cutting, Extent

__all__ = ["capture_question", "question"]

_NOT_EXAMINED = (
    "signatures and MACs of the messages",
    "what was done to the devices",
    "how the devices were set",
)


def question(
    extents: Sequence[Extent],
    cutting: Cutting,
    outcome: Outcome,
    *,
    codes: tuple[int, ...],
    region: str = NO_REGION,
    fingerprint: str,
    taps: tuple[str, ...] = (),
) -> Scenario:
    """Return the question that a log is asked: in how many of its windows the outcome is observed.

    How it was cut is written down with it, and so is ``fingerprint``, the log's keyed digest, so that two
    logs never share a plan. No codes stand for any. ``taps`` are the counting points that captures among it show.
    """
    windows = len(extents)
    return Scenario(
        id="field-log",
        family="field",
        question=f"In which windows of this log did '{outcome.detector}' find alerts at the '{outcome.tap}' counting point?",
        codes=codes,
        origin=f"{_cut(cutting)}; HMAC-SHA-256 under its owner's key {fingerprint}",
        not_examined=_NOT_EXAMINED,
        exploratory=True,
        seed="1",
        window=Window(start=Epoch(extents[0].opened // SECOND).text(), settle=0, observe=cutting.span, taps=taps or (outcome.tap,)),
        arms=(Arm(name="log", role=ArmRole.TREATMENT, combination=Combination(region=region, devices={}), stimuli=()),),
        outcome=outcome,
        stop=StopRule(at="C1", blocks=windows, zero_blocks=windows),
        expect={},
        profiles={},
    )


def capture_question(window: Window, outcome: Outcome, *, codes: tuple[int, ...], of: str, region: str, fingerprint: str) -> Scenario:
    """Return the question that a capture of one simulated trial is asked: whether the outcome is observed in it.

    ``of`` says which trial it is of, as far as that is known.
    """
    return Scenario(
        id="simulated-capture",
        family="field",
        question=f"Did '{outcome.detector}' find alerts at the '{outcome.tap}' counting point in this capture of a simulated trial?",
        codes=codes,
        origin=f"a capture that says of itself that it is simulated{of}; HMAC-SHA-256 under its owner's key {fingerprint}",
        not_examined=_NOT_EXAMINED[:1] if of else _NOT_EXAMINED,
        exploratory=True,
        seed="1",
        window=window,
        arms=(Arm(name="capture", role=ArmRole.TREATMENT, combination=Combination(region=region, devices={}), stimuli=()),),
        outcome=outcome,
        stop=StopRule(at="C1", blocks=1, zero_blocks=1),
        expect={},
        profiles={},
    )


def _cut(cutting: Cutting) -> str:
    """Say how a log was cut, every default included."""
    return (
        f"a field log in windows of {duration_text(cutting.span)}, or of {cutting.most:,} entries where that is less; "
        f"entries up to {duration_text(cutting.tolerance)} out of order put in order; silence beyond {duration_text(cutting.gap)} told of"
    )
