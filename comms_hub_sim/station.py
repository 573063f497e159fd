"""What every simulated device has inside: a clock, an agenda, something to send, and ears for what happens in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comms_hub_sim.agenda import Agenda
from comms_hub_sim.ports import Datagram

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comms_hub_sim.ports import Output
    from harness.interfaces.setting import Value
    from harness.vocab.identity import Eui64
    from harness.vocab.time import Epoch

__all__ = ["Station"]


class Station:
    """The part that devices of all roles have alike; a device is composed with one."""

    __slots__ = ("_ears", "_epoch", "_outgoing", "_sequence", "_shift", "address", "agenda", "off_until", "settings")

    def __init__(self, address: Eui64, settings: dict[str, Value], epoch: Epoch) -> None:
        self.address = address
        self.settings = settings
        self.agenda = Agenda()
        self._epoch = epoch
        self._shift = 0
        self.off_until = 0
        """Instant from which the device has power."""
        self._sequence = 0
        self._outgoing: list[Output] = []
        self._ears: dict[str, list[Callable[[int, Mapping[str, Value]], None]]] = {}

    def seconds(self, now: int) -> int:
        """Read the device's clock: whole seconds since 2000-01-01T00:00:00Z."""
        return self._epoch.seconds_at(now + self._shift)

    def instant_of(self, seconds: int) -> int:
        """Return the instant at which the device's clock reads ``seconds``."""
        return self._epoch.instant_of(seconds) - self._shift

    def step_clock(self, by: int) -> None:
        """Set the device's clock ``by`` nanoseconds forward, or back where negative."""
        self._shift += by

    def is_on(self, now: int) -> bool:
        """Whether the device has power."""
        return now >= self.off_until

    def switch_off(self, until: int) -> int:
        """Lose power, and with it the agenda and what was not sent yet; return when power is back."""
        self.off_until = max(self.off_until, until)
        self.agenda.clear()
        self._outgoing.clear()
        return self.off_until

    def sequence(self) -> int:
        """Return the next ZCL transaction sequence number: 8 bits, going round."""
        self._sequence = (self._sequence + 1) & 0xFF
        return self._sequence

    def send(self, destination: Eui64, cluster: int, octets: bytes) -> Datagram:
        """Have a ZCL frame sent to another HAN device."""
        datagram = Datagram(self.address, destination, cluster, octets)
        self._outgoing.append(datagram)
        return datagram

    def emit(self, output: Output) -> None:
        """Hand something out of the device."""
        self._outgoing.append(output)

    def outgoing(self) -> list[Output]:
        """Take away what was handed out, in order."""
        taken, self._outgoing = self._outgoing, []
        return taken

    def on(self, event: str, act: Callable[[int, Mapping[str, Value]], None]) -> None:
        """Have ``act(now, facts)`` called whenever the device reports ``event``."""
        self._ears.setdefault(event, []).append(act)

    def report(self, event: str, now: int, **facts: Value) -> None:
        """Tell those that listen inside the device what happened."""
        for act in self._ears.get(event, ()):
            act(now, facts)
