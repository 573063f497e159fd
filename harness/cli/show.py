"""``smets-harness show``: a bundle at a glance, one of its trials, or what was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import UnavailableError, UsageError, nearest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from harness.cli.console import Console
    from harness.evidence.bundle import Bundle
    from harness.vocab.canonical import Json
    from harness.vocab.journal import Journal, Record

SUMMARY = "show a bundle, one of its trials, or its findings"
DESCRIPTION = """Show a bundle at a glance; with --trial one journal, decoded, in order of time, as it
was recorded, or with --trace (and where there is no journal) as it is judged: without
identities; with --findings what every detector found. Nothing is judged anew.

With --trial and --duis: the device alerts that reached the users, as the DCC User Interface
would carry them: XML, one message a line, without signatures, each labelled where it was simulated.

With --trial and --follow: one message through the taps han, hub, wan, dsp and user: when each saw
it, how long after the one before, and where it was observed last."""
EXAMPLES = """examples:
  smets-harness show out/average-voltage-chatter-9f31c0
  smets-harness show out/average-voltage-chatter-9f31c0 --findings
  smets-harness show out/average-voltage-chatter-9f31c0 --trial t3f09ac51e2 --tap hub
  smets-harness show out/average-voltage-chatter-9f31c0 --trial t3f09ac51e2 --duis > user.xml
  smets-harness show out/average-voltage-chatter-9f31c0 --trial t3f09ac51e2 --follow esme:1002"""


_OF_ONE_TRIAL = {"duis": "DUIS messages are those", "follow": "a message is that", "trace": "a trace is that"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, and which part of it."""
    from harness.vocab.journal import TAPS

    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--trial", metavar="ID", help="show one trial's journal")
    parser.add_argument("--trace", action="store_true", help="with --trial: its trace, in which pseudonyms stand for identities")
    part.add_argument("--findings", action="store_true", help="list what was found, trial by trial")
    view = parser.add_mutually_exclusive_group()
    view.add_argument("--tap", choices=TAPS, help="with --trial: only messages and frames at this counting point")
    view.add_argument(
        "--follow", metavar="WHO:COUNTER", help="with --trial: one message through the taps, by originator (EUI-64 or role) and counter"
    )
    view.add_argument("--duis", action="store_true", help="with --trial: the device alerts at the tap 'user' as DUIS XML")


def run(args: argparse.Namespace, console: Console) -> int:
    """Show it."""
    from harness.evidence.bundle import Bundle

    bundle = Bundle.open(args.bundle)
    for option, what in _OF_ONE_TRIAL.items():
        if getattr(args, option) and not args.trial:
            raise UsageError(f"{what} of one trial", where=f"--{option}", expected="--trial ID")
    if args.duis:
        return _duis(_journal(bundle, args.trial, traced=args.trace), console)
    if args.follow:
        return _follow(bundle, args, console)
    if args.trial:
        return _trial(_journal(bundle, args.trial, traced=args.trace), args.tap, console)
    if args.findings:
        return _findings(bundle, console)
    return _glance(bundle, args.bundle, console)


def _glance(bundle: Bundle, folder: Path, console: Console) -> int:
    from harness.cli.compose import plan_of
    from harness.run.forms import captures_in, judged_form, trials_in
    from harness.vocab.canonical import parse

    certainty = parse(bundle.read("data/results/certainty.json"))
    plan = parse(bundle.read("data/plan/plan.json"))
    if not isinstance(certainty, dict) or not isinstance(plan, dict):
        raise UnavailableError("plan and verdict are no objects", where=str(folder))
    if console.as_json:
        console.json({"bundle": str(folder), "payload-root": bundle.payload_root, "plan": plan, "certainty": certainty})
        return exit_codes.AS_EXPECTED
    console.data(bundle.read("data/results/report.txt").decode())
    for pseudonym, name in plan_of(bundle.files, bundle.read).names.items():
        console.data(f"{pseudonym:<10} {name}")
    trials = len(trials_in(bundle.files, judged_form(bundle.files)))
    captures = len(captures_in(bundle.files))
    recorded = f", {captures} captures" if captures else ""
    console.data(f"bundle     {folder}  {len(bundle.files)} files, {trials} trials{recorded}")
    console.data(f"root       {bundle.payload_root}")
    return exit_codes.AS_EXPECTED


