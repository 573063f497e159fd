"""``smets-harness verify``: whether a bundle is what was sealed, and follows from what it holds."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.signing_options import chosen_lab_key
from harness.errors import UsageError
from harness.evidence.problem import CODES, Outcome, Problem
from harness.evidence.time_stamp import NO_ROOTS, read_roots
from harness.evidence.trust_list import NOBODY, read_trust
from harness.evidence.verify import DEFAULT_LEVELS, LEVELS, verify

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from harness.cli.console import Console
    from harness.evidence.bundle import Bundle
    from harness.evidence.files import Source
    from harness.evidence.verify import Verification
    from harness.vocab.canonical import Json

SUMMARY = "verify a bundle: structure, authenticity, fixity, time, recomputation, policy"
DESCRIPTION = """Verify a bundle: is it of this format, did trusted keys sign it, is every file as it
was sealed, do the sealed trials give the sealed results, does the sealed plan give
the trials?

Whose signature counts is for the reader to say, in a trust list from elsewhere
(--trust; 'smets-harness key trust' writes one); without it a signed bundle cannot be
told to be authentic.

Every level holds, is contradicted, or cannot be told; every problem has a
stable code, the file, and one sentence. The exit code is 0 where every level
holds, 1 where one is contradicted, 6 where one cannot be told, 4 where there
is no bundle.

levels:
{levels}

codes:
{codes}""".format(
    levels="\n".join(f"  {name}  {level.title:<10} {level.question}" for name, level in LEVELS.items()),
    codes="\n".join(f"  {code:<15} {meaning}" for code, meaning in CODES.items()),
)
EXAMPLES = """examples:
  smets-harness verify out/average-voltage-chatter-9f31c0
  smets-harness verify out/average-voltage-chatter-9f31c0 --trust trust.json --tsa-roots tsa-root.pem
  smets-harness verify out/average-voltage-chatter-9f31c0 --rerun --workers 2
  smets-harness verify out/average-voltage-chatter-9f31c0 --level V2 --json"""

_EXIT_CODES = {
    Outcome.HOLDS: exit_codes.AS_EXPECTED,
    Outcome.CONTRADICTED: exit_codes.DIFFERS,
    Outcome.CANNOT_TELL: exit_codes.INCONCLUSIVE,
}
_STYLES = {Outcome.HOLDS: "good", Outcome.CONTRADICTED: "bad", Outcome.CANNOT_TELL: "bold"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, which levels, and how thoroughly."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument(
        "--level",
        action="append",
        metavar="LEVEL",
        help=f"a level to verify; repeatable (default: {', '.join(DEFAULT_LEVELS)}, and what else applies)",
    )
    parser.add_argument("--rerun", action="store_true", help="verify level V6 as well: carry out the sealed plan again")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="trials at once in a rerun (default: one for each processor)"
    )
    parser.add_argument("--trust", type=Path, metavar="FILE", help="whose signatures count: trust.json, which never comes with the bundle")
    parser.add_argument("--tsa-roots", type=Path, metavar="PEM", help="roots of time-stamping authorities that are believed")
    parser.add_argument("--lab-key", type=Path, metavar="FILE", help="the lab's salt key: check that the commitments are the payload's")
    parser.add_argument("--thorough", action="store_true", help="check the SHA-512 of every payload file as well as its SHA-256")


def run(args: argparse.Namespace, console: Console) -> int:
    """Verify, and print a line per level and per problem."""
    if args.workers < 1:
        raise UsageError(f"{args.workers} workers", expected="at least 1")
    with ThreadPoolExecutor(args.workers) as threads:
        found = _verified(args, threads)
    if console.as_json:
        console.json(_as_json(args.bundle, found))
    else:
        _print(found, console, said=args.level is None)
    return _EXIT_CODES[found.outcome]


def _verified(args: argparse.Namespace, threads: ThreadPoolExecutor) -> Verification:
    return verify(
        args.bundle,
        levels=args.level,
        also=["V6"] if args.rerun else [],
        derive=_derive,
        rerun=lambda bundle: _rerun(bundle, args.workers),
        policy=_policy,
        trust=read_trust(args.trust) if args.trust else NOBODY,
        roots=read_roots(args.tsa_roots) if args.tsa_roots else NO_ROOTS,
        lab_key=chosen_lab_key(args),
        thorough=args.thorough,
        spread=threads.map,
    )


def _derive(bundle: Bundle) -> Mapping[str, Source]:
    from harness.cli.compose import derive

    return derive(bundle)


def _rerun(bundle: Bundle, workers: int) -> Mapping[str, Source]:
    from harness.cli.compose import rerun

    return rerun(bundle, workers)


def _policy(bundle: Bundle) -> list[Problem]:
    from harness.cli.policy_check import policy_problems

    return policy_problems(bundle)


def _as_json(bundle: Path, found: Verification) -> Json:
    return {
        "bundle": str(bundle),
        "payload-root": found.payload_root or None,
        "attested": found.attested,
        "outcome": str(found.outcome),
        "levels": [
            {
                "level": result.level,
                "title": result.title,
                "question": result.question,
                "outcome": str(result.outcome),
                "notes": list(result.notes),
                "problems": [{"code": problem.code, "file": problem.file, "sentence": problem.sentence} for problem in result.problems],
            }
            for result in found.levels
        ],
    }


def _print(found: Verification, console: Console, *, said: bool) -> None:
    for result in found.levels:
        console.data(f"{result.level}  {result.title:<10} {console.style(result.outcome, _STYLES[result.outcome])}")
        for note in result.notes:
            console.data(f"    {note}")
        for problem in result.problems:
            console.data(f"    {problem.code}  {problem.file}  {problem.sentence}")
    if said and not found.attested:
        console.data("signature     nobody signed this bundle: it is as sealed, and anybody could have sealed it")
    console.data(f"payload root  {found.payload_root or 'cannot be told: manifest-sha256.txt is not as sealed'}")
