"""Writes docs/reference/commands.md from the help texts, so that the page cannot say anything else."""

from __future__ import annotations

import os
from pathlib import Path

from harness import exit_codes
from harness.cli import COMMANDS
from harness.cli.dispatch import command_parser


def text() -> str:
    """Return the page, at a width of 100 columns whatever the terminal."""
    os.environ["COLUMNS"] = "100"
    codes = "\n".join(f"| {code} | {meaning} |" for code, meaning in exit_codes.TABLE.items())
    parts = [
        "# Commands\n\nThis page is written from the help texts: `python docs/commands_page.py`.\n",
        "Data goes to standard output, talk to standard error. Every command knows `--json`, and `NO_COLOR` is respected.\n",
        f"## Exit codes\n\n| Code | Meaning |\n|--:|---|\n{codes}\n",
    ]
    parts += [f"## {name}\n\n```text\n{command_parser(name).format_help()}```\n" for name in COMMANDS]
    return "\n".join(parts)


if __name__ == "__main__":
    (Path(__file__).parent / "reference" / "commands.md").write_text(text(), encoding="utf-8")
