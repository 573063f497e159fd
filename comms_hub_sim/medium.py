"""The air between the devices of one home, at message fidelity.

Each datagram is one attempt after another, as ZigBee APS makes them: an attempt that is not acknowledged
is repeated, up to three times about 1.6 s apart, under the same APS counter; a receiver remembers
(sender, counter) for about 8 s and takes no datagram twice while it does. Both figures are those of public
stacks [zigbee-core 0.1.0 ``aps``, zigbee-on-host 0.2.4 ``aps-handler``], and both are device settings.

At frame fidelity :class:`comms_hub_sim.han.air.FrameAir` takes the place of :class:`Air`; radios and what they lose are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from comms_hub_sim.behaviour import number
from comms_hub_sim.kernel import DELIVERY, TIMER, Kernel
from harness.errors import InternalError
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comms_hub_sim.ports import Datagram
    from harness.interfaces.setting import Value
    from harness.vocab.identity import Eui64

__all__ = ["JITTER", "Air", "Radio", "Receiver"]

_OCTET: Final = 32_000
"""Nanoseconds one octet is on the air at 250 kbit/s (IEEE 802.15.4, 2.4 GHz)."""
_TURNAROUND: Final = 5 * MILLISECOND
"""Channel access and handling of a frame in a quiet home [assumed]."""
JITTER: Final = 4 * MILLISECOND
"""Random part of that handling, at either fidelity [assumed]."""
_COUNTERS: Final = 256


class Receiver(Protocol):
    """Whoever sits behind a radio."""

    def hears(self, now: int) -> bool:
        """Whether the receiver is on."""
        ...

    def receive(self, datagram: Datagram, now: int) -> None:
        """Take a datagram, once however often it was repeated."""
        ...

    def confirm(self, datagram: Datagram, acknowledged: bool, now: int) -> None:
        """Take the answer to a datagram of one's own: acknowledged, or given up on."""
        ...


class Radio:
    """One device's radio: what it loses, how it insists, and what it has heard before."""

    __slots__ = ("_counter", "_heard", "_settings", "acknowledgement_loss", "behind", "life", "loss")

    def __init__(self, behind: Receiver, settings: Mapping[str, Value]) -> None:
        self.behind = behind
        self.life = 0
        """Counts restarts; what was under way in an earlier life is nobody's any more."""
        self.loss = 0
        """Share of datagrams lost on every link of this radio, either way, in parts per million."""
        self.acknowledgement_loss = 0
        """Share of acknowledgements lost likewise."""
        self._settings = settings
        self._counter = 0
        self._heard: dict[tuple[Eui64, int], int] = {}
        self.settle()

    def settle(self) -> None:
        """Lose as much as the device's settings say."""
        self.loss = number(self._settings, "han-loss")
        self.acknowledgement_loss = number(self._settings, "han-acknowledgement-loss")

    @property
    def attempts(self) -> int:
        """How often this radio sends one datagram at most."""
        return 1 + number(self._settings, "aps-retries")

    @property
    def patience(self) -> int:
        """Nanoseconds that this radio waits for an acknowledgement."""
        return number(self._settings, "aps-acknowledgement-wait")

    def next_counter(self) -> int:
        """Return the APS counter of a new datagram: 8 bits, going round."""
        self._counter = (self._counter + 1) % _COUNTERS
        return self._counter

    def is_news(self, source: Eui64, counter: int, now: int) -> bool:
        """Return whether this APS counter of this sender is not in the duplicate table, and put it there."""
        heard = self._heard
        if heard.get((source, counter), -1) >= now:
            return False
        if len(heard) >= _COUNTERS:
            self._heard = heard = {key: until for key, until in heard.items() if until >= now}
        heard[source, counter] = now + number(self._settings, "aps-duplicate-life")
        return True

    def restart(self) -> None:
        """Lose the duplicate table and everything under way."""
        self.life += 1
        self._heard.clear()


