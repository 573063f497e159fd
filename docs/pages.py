"""Writes the reference pages that must not differ from the program: ``python docs/pages.py``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli import COMMANDS
from harness.cli.dispatch import command_parser
from harness.interfaces.registry import detectors, target
from harness.vocab.identity import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.setting import Setting

REFERENCE = Path(__file__).parent / "reference"


def pages() -> dict[str, str]:
    """Return every page that is written by this program, by file name."""
    return {"commands.md": commands(), "settings.md": settings()}


def commands() -> str:
    """Return the page of commands, at a width of 100 columns whatever the terminal."""
    os.environ["COLUMNS"] = "100"
    codes = "\n".join(f"| {code} | {meaning} |" for code, meaning in exit_codes.TABLE.items())
    parts = [
        "# Commands\n\nThis page is written from the help texts by `docs/pages.py`.\n",
        "Data goes to standard output, talk to standard error. Every command knows `--json`, and `NO_COLOR` is respected.\n",
        f"## Exit codes\n\n| Code | Meaning |\n|--:|---|\n{codes}\n",
    ]
    parts += [f"## {name}\n\n```text\n{command_parser(name).format_help()}```\n" for name in COMMANDS]
    return "\n".join(parts)


def settings() -> str:
    """Return the page of everything that a scenario or a profile can set, with units and defaults."""
    simulator = target("simulator")
    parts = [
        "# Settings\n\nThis page is written from the declarations by `docs/pages.py`.\n",
        "Names stand in scenarios and profiles as they stand here, below `with`.\n",
        "## Stimuli of the simulator\n",
    ]
    parts += [
        f"### `{one.name}`\n\n{one.doc.rstrip('.')}. On: {', '.join(sorted(one.roles))}.\n\n{_table(one.settings)}"
        for one in simulator.capabilities().values()
    ]
    parts.append("## Detectors\n")
    parts += [f"### `{name}`\n\n{detector.doc}\n\n{_table(detector.settings)}" for name, detector in detectors().items()]
    parts.append("## Mechanisms of the simulator\n")
    for name, mechanism in simulator.mechanisms().items():
        roles = ", ".join(sorted(mechanism.roles))
        parts.append(f"### `{name}`\n\nFrom {mechanism.origin}; lives in: {roles}. It {mechanism.doc}.\n\n{_table(mechanism.settings)}")
    parts.append("## Devices of the simulator, by role\n")
    parts += [f"### {role}\n\n{_table(simulator.device_settings(role))}" for role in ROLES]
    return "\n".join(parts)


def _table(declared: Mapping[str, Setting]) -> str:
    if not declared:
        return "No settings.\n"
    rows = [f"| `{name}` | {_kind(setting)} | {_default(setting)} | {setting.doc} |" for name, setting in declared.items()]
    return "\n".join(["| Name | Kind | Default | Meaning |", "|---|---|---|---|", *rows]) + "\n"


def _kind(setting: Setting) -> str:
    return ", ".join(f"`{choice}`" for choice in setting.choices) if setting.choices else setting.kind


def _default(setting: Setting) -> str:
    if setting.default is None:
        return "must be given"
    written = setting.write(setting.default)
    return f"`{', '.join(map(str, written)) or 'none'}`" if isinstance(written, list) else f"`{written}`"


if __name__ == "__main__":
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
