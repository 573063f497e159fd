"""One combination of a search as a scenario of its own: the treatment with some factors at their reference."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, cast

from harness.scenario.arms import arm_role
from harness.scenario.factors import ABSENT, set_in_arm, stimulus_names, treatment_name
from harness.scenario.writing import toml_text
from harness.shrink.candidates import treatment_table
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.scenario.factors import Raw
    from harness.scenario.model import Level
    from harness.scenario.problem import Path
    from harness.shrink.candidates import Candidate

__all__ = ["CONTROLS", "arm_at", "arm_without", "controls_of", "searching", "smallest"]

CONTROLS = (ArmRole.POSITIVE_CONTROL, ArmRole.SHAM)
"""Arms that show whether a search can see anything, and sees only what is there."""


def arm_without(document: Mapping[str, object], left_out: Iterable[Candidate]) -> Raw:
    """Return the treatment's table with these factors at their reference."""
    return arm_at(document, [(candidate.path, candidate.reference) for candidate in left_out])


def arm_at(document: Mapping[str, object], levels: Iterable[tuple[Path, Level]]) -> Raw:
    """Return the treatment's table with these levels put in; what becomes of a stimulus as a whole comes first."""
    arm = _by_name(deepcopy(treatment_table(document)), stimulus_names(document))
    arm["role"] = ArmRole.TREATMENT.value
    for path, level in sorted(levels, key=lambda one: (one[1] != ABSENT, len(one[0]))):
        set_in_arm(arm, path, level)
    return arm


def _by_name(arm: Raw, names: tuple[str, ...]) -> Raw:
    """Return an arm's table with stimuli named, where the file numbers them."""

    def name(text: object) -> str:
        return str(text) if str(text) in names else names[int(str(text))]

    if isinstance(changes := arm.get("stimulus"), dict):
        arm["stimulus"] = {name(text): change for text, change in changes.items()}
    if isinstance(left_out := arm.get("without"), list):
        arm["without"] = [name(text) for text in left_out]
    return arm


def controls_of(document: Mapping[str, object]) -> tuple[ArmRole, ...]:
    """Return which of the controls of the harness itself the scenario has, each once."""
    roles = {arm_role(name, arm) for name, arm in cast("Mapping[str, Raw]", document["arms"]).items()}
    return tuple(role for role in CONTROLS if role in roles)


def searching(document: Mapping[str, object], arm: Raw, *, seed: str, blocks: int, controls: bool, window: Raw | None = None) -> str:
    """Return the scenario of one combination as TOML: exploratory, hence observed (C1) at most.

    Its arms are the combination and, where asked for, the scenario's own positive control and sham.
    """
    arms: Raw = {treatment_name(document): arm}
    for name, raw in cast("Mapping[str, Raw]", document["arms"]).items():
        role = arm_role(name, raw)
        if controls and role in CONTROLS and role not in {arm_role(known, cast("Raw", table)) for known, table in arms.items()}:
            arms[name] = raw
    changed = {name: value for name, value in document.items() if name not in {"expect", "factors", "impact"}}
    changed |= {
        "exploratory": True,
        "seed": seed,
        "window": {**cast("Raw", document["window"]), **(window or {})},
        "arms": arms,
        "stop": {"at": "C1", "blocks": blocks, "zero-blocks": blocks},
    }
    return toml_text(changed, header="One combination of a search, written by smets-harness.")


def smallest(document: Mapping[str, object], dropped: Iterable[Candidate]) -> str:
    """Return the scenario that is left of a search as TOML, to look at and to run: exploratory, up to ten blocks."""
    seed = str(document.get("seed", "1"))
    return searching(document, arm_without(document, dropped), seed=seed, blocks=10, controls=True)
