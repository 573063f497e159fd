"""One home's network as its seed has it: PAN, channel, short addresses, keys and install codes.

All keys are test keys: anybody who has the trial's seed can derive them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.vocab.identity import Eui64
from harness.vocab.seed import Chance, subseed
from harness.wire.zigbee.derivations import install_code_key, with_crc

if TYPE_CHECKING:
    from comms_hub_sim.han.band import Band

__all__ = ["ENDPOINTS", "Network"]

ENDPOINTS: Final = (1, 2)
"""Where a device is found, and the second device behind one radio: the CHF and the GPF are one node of the network [assumed]."""

_PANS: Final = 0xFFFE
"""PAN ids from 1 to one below this; FFFE and FFFF have meanings of their own."""
_ADDRESSES: Final = 0xFFF7
"""Short addresses from 1 to this; what is above is for broadcasts."""
_STRONGEST, _SPREAD = -48, 30
"""Devices are heard at the hub with -48 to -77 dBm [assumed]."""


@dataclass(frozen=True, slots=True)
class Network:
    """What the seed says of a network; every answer is a function of it."""

    seed: bytes
    band: Band

    def _drawn(self, *path: str | int) -> bytes:
        return subseed(self.seed, "han", *path)

    @property
    def pan(self) -> int:
        """The PAN id."""
        return 1 + int.from_bytes(self._drawn("pan")[:8], "big") % (_PANS - 1)

    @property
    def extended_pan(self) -> Eui64:
        """The extended PAN id."""
        return Eui64("02" + self._drawn("extended pan").hex()[:14])

    @property
    def channel(self) -> int:
        """The channel that the hub chose."""
        channels = self.band.channels
        return channels[self._drawn("channel")[0] % len(channels)]

    def key(self, update: int = 0) -> bytes:
        """Return the network key after so many updates."""
        return self._drawn("network key", update)[:16]

    def install_code(self, device: Eui64) -> bytes:
        """Return a device's install code with its CRC, as it is printed on the device."""
        return with_crc(self._drawn("install code", device)[:16])

    def joining_key(self, device: Eui64) -> bytes:
        """Return the link key of a device's install code."""
        return install_code_key(self.install_code(device))

    def application_key(self, one: Eui64, other: Eui64) -> bytes:
        """Return the link key that the trust centre makes for two devices."""
        return self._drawn("application key", *sorted((one, other)))[:16]

    def addresses(self, devices: tuple[Eui64, ...]) -> dict[Eui64, int]:
        """Return a short address for each device, none of them that of another or of the hub."""
        found: dict[Eui64, int] = {}
        for device in devices:
            attempt = 0
            while device not in found:
                address = 1 + int.from_bytes(self._drawn("address", device, attempt)[:8], "big") % _ADDRESSES
                attempt += 1
                if address not in found.values():
                    found[device] = address
        return found

    def strength(self, device: Eui64) -> int:
        """Return how strongly a device is heard at the hub, in dBm."""
        return _STRONGEST - self._drawn("strength", device)[0] % _SPREAD

    def sequences(self, device: Eui64) -> bytes:
        """Return octets at which a device's sequence numbers start."""
        return self._drawn("sequences", device)[:2]

    def chance(self, name: str) -> Chance:
        """Return a stream of the network's own."""
        return Chance(self._drawn(name))
