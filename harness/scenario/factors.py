"""Factors: values of a scenario that a search may vary, each with its levels, and how a level is put in its place.

A factor is named by the path of what it varies, as ``--set`` would name it:

=============================  ======================================================
path                           levels
=============================  ======================================================
``combination.<role>``         device models, ``none``
``combination.region``         regions
``device.<role>.with.<x>``     values of a setting, of a simulated device
``device.<role>.carries.<x>``  ``present``, ``absent``: a mechanism of a simulated device
``stimulus.<name>``            ``present``, ``absent``
``stimulus.<name>.with.<x>``   values of the setting; likewise ``at``, ``every``, ``times``
``window.<x>``                 values; of the whole scenario, so only a screen varies them
=============================  ======================================================

Everything but the window is varied in one arm, the treatment, so that the controls stay what they are.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, cast

from harness.errors import ScenarioError, nearest
from harness.scenario.arms import arm_role
from harness.scenario.document import read_path
from harness.vocab.identity import ROLES
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.scenario.model import Level
    from harness.scenario.problem import Path

__all__ = ["ABSENT", "CARRIES", "PRESENT", "factor_path", "place_of", "set_in_arm", "stimulus_names", "treatment_name", "with_level"]

PRESENT, ABSENT = "present", "absent"
"""Levels of a factor that is there or left out."""
_ROOTS = ("combination", "device", "stimulus", "window")
CARRIES = "carries"
"""Stands in a path before the name of a mechanism."""

_TIMING = ("at", "every", "times")
Raw = dict[str, object]
"""A table as the file has it, before anything is read."""


def factor_path(text: str, document: Mapping[str, object]) -> Path:
    """Return the path that a factor varies, stimuli by their name.

    Raises :class:`ScenarioError` with the nearest right name where nothing of the kind can be varied.
    """
    path = read_path(text)
    names = stimulus_names(document)
    known = {"combination": ("region", *ROLES), "device": ROLES, "stimulus": names}.get(str(path[0]), ("settle", "observe", "start"))
    if path[0] not in _ROOTS:
        raise ScenarioError(f"'{path[0]}' is nothing to vary", expected=", ".join(_ROOTS), nearest=nearest(str(path[0]), _ROOTS))
    if len(path) < 2:
        raise ScenarioError(f"'{text}' is a table", expected=f"one of its values, such as '{text}.{known[0] if known else 'name'}'")
    name = str(path[1])
    if path[0] == "stimulus" and name not in names and name in map(str, range(len(names))):
        name = names[int(name)]
    if name not in known:
        raise ScenarioError(f"no {path[0]} '{name}'", expected=", ".join(known) or "none is there", nearest=nearest(name, known))
    rest = path[2:]
    if path[0] == "device" and (len(rest) != 2 or rest[0] not in ("with", CARRIES)):
        inside = f"device.{name}.with.<setting> or device.{name}.{CARRIES}.<mechanism>"
        raise ScenarioError(f"'{text}' names nothing inside a device", expected=inside)
    if path[0] in ("combination", "window") and rest:
        raise ScenarioError(f"'{path[0]}.{name}' is a single value", expected="a path that ends there")
    if path[0] == "stimulus" and rest and not (rest[0] == "with" and len(rest) == 2) and not (rest[0] in _TIMING and len(rest) == 1):
        raise ScenarioError(f"no '{rest[0]}' to vary in a stimulus", expected=f"with.<setting>, {', '.join(_TIMING)}, or no more")
    return (path[0], name, *rest)


def stimulus_names(document: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of the stimuli of a document that is not read yet, in order."""
    stimuli = document.get("stimulus")
    each = stimuli if isinstance(stimuli, list) else []
    return tuple(
        str(raw.get("name", f"{raw.get('do', 'stimulus')}-{index}")) if isinstance(raw, dict) else str(index)
        for index, raw in enumerate(each)
    )


def treatment_name(document: Mapping[str, object]) -> str:
    """Return the name of the treatment arm; raises :class:`ScenarioError` where there is none."""
    arms = document.get("arms")
    for name, raw in (arms if isinstance(arms, dict) else {}).items():
        if isinstance(raw, dict) and arm_role(name, raw) is ArmRole.TREATMENT:
            return str(name)
    raise ScenarioError("no treatment arm", expected="[arms.treatment]")


def place_of(path: Path, arm: str) -> Path:
    """Return where in the document a level of this factor stands."""
    if path[0] == "window":
        return path
    if path[0] == "stimulus" and len(path) == 2:
        return ("arms", arm, "without")
    return ("arms", arm, *path[:2], "without") if CARRIES in path else ("arms", arm, *path)


def with_level(document: Mapping[str, object], path: Path, level: Level) -> Raw:
    """Return a copy of the document in which the factor at ``path`` stands at ``level``; window or treatment.

    Raises :class:`ScenarioError` for a level that a stimulus as a whole cannot have.
    """
    changed = deepcopy(dict(document))
    if path[0] == "window":
        _table(changed, "window")[str(path[1])] = level
    else:
        set_in_arm(_table(_table(changed, "arms"), treatment_name(document)), path, level)
    return changed


def set_in_arm(arm: Raw, path: Path, level: Level) -> None:
    """Put a level in its place in one arm; raises :class:`ScenarioError` for one that a stimulus as a whole cannot have."""
    if CARRIES in path:
        _check_presence(level, str(path[-1]))
        _leave_out(_table(_table(arm, "device"), str(path[1])), str(path[-1]), level)
        return
    if path[0] == "stimulus" and len(path) == 2:
        _check_presence(level, str(path[1]))
        if level == ABSENT and isinstance(changes := arm.get("stimulus"), dict):
            changes.pop(path[1], None)
        _leave_out(arm, str(path[1]), level)
        return
    if path[0] == "stimulus" and path[1] in _left_out(arm):
        return
    here = arm
    for step in path[:-1]:
        here = _table(here, str(step))
    here[str(path[-1])] = level


def _check_presence(level: Level, name: str) -> None:
    if level not in (PRESENT, ABSENT):
        raise ScenarioError(
            f"'{level}' is no level of '{name}' as a whole",
            expected=f"'{PRESENT}' or '{ABSENT}'",
            nearest=nearest(str(level), (PRESENT, ABSENT)),
        )


def _leave_out(raw: Raw, name: str, level: Level) -> None:
    """Put a name into a table's list of what is left out, or take it out."""
    left_out = [other for other in _left_out(raw) if other != name] + [name] * (level == ABSENT)
    raw.pop("without", None)
    if left_out:
        raw["without"] = left_out


def _left_out(arm: Raw) -> list[str]:
    found = arm.get("without")
    return [str(name) for name in found] if isinstance(found, list) else []


def _table(raw: Raw, name: str) -> Raw:
    """Return an inner table, made where there is none."""
    inner = raw.setdefault(name, {})
    if not isinstance(inner, dict):
        raise ScenarioError(f"'{name}' is a single value", expected="a table")
    return cast("Raw", inner)
