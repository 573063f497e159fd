"""``smets-harness import``: a log of alerts that was kept in the field becomes evidence of realm F."""  # noqa: N999 - the command's name

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.interrupts import interruptible, undisturbed
from harness.cli.zigbee_keys import add_zigbee_keys_option
from harness.errors import UsageError
from harness.scenario.fields import NO_REGION, REGIONS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from harness.cli.console import Console
    from harness.cli.importing import Asked
    from harness.plan.model import Plan
    from harness.report.story import Story
    from harness.run.sinks import Sink
    from harness.vocab.canonical import Json

SUMMARY = "turn a log of alerts that was kept in the field into evidence"
DESCRIPTION = """Turn a log of alerts that a supplier, a network operator or a lab has kept into an
evidence bundle of realm F (field).

A log is lines of text, each with a time and a GBCS message in hex or base64:
  2030-01-07T00:00:12.345Z DF0903...
Fields are parted by spaces, tabs, commas or semicolons; more fields may follow. A
first line that names its columns, such as id;received;message, tells which to
read. Or it is DUIS XML as a service user's adapter keeps it. Times bear a zone.

Or it is a capture, pcap or pcapng: ZigBee frames of the home area network
(IEEE 802.15.4, TAP, ZEP over UDP), which are decrypted with --zigbee-keys and the
keys in the capture, and messages at interfaces named after counting points. What
stayed unread is told, and a window in which messages at the counting point stayed
unread does not count as one without findings.

The log is cut into windows, each of which is a trial. What cannot be read, what is
far out of order, and silence longer than --gap is told in the journals, line by
line. EUI-64s, keys' names, signatures and MACs are replaced by pseudonyms under the
secret key in --key, which is made where it is not there, and stays with you.

A capture that says of itself that it is simulated is one trial of realm S. With
--of, it is judged as the trial of that bundle which it was taken of, and compared.

Nothing was controlled in the field: there are no arms, no positive control and no
sham, so C1-F is the most that can come of it. Exit code 5 where the log holds no
alert, 6 where too much stayed unread to tell, 1 where --of finds a difference."""
EXAMPLES = """examples:
  smets-harness import alerts.log --key lab.key
  smets-harness import january.csv february.csv --key lab.key --tap dsp --window 7d
  zcat alerts.log.gz | smets-harness import - --key lab.key --detector burst --set count=50
  smets-harness import duis.xml --key lab.key --code 0x8F3E --region north --json
  smets-harness import sniffed.pcapng --key lab.key --zigbee-keys zigbee_pc_keys --tap han
  smets-harness import t0123456789.pcapng --key lab.key --of out/demo"""

