"""A prepayment interface device: mains-powered, it reads the electricity meter now and then and says nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comms_hub_sim.behaviour import number
from comms_hub_sim.frames import announcement, read_request
from comms_hub_sim.ports import DEVICE_OBJECT, METERING, TUNNELING
from comms_hub_sim.tunnel import TunnelServer
from harness.wire.tunnelling import CloseTunnel, RequestTunnel, read_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comms_hub_sim.ports import Datagram, Output
    from comms_hub_sim.station import Station
    from harness.vocab.identity import Eui64
    from harness.vocab.seed import Chance

__all__ = ["Ppmid"]


class Ppmid:
    """One PPMID; ``meter`` is the electricity meter it reads, ``None`` where there is none."""

    __slots__ = ("_hub", "_meter", "_phase", "_station", "_tunnel")

    def __init__(self, station: Station, hub: Eui64, meter: Eui64 | None, chance: Chance) -> None:
        self._station = station
        self._hub = hub
        self._meter = meter
        self._phase = chance.below(number(station.settings, "reading-interval"))
        self._tunnel = TunnelServer(station)

    @property
    def addresses(self) -> Sequence[Eui64]:
        """The device's EUI-64."""
        return (self._station.address,)

    def start(self, now: int) -> None:
        """Announce the device and begin to read."""
        self._station.send(self._hub, DEVICE_OBJECT, announcement(self._station.sequence(), self._station.address))
        self._station.agenda.at(now + self._phase, self._read)

    def hears(self, now: int) -> bool:
        """Mains-powered: on unless it restarts."""
        return self._station.is_on(now)

    def next_timer(self) -> int | None:
        """Return the instant of the next reading."""
        return self._station.agenda.next()

    def handle_timer(self, now: int) -> None:
        """Read the meter."""
        self._station.agenda.run(now)

    def outgoing(self) -> Sequence[Output]:
        """Take away what is to be sent."""
        return self._station.outgoing()

    def receive(self, datagram: Datagram, now: int) -> None:
        """Grant the hub its tunnel; look at the meter's answers and say nothing."""
        del now
        if datagram.cluster != TUNNELING:
            return
        frame = read_frame(datagram.octets)
        match frame.command:
            case RequestTunnel():
                self._tunnel.requested(datagram.source, frame.sequence)
            case CloseTunnel(tunnel=tunnel):
                self._tunnel.closed(datagram.source, tunnel)

    def confirm(self, datagram: Datagram, acknowledged: bool, now: int) -> None:
        """Let readings that were lost be lost: the next one follows soon."""

    def restart(self, now: int, duration: int) -> None:
        """Lose power for ``duration``, and the tunnel with it."""
        self._tunnel.forget()
        self._station.agenda.at(self._station.switch_off(now + duration), self.start)

    def step_clock(self, by: int, now: int) -> None:
        """Set the clock forward; nothing here goes by it."""
        del now
        self._station.step_clock(by)

    def _read(self, now: int) -> None:
        if self._meter is not None:
            self._station.send(self._meter, METERING, read_request(self._station.sequence()))
        self._station.agenda.at(now + number(self._station.settings, "reading-interval"), self._read)
