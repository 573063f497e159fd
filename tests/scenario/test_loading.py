"""What a scenario comes to: units settled, defaults written out, overrides applied, names resolved."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import ScenarioError
from harness.scenario import ScenarioProblemsError, load
from harness.scenario.loading import seed_override
from harness.vocab.identity import DeviceModel
from harness.vocab.roles import ArmRole
from harness.vocab.time import DAY, HOUR, MINUTE
from tests.fake_bench import DETECTORS, SCENARIO, FakeTarget

LEAST = """\
format = "smets-scenario/1"
id = "least"
family = "own"
question = "Is anything said?"
codes = ["8002"]
exploratory = true
[combination]
region = "south"
hub = "gate-1@2.0"
[window]
observe = "1d"
[arms.treatment]
[outcome]
detector = "pair-counter"
"""


def test_values_are_in_base_units_and_names_are_resolved(loaded) -> None:
    scenario = loaded(SCENARIO)
    assert scenario.codes == (0x8002, 0x8085)
    assert (scenario.window.settle, scenario.window.observe) == (30 * MINUTE, DAY)
    treatment, condition, device, positive, sham = scenario.arms
    assert treatment.combination.devices == {
        "hub": DeviceModel("gate-1", "2.0"),
        "esme": DeviceModel("pine-e1", "1.2"),
        "gsme": DeviceModel("birch-g9", "1.0"),
        "ppmid": None,
    }
    hover, cut = treatment.stimuli
    assert dict(hover.settings) == {"mean": 253_000, "deviation": 600, "correlation": 10 * MINUTE}
    assert (cut.name, cut.at, cut.every, cut.times) == ("supply.cut-1", HOUR, 2 * HOUR, 3)
    assert cut.told == "supply.cut at 1h, every 2h, 3 times: lasting 1m"
    assert condition.stimuli[0].settings["mean"] == 240_000
    assert condition.stimuli[0].told == "supply.voltage at 0s: mean 240.000 V, deviation 0.600 V, correlation 10m"
    assert condition.combination == treatment.combination
    assert device.combination.devices["esme"] == DeviceModel("oak-e1", "3.1")
    assert device.stimuli == treatment.stimuli
    assert [arm.role for arm in scenario.arms] == list(ArmRole)[:5]
    assert positive.role is ArmRole.POSITIVE_CONTROL
    assert sham.stimuli == (cut,), "a stimulus on a role that the arm leaves empty is dropped"
    profile = scenario.profiles[DeviceModel("pine-e1", "1.2")]
    assert dict(profile.settings) == {"hysteresis": 0, "mode": "plain", "loss": 0}
    assert dict(profile.mechanisms[0].settings) == {"every": HOUR, "codes": (0x8002,)}


def test_every_default_is_written_out(loaded) -> None:
    scenario = loaded(LEAST)
    assert (scenario.origin, scenario.seed, scenario.not_examined, dict(scenario.expect)) == ("not stated", "1", (), {})
    assert (scenario.window.start, scenario.window.settle) == ("2030-01-07T00:00:00Z", 30 * MINUTE)
    assert scenario.window.taps == ("han", "hub", "wan", "dsp", "user")
    assert (scenario.outcome.tap, scenario.outcome.role, scenario.outcome.more_than) == ("hub", "any", 0)
    assert dict(scenario.outcome.settings) == {"pairs": 3, "within": 6 * HOUR}
    assert (scenario.stop.at, scenario.stop.blocks, scenario.stop.zero_blocks) == ("C1", 60, 29)
    assert scenario.arms[0].combination.devices == {"hub": DeviceModel("gate-1", "2.0"), "esme": None, "gsme": None, "ppmid": None}


def test_an_arm_says_its_role_or_its_name_does(loaded) -> None:
    text = SCENARIO.replace("[arms.condition-control]", "[arms.condition-control-cool]").replace(
        "[arms.sham]", '[arms.empty]\nrole = "sham"'
    )
    scenario = loaded(text.replace('condition-control = "NR"', ""))
    assert {arm.name: arm.role for arm in scenario.arms}["condition-control-cool"] is ArmRole.CONDITION_CONTROL
    assert {arm.name: arm.role for arm in scenario.arms}["empty"] is ArmRole.SHAM


def test_a_stimulus_can_be_meant_by_its_number_and_left_out(loaded) -> None:
    text = SCENARIO.replace("stimulus.hover.with.mean", "stimulus.0.with.mean").replace("[arms.sham]", "[arms.sham]\nwithout = [1]")
    scenario = loaded(text)
    assert scenario.arms[1].stimuli[0].settings["mean"] == 240_000
    assert scenario.arms[4].stimuli == ()


@pytest.mark.parametrize(
    ("override", "seen"),
    [
        ("stop.blocks=7", lambda scenario: scenario.stop.blocks == 7),
        ("stimulus.hover.with.mean=240.5 V", lambda scenario: scenario.arms[0].stimuli[0].settings["mean"] == 240_500),
        ('stimulus.0.with.mean="241.0 V"', lambda scenario: scenario.arms[0].stimuli[0].settings["mean"] == 241_000),
        ("expect.treatment=NR", lambda scenario: scenario.expect["treatment"] == "NR"),
        ("arms.sham.combination.gsme=none", lambda scenario: scenario.arms[4].combination.devices["gsme"] is None),
        ("combination.gsme=none", lambda scenario: scenario.arms[0].combination.devices["gsme"] is None),
        ('codes.1="0x8006"', lambda scenario: scenario.codes == (0x8002, 0x8006)),
        ("window.start=2031-02-03T04:05:06Z", lambda scenario: scenario.window.start == "2031-02-03T04:05:06Z"),
        ('"window"."taps"=["hub"]', lambda scenario: scenario.window.taps == ("hub",)),
        (seed_override('a "quoted" seed = 3'), lambda scenario: scenario.seed == 'a "quoted" seed = 3'),
    ],
)
def test_a_command_line_changes_one_value(loaded, override, seen) -> None:
    scenario = loaded(SCENARIO, override)
    assert seen(scenario)
    assert scenario.overrides == (override,)
    assert not seen(loaded(SCENARIO))


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("stop.blocks", "--set stop.blocks: not a change; expected path=value, such as 'stop.blocks=12'"),
        ("stop.blocks=many", "--set stop.blocks=many: 'many' does not fit; expected a whole number"),
        ("stop.blcks=3", "--set stop.blcks=3: no key 'blcks' in stop; did you mean 'blocks'?"),
        ("stimulus.hovr.at=1h", "--set stimulus.hovr.at=1h: no stimulus 'hovr'; did you mean 'hover'?"),
        ("stimulus.9.at=1h", "--set stimulus.9.at=1h: no stimulus '9'; expected hover, 0, 1"),
        ("id.x=1", "--set id.x=1: 'id' is a single value; expected a path that ends there"),
        ("a b=1", "--set a b=1: 'a b' is not a path; expected names joined by '.', such as 'combination.esme'"),
        ("seed=1\ncodes=2", "--set seed=1\ufffdcodes=2: not a change; expected path=value, such as 'stop.blocks=12'"),
        ("seed=\udcff", "--set seed=\ufffd: not a change; expected path=value, such as 'stop.blocks=12'"),
        ("combination.esme=pine-e1@7", "--set combination.esme=pine-e1@7: no device profile 'pine-e1@7'; did you mean 'pine-e1@1.2'?"),
    ],
)
def test_a_problem_of_the_command_line_is_told_there(problems_of, override, told) -> None:
    (problem,) = problems_of(SCENARIO, override)
    assert str(problem) == told


def test_a_scenario_is_found_by_id_by_path_and_as_text(shelf) -> None:
    path = shelf / "scenarios" / "voltage" / "hover.toml"
    by_id, by_path, by_text = (load(source, target=FakeTarget(), detectors=DETECTORS) for source in ("hover", str(path), SCENARIO))
    assert by_id == by_path == by_text == load(path, target=FakeTarget(), detectors=DETECTORS)


def test_loading_a_broken_scenario_raises_every_problem_at_once(shelf) -> None:
    text = SCENARIO.replace("north", "nort").replace("blocks = 12", "blocks = -1")
    with pytest.raises(ScenarioProblemsError) as caught:
        load(text, target=FakeTarget(), detectors=DETECTORS)
    assert [problem.line for problem in caught.value.problems] == [9, 52]
    assert str(caught.value).splitlines()[-1] == "2 problems; nothing was run"
    assert caught.value.exit_code == 4


def test_a_file_that_is_not_there_is_told(shelf) -> None:
    with pytest.raises(ScenarioError, match="no such file") as caught:
        load("hovver.toml", target=FakeTarget(), detectors=DETECTORS)
    assert caught.value.where == "hovver.toml"
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(Path(), target=FakeTarget(), detectors=DETECTORS)


def test_two_profiles_of_one_model_and_firmware_are_an_error_that_names_both(problems_of, shelf, tmp_path, monkeypatch) -> None:
    again = tmp_path / "again" / "device_profiles" / "esme"
    again.mkdir(parents=True)
    (again / "pine-e1.toml").write_text((shelf / "device_profiles" / "esme" / "pine_e1.toml").read_text())
    monkeypatch.setenv("SMETS_HARNESS_LIBRARY", f"{shelf}:{tmp_path / 'again'}")
    (problem,) = problems_of(SCENARIO)
    assert (problem.file, problem.line) == ("library/device_profiles/esme/pine_e1.toml", 7)
    assert problem.what == "device profile 'pine-e1@1.2' is defined again in again/device_profiles/esme/pine-e1.toml"
