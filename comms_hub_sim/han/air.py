"""The air between the devices of one home, at frame fidelity: it takes the place of :class:`comms_hub_sim.medium.Air`.

There is one channel, and whoever exchanges messages has it to the end of the exchange; others wait their turn. The frames of an
exchange are laid out when it begins: each block in a frame, which the MAC repeats up to three times where no acknowledgement
comes, and an APS acknowledgement for each. What reaches a node are octets, which it checks, decrypts and puts together.

Frames are laid out in order of time, so the counters of every node go up in the order of a capture.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from comms_hub_sim.han.band import MOST_UNITS
from comms_hub_sim.han.delivery import Delivery
from comms_hub_sim.han.duty import DutyCycle
from comms_hub_sim.han.joining import Joining
from comms_hub_sim.han.network import ENDPOINTS
from comms_hub_sim.han.node import Node
from comms_hub_sim.han.radio import FrameRadio
from comms_hub_sim.han.routine import Routine
from comms_hub_sim.han.tape import INBOUND, OUTBOUND, UNTOLD
from comms_hub_sim.han.trust_centre import TrustCentre
from comms_hub_sim.kernel import TIMER
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import HOUR
from harness.wire.pcapng_writing import tap_header
from harness.wire.zigbee.mac import COMMAND, MacFrame, acknowledgement, write_mac
from harness.wire.zigbee.mac_commands import DataRequest, write_mac_command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comms_hub_sim.han.acts import Neighbour
    from comms_hub_sim.han.band import Band
    from comms_hub_sim.han.network import Network
    from comms_hub_sim.han.tape import Tape
    from comms_hub_sim.kernel import Kernel
    from comms_hub_sim.medium import Receiver
    from comms_hub_sim.ports import Datagram
    from harness.interfaces.setting import Value
    from harness.vocab.identity import Eui64

__all__ = ["COMMISSIONING", "FrameAir"]

COMMISSIONING: Final = 60_000_000_000
"""How long before a trial's instant 0 the network is formed and joined."""
_TRIES: Final = 4
"""macMaxFrameRetries and the first."""
_UNITS: Final = MOST_UNITS + 1
_DATA_REQUEST: Final = write_mac_command(DataRequest())
_FLOOR, _SPAN, _BEST = -100, 60, 255
"""A frame heard with -100 dBm has link quality 0, with -40 dBm and above 255 [assumed]."""


