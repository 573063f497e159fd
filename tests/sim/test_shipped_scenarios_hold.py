"""Every mechanism has its scenario, and every shipped profile can be installed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from comms_hub_sim.behaviour import SETTINGS

if TYPE_CHECKING:
    from conftest import Bench

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted(path for path in (ROOT / "scenarios").glob("*/*.toml"))
PROFILES = sorted(path for path in (ROOT / "device_profiles").glob("*/*.toml"))


def test_there_is_a_scenario_for_every_mechanism_and_for_healthy_days(bench: Bench) -> None:
    origins = {tomllib.loads(path.read_text(encoding="utf-8"))["origin"] for path in SCENARIOS}
    suspected = {mechanism.origin for mechanism in bench.simulator.mechanisms().values()} - {"positive control"}
    assert origins == suspected | {"negative control"}


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_shipped_profile_can_be_installed(path: Path, bench: Bench) -> None:
    profile = tomllib.loads(path.read_text(encoding="utf-8"))
    role = profile["role"]
    assert (role, profile["model"]) == (path.parent.name, path.stem)
    for firmware in profile["firmware"].values():
        uses = {use["name"].replace("-", "_"): use.get("with", {}) for use in firmware.get("mechanism", [])}
        devices = [bench.device(other) for other in ("hub", "esme", "gsme", "ppmid") if other != role]
        shown = bench.run(bench.order(*devices, bench.device(role, firmware.get("with", {}), **uses), observe="30m"))
        assert role in {facts.role for facts in shown.facts.devices.values()}


def test_every_setting_has_a_default_and_says_what_it_is() -> None:
    for settings in SETTINGS.values():
        for name, setting in settings.items():
            assert setting.default is not None, name
            assert len(setting.doc) > 20, name
            assert name == name.lower().replace("_", "-")