class Air:
    """Carries datagrams between radios; every attempt is shown to ``on_air`` as it is made."""

    __slots__ = ("_chances", "_latest", "_radios", "_seed", "kernel", "on_air")

    def __init__(self, kernel: Kernel, seed: bytes, on_air: Callable[[Datagram, int], None]) -> None:
        self.kernel = kernel
        self.on_air = on_air
        self._seed = seed
        self._radios: dict[Eui64, Radio] = {}
        self._chances: dict[tuple[Eui64, Eui64], Chance] = {}
        self._latest: dict[tuple[Eui64, Eui64], int] = {}

    def attach(self, addresses: Sequence[Eui64], behind: Receiver, settings: Mapping[str, Value]) -> Radio:
        """Give a device a radio that answers to all of its addresses."""
        radio = Radio(behind, settings)
        for address in addresses:
            self._radios[address] = radio
        return radio

    def radio(self, address: Eui64) -> Radio | None:
        """Return the radio that answers to an address, or ``None`` where nobody does."""
        return self._radios.get(address)

    def chance(self, source: Eui64, destination: Eui64) -> Chance:
        """Return the stream that decides what happens on one link, one way, and on nothing else."""
        link = source, destination
        found = self._chances.get(link)
        if found is None:
            found = self._chances[link] = Chance(subseed(self._seed, "link", source, destination))
        return found

    def after_the_last(self, datagram: Datagram, arrives: int) -> int:
        """Return when a datagram arrives that must not overtake the last one of its link."""
        link = datagram.source, datagram.destination
        self._latest[link] = arrives = max(arrives, self._latest.get(link, -1) + 1)
        return arrives

    def form(self, pairs: Sequence[tuple[Eui64, Eui64]]) -> None:
        """Have the network formed: at message fidelity it is there from the start."""

    def catch_up(self, now: int) -> None:
        """Do what was put off until somebody looks: at message fidelity nothing is."""

    def submit(self, datagram: Datagram, now: int) -> None:
        """Take a datagram from its sender; the sender's ``confirm`` is called when all is done with it."""
        Transmission(self, datagram).attempt(now)


class Transmission:
    """One datagram under way: attempt, arrival, acknowledgement, and again where one is missing."""

    __slots__ = ("_air", "_attempts", "_chance", "_counter", "_datagram", "_life", "_receiver", "_sender", "_since")

    def __init__(self, air: Air, datagram: Datagram) -> None:
        sender = air.radio(datagram.source)
        if sender is None:
            raise InternalError(f"a datagram was sent by {datagram.source}, which has no radio", where="medium")
        self._air = air
        self._datagram = datagram
        self._sender = sender
        self._life = sender.life
        self._receiver = air.radio(datagram.destination)
        self._chance = air.chance(datagram.source, datagram.destination)
        self._counter = sender.next_counter()
        self._attempts = sender.attempts
        self._since = 0

    def attempt(self, now: int) -> None:
        """Put the datagram on the air once."""
        self._air.on_air(self._datagram, now)
        self._attempts -= 1
        self._since = now
        chance, receiver = self._chance, self._receiver
        flight = _TURNAROUND + len(self._datagram.octets) * _OCTET + chance.below(JITTER)
        if receiver is None or chance.happens(max(self._sender.loss, receiver.loss)):
            self._wait()
        else:
            self._air.kernel.at(self._air.after_the_last(self._datagram, now + flight), DELIVERY, self._arrive)

    def _arrive(self, now: int) -> None:
        receiver, datagram = self._receiver, self._datagram
        if receiver is None or not receiver.behind.hears(now):
            self._wait()
            return
        acknowledgement_lost = self._chance.happens(max(self._sender.acknowledgement_loss, receiver.acknowledgement_loss))
        if receiver.is_news(datagram.source, self._counter, now):
            receiver.behind.receive(datagram, now)
        if acknowledgement_lost:
            self._wait()
        else:
            self._air.kernel.at(now + _TURNAROUND, DELIVERY, self._acknowledged)

    def _wait(self) -> None:
        kernel = self._air.kernel
        kernel.at(max(kernel.now, self._since + self._sender.patience), TIMER, self._unacknowledged)

    def _acknowledged(self, now: int) -> None:
        if self._sender.life == self._life:
            self._sender.behind.confirm(self._datagram, True, now)

    def _unacknowledged(self, now: int) -> None:
        if self._sender.life != self._life:
            return
        if self._attempts > 0:
            self.attempt(now)
        else:
            self._sender.behind.confirm(self._datagram, False, now)
