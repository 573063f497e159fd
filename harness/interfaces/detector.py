"""A detector: one kind of superfluous alert, found in what a trial showed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.interfaces.oracle import Grounds
    from harness.interfaces.setting import Setting, Value
    from harness.vocab.alert import Finding
    from harness.wire.reading import TrialFacts

__all__ = ["Detector"]


@runtime_checkable
class Detector(Protocol):
    """A pure function of facts; more input never withdraws a finding."""

    name: str
    doc: str
    settings: Mapping[str, Setting]

    def detect(self, facts: TrialFacts, grounds: Grounds, tap: str, settings: Mapping[str, Value]) -> Sequence[Finding]:
        """Return what was found at counting point ``tap`` within the observation window, in order of time."""
        ...
