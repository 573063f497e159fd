"""What passes in and out of a device, and the shape that every simulated device has.

A device is sans-IO: it is handed datagrams, answers to what it sent, and the time; it hands back what
it wants sent. It asks for no time and opens nothing, so it can be tested without kernel and medium.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.vocab.canonical import Json
    from harness.vocab.identity import Eui64

__all__ = ["DEVICE_OBJECT", "METERING", "TUNNELING", "Configured", "Datagram", "Device", "Northbound", "Output", "Vocal"]

TUNNELING: Final = 0x0704
METERING: Final = 0x0702
DEVICE_OBJECT: Final = 0x0013
"""The ZigBee device object's Device_annce, by which a device says that it is (again) there."""


class Datagram:
    """One ZCL frame on its way from one HAN device to another."""

    __slots__ = ("cluster", "destination", "octets", "source")

    def __init__(self, source: Eui64, destination: Eui64, cluster: int, octets: bytes) -> None:
        self.source = source
        self.destination = destination
        self.cluster = cluster
        self.octets = octets


@dataclass(frozen=True, slots=True, kw_only=True)
class Northbound:
    """A GBCS message that the hub hands to the WAN."""

    originator: Eui64
    recipient: Eui64
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A device took a setting over; the journal is to say so."""

    device: Eui64
    item: str
    members: Mapping[str, Json]


Output = Datagram | Northbound | Configured


class Device(Protocol):
    """A device as the wiring sees it."""

    @property
    def addresses(self) -> Sequence[Eui64]:
        """The EUI-64s behind one radio: one, or two for a hub (CHF, GPF)."""
        ...

    def start(self, now: int) -> None:
        """Begin to work, at the instant of commissioning."""
        ...

    def hears(self, now: int) -> bool:
        """Whether the receiver is on: neither without power nor asleep."""
        ...

    def receive(self, datagram: Datagram, now: int) -> None:
        """Take a datagram that the medium delivered, once however often it was repeated."""
        ...

    def confirm(self, datagram: Datagram, acknowledged: bool, now: int) -> None:
        """Take the answer to a datagram of one's own: acknowledged, or given up on by the radio."""
        ...

    def next_timer(self) -> int | None:
        """Return the instant of the next timer, or ``None``."""
        ...

    def handle_timer(self, now: int) -> None:
        """Carry out what was due by ``now``."""
        ...

    def outgoing(self) -> Sequence[Output]:
        """Take away what is to be sent, in order."""
        ...

    def restart(self, now: int, duration: int) -> None:
        """Lose power and all working memory for ``duration`` nanoseconds."""
        ...

    def step_clock(self, by: int, now: int) -> None:
        """Set the device's clock ``by`` nanoseconds forward."""
        ...


class Vocal(Protocol):
    """A device that has alerts to raise: meters and hubs, not the PPMID."""

    def raise_alert(self, code: int, now: int, body: bytes = b"") -> None:
        """Log and send an alert, as configuration and criticality demand."""
        ...

    def resend(self, code: int, now: int) -> None:
        """Send the last message of this code again, octet for octet."""
        ...
