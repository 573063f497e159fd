"""``smets-harness run``: carry out a scenario, judge it, and seal the evidence bundle."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.interrupts import interruptible, undisturbed
from harness.cli.signing_options import add_key_options, chosen_key, chosen_lab_key, chosen_time
from harness.cli.verdict import exit_code
from harness.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.cli.run_signing import RunSigner
    from harness.plan.model import Plan
    from harness.report.story import Story
    from harness.run.sinks import Sink
    from harness.run.workplace import Workplace

SUMMARY = "carry out a scenario, judge it, and seal the evidence bundle"
DESCRIPTION = """Carry out a scenario, judge it, and seal the evidence bundle.

The plan is sealed before the first trial. After every block the sealed stop rule
is asked. Whatever interrupts the work, complete trials are kept: interrupted by
Ctrl-C the bundle so far is valid (exit code 2), and --resume goes on from there,
also after the process was killed.

With --key and --lab-key the plan is signed before the first trial, and the bundle
once it is sealed; with --tsa the plan is time-stamped as well, which shows that it
came first."""
EXAMPLES = """examples:
  smets-harness run average-voltage-chatter
  smets-harness run scenarios/voltage/average_voltage_chatter.toml --workers 2 --seed 7
  smets-harness run average-voltage-chatter --without-condition
  smets-harness run average-voltage-chatter --frames
  smets-harness run average-voltage-chatter --set stimulus.hover.with.deviation="1.2 V"
  smets-harness run --resume out/average-voltage-chatter-9f31c0
  smets-harness run average-voltage-chatter --key operator.pem --lab-key lab.key"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what to run, where to put it, and how to be told."""
    parser.add_argument("scenario", help="a scenario's file or id; with --resume also an interrupted bundle")
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", dest="overrides", help="change one value of the scenario; repeatable"
    )
    parser.add_argument("--frames", action="store_true", help="carry out every frame of the HAN: --set window.fidelity=frames")
    parser.add_argument("--capture", action="store_true", help="keep a capture of every trial: --set window.capture=true")
    parser.add_argument("--seed", metavar="TEXT", help="another seed: other chance, same question")
    parser.add_argument(
        "--without-condition", action="store_true", help="a null run: the treatment as the condition control is; expects NR"
    )
    parser.add_argument("--target", default="simulator", metavar="NAME", help="what carries out the trials (default: simulator)")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder for bundles (default: out)")
    parser.add_argument("--name", metavar="NAME", help="name of the bundle (default: the scenario's id and the plan's first digits)")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="trials at once (default: one for each processor)"
    )
    parser.add_argument("--events", type=Path, metavar="FILE", help="write progress as NDJSON events, '-' for standard error")
    add_key_options(parser, required=False)
    parser.add_argument("--tsa", metavar="URL", help="have the signed plan time-stamped (RFC 3161) before the first trial")
    parser.add_argument("--until-signed", action="store_true", help="sign the plan and stop before the first trial; --resume goes on")
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--resume", action="store_true", help="go on with an interrupted run of the same plan")
    either.add_argument("--replace", action="store_true", help="start again and replace a bundle of the same name")


def run(args: argparse.Namespace, console: Console) -> int:
    """Run, print the verdict, and return whether it came out as expected."""
    from harness.cli.compose import prepare
    from harness.report.telling import bundle_name

    if args.workers < 1:
        raise UsageError(f"{args.workers} workers", expected="at least 1")
    signer = _signer(args)
    bundle = Path(args.scenario)
    if args.resume and (_is_bundle(bundle) or _work_folder(bundle).is_dir()):
        plan = _interrupted_plan(bundle)
    else:
        plan = prepare(
            args.scenario, target_name=args.target, overrides=_overrides(args), seed=args.seed, condition=not args.without_condition
        )
        bundle = args.out / (args.name or bundle_name(plan))
    return _run(plan, bundle, signer, args, console)


def _overrides(args: argparse.Namespace) -> list[str]:
    """Return what is changed of the scenario, the shorthands spelt out."""
    frames = ["window.fidelity=frames"] if args.frames else []
    return [*args.overrides, *frames, *(["window.capture=true"] if args.capture else [])]


def _signer(args: argparse.Namespace) -> RunSigner | None:
    """Return what signs around the run; ``None`` where no key was named. Raises :class:`UsageError` where half of it is missing."""
    if args.key is None:
        if args.lab_key is not None or args.tsa is not None or args.until_signed or args.time is not None:
            raise UsageError("nobody signs", expected="--key and --lab-key, for --tsa, --time and --until-signed to mean something")
        return None
    from harness.cli.run_signing import RunSigner
    from harness.cli.tsa_client import ask

    lab_key = chosen_lab_key(args)
    if lab_key is None:
        raise UsageError("--key without --lab-key", expected="the lab's salt key, as 'smets-harness key new --salt' makes it")
    return RunSigner(
        key=chosen_key(args), lab_key=lab_key, clock=lambda: chosen_time(args), ask=partial(ask, args.tsa) if args.tsa else None
    )


