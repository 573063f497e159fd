"""Where scenarios, device profiles, mechanisms and detectors live: the shipped library and your own.

A library is a folder with any of ``scenarios/<family>/*.toml``, ``device_profiles/<role>/*.toml``,
``mechanisms/*.py`` and ``detectors/*.py``. The shipped one comes first; the environment variable
``SMETS_HARNESS_LIBRARY`` adds more, separated as ``PATH`` is. A file is found by its name, in which
``_`` and ``-`` are the same.
"""

from __future__ import annotations

import os
from pathlib import Path

from harness.errors import ScenarioError, nearest

__all__ = [
    "ENVIRONMENT",
    "family_of",
    "find_scenario",
    "label",
    "plugin_files",
    "profile_files",
    "roots",
    "scenario_files",
    "scenarios",
    "spoken",
]

ENVIRONMENT = "SMETS_HARNESS_LIBRARY"
_PACKAGE = Path(__file__).resolve().parent.parent


def roots() -> tuple[Path, ...]:
    """Return the library folders in order: the shipped one, then those of ``SMETS_HARNESS_LIBRARY``.

    Raises :class:`ScenarioError` where the variable names a folder that is not there.
    """
    found = [_shipped()]
    for text in filter(None, os.environ.get(ENVIRONMENT, "").split(os.pathsep)):
        folder = Path(text).absolute()
        if not folder.is_dir():
            raise ScenarioError("no such folder", where=f"{ENVIRONMENT}={text}", expected="folders that exist")
        if folder not in found:
            found.append(folder)
    return tuple(found)


def _shipped() -> Path:
    """Return the library that came with the harness: beside the package in a checkout, inside it in a wheel."""
    inside = _PACKAGE / "_library"
    return inside if inside.is_dir() else _PACKAGE.parent


def spoken(path: Path) -> str:
    """Return the name that a file of a library goes by: its stem with ``-`` for ``_``."""
    return path.stem.replace("_", "-")


def scenario_files() -> tuple[Path, ...]:
    """Return every scenario file of every library, in order of library and path."""
    return _files("scenarios", "*/*.toml")


def profile_files() -> tuple[Path, ...]:
    """Return every device profile of every library; the folder is the role, the file name the model."""
    return _files("device_profiles", "*/*.toml")


def plugin_files(folder: str) -> tuple[tuple[Path, Path], ...]:
    """Return (library, file) for every Python file in ``folder`` of the libraries, in order."""
    return tuple((root, path) for root in roots() for path in sorted((root / folder).glob("*.py")) if not path.name.startswith("_"))


def _files(folder: str, pattern: str) -> tuple[Path, ...]:
    return tuple(path for root in roots() for path in sorted((root / folder).glob(pattern)))


def scenarios() -> dict[str, Path]:
    """Return every scenario of every library by its id.

    Raises :class:`ScenarioError` naming both files where an id is taken twice.
    """
    found: dict[str, Path] = {}
    for path in scenario_files():
        first = found.setdefault(spoken(path), path)
        if first is not path:
            raise ScenarioError(f"scenario '{spoken(path)}' is defined twice", where=f"{label(first)} and {label(path)}", expected="one")
    return found


def find_scenario(text: str) -> Path:
    """Return the file that a person means by a path or by a scenario id.

    Raises :class:`ScenarioError` with the nearest id where there is neither.
    """
    path = Path(text)
    if path.suffix == ".toml" or os.sep in text:
        if path.is_file():
            return path
        beside = {str(other) for other in path.parent.glob("*.toml")} if path.parent.is_dir() else set()
        raise ScenarioError("no such file", where=text, expected="a scenario file", nearest=nearest(text, beside))
    known = scenarios()
    if text not in known:
        raise ScenarioError(f"no scenario '{text}'", expected="a path, or the id of a scenario", nearest=nearest(text, known))
    return known[text]


def family_of(path: Path) -> str:
    """Return the family under which a library keeps this scenario file, or an empty string outside of libraries."""
    folder = path.absolute().parent
    return folder.name if folder.parent in {root / "scenarios" for root in roots()} else ""


def label(path: Path) -> str:
    """Write a path for people: relative to the current folder or to its library where it lies in one."""
    whole = path.absolute()
    for base in (Path.cwd(), *roots()):
        if whole.is_relative_to(base):
            return whole.relative_to(base).as_posix()
    return str(path)
