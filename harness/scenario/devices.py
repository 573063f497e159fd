"""What an arm changes inside a simulated device: a mechanism left out, a setting of its profile."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from harness.errors import nearest
from harness.scenario import form
from harness.scenario.settings import read_settings
from harness.scenario.shape import Leaf, Many, Named, Open, Table, part, table
from harness.vocab.canonical import canonical
from harness.vocab.identity import ROLES, DeviceModel
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.target import Target
    from harness.scenario.model import DeviceProfile
    from harness.scenario.problem import Issues, Path
    from harness.scenario.shape import Settled

__all__ = ["DEVICE", "changed_devices"]

DEVICE = Named(
    doc="simulated devices, by role, that this arm changes inside",
    names=form.choice(*ROLES),
    of=Table(
        doc="what is changed inside",
        fields={
            "with": Open(doc="settings of its profile, by name"),
            "without": Many(of=Leaf(form=form.NAME, doc="a mechanism"), doc="mechanisms that are left out", distinct=True),
        },
    ),
)


def changed_devices(
    changes: Settled,
    path: Path,
    devices: Mapping[str, DeviceModel | None],
    profiles: dict[DeviceModel, DeviceProfile],
    *,
    target: Target,
    issues: Issues,
) -> dict[str, DeviceModel | None]:
    """Return the devices of an arm with what it changes inside them; a changed device has a profile of its own in ``profiles``.

    A real device cannot be taken apart, so outside simulation every change is an issue.
    """
    found = dict(devices)
    for role in changes:
        here = (*path, role)
        model = devices.get(role)
        if target.realm is not Realm.SIMULATED:
            issues.say(here, "a real device cannot be changed inside", expected="another device model in [combination]", on="key")
        elif model is None:
            filled = [other for other in devices if devices[other]]
            issues.say(here, f"this arm has no '{role}'", expected=", ".join(filled), nearest=nearest(role, filled), on="key")
        else:
            profile = _changed(profiles[model], table(changes, role), here, target, issues)
            profiles[profile.model] = profile
            found[role] = profile.model
    return found


def _changed(profile: DeviceProfile, change: Settled, path: Path, target: Target, issues: Issues) -> DeviceProfile:
    declared = target.device_settings(profile.role)
    settings = read_settings(declared, table(change, "with"), (*path, "with"), issues, partial=True)
    left_out = [str(name) for name in part(change, "without", list) or []]
    carried = [use.name for use in profile.mechanisms]
    for index, name in enumerate(left_out):
        if name not in carried:
            what = f"this device carries no mechanism '{name}'"
            issues.say((*path, "without", index), what, expected=", ".join(carried) or "none is there", nearest=nearest(name, carried))
    if not settings and not left_out:
        return profile
    mark = sha256(canonical({"with": {name: str(value) for name, value in settings.items()}, "without": sorted(left_out)})).hexdigest()[:8]
    return replace(
        profile,
        model=DeviceModel(profile.model.model, f"{profile.model.firmware}+changed-{mark}"),
        settings={**profile.settings, **settings},
        mechanisms=tuple(use for use in profile.mechanisms if use.name not in left_out),
    )
