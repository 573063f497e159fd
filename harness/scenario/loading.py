"""Loading and checking: from a file, an id or a text to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import ScenarioError
from harness.interfaces import library
from harness.scenario.document import parsed, read_text
from harness.scenario.factors import factor_path, place_of, treatment_name, with_level
from harness.scenario.fields import PROFILE_FORMAT
from harness.scenario.problem import Issue, Problem, ScenarioProblemsError
from harness.scenario.profiles import Shelf, profiles_of
from harness.scenario.resolve import Known, resolve

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping, Sequence

    from harness.interfaces.detector import Detector
    from harness.interfaces.target import Target
    from harness.scenario.document import Document
    from harness.scenario.model import Level, Scenario
    from harness.scenario.problem import Path

__all__ = ["check", "load", "opened", "seed_override"]


def load(
    source: str | pathlib.Path, *, target: Target, overrides: Sequence[str] = (), detectors: Mapping[str, Detector] | None = None
) -> Scenario:
    """Return the scenario that ``source`` means: a path, the id of a scenario of a library, or (with line ends) TOML itself.

    ``overrides`` are ``path=value`` texts, applied before anything is checked. ``detectors`` are those of
    the registry unless given. Raises :class:`ScenarioProblemsError` with everything that is wrong, each at its
    place, and :class:`ScenarioError` where there is no such file or scenario.
    """
    document, path = _opened(source)
    changed, problems = document.changed(overrides)
    scenario, found = _look(changed, path, _known(target, detectors))
    if scenario is None or problems:
        raise ScenarioProblemsError((*problems, *found))
    return scenario


def opened(source: str | pathlib.Path, *, overrides: Sequence[str] = ()) -> Document:
    """Return the document that ``source`` means (see :func:`load`) with overrides applied, before anything in it is checked.

    Raises :class:`ScenarioProblemsError` where it is not TOML, or where an override cannot be applied.
    """
    changed, problems = _opened(source)[0].changed(overrides)
    if problems:
        raise ScenarioProblemsError(problems)
    return changed


def check(
    path: str | pathlib.Path, *, target: Target, overrides: Sequence[str] = (), detectors: Mapping[str, Detector] | None = None
) -> tuple[Problem, ...]:
    """Return everything that is wrong with a scenario or a device profile; nothing where it can be used."""
    try:
        document, file = _opened(path)
        if document.value.get("format") == PROFILE_FORMAT:
            profiles_of(document, target=target, path=file)
        else:
            load(path, target=target, overrides=overrides, detectors=detectors)
    except ScenarioProblemsError as error:
        return error.problems
    except ScenarioError as error:
        return (Problem(file=error.where or str(path), what=error.what, expected=error.expected, nearest=error.nearest),)
    return ()


def seed_override(text: str) -> str:
    """Return the override that sets the seed to ``text``, whatever the text looks like."""
    return f"seed={json.dumps(text)}"


def _known(target: Target, detectors: Mapping[str, Detector] | None) -> Known:
    if detectors is None:
        from harness.interfaces.registry import detectors as all_detectors

        detectors = all_detectors()
    return Known(target=target, detectors=detectors, shelf=Shelf(target))


def _opened(source: str | pathlib.Path) -> tuple[Document, pathlib.Path | None]:
    if isinstance(source, str) and "\n" in source:
        return parsed(source, "text"), None
    path = library.find_scenario(source) if isinstance(source, str) else source
    file = library.label(path)
    return parsed(read_text(path, file), file), path


def _look(document: Document, path: pathlib.Path | None, known: Known) -> tuple[Scenario | None, tuple[Problem, ...]]:
    resolution = resolve(document, known)
    issues = [*resolution.issues, *_agree_with_place(document, path)]
    if resolution.scenario:
        issues += _check_factors(document, resolution.scenario, known)
    problems = (*document.place(issues), *resolution.elsewhere)
    return (None if problems else resolution.scenario), problems


def _agree_with_place(document: Document, path: pathlib.Path | None) -> list[Issue]:
    """Hold a library's file to its name: ``scenarios/<family>/<id>.toml``, with ``_`` for ``-``."""
    if path is None or not library.family_of(path):
        return []
    twins = [other for other in library.scenario_files() if library.spoken(other) == library.spoken(path) and other != path.absolute()]
    found = [Issue(path=("id",), what=f"scenario '{library.spoken(path)}' is defined again in {library.label(other)}") for other in twins]
    for key, name in (("id", library.spoken(path)), ("family", library.family_of(path))):
        given = document.value.get(key)
        if isinstance(given, str) and given != name:
            found.append(
                Issue(path=(key,), what=f"{key} '{given}' in {library.label(path)}", expected=f"'{name}', as its place in the library says")
            )
    return found


def _check_factors(document: Document, scenario: Scenario, known: Known) -> list[Issue]:
    """Try every level of every factor in its place; what is wrong with it there is said of the factor or of the level."""
    found = []
    arm = treatment_name(document.value)
    for factor, levels in scenario.factors.items():
        try:
            path = factor_path(factor, document.value)
        except ScenarioError as error:
            found.append(Issue(path=("factors", factor), what=error.what, expected=error.expected, nearest=error.nearest, on="key"))
            continue
        for index, level in enumerate(levels):
            wrong = _wrong_with(document, path, level, place_of(path, arm), known)
            if wrong and wrong.on == "key":
                found.append(replace(wrong, path=("factors", factor)))
                break
            if wrong:
                found.append(replace(wrong, path=("factors", factor, index), what=f"with {factor} = '{level}': {wrong.what}"))
    return found


def _wrong_with(document: Document, path: Path, level: Level, place: Path, known: Known) -> Issue | None:
    """Return what is wrong with one level in its place, or ``None``."""
    try:
        changed = replace(document, value=with_level(document.value, path, level))
    except ScenarioError as error:
        return Issue(path=path, what=error.what, expected=error.expected, nearest=error.nearest)
    return next((issue for issue in resolve(changed, known).issues if issue.path[: len(place)] == place), None)
