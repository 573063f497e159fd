"""What ``smets-harness new`` writes is not only found: it passes the kits, on the simulator."""

from __future__ import annotations

import pytest

PRELUDE = """if True:
    from dataclasses import replace
    from harness.interfaces import registry
    from harness.interfaces.kit import check_detector, check_mechanism, check_target, journal_octets
    from harness.plan import design
    from harness.scenario import load
    simulator = registry.target("simulator")
    scenario = load("average-voltage-chatter", target=simulator, overrides=["window.observe=6h", "window.settle=10m", "stop.blocks=1"])
    plan = design(scenario, simulator, harness={"version": "0", "digest": "0"}, policy={"id": "p", "digest": "1"}, plugins=())
    arms = {plan.arms[trial.arm].name: plan.order(trial.trial) for trial in plan.blocks[0].trials}
    order = arms["device-control"]
    """

MECHANISM = """
    mechanism = simulator.mechanisms()["odd-one"]
    check_mechanism(mechanism, simulator, order, role="esme", settings={"every": "5m"}, off={"every": "30d"})
    print("conforms")
    """

DETECTOR = """
    from harness.interfaces.oracle import Grounds
    from harness.vocab.journal import Journal
    from harness.wire.reading import read_trial
    trials = [read_trial(Journal(journal_octets(simulator, arms[name]))) for name in ("treatment", "positive-control", "sham")]
    check_detector(registry.detectors()["odd-one"], trials, grounds=lambda facts: Grounds(of={}, unmet=()), settings={"within": "6h"})
    print("conforms")
    """


@pytest.mark.parametrize(("kind", "code"), [("mechanism", MECHANISM), ("detector", DETECTOR)])
def test_a_starter_passes_the_kit_of_its_kind(smets_harness, isolated, tmp_path, kind, code) -> None:
    assert smets_harness("new", kind, "odd-one", "--in", str(tmp_path)).returncode == 0
    assert isolated(PRELUDE + code, SMETS_HARNESS_LIBRARY=str(tmp_path)) == "conforms\n"
