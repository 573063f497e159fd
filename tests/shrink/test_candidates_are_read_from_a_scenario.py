"""Candidates: what differs between treatment and controls, what is done, what the factors say; each put in its place."""

from __future__ import annotations

import tomllib

import pytest
from searches import SCENARIO

from harness.errors import ScenarioError
from harness.interfaces.registry import target
from harness.scenario.loading import load, opened
from harness.scenario.writing import toml_text
from harness.shrink.candidates import candidates, chosen, inside_device
from harness.shrink.variants import arm_without, searching

SIMULATOR = target("simulator")


def _told(found) -> dict[str, tuple[str, object, str]]:
    return {one.name: (one.treated, one.reference, one.origin) for one in found}


def test_differences_stimuli_and_factors_are_candidates_each_once() -> None:
    assert _told(candidates(tomllib.loads(SCENARIO))) == {
        "stimulus.hover.with.mean": ("253.0 V", "240.0 V", "condition-control"),
        "stimulus.deaf.with.acknowledgement-loss": ("10 %", "0 %", "condition-control"),
        "combination.esme": ("alder-e1@1.2", "cedar-e1@3.1", "device-control"),
        "stimulus.restart": ("present", "absent", "stimulus"),
        "combination.region": ("north", "central", "factors"),
        "stimulus.restart.at": ("5h", "11h", "factors"),
    }


def test_the_command_line_adds_conditions() -> None:
    found = _told(candidates(tomllib.loads(SCENARIO), ["combination.gsme=none", "stimulus.deaf", "stimulus.restart.times=2"]))
    assert found["combination.gsme"] == ("birch-g1@1.0", "none", "command line")
    assert found["stimulus.deaf"] == ("present", "absent", "command line")
    assert found["stimulus.restart.times"] == ("as by default", 2, "command line")


@pytest.mark.parametrize(
    ("text", "what", "near"),
    [
        ("combination.hubb=none", "no combination 'hubb'", "hub"),
        ("stimulus.hovr", "no stimulus 'hovr'", "hover"),
        ("combination.hub", "nothing says what stands in place of 'combination.hub'", ""),
        ("window.observe=1h", "'window.observe' belongs to the whole scenario", ""),
        ("outcome.tap=han", "'outcome' is nothing to vary", ""),
        ("device.esme.holds.x=absent", "'device.esme.holds.x' names nothing inside a device", ""),
    ],
)
def test_a_condition_that_cannot_be_is_refused_with_the_nearest(text: str, what: str, near: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        candidates(tomllib.loads(SCENARIO), [text])
    assert (caught.value.what, caught.value.nearest) == (what, near)


def test_a_condition_is_chosen_by_its_path_and_stimuli_by_number_too() -> None:
    value = tomllib.loads(SCENARIO)
    known = candidates(value)
    assert [one.name for one in chosen(known, ["stimulus.2", "combination.esme"], value)] == ["stimulus.restart", "combination.esme"]
    with pytest.raises(ScenarioError, match=r"no factor 'stimulus.restrat'.*did you mean 'stimulus.restart'"):
        chosen(known, ["stimulus.restrat"], value)


def test_every_subset_of_the_candidates_is_a_scenario_that_loads() -> None:
    value = tomllib.loads(SCENARIO)
    known = candidates(value, ["combination.gsme=none"])
    for number in range(2 ** len(known)):
        left_out = [one for place, one in enumerate(known) if number >> place & 1]
        source = searching(value, arm_without(value, left_out), seed="s", blocks=3, controls=True)
        scenario = load(source, target=SIMULATOR)
        treatment = scenario.arms[0]
        names = {one.name for one in left_out}
        assert scenario.exploratory
        assert ("restart" in {one.name for one in treatment.stimuli}) == ("stimulus.restart" not in names)
        assert (str(treatment.combination.devices["esme"]) == "alder-e1@1.2") == ("combination.esme" not in names)
        assert (treatment.combination.devices["gsme"] is None) == ("combination.gsme" in names)
        hover = treatment.stimuli[0].settings
        assert hover["mean"] == (240_000 if "stimulus.hover.with.mean" in names else 253_000)


def test_a_simulated_device_is_taken_apart_into_settings_and_mechanisms() -> None:
    scenario = load("tunnel-disagreement", target=SIMULATOR)
    by_model = {str(model): profile for model, profile in scenario.profiles.items()}
    elm = inside_device(by_model["elm-e2@2.0"], by_model["cedar-e1@3.1"], SIMULATOR.device_settings("esme"))
    assert "device.esme.carries.tunnel-disagreement" in {one.name for one in elm}
    hub = inside_device(by_model["northgate-1@2.0"], by_model["bridgewater-2@1.4"], SIMULATOR.device_settings("hub"))
    assert {one.name: one.reference for one in hub} == {
        "device.hub.with.tunnel-policy": "close-first",
        "device.hub.with.duplicate-cache": 64,
    }
    value = opened("tunnel-disagreement").value
    known = candidates(value, (), {"hub": hub, "esme": elm})
    assert not [one for one in known if one.path[0] == "combination"], "what is taken apart is not varied as a whole"
    whole = load(searching(value, arm_without(value, known), seed="s", blocks=3, controls=False), target=SIMULATOR).arms[0]
    assert not whole.stimuli


@pytest.mark.parametrize(
    "name", ["average-voltage-chatter", "retransmission-duplicates", "tunnel-disagreement", "billing-only", "ordinary-day"]
)
def test_a_scenario_that_is_written_out_reads_the_same(name: str) -> None:
    document = opened(name)
    written = toml_text(document.value, header="two\nlines", comments={"arms.treatment": "a word"})
    assert tomllib.loads(written) == document.value
    assert written.startswith("# two\n# lines\nformat = ")


def test_odd_names_and_values_are_written_so_that_they_read_the_same() -> None:
    value = {
        "id": 'a "quoted" \\ name',
        "flag": False,
        "empty": [],
        "window": {"start": "2030-01-07T00:00:00Z"},
        "stimulus": [{"name": "one", "with": {}}, {"name": "two.three", "with": {"codes": ["0x8002"], "deep": True}}],
        "arms": {"treatment": {}, "x": {"stimulus": {"two.three": {"with": {"mean": "1 V"}}}, "without": [0]}},
        "factors": {"combination.hub": ["a@1", 3, True]},
    }
    assert tomllib.loads(toml_text(value)) == value


def test_the_command_line_says_otherwise_than_a_control() -> None:
    found = _told(candidates(tomllib.loads(SCENARIO), ["combination.esme=hazel-e1@1.0"]))
    assert found["combination.esme"] == ("alder-e1@1.2", "hazel-e1@1.0", "command line")


def test_stimuli_that_a_treatment_numbers_are_named() -> None:
    text = SCENARIO.replace("[arms.treatment]", '[arms.treatment]\nwithout = [1]\nstimulus.0.with.mean = "253.1 V"')
    value = tomllib.loads(text)
    known = candidates(value)
    assert _told(known)["stimulus.hover.with.mean"] == ("253.1 V", "240.0 V", "condition-control")
    assert "stimulus.deaf.with.acknowledgement-loss" not in _told(known)
    without = arm_without(value, [one for one in known if one.name in {"stimulus.restart", "stimulus.hover.with.mean"}])
    assert (without["without"], without["stimulus"]) == (["deaf", "restart"], {"hover": {"with": {"mean": "240.0 V"}}})
