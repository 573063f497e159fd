"""``smets-harness disclose``: make a bundle for one recipient out of a signed one, with the rest declared withheld."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.signing_options import add_key_options, chosen_key, chosen_lab_key, chosen_time
from harness.errors import UsageError, nearest

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.evidence.disclosing import Disclosure
    from harness.evidence.recipients import Reason
    from harness.evidence.verify import Verification

SUMMARY = "make a bundle for one recipient, with what is withheld declared"
DESCRIPTION = """Make a derivative of a signed bundle for one class of recipients. It is a bag of its
own and verifies against the original's signatures without the original: what is
disclosed keeps its name and bytes, what is withheld is told by a salted commitment
and a reason. The discloser's key signs it.

recipients:
  sec-parties          TLP:AMBER         no identities
  manufacturer:MAKER   TLP:AMBER+STRICT  the identities of its own devices
  dcc                  TLP:AMBER+STRICT  the identities of all devices
  public               TLP:CLEAR         no identities

A notice needs what the sealed policy asks for. Simulated evidence opens no notice; it
can go out as what a model did, with --request-for-captures, and says so.

Everything that would leave is searched for identities, keys and names first. Where
anything is found nothing is written: exit code 1, each finding with its file, offset
and kind. Exit code 5 where the gate is closed, 4 where the order cannot be carried out."""
EXAMPLES = """examples:
  smets-harness disclose out/average-voltage-chatter-9f31c0 --to sec-parties --request-for-captures \\
    --key discloser.pem --lab-key lab.key --out out/for-parties
  smets-harness disclose out/lab-7c1e20 --to "manufacturer:Alder Instruments" --key discloser.pem --lab-key lab.key \\
    --withhold data/results/report.html=R-COMMERCIAL --out out/for-alder"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, for whom, what more or less than usual, and with which keys."""
    from harness.evidence.disclosure_terms import FEWEST

    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("--to", required=True, metavar="RECIPIENT", help="sec-parties, manufacturer:MAKER, dcc or public")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the derivative is to stand")
    parser.add_argument("--request-for-captures", action="store_true", help="ask for captures; says nothing of a device and needs no gate")
    parser.add_argument("--waited", type=int, default=0, metavar="DAYS", help="working days since those concerned were told (default: 0)")
    parser.add_argument("--also", action="append", default=[], metavar="PATH", help="disclose this file as well; repeatable")
    parser.add_argument(
        "--withhold", action="append", default=[], metavar="PATH=REASON", help="withhold this file for this reason; repeatable"
    )
    parser.add_argument(
        "--suppress-below",
        type=int,
        default=FEWEST,
        metavar="N",
        help=f"devices behind every figure of a field capture, at the least (default: {FEWEST})",
    )
    parser.add_argument("--secrets", type=Path, metavar="FILE", help="further values that must not leave, one a line")
    parser.add_argument("--trust", type=Path, metavar="FILE", help="whose signatures of the original count: trust.json")
    add_key_options(parser, required=True)


def run(args: argparse.Namespace, console: Console) -> int:
    """Verify the original, make the derivative, and say what is in it."""
    from harness.evidence.disclosing import disclose
    from harness.evidence.disclosure_choice import Order
    from harness.evidence.disclosure_terms import NOTICE, REQUEST_FOR_CAPTURES
    from harness.evidence.leak_values import listed_values
    from harness.evidence.recipients import recipient

    lab_key = chosen_lab_key(args)
    if lab_key is None:
        raise UsageError("commitments and salts come from the lab's key", expected="--lab-key FILE")
    if args.waited < 0:
        raise UsageError(f"--waited {args.waited}", expected="0 or more working days")
    order = Order(
        recipient=recipient(args.to),
        purpose=REQUEST_FOR_CAPTURES if args.request_for_captures else NOTICE,
        waited=args.waited,
        also=tuple(args.also),
        withhold=dict(map(_withheld, args.withhold)),
        fewest=args.suppress_below,
        secrets=tuple(listed_values(_octets(args.secrets), where=str(args.secrets))) if args.secrets else (),
    )
    refused = _refusal(args, lab_key)
    if refused is not None:
        return _tell_refusal(refused, console)
    made = disclose(args.bundle, args.out, order, key=chosen_key(args), lab_key=lab_key, time=chosen_time(args))
    _tell(made, args.out, console)
    return exit_codes.AS_EXPECTED


def _refusal(args: argparse.Namespace, lab_key: bytes) -> Verification | None:
    """Return what keeps a bundle from being disclosed; that nobody here was told who signed it does not."""
    from harness.cli.compose import derive
    from harness.cli.policy_check import policy_problems
    from harness.evidence.trust_list import NOBODY, read_trust
    from harness.evidence.verify import verify

    trust = read_trust(args.trust) if args.trust else NOBODY
    found = verify(args.bundle, derive=derive, policy=policy_problems, trust=trust, lab_key=lab_key)
    passed_over = {"U-TSA"} if trust.given else {"U-TSA", "U-KEY"}
    return None if {problem.code for problem in found.problems} <= passed_over else found


def _tell_refusal(found: Verification, console: Console) -> int:
    from harness.evidence.problem import Outcome

    if console.as_json:
        told = [{"code": problem.code, "file": problem.file, "sentence": problem.sentence} for problem in found.problems]
        console.json({"derivative": None, "outcome": str(found.outcome), "problems": told})
    else:
        console.data("not disclosed, because it does not verify")
        for problem in found.problems:
            console.data(f"    {problem.code}  {problem.file}  {problem.sentence}")
    return exit_codes.DIFFERS if found.outcome is Outcome.CONTRADICTED else exit_codes.INCONCLUSIVE


def _withheld(text: str) -> tuple[str, Reason]:
    from harness.evidence.recipients import Reason

    path, _, reason = text.partition("=")
    known = [reason.value for reason in Reason]
    if reason not in known:
        raise UsageError(f"no reason '{reason}'", where=f"--withhold {text}", expected=", ".join(known), nearest=nearest(reason, known))
    return path, Reason(reason)


def _octets(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"could not be read: {error.strerror}", where=str(path), expected="a file of values, one a line") from error


def _tell(made: Disclosure, out: Path, console: Console) -> None:
    terms = made.terms
    if console.as_json:
        console.json(
            {
                "derivative": str(out),
                "payload-root": made.payload_root,
                "terms": terms.value(),
                "disclosed": list(made.disclosed),
                "withheld": {path: reason.value for path, reason in made.withheld.items()},
            }
        )
        return
    counts = ", ".join(f"{number} {reason.value}" for reason, number in sorted(terms.withheld.items()))
    console.data(f"derivative    {out}")
    console.data(f"for           {terms.recipient.text}, {terms.tlp}")
    console.data(f"as            {terms.purpose}, about a {terms.about}{', interim' if terms.interim else ''}")
    console.data(f"disclosed     {len(made.disclosed)} files, as they were signed")
    console.data(f"withheld      {len(made.withheld)} files{f': {counts}' if counts else ''}")
    console.data(f"payload root  {made.payload_root}")
