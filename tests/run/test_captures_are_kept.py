"""Captures come with their journals or not at all, whatever ends the process; and they come again, octet for octet."""

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

from harness.capture.keys import key_lines
from harness.run.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]

SMALL = ["average-voltage-chatter", "--frames", "--set", "window.observe=2h", "--name", "b"]
LONG = [*SMALL, "--set", "stop.blocks=9"]


def captures(bundle: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((bundle / "data" / "captures").iterdir())}


def trials(bundle: Path) -> set[str]:
    return {path.stem for path in (bundle / "data" / "trials").iterdir()}


def test_a_capture_without_its_journal_is_thrown_away(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "work")
    for trial in ("t1", "t2"):
        with place.capture(trial) as stream:
            stream.write(b"packets")
    with place.journal("t1") as stream:
        stream.write(b"{}\n")
    place.open({"data/plan/plan.json": b"{}\n"})
    assert place.capture_path("t1").read_bytes() == b"packets"
    assert not place.capture_path("t2").exists()
    assert place.plan_files() == {"data/plan/plan.json": b"{}\n"}, "captures are no part of the plan"


def test_a_target_that_records_nothing_leaves_no_capture(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "work")
    with place.capture("t1"):
        pass
    assert not place.capture_path("t1").exists()


def test_a_half_written_capture_never_appears(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "work")

    def interrupted() -> None:
        with place.journal("t1") as journal, place.capture("t1") as capture:
            journal.write(b"{}\n")
            capture.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not [path for path in (tmp_path / "work").rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    command = [sys.executable, "-m", "harness", "run", *LONG]
    subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
    return folder / "out" / "b"


def number_of_captures(folder: Path) -> int:
    """How many captures are in place; none where the folder is not there yet, or no more."""
    try:
        return sum(name.endswith(".pcapng") for name in os.listdir(folder))  # noqa: PTH208 - pathlib's own way stumbles over a folder that goes
    except FileNotFoundError:
        return 0


@pytest.mark.slow
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_ended_goes_on_to_the_same_captures(blow: signal.Signals, whole: Path, smets_harness: Run, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "run", *LONG, "--workers", "1"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    kept = tmp_path / "out" / "b.work" / "data" / "captures"
    deadline = time.monotonic() + 120
    while number_of_captures(kept) < 7 and process.poll() is None and time.monotonic() < deadline:
        os.sched_yield()
    process.send_signal(blow)
    _, problem = process.communicate(timeout=120)
    assert process.returncode != 0
    assert b"Traceback" not in problem
    if blow is signal.SIGINT:
        assert smets_harness("verify", "out/b", cwd=tmp_path).returncode == 0, "the bundle so far is valid"
        assert {name.partition(".")[0] for name in captures(tmp_path / "out" / "b")} <= trials(tmp_path / "out" / "b")
    resumed = smets_harness("run", *LONG, "--resume", cwd=tmp_path)
    assert "Traceback" not in resumed.stderr
    assert captures(tmp_path / "out" / "b") == captures(whole)
    assert (tmp_path / "out" / "b" / "manifest-sha256.txt").read_bytes() == (whole / "manifest-sha256.txt").read_bytes()


@pytest.mark.slow
def test_a_sealed_bundle_gives_its_captures_back_to_a_run_that_goes_on(whole: Path, smets_harness: Run, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(whole, tmp_path / "out" / "b")
    done = smets_harness("run", "--resume", "out/b", cwd=tmp_path)
    assert "Traceback" not in done.stderr
    assert captures(tmp_path / "out" / "b") == captures(whole)


@pytest.mark.slow
def test_a_bundle_with_captures_is_verified_and_replayed(whole: Path, smets_harness: Run) -> None:
    names = captures(whole)
    assert {name.partition(".")[0] for name in names} == trials(whole)
    for name in [name for name in names if name.endswith(".pcapng")]:
        assert names[name.replace(".pcapng", ".keys")] == key_lines([names[name]]) != b""
    assert smets_harness("verify", str(whole), "--rerun").returncode == 0
    assert f"{len(names) // 2} captures" in smets_harness("show", str(whole)).stdout


@pytest.mark.slow
def test_keys_that_are_not_those_of_the_capture_are_told(whole: Path, smets_harness: Run, tmp_path: Path) -> None:
    from harness.evidence.seal import seal

    files = {path.relative_to(whole).as_posix(): path for path in sorted((whole / "data").rglob("*")) if path.is_file()}
    other = next(path for path in files if path.endswith(".keys"))
    seal(tmp_path / "other", {**files, other: b'"00","Normal","made up"\n'})
    done = smets_harness("verify", str(tmp_path / "other"), "--level", "V5", "--json")
    assert done.returncode == 1
    assert [problem["file"] for level in json.loads(done.stdout)["levels"] for problem in level["problems"]] == [other]
    capture = tmp_path / "other" / other.replace(".keys", ".pcapng")
    capture.write_bytes(capture.read_bytes()[:-1] + b"!")
    told = smets_harness("capture", str(tmp_path / "other"), "--trial", capture.stem, "--out", "x", cwd=tmp_path)
    assert told.returncode != 0
    assert "captures" in told.stderr
    assert not (tmp_path / "x" / capture.name).exists()


def test_the_default_leaves_no_capture_and_asking_for_one_does(smets_harness: Run, tmp_path: Path) -> None:
    small = ["average-voltage-chatter", "--set", "stop.blocks=1", "--set", "window.observe=2h"]
    smets_harness("run", *small, "--name", "plain")
    smets_harness("run", *small, "--name", "captured", "--capture")
    assert not (tmp_path / "out" / "plain" / "data" / "captures").exists()
    assert len(captures(tmp_path / "out" / "captured")) == 2 * len(trials(tmp_path / "out" / "captured")) > 0
    same = smets_harness("diff", "out/plain", "out/captured", "--json")
    assert same.returncode == 1
    assert "data/captures/" in same.stdout
