"""The two physical layers of a GB home area network, and how long things take on them."""

from __future__ import annotations

from typing import Final, NamedTuple

from harness.vocab.time import HOUR

__all__ = ["BANDS", "GB_868", "GHZ_2_4", "MOST_UNITS", "Band"]


LONGEST: Final = 127
"""Octets of the longest frame: aMaxPHYPacketSize."""
ACKNOWLEDGEMENT, POLL = 5, 12
"""Octets of an acknowledgement and of a data request."""
MOST_UNITS: Final = 7
"""The random wait before a frame is of 0 to 7 units: macMinBE is 3."""


class Band(NamedTuple):
    """A physical layer; durations in nanoseconds."""

    name: str
    page: int
    """Channel page, as captures tell it."""
    channels: tuple[int, ...]
    """Channels that a network may choose."""
    octet: int
    """How long an octet is on the air."""
    overhead: int
    """Octets of preamble, delimiter and length before each frame."""
    turnaround: int
    """From the end of a frame to its acknowledgement."""
    backoff: int
    """One unit of the random wait before a frame."""
    wait: int
    """How long the MAC waits for an acknowledgement."""
    handling: int
    """From the end of a frame to the answer of the layer above [assumed]."""
    budget: int
    """How much of any hour one node may send; a whole hour where nothing limits it."""

    def airtime(self, octets: int) -> int:
        """Return how long a frame of so many octets is on the air."""
        return (self.overhead + octets) * self.octet

    def exchange(self, blocks: int) -> int:
        """Return what a message of so many blocks takes at most where nothing is lost and nobody else is on the air.

        A block and its APS acknowledgement are two frames, each with the longest wait before it, an acknowledgement of the MAC and
        the handling after it, and one of them with a poll of a sleepy device ahead of it.
        """
        wait = MOST_UNITS * self.backoff + self.turnaround
        answered = self.turnaround + self.airtime(ACKNOWLEDGEMENT)
        frame = wait + self.airtime(LONGEST) + answered + self.handling
        poll = wait + self.airtime(POLL) + answered
        return blocks * (2 * frame + poll)


GHZ_2_4: Final = Band(
    name="2.4 GHz",
    page=0,
    channels=(11, 14, 15, 19, 20, 24, 25),
    octet=32_000,
    overhead=6,
    turnaround=192_000,
    backoff=320_000,
    wait=864_000,
    handling=1_000_000,
    budget=HOUR,
)
"""IEEE 802.15.4-2006 6.5 (O-QPSK, 250 kbit/s) and 7.4.2, with the default attributes of the MAC; the channels are those that
Smart Energy prefers [recalled]."""

GB_868: Final = Band(
    name="868 MHz",
    page=28,
    channels=tuple(range(27)),
    octet=80_000,
    overhead=12,
    turnaround=1_000_000,
    backoff=1_160_000,
    wait=5_000_000,
    handling=1_000_000,
    budget=HOUR * 25 // 1000,
)
"""The sub-GHz band of dual-band hubs (GFSK, 100 kbit/s, listen before talk); every figure is recalled, none was found in a source, and
the 2.5 % of an hour is assumed."""

BANDS: Final = {"2.4-ghz": GHZ_2_4, "868-mhz": GB_868}
"""By their names in settings."""
