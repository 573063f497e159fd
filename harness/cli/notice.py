"""``smets-harness notice``: the notice that a bundle's grade opens, in template prose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import UsageError
from harness.report.notice_wording import CAUSES, REMEDIATIONS

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.report.notice import Notice
    from harness.vocab.canonical import Json

SUMMARY = "write the notice that a bundle's grade opens: to a manufacturer, to the parties, or a request for captures"
DESCRIPTION = """Write the notice that a bundle's grade and impact open, made of templates and of the
bundle's fields alone: no free text, no word that the wording lint knows.

Which notice may leave the lab is for the policy's gates to say, sealed with the
plan. To a manufacturer: by default C2 and I1, from devices. To SEC Parties: by default
C3 and I2 once those concerned had ten working days to reply, or I4 as an interim notice.
Simulated evidence opens neither, whatever its grade: it opens a request for captures.

A manufacturer reads the models and firmware of its own devices and of nobody else's.
The parties read roles and pseudonyms; --names says models where the gate for listing is
open as well. Exit code 0 where the notice was written, 5 where the gate is closed,
1 where the bundle is not what was sealed or does not follow from its trials."""
EXAMPLES = """examples:
  smets-harness notice out/average-voltage-chatter-9f31c0 --to parties --request-for-captures \\
      --issue ISS-0042 --date 2026-05-01 --contact issues@lab.example
  smets-harness notice out/bench-2c11d0 --to manufacturer --issue ISS-0042 --date 2026-05-01 \\
      --contact issues@lab.example --reply-by 2026-05-18 --derivative out/for-maker
  smets-harness notice out/bench-2c11d0 --to parties --issue ISS-0042 --version 2 --date 2026-05-20 \\
      --told 2026-05-01 --reply reply.txt --contact issues@lab.example --derivative out/for-parties"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, to whom, and what a notice must say beside what the bundle holds."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("--to", required=True, choices=("manufacturer", "parties"), help="who is to read it")
    parser.add_argument(
        "--request-for-captures",
        action="store_true",
        help="ask who has devices to look, instead: the one form that simulated evidence opens",
    )
    parser.add_argument("--issue", required=True, metavar="ID", help="the issue's id, such as ISS-0042")
    parser.add_argument("--version", type=int, default=1, metavar="N", help="version of the notice (default: 1)")
    parser.add_argument("--date", required=True, metavar="DATE", help="date of the notice, such as 2026-05-01")
    parser.add_argument("--contact", required=True, metavar="WHERE", help="where replies and corrections go")
    parser.add_argument("--derivative", type=Path, metavar="FOLDER", help="the derived bundle that goes with a notice")
    parser.add_argument(
        "--about", metavar="ROLE", help="role of the device whose manufacturer is addressed (default: the role that is counted)"
    )
    parser.add_argument("--reply-by", metavar="DATE", help="to a manufacturer: until when a reply is asked for")
    parser.add_argument("--told", metavar="DATE", help="to the parties: when those concerned were told")
    parser.add_argument("--reply", type=Path, metavar="FILE", help="to the parties: the manufacturer's reply, quoted word for word")
    parser.add_argument("--names", action="store_true", help="to the parties: say device models, where the gate for listing is open")
    parser.add_argument("--cause", choices=tuple(CAUSES), default="none", help="to the parties: status of the cause (default: none)")
    parser.add_argument(
        "--remediation", choices=tuple(REMEDIATIONS), default="none", help="to the parties: status of the remediation (default: none)"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to a file instead of standard output")


def run(args: argparse.Namespace, console: Console) -> int:
    """Write the notice, or say which gate is closed."""
    from harness.cli.notice_facts import notice_of, require_neutral
    from harness.cli.report import write
    from harness.report.notice import render

    if args.version < 1:
        raise UsageError(f"version {args.version}", where="--version", expected="1 or more")
    notice = notice_of(args)
    text = render(notice)
    require_neutral(notice, text)
    if console.as_json:
        console.json(_document(notice))
    elif args.output is None:
        console.data(text)
    if args.output is not None:
        write(args.output, text.encode())
        console.talk(f"written to {args.output}")
    return exit_codes.AS_EXPECTED


def _document(notice: Notice) -> dict[str, Json]:
    from harness.report.notice import sections
    from harness.report.notice_wording import tell

    return {
        "format": "smets-notice/1",
        "to": notice.kind,
        "tlp": tell(f"tlp-{notice.kind}"),
        "tracking": {
            "id": notice.issue,
            "version": notice.version,
            "status": "interim" if notice.interim else "final",
            "date": notice.date,
        },
        "evidence": {"tag-manifest": notice.seal[:16], "plan": notice.story.plan_digest, "grade": str(notice.story.grade)},
        "sections": [{"heading": heading, "paragraphs": list(paragraphs)} for heading, paragraphs in sections(notice)],
    }
