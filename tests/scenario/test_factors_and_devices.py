"""Factors and changes inside simulated devices: checked where they stand, with the nearest right name."""

from __future__ import annotations

import pytest
from searches import SCENARIO

from harness.interfaces.registry import target
from harness.scenario.loading import check, load

SIMULATOR = target("simulator")


def _problems(tmp_path, text: str) -> list[tuple[str, str, str]]:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    found = check(path, target=SIMULATOR)
    return [(problem.source[problem.column - 1 :][: problem.width], problem.what, problem.nearest) for problem in found]


def test_factors_of_every_kind_are_accepted(tmp_path) -> None:
    more = (
        '"device.esme.carries.average-voltage-chatter" = ["present", "absent"]\n'
        '"device.hub.with.duplicate-cache" = [0, 64]\n'
        '"stimulus.1" = ["present", "absent"]\n'
    )
    assert _problems(tmp_path, SCENARIO + more) == []


@pytest.mark.parametrize(
    ("factor", "found"),
    [
        ('"combination.esne" = ["a@1", "b@1"]', ('"combination.esne"', "no combination 'esne'", "esme")),
        ('"combinatoin.esme" = ["a@1", "b@1"]', ('"combinatoin.esme"', "'combinatoin' is nothing to vary", "combination")),
        ('"stimulus.hover.wiht.mean" = ["1 V", "2 V"]', ('"stimulus.hover.wiht.mean"', "no 'wiht' to vary in a stimulus", "")),
        (
            '"stimulus.hover.with.men" = ["1 V", "2 V"]',
            ('"stimulus.hover.with.men"', "no setting 'men'", "mean"),
        ),
        (
            '"stimulus.deaf" = ["present", "abset"]',
            ('"abset"', "with stimulus.deaf = 'abset': 'abset' is no level of 'deaf' as a whole", "absent"),
        ),
        (
            '"combination.hub" = ["northgate-1@2.0", "bridgewater-2@1.5"]',
            (
                '"bridgewater-2@1.5"',
                "with combination.hub = 'bridgewater-2@1.5': no device profile 'bridgewater-2@1.5'",
                "bridgewater-2@1.4",
            ),
        ),
        ('"combination.hub" = ["northgate-1@2.0"]', ('["northgate-1@2.0"]', "the list is too short", "")),
        (
            '"device.esme.carries.average-voltage-chater" = ["present", "absent"]',
            (
                '"absent"',
                "with device.esme.carries.average-voltage-chater = 'absent': this device carries no mechanism 'average-voltage-chater'",
                "average-voltage-chatter",
            ),
        ),
    ],
)
def test_a_factor_that_leads_nowhere_is_told_at_its_place(tmp_path, factor: str, found: tuple[str, str, str]) -> None:
    assert _problems(tmp_path, f"{SCENARIO}{factor}\n") == [found]


def test_an_arm_changes_a_simulated_device_inside() -> None:
    text = SCENARIO.replace(
        "[arms.device-control]\ncombination",
        '[arms.device-control-bare]\ndevice.esme.without = ["average-voltage-chatter"]\n[arms.device-control]\ncombination',
    )
    scenario = load(text, target=SIMULATOR)
    arms = {arm.name: arm for arm in scenario.arms}
    whole, bare = (scenario.profiles[arms[name].combination.devices["esme"]] for name in ("treatment", "device-control-bare"))
    assert [use.name for use in whole.mechanisms] == ["average-voltage-chatter"]
    assert bare.mechanisms == ()
    assert bare.settings == whole.settings
    assert bare.model.model == whole.model.model
    assert bare.model != whole.model


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            'device.esme.without = ["voltage-chatter"]',
            ('"voltage-chatter"', "this device carries no mechanism 'voltage-chatter'", "average-voltage-chatter"),
        ),
        (
            'device.esme.with.average-voltage-hysteresi = "1 V"',
            ("average-voltage-hysteresi", "no setting 'average-voltage-hysteresi'", "average-voltage-hysteresis"),
        ),
        ('device.ppmid.without = ["x"]', ("ppmid", "this arm has no 'ppmid'", "")),
    ],
)
def test_a_change_that_leads_nowhere_is_told_at_its_place(tmp_path, change: str, found: tuple[str, ...]) -> None:
    text = SCENARIO.replace("[arms.device-control]\n", f"[arms.device-control-x]\n{change}\n[arms.device-control]\n")
    (problem,) = _problems(tmp_path, text)
    assert problem[: len(found)] == found
