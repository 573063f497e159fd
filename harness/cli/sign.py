"""``smets-harness sign``: put statements and signatures beside a bundle that verifies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.signing_options import add_key_options, chosen_key, chosen_lab_key, chosen_time

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.evidence.problem import Problem
    from harness.evidence.verify import Verification

SUMMARY = "sign a bundle: as its operator, or as a reviewer who recomputed it"
DESCRIPTION = """Sign a bundle, as its operator or as a reviewer.

The operator signs first, with the lab's salt key: salted commitments to every file
and a blinding line are added, and the statements plan, run and selftest. A reviewer
signs the grade, after the results were recomputed from the sealed trials here. The
payload is not touched, and its root stays what it was. Signing again changes
nothing.

What does not verify is not signed: exit code 1 where something is contradicted, 6
where it cannot be told, such as results that another harness gave."""
EXAMPLES = """examples:
  smets-harness sign out/average-voltage-chatter-9f31c0 --key operator.pem --as operator --lab-key lab.key
  smets-harness sign out/average-voltage-chatter-9f31c0 --key reviewer.pem --as reviewer"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, as whom, and with what."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("--as", required=True, dest="role", choices=("operator", "reviewer"), help="what the key is trusted as")
    add_key_options(parser, required=True)


def run(args: argparse.Namespace, console: Console) -> int:
    """Verify, sign, and say what was signed."""
    from harness.evidence.signing import sign

    refused = _refusal(args.bundle)
    if refused is not None:
        return _tell_refusal(refused, console)
    key, lab_key, time = chosen_key(args), chosen_lab_key(args), chosen_time(args)
    made = sign(args.bundle, key, role=args.role, time=time, lab_key=lab_key)
    if console.as_json:
        console.json({"bundle": str(args.bundle), "signed": list(made), "keyid": key.public.keyid, "role": args.role})
    else:
        console.data(f"signed  {', '.join(made) or 'nothing new: this key signed it already'}\nkey     {key.public.keyid}")
    return exit_codes.AS_EXPECTED


def _refusal(bundle: Path) -> Verification | None:
    """Return what keeps a bundle from being signed; that nobody here knows who signed it before does not."""
    from harness.cli.compose import derive
    from harness.cli.policy_check import policy_problems
    from harness.evidence.problem import Outcome
    from harness.evidence.verify import verify

    found = verify(bundle, derive=derive, policy=policy_problems)
    return None if found.outcome is Outcome.HOLDS or {problem.code for problem in found.problems} <= {"U-KEY", "U-TSA"} else found


def _tell_refusal(found: Verification, console: Console) -> int:
    from harness.evidence.problem import Outcome

    problems: tuple[Problem, ...] = found.problems
    if console.as_json:
        told = [{"code": problem.code, "file": problem.file, "sentence": problem.sentence} for problem in problems]
        console.json({"signed": [], "outcome": str(found.outcome), "problems": told})
    else:
        console.data("not signed, because it does not verify")
        for problem in problems:
            console.data(f"    {problem.code}  {problem.file}  {problem.sentence}")
    return exit_codes.DIFFERS if found.outcome is Outcome.CONTRADICTED else exit_codes.INCONCLUSIVE
