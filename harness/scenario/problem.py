"""A problem of a file, told at its line and column with the nearest right name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.vocab.canonical import Json

__all__ = ["Issue", "Issues", "Path", "Problem", "ScenarioProblemsError", "path_text"]

Path = tuple[str | int, ...]
"""Names and numbers from the root of a document to one value."""

_GUTTER = 5


def path_text(path: Path) -> str:
    """Write a path the way ``--set`` takes it: ``stimulus.0.with.mean``."""
    return ".".join(str(step) if str(step).replace("-", "").replace("_", "").isalnum() else f'"{step}"' for step in path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What is wrong with one value of a document; it becomes a :class:`Problem` once it is placed."""

    path: Path
    what: str
    expected: str = ""
    nearest: str = ""
    on: Literal["key", "value"] = "value"


class Issues:
    """Collects issues, so that one look at a file finds them all."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Issue] = []

    def say(self, path: Path, what: str, *, expected: str = "", nearest: str = "", on: Literal["key", "value"] = "value") -> None:
        """Take note of one issue."""
        self.found.append(Issue(path=path, what=what, expected=expected, nearest=nearest, on=on))

    def about(self, path: Path) -> bool:
        """Tell whether anything was said about the value at ``path`` or inside it."""
        return any(issue.path[: len(path)] == path for issue in self.found)

    def take(self, path: Path, error: ScenarioError, *, on: Literal["key", "value"] = "value") -> None:
        """Take note of what an error says about the value at ``path``."""
        what = f"{error.what} ({error.where})" if error.where else error.what
        self.say(path, what, expected=error.expected, nearest=error.nearest, on=on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in a file that cannot stand as it is; lines and columns count from 1, 0 means the file as a whole."""

    file: str
    """The file, or ``--set …`` where the value came from the command line."""
    line: int = 0
    column: int = 0
    width: int = 1
    source: str = ""
    """The line of the file, without its end."""
    path: str = ""
    what: str
    expected: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        """Render as ``file:line:column: what; did you mean …?`` and, where the line is known, the line with carets."""
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        text = f"{where}: {self.what}"
        if self.nearest:
            text += f"; did you mean '{self.nearest}'?"
        elif self.expected:
            text += f"; expected {self.expected}"
        text = _printable(text)
        if not self.line:
            return text
        shown = _printable(self.source)
        indent = "".join("\t" if letter == "\t" else " " for letter in shown[: self.column - 1])
        return f"{text}\n{self.line:>{_GUTTER}} | {shown}\n{'':>{_GUTTER}} | {indent}{'^' * max(1, self.width)}"

    def facts(self) -> dict[str, Json]:
        """Return the problem as JSON members, for other programs."""
        texts = {"file": self.file, "path": self.path, "what": self.what, "expected": self.expected, "nearest": self.nearest}
        return {"line": self.line, "column": self.column, **{name: _printable(text) for name, text in texts.items()}}


def _printable(text: str) -> str:
    """Replace what a terminal would obey or could not encode; a tab may stay."""
    return "".join(letter if letter.isprintable() or letter == "\t" else "\ufffd" for letter in text)


class ScenarioProblemsError(ScenarioError):
    """Everything that is wrong with a scenario or a profile, at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{counted(len(problems))}; nothing was run")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Render every problem, then how many there are."""
        return "\n".join([*map(str, self.problems), self.what])


def counted(problems: int) -> str:
    """Write ``1 problem``, ``2 problems``."""
    return f"{problems} problem{'' if problems == 1 else 's'}"
