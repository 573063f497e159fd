"""screen, shrink and isolate on the simulator: the truth is found, and the same octets whatever happens on the way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from searches import SCENARIO

from harness.vocab.canonical import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "mine.toml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def _record(folder: Path) -> dict[str, Any]:
    value = parse((folder / "search.json").read_bytes())
    assert isinstance(value, dict)
    return value


@pytest.mark.slow
def test_shrink_drops_what_is_superfluous_and_keeps_the_hover_at_any_worker_count(here: Path, smets_harness: Run) -> None:
    for workers in ("1", "2"):
        done = smets_harness("shrink", "mine.toml", "--name", f"s{workers}", "--workers", workers, "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["needed"] == ["stimulus.hover.with.mean", "combination.esme"]
        assert "stimulus.restart" in told["dropped"]
        assert told["ceiling"] == "C1"
        assert not (here / "out" / f"s{workers}.work").exists()
    one, two = (here / "out" / name / "search.json" for name in ("s1", "s2"))
    assert one.read_bytes() == two.read_bytes()
    record = _record(one.parent)
    assert [asked["verdict"] for asked in record["asked"][:3]] == ["reproduces", "does not reproduce", "reproduces"]
    assert {asked["plan"] for asked in record["asked"]} == set(record["plans"])
    assert record["trials"] == sum(len(asked["seen"]) for asked in record["asked"])
    smallest = smets_harness("run", "out/s1/smallest.toml", "--name", "smallest", "--json")
    assert json.loads(smallest.stdout)["grade"].startswith("C1-S"), smallest.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_search_goes_on_to_the_same_octets(how: signal.Signals, here: Path, smets_harness: Run) -> None:
    whole = smets_harness("shrink", "mine.toml", "--name", "whole", "--workers", "1")
    assert whole.returncode == 0, whole.stderr
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "shrink", "mine.toml", "--name", "cut", "--workers", "1"],
        cwd=here,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if len(list((here / "out" / "cut.work").glob("plans/*/data/trials/t*.jsonl"))) >= 20:
            process.send_signal(how)
            break
    _, said = process.communicate(timeout=120)
    assert process.returncode == (2 if how is signal.SIGINT else -9), said
    if how is signal.SIGINT:
        assert "--resume" in said
        assert "Traceback" not in said
    assert smets_harness("shrink", "mine.toml", "--name", "cut").returncode == 4, "it does not overwrite what is there unasked"
    recorded = {path.name for path in (here / "out" / "cut.work").glob("plans/*/data/trials/t*.jsonl")}
    assert len(recorded) >= 20
    assert smets_harness("shrink", "mine.toml", "--name", "cut", "--resume", "--workers", "2").returncode == 0
    assert (here / "out" / "cut" / "search.json").read_bytes() == (here / "out" / "whole" / "search.json").read_bytes()


@pytest.mark.slow
def test_a_screen_follows_up_the_two_levels_that_matter_and_tells_what_cannot_be(here: Path, smets_harness: Run) -> None:
    for workers in ("1", "2"):
        done = smets_harness("screen", "mine.toml", "--name", f"s{workers}", "--workers", workers)
        assert done.returncode == 0, done.stderr
    assert "stimulus.restart.at = 11h with window.observe = 10h: stimulus after the window" in done.stdout
    assert "C1 at most" in done.stdout
    one, two = (here / "out" / name / "search.json" for name in ("s1", "s2"))
    assert one.read_bytes() == two.read_bytes()
    record = _record(one.parent)
    followed = {f"{one['factor']} = {one['level']}" for one in record["levels"] if one["follow"]}
    assert followed == {"combination.esme = alder-e1@1.2", "stimulus.hover.with.mean = 253.0 V"}
    told = next(line for line in done.stdout.splitlines() if line.startswith("follow up"))
    assert set(told.removeprefix("follow up  ").split("; ")) == followed
    assert (record["grade"], record["ceiling"]) == ("C1", "C1")
    assert all(control["held"] for control in record["controls"])


@pytest.mark.slow
def test_a_true_trigger_is_isolated_on_trials_of_its_own(here: Path, smets_harness: Run) -> None:
    assert smets_harness("shrink", "mine.toml", "--name", "s", "--workers", "2").returncode == 0
    done = smets_harness("isolate", "out/s/search.json", "--name", "p", "--json", "--workers", "2")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["grade"].startswith("C4-S u=0")
    assert smets_harness("verify", "out/p").returncode == 0
    source = (here / "out" / "p" / "data" / "inputs" / "scenario.toml").read_text(encoding="utf-8")
    record = _record(here / "out" / "s")
    assert all(digest in source for digest in record["plans"]), "the search's plans are named in the evidence"
    assert told["plan"] not in record["plans"]
    searched = {seen["trial"] for asked in record["asked"] for seen in asked["seen"]}
    assert searched.isdisjoint(path.stem for path in (here / "out" / "p" / "data" / "trials").iterdir())
    again = smets_harness("run", "out/p.toml", "--name", "again", "--json")
    assert json.loads(again.stdout)["payload-root"] == told["payload-root"], "the written file is all there is to it"


@pytest.mark.slow
def test_a_claim_with_a_condition_too_many_is_not_isolated(here: Path, smets_harness: Run) -> None:
    claim = ["stimulus.hover.with.mean", "combination.esme", "stimulus.restart"]
    done = smets_harness("isolate", "mine.toml", *(word for name in claim for word in ("--factor", name)), "--json", "--workers", "2")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["grade"].startswith("C3-S")


@pytest.mark.slow
def test_a_claim_with_a_condition_too_few_is_not_isolated(here: Path, smets_harness: Run) -> None:
    """Without the meter in the claim, the baseline has another meter, and there the hover is not enough."""
    done = smets_harness("isolate", "mine.toml", "--factor", "stimulus.hover.with.mean", "--json", "--workers", "2")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["grade"].startswith("C3-S")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["shrink", "mine.toml", "--keep", "stimulus.hovr.with.mean"], "did you mean 'stimulus.hover.with.mean'?"),
        (["shrink", "mine.toml", "--factor", "combination.esne=none"], "did you mean 'esme'?"),
        (["shrink", "mine.toml", "--workers", "0"], "0 workers"),
        (["shrink", "mine.toml", "--resume", "--name", "x"], "nothing was interrupted here"),
        (["shrink", "mine.toml", "--inside", "ppmid"], "holds nothing that could be left out"),
        (["screen", "mine.toml", "--only", "combination.regoin"], "did you mean 'combination.region'?"),
        (["screen", "mine.toml", "--only", "combination.esme"], "strength 2 with 1 factors"),
        (["screen", "mine.toml", "--rate", "often"], "'often' is not a share"),
        (["screen", "average-voltage-chatter"], "names no factors"),
        (["isolate", "mine.toml"], "nothing is claimed"),
        (["isolate", "mine.toml", "--factor", "stimulus.hover.with.men"], "did you mean 'stimulus.hover.with.mean'?"),
        (["isolate", "absent.json"], "cannot be read"),
        (["isolate", "mine.toml", "--factor", "combination.esme", "--seed", "1"], "was used in the search"),
    ],
    ids=lambda value: " ".join(value[:1] + value[2:]) if isinstance(value, list) else "",
)
def test_a_request_that_cannot_be_is_refused_with_the_nearest(line: list[str], words: str, here: Path, smets_harness: Run) -> None:
    done = smets_harness(*line)
    assert done.returncode == 4, done.stdout + done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (here / "out").exists(), "nothing was written"
