"""``smets-harness diff``: where two bundles part, file by file."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.report import write
from harness.errors import UsageError
from harness.evidence.diff import compare

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.evidence.diff import Difference, FileDifference

SUMMARY = "compare two bundles: file by file, or as a page with verdicts side by side"
DESCRIPTION = """Compare two bundles file by file, as they lie on the disk.

For every file: only in one of them, or the first byte that differs, counted
from 1 as cmp does; for JSON also the line, the member, and both values. Exit
code 0 where the bundles are the same, 1 where they differ.

With --html a page as well: the two verdicts side by side as they were sealed, rates and
evidence on one axis, where the plans part, and the files. It names no device, and
shows no value of identities, inputs and raw trials, unless --names is given."""
EXAMPLES = """examples:
  smets-harness diff out/average-voltage-chatter-9f31c0 out/average-voltage-chatter-51ab77
  smets-harness diff mine theirs --html comparison.html
  smets-harness diff mine theirs --json"""

_WIDEST = 60
_NAMELESS = ("data/plan/", "data/subject/", "data/traces/", "data/results/")
"""Folders whose files name nobody."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the two bundles."""
    parser.add_argument("a", type=Path, metavar="A", help="a bundle's folder")
    parser.add_argument("b", type=Path, metavar="B", help="the folder of the bundle to compare it with")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the comparison as a page, too")
    parser.add_argument("--names", action="store_true", help="with --html: say device models, where a bundle holds its identities")


def run(args: argparse.Namespace, console: Console) -> int:
    """Compare, and print one line for every file that differs."""
    if args.names and args.html is None:
        raise UsageError("names are for the page", where="--names", expected="--html FILE")
    found = compare(args.a, args.b)
    if args.html is not None:
        write(args.html, _page(args.a, args.b, found, named=args.names).encode())
        console.talk(f"written to {args.html}")
    if console.as_json:
        console.json(
            {
                "a": {"bundle": str(args.a), "payload-root": found.a_root or None},
                "b": {"bundle": str(args.b), "payload-root": found.b_root or None},
                "same": found.same,
                "different": [asdict(item) for item in found.files],
            }
        )
    else:
        console.data(f"a  {found.a_root or 'no payload root':<64}  {args.a}")
        console.data(f"b  {found.b_root or 'no payload root':<64}  {args.b}")
        for item in found.files:
            console.data(_line(item))
        console.data(f"{found.same} files are the same, {len(found.files)} are not")
    return exit_codes.DIFFERS if found.files else exit_codes.AS_EXPECTED


def _page(a: Path, b: Path, found: Difference, *, named: bool) -> str:
    from harness import __version__
    from harness.evidence.bundle import Bundle
    from harness.report.contrast import side
    from harness.report.contrast_page import Contrast, render

    ones, others = Bundle.open(a), Bundle.open(b)
    files = found.files if named else tuple(_unnamed(item) for item in found.files)
    return render(
        Contrast(
            a=side("A", ones.payload_root, ones.files, ones.read, named=named),
            b=side("B", others.payload_root, others.files, others.read, named=named),
            same=found.same,
            files=files,
            names=(a.resolve().name, b.resolve().name),
            version=__version__,
        )
    )


def _unnamed(item: FileDifference) -> FileDifference:
    """Leave out the values of a file that may name somebody."""
    return item if item.path.startswith(_NAMELESS) else replace(item, a="", b="")


def _line(item: FileDifference) -> str:
    if not item.byte:
        return f"{item.path}  {item.kind}"
    text = f"{item.path}  differs at byte {item.byte}"
    if item.line:
        text += f", line {item.line}"
    if item.a or item.b:
        text += f", at {item.member or 'the whole line'}: {_cut(item.a)} and {_cut(item.b)}"
    return text


def _cut(value: str) -> str:
    if not value:
        return "nothing"
    return value if len(value) <= _WIDEST else f"{value[:_WIDEST]}… ({len(value)} characters)"