def _run(plan: Plan, bundle: Path, signer: RunSigner | None, args: argparse.Namespace, console: Console) -> int:
    from harness.cli.compose import payload, require_same_tool, sealed_files
    from harness.evidence.seal import seal
    from harness.run.campaign import carry_out_campaign
    from harness.run.executors import executor
    from harness.run.workplace import Workplace

    place = Workplace(_work_folder(bundle))
    with place.locked():
        _make_way(plan, bundle, place, resume=args.resume, replace=args.replace)
        require_same_tool(plan)
        place.open(sealed_files(plan))
        if not console.as_json:
            console.talk(
                f"plan       {plan.digest[:12]}…  {len(plan.arms)} arms, up to {plan.stop.blocks} random blocks, stop at {plan.stop.at}"
            )
        if not _plan_is_signed(signer, bundle, place, until_signed=args.until_signed):
            console.talk(f"the plan is signed and no trial was begun; to go on: smets-harness run --resume {bundle}")
            return exit_codes.AS_EXPECTED
        with ExitStack() as stack, interruptible():
            sink = _sink(args, console, stack)
            campaign = carry_out_campaign(plan, place=place, executor=executor(args.workers), sink=sink)
        with undisturbed():
            story, files = payload(plan, campaign, place)
            root = seal(bundle, files)
            signed = signer.finish(place.folder, bundle) if signer else ()
            if story.status == "complete":
                place.remove()
    return _tell(story, bundle, root, signed, console)


def _plan_is_signed(signer: RunSigner | None, bundle: Path, place: Workplace, *, until_signed: bool) -> bool:
    """Sign the plan where somebody signs, and note that the trials begin; return whether they may.

    Raises :class:`UsageError` where the run was begun with its plan signed, and nobody is there to go on signing.
    """
    if signer is None:
        if (place.folder / "attestations").is_dir():
            raise UsageError("this run was begun with its plan signed", where=str(bundle), expected="--key and --lab-key, as before")
        return True
    signer.sign_plan(place.folder, place.plan_files())
    if not until_signed:
        signer.start(place.folder)
    return not until_signed


def _tell(story: Story, bundle: Path, root: str, signed: tuple[str, ...], console: Console) -> int:
    from harness.report import text
    from harness.report.document import summary

    code = exit_code(story)
    if console.as_json:
        console.json({**summary(story), "bundle": str(bundle), "payload-root": root, "signed": list(signed), "exit-code": code})
        return code
    here = replace(story, repeat=f"smets-harness replay {bundle}", verify=f"smets-harness verify {bundle}")
    console.data(text.render(here, console.style))
    console.data(f"bundle        {bundle}")
    console.data(f"report        {bundle}/data/results/report.html")
    console.data(f"payload root  {root}")
    if signed:
        console.data(f"signed        {', '.join(signed)}")
    if story.status == "interrupted":
        console.talk(f"interrupted; to go on: smets-harness run --resume {bundle}")
    return code


def _work_folder(bundle: Path) -> Path:
    return bundle.with_name(f"{bundle.name}.work")


def _is_bundle(folder: Path) -> bool:
    return (folder / "bagit.txt").is_file()


def _interrupted_plan(bundle: Path) -> Plan:
    """Return the plan of an interrupted run from its work folder, or from the bundle that was sealed when it stopped."""
    from harness.cli.compose import plan_of
    from harness.evidence.bundle import Bundle
    from harness.run.workplace import Workplace

    place = Workplace(_work_folder(bundle))
    if place.exists:
        files = place.plan_files()
        return plan_of(files, files.__getitem__)
    sealed = Bundle.open(bundle)
    return plan_of(sealed.files, sealed.read)


def _make_way(plan: Plan, bundle: Path, place: Workplace, *, resume: bool, replace: bool) -> None:
    """Decide what happens to what an earlier run left; raises :class:`UsageError` where that is for the user to say."""
    if replace:
        place.clear()
        shutil.rmtree(place.folder / "attestations", ignore_errors=True)
        return
    if resume:
        _take_up(plan, bundle, place)
        return
    if _is_bundle(bundle):
        raise UsageError(
            "there is a bundle already",
            where=str(bundle),
            expected="--replace, --resume or another --name; 'smets-harness replay' repeats it",
        )
    if place.exists:
        raise UsageError(
            "an interrupted run of this name is here", where=str(place.folder), expected="--resume to go on, or --replace to start again"
        )


def _take_up(plan: Plan, bundle: Path, place: Workplace) -> None:
    """Make sure that the work folder is this plan's, and refill it from the bundle where only that is left."""
    from harness.cli.compose import plan_of
    from harness.cli.run_signing import take_up_signed_plan
    from harness.evidence.bundle import Bundle
    from harness.run.forms import CAPTURES, PCAPNG, TRIALS, captures_in

    if place.exists:
        files = place.plan_files()
        earlier = plan_of(files, files.__getitem__)
    elif _is_bundle(bundle):
        sealed = Bundle.open(bundle)
        earlier = plan_of(sealed.files, sealed.read)
    else:
        raise UsageError("nothing was interrupted here", where=str(bundle), expected="an earlier run of the same plan")
    if earlier.digest != plan.digest:
        raise UsageError(f"what was interrupted is plan {earlier.digest[:12]}", where=str(bundle), expected=f"plan {plan.digest[:12]}")
    if not place.exists:
        take_up_signed_plan(place.folder, bundle)
        captures = captures_in(sealed.files)
        for path in sealed.files:
            if path.startswith(TRIALS):
                trial = path.removeprefix(TRIALS).removesuffix(".jsonl")
                if trial in captures:
                    with place.capture(trial) as stream:
                        stream.writelines(sealed.pieces(f"{CAPTURES}{trial}{PCAPNG}"))
                with place.journal(trial) as stream:
                    stream.write(sealed.read(path))


def _sink(args: argparse.Namespace, console: Console, stack: ExitStack) -> Sink:
    from harness.run.sinks import Events, Lines, Progress, Sinks

    sinks: list[Sink] = []
    if args.events is not None:
        stream = console.err if str(args.events) == "-" else stack.enter_context(args.events.open("w", encoding="utf-8"))
        sinks.append(Events(stream))
    if str(args.events) != "-" and not console.as_json:
        sinks.append(Progress(console.err) if console.live else Lines(console.err))
    return Sinks(sinks)
