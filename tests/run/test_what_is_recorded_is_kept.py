"""A disk that fills up, a folder that is taken, a worker that dies: nothing that was recorded is lost."""

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

from harness.errors import BenchError, UsageError
from harness.run.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]

SMALL = ["average-voltage-chatter", "--set", "stop.blocks=3", "--set", "window.observe=2h", "--name", "b"]


def test_a_journal_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "work")

    def interrupted() -> None:
        with place.journal("t1") as stream:
            stream.write(b"half a jour")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not place.journal_path("t1").exists()
    assert not list(place.journal_path("t1").parent.iterdir()), "nothing is left lying about"
    with place.journal("t1") as stream:
        stream.write(b"whole\n")
    assert place.journal_path("t1").read_bytes() == b"whole\n"


def test_a_folder_has_one_process_at_a_time(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "work")
    with place.locked(), pytest.raises(UsageError, match="another process"), Workplace(tmp_path / "work").locked():
        pass
    with place.locked():
        pass


def test_a_plan_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "work")
    files = {"data/plan/plan.json": b"{}\n", "data/inputs/scenario.toml": b"x = 1\n", "data/identity/dev-a.json": b"{}\n"}
    place.open(files)
    with place.journal("t1") as stream:
        stream.write(b"{}\n")
    assert place.plan_files() == files


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file in the way")
    with pytest.raises(BenchError, match="could not be written") as caught:
        Workplace(tmp_path / "work").open({"data/plan/plan.json": b"{}\n"})
    assert "work" in caught.value.where


def test_a_full_disk_ends_the_run_and_resuming_goes_on_from_what_was_recorded(smets_harness: Run, tmp_path: Path) -> None:
    whole = json.loads(smets_harness("run", *SMALL, "--json", "--workers", "1", cwd=_folder(tmp_path, "whole")).stdout)
    folder = _folder(tmp_path, "full")
    limit_in_512_octets = 40
    command = f'ulimit -f {limit_in_512_octets}; exec "$0" -m harness run "$@"'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, *SMALL, "--workers", "1"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 7, done.stderr
    assert "could not be written: File too large" in done.stderr
    assert "--resume" in done.stderr
    assert "Traceback" not in done.stderr
    resumed = json.loads(smets_harness("run", *SMALL, "--resume", "--json", cwd=folder).stdout)
    assert resumed["payload-root"] == whole["payload-root"]


def _folder(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    return folder


def test_a_worker_that_is_killed_costs_time_and_nothing_else(smets_harness: Run, tmp_path: Path) -> None:
    whole = json.loads(
        smets_harness("run", *SMALL[:1], "--set", "stop.blocks=9", "--name", "b", "--json", cwd=_folder(tmp_path, "w")).stdout
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "run", SMALL[0], "--set", "stop.blocks=9", "--name", "b", "--json", "--workers", "2"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    killed = False
    deadline = time.monotonic() + 60
    while not killed and process.poll() is None and time.monotonic() < deadline:
        for worker in _workers(process.pid):
            os.kill(worker, signal.SIGKILL)
            killed = True
    out, err = process.communicate(timeout=120)
    assert killed, "no worker was there to be killed"
    assert process.returncode == 0, err
    assert json.loads(out)["payload-root"] == whole["payload-root"]


def _workers(parent: int) -> list[int]:
    """Return the spawned workers of a process, from the kernel's own list of its children."""
    try:
        children = [int(text) for text in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
        return [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    except OSError:
        return []


def test_events_are_one_json_object_a_line(smets_harness: Run, tmp_path: Path) -> None:
    done = smets_harness("run", *SMALL, "--events", "events.ndjson")
    events = [json.loads(line) for line in (tmp_path / "events.ndjson").read_text().splitlines()]
    assert events[0]["event"] == "campaign.began"
    assert events[-1]["event"] == "campaign.ended"
    judged = sum(event["event"] == "block.judged" for event in events)
    assert judged == events[-1]["blocks"] > 0
    assert sum(event["event"] == "trial.ended" for event in events) == 5 * judged
    assert "\r" not in done.stderr, "no progress is drawn where there is no terminal"


def test_what_is_there_is_not_overwritten_unasked(smets_harness: Run) -> None:
    assert smets_harness("run", *SMALL).returncode in {0, 1, 6}
    again = smets_harness("run", *SMALL)
    assert again.returncode == 4
    assert "--replace" in again.stderr
    assert smets_harness("run", *SMALL, "--replace").returncode in {0, 1, 6}


PULLED_OUT = """
from harness.errors import BenchError


class PulledOut:
    name = "pulled-out"
    origin = "test"
    doc = "stands for a radio that is pulled out in the middle of a trial"
    roles = frozenset({"esme"})
    settings = {}

    def attach(self, device, settings):
        def pull(now):
            raise BenchError("the radio is gone", where="the bench", expected="a radio")

        device.after(3_600_000_000_000, pull)


MECHANISM = PulledOut()
"""
PROFILE = """
format = "smets-device/1"
role = "esme"
model = "loose-e1"
maker = "Loose Contacts"
summary = "Loses its radio."

[firmware."1.0"]

[[firmware."1.0".mechanism]]
name = "pulled-out"
"""


def test_a_trial_that_breaks_off_is_void_and_not_negative(smets_harness: Run, tmp_path: Path) -> None:
    library = tmp_path / "lab"
    (library / "mechanisms").mkdir(parents=True)
    (library / "mechanisms" / "pulled_out.py").write_text(PULLED_OUT)
    (library / "device_profiles" / "esme").mkdir(parents=True)
    (library / "device_profiles" / "esme" / "loose-e1.toml").write_text(PROFILE)
    swapped = ["--set", "combination.esme=loose-e1@1.0", "--set", "stop.blocks=9"]
    env = {"SMETS_HARNESS_LIBRARY": str(library)}
    done = smets_harness("run", SMALL[0], *swapped, "--name", "b", "--json", env=env)
    assert done.returncode == 7, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["grade"] == "inconclusive-S u=0"
    assert len(verdict["certainty"]["void-blocks"]) == verdict["certainty"]["blocks"]
    assert all("the radio is gone" in reason for reason in verdict["certainty"]["void-blocks"].values())
    assert smets_harness("verify", "out/b", env=env).returncode == 0
    assert smets_harness("replay", "out/b", env=env).returncode == 0
    without = smets_harness("replay", "out/b")
    assert without.returncode == 6, "without the library the mechanism is not here, so it cannot be told"
    assert "pulled-out" in without.stdout + without.stderr
