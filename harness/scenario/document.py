"""A TOML file as it was read, with the changes that a command line makes to it."""

from __future__ import annotations

import re
import tomllib
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import ScenarioError, nearest
from harness.scenario.problem import Problem, ScenarioProblemsError, path_text

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Sequence

    from harness.scenario.place import Places
    from harness.scenario.problem import Issue, Path

__all__ = ["Document", "Override", "parsed", "read_path", "read_text"]

_TUPLE, _QUOTED = re.compile(r"\((?:'[^']*',? ?)+\)"), re.compile(r"'([^']*)'")
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One ``--set path=value`` from a command line."""

    text: str
    path: Path
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed TOML document that remembers its text, its name and what the command line changed."""

    file: str
    text: str
    value: dict[str, object]
    overrides: tuple[Override, ...] = ()

    def changed(self, texts: Sequence[str]) -> tuple[Document, tuple[Problem, ...]]:
        """Return the document with overrides applied, and a problem for each that could not be."""
        value = deepcopy(self.value)
        done, problems = [], []
        for text in texts:
            try:
                done.append(_apply(value, _parse_override(text)))
            except ScenarioError as error:
                problems.append(Problem(file=f"--set {text}", what=error.what, expected=error.expected, nearest=error.nearest))
        return Document(file=self.file, text=self.text, value=value, overrides=(*self.overrides, *done)), tuple(problems)

    def place(self, issues: Iterable[Issue]) -> tuple[Problem, ...]:
        """Turn issues into problems that point into the file, or at the override that brought the value."""
        found = list(issues)
        if not found:
            return ()
        from harness.scenario.place import Places

        places, rows = Places(self.text), self.text.split("\n")
        return tuple(
            sorted(
                (self._placed(issue, places, rows) for issue in found),
                key=lambda problem: (problem.line == 0, problem.line, problem.column),
            )
        )

    def _placed(self, issue: Issue, places: Places, rows: list[str]) -> Problem:
        problem = Problem(file=self.file, path=path_text(issue.path), what=issue.what, expected=issue.expected, nearest=issue.nearest)
        for override in self.overrides:
            if issue.path[: len(override.path)] == override.path:
                return replace(problem, file=f"--set {override.text}")
        span = places.find(issue.path, issue.on)
        if span is None:
            return problem
        source = rows[span.line - 1].removesuffix("\r")
        return replace(problem, line=span.line, column=span.column, width=span.width, source=source)


def read_text(path: pathlib.Path, file: str) -> str:
    """Read a file as UTF-8 text; raises :class:`ScenarioError` where it is not there or not text."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ScenarioError(
            f"octet 0x{error.object[error.start]:02x} is not UTF-8", where=f"{file}:{line}", expected="UTF-8 text"
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ScenarioError(f"cannot be read: {reason.lower()}", where=file, expected="a TOML file") from None


def parsed(text: str, file: str) -> Document:
    """Parse TOML; raises :class:`ScenarioProblemsError` with line and column where it is not TOML."""
    try:
        return Document(file=file, text=text, value=tomllib.loads(text))
    except RecursionError:
        raise ScenarioProblemsError([Problem(file=file, what="not TOML that anybody could read", expected="less nesting")]) from None
    except ValueError as error:
        raise ScenarioProblemsError([_syntax_problem(str(error), text, file)]) from None


def _syntax_problem(message: str, text: str, file: str) -> Problem:
    found = _POSITION.search(message)
    words = message[: found.start()] if found else message
    words = _TUPLE.sub(lambda match: "'" + ".".join(_QUOTED.findall(match[0])) + "'", words)
    what = f"not TOML: {words[:1].lower()}{words[1:]}"
    rows = text.split("\n")
    if found is None:
        return Problem(file=file, what=what)
    line, column = (int(found[1]), int(found[2])) if found[1] else (len(rows), len(rows[-1]) + 1)
    return Problem(file=file, line=line, column=column, source=rows[line - 1].removesuffix("\r"), what=what)


def _parse_override(text: str) -> Override:
    left, equals, right = text.partition("=")
    if not equals or "\n" in text or not _encodes(text):
        raise ScenarioError("not a change", expected="path=value, such as 'stop.blocks=12'")
    path = read_path(left)
    try:
        value: object = tomllib.loads(f"value = {right}")["value"]
    except (ValueError, RecursionError):
        value = right.strip()
    return Override(text=text, path=path, value=value)


def read_path(text: str) -> Path:
    """Read a path as ``--set`` and ``[factors]`` take it; raises :class:`ScenarioError` where it is none."""
    try:
        return _only_path(tomllib.loads(f"{text} = 0"))
    except (ValueError, RecursionError):
        raise ScenarioError(f"'{text}' is not a path", expected="names joined by '.', such as 'combination.esme'") from None


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _only_path(value: dict[str, object]) -> Path:
    path: Path = ()
    inner: object = value
    while isinstance(inner, dict):
        (name,) = inner
        path = (*path, name)
        inner = inner[name]
    return path


def _apply(document: dict[str, object], override: Override) -> Override:
    """Change the document in place; return the override with its path as the document spells it."""
    here: object = document
    path: Path = ()
    *ahead, last = override.path
    for name in ahead:
        step = _step(here, str(name), path)
        path = (*path, step)
        if isinstance(here, dict):
            here = here.setdefault(step, {})
        elif isinstance(here, list):
            here = here[int(step)]
    step = _step(here, str(last), path)
    if isinstance(here, list):
        here[int(step)] = override.value
    elif isinstance(here, dict):
        here[step] = override.value
    return Override(text=override.text, path=(*path, step), value=override.value)


def _step(here: object, name: str, path: Path) -> str | int:
    """Return how the container at ``path`` spells this step: a key, or a place in a list by number or name."""
    if isinstance(here, dict):
        return name
    if not isinstance(here, list):
        raise ScenarioError(f"'{path_text(path)}' is a single value", expected="a path that ends there")
    names = {item["name"]: index for index, item in enumerate(here) if isinstance(item, dict) and isinstance(item.get("name"), str)}
    if name in names:
        return names[name]
    if name.isdecimal() and name.isascii() and len(name) < 10 and int(name) < len(here):
        return int(name)
    known = [*names, *map(str, range(len(here)))]
    raise ScenarioError(f"no {path_text(path)} '{name}'", expected=", ".join(known) or "none is there", nearest=nearest(name, names))
