"""``smets-harness stamp``: have an authority say when a signature existed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import BundleError, UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.evidence.dsse import Envelope

SUMMARY = "time-stamp a signature (RFC 3161): write the query, take the reply, or ask an authority"
DESCRIPTION = """Have a time-stamping authority (RFC 3161) say when a signature existed.

Write the query to a file, carry it to the authority, and take its reply; or ask the
authority at a URL. What is sent is the digest of a signature and nothing else. The
stamp of the plan shows that the plan stood before the first trial, so it is taken
before: BUNDLE can also be the work folder of a run that waits with its plan signed
(run --until-signed). A stamp that would show nothing is not taken."""
EXAMPLES = """examples:
  smets-harness stamp out/average-voltage-chatter-9f31c0 run --query run.tsq
  smets-harness stamp out/average-voltage-chatter-9f31c0 run --reply run.tsr --tsa-roots tsa-root.pem
  smets-harness stamp out/average-voltage-chatter-9f31c0 grade --tsa http://tsa.example/"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which signature, and by which way the authority is asked."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder, or a run's work folder")
    parser.add_argument("statement", help="which signature: plan, run, selftest, grade")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--query", type=Path, metavar="FILE", help="write the query for the authority to FILE")
    way.add_argument("--reply", type=Path, metavar="FILE", help="take the authority's reply from FILE")
    way.add_argument("--tsa", metavar="URL", help="ask the authority at URL, and take its reply")
    parser.add_argument("--tsa-roots", type=Path, metavar="PEM", help="roots of authorities that are believed: the reply must be under one")


def run(args: argparse.Namespace, console: Console) -> int:
    """Write a query, or take a reply."""
    from harness.evidence.time_stamp import stamp_query

    envelope = _envelope(args.bundle, args.statement)
    query = stamp_query(envelope.signature)
    if args.query is not None:
        args.query.write_bytes(query)
        _tell(console, {"statement": args.statement, "query": str(args.query)})
        return exit_codes.AS_EXPECTED
    if args.tsa is not None:
        from harness.cli.tsa_client import ask

        response = ask(args.tsa, query)
    else:
        response = _read(args.reply)
    time = _examined(args, envelope, response)
    _attach(args.bundle, args.statement, envelope, response)
    _tell(console, {"statement": args.statement, "stamped": time})
    return exit_codes.AS_EXPECTED


def _tell(console: Console, told: dict[str, str]) -> None:
    if console.as_json:
        console.json(told)
    else:
        console.data("\n".join(f"{name:<10} {value}" for name, value in told.items()))


def _file(bundle: Path, stem: str) -> Path:
    return bundle / "attestations" / f"{stem}.dsse.json"


def _envelope(bundle: Path, stem: str) -> Envelope:
    from harness.evidence.attestations import kind_of
    from harness.evidence.dsse import read_envelope

    path = _file(bundle, stem)
    if not kind_of(stem) or not path.is_file():
        there = sorted(found.name.removesuffix(".dsse.json") for found in path.parent.glob("*.dsse.json"))
        raise UsageError(f"no statement '{stem}'", where=str(bundle), expected=", ".join(there) or "a bundle that is signed")
    return read_envelope(path.read_bytes(), where=str(path))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"the reply could not be read: {error.strerror}", where=str(path)) from error


def _examined(args: argparse.Namespace, envelope: Envelope, response: bytes) -> str:
    """Return the instant of a reply that is worth taking; raises :class:`UsageError` where it shows nothing."""
    from harness.evidence.attestations import kind_of
    from harness.evidence.time_stamp import read_roots, read_stamp, stamp_time

    try:
        if args.tsa_roots is not None:
            time = read_stamp(response, envelope.signature, read_roots(args.tsa_roots)).time
        else:
            time = stamp_time(response, envelope.signature)
    except BundleError as error:
        raise UsageError(f"the reply cannot be taken: {error.what}", expected=error.expected) from error
    started = _started(args.bundle) if kind_of(args.statement) == "plan" else ""
    if started and time > started:
        raise UsageError(
            f"the reply is of {time}, and the run started at {started}", expected="a stamp of the plan from before the first trial"
        )
    return time


def _started(bundle: Path) -> str:
    """Return when the run says it started; empty where it says nothing."""
    from harness.evidence.statement import read_statement

    if not _file(bundle, "run").is_file():
        return ""
    return read_statement(_envelope(bundle, "run").payload, "run").text("started")


def _attach(bundle: Path, stem: str, envelope: Envelope, response: bytes) -> None:
    from dataclasses import replace

    from harness.evidence.signing import attach_stamp
    from harness.evidence.trust import was_a_bundle

    if was_a_bundle(bundle):
        _require_sound(bundle)
        attach_stamp(bundle, stem, response)
        return
    from harness.cli.run_signing import write_plan_envelope

    write_plan_envelope(bundle, replace(envelope, stamp=response))


def _require_sound(bundle: Path) -> None:
    """Raise :class:`BundleError` where a bundle is not as it was sealed and signed: it is not written anew then."""
    from harness.evidence.verify import verify

    for problem in verify(bundle, levels=["V0", "V1", "V2"]).problems:
        if problem.code.startswith("E-"):
            raise BundleError(f"{problem.code} {problem.sentence}", where=problem.file)
