"""One tree of errors, split by who can act on them.

::

    HarnessError
    ├── UsageError        you: a command line that cannot be carried out          exit 4
    │   └── ScenarioError you: a scenario, profile or plan that cannot be used    exit 4
    ├── WireError         the far end: octets that are not what they claim        exit 1
    ├── BenchError        the bench: an instrument, radio or disk let us down     exit 7
    ├── BundleError       the evidence: a bundle that is not what was sealed      exit 1
    ├── UnavailableError  nobody: there is nothing here to which this applies     exit 5
    └── InternalError     us: a promise of the harness itself was broken          exit 3

Every message answers four questions: what went wrong, where, what was expected, and what is the
nearest right answer. The class renders them; callers give facts, not sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BenchError",
    "BundleError",
    "HarnessError",
    "InternalError",
    "ScenarioError",
    "UnavailableError",
    "UsageError",
    "WireError",
    "nearest",
]


class HarnessError(Exception):
    """Something that a person can act on, told in one to three lines."""

    exit_code: ClassVar[int] = 3

    def __init__(self, what: str, *, where: str = "", expected: str = "", nearest: str = "") -> None:
        """Keep the four facts; ``str()`` renders those that are given."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.nearest = nearest

    def __str__(self) -> str:
        """Render as ``where: what; expected …; did you mean …?``."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.expected:
            text += f"; expected {self.expected}"
        if self.nearest:
            text += f"; did you mean '{self.nearest}'?"
        return text


class UsageError(HarnessError):
    """The command line asks for something that cannot be carried out."""

    exit_code = 4


class ScenarioError(UsageError):
    """A scenario, device profile or plan cannot be used as it stands."""


class WireError(HarnessError):
    """Octets from the far end are not what they claim to be."""

    exit_code = 1


class BenchError(HarnessError):
    """An instrument, a radio or the disk let the experiment down."""

    exit_code = 7


class BundleError(HarnessError):
    """An evidence bundle is not what was sealed."""

    exit_code = 1


class UnavailableError(HarnessError):
    """Nothing here to which the request applies."""

    exit_code = 5


class InternalError(HarnessError):
    """The harness broke one of its own promises; please report it."""

    exit_code = 3


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that looks most like ``name``, or an empty string."""
    from difflib import get_close_matches

    by_folded = {candidate.casefold(): candidate for candidate in sorted(known)}
    found = get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.5)
    return by_folded[found[0]] if found else ""
