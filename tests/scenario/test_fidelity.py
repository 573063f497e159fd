"""How much of the home area network is carried out: said in the window, sealed in the plan, refused where a target cannot do it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.cli.compose import prepare
from harness.exit_codes import AS_EXPECTED, DIFFERS
from harness.interfaces.target import FIDELITIES, fidelities_of
from harness.plan.model import Plan
from tests.fake_bench import SCENARIO, FakeTarget

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from harness.scenario.model import Scenario
    from harness.scenario.problem import Problem

QUESTION = "tunnel-disagreement"


def test_whole_messages_are_the_default(loaded: Callable[..., Scenario]) -> None:
    assert loaded(SCENARIO).window.fidelity == "messages"
    assert fidelities_of(FakeTarget()) == ("messages",)


def test_a_target_that_cannot_do_frames_says_so_at_their_place(problems_of: Callable[..., tuple[Problem, ...]]) -> None:
    (problem,) = problems_of(SCENARIO, "window.fidelity=frames")
    assert "does not carry out 'frames'" in problem.what
    assert problem.expected == "'messages'"


def test_another_word_is_answered_with_the_right_ones(problems_of: Callable[..., tuple[Problem, ...]]) -> None:
    (problem,) = problems_of(SCENARIO, "window.fidelity=octets")
    assert all(name in problem.expected for name in FIDELITIES)


def test_it_is_part_of_the_plan_and_of_every_order() -> None:
    plans = {name: prepare(QUESTION, target_name="simulator", overrides=[f"window.fidelity={name}"], seed=None) for name in FIDELITIES}
    for name, plan in plans.items():
        assert json.loads(plan.octets)["window"]["fidelity"] == name
        assert plan.order(plan.blocks[0].trials[0].trial).fidelity == name
        assert Plan.from_files(plan.files()).window.fidelity == name
    assert plans["frames"].digest != plans["messages"].digest
    assert plans["frames"].root != plans["messages"].root, "another question has other chance"


def test_run_has_a_short_word_for_it(smets_harness: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    few = ("--set", "window.observe=1h", "--set", "stop.blocks=1", "--set", "stop.zero-blocks=1", "--name", "b", "--workers", "1")
    done = smets_harness("run", QUESTION, "--frames", *few)
    assert done.returncode in {AS_EXPECTED, DIFFERS}, done.stderr
    plan = json.loads((tmp_path / "out" / "b" / "data" / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert plan["window"]["fidelity"] == "frames"
    told = smets_harness("verify", "out/b")
    assert told.returncode == 0, told.stdout + told.stderr
