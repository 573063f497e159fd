"""The words of a scenario's author, looked at before anything is run: whatever they say leaves the lab with the bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.words import lint
from harness.scenario.problem import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.scenario.document import Document
    from harness.scenario.problem import Path, Problem

__all__ = ["wording_warnings"]

_TEXTS = ("id", "question", "origin", "not-examined", "impact", "summary")


def wording_warnings(document: Document) -> tuple[Problem, ...]:
    """Return every banned phrase of a scenario's or a profile's texts and names, each at its place, with what to say instead.

    Looked at are id, question, origin, what is not examined, what is said of impact, a profile's summary, and the
    names of arms and stimuli. Nothing is refused: whether a sentence may stand is for a person to say.
    """
    return document.place(issue for path, text, is_key in _texts(document.value) for issue in _issues(path, text, is_key=is_key))


def _texts(value: dict[str, object]) -> Iterator[tuple[Path, str, bool]]:
    """Yield each text with its path, and whether it is a key."""
    for name in _TEXTS:
        yield from ((path, text, False) for path, text in _strings(value.get(name), (name,)))
    arms = value.get("arms")
    yield from ((("arms", name), name, True) for name in (arms if isinstance(arms, dict) else ()))
    stimuli = value.get("stimulus")
    for place, stimulus in enumerate(stimuli if isinstance(stimuli, list) else ()):
        if isinstance(stimulus, dict) and isinstance(stimulus.get("name"), str):
            yield ("stimulus", place, "name"), stimulus["name"], False


def _strings(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _strings(inner, (*path, place))


def _issues(path: Path, text: str, *, is_key: bool) -> Iterator[Issue]:
    for word in lint(text):
        what = f"'{word.phrase}' leaves the lab with the bundle"
        yield Issue(path=path, what=what, expected=word.instead, on="key" if is_key else "value")
