"""The command line: one file per command, loaded only when it is called."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "new": "write a commented scenario, profile, mechanism or detector to start from",
    "check": "check scenarios and device profiles, and say where and what is wrong",
    "plan": "lay out the experiment: arms, blocks, random order, every default",
    "run": "carry out a scenario, judge it, and seal the evidence bundle",
    "import": "turn a log of alerts that was kept in the field into evidence",
    "replay": "carry out a bundle's plan again and compare every byte",
    "judge": "judge a bundle's trials again, from its journals alone",
    "show": "show a bundle, one of its trials, or its findings",
    "report": "write a bundle's report as html, text, junit or json",
    "diff": "compare two bundles file by file",
    "verify": "verify a bundle: structure, fixity, recomputation, rerun",
    "decode": "decode GBCS messages: hex, base64, captures, DUIS XML; field by field",
    "encode": "encode GBCS messages from the JSON that decode writes",
    "profile": "list device profiles, or show one",
    "plugin": "list mechanisms, detectors and targets, with where each was found",
    "doctor": "look at this machine: what is here, what is missing, what it is for",
    "completion": "print a completion script for bash, zsh or fish",
}
"""Every command with its one line of help, in the order a newcomer meets them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line and return its exit code (``harness.exit_codes``)."""
    from harness.cli.dispatch import dispatch

    return dispatch(sys.argv[1:] if arguments is None else list(arguments))