class FrameAir:
    """Carries datagrams between radios frame by frame.

    Every attempt of which a listener hears the whole message is shown to ``on_air``, as it begins; every frame is written to the tape.
    """

    __slots__ = (
        "_chances",
        "_csma",
        "_duty",
        "_free",
        "_is_armed",
        "_neighbour",
        "_queue",
        "_radios",
        "_seed",
        "band",
        "channel",
        "interference",
        "kernel",
        "network",
        "on_air",
        "radios",
        "routine",
        "tape",
        "trust",
    )

    def __init__(self, kernel: Kernel, seed: bytes, on_air: Callable[[Datagram, int], None], network: Network, tape: Tape) -> None:
        self.kernel = kernel
        self.on_air = on_air
        self.network = network
        self.band: Band = network.band
        self.channel = network.channel
        self.tape = tape
        self.radios: list[FrameRadio] = []
        """Every radio, in the order in which they were attached."""
        self.trust: TrustCentre | None = None
        """The trust centre in the hub, once it has formed its network; without a hub nothing is on the air."""
        self.interference = 0
        """Share of single frames that are lost on every link, in parts per million."""
        self.routine = Routine(self)
        self._seed = seed
        self._radios: dict[Eui64, FrameRadio] = {}
        self._chances: dict[tuple[Eui64, Eui64], Chance] = {}
        self._csma = network.chance("csma")
        self._duty = DutyCycle(network.band.budget) if network.band.budget < HOUR else None
        self._free = -COMMISSIONING
        self._neighbour: Neighbour | None = None
        self._queue: deque[Callable[[int], None]] = deque()
        self._is_armed = False

    @property
    def neighbour(self) -> Neighbour:
        """The network next door, which is silent until it is told to speak."""
        if self._neighbour is None:
            from comms_hub_sim.han.acts import Neighbour

            self._neighbour = Neighbour(self)
        return self._neighbour

    @property
    def free(self) -> int:
        """The instant from which the channel is free."""
        return self._free

    @property
    def hub(self) -> FrameRadio | None:
        """The coordinator's radio, where there is a hub."""
        return next((radio for radio in self.radios if radio.node.is_hub), None)

    def attach(self, addresses: Sequence[Eui64], behind: Receiver, settings: Mapping[str, Value]) -> FrameRadio:
        """Give a device a radio that answers to all of its addresses; the one with two addresses is the hub's."""
        node = self._node(addresses[0], is_hub=len(addresses) > 1, is_sleepy="wake-interval" in settings)
        radio = FrameRadio(behind, settings, self, node, dict(zip(addresses, ENDPOINTS, strict=False)))
        self.radios.append(radio)
        for address in addresses:
            self._radios[address] = radio
        return radio

    def form(self, pairs: Sequence[tuple[Eui64, Eui64]]) -> None:
        """Have the hub form its network, and every device join it, before instant 0; the devices of each of ``pairs`` get a link key."""
        hub = self.hub
        if hub is None:
            return
        radios = tuple((self._radios[one], self._radios[other]) for one, other in pairs)
        self.trust = TrustCentre(self, hub)
        Joining(self, hub, self.trust).carry_out(-COMMISSIONING, radios)
        self.routine.start()

    def _node(self, address: Eui64, *, is_hub: bool, is_sleepy: bool) -> Node:
        network = self.network
        taken = tuple(radio.node.eui for radio in self.radios if not radio.node.is_hub)
        node = Node(
            eui=address,
            address=0 if is_hub else network.addresses((*taken, address))[address],
            is_hub=is_hub,
            pan=network.pan,
            is_sleepy=is_sleepy,
            strength=network.strength(address),
            sequences=network.sequences(address),
        )
        self.tune(node)
        return node

    def tune(self, node: Node) -> None:
        """Write the TAP header of a node's frames anew: how strongly it is heard, and on which channel."""
        quality = min(max((node.strength - _FLOOR) * _BEST // _SPAN, 0), _BEST)
        node.tap = tap_header(fcs=True, channel=self.channel, page=self.band.page, rssi=node.strength, lqi=quality)

    def radio(self, address: Eui64) -> FrameRadio | None:
        """Return the radio that answers to an address, or ``None`` where nobody does."""
        return self._radios.get(address)

    def chance(self, source: Eui64, destination: Eui64) -> Chance:
        """Return the stream that decides what happens on one link, one way, and on nothing else: that of message fidelity."""
        link = source, destination
        found = self._chances.get(link)
        if found is None:
            found = self._chances[link] = Chance(subseed(self._seed, "link", source, destination))
        return found

    def loss(self, one: FrameRadio, other: FrameRadio) -> int:
        """Return the share of single frames lost between two radios, in parts per million."""
        return max(one.mac_loss, one.faintness, other.mac_loss, other.faintness, self.interference)

    def submit(self, datagram: Datagram, now: int) -> None:
        """Take a datagram from its sender; the sender's ``confirm`` is called when all is done with it."""
        Delivery(self, datagram).attempt(now)

    def ready(self, radio: FrameRadio, now: int) -> int:
        """Return when a radio may begin an exchange: now, or when its duty cycle allows it."""
        return now if self._duty is None else self._duty.ready(radio.node.address, now)

    def request(self, act: Callable[[int], None], now: int) -> None:
        """Have ``act(now)`` called once the channel is free, in order of asking; it may be called at once."""
        if self._queue or now < self._free:
            self._queue.append(act)
            self._arm(now)
        else:
            self._give(act, now)

    def _arm(self, now: int) -> None:
        if not self._is_armed:
            self._is_armed = True
            self.kernel.at(max(now, self._free), TIMER, self._next)

    def _next(self, now: int) -> None:
        self._is_armed = False
        if now >= self._free:
            self._give(self._queue.popleft(), now)
        if self._queue:
            self._arm(now)

    def _give(self, act: Callable[[int], None], now: int) -> None:
        self.catch_up(now)
        act(now)

    def catch_up(self, now: int) -> None:
        """Put on the air what routine has put there meanwhile, and write to the tape what is past."""
        self.routine.catch_up(now)
        self.tape.flush(now)

    def went_dark(self, radio: FrameRadio) -> None:
        """Have a radio that loses power rejoin when it is back; sleepy children notice that their parent was away."""
        radio.is_estranged = not radio.node.is_hub
        for other in self.radios if radio.node.is_hub else ():
            other.is_estranged = other.is_estranged or other.node.is_sleepy

    def send(
        self,
        octets: bytes,
        sender: Node,
        receiver: Node,
        now: int,
        *,
        loss: int = 0,
        heard: bool = True,
        pending: bool = False,
        asked: bool = False,
    ) -> bool:
        """Put a frame on the air as often as the MAC does, and return whether it was acknowledged; :attr:`free` is when it was over.

        ``heard`` tells whether the receiver can hear it at all, ``loss`` is the share of single frames lost, in parts per million.
        Frames to a sleepy node wait with its parent until the node asks, so that is what it does first, unless it has ``asked``.
        ``pending`` has the acknowledgement say that something waits.
        """
        if receiver.is_sleepy and not asked:
            now = self.poll(receiver, sender, now, pending=True)
        band, chance, direction = self.band, self._csma, _direction(sender, receiver)
        for _ in range(_TRIES):
            start = max(now, self._free) + chance.below(_UNITS) * band.backoff + band.turnaround
            end = self._put(start, octets, sender, direction)
            if heard and not (loss and chance.happens(loss)):
                self._acknowledge(octets[2], receiver, sender, end, pending=pending)
                return True
            now = self._free = end + band.wait
        return False

    def broadcast(self, octets: bytes, sender: Node, now: int) -> int:
        """Put a frame on the air that nobody acknowledges; return when it was over."""
        band = self.band
        start = max(now, self._free) + self._csma.below(_UNITS) * band.backoff + band.turnaround
        return self._put(start, octets, sender, OUTBOUND if sender.is_hub else INBOUND)

    def tell(self, octets: bytes, sender: FrameRadio, now: int) -> list[FrameRadio]:
        """Broadcast a frame under the network key, and return who has read it: whose receiver is on and who shares the key."""
        self.broadcast(octets, sender.node, now)
        readers = []
        for radio in self.radios:
            node = radio.node
            if radio is not sender and not node.is_sleepy and node.shares_key_with(sender.node) and radio.behind.hears(max(now, 0)):
                node.opened(octets)
                readers.append(radio)
        return readers

    def poll(self, sleeper: Node, parent: Node, now: int, *, pending: bool) -> int:
        """Have a sleepy node ask its parent for what waits; ``pending`` tells that something does. Return when that is told."""
        frame = MacFrame(
            COMMAND, sleeper.next_mac_sequence(), _DATA_REQUEST, parent.address, sleeper.pan, sleeper.address, None, acknowledge=True
        )
        octets = write_mac(frame)
        band = self.band
        start = max(now, self._free) + self._csma.below(_UNITS) * band.backoff + band.turnaround
        end = self._put(start, octets, sleeper, _direction(sleeper, parent))
        return self._acknowledge(frame.sequence, parent, sleeper, end, pending=pending)

    def _acknowledge(self, sequence: int, receiver: Node, sender: Node, end: int, *, pending: bool = False) -> int:
        octets = write_mac(acknowledgement(sequence, pending=pending))
        return self._put(end + self.band.turnaround, octets, receiver, _direction(receiver, sender))

    def _put(self, start: int, octets: bytes, sender: Node, direction: int) -> int:
        """Put a frame on the air; return when it was over, which is when the channel is free."""
        self.tape.frame(start, sender.tap + octets, direction)
        airtime = self.band.airtime(len(octets))
        if self._duty is not None:
            self._duty.spend(sender.address, start, airtime)
        self._free = end = start + airtime
        return end


def _direction(sender: Node, receiver: Node) -> int:
    """Return the direction of a frame as the hub sees it."""
    return OUTBOUND if sender.is_hub else INBOUND if receiver.is_hub else UNTOLD
