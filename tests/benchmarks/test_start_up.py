"""Start-up of the command line, as a ratio to a bare interpreter in the same run."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

ROUNDS = 15
LIMIT = 6
GOAL = 4


def _seconds(*arguments: str) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - began


@pytest.mark.benchmark(group="start-up")
def test_help_costs_a_few_bare_interpreters(benchmark: BenchmarkFixture) -> None:
    bare, whole = [], []
    for _ in range(ROUNDS):
        bare.append(_seconds("-c", "pass"))
        whole.append(_seconds("-m", "harness", "--help"))
    ratio = median(whole) / median(bare)
    benchmark.extra_info.update({"ratio to a bare interpreter": round(ratio, 2), "limit": LIMIT, "goal": GOAL})
    benchmark.pedantic(_seconds, args=("-m", "harness", "--help"), rounds=ROUNDS)
    assert ratio <= LIMIT
