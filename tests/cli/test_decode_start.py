"""``decode`` of one message pays for what it uses and for nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = {"cryptography", "json", "xml", "asyncio", "socket", "difflib", "tomllib", "tree_sitter", "email", "http", "multiprocessing"}
OTHERS = (
    "harness.wire.duis",
    "harness.wire.gbcs.components",
    "harness.wire.gbcs.document",
    "harness.scenario",
)


def loaded(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "harness", *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def golden_alert() -> str:
    lines = (Path(__file__).resolve().parents[1] / "golden" / "gbcs_alerts.txt").read_text(encoding="ascii").splitlines()
    return next(line for line in lines if line.startswith("df"))


def test_one_alert_loads_nothing_that_it_does_not_need() -> None:
    modules = loaded("decode", golden_alert())
    assert not modules & HEAVY
    assert not [module for module in modules if module.startswith(OTHERS)]


def test_its_json_loads_no_key_and_no_xml() -> None:
    assert not loaded("decode", "--json", golden_alert()) & (HEAVY - {"json"})