def _findings(bundle: Bundle, console: Console) -> int:
    from harness.vocab.canonical import parse_line

    found = [parse_line(line) for line in bundle.read("data/results/findings.jsonl").splitlines(keepends=True)]
    if console.as_json:
        console.json(found)
        return exit_codes.AS_EXPECTED if found else exit_codes.NOTHING
    for finding in found:
        console.data(f"{finding['trial']}  {finding['detector']:<22} {finding['says']}")
    if not found:
        console.talk("nothing was found in any trial")
    return exit_codes.AS_EXPECTED if found else exit_codes.NOTHING


def _journal(bundle: Bundle, trial: str, *, traced: bool) -> Journal:
    """Read a trial in the form that is wanted: its trace, or its journal where that is there."""
    from harness.run.forms import TRACES, TRIALS, trials_in
    from harness.vocab.journal import Journal

    forms = (TRACES,) if traced else (TRIALS, TRACES)
    path = next((path for form in forms if (path := f"{form}{trial}.jsonl") in bundle.files), "")
    if not path:
        known = sorted({known for form in forms for known in trials_in(bundle.files, form)})
        what = "trace of trial" if traced else "trial"
        raise UnavailableError(f"no {what} '{trial}' in this bundle", where=str(bundle.directory), nearest=nearest(trial, known))
    return Journal(bundle.read(path), where=path)


def _duis(journal: Journal, console: Console) -> int:
    from harness.wire.duis.user_tap import user_tap
    from harness.wire.duis.writing import write_device_alert

    alerts, left_out = user_tap(journal)
    lines = [write_device_alert(alert).decode() for alert in alerts]
    if console.as_json:
        console.json(lines)
    else:
        for line in lines:
            console.data(line)
    if left_out:
        console.talk(f"{len(left_out)} messages at the tap 'user' are carried by no DeviceAlert; the first is on line {left_out[0]}")
    return exit_codes.AS_EXPECTED if lines else exit_codes.NOTHING


def _follow(bundle: Bundle, args: argparse.Namespace, console: Console) -> int:
    from harness.cli.compose import plan_of
    from harness.cli.passage_text import passage, passage_json, passage_lines

    found = passage(_journal(bundle, args.trial, traced=args.trace), args.follow, plan_of(bundle.files, bundle.read).window.taps)
    if console.as_json:
        console.json(passage_json(found))
    else:
        for line in passage_lines(found):
            console.data(line)
    return exit_codes.AS_EXPECTED


def _trial(journal: Journal, tap: str | None, console: Console) -> int:
    records = [(line, record) for line, record in enumerate(journal, 1) if tap is None or record.get("tap") == tap]
    if console.as_json:
        console.json([{"line": line, **record} for line, record in records])
    else:
        for row in _rows(journal, records):
            console.data(row)
    return exit_codes.AS_EXPECTED


def _rows(journal: Journal, records: list[tuple[int, Record]]) -> Iterator[str]:
    from harness.vocab.alert import code_text
    from harness.vocab.time import duration_text
    from harness.wire.gbcs.catalogue import alert_name
    from harness.wire.reading import read_trial

    alerts = {sighting.line: sighting.alert for sighting in read_trial(journal).sightings}
    for line, record in records:
        at = record["at"]
        when = duration_text(at) if isinstance(at, int) else ""
        if line in alerts:
            alert = alerts[line]
            what = f"{record['tap']:<5} {code_text(alert.code)} counter {alert.counter}  {alert_name(alert.code)}"
        else:
            what = "  ".join(f"{name}={_short(value)}" for name, value in record.items() if name not in {"at", "kind"})
        yield f"{line:>6}  {when:>18}  {record['kind']!s:<13} {what}"


def _short(value: Json) -> str:
    text = str(value)
    return text if len(text) <= 48 else f"{text[:45]}…"
