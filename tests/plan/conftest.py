"""A plan of the fake scenario, and its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.interfaces.library import ENVIRONMENT
from harness.plan import design
from harness.scenario import load
from tests.fake_bench import DETECTORS, SCENARIO, FakeTarget, write_library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.plan import Plan

HARNESS = {"version": "0.0.0", "digest": "0" * 64}
POLICY = {"id": "a-policy", "digest": "1" * 64}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of fake profiles, in force for this test."""
    root = write_library(tmp_path / "library")
    monkeypatch.setenv(ENVIRONMENT, str(root))
    return root


@pytest.fixture
def planned(shelf: Path) -> Callable[..., Plan]:
    """Lay out the plan of a scenario text with overrides."""

    def run(*overrides: str, text: str = SCENARIO, **members: object) -> Plan:
        scenario = load(text, target=FakeTarget(), detectors=DETECTORS, overrides=overrides)
        return design(scenario, FakeTarget(), **{"harness": HARNESS, "policy": POLICY, "plugins": (), **members})

    return run
