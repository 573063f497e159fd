"""Isolation: arms for necessity, sufficiency and swap; never a seed, a plan or a trial of the search."""

from __future__ import annotations

import tomllib

import pytest
from searches import SCENARIO

from harness.errors import ScenarioError, UsageError
from harness.interfaces.registry import target
from harness.scenario.loading import check, load
from harness.shrink.isolation import claim_without_search, fresh_seed, isolating
from harness.shrink.record import claim_of
from harness.vocab.canonical import document
from harness.vocab.roles import ArmRole

SIMULATOR = target("simulator")
VALUE = tomllib.loads(SCENARIO)
TRUE_TRIGGER = ["stimulus.hover.with.mean", "combination.esme"]


def _isolating(names, value=VALUE, **more) -> str:
    claim = claim_without_search(value, SCENARIO, names)
    return isolating(claim, value, seed=more.pop("seed", fresh_seed(claim)), **more)


def _arms(source: str) -> dict[str, object]:
    return {arm.name: arm for arm in load(source, target=SIMULATOR).arms}


def test_each_claimed_condition_has_an_arm_without_it_and_only_it() -> None:
    arms = _arms(_isolating(TRUE_TRIGGER))
    treatment, hover, esme = (arms[name] for name in ("treatment", "factor-control-hover-mean", "factor-control-esme"))
    assert {arm.role for arm in (hover, esme)} == {ArmRole.FACTOR_CONTROL}
    assert [name for name, arm in arms.items() if arm.role is ArmRole.FACTOR_CONTROL] == [hover.name, esme.name]
    assert hover.combination == treatment.combination
    assert hover.stimuli[1:] == treatment.stimuli[1:]
    assert hover.stimuli[0].settings["mean"] == 240_000
    assert esme.stimuli == treatment.stimuli
    assert str(esme.combination.devices["esme"]) == "cedar-e1@3.1"


def test_on_the_baseline_stands_what_is_claimed_and_nothing_else() -> None:
    alone = _arms(_isolating(TRUE_TRIGGER))["factors-alone"]
    assert alone.role is ArmRole.FACTORS_ALONE
    assert [one.name for one in alone.stimuli] == ["hover", "deaf"]
    assert alone.stimuli[1].settings["acknowledgement-loss"] == 0
    assert {role: str(model) for role, model in alone.combination.devices.items() if model} == {
        "hub": "northgate-1@2.0",
        "esme": "alder-e1@1.2",
    }
    assert alone.combination.region == "central"


def test_a_claimed_component_is_followed_into_another_house() -> None:
    value = {**VALUE, "factors": {**VALUE["factors"], "combination.hub": ["northgate-1@2.0", "bridgewater-2@1.4"]}}
    swapped = _arms(_isolating(TRUE_TRIGGER, value))["factors-alone-swap"]
    devices = swapped.combination.devices
    assert (str(devices["esme"]), str(devices["hub"])) == ("alder-e1@1.2", "bridgewater-2@1.4")
    assert [one.name for one in swapped.stimuli] == ["hover", "deaf", "restart"]
    assert "factors-alone-swap" not in _arms(_isolating(["stimulus.hover.with.mean"], value)), (
        "nothing to follow where no component is claimed"
    )


def test_the_baseline_can_be_set_further_apart() -> None:
    arms = _arms(_isolating(TRUE_TRIGGER, baseline=["combination.hub=bridgewater-2@1.4"]))
    assert str(arms["factors-alone"].combination.devices["hub"]) == "bridgewater-2@1.4"


def test_the_file_checks_by_itself_and_names_the_search(tmp_path) -> None:
    path = tmp_path / "isolated.toml"
    path.write_text(_isolating(TRUE_TRIGGER), encoding="utf-8")
    assert check(path, target=SIMULATOR) == ()
    value = tomllib.loads(path.read_text(encoding="utf-8"))
    assert (value["id"], value["stop"]["at"], value["expect"]["treatment"]) == ("mine-isolated", "C4", "C4")
    assert value["search"]["seed"] == "1"
    assert "exploratory" not in value


def test_a_seed_of_the_search_is_refused_here_and_whenever_the_file_is_loaded() -> None:
    with pytest.raises(UsageError, match="seed '1' was used in the search"):
        _isolating(TRUE_TRIGGER, seed="1")
    source = _isolating(TRUE_TRIGGER)
    with pytest.raises(ScenarioError) as caught:
        load(source, target=SIMULATOR, overrides=['seed="1"'])
    assert "seed '1' was used in the search" in str(caught.value)


def test_the_seed_follows_from_the_claim() -> None:
    one, other = (claim_without_search(VALUE, SCENARIO, names) for names in (TRUE_TRIGGER, TRUE_TRIGGER[:1]))
    assert fresh_seed(one) == fresh_seed(one) != fresh_seed(other)


def test_a_trigger_is_proved_only_of_what_is_controlled() -> None:
    fewer = {**VALUE, "arms": {name: raw for name, raw in VALUE["arms"].items() if name != "device-control"}}
    with pytest.raises(ScenarioError, match="no device-control"):
        _isolating(["stimulus.hover.with.mean"], fewer)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"format": "smets-search/1", "kind": "screen"}, "not the record of a search for a trigger"),
        ([], "not the record of a search for a trigger"),
        ({"format": "smets-search/1", "kind": "shrink", "ending": "not repeatable", "needed": ["x"]}, "the search found no trigger"),
        ({"format": "smets-search/1", "kind": "shrink", "ending": "found", "needed": ["x"]}, "'source' is no text"),
        (
            {"format": "smets-search/1", "kind": "shrink", "ending": "found", "needed": ["x"], "source": "", "factors": [{"steps": ["a"]}]},
            "factor 'a' is broken",
        ),
    ],
)
def test_what_is_no_record_of_a_trigger_is_refused(value, what: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        claim_of(document(value), "search.json")
    assert (caught.value.what, caught.value.where) == (what, "search.json")


def test_the_baseline_cannot_take_away_what_is_claimed() -> None:
    with pytest.raises(ScenarioError, match=r"'combination\.esme' is claimed"):
        _isolating(TRUE_TRIGGER, baseline=["combination.esme=hazel-e1@1.0"])
    with pytest.raises(ScenarioError, match="no combination 'hubb'"):
        _isolating(TRUE_TRIGGER, baseline=["combination.hubb=none"])
