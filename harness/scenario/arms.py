"""The arms of a scenario: what each one fills in otherwise, and whether together they answer the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import ScenarioError, nearest
from harness.scenario.devices import changed_devices
from harness.scenario.model import Arm, Combination
from harness.scenario.problem import ScenarioProblemsError
from harness.scenario.shape import part, table
from harness.vocab.identity import NO_DEVICE, ROLES, DeviceModel
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.interfaces.target import Target
    from harness.scenario.model import DeviceProfile
    from harness.scenario.problem import Issues, Path, Problem
    from harness.scenario.profiles import Shelf
    from harness.scenario.shape import Settled
    from harness.scenario.stimuli import Stimuli

_HUB = "model@firmware: without a hub nothing leaves the house"

__all__ = ["Cast", "arm_role", "check_design", "filled_roles", "read_arms"]


class Cast:
    """The device profiles that a scenario has used so far, with the problems of their files."""

    def __init__(self, shelf: Shelf, target: Target) -> None:
        self._shelf = shelf
        self.target = target
        self.profiles: dict[DeviceModel, DeviceProfile] = {}
        self.problems: dict[str, Problem] = {}

    def call(self, settled: Settled, path: Path, issues: Issues) -> dict[str, DeviceModel | None]:
        """Return the roles that a combination table fills or empties; those with problems are absent."""
        found: dict[str, DeviceModel | None] = {}
        for role in ROLES:
            model = settled.get(role)
            if model == NO_DEVICE:
                found[role] = None
            elif isinstance(model, DeviceModel):
                try:
                    self.profiles[model] = self._shelf.find(model, role)
                    found[role] = model
                except ScenarioProblemsError as error:
                    self.problems.update((str(problem), problem) for problem in error.problems)
                except ScenarioError as error:
                    issues.take((*path, role), error)
        return found


def filled_roles(settled: Settled, issues: Issues) -> tuple[str, ...]:
    """Return the roles in which the scenario's own combination has a device.

    The hub counts as one, for it must be there; so does every role where the combination has issues of its own.
    """
    if issues.about(("combination",)):
        return ROLES
    combination = table(settled, "combination")
    return tuple(role for role in ROLES if role == "hub" or isinstance(combination.get(role), DeviceModel))


def read_arms(settled: Settled, stimuli: Stimuli, cast: Cast, issues: Issues) -> dict[str, Arm | None]:
    """Return the arms by name, in order of the file; ``None`` stands for one that has problems of its own."""
    combination = table(settled, "combination")
    base = cast.call(combination, ("combination",), issues)
    if "hub" in base and base["hub"] is None:
        issues.say(("combination",), "'hub' is missing", expected=_HUB, on="key")
    region = part(combination, "region", str)
    arms = table(settled, "arms")
    return {name: _read_arm(name, raw, base, region, stimuli=stimuli, cast=cast, issues=issues) for name, raw in arms.items()}


def _read_arm(
    name: str, raw: object, base: Mapping[str, DeviceModel | None], region: str | None, *, stimuli: Stimuli, cast: Cast, issues: Issues
) -> Arm | None:
    if not isinstance(raw, dict):
        return None
    path = ("arms", name)
    role = arm_role(name, raw)
    if role is None and not issues.about((*path, "role")):
        roles = [str(known) for known in ArmRole]
        what = f"'{name}' does not tell the role of this arm"
        issues.say(path, what, expected=f"a key 'role', one of {', '.join(roles)}", nearest=nearest(name, roles), on="key")
    changes = table(raw, "combination")
    kept = {filled: model for filled, model in base.items() if filled not in changes}
    devices = kept | cast.call(changes, (*path, "combination"), issues)
    if base.get("hub") and "hub" in devices and devices["hub"] is None:
        issues.say((*path, "combination", "hub"), "an arm without a hub", expected=_HUB)
    inside = (*path, "device")
    if not issues.about(inside) and set(devices) == set(ROLES):
        devices = changed_devices(table(raw, "device"), inside, devices, cast.profiles, target=cast.target, issues=issues)
    own = stimuli.in_arm(raw, path, issues)
    region = part(changes, "region", str) or region
    if role is None or own is None or region is None or set(devices) != set(ROLES) or issues.about(path):
        return None
    done = tuple(stimulus for stimulus in own if devices[stimulus.on])
    return Arm(name=name, role=role, combination=Combination(region=region, devices=devices), stimuli=done)


def arm_role(name: str, arm: Settled) -> ArmRole | None:
    """Return what an arm is for: as it says itself, or the longest role with which its name starts."""
    said = part(arm, "role", str)
    if said:
        return ArmRole(said)
    fitting = [role for role in ArmRole if name == role or name.startswith(f"{role}-")]
    return max(fitting, key=len, default=None)


def check_design(arms: dict[str, Arm | None], roles: Sequence[ArmRole | None], *, exploratory: bool, issues: Issues) -> None:
    """Say what keeps these arms from answering the question (``docs/explanation/certainty.md``)."""
    treatments = [name for name, role in zip(arms, roles, strict=True) if role is ArmRole.TREATMENT]
    if not treatments and None not in roles:
        issues.say((), "no treatment arm; add [arms.treatment]")
    for name in treatments[1:]:
        issues.say(("arms", name), f"a second treatment arm, after '{treatments[0]}'", expected="one treatment, and controls", on="key")
    if not exploratory and None not in roles:
        if not any(role and role.compares for role in roles):
            issues.say((), "no control arm; add one, or say  exploratory = true")
        if ArmRole.POSITIVE_CONTROL not in roles:
            issues.say((), "no positive control: nothing shows that such alerts can be seen; add one, or say  exploratory = true")
        if ArmRole.SHAM not in roles:
            issues.say((), "no sham: nothing shows that the harness makes no such alerts itself; add one, or say  exploratory = true")
    _check_differences([arm for arm in arms.values() if arm], issues)


def _check_differences(arms: Sequence[Arm], issues: Issues) -> None:
    """Hold every arm to being different, and controls to differing in what their role says."""
    treatment = next((arm for arm in arms if arm.role is ArmRole.TREATMENT), None)
    for place, arm in enumerate(arms):
        twin = next((other for other in arms[:place] if _same(arm, other)), None)
        what, expected = "", ""
        if twin:
            what, expected = f"arm '{arm.name}' is identical to arm '{twin.name}'", "another combination or other stimuli"
        elif treatment and arm.role is ArmRole.CONDITION_CONTROL and arm.combination != treatment.combination:
            what, expected = "a condition control with another combination", "the treatment's combination, other stimuli"
        elif treatment and arm.role is ArmRole.DEVICE_CONTROL and arm.stimuli != treatment.stimuli:
            what, expected = "a device control with other stimuli", "the treatment's stimuli, one component swapped"
        elif treatment and arm.role is ArmRole.DEVICE_CONTROL and len(swapped := _swapped(arm, treatment)) != 1:
            what, expected = f"a device control that swaps {' and '.join(swapped)}", "one component swapped"
        if what:
            issues.say(("arms", arm.name), what, expected=expected, on="key")


def _same(arm: Arm, other: Arm) -> bool:
    """Tell whether one arm does what another does already.

    A condition control or a device control may be the treatment without one factor as well: each of the two roles is judged
    on trials of its own.
    """
    if (other.combination, other.stimuli) != (arm.combination, arm.stimuli):
        return False
    return arm.role is other.role or ArmRole.FACTOR_CONTROL not in {arm.role, other.role} or ArmRole.TREATMENT in {arm.role, other.role}


def _swapped(arm: Arm, treatment: Arm) -> list[str]:
    """Return what differs between two combinations: roles, and ``region``."""
    swapped = [role for role in ROLES if arm.combination.devices[role] != treatment.combination.devices[role]]
    return swapped + ["region"] * (arm.combination.region != treatment.combination.region)
