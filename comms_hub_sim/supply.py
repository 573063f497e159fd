"""The electricity supply of the premises: a voltage that wanders about its mean, and outages.

The voltage is a first-order autoregressive process in whole millivolts, one value a minute:
``x' = (C x + b n) / (C + S)`` with C the correlation time, S the step, n a normal draw and
``b = isqrt((C + S)^2 - C^2)``, which keeps the deviation of x at that of n. Integers only, so that the
trace is the same on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING, Final

from comms_hub_sim.kernel import STIMULUS, Kernel
from harness.vocab.time import MILLISECOND, MINUTE

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.vocab.seed import Chance

__all__ = ["NOMINAL", "STEP", "Supply", "VoltageProfile"]

STEP: Final = MINUTE
_CHUNK: Final = 60
"""Readings to a journal record: one record an hour."""
_UNIT: Final = 65_536
"""Standard deviation of the process and of :meth:`harness.vocab.seed.Chance.normal`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoltageProfile:
    """What the supply voltage is meant to be: mean and deviation in millivolts, correlation in nanoseconds."""

    mean: int
    deviation: int
    correlation: int


NOMINAL: Final = VoltageProfile(mean=240_000, deviation=800, correlation=10 * MINUTE)
"""The supply where no stimulus says otherwise: well inside the statutory limits of 230 V -6 % / +10 %."""


class Supply:
    """Feeds one electricity meter with a reading a minute, and keeps what an instrument beside it reads.

    A reading is the RMS voltage over the minute that ends with it; it is 0 where the supply was cut at
    any time in that minute.
    """

    __slots__ = ("_chance", "_cuts", "_feed", "_from", "_kernel", "_profile", "_readings", "_trace", "_value", "_x")

    def __init__(
        self, kernel: Kernel, chance: Chance, feed: Callable[[int, int], None], trace: Callable[[int, int, list[int]], None]
    ) -> None:
        """Call ``feed(millivolts, now)`` at each minute's end and ``trace(now, from, readings)`` every hour."""
        self._kernel = kernel
        self._chance = chance
        self._feed = feed
        self._trace = trace
        self._profile = NOMINAL
        self._x = chance.normal()
        self._value = 0
        self._cuts: list[tuple[int, int]] = []
        self._from = 0
        self._readings: list[int] = []

    def start(self, now: int) -> None:
        """Begin to supply."""
        self._from = now
        self._kernel.at(now, STIMULUS, self._begin)

    def follow(self, profile: VoltageProfile) -> None:
        """Change mean, deviation and correlation from the next minute on; the process itself runs on."""
        self._profile = profile

    def cut(self, now: int, duration: int) -> None:
        """Cut the supply for ``duration``."""
        self._cuts.append((now, now + duration))

    def close(self, now: int) -> None:
        """Hand over the readings that do not fill an hour."""
        if self._readings:
            self._trace(now, self._from, self._readings)
            self._readings = []

    def _begin(self, now: int) -> None:
        self._draw()
        self._kernel.at(now + STEP, STIMULUS, self._minute)

    def _minute(self, now: int) -> None:
        was_cut = any(begun < now and ended > now - STEP for begun, ended in self._cuts)
        self._cuts = [cut for cut in self._cuts if cut[1] > now]
        reading = 0 if was_cut else self._value
        self._readings.append(reading)
        self._feed(reading, now)
        if len(self._readings) == _CHUNK:
            self.close(now)
            self._from = now
        self._draw()
        self._kernel.at(now + STEP, STIMULUS, self._minute)

    def _draw(self) -> None:
        """Advance the process by one step."""
        profile = self._profile
        kept, step = profile.correlation // MILLISECOND, STEP // MILLISECOND
        whole = kept + step
        self._x = (kept * self._x + isqrt(whole * whole - kept * kept) * self._chance.normal()) // whole
        self._value = max(0, profile.mean + profile.deviation * self._x // _UNIT)
