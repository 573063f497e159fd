"""Runs of one alert: the same code and body from one device, until the opposite code ends the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.sourced import opposites

if TYPE_CHECKING:
    from harness.vocab.alert import Sighting
    from harness.vocab.identity import Eui64

__all__ = ["Run", "Runs"]


class Run:
    """What was seen of one alert since its opposite was."""

    __slots__ = ("_counters", "_seconds", "last")

    def __init__(self) -> None:
        """Begin with no sighting."""
        self.last: Sighting | None = None
        self._seconds: set[int | None] = set()
        self._counters: set[int] = set()

    def repeats(self, sighting: Sighting) -> bool:
        """Tell whether a sighting goes on with the run as news: event time and counter both new, the time given."""
        alert = sighting.alert
        is_new = alert.event_seconds not in self._seconds and alert.counter not in self._counters
        return self.last is not None and alert.event_seconds is not None and is_new

    def add(self, sighting: Sighting) -> None:
        """Take the next sighting into the run."""
        self.last = sighting
        self._seconds.add(sighting.alert.event_seconds)
        self._counters.add(sighting.alert.counter)


class Runs:
    """The runs that go on, by originator, recipient, code and body."""

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        """Begin with no run."""
        self._runs: dict[tuple[Eui64, Eui64], dict[tuple[int, bytes], Run]] = {}

    def run_of(self, sighting: Sighting) -> Run:
        """Return the run that a sighting belongs to, not yet in it; runs of its opposite end here."""
        alert = sighting.alert
        by_code = self._runs.setdefault((alert.originator, alert.target), {})
        if ended := opposites(alert.code):
            for key in [key for key in by_code if key[0] in ended]:
                del by_code[key]
        return by_code.setdefault((alert.code, alert.body), Run())
