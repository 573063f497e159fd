"""``smets-harness isolate``: put a claimed trigger to the test on fresh trials."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.shrink.record import Claim

SUMMARY = "put a claimed trigger to the test on fresh trials: needed, enough, following its component"
DESCRIPTION = """Put a claimed trigger to the test on fresh trials: needed, enough, following its component.

Writes a scenario with an arm for each claimed condition left out, one with the
claimed conditions alone on a reference baseline, and one with all other
components swapped, beside the controls that are there; then carries it out as
'run' does and seals the bundle. Its seed is its own: no trial of a search is
used again. The file can be read, checked and run by itself. Grade C4 where
every condition is needed and all are enough. Exit codes are those of 'run'."""
EXAMPLES = """examples:
  smets-harness isolate out/average-voltage-chatter-shrink-490452/search.json
  smets-harness isolate average-voltage-chatter --factor stimulus.hover.with.mean --factor combination.esme
  smets-harness isolate search.json --baseline combination.hub=bridgewater-2@1.4 --write-only"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the claim, and how it is carried out."""
    parser.add_argument("claim", help="the search.json of 'shrink'; or a scenario's file or id, with --factor")
    parser.add_argument(
        "--factor", action="append", default=[], metavar="PATH[=VALUE]", help="a claimed condition of the scenario; repeatable"
    )
    parser.add_argument(
        "--baseline", action="append", default=[], metavar="PATH=VALUE", help="how the reference baseline differs besides; repeatable"
    )
    parser.add_argument("--seed", metavar="TEXT", help="the seed of these trials (default: one that follows from the claim)")
    parser.add_argument("--write-only", action="store_true", help="write the scenario and carry nothing out")
    parser.add_argument("--target", default="simulator", metavar="NAME", help="what carries out the trials (default: simulator)")
    parser.add_argument(
        "--out", type=Path, default=Path("out"), metavar="DIR", help="folder for the scenario and the bundle (default: out)"
    )
    parser.add_argument("--name", metavar="NAME", help="name of both (default: the scenario's id, 'isolated' and some digits)")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="trials at once (default: one for each processor)"
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--resume", action="store_true", help="go on with an interrupted campaign")
    either.add_argument("--replace", action="store_true", help="start again and replace a bundle of the same name")


def run(args: argparse.Namespace, console: Console) -> int:
    """Write the scenario, and carry it out unless told otherwise."""
    from hashlib import sha256

    from harness.interfaces.registry import target
    from harness.scenario.loading import load, opened
    from harness.shrink.isolation import fresh_seed, isolating

    claim = _claim(args)
    value = opened(claim.source).value
    source = isolating(claim, value, seed=args.seed if args.seed is not None else fresh_seed(claim), baseline=args.baseline)
    load(source, target=target(args.target))
    name = args.name or f"{value['id']}-isolated-{sha256(source.encode()).hexdigest()[:6]}"
    path = args.out / f"{name}.toml"
    _write(path, source.encode())
    if args.write_only:
        console.json({"scenario": str(path), "seed": _seed(source)}) if console.as_json else console.data(str(path))
        return exit_codes.AS_EXPECTED
    console.talk(f"scenario   {path}")
    return _carry_out(path, name, args, console)


def _claim(args: argparse.Namespace) -> Claim:
    """Return what is claimed, from a search's record or from the command line."""
    from harness.interfaces.registry import target
    from harness.scenario.loading import load, opened
    from harness.scenario.writing import toml_text
    from harness.shrink.isolation import claim_without_search
    from harness.shrink.record import claim_of

    if args.claim.endswith(".json"):
        if args.factor:
            raise UsageError("--factor beside a record", where=args.claim, expected="either: a record names what it claims")
        try:
            return claim_of(Path(args.claim).read_bytes(), args.claim)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot be read: {reason}", where=args.claim, expected="a search.json") from None
    if not args.factor:
        raise UsageError("nothing is claimed", where=args.claim, expected="--factor PATH, or the search.json of 'shrink'")
    load(args.claim, target=target(args.target))
    value = opened(args.claim).value
    return claim_without_search(value, toml_text(value), args.factor)


def _seed(source: str) -> str:
    from harness.scenario.loading import opened

    return str(opened(source).value["seed"])


def _write(path: Path, octets: bytes) -> None:
    """Write the scenario; a file of the same name that says something else stays. Raises :class:`UsageError` then."""
    from harness.cli.searching import write_out

    if path.is_file() and path.read_bytes() != octets:
        raise UsageError("another scenario is here", where=str(path), expected="another --name")
    write_out(path.parent, {path.name: octets})


def _carry_out(path: Path, name: str, args: argparse.Namespace, console: Console) -> int:
    """Do what ``run`` does with the scenario."""
    from harness.cli import run as running
    from harness.cli.dispatch import command_parser

    line = [str(path), "--target", args.target, "--out", str(args.out), "--name", name, "--workers", str(args.workers)]
    line += ["--resume"] * args.resume + ["--replace"] * args.replace
    return running.run(command_parser("run").parse_args(line), console)
