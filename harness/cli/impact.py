"""``smets-harness impact``: what a bundle's rate would come to in a population, worked out in private."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import BundleError, ScenarioError, UnavailableError, UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.evidence.bundle import Bundle
    from harness.plan.model import Plan
    from harness.vocab.impact import Impact, Population, Share

SUMMARY = "work out the load that a bundle's rate would come to, in private"
DESCRIPTION = """Work out the load that a bundle's rate would come to at every counting point:
Load = N x share in the condition x rate x amplification, with P5, P50 and P95.

It reads the plan and the outcomes of a sealed bundle, whole or derived, and
writes nothing: the number installed and the capacity stay on this machine. What
is given here takes the place of what the scenario stated. A rate from a rig is
no field rate, and that of a simulated run concerns the model alone.

Exit code 5 where nothing was observed, or where a load is asked of a field log."""
EXAMPLES = """examples:
  smets-harness impact out/average-voltage-chatter-9f31c0
  smets-harness impact out/average-voltage-chatter-9f31c0 --share 0.5%,2%,8%
  smets-harness impact out/average-voltage-chatter-9f31c0 --installed 400000 --capacity 60000000 --counting-point wan"""

_OUTCOMES = "data/results/outcomes.jsonl"
_GIVEN = "given on the command line, not sealed before the first trial"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, and what its reader knows of the field."""
    from harness.vocab.journal import TAPS

    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument(
        "--share", metavar="L,M,H", help="share of device-days in the condition: low, likeliest, high, such as 0.5%%,2%%,8%%"
    )
    parser.add_argument("--installed", type=int, metavar="N", help="how many of the combination are installed")
    parser.add_argument("--capacity", type=int, metavar="K", help="alerts a day that the counting point can carry")
    parser.add_argument("--counting-point", choices=TAPS, help="which counting point is asked about (default: the scenario's)")


def run(args: argparse.Namespace, console: Console) -> int:
    """Work it out and say it."""
    from harness.evidence.bundle import Bundle
    from harness.judge.impact_document import impact_document
    from harness.report.impact_text import impact_sentences

    bundle = Bundle.open(args.bundle)
    plan = _plan(bundle)
    found = _impact(bundle, replace(plan, population=_population(plan, args)))
    if console.as_json:
        console.json({"bundle": str(args.bundle), "payload-root": bundle.payload_root, "impact": impact_document(found)})
        return exit_codes.AS_EXPECTED
    for sentence in impact_sentences(found):
        console.data(sentence)
    return exit_codes.AS_EXPECTED


def _plan(bundle: Bundle) -> Plan:
    """Read the plan alone; raises :class:`UsageError` where its bands are those of another policy."""
    from harness.judge.policy import POLICY
    from harness.plan.model import ASSIGNMENT, PLAN, Plan

    plan = Plan.from_files({path: bundle.read(path) for path in (PLAN, ASSIGNMENT)})
    if plan.policy["digest"] != POLICY.digest():
        raise UsageError(f"the plan was sealed under policy {plan.policy['id']} {plan.policy['digest'][:12]}", expected=POLICY.version)
    return plan


def _population(plan: Plan, args: argparse.Namespace) -> Population:
    """Return what is said of the field: what was sealed, with what the command line says in its place."""
    from harness.scenario.population import MOST_A_DAY, MOST_INSTALLED
    from harness.vocab.roles import Realm

    stated = plan.population
    given = (args.share, args.installed, args.capacity)
    if plan.realm is Realm.FIELD and any(one is not None for one in given):
        raise UnavailableError("a field log does not tell how many installations it covers", expected="a bundle of trials")
    point = args.counting_point or stated.counting_point
    if point not in plan.window.taps:
        raise UsageError(f"nobody listened at '{point}'", where="--counting-point", expected=", ".join(plan.window.taps))
    if args.share is not None:
        stated = replace(stated, share=_share(args.share), basis=_GIVEN)
    return replace(
        stated,
        counting_point=point,
        installed=_number("--installed", args.installed, MOST_INSTALLED, stated.installed),
        capacity=_number("--capacity", args.capacity, MOST_A_DAY, stated.capacity),
    )


def _share(text: str) -> Share:
    from harness.interfaces.setting import Setting
    from harness.vocab.impact import Share

    ratio, shares = Setting(kind="ratio", doc=""), []
    for part in text.split(","):
        try:
            value = ratio.read(part)
        except ScenarioError as error:
            raise UsageError(error.what, where="--share", expected=error.expected) from None
        shares.append(value if isinstance(value, int) else 0)
    if len(shares) != 3 or shares != sorted(shares):
        raise UsageError(f"'{text}'", where="--share", expected="three shares that do not fall, such as 0.5%,2%,8%")
    return Share(low=shares[0], mode=shares[1], high=shares[2])


def _number(option: str, given: int | None, most: int, stated: int | None) -> int | None:
    if given is None:
        return stated
    if not 1 <= given <= most:
        raise UsageError(f"{option} {given}", expected=f"a whole number from 1 to {most:,}")
    return given


def _impact(bundle: Bundle, plan: Plan) -> Impact:
    from harness.judge.outcome_reading import read_outcomes
    from harness.report.telling import measured

    outcomes = read_outcomes(bundle.read(_OUTCOMES), where=_OUTCOMES)
    blocks = tuple(block for block in plan.blocks if all(trial.trial in outcomes for trial in block.trials))
    odd = sorted(outcomes.keys() - plan.trials.keys())
    if odd:
        raise BundleError(f"the plan has no trial '{odd[0]}'", where=_OUTCOMES, expected="outcomes of the plan's own trials")
    found = measured(plan, blocks, outcomes)
    if found is None:
        raise UnavailableError("no treatment trial counts, so there is no rate", where=str(bundle.directory))
    return found
