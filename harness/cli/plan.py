"""``smets-harness plan``: the whole experiment laid out, before anything is carried out."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.compose import prepare
from harness.interfaces.registry import DEFAULT_TARGET, detectors, target
from harness.interfaces.setting import Setting
from harness.vocab.alert import code_text
from harness.vocab.identity import ROLES
from harness.vocab.impact import NO_CAUSE
from harness.vocab.time import duration_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from harness.cli.console import Console
    from harness.interfaces.setting import Value
    from harness.interfaces.target import Target
    from harness.plan.model import Plan, PlannedArm
    from harness.vocab.impact import Population

SUMMARY = "lay out the experiment: arms, blocks, random order, every default"
DESCRIPTION = """Lay out the experiment that a scenario asks for, and show all of it: arms, what
each device is set to, stimuli, the random order, the stop rule, every default.

The digest seals it. The same scenario, seed and harness give the same plan on
any machine; another seed gives another order, other chance, another digest."""
EXAMPLES = """examples:
  smets-harness plan average-voltage-chatter
  smets-harness plan average-voltage-chatter --set stop.blocks=12 --seed 'of 7 January'
  smets-harness plan mine.toml --set stimulus.hover.with.mean='240.0 V' --json"""

_SHOWN_BLOCKS = 3
_WIDTH, _INDENT = 110, "    "


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which scenario, and what to change about it."""
    parser.add_argument("scenario", help="a scenario file, or the id of a scenario")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="change one value of the scenario; repeatable")
    parser.add_argument("--seed", metavar="TEXT", help="the seed, in place of the scenario's own")
    parser.add_argument("--target", default=DEFAULT_TARGET, metavar="NAME", help=f"what will carry it out (default: {DEFAULT_TARGET})")


def run(args: argparse.Namespace, console: Console) -> int:
    """Print the plan for a person, or ``plan.json`` as it will be sealed."""
    plan = prepare(args.scenario, target_name=args.target, overrides=args.set, seed=args.seed)
    if console.as_json:
        console.json(plan.document())
        return exit_codes.AS_EXPECTED
    for line in (*_question(plan), *_arms(plan, console), *_devices(plan, target(args.target)), *_order(plan), *_identity(plan)):
        console.data(line)
    return exit_codes.AS_EXPECTED


def _question(plan: Plan) -> Iterator[str]:
    window, outcome, stop = plan.window, plan.outcome, plan.stop
    settings = _settings(outcome.settings, detectors()[outcome.detector].settings)
    yield f"question   {plan.question}"
    yield f"scenario   {plan.scenario}, family {plan.family}, origin {plan.origin}, codes {', '.join(map(code_text, plan.codes))}"
    yield f"plan       {plan.digest}"
    yield f"target     {plan.target} (realm {plan.realm.value}, {plan.realm.words})"
    yield (
        f"window     from {window.start}, settles {duration_text(window.settle)}, observed {duration_text(window.observe)}, "
        f"taps {', '.join(window.taps)}, HAN as {window.fidelity}"
    )
    yield f"counted    superfluous alerts by {outcome.detector}{settings}"
    yield f"           at tap {outcome.tap}, of role {outcome.role}; a trial is positive above {outcome.more_than}"
    yield f"stop       at {stop.at}, after {stop.zero_blocks} blocks without a positive treatment, or after {stop.blocks} blocks"
    yield from _impact(plan.population)
    if plan.exploratory:
        yield "           exploratory: graded no higher than C1"
    if plan.expect:
        yield f"expected   {', '.join(f'{arm} {grade}' for arm, grade in sorted(plan.expect.items()))}"
    if plan.not_examined:
        yield f"left out   {', '.join(plan.not_examined)}"


def _impact(stated: Population) -> Iterator[str]:
    """Say what the scenario states of the field; nothing where it states nothing."""
    ratio = Setting(kind="ratio", doc="")
    if stated.share:
        low, mode, high = (ratio.write(share) for share in (stated.share.low, stated.share.mode, stated.share.high))
        yield f"impact     {low} to {high} of device-days in the condition, likeliest {mode} ({stated.basis})"
        yield f"           asked at tap {stated.counting_point}"
    if stated.common_cause != NO_CAUSE:
        together = "a share that is not stated" if stated.together is None else ratio.write(stated.together)
        yield f"           common cause {stated.common_cause}: {together} of the devices at one moment"
    numbers = {"installed": stated.installed, "alerts a day can be carried": stated.capacity}
    yield from (f"           {number:,} {what}" for what, number in numbers.items() if number is not None)
    if stated.degradation:
        yield f"           degradation declared: {stated.degradation}"


def _arms(plan: Plan, console: Console) -> Iterator[str]:
    yield f"\n{len(plan.arms)} arms"
    for arm in plan.arms:
        yield f"  {console.style(arm.name, 'bold')}" + ("" if arm.name == arm.role.value else f" ({arm.role.value})")
        yield f"    {arm.region}: {', '.join(_filled(plan, arm))}"
        for stimulus in arm.stimuli:
            yield f"    {stimulus.name} on {stimulus.on}: {stimulus.told}"
        if not arm.stimuli:
            yield "    nothing is done"


def _filled(plan: Plan, arm: PlannedArm) -> Iterator[str]:
    for role in ROLES:
        device = arm.devices.get(role)
        yield f"{role} {plan.names.get(device, device) if device else 'none'}"


def _devices(plan: Plan, chosen: Target) -> Iterator[str]:
    yield f"\n{len(plan.devices)} devices"
    known = chosen.mechanisms()
    for name, device in sorted(plan.devices.items(), key=lambda item: (ROLES.index(item[1].role), item[0])):
        yield f"  {name}  {device.role:<5}  {plan.names.get(name, name)}"
        yield from _wrapped(_settings(device.settings, chosen.device_settings(device.role)).removeprefix(": "))
        for use in device.mechanisms:
            yield from _wrapped(f"carries {use.name}{_settings(use.settings, known[use.name].settings)}")


def _wrapped(text: str) -> list[str]:
    return wrap(text, _WIDTH, initial_indent=_INDENT, subsequent_indent=f"{_INDENT}  ", break_on_hyphens=False)


def _settings(settings: Mapping[str, Value], declared: Mapping[str, Setting]) -> str:
    """Write settled settings the way a scenario would, in order of declaration."""
    written = [f"{name} {_plain(declared[name], settings[name])}" for name in declared if name in settings]
    return f": {', '.join(written)}" if written else ""


def _plain(setting: Setting, value: Value) -> str:
    written = setting.write(value)
    return (" ".join(map(str, written)) or "none") if isinstance(written, list) else str(written)


def _order(plan: Plan) -> Iterator[str]:
    yield f"\n{len(plan.blocks)} blocks, each of all arms in random order"
    for block in plan.blocks[:_SHOWN_BLOCKS]:
        yield f"  block {block.index + 1}: {', '.join(plan.arms[trial.arm].name for trial in block.trials)}"
    if len(plan.blocks) > _SHOWN_BLOCKS:
        yield f"  and {len(plan.blocks) - _SHOWN_BLOCKS} more"


def _identity(plan: Plan) -> Iterator[str]:
    yield f"\nseed       {plan.seed}"
    yield f"root       {plan.root.hex()}"
    yield f"harness    {plan.harness['version']}, source {plan.harness['digest']}"
    yield f"policy     {plan.policy['id']}, {plan.policy['digest']}"
    for plugin in plan.plugins:
        yield f"{plugin['kind']:<10} {plugin['name']}, {plugin['source']}, {plugin['digest'][:12]}"
