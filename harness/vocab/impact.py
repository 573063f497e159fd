"""How much a behaviour would come to in a population: what is said of the field, and what follows from the trials.

``Load = N * pi * lambda * g``, for one named counting point: N devices installed, pi the share of device-days
in the condition, lambda the superfluous alerts of a device-day in the condition, g how many alerts pass
the counting point for each on the HAN. A device is one installed device model combination.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.vocab.roles import Realm

__all__ = [
    "ASSUMED",
    "CAUSES",
    "NO_CAUSE",
    "YARDSTICK",
    "Against",
    "Exceeded",
    "Impact",
    "Point",
    "Population",
    "Share",
    "Spread",
    "Yardstick",
]

ASSUMED = "assumed"
"""Where a share comes from that nobody says more about."""
NO_CAUSE = "none"
"""Says that nothing puts many devices into the condition at one moment."""

CAUSES = (NO_CAUSE, "restoration", "time-of-day", "firmware-push")
"""What puts many devices into the condition at one moment: power or WAN coming back, the clock, an upgrade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share that is known roughly: lowest, likeliest and highest, in parts per million; triangular between them."""

    low: int
    mode: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """What a scenario says of the field; nothing of it is measured, and none of it changes a trial."""

    share: Share | None = None
    """Share of device-days in the condition (pi); ``None`` where it is not stated, and then no load is claimed."""
    basis: str = ASSUMED
    """Where the share comes from."""
    counting_point: str = ""
    """The tap whose load is asked for; empty stands for the outcome's."""
    common_cause: str = NO_CAUSE
    """One of :data:`CAUSES`."""
    together: int | None = None
    """Share of the devices installed that are in the condition at one moment (c), parts per million."""
    installed: int | None = None
    """Devices installed (N); confidential, so seldom stated."""
    capacity: int | None = None
    """Alerts a day that the counting point can carry (K); confidential, so seldom stated."""
    degradation: str = ""
    """Where a degradation of a service is documented; empty where none is declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """A public figure to compare with, and where it stands."""

    alerts: int
    """Device alerts in the period, as published."""
    days: int
    devices: int
    """Devices at that time, as published."""
    source: str
    date: str

    @property
    def daily(self) -> Fraction:
        """Device alerts a day."""
        return Fraction(self.alerts, self.days)

    @property
    def per_device(self) -> Fraction:
        """Device alerts a day for each device."""
        return self.daily / self.devices


YARDSTICK = Yardstick(
    alerts=1_600_000_000,
    days=31,
    devices=54_000_000,
    source="DCC, 'Operating at scale: a CTO perspective', smartdcc.co.uk",
    date="July 2022",
)
"""What the DCC carried in a month: 51.6 million device alerts a day, 0.96 for each device; rounded when published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The 5th, 50th and 95th percentile of what came out of resampling; 90 % lie between the outer two."""

    p5: Fraction
    p50: Fraction
    p95: Fraction

    def times(self, factor: Fraction | int) -> Spread:
        """Return the spread of a multiple."""
        return Spread(p5=self.p5 * factor, p50=self.p50 * factor, p95=self.p95 * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What comes to one counting point."""

    tap: str
    gain: Fraction | None
    """Alerts here for each alert on the HAN (g), in the same trials; ``None`` where none was seen on the HAN."""
    rate: Fraction
    """Superfluous alerts of a device-day in the condition (lambda times g)."""
    rate_spread: Spread | None
    """``None`` where the trials do not differ, so that resampling them would tell nothing."""
    load: Spread | None
    """Alerts a day for 1,000 devices installed; ``None`` where the share is not stated, nothing was counted, or in one trial."""
    peak: Spread | None
    """Alerts in the busiest five minutes for 1,000 devices installed, the stated share of them at once; else ``None``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceeded:
    """How likely the floor of a band is exceeded."""

    band: str
    floor: Fraction
    probability: Fraction
    """Share of the draws above the floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """The load of the devices installed as a share of something it is measured against."""

    of: str
    """``capacity``, where one was named, or ``yardstick``."""
    daily: Fraction
    """Alerts a day that the whole comes to."""
    installed: int
    share: Spread
    exceeded: tuple[Exceeded, ...]
    """By rising floor."""
    band: str
    """The highest band whose floor is exceeded with the probability that the policy asks for; else ``I0``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What the treatment's trials come to, by counting point; conditional on the laboratory or the model they ran in.

    A rate from a rig is no field rate. In realm S the figures are those of the model as configured; in
    realm F a day is one of the log, whatever number of devices it holds, and no load follows.

    A report draws one bar for each counting point, from P5 to P95 with a mark at P50, on one logarithmic
    scale, the named point set apart: loads where the share is stated, rates otherwise, and a mark alone where there
    is no spread.
    """

    realm: Realm
    counted_at: str
    """The tap at which superfluous alerts were counted."""
    trials: int
    """Treatment trials in blocks that count."""
    positive: int
    exposure: int
    """Nanoseconds observed in them."""
    count: int
    """Superfluous alerts in them."""
    replicates: int
    """How often the trials were resampled; 0 where nothing was counted, or in one trial."""
    population: Population
    """What was stated, the counting point settled."""
    points: tuple[Point, ...]
    """Every counting point that was listened at, from the device outwards."""
    against: Against | None
    """``None`` where the number installed is not stated, or no load is claimed."""
    band: str
    """``I0`` to ``I3``, ``I4`` where a degradation is declared (not of a model), or empty."""

    @property
    def named(self) -> Point:
        """The counting point that the load is asked for."""
        return next(point for point in self.points if point.tap == self.population.counting_point)

    @property
    def is_common_cause(self) -> bool:
        """Whether many devices can be in the condition at one moment: the flag ``+p``."""
        return self.population.common_cause != NO_CAUSE
