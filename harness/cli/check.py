"""``smets-harness check``: whether scenarios and device profiles can be used, and where they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import exit_codes
from harness.interfaces.registry import DEFAULT_TARGET, target
from harness.scenario.loading import check
from harness.scenario.problem import counted

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.scenario.problem import Problem

SUMMARY = "check scenarios and device profiles, and say where and what is wrong"
DESCRIPTION = """Check scenarios and device profiles, and say where and what is wrong.

Every problem of a file is told at once, with line and column and, where there
is one, the nearest right name. A scenario is checked together with the device
profiles it uses. Nothing is run. Words that may not leave the lab, in a
question, a remark or a name, are warned of, each with what to say instead.
Exit code 0 where no file has a problem, 4 where one has."""
EXAMPLES = """examples:
  smets-harness check average-voltage-chatter
  smets-harness check mine.toml device_profiles/esme/*.toml
  smets-harness check mine.toml --json"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare which files, and for which target."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a scenario or device profile (TOML), or the id of a scenario")
    parser.add_argument("--target", default=DEFAULT_TARGET, metavar="NAME", help=f"what will carry it out (default: {DEFAULT_TARGET})")


def run(args: argparse.Namespace, console: Console) -> int:
    """Print every problem of every file, then how many there are."""
    chosen = target(args.target)
    found = {file: check(file, target=chosen) for file in args.files}
    warned = {file: _warnings(file) for file in args.files}
    total = sum(map(len, found.values()))
    if console.as_json:
        files = [
            {
                "file": file,
                "problems": [problem.facts() for problem in problems],
                "warnings": [warning.facts() for warning in warned[file]],
            }
            for file, problems in found.items()
        ]
        console.json({"files": files, "problems": total, "warnings": sum(map(len, warned.values()))})
    else:
        for file, problems in found.items():
            _tell(file, problems, console)
            for warning in warned[file]:
                _show(f"warning: {warning}", console)
        if total:
            console.data(f"{counted(total)}; nothing was run")
    return exit_codes.USAGE if total else exit_codes.AS_EXPECTED


def _tell(file: str, problems: tuple[Problem, ...], console: Console) -> None:
    if not problems:
        console.data(f"{file}: no problems")
    for problem in problems:
        _show(str(problem), console)


def _show(text: str, console: Console) -> None:
    head, _, rest = text.partition("\n")
    console.data(console.style(head, "bold") + (f"\n{rest}" if rest else ""))


def _warnings(file: str) -> tuple[Problem, ...]:
    """Return what is to be said of a file's words; nothing where it cannot be read, which is a problem and told as one."""
    from harness.errors import ScenarioError
    from harness.interfaces.library import find_scenario, label
    from harness.report.authored import wording_warnings
    from harness.scenario.document import parsed, read_text

    try:
        path = find_scenario(file)
        return wording_warnings(parsed(read_text(path, label(path)), label(path)))
    except ScenarioError:
        return ()
