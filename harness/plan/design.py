"""From a scenario to a plan: every default written out, names put under pseudonyms, the order drawn."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from harness.plan.model import ASSIGNMENT, FORMAT, OVERRIDES, PLAN, SCENARIO
from harness.plan.order import assignment, laid_out, root_seed
from harness.plan.reading import plan_from
from harness.scenario.form import text
from harness.scenario.loading import seed_override
from harness.vocab.alert import code_text
from harness.vocab.canonical import canonical, document
from harness.vocab.seed import subseed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.interfaces.registry import Plugin
    from harness.interfaces.setting import Value
    from harness.interfaces.target import MechanismUse, Target
    from harness.plan.model import Plan
    from harness.scenario.model import Arm, DeviceProfile, Scenario, Stimulus
    from harness.vocab.canonical import Json
    from harness.vocab.identity import DeviceModel
    from harness.vocab.impact import Population

__all__ = ["design", "reseeded"]

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def design(scenario: Scenario, target: Target, *, harness: Mapping[str, str], policy: Mapping[str, str], plugins: Iterable[Plugin]) -> Plan:
    """Lay out the whole experiment: arms, all blocks that it may come to, their order, every default.

    ``harness`` says which harness lays it out (``version`` and source ``digest``), ``policy`` by which
    thresholds grades will be given (``id`` and ``digest``), ``plugins`` what can take part; of these, the
    target, the mechanisms that a device carries and every detector are written into the plan.
    """
    pseudonyms = _pseudonyms(scenario)
    body = _body(scenario, target, pseudonyms)
    body |= {"harness": dict(harness), "policy": dict(policy), "plugins": _plugins(scenario, target, plugins)}
    arms = [arm.name for arm in scenario.arms]
    files = _sealed(body, scenario.seed, blocks=scenario.stop.blocks, arms=arms)
    return plan_from(files | _inputs(scenario) | _device_files(scenario, target, pseudonyms))


def reseeded(plan: Plan, seed: str) -> Plan:
    """Return the same experiment with another seed text: another order, other chance, another digest.

    The inputs stay as they are sealed, with the seed beside them as one more change of the command line.
    Raises :class:`ScenarioError` where the text cannot be a seed.
    """
    value = plan.document()
    body = dict(value) if isinstance(value, dict) else {}
    files = _sealed(body, str(text().read(seed)), blocks=plan.stop.blocks, arms=[arm.name for arm in plan.arms])
    changes = json.loads(plan.attachments.get(OVERRIDES, b"[]"))
    return plan_from({**plan.attachments, **files, OVERRIDES: document([*changes, seed_override(seed)])})


def _sealed(body: dict[str, Json], seed: str, *, blocks: int, arms: list[str]) -> dict[str, bytes]:
    """Draw the order and write the two files that a plan's digest covers."""
    root = root_seed(body, seed)
    drawn = laid_out(root, blocks, len(arms))
    return {PLAN: document({**body, "seed": seed, "root": root.hex()}), ASSIGNMENT: assignment(drawn, arms)}


def _body(scenario: Scenario, target: Target, pseudonyms: Mapping[DeviceModel, str]) -> dict[str, Json]:
    """Write the scenario in base units and without a name: all that chance depends on, the seed text apart."""
    window, outcome, stop = scenario.window, scenario.outcome, scenario.stop
    return {
        "format": FORMAT,
        "scenario": scenario.id,
        "family": scenario.family,
        "question": scenario.question,
        "codes": [code_text(code) for code in scenario.codes],
        "origin": scenario.origin,
        "not-examined": list(scenario.not_examined),
        "exploratory": scenario.exploratory,
        "target": {"name": target.name, "realm": target.realm.value, "clock": target.clock},
        "window": {
            "start": window.start,
            "settle": window.settle,
            "observe": window.observe,
            "taps": list(window.taps),
            "fidelity": window.fidelity,
            "capture": window.capture,
        },
        "devices": {name: _facts(scenario.profiles[model]) for model, name in pseudonyms.items()},
        "arms": [_arm(arm, pseudonyms) for arm in scenario.arms],
        "outcome": {
            "detector": outcome.detector,
            "settings": _settings(outcome.settings),
            "tap": outcome.tap,
            "role": outcome.role,
            "more-than": outcome.more_than,
        },
        "impact": _population(scenario.population, outcome.tap),
        "stop": {"at": stop.at, "blocks": stop.blocks, "zero-blocks": stop.zero_blocks},
        "expect": dict(scenario.expect),
    }


