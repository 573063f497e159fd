"""Every shipped scenario, whole, on the simulator: the verdict it expects, and the null run beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = {path.stem.replace("_", "-"): path for path in sorted((ROOT / "scenarios").glob("*/*.toml"))}
MECHANISMS = ["average-voltage-chatter", "join-refusal-alerts", "retransmission-duplicates", "tunnel-disagreement"]


def _verdict(run: Run, *arguments: str) -> dict[str, Any]:
    done = run("run", *arguments, "--name", "b", "--json", "--workers", "1")
    assert done.returncode == 0, done.stderr + done.stdout
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def _grades(verdict: dict[str, Any]) -> dict[str, str]:
    arms = {arm["arm"]: arm["grade"] for arm in verdict["certainty"]["arms"]}
    return {arm["name"]: arms[arm["arm"]] for arm in verdict["arms"]}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_it_checks_without_a_problem(scenario: str, smets_harness: Run) -> None:
    done = smets_harness("check", str(SCENARIOS[scenario]))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("scenario", MECHANISMS)
def test_a_mechanism_is_controlled_and_no_control_is(scenario: str, smets_harness: Run, tmp_path: Path) -> None:
    verdict = _verdict(smets_harness, scenario)
    assert verdict["grade"] == "C3-S u=0 frequent"
    grades = _grades(verdict)
    controls = {name: grade for name, grade in grades.items() if "control" in name and name != "positive-control"}
    assert len(controls) >= 2
    assert set(controls.values()) == {"NR-S u=0"}
    assert grades["sham"] == "NR-S u=0"
    assert not verdict["certainty"]["void-blocks"]
    assert smets_harness("verify", "out/b").returncode == 0


@pytest.mark.parametrize("scenario", MECHANISMS)
def test_with_the_condition_removed_it_is_not_reproduced_and_a_rate_is_excluded(scenario: str, smets_harness: Run) -> None:
    verdict = _verdict(smets_harness, scenario, "--without-condition")
    assert verdict["grade"] == "NR-S u=0"
    treatment = next(arm for arm in verdict["certainty"]["arms"] if arm["role"] == "treatment")
    assert treatment["positive"] == 0
    assert treatment["trials"] == 29
    assert 0.09 < float(treatment["excluded"]["decimal"]) < 0.1, "29 silent blocks exclude 10 % (design table: 29 -> 10 %)"


@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - set(MECHANISMS)))
def test_healthy_devices_come_out_clean(scenario: str, smets_harness: Run, tmp_path: Path) -> None:
    verdict = _verdict(smets_harness, scenario)
    assert verdict["grade"] == "NR-S u=0"
    emitters = {arm["arm"] for arm in verdict["arms"] if arm["role"] == "positive-control"}
    healthy = [total for total in verdict["totals"] if total["arm"] not in emitters]
    assert len(healthy) == len(verdict["arms"]) - 1
    for total in healthy:
        found = {row["name"]: row["count"] for row in total["by-detector"]}
        assert not any(found.values()), "no detector calls anything of a healthy device superfluous"
    billing = [row["count"] for total in healthy for row in total["by-code"] if row["name"] == "0x8F0A"]
    assert sum(billing) > 100, "billing alerts were there to be judged"
