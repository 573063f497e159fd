"""The shell of the command line: help, errors, exits, completion; each in a process of its own."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from harness.cli import COMMANDS
from harness.exit_codes import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

FORBIDDEN_AT_START = {
    "cryptography",
    "asyncio",
    "tomllib",
    "tree_sitter",
    "difflib",
    "csv",
    "json",
    "fractions",
    "importlib.metadata",
    "multiprocessing",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_its_summary_and_shows_examples(name: str, smets_harness: Run) -> None:
    assert COMMANDS[name] == importlib.import_module(f"harness.cli.{name}").SUMMARY
    shown = smets_harness(name, "--help")
    assert shown.returncode == 0
    assert "examples:" in shown.stdout
    assert "--json" in shown.stdout


def test_help_shows_every_command_and_every_exit_code(smets_harness: Run) -> None:
    shown = smets_harness("--help").stdout
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert all(f"  {code}  {meaning}" in shown for code, meaning in TABLE.items())


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "harness", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert not loaded & FORBIDDEN_AT_START


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["rnu"], 4, "did you mean 'run'?"),
        (["run"], 4, "required: scenario"),
        (["run", "average-voltage-chater"], 4, "did you mean 'average-voltage-chatter'?"),
        (["run", "average-voltage-chatter", "--workers", "0"], 4, "at least 1"),
        (["run", "average-voltage-chatter", "--wrokers", "2"], 4, "--wrokers"),
        (["run", "average-voltage-chatter", "--target", "simulater"], 4, "did you mean 'simulator'?"),
        (["run", "average-voltage-chatter", "--set", "stimulus.hoover.with.mean=1 V"], 4, "did you mean 'hover'?"),
        (["run", "--resume", "average-voltage-chatter"], 4, "nothing was interrupted here"),
        (["verify", "nowhere"], 4, "nowhere"),
        (["show", "nowhere"], 4, "nowhere"),
        (["judge", "nowhere"], 4, "nowhere"),
        (["report", "nowhere"], 4, "nowhere"),
        (["replay", "nowhere"], 4, "nowhere"),
        (["diff", "nowhere", "neither"], 4, "nowhere"),
        (["completion", "tcsh"], 4, "tcsh"),
    ],
)
def test_a_mistake_is_answered_in_a_few_lines(arguments: list[str], code: int, words: str, smets_harness: Run) -> None:
    done = smets_harness(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_names_every_command(shell: str, smets_harness: Run) -> None:
    script = smets_harness("completion", shell).stdout
    assert all(name in script for name in COMMANDS)


def test_bash_completes_commands_and_options(smets_harness: Run, tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(smets_harness("completion", "bash").stdout)
    ask = 'source "$1"; COMP_WORDS=(smets-harness {words}); COMP_CWORD={at}; _smets_harness; printf "%s\\n" "${{COMPREPLY[@]}}"'
    for words, at, expected in (("ver", 1, "verify"), ("run --res", 2, "--resume"), ("plug", 1, "plugin")):
        done = subprocess.run(
            ["bash", "-c", ask.format(words=words, at=at), "bash", str(script)], capture_output=True, text=True, check=True, timeout=30
        )
        assert done.stdout.split() == [expected]


def test_doctor_finds_what_is_needed(smets_harness: Run) -> None:
    done = smets_harness("doctor", "--json")
    assert done.returncode == 0
    rows = {row["name"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows["targets"]["found"] == "simulator"
    assert rows["python"]["here"]


def test_version(smets_harness: Run) -> None:
    from harness import __version__

    assert smets_harness("--version").stdout == f"smets-harness {__version__}\n"
