"""``smets-harness import``: a log of alerts that was kept in the field becomes evidence of realm F."""  # noqa: N999 - the command's name

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.interrupts import interruptible, undisturbed
from harness.errors import ScenarioError, UsageError, nearest
from harness.scenario.fields import NO_REGION, REGIONS
from harness.vocab.alert import alert_code
from harness.vocab.time import DAY, MINUTE, SECOND, duration_text, parse_duration

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import BinaryIO

    from harness.cli.console import Console
    from harness.fieldlog.target import Reading
    from harness.interfaces.setting import Setting
    from harness.plan.model import Plan
    from harness.report.story import Story
    from harness.run.sinks import Sink
    from harness.scenario.model import Outcome
    from harness.vocab.canonical import Json

SUMMARY = "turn a log of alerts that was kept in the field into evidence"
DESCRIPTION = """Turn a log of alerts that a supplier, a network operator or a lab has kept into an
evidence bundle of realm F (field).

A log is lines of text, each with a time and a GBCS message in hex or base64:
  2030-01-07T00:00:12.345Z DF0903...
Fields are parted by spaces, tabs, commas or semicolons; more fields may follow. A
first line that names its columns, such as id;received;message, tells which to
read. Or it is DUIS XML as a service user's adapter keeps it. Times bear a zone.

The log is cut into windows, each of which is a trial. What cannot be read, what is
far out of order, and silence longer than --gap is told in the journals, line by
line. EUI-64s, keys' names, signatures and MACs are replaced by pseudonyms under the
secret key in --key, which is made where it is not there, and stays with you.

Nothing was controlled in the field: there are no arms, no positive control and no
sham, so C1-F is the most that can come of it. Exit code 5 where the log holds no alert."""
EXAMPLES = """examples:
  smets-harness import alerts.log --key lab.key
  smets-harness import january.csv february.csv --key lab.key --tap dsp --window 7d
  zcat alerts.log.gz | smets-harness import - --key lab.key --detector burst --set count=50
  smets-harness import duis.xml --key lab.key --code 0x8F3E --region north --json"""

