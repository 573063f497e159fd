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
    "screen": "vary the factors of a scenario together, and say which levels to follow up",
    "shrink": "find the smallest set of conditions that still reproduces",
    "isolate": "put a claimed trigger to the test on fresh trials: needed, enough, following its component",
    "import": "turn a log of alerts that was kept in the field into evidence",
    "replay": "carry out a bundle's plan again and compare every byte",
    "judge": "judge a bundle's trials again, from its traces alone",
    "show": "show a bundle, one of its trials, or its findings",
    "capture": "write a trial's capture with its keys, or render one from its journal or trace, for Wireshark",
    "report": "write a bundle's report as html, pdf, text, junit or json",
    "impact": "work out the load that a bundle's rate would come to, in private",
    "diff": "compare two bundles: file by file, or as a page with verdicts side by side",
    "notice": "write the notice that a bundle's grade opens: to a manufacturer, to the parties, or a request for captures",
    "combine": "take two organisations' bundles together: whether the second replicates the first",
    "verify": "verify a bundle: structure, authenticity, fixity, time, recomputation, policy",
    "sign": "sign a bundle: as its operator, or as a reviewer who recomputed it",
    "stamp": "time-stamp a signature (RFC 3161): write the query, take the reply, or ask an authority",
    "export": "write a bundle as one file to send: an uncompressed archive, the same bytes everywhere",
    "key": "make a signing key or salt key, show one, or write a trust list",
    "disclose": "make a bundle for one recipient, with what is withheld declared",
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
