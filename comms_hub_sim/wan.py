"""The WAN of a region, from the hub's radio to the gateway, the DSP and the user, and back.

North is a long-range radio whose airtime the whole neighbourhood shares; central and south are cellular,
a session of the hub's own. No figure of the GB systems is public: airtime in the north is that of a
related US system (111 ms for a message of normal length), the rest is assumed, and each is said here.
A message that is lost on the WAN is repeated until it is acknowledged and handed on once, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comms_hub_sim.kernel import DELIVERY, Kernel
from harness.errors import BenchError
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from comms_hub_sim.ports import Northbound
    from harness.vocab.identity import Eui64

__all__ = ["REGIONS", "Region", "Wan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """How one region's WAN treats a message; durations in nanoseconds, loss in parts per million."""

    airtime: int
    """On the air, apart from its length."""
    octet: int
    """On the air for each octet."""
    contention: int
    """At most so long a wait for the shared channel."""
    latency: int
    spread: int
    """Added to the latency: anything from nothing to this."""
    loss: int
    """Of each attempt."""
    repeat: int
    """Until a message without acknowledgement is sent again."""


_LONG_RANGE: Final = Region(
    airtime=111 * MILLISECOND,
    octet=MILLISECOND,
    contention=2000 * MILLISECOND,
    latency=2000 * MILLISECOND,
    spread=8000 * MILLISECOND,
    loss=20_000,
    repeat=15_000 * MILLISECOND,
)
_CELLULAR: Final = Region(
    airtime=20 * MILLISECOND,
    octet=100_000,
    contention=0,
    latency=300 * MILLISECOND,
    spread=700 * MILLISECOND,
    loss=5_000,
    repeat=3000 * MILLISECOND,
)
REGIONS: Final = {"north": _LONG_RANGE, "central": _CELLULAR, "south": _CELLULAR}

_TO_DSP: Final = 50 * MILLISECOND
_TO_USER: Final = 200 * MILLISECOND


class Wan:
    """One hub's way to the parties; ``seen(tap, message, now)`` is told of every counting point passed."""

    __slots__ = ("_chances", "_down", "_free", "_kernel", "_latest", "_region", "_seed", "_seen")

    def __init__(self, kernel: Kernel, region: str, seed: bytes, seen: Callable[[str, Northbound, int], None]) -> None:
        if region not in REGIONS:
            raise BenchError(f"no WAN is modelled for region '{region}'", where="simulator", expected=", ".join(REGIONS))
        self._kernel = kernel
        self._region = REGIONS[region]
        self._seed = seed
        self._seen = seen
        self._chances: dict[Eui64, Chance] = {}
        self._free = 0
        self._latest = 0
        self._down = 0

    def available(self, now: int) -> bool:
        """Whether the hub's radio has service."""
        return now >= self._down

    def interrupt(self, now: int, duration: int) -> int:
        """Take service away for ``duration``, and return when it is back."""
        self._down = max(self._down, now + duration)
        return self._down

    def hand_over(self, message: Northbound, now: int) -> None:
        """Take a message from the hub and bring it to the gateway, the DSP and its recipient."""
        self._seen("hub", message, now)
        region, chance = self._region, self._chance(message.originator)
        begun = max(now, self._free) + (chance.below(region.contention) if region.contention else 0)
        self._free = begun + region.airtime + len(message.octets) * region.octet
        arrives = self._free + self._flight(chance)
        self._latest = arrives = max(arrives, self._latest)
        self._kernel.at(arrives, DELIVERY, lambda at: self._arrive(message, at))

    def bring(self, deliver: Callable[[int], None], originator: Eui64, now: int) -> None:
        """Bring a message from its sender to the hub: ``deliver`` is called when it is there."""
        arrives = max(now, self._down) + _TO_USER + _TO_DSP + self._flight(self._chance(originator))
        self._kernel.at(arrives, DELIVERY, lambda at: deliver(at) if self.available(at) else self.bring(deliver, originator, at))

    def _chance(self, originator: Eui64) -> Chance:
        """Return the stream of one device's messages, so that a neighbour's do not change it."""
        found = self._chances.get(originator)
        if found is None:
            found = self._chances[originator] = Chance(subseed(self._seed, "wan", originator))
        return found

    def _flight(self, chance: Chance) -> int:
        region = self._region
        flight = region.latency + chance.below(region.spread)
        while chance.happens(region.loss):
            flight += region.repeat
        return flight

    def _arrive(self, message: Northbound, now: int) -> None:
        if now < self._down:
            again = self._down + self._flight(self._chance(message.originator))
            self._latest = again = max(again, self._latest)
            self._kernel.at(again, DELIVERY, lambda at: self._arrive(message, at))
            return
        self._seen("wan", message, now)
        self._kernel.at(now + _TO_DSP, DELIVERY, lambda at: self._seen("dsp", message, at))
        self._kernel.at(now + _TO_DSP + _TO_USER, DELIVERY, lambda at: self._seen("user", message, at))
