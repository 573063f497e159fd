"""One line says it all: the payload root, whatever the workers, hash seed, time zone, locale, folder or interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SCENARIO = "average-voltage-chatter"
SMALL = ["--set", "stop.blocks=9", "--set", "window.observe=6h"]
"""The same question, shorter: nine blocks of a quarter of a day. Whether it reaches its grade does not matter here."""


def _run(folder: Path, *more: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "harness", "run", SCENARIO, *SMALL, "--name", "b", "--json", *more],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in {0, 1, 6}, done.stderr
    return str(json.loads(done.stdout)["payload-root"])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    return _run(tmp_path_factory.mktemp("first"), "--workers", "1", PYTHONHASHSEED="0")


@pytest.mark.parametrize(
    ("more", "env"),
    [
        ([], {"PYTHONHASHSEED": "1"}),
        (["--workers", "4"], {"TZ": "Pacific/Chatham", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8"}),
        (["--workers", "1"], {"PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "1", "COLUMNS": "40"}),
    ],
    ids=["another hash seed", "four workers, another time zone and locale", "optimised, narrow"],
)
def test_it_is_the_same_line_elsewhere(root: str, more: list[str], env: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "an other folder"
    folder.mkdir()
    assert _run(folder, *more, **env) == root


def test_it_is_another_line_with_another_seed(root: str, tmp_path: Path) -> None:
    assert _run(tmp_path, "--seed", "another") != root


@pytest.mark.parametrize("recorded", [0, 1, 7, 20])
def test_it_is_the_same_line_after_kill_and_resume(root: str, recorded: int, tmp_path: Path) -> None:
    """Kill without warning once so many journals are there, then go on."""
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "run", SCENARIO, *SMALL, "--name", "b", "--workers", "1"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    trials = tmp_path / "out" / "b.work" / "data" / "trials"
    plan = tmp_path / "out" / "b.work" / "data" / "plan" / "plan.json"
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if plan.exists() and len(list(trials.glob("t*.jsonl"))) >= recorded:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out" / "b").exists(), "killed too late to show anything"
    assert _run(tmp_path, "--resume", "--workers", "2") == root
    assert not (tmp_path / "out" / "b.work").exists()


def test_an_interrupted_run_leaves_a_valid_bundle_and_goes_on(
    root: str, smets_harness: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "run", SCENARIO, *SMALL, "--name", "b", "--workers", "1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    trials = tmp_path / "out" / "b.work" / "data" / "trials"
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if len(list(trials.glob("t*.jsonl"))) >= 12:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    assert "--resume" in err
    assert "Traceback" not in err + out
    assert smets_harness("verify", "out/b").returncode == 0
    assert smets_harness("replay", "out/b").returncode == 0, "a bundle that was interrupted repeats as far as it goes"
    assert smets_harness("run", SCENARIO, *SMALL, "--name", "b").returncode == 4, "it does not overwrite what is there unasked"
    resumed = smets_harness("run", "--resume", "out/b", "--json")
    assert json.loads(resumed.stdout)["payload-root"] == root


def test_replay_says_so(smets_harness: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    _run(tmp_path)
    same = smets_harness("replay", "out/b", "--workers", "2")
    assert same.returncode == 0, same.stdout + same.stderr
    assert "the same" in same.stdout
    other = smets_harness("replay", "out/b", "--seed", "another")
    assert other.returncode == 1
    assert "E-RERUN-DIFF  data/plan/assignment.jsonl" in other.stdout
