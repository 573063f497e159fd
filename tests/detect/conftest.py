"""Made-up trials for the tests of this folder."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

_BUILDER = Path(__file__).resolve().parents[1] / "detect" / "trial_builder.py"


@pytest.fixture
def trial():
    """A trial of a day at which nothing has happened yet."""
    return _builder().TrialBuilder()


@pytest.fixture
def builder():
    """The module that makes trials, with its devices and detectors."""
    return _builder()


def _builder():
    if "trial_builder" not in sys.modules:
        spec = spec_from_file_location("trial_builder", _BUILDER)
        sys.modules["trial_builder"] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules["trial_builder"])
    return sys.modules["trial_builder"]