_SHORTEST = MINUTE
_LONGEST = 100 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What was made of the log."""

    alerts: int
    left_out: int
    first: tuple[str, ...]
    """The first of what was left out, and why."""
    unused: tuple[str, ...]
    """Columns that were not read."""

    def document(self) -> Json:
        """Return it for programs."""
        return {
            "alerts": self.alerts,
            "left-out": self.left_out,
            "first-left-out": list(self.first),
            "columns-not-read": list(self.unused),
        }

    def told(self) -> Iterator[tuple[str, str]]:
        """Yield it for people, each line with what it is about."""
        yield "log", f"{self.alerts:,} alerts taken over; {self.left_out:,} entries left out, each named in the journal of its window"
        for told in self.first:
            yield "left out", told
        if self.left_out > len(self.first):
            yield "", f"and {self.left_out - len(self.first):,} more"
        if self.unused:
            yield "not read", f"columns {', '.join(self.unused)}"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which log, how to read it, what to ask of it, and where to put the bundle."""
    from harness.vocab.journal import TAPS

    parser.add_argument(
        "logs", nargs="+", metavar="LOG", help="a file of the log, in the order in which they were kept; - for standard input"
    )
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="the secret key of the pseudonyms; made where it is not there"
    )
    parser.add_argument("--tap", choices=TAPS, default="user", help="where the log was kept (default: user)")
    parser.add_argument("--region", choices=(*REGIONS, NO_REGION), default=NO_REGION, help=f"where the devices are (default: {NO_REGION})")
    parser.add_argument("--window", default="24h", metavar="TIME", help="how long a window is (default: 24h)")
    parser.add_argument("--gap", default="24h", metavar="TIME", help="silence longer than this is told of (default: 24h)")
    parser.add_argument("--tolerance", default="1m", metavar="TIME", help="by how much a line may be out of order (default: 1m)")
    parser.add_argument(
        "--detector", default="transport-duplicate", metavar="NAME", help="whose findings are counted (default: transport-duplicate)"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings", help="a setting of it; repeatable")
    parser.add_argument("--more-than", type=int, default=0, metavar="N", help="a window is positive above this count (default: 0)")
    parser.add_argument("--code", action="append", default=[], metavar="CODE", dest="codes", help="count only this code; repeatable")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder for bundles (default: out)")
    parser.add_argument("--name", metavar="NAME", help="name of the bundle (default: field-log and the plan's first digits)")
    parser.add_argument("--replace", action="store_true", help="replace a bundle of the same name")


def run(args: argparse.Namespace, console: Console) -> int:
    """Import, judge and seal; return what the table of exit codes says."""
    from harness.cli.compose import laid_out
    from harness.fieldlog.key import secret_key
    from harness.fieldlog.log import Log
    from harness.fieldlog.pseudonyms import Pseudonyms
    from harness.fieldlog.question import question
    from harness.fieldlog.survey import Cutting, survey
    from harness.fieldlog.target import FieldLog, Reading
    from harness.interfaces.registry import target
    from harness.report.telling import bundle_name

    cutting = Cutting(span=_span(args.window), gap=_duration("--gap", args.gap), tolerance=_duration("--tolerance", args.tolerance))
    outcome, codes = _outcome(args), tuple(map(alert_code, args.codes))
    with ExitStack() as stack:
        log = Log([_opened(name, stack) for name in args.logs])
        extents = survey(log, cutting)
        key = secret_key(args.key)
        asked = question(extents, cutting, outcome, codes=codes, region=args.region, fingerprint=log.fingerprint(key))
        plan = laid_out(asked, target(FieldLog.name))
        bundle = args.out / (args.name or bundle_name(plan))
        reading = Reading(cutting.windows(log), extents, Pseudonyms(key))
        story, root = _sealed(plan, bundle, reading, args, console)
        alerts = sum(trial.outcome.alerts for trial in story.trials)
        taken = _Taken(alerts=alerts, left_out=reading.missing, first=tuple(reading.first), unused=log.unused)
    return _tell(story, bundle, root, taken, console)


def _sealed(plan: Plan, bundle: Path, reading: Reading, args: argparse.Namespace, console: Console) -> tuple[Story, str]:
    """Write the journals window by window, judge each, and seal all of it."""
    from harness.cli.compose import payload, sealed_files
    from harness.evidence.seal import seal
    from harness.evidence.trust import was_a_bundle
    from harness.fieldlog.target import FieldLog
    from harness.run.campaign import carry_out_campaign
    from harness.run.executors import Inline
    from harness.run.workplace import Workplace

    if was_a_bundle(bundle) and not args.replace:
        raise UsageError("there is a bundle already", where=str(bundle), expected="--replace, or another --name")
    if bundle.resolve() in args.key.resolve().parents:
        raise UsageError("the key lies in the bundle", where=str(args.key), expected="a place of its own, which nobody is given")
    place = Workplace(bundle.with_name(f"{bundle.name}.work"))
    with place.locked():
        try:
            place.clear()
            place.open(sealed_files(plan))
            with interruptible():
                campaign = carry_out_campaign(plan, place=place, executor=Inline(FieldLog(reading)), sink=_sink(console))
            with undisturbed():
                story, files = payload(plan, campaign, place)
                return story, seal(bundle, files)
        finally:
            place.remove()


def _tell(story: Story, bundle: Path, root: str, taken: _Taken, console: Console) -> int:
    from harness.cli.verdict import exit_code
    from harness.report import text
    from harness.report.document import summary

    code = exit_code(story)
    if console.as_json:
        console.json({**summary(story), "bundle": str(bundle), "payload-root": root, "exit-code": code, "log": taken.document()})
        return code
    here = replace(story, repeat=f"smets-harness judge {bundle}", verify=f"smets-harness verify {bundle}")
    console.data(text.render(here, console.style))
    for name, told in taken.told():
        console.data(f"{name:<14}{told}")
    console.data(f"bundle        {bundle}")
    console.data(f"report        {bundle}/data/results/report.html")
    console.data(f"payload root  {root}")
    return code


def _sink(console: Console) -> Sink:
    from harness.run.sinks import Lines, Progress, Sinks

    return Sinks(() if console.as_json else (Progress(console.err) if console.live else Lines(console.err),))


def _opened(name: str, stack: ExitStack) -> BinaryIO:
    """Open one file of the log so that it can be gone through twice; what cannot be rewound is put aside first."""
    try:
        stream = sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))  # noqa: SIM115
    except OSError as error:
        raise UsageError(f"could not be read: {error.strerror}", where=name, expected="a file of the log, or -") from error
    if name != "-" and stream.seekable():
        return stream
    aside = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    shutil.copyfileobj(stream, aside)
    return aside


def _outcome(args: argparse.Namespace) -> Outcome:
    from harness.interfaces.registry import detectors
    from harness.interfaces.setting import settle
    from harness.scenario.model import Outcome

    known = detectors()
    if args.detector not in known:
        raise UsageError(f"no detector '{args.detector}'", expected=", ".join(sorted(known)), nearest=nearest(args.detector, known))
    if args.more_than < 0:
        raise UsageError(f"--more-than {args.more_than}", expected="at least 0")
    declared = dict(known[args.detector].settings)
    given = dict(_setting(declared, text) for text in args.settings)
    settings = settle(declared, given, where=args.detector)
    return Outcome(detector=args.detector, settings=settings, tap=args.tap, role="any", more_than=args.more_than)


def _setting(declared: dict[str, Setting], text: str) -> tuple[str, object]:
    """Read ``name=value`` as a scenario would hold it: a number, a flag, codes parted by commas, or text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}", expected="NAME=VALUE")
    kind = declared[name].kind if name in declared else ""
    if kind == "count" and value.isascii() and value.isdecimal():
        return name, int(value)
    if kind == "flag" and value in {"true", "false"}:
        return name, value == "true"
    return name, value.split(",") if kind == "codes" else value


def _span(text: str) -> int:
    span = _duration("--window", text)
    if not _SHORTEST <= span <= _LONGEST or span % SECOND:
        expected = f"whole seconds from {duration_text(_SHORTEST)} to {duration_text(_LONGEST)}"
        raise UsageError(f"a window of {text}", where="--window", expected=expected)
    return span


def _duration(option: str, text: str) -> int:
    try:
        duration = parse_duration(text)
    except ScenarioError as error:
        raise UsageError(error.what, where=option, expected=error.expected) from None
    if duration < 0:
        raise UsageError(f"'{text}' is negative", where=option, expected="a duration of 0 s or more")
    return duration
