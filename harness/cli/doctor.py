"""``smets-harness doctor``: what this machine has, and what each thing is for."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from harness import __version__, exit_codes

if TYPE_CHECKING:
    import argparse

    from harness.cli.console import Console
    from harness.vocab.canonical import Json

SUMMARY = "look at this machine: what is here, what is missing, what it is for"
DESCRIPTION = """Look at this machine: what is here, what is missing, and what it is for.

Nothing listed as optional is needed to run, judge or verify. Exit code 0 where
everything needed is here, 4 where something needed is missing."""
EXAMPLES = """examples:
  smets-harness doctor
  smets-harness doctor --json"""

_PACKAGES = {
    "cryptography": (True, "signs, checks and encrypts GBCS messages"),
    "tree-sitter-toml": (True, "places a problem of a scenario at its line and column"),
    "bagit": (False, "checks bundles in the tests, by other people's code"),
    "pytest": (False, "runs the tests"),
}
_TOOLS = {
    "tshark": "dissects every message of a journal, in the tests",
    "openssl": "checks signatures and MACs, in the tests and by hand",
    "sha256sum": "checks a bundle by hand, as its README.txt shows",
    "chromium": "opens reports without a network, in the tests",
    "mosquitto": "carries live alerts, once the MQTT sink is used",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing."""
    del parser


def run(args: argparse.Namespace, console: Console) -> int:
    """Print what was found."""
    del args
    rows = [*_python(), *_packages(), *_tools(), _space(), _plugins()]
    sound = all(row["here"] or not row["needed"] for row in rows)
    if console.as_json:
        console.json({"rows": rows, "sound": sound})
    else:
        for row in rows:
            mark = console.style("here   ", "good") if row["here"] else console.style("missing", "bad" if row["needed"] else "dim")
            need = "needed  " if row["needed"] else "optional"
            console.data(f"{mark} {need} {row['name']!s:<18} {row['found']!s:<28} {row['serves']}")
        console.data("\nall that is needed is here" if sound else "\nsomething needed is missing")
    return exit_codes.AS_EXPECTED if sound else exit_codes.USAGE


def _row(name: str, found: str, *, here: bool, needed: bool, serves: str) -> dict[str, Json]:
    return {"name": name, "found": found, "here": here, "needed": needed, "serves": serves}


def _python() -> list[dict[str, Json]]:
    good = sys.version_info >= (3, 11)
    return [
        _row("smets-harness", __version__, here=True, needed=True, serves="this program"),
        _row("python", platform.python_version(), here=good, needed=True, serves="3.11 or newer runs the harness"),
    ]


def _packages() -> list[dict[str, Json]]:
    rows = []
    for name, (needed, serves) in _PACKAGES.items():
        try:
            found, here = version(name), True
        except PackageNotFoundError:
            found, here = "", False
        rows.append(_row(name, found, here=here, needed=needed, serves=serves))
    return rows


def _tools() -> list[dict[str, Json]]:
    return [
        _row(name, Path(path).name if path else "", here=bool(path), needed=False, serves=serves)
        for name, serves in _TOOLS.items()
        for path in [shutil.which(name)]
    ]


def _space() -> dict[str, Json]:
    usage = shutil.disk_usage(Path.cwd())
    writable = os.access(Path.cwd(), os.W_OK)
    found = f"{usage.free // 2**20} MiB free" if writable else "this folder is read-only"
    return _row("disk", found, here=writable, needed=False, serves="bundles are written to ./out unless --out says otherwise")


def _plugins() -> dict[str, Json]:
    from harness.errors import HarnessError
    from harness.interfaces.registry import targets

    try:
        names = sorted(targets())
    except HarnessError as error:
        return _row("targets", str(error), here=False, needed=True, serves="carry out trials")
    return _row("targets", ", ".join(names), here=bool(names), needed=True, serves="carry out trials")
