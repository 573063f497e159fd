"""A library with fake devices, and a target that nobody ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.interfaces.library import ENVIRONMENT
from harness.scenario.loading import check, load
from tests.fake_bench import DETECTORS, FakeTarget, write_library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.scenario.model import Scenario
    from harness.scenario.problem import Problem


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of fake profiles and one scenario, in force for this test; the current folder is beside it."""
    root = write_library(tmp_path / "library")
    monkeypatch.setenv(ENVIRONMENT, str(root))
    monkeypatch.chdir(tmp_path)
    return root


@pytest.fixture
def problems_of(shelf: Path, tmp_path: Path) -> Callable[..., tuple[Problem, ...]]:
    """Check a text that was written to a file outside of the library."""

    def run(text: str | bytes, *overrides: str) -> tuple[Problem, ...]:
        path = tmp_path / "mine.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return check(path, target=FakeTarget(), detectors=DETECTORS, overrides=overrides)

    return run


@pytest.fixture
def loaded(shelf: Path) -> Callable[..., Scenario]:
    """Load a scenario text with overrides."""

    def run(text: str, *overrides: str) -> Scenario:
        return load(text, target=FakeTarget(), detectors=DETECTORS, overrides=overrides)

    return run
