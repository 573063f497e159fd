"""``smets-harness report``: write a bundle's report in another form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console

SUMMARY = "write a bundle's report as html, text, junit or json"
DESCRIPTION = """Write a bundle's report, worked out anew from its plan and journals.

The html report is one file that needs no network and no script."""
EXAMPLES = """examples:
  smets-harness report out/average-voltage-chatter-9f31c0
  smets-harness report out/average-voltage-chatter-9f31c0 --format html --output report.html
  smets-harness report out/average-voltage-chatter-9f31c0 --format junit --output junit.xml"""

_FORMS = ("text", "html", "junit", "json")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, which form, and where to."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("--format", choices=_FORMS, default="text", help="form of the report (default: text)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to a file instead of standard output")


def run(args: argparse.Namespace, console: Console) -> int:
    """Write the report."""
    from harness.cli.compose import told_of
    from harness.evidence.bundle import Bundle
    from harness.report.results import render, results

    story, _ = results(told_of(Bundle.open(args.bundle)))
    form = "json" if console.as_json else args.format
    text = render(story, form)
    if args.output is None:
        console.data(text)
        return exit_codes.AS_EXPECTED
    try:
        args.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"could not be written: {error.strerror}", where=str(args.output), expected="a file in a folder that exists"
        ) from None
    console.talk(f"written to {args.output}")
    return exit_codes.AS_EXPECTED
