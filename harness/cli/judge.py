"""``smets-harness judge``: judge a bundle's trials again, from its traces alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console

SUMMARY = "judge a bundle's trials again, from its traces alone"
DESCRIPTION = """Judge a bundle's trials again: read the traces (where there are none, the journals), ask
the oracle and every detector, and work out the grade, without carrying out anything.
The sealed verdict is only compared at the end.

Exit code as for run; 1 as well where the sealed verdict is another one."""
EXAMPLES = """examples:
  smets-harness judge out/average-voltage-chatter-9f31c0
  smets-harness judge out/average-voltage-chatter-9f31c0 --json"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")


def run(args: argparse.Namespace, console: Console) -> int:
    """Judge, print the verdict, and say whether it is the sealed one."""
    from harness.cli.compose import told_of
    from harness.cli.verdict import exit_code
    from harness.evidence.bundle import Bundle
    from harness.evidence.layout import RESULTS
    from harness.report import text
    from harness.report.document import summary
    from harness.report.results import results

    bundle = Bundle.open(args.bundle)
    story, files = results(told_of(bundle))
    name = f"{RESULTS}certainty.json"
    same = name in bundle.files and bundle.read(name) == files[name]
    code = exit_code(story) if same else exit_codes.DIFFERS
    if console.as_json:
        console.json({**summary(story), "bundle": str(args.bundle), "as-sealed": same, "exit-code": code})
        return code
    console.data(text.render(story, console.style))
    console.data("sealed     the same verdict" if same else f"sealed     another verdict: {name} differs from what the trials give")
    return code