def _population(population: Population, tap: str) -> dict[str, Json]:
    """Write what is said of the field, null where nothing is; the counting point is the outcome's unless another is named."""
    share = population.share
    return {
        "share": [share.low, share.mode, share.high] if share else None,
        "basis": population.basis,
        "counting-point": population.counting_point or tap,
        "common-cause": population.common_cause,
        "together": population.together,
        "installed": population.installed,
        "capacity": population.capacity,
        "documented-degradation": population.degradation,
    }


def _arm(arm: Arm, pseudonyms: Mapping[DeviceModel, str]) -> Json:
    devices = {role: pseudonyms[model] for role, model in arm.combination.devices.items() if model}
    return {
        "name": arm.name,
        "role": arm.role.value,
        "region": arm.combination.region,
        "devices": devices,
        "stimuli": [_stimulus(stimulus) for stimulus in arm.stimuli],
    }


def _stimulus(stimulus: Stimulus) -> Json:
    return {
        "name": stimulus.name,
        "at": stimulus.at,
        "on": stimulus.on,
        "do": stimulus.do,
        "settings": _settings(stimulus.settings),
        "every": stimulus.every,
        "times": stimulus.times,
        "told": stimulus.told,
    }


def _settings(settings: Mapping[str, Value]) -> dict[str, Json]:
    """Write settled settings; alert codes, the only lists among them, as text."""
    return {name: [code_text(code) for code in value] if isinstance(value, tuple) else value for name, value in settings.items()}


def _facts(profile: DeviceProfile) -> dict[str, Json]:
    uses: list[MechanismUse] = list(profile.mechanisms)
    return {
        "role": profile.role,
        "settings": _settings(profile.settings),
        "mechanisms": [{"name": use.name, "settings": _settings(use.settings)} for use in uses],
    }


def _pseudonyms(scenario: Scenario) -> dict[DeviceModel, str]:
    """Give every device model a pseudonym, such as ``dev-k7qd``.

    It is drawn from what the plan tells of the device anyway, its role, settings and mechanisms, and not
    from its name: a digest of a withheld name would let a reader confirm a guess. The same facts get the
    same pseudonym in every plan; models that differ only in name are told apart by order of appearance.
    """
    found: dict[DeviceModel, str] = {}
    for arm in scenario.arms:
        for model in filter(None, arm.combination.devices.values()):
            facts, attempt = canonical(_facts(scenario.profiles[model])).decode(), 0
            while model not in found:
                drawn = subseed(b"", "pseudonym", facts, attempt)
                name = "dev-" + "".join(_LETTERS[octet & 31] for octet in drawn[:4])
                if name not in found.values():
                    found[model] = name
                attempt += 1
    return found


def _plugins(scenario: Scenario, target: Target, plugins: Iterable[Plugin]) -> list[Json]:
    """Write down every plug-in that can take part; one that no registry found is told as such."""
    used = {("target", target.name), ("detector", scenario.outcome.detector)}
    used |= {("mechanism", use.name) for profile in scenario.profiles.values() for use in profile.mechanisms}
    known: dict[tuple[str, str], Plugin] = {(plugin.kind, plugin.name): plugin for plugin in plugins}
    used |= {key for key in known if key[0] == "detector"}
    written: list[Json] = []
    for kind, name in sorted(used):
        plugin = known.get((kind, name))
        facts = (plugin.package, plugin.source, plugin.digest) if plugin else ("", "not found by the registry", "")
        written.append({"kind": kind, "name": name, **dict(zip(("package", "source", "digest"), facts, strict=True))})
    return written


def _inputs(scenario: Scenario) -> dict[str, bytes]:
    inputs = {SCENARIO: scenario.source.encode()} if scenario.source else {}
    if scenario.overrides:
        inputs[OVERRIDES] = document(list(scenario.overrides))
    return inputs


def _device_files(scenario: Scenario, target: Target, pseudonyms: Mapping[DeviceModel, str]) -> dict[str, bytes]:
    """Write who each pseudonym is, what can be done to it, and the profile that says so."""
    files = {}
    for model, name in pseudonyms.items():
        profile = scenario.profiles[model]
        source = profile.source.encode()
        able = sorted(capability.name for capability in target.capabilities().values() if profile.role in capability.roles)
        files[f"data/inputs/profiles/{name}.toml"] = source
        files[f"data/subject/{name}.json"] = document(
            {"format": "smets-subject/1", "pseudonym": name, "role": profile.role, "realm": target.realm.value, "capabilities": able}
        )
        files[f"data/identity/{name}.json"] = document(
            {
                "format": "smets-identity/1",
                "pseudonym": name,
                "model": model.model,
                "firmware": model.firmware,
                "maker": profile.maker,
                "summary": profile.doc,
                "profile": {"path": f"data/inputs/profiles/{name}.toml", "sha256": sha256(source).hexdigest()},
            }
        )
    return files
