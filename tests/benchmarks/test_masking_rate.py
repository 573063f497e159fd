"""What a trace costs, beside what is done with every trial anyway: carrying it out and assessing it.

Ratios, not rates, are asserted. On one core of a two-core EPYC virtual machine, CPython 3.11.7, the trials of the demo: a trace
takes 2.3 ms, a tenth of what it takes to carry a trial out and assess it; the whole ``run`` takes 1.16 times what it did without traces.
"""

from __future__ import annotations

from io import BytesIO
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from harness.cli.compose import prepare
from harness.interfaces.registry import detectors, target
from harness.judge.assess import assess
from harness.masking.trace import trace
from harness.vocab.journal import Journal, JournalWriter
from harness.wire.gbcs.alert_reading import read_alert

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

    from harness.plan.model import Plan

ROUNDS = 5
CEILING = 0.3
"""Times carrying out and assessing that deriving may take; 0.09 to 0.12 measured."""


def carried_out(plan: Plan) -> list[bytes]:
    """Return the journals of the first block."""
    journals = []
    for trial in plan.blocks[0].trials:
        stream = BytesIO()
        target("simulator").run(plan.order(trial.trial), JournalWriter(stream))
        journals.append(stream.getvalue())
    return journals


def timed(work: Callable[[], object]) -> float:
    """Return the median processor time of some work, with nothing remembered from the last time."""
    spent = []
    for _ in range(ROUNDS):
        read_alert.cache_clear()
        before = process_time()
        work()
        spent.append(process_time() - before)
    return median(spent)


def test_a_trace_costs_little_beside_the_trial(benchmark: BenchmarkFixture) -> None:
    plan = prepare("average-voltage-chatter", target_name="simulator", overrides=[], seed="masking")
    journals = carried_out(plan)
    traces = [trace(octets) for octets in journals]
    assessing = timed(lambda: [assess(Journal(octets), plan.outcome, plan.codes, detectors=detectors()) for octets in traces])
    carrying = timed(lambda: carried_out(plan))
    deriving = timed(lambda: [trace(octets) for octets in journals])
    benchmark.extra_info["times carrying out and assessing"] = round(deriving / (carrying + assessing), 3)
    benchmark.extra_info["ms a trial"] = round(1000 * deriving / len(journals), 2)
    benchmark.pedantic(trace, args=(max(journals, key=len),), rounds=ROUNDS)
    assert deriving < CEILING * (carrying + assessing)
