"""Where scenarios and profiles are found, and what happens where a name is taken twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.errors import ScenarioError
from harness.interfaces import library


@pytest.fixture
def two_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    roots = tmp_path / "one", tmp_path / "two"
    for root in roots:
        (root / "scenarios" / "odd").mkdir(parents=True)
    (roots[0] / "scenarios" / "odd" / "left_alone.toml").write_text("")
    monkeypatch.setenv(library.ENVIRONMENT, os.pathsep.join(map(str, roots)))
    monkeypatch.chdir(tmp_path)
    return roots


def test_the_shipped_library_comes_first_and_is_the_checkout(two_libraries, checkout) -> None:
    assert library.roots() == (checkout, *two_libraries)


def test_a_folder_that_is_not_there_is_told(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(library.ENVIRONMENT, str(tmp_path / "nowhere"))
    with pytest.raises(ScenarioError, match="no such folder"):
        library.roots()


def test_a_scenario_is_found_by_id_with_dashes_for_underscores(two_libraries) -> None:
    assert library.find_scenario("left-alone") == two_libraries[0] / "scenarios" / "odd" / "left_alone.toml"
    assert library.family_of(library.find_scenario("left-alone")) == "odd"


def test_an_unknown_scenario_is_told_with_the_nearest(two_libraries) -> None:
    with pytest.raises(ScenarioError) as caught:
        library.find_scenario("left-alon")
    assert caught.value.nearest == "left-alone"
    with pytest.raises(ScenarioError) as caught:
        library.find_scenario("one/scenarios/odd/left_alon.toml")
    assert caught.value.nearest == "one/scenarios/odd/left_alone.toml"


def test_a_scenario_defined_twice_is_an_error_that_names_both_files(two_libraries) -> None:
    (two_libraries[1] / "scenarios" / "odd" / "left-alone.toml").write_text("")
    with pytest.raises(ScenarioError) as caught:
        library.find_scenario("left-alone")
    assert caught.value.where == "one/scenarios/odd/left_alone.toml and two/scenarios/odd/left-alone.toml"


def test_a_path_outside_of_every_library_has_no_family(two_libraries, tmp_path) -> None:
    assert library.family_of(tmp_path / "scenarios" / "mine.toml") == ""
    assert library.label(Path("/nowhere/mine.toml")) == "/nowhere/mine.toml"
    assert library.label(tmp_path / "mine.toml") == "mine.toml"
