"""A null run: the whole experiment with the suspected condition removed from the treatment too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import ScenarioError
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from harness.scenario.model import Arm, Scenario

__all__ = ["without_condition"]

CHANGE = "--without-condition"


def without_condition(scenario: Scenario) -> Scenario:
    """Return the scenario with its treatment carried out as its first condition control is.

    Treatment and that control are then the same by design, so the behaviour that was asked about is
    expected not to be reproduced; the verdict tells the rate that is excluded. Raises
    :class:`ScenarioError` where the scenario has no condition control.
    """
    control = next((arm for arm in scenario.arms if arm.role is ArmRole.CONDITION_CONTROL), None)
    if control is None:
        raise ScenarioError(
            "no condition control says how the condition is removed", where=scenario.id, expected="[arms.condition-control]"
        )

    def removed(arm: Arm) -> Arm:
        return replace(arm, stimuli=control.stimuli) if arm.role is ArmRole.TREATMENT else arm

    treatments = {arm.name: "NR" for arm in scenario.arms if arm.role is ArmRole.TREATMENT}
    return replace(
        scenario,
        question=f"With the condition removed: {scenario.question}",
        arms=tuple(map(removed, scenario.arms)),
        expect={**scenario.expect, **treatments},
        overrides=(*scenario.overrides, CHANGE),
    )
