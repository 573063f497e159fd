"""From the files of a bundle back to a plan, insisting that every part follows from the others."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from harness.errors import BundleError, InternalError, ScenarioError
from harness.interfaces.target import MechanismUse
from harness.plan.fields import PLAN_SHAPE
from harness.plan.model import ASSIGNMENT, OVERRIDES, PLAN, SCENARIO, Plan, PlannedArm, PlannedDevice
from harness.plan.order import assignment, laid_out, root_seed
from harness.scenario.model import Outcome, Stimulus, StopRule, Window
from harness.scenario.problem import Issues, path_text
from harness.scenario.shape import part, settle, table
from harness.vocab.alert import alert_code
from harness.vocab.canonical import parse
from harness.vocab.impact import Population, Share
from harness.vocab.roles import ArmRole, Realm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.setting import Value
    from harness.plan.model import Block
    from harness.scenario.shape import Settled
    from harness.vocab.canonical import Json

__all__ = ["plan_from"]

_ATTACHED = re.compile(
    r"data/(identity/(?P<identity>[^/]+)\.json|subject/(?P<subject>[^/]+)\.json|inputs/profiles/(?P<profile>[^/]+)\.toml)"
)
_T = TypeVar("_T")


def plan_from(files: Mapping[str, bytes]) -> Plan:
    """Rebuild a plan from a bundle's files; raises :class:`BundleError` (see :meth:`Plan.from_files`)."""
    for path in (PLAN, ASSIGNMENT):
        if path not in files:
            raise BundleError("E-PLAN-MISSING a bundle without this file holds no plan", where=path)
    value = parse(files[PLAN], where=PLAN)
    settled = _settled(value)
    root = _checked_root(value, settled)
    devices = {name: _device(name, table(table(settled, "devices"), name)) for name in table(settled, "devices")}
    arms = tuple(_arm(number, arm, devices) for number, arm in enumerate(_tables(settled, "arms")))
    stop = table(settled, "stop")
    blocks = _checked_order(files[ASSIGNMENT], root, _must(stop, "blocks", int), [arm.name for arm in arms])
    target, window, outcome = table(settled, "target"), table(settled, "window"), table(settled, "outcome")
    return Plan(
        octets=files[PLAN],
        assignment=files[ASSIGNMENT],
        attachments=_attachments(files, devices),
        scenario=_must(settled, "scenario", str),
        family=_must(settled, "family", str),
        question=_must(settled, "question", str),
        codes=tuple(code for code in _must(settled, "codes", list) if isinstance(code, int)),
        origin=_must(settled, "origin", str),
        not_examined=tuple(map(str, _must(settled, "not-examined", list))),
        exploratory=_must(settled, "exploratory", bool),
        seed=_must(settled, "seed", str),
        root=root,
        target=_must(target, "name", str),
        realm=Realm(_must(target, "realm", str)),
        window=Window(
            start=_must(window, "start", str),
            settle=_must(window, "settle", int),
            observe=_must(window, "observe", int),
            taps=tuple(map(str, _must(window, "taps", list))),
            fidelity=_must(window, "fidelity", str),
            capture=_must(window, "capture", bool),
        ),
        devices=devices,
        arms=arms,
        outcome=Outcome(
            detector=_must(outcome, "detector", str),
            settings=_values(outcome, ("outcome", "settings")),
            tap=_must(outcome, "tap", str),
            role=_must(outcome, "role", str),
            more_than=_must(outcome, "more-than", int),
        ),
        stop=StopRule(at=_must(stop, "at", str), blocks=_must(stop, "blocks", int), zero_blocks=_must(stop, "zero-blocks", int)),
        population=_population(table(settled, "impact")),
        expect=_texts(table(settled, "expect")),
        harness=_texts(table(settled, "harness")),
        policy=_texts(table(settled, "policy")),
        plugins=tuple(_texts(plugin) for plugin in _tables(settled, "plugins")),
        blocks=blocks,
        trials={trial.trial: trial for block in blocks for trial in block.trials},
    )


def _population(settled: Settled) -> Population:
    share = part(settled, "share", list)
    return Population(
        share=Share(low=share[0], mode=share[1], high=share[2]) if share else None,
        basis=_must(settled, "basis", str),
        counting_point=_must(settled, "counting-point", str),
        common_cause=_must(settled, "common-cause", str),
        together=part(settled, "together", int),
        installed=part(settled, "installed", int),
        capacity=part(settled, "capacity", int),
        degradation=_must(settled, "documented-degradation", str),
    )


def _settled(value: Json) -> Settled:
    if not isinstance(value, dict):
        raise BundleError("E-PLAN-SHAPE not an object", where=PLAN)
    issues = Issues()
    settled = settle(PLAN_SHAPE, value, issues)
    for issue in issues.found:
        raise _misshapen(path_text(issue.path), issue.what, issue.expected)
    return settled


def _misshapen(path: str, what: str, expected: str = "") -> BundleError:
    return BundleError(f"E-PLAN-SHAPE at '{path}': {what}", where=PLAN, expected=expected)


def _must(settled: Settled, name: str, kind: type[_T]) -> _T:
    """Return a member that the shape has made sure of."""
    value = part(settled, name, kind)
    if value is None:
        raise InternalError(f"member '{name}' of a plan was not settled")
    return value


def _tables(settled: Settled, name: str) -> list[Settled]:
    return [item for item in _must(settled, name, list) if isinstance(item, dict)]


def _texts(settled: Settled) -> dict[str, str]:
    return {name: str(value) for name, value in settled.items()}


