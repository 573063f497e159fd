"""Benchmarks run only when they are asked for (``make bench``): a timed test has no place in the suite."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the folder out unless benchmarks are enabled."""
    enabled = config.getoption("benchmark_enable") or config.getoption("benchmark_only")
    return None if enabled else True
