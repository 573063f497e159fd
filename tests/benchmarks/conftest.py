"""Benchmarks run only when they are asked for (``make bench``): a timed test has no place in the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FIGURES: dict[str, dict[str, object]] = {}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the folder out unless benchmarks are enabled."""
    del collection_path
    enabled = config.getoption("benchmark_enable") or config.getoption("benchmark_only")
    return None if enabled else True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> object:
    """Keep the figures that a benchmark noted beside its times: the ratios, which are what counts."""
    benchmark = getattr(item, "funcargs", {}).get("benchmark")
    if benchmark is not None and benchmark.extra_info:
        FIGURES[item.name] = dict(benchmark.extra_info)
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures after the table of times."""
    if FIGURES:
        terminalreporter.section("figures: ratios to a peer or a limit in the same run")
    for name, figures in FIGURES.items():
        terminalreporter.write_line(f"{name}: " + ", ".join(f"{what} {value}" for what, value in figures.items()))
