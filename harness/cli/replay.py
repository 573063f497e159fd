"""``smets-harness replay``: carry out a bundle's plan again and compare every byte."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.evidence.problem import Problem

SUMMARY = "carry out a bundle's plan again and compare every byte"
DESCRIPTION = """Carry out a bundle's plan again, from the plan and inputs that are sealed in it, and
compare everything under data/ byte for byte. Needs the harness that laid out the
plan; the plan names its digest.

Exit code 0 where all is the same, 1 where something differs (each file is named
with the first byte), 6 where it cannot be told, such as with another harness."""
EXAMPLES = """examples:
  smets-harness replay out/average-voltage-chatter-9f31c0
  smets-harness replay out/average-voltage-chatter-9f31c0 --workers 4
  smets-harness replay out/average-voltage-chatter-9f31c0 --seed another"""

_SHOWN = 12


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, and with which chance."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("--seed", metavar="TEXT", help="carry out the same question with other chance")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="trials at once (default: one for each processor)"
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Replay and say whether it came out the same."""
    from harness.cli.compose import rerun
    from harness.evidence.problem import Outcome
    from harness.evidence.verify import verify
    from harness.run.sinks import Progress, Sinks

    sink = Sinks([Progress(console.err)] if console.live and not console.as_json else [])
    found = verify(args.bundle, levels=["V2", "V6"], rerun=lambda bundle: rerun(bundle, args.workers, seed=args.seed, sink=sink))
    code = {
        Outcome.HOLDS: exit_codes.AS_EXPECTED,
        Outcome.CONTRADICTED: exit_codes.DIFFERS,
        Outcome.CANNOT_TELL: exit_codes.INCONCLUSIVE,
    }[found.outcome]
    if console.as_json:
        problems = [{"code": problem.code, "file": problem.file, "sentence": problem.sentence} for problem in found.problems]
        console.json({"bundle": str(args.bundle), "payload-root": found.payload_root, "outcome": str(found.outcome), "problems": problems})
    elif code == exit_codes.AS_EXPECTED:
        console.data(f"{console.style('the same', 'good')}   every byte under data/ came out again\nroot       {found.payload_root}")
    else:
        console.data(console.style("not the same", "bad") if code == exit_codes.DIFFERS else console.style("cannot tell", "bold"))
        _problems(found.problems, console)
    return code


def _problems(problems: tuple[Problem, ...], console: Console) -> None:
    for problem in problems[:_SHOWN]:
        console.data(f"  {problem.code}  {problem.file}  {problem.sentence}")
    if len(problems) > _SHOWN:
        console.data(f"  and {len(problems) - _SHOWN} more; --json lists all")
