"""A meter's billing calendar: one entry at every midnight of the meter's own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comms_hub_sim.ports import Configured
from harness.vocab.time import DAY, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from comms_hub_sim.station import Station

__all__ = ["BillingCalendar"]

_DAY_SECONDS: Final = DAY // SECOND


class BillingCalendar:
    """Calls ``write(now)`` at midnight, day after day; the journal is told when, and again where that changes."""

    __slots__ = ("_next", "_station", "_told", "_write")

    def __init__(self, station: Station, write: Callable[[int], None]) -> None:
        self._station = station
        self._write = write
        self._next = 0
        self._told = -1

    def plan(self, now: int) -> None:
        """Put the next midnight on the meter's agenda; one planned before counts no more."""
        seconds = self._station.seconds(now)
        self._next = self._station.instant_of(seconds - seconds % _DAY_SECONDS + _DAY_SECONDS)
        self._station.agenda.at(self._next, self._come)
        if self._told != self._next % DAY:
            self._told = self._next % DAY
            members = {"first": self._next, "every": DAY}
            self._station.emit(Configured(device=self._station.address, item="billing", members=members))

    def _come(self, now: int) -> None:
        if now >= self._next:
            self._write(now)
            self.plan(now)
