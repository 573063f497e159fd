"""A device in its place: whatever it is handed, what it hands back is carried out, and its timers are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comms_hub_sim.kernel import TIMER, Kernel
from harness.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comms_hub_sim.medium import Radio
    from comms_hub_sim.ports import Datagram, Device, Output, Vocal
    from comms_hub_sim.station import Station
    from harness.interfaces.setting import Value
    from harness.vocab.seed import Chance

__all__ = ["Lodger", "Mounted"]

_NEVER: Final = 1 << 96


class Mounted:
    """Joins one sans-IO device to kernel, medium and journal; ``carry(output, now)`` takes what it hands out."""

    __slots__ = ("_armed", "_carry", "_kernel", "device", "radio", "settings")

    def __init__(self, device: Device, settings: dict[str, Value], kernel: Kernel, carry: Callable[[Output, int], None]) -> None:
        self.device = device
        self.settings = settings
        self.radio: Radio | None = None
        self._kernel = kernel
        self._carry = carry
        self._armed = _NEVER

    def hears(self, now: int) -> bool:
        """Whether the device's receiver is on."""
        return self.device.hears(now)

    def receive(self, datagram: Datagram, now: int) -> None:
        """Hand the device a datagram."""
        self.device.receive(datagram, now)
        self.settle(now)

    def confirm(self, datagram: Datagram, acknowledged: bool, now: int) -> None:
        """Hand the device the answer to a datagram of its own."""
        self.device.confirm(datagram, acknowledged, now)
        self.settle(now)

    def start(self, now: int) -> None:
        """Set the device to work."""
        self.device.start(now)
        self.settle(now)

    def restart(self, now: int, duration: int) -> None:
        """Take the device's power away for ``duration``."""
        self.went_dark()
        self.device.restart(now, duration)
        self.settle(now)

    def went_dark(self) -> None:
        """Take the radio's memory away, as a loss of power does."""
        if self.radio is not None:
            self.radio.restart()

    def settle(self, now: int) -> None:
        """Carry out what the device hands out, and arm its next timer."""
        for output in self.device.outgoing():
            self._carry(output, now)
        due = self.device.next_timer()
        if due is not None and due < self._armed:
            self._armed = due
            self._kernel.at(max(due, now), TIMER, self._come_due)

    def _come_due(self, now: int) -> None:
        if now >= self._armed:
            self._armed = _NEVER
            self.device.handle_timer(now)
            self.settle(now)


class Lodger:
    """What a mechanism sees of the device it lives in; it implements :class:`harness.interfaces.mechanism.Inside`."""

    __slots__ = ("_device", "_kernel", "_mounted", "_station", "chance", "codes", "role", "settings")

    def __init__(
        self,
        *,
        role: str,
        device: Vocal,
        station: Station,
        mounted: Mounted,
        kernel: Kernel,
        chance: Chance,
        codes: tuple[int, ...],
    ) -> None:
        self.role = role
        self.settings: dict[str, Value] = station.settings
        self.chance = chance
        self.codes = codes
        self._mounted = mounted
        self._station = station
        self._device = device
        self._kernel = kernel

    def after(self, delay: int, act: Callable[[int], None]) -> None:
        """Call ``act(now)`` once, ``delay`` nanoseconds from now, or when the device has power again."""
        if delay < 0:
            raise InternalError(f"a mechanism asked for a delay of {delay} ns", expected="0 or more")
        self._at(self._kernel.now + delay, act)

    def _at(self, instant: int, act: Callable[[int], None]) -> None:
        def come(now: int) -> None:
            if self._station.is_on(now):
                act(now)
                self._mounted.settle(now)
            else:
                self._at(self._station.off_until, act)

        self._kernel.at(instant, TIMER, come)

    def on(self, event: str, act: Callable[[int, Mapping[str, Value]], None]) -> None:
        """Call ``act(now, facts)`` whenever the device reports ``event``."""
        self._station.on(event, act)

    def raise_alert(self, code: int, now: int, body: bytes = b"") -> None:
        """Have the device raise an alert, as its configuration and criticality demand."""
        self._device.raise_alert(code, now, body)

    def resend(self, code: int, now: int) -> None:
        """Have the device send its last message of this code again, octet for octet."""
        self._device.resend(code, now)