def _values(settled: Settled, path: tuple[str | int, ...]) -> dict[str, Value]:
    """Return settled settings; a list can only be alert codes."""
    found: dict[str, Value] = {}
    for name, value in table(settled, "settings").items():
        if isinstance(value, (int, str)):
            found[name] = value
        elif isinstance(value, list) and all(isinstance(code, str) for code in value):
            try:
                found[name] = tuple(map(alert_code, value))
            except ScenarioError as error:
                raise _misshapen(path_text((*path, name)), error.what, error.expected) from None
        else:
            raise _misshapen(path_text((*path, name)), "not a settled value", "an integer, text, true, false or alert codes")
    return found


def _checked_root(value: Json, settled: Settled) -> bytes:
    root = root_seed(value if isinstance(value, dict) else {}, _must(settled, "seed", str))
    if root.hex() != settled["root"]:
        raise BundleError("E-PLAN-ROOT the root seed does not follow from the plan and its seed", where=PLAN, expected=root.hex())
    return root


def _device(name: str, settled: Settled) -> PlannedDevice:
    path = ("devices", name)
    uses = [
        MechanismUse(name=_must(use, "name", str), settings=_values(use, (*path, "mechanisms", number)))
        for number, use in enumerate(_tables(settled, "mechanisms"))
    ]
    return PlannedDevice(role=_must(settled, "role", str), settings=_values(settled, path), mechanisms=tuple(uses))


def _arm(number: int, settled: Settled, devices: Mapping[str, PlannedDevice]) -> PlannedArm:
    path = ("arms", number)
    filled = _texts(table(settled, "devices"))
    for role, name in filled.items():
        if name not in devices or devices[name].role != role:
            raise _misshapen(path_text((*path, "devices", role)), f"no device '{name}' of this role", ", ".join(devices))
    stimuli = [
        Stimulus(
            name=_must(stimulus, "name", str),
            at=_must(stimulus, "at", int),
            on=_must(stimulus, "on", str),
            do=_must(stimulus, "do", str),
            settings=_values(stimulus, (*path, "stimuli", place)),
            every=part(stimulus, "every", int),
            times=_must(stimulus, "times", int),
            told=_must(stimulus, "told", str),
        )
        for place, stimulus in enumerate(_tables(settled, "stimuli"))
    ]
    role, region = ArmRole(_must(settled, "role", str)), _must(settled, "region", str)
    return PlannedArm(name=_must(settled, "name", str), role=role, region=region, devices=filled, stimuli=tuple(stimuli))


def _checked_order(given: bytes, root: bytes, blocks: int, arms: list[str]) -> tuple[Block, ...]:
    """Draw the order again and hold the assignment to it, line by line."""
    rows = given.splitlines(keepends=True)
    if len(rows) != blocks * len(arms):
        raise BundleError(f"E-PLAN-ORDER {len(rows)} trials", where=ASSIGNMENT, expected=f"{blocks} blocks of {len(arms)} arms")
    drawn = laid_out(root, blocks, len(arms))
    for number, (row, wanted) in enumerate(zip(rows, assignment(drawn, arms).splitlines(keepends=True), strict=True), 1):
        if row != wanted:
            where = f"{ASSIGNMENT}:{number}"
            raise BundleError("E-PLAN-ORDER the trial does not follow from the plan's seed", where=where, expected=wanted.decode().strip())
    return drawn


def _attachments(files: Mapping[str, bytes], devices: Mapping[str, PlannedDevice]) -> dict[str, bytes]:
    """Return the files that belong to the plan, held to what the plan says of the devices."""
    found = {}
    for path in sorted(files):
        match = _ATTACHED.fullmatch(path)
        if path == OVERRIDES:
            _check_overrides(files[path])
        if path in {SCENARIO, OVERRIDES}:
            found[path] = files[path]
        elif match:
            name = match["identity"] or match["subject"] or match["profile"]
            if name not in devices:
                raise BundleError(f"E-PLAN-FILE the plan has no device '{name}'", where=path)
            if not match["profile"]:
                _check_facts(path, name, devices[name], files)
            found[path] = files[path]
    return found


def _check_overrides(octets: bytes) -> None:
    changes = parse(octets, where=OVERRIDES)
    if not isinstance(changes, list) or not all(isinstance(change, str) for change in changes):
        raise BundleError("E-PLAN-FILE not a list of changes", where=OVERRIDES, expected="texts such as 'stop.blocks=12'")


def _check_facts(path: str, name: str, device: PlannedDevice, files: Mapping[str, bytes]) -> None:
    facts = parse(files[path], where=path)
    if not isinstance(facts, dict) or facts.get("pseudonym") != name:
        raise BundleError("E-PLAN-FILE the file is not about the device that its name says", where=path, expected=name)
    if facts.get("role", device.role) != device.role:
        raise BundleError(f"E-PLAN-FILE role '{facts['role']}' is not what the plan says", where=path, expected=device.role)
    if "/identity/" in path and not all(isinstance(facts.get(member), str) for member in ("model", "firmware", "maker")):
        raise BundleError("E-PLAN-FILE an identity lacks its facts", where=path, expected="model, firmware and maker as text")
    profile = facts.get("profile")
    if isinstance(profile, dict) and str(profile.get("path")) in files:
        octets = files[str(profile["path"])]
        if sha256(octets).hexdigest() != profile.get("sha256"):
            raise BundleError("E-PLAN-FILE the profile is not the one that the identity names", where=str(profile["path"]))
