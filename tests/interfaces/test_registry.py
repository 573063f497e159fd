"""Plug-ins find themselves: in packages, in library folders and by entry points, each with its source and digest."""

from __future__ import annotations

from hashlib import sha256
from textwrap import dedent

import pytest

from harness.errors import ScenarioError
from harness.interfaces import library, registry

MECHANISM = dedent(
    """
    class Stuck:
        name = "{name}"
        origin = "M00"
        doc = "Says it again."
        roles = frozenset({{"esme"}})
        settings = {{}}

        def attach(self, device, settings):
            pass


    MECHANISM = Stuck()
    """
)
DETECTOR = dedent(
    """
    class Finds:
        name = "{name}"
        doc = "Finds it."
        settings = {{}}

        def detect(self, facts, grounds, tap, settings):
            return []


    DETECTOR = Finds()
    """
)
TARGET = dedent(
    """
    from tests.fake_bench import FakeTarget


    class Other(FakeTarget):
        name = "other"
    """
)


@pytest.fixture
def a_library(tmp_path, monkeypatch):
    for folder in ("mechanisms", "detectors"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv(library.ENVIRONMENT, str(tmp_path))
    return tmp_path


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of somebody else with a folder of mechanisms."""
    folder = tmp_path / "site" / "acme_bench_fixture" / "tricks"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text('__version__ = "4.2"\n')
    (folder / "__init__.py").write_text("")
    (folder / "stuck.py").write_text(MECHANISM.format(name="stuck"))
    (folder / "_helper.py").write_text("raise RuntimeError('nobody loads this')\n")
    (folder / "notes.py").write_text("NOTE = 'no plug-in here'\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return folder


def test_a_module_of_a_package_is_found_with_source_version_and_digest(package) -> None:
    (plugin,) = registry.discover("acme_bench_fixture.tricks", "mechanism")
    assert (plugin.kind, plugin.name, plugin.package) == ("mechanism", "stuck", "acme_bench_fixture 4.2")
    assert plugin.source == "acme_bench_fixture/tricks/stuck.py"
    assert plugin.digest == sha256((package / "stuck.py").read_bytes()).hexdigest()
    assert registry.plugin_of(plugin.value) is plugin
    assert registry.plugin_of(object()) is None


def test_a_file_of_a_library_is_found_with_its_digest(a_library) -> None:
    path = a_library / "detectors" / "finds_it.py"
    path.write_text(DETECTOR.format(name="finds-it"))
    found = registry.detectors()
    plugin = registry.plugin_of(found["finds-it"])
    assert plugin is not None
    assert (plugin.source, plugin.package, plugin.digest) == ("detectors/finds_it.py", "", sha256(path.read_bytes()).hexdigest())
    assert set(found) > {"finds-it"}, "those of the harness are there as well"


def test_what_runs_is_what_the_digest_covers(a_library, isolated) -> None:
    """Bytecode kept from an earlier text of the same length and second must not stand in for the file."""
    path = a_library / "mechanisms" / "stuck.py"
    code = """if True:
        from harness.interfaces import registry
        print({name: registry.plugin_of(found).digest for name, found in registry.mechanisms_in("comms_hub_sim.mechanisms").items()})
        """
    for name in ("aaaa", "bbbb"):
        path.write_text(MECHANISM.format(name=name))
        told = isolated(code, PYTHONDONTWRITEBYTECODE="")
        assert f"'{name}': '{sha256(path.read_bytes()).hexdigest()}'" in told
    assert list(path.parent.iterdir()) == [path], "nothing is left behind in somebody's library"


def test_a_name_taken_twice_is_an_error_that_names_both(a_library) -> None:
    for stem in ("first", "second"):
        (a_library / "detectors" / f"{stem}.py").write_text(DETECTOR.format(name="finds-it") + f"# {stem}\n")
    with pytest.raises(ScenarioError) as caught:
        registry.detectors()
    assert caught.value.where == "detectors/first.py and detectors/second.py"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x = 1\nraise ValueError('no good')\n", 2, "fails to load: ValueError: no good"),
        ("x = 1\ny = = 2\n", 2, "fails to load: SyntaxError"),
        ("import a_module_that_is_not_here\n", 1, "fails to load: ModuleNotFoundError"),
    ],
)
def test_a_plugin_that_fails_to_load_is_told_with_file_and_line(a_library, text, line, words) -> None:
    path = a_library / "detectors" / "broken.py"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        registry.detectors()
    assert caught.value.where == f"{path}:{line}"
    assert words in caught.value.what


@pytest.mark.parametrize(
    ("text", "words"),
    [("x = 1\n", "no detector in this file"), ("class Half:\n    name = 'half'\nDETECTOR = Half()\n", "lacks detect, doc, settings")],
)
def test_a_file_that_is_no_plugin_is_told(a_library, text, words) -> None:
    (a_library / "detectors" / "nothing.py").write_text(text)
    with pytest.raises(ScenarioError, match=words):
        registry.detectors()


def test_an_unknown_target_is_told_with_the_nearest() -> None:
    assert "simulator" in registry.target_names()
    with pytest.raises(ScenarioError) as caught:
        registry.target("simulatr")
    assert caught.value.nearest == "simulator"


def test_a_target_of_an_installed_package_is_found_by_its_entry_point(tmp_path, isolated) -> None:
    (tmp_path / "acme_target_fixture.py").write_text(TARGET)
    distribution = tmp_path / "acme_target_fixture-0.7.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-target-fixture\nVersion: 0.7\n")
    (distribution / "entry_points.txt").write_text("[smets_harness.targets]\nother = acme_target_fixture:Other\n")
    code = dedent(
        """
        from harness.interfaces import registry
        chosen = registry.target("other")
        plugin = registry.plugin_of(chosen)
        print(chosen.name, plugin.package, plugin.source, "simulator" in registry.target_names())
        """
    )
    assert isolated(code, PYTHONPATH=str(tmp_path)).split() == ["other", "acme-target-fixture", "0.7", "acme_target_fixture.py", "True"]


def test_what_can_take_part_with_a_target_is_told_by_kind_and_name() -> None:
    chosen = registry.target("simulator")
    found = registry.plugins_with(chosen)
    assert [(plugin.kind, plugin.name) for plugin in found] == sorted((plugin.kind, plugin.name) for plugin in found)
    assert {plugin.name for plugin in found if plugin.kind == "mechanism"} == set(chosen.mechanisms())
    assert {plugin.name for plugin in found if plugin.kind == "detector"} == set(registry.detectors())
    assert [plugin.value for plugin in found if plugin.kind == "target"] == [chosen]
