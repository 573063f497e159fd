"""What is said of the field is sealed with the plan, and changes no trial."""

from __future__ import annotations

import json

import pytest

from harness.errors import BundleError
from harness.plan import Plan
from harness.plan.model import PLAN
from harness.vocab.canonical import document
from harness.vocab.impact import Population, Share

STATED = 'impact={ share = { low = "0.5 %", mode = "2 %", high = "8 %" }, counting-point = "wan", installed = 5 }'
POPULATION = Population(share=Share(low=5_000, mode=20_000, high=80_000), counting_point="wan", installed=5)


def test_it_stands_in_the_plan_with_what_is_not_stated(planned) -> None:
    assert json.loads(planned().octets)["impact"] == {
        "share": None,
        "basis": "assumed",
        "counting-point": "hub",
        "common-cause": "none",
        "together": None,
        "installed": None,
        "capacity": None,
        "documented-degradation": "",
    }
    assert json.loads(planned(STATED).octets)["impact"]["share"] == [5_000, 20_000, 80_000]


def test_it_is_rebuilt_from_the_bundle(planned) -> None:
    plan = planned(STATED)
    assert plan.population == POPULATION
    assert Plan.from_files(plan.files()).population == POPULATION
    assert Plan.from_files(planned().files()).population == Population(counting_point="hub")


def test_another_assumption_is_another_plan_with_the_same_trials(planned) -> None:
    stated, silent = planned(STATED), planned()
    assert stated.digest != silent.digest
    assert (stated.root, stated.trials, stated.assignment) == (silent.root, silent.trials, silent.assignment)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("share", [1, 2]),
        ("share", [3, 2, 1]),
        ("share", [1, 2, 1_000_001]),
        ("share", [0, True, 2]),
        ("share", "2 %"),
        ("counting-point", "moon"),
        ("together", -1),
        ("installed", 0),
        ("capacity", "60000000"),
        ("common-cause", None),
        ("basis", None),
    ],
)
def test_what_no_plan_gives_is_refused(planned, member, value) -> None:
    plan = planned(STATED)
    body = json.loads(plan.octets)
    body["impact"][member] = value
    with pytest.raises(BundleError, match="E-PLAN-SHAPE"):
        Plan.from_files({**plan.files(), PLAN: document(body)})
