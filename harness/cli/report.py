"""``smets-harness report``: write a bundle's report in another form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console

SUMMARY = "write a bundle's report as html, pdf, text, junit or json"
DESCRIPTION = """Write a bundle's report, worked out anew from its plan and trials.

The html report is one file that needs no network and no script. The pdf is that
page printed, which takes a browser on this machine. Devices go by their
pseudonyms, as in the bundle's own reports; --names says their models, for a
reader in the lab, where the bundle holds its identities."""
EXAMPLES = """examples:
  smets-harness report out/average-voltage-chatter-9f31c0
  smets-harness report out/average-voltage-chatter-9f31c0 --format html --output report.html
  smets-harness report out/average-voltage-chatter-9f31c0 --format pdf --names --output report.pdf
  smets-harness report out/average-voltage-chatter-9f31c0 --format junit --output junit.xml"""

_FORMS = ("text", "html", "pdf", "junit", "json")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle, which form, and where to."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("--format", "--form", choices=_FORMS, default="text", help="form of the report (default: text)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to a file instead of standard output; pdf needs one")
    parser.add_argument("--names", action="store_true", help="say device models, where the bundle holds its identities")


def run(args: argparse.Namespace, console: Console) -> int:
    """Write the report."""
    form = "json" if console.as_json else args.format
    if form == "pdf" and args.output is None:
        raise UsageError("a pdf is no text for a terminal", where="--format pdf", expected="--output FILE")
    text = _rendered(args.bundle, "html" if form == "pdf" else form, named=args.names)
    if args.output is None:
        console.data(text)
        return exit_codes.AS_EXPECTED
    write(args.output, _printed(text) if form == "pdf" else text.encode())
    console.talk(f"written to {args.output}")
    return exit_codes.AS_EXPECTED


def write(path: Path, octets: bytes) -> None:
    """Write a file that the user asked for; raises :class:`UsageError` where it cannot stand there."""
    try:
        path.write_bytes(octets)
    except OSError as error:
        raise UsageError(f"could not be written: {error.strerror}", where=str(path), expected="a file in a folder that exists") from None


def _rendered(folder: Path, form: str, *, named: bool) -> str:
    from harness.cli.compose import told_of
    from harness.evidence.bundle import Bundle
    from harness.report import telling
    from harness.report.results import render

    told = told_of(Bundle.open(folder))
    story = telling.tell(told, telling.judged(told.plan, told.campaign))
    return render(telling.named(story, told.plan) if named else story, form)


def _printed(page: str) -> bytes:
    from harness.cli.printing import printed

    return printed(page)
