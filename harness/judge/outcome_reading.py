"""Outcomes read back from ``outcomes.jsonl``, for whoever has the results of a bundle and not its trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from harness.errors import BundleError
from harness.vocab.canonical import parse_line
from harness.vocab.outcome import TrialOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.vocab.canonical import Json

__all__ = ["read_outcomes"]

_T = TypeVar("_T")


def read_outcomes(octets: bytes, *, where: str) -> dict[str, TrialOutcome]:
    """Return what each trial came to, by its id; the inverse of :func:`harness.judge.documents.outcome_document`.

    Raises :class:`BundleError` naming the line that is not an outcome.
    """
    outcomes = [_outcome(line, f"{where}:{number}") for number, line in enumerate(octets.splitlines(keepends=True), 1)]
    return {outcome.trial: outcome for outcome in outcomes}


def _outcome(line: bytes, where: str) -> TrialOutcome:
    members = parse_line(line, where=where)

    def member(name: str, kind: type[_T]) -> _T:
        value = members.get(name)
        if type(value) is not kind or (isinstance(value, int) and value < 0):
            raise BundleError(f"'{name}' is {value!r}", where=where, expected=f"a value of type {kind.__name__}, as outcomes are written")
        return value

    def counts(name: str) -> dict[str, int]:
        found: Mapping[str, Json] = member(name, dict)
        if not all(type(count) is int and count >= 0 for count in found.values()):
            raise BundleError(f"'{name}' does not count", where=where, expected="a whole number for each name")
        return {key: count for key, count in found.items() if isinstance(count, int)}

    def marks(name: str) -> dict[str, tuple[str, ...]]:
        found: Mapping[str, Json] = member(name, dict)
        if not all(isinstance(some, list) and all(isinstance(mark, str) for mark in some) for some in found.values()):
            raise BundleError(f"'{name}' does not name units", where=where, expected="a list of marks for each role")
        return {key: tuple(str(mark) for mark in some) for key, some in found.items() if isinstance(some, list)}

    return TrialOutcome(
        trial=member("trial", str),
        void=member("void", str),
        exposure=member("exposure", int),
        count=member("count", int),
        positive=member("positive", bool),
        alerts=member("alerts", int),
        lost=member("lost", int),
        by_detector=counts("by-detector"),
        by_code=counts("by-code"),
        standings=counts("standings"),
        unmet=member("unmet", int),
        units=marks("units"),
        by_tap=counts("by-tap"),
        peak=member("peak", int),
    )