_ROWS = 12
"""Reasons that a person is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What was made of the log."""

    alerts: int
    left_out: int
    first: tuple[str, ...]
    """The first of what was left out, and why."""
    unused: tuple[str, ...]
    """Columns that were not read."""
    packets: int
    """Packets of captures."""
    unread: tuple[tuple[str, int], ...]
    """What captures hold and was not read, by reason, and how many messages may be in it."""
    silent: tuple[tuple[str, int], ...]
    """Packets that hold no message, by what they are."""
    unacknowledged: int
    problems: tuple[str, ...]
    """Where captures are damaged or break off."""
    differences: tuple[str, ...] | None = None
    """In what a capture differs from the trial that it was taken of; ``None`` where that is not named."""

    @classmethod
    def of(cls, asked: Asked, story: Story) -> _Taken:
        """Sum up a log that was gone through."""
        accounts, reading = asked.log.accounts, asked.reading
        return cls(
            alerts=sum(trial.outcome.alerts for trial in story.trials),
            left_out=reading.missing,
            first=tuple(reading.first),
            unused=asked.log.unused,
            packets=sum(account.packets for account in accounts),
            unread=_summed([account.unread for account in accounts]),
            silent=_summed([account.silent for account in accounts]),
            unacknowledged=sum(account.unacknowledged for account in accounts),
            problems=tuple(account.problem for account in accounts if account.problem),
        )

    def document(self) -> Json:
        """Return it for programs."""
        found: dict[str, Json] = {
            "alerts": self.alerts,
            "left-out": self.left_out,
            "first-left-out": list(self.first),
            "columns-not-read": list(self.unused),
        }
        if self.packets:
            found["packets"] = self.packets
            found["unread"] = [{"reason": reason, "messages-at-most": count} for reason, count in self.unread]
            found["without-message"] = [{"what": what, "packets": count} for what, count in self.silent]
            found |= {"unacknowledged": self.unacknowledged, "damaged": list(self.problems)}
        if self.differences is not None:
            found["compared"] = {"same": not self.differences, "differences": list(self.differences)}
        return found

    def told(self) -> Iterator[tuple[str, str]]:
        """Yield it for people, each line with what it is about."""
        yield "log", f"{self.alerts:,} alerts taken over; {self.left_out:,} entries left out, each named in the journal of its window"
        for told in self.first:
            yield "left out", told
        if self.left_out > len(self.first) and not self.packets:
            yield "", f"and {self.left_out - len(self.first):,} more"
        if self.unused:
            yield "not read", f"columns {', '.join(self.unused)}"
        if self.packets:
            yield "packets", f"{self.packets:,}; {self.unacknowledged:,} messages sent on the HAN for which no acknowledgement was heard"
        for problem in self.problems:
            yield "damaged", problem
        for reason, count in self.unread[:_ROWS]:
            yield "not read", f"{count:,} at most: {reason}"
        if self.differences is not None:
            yield "compared", "differs from the trial" if self.differences else "the same alerts, findings and verdict as in the trial"
        yield from (("", told) for told in self.differences or ())


def _summed(counted: list[Counter[str]]) -> tuple[tuple[str, int], ...]:
    """Return sums by reason, the greatest first."""
    return tuple(sorted(sum(counted, Counter()).items(), key=lambda row: (-row[1], row[0])))


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which log, how to read it, what to ask of it, and where to put the bundle."""
    from harness.vocab.journal import TAPS

    parser.add_argument(
        "logs", nargs="+", metavar="LOG", help="a file of the log, in the order in which they were kept; - for standard input"
    )
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="the secret key of the pseudonyms; made where it is not there"
    )
    parser.add_argument(
        "--tap", choices=TAPS, help="where the log was kept, and is counted (default: user, of captures the outermost that they show)"
    )
    add_zigbee_keys_option(parser)
    parser.add_argument("--of", type=Path, metavar="BUNDLE", help="the bundle with the simulated trial that was captured")
    parser.add_argument("--trial", metavar="ID", help="which of its trials (default: the one that the capture is named after)")
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
    from harness.cli.importing import asked_of
    from harness.interfaces.registry import target
    from harness.report.telling import bundle_name

    with ExitStack() as stack:
        asked = asked_of(args, stack)
        plan = laid_out(asked.scenario, target(asked.target.name))
        bundle = args.out / (args.name or bundle_name(plan))
        story, root = _sealed(plan, bundle, asked, args, console)
        taken = _Taken.of(asked, story)
        if asked.captured is not None:
            taken = replace(taken, differences=asked.captured.differences(bundle))
    return _tell(story, bundle, root, taken, console)


def _sealed(plan: Plan, bundle: Path, asked: Asked, args: argparse.Namespace, console: Console) -> tuple[Story, str]:
    """Write the journals window by window, judge each, and seal all of it."""
    from harness.cli.compose import payload, sealed_files
    from harness.evidence.seal import seal
    from harness.evidence.trust import was_a_bundle
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
                campaign = carry_out_campaign(plan, place=place, executor=Inline(asked.target), sink=_sink(console))
            with undisturbed():
                story, files = payload(plan, campaign, place)
                return story, seal(bundle, files)
        finally:
            place.remove()


def _tell(story: Story, bundle: Path, root: str, taken: _Taken, console: Console) -> int:
    from harness.cli.verdict import exit_code
    from harness.report import text
    from harness.report.document import summary

    code = exit_codes.DIFFERS if taken.differences else exit_code(story)
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
