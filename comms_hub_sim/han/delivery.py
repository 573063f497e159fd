"""One datagram under way at frame fidelity: attempt, arrival, acknowledgement, and again where one is missing.

Chance decides of an attempt by the same rule and from the same stream as at message fidelity, so both fidelities are one model:
a lost attempt is one whose last block nobody hears; where the acknowledgement of an attempt is lost, its last APS acknowledgement is
one that nobody hears. The next attempt sends the last block again. Where a receiver is off, nobody hears the first block, and
there are no others. What is for a sleeping device is held by its parent and given up unless it wakes; nothing of it is on the air.

An attempt is shown where all of its message has been on the air, so that who listens can put it together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comms_hub_sim.han.exchange import Fate, pass_blocks
from comms_hub_sim.han.network import ENDPOINTS
from comms_hub_sim.han.node import DEVICE_OBJECTS, lay_out
from comms_hub_sim.kernel import DELIVERY, TIMER
from comms_hub_sim.medium import JITTER
from comms_hub_sim.ports import Datagram
from harness.errors import InternalError

if TYPE_CHECKING:
    from comms_hub_sim.han.air import FrameAir
    from comms_hub_sim.han.exchange import Passage
    from comms_hub_sim.han.node import Node
    from comms_hub_sim.han.radio import FrameRadio

__all__ = ["Delivery"]


class Delivery:
    """One datagram, from the first attempt to the sender's ``confirm``."""

    __slots__ = (
        "_air",
        "_attempts",
        "_blocks",
        "_chance",
        "_counter",
        "_datagram",
        "_life",
        "_next",
        "_receiver",
        "_secured",
        "_sender",
        "_since",
        "_their_life",
    )

    def __init__(self, air: FrameAir, datagram: Datagram) -> None:
        sender = air.radio(datagram.source)
        if sender is None:
            raise InternalError(f"a datagram was sent by {datagram.source}, which has no radio", where="medium")
        self._air = air
        self._datagram = datagram
        self._sender = sender
        self._receiver = receiver = air.radio(datagram.destination)
        self._life = sender.life
        self._their_life = 0
        self._chance = air.chance(datagram.source, datagram.destination)
        self._counter = sender.next_counter()
        self._attempts = sender.attempts
        self._since = 0
        self._next = 0
        """The first block of the next attempt."""
        is_object = datagram.cluster == DEVICE_OBJECTS
        there = receiver.endpoints[datagram.destination] if receiver is not None else ENDPOINTS[0]
        endpoints = (0, 0) if is_object else (sender.endpoints[datagram.source], there)
        octets = _addressed(datagram.octets, sender.node) if is_object else datagram.octets
        self._blocks, self._secured = lay_out(datagram.cluster, self._counter, endpoints, octets, secured=not is_object)

    def attempt(self, now: int) -> None:
        """Ask for the channel, as soon as the sender may send."""
        self._attempts -= 1
        air, ready = self._air, self._air.ready(self._sender, now)
        if ready > now:
            air.kernel.at(ready, TIMER, lambda at: air.request(self._begin, at))
        else:
            air.request(self._begin, now)

    def _begin(self, now: int) -> None:
        """Lay an attempt out, the channel being free."""
        sender, receiver = self._sender, self._receiver
        if sender.life != self._life:
            return
        self._since = now
        begun = now + self._chance.below(JITTER)
        if receiver is None or self._air.trust is None:
            self._wait()
            return
        lost = self._chance.happens(max(sender.loss, receiver.loss))
        if receiver.life != self._their_life:
            self._their_life, self._next = receiver.life, 0
        begun = self._air.routine.settle(sender, receiver, begun)
        if receiver.behind.hears(now) and sender.node.shares_key_with(receiver.node):
            self._pass(sender, receiver, now, begun, lost=lost)
        elif not receiver.node.is_sleepy:
            octets = sender.node.message(self._blocks[self._next], receiver.node, secured=self._secured)
            self._air.send(octets, sender.node, receiver.node, begun, heard=False)
            if self._next == len(self._blocks) - 1:
                self._air.on_air(self._datagram, now)
            self._wait()
        else:
            self._wait()

    def _pass(self, sender: FrameRadio, receiver: FrameRadio, now: int, begun: int, *, lost: bool) -> None:
        """Have the blocks pass that are still to come; where all of them do, their arrival and the end are events."""
        air, left = self._air, self._blocks[self._next :]
        unheard = not lost and self._chance.happens(max(sender.acknowledgement_loss, receiver.acknowledgement_loss))
        fate = Fate(air.loss(sender, receiver), lost, unheard)
        passage = pass_blocks(air, sender.node, receiver.node, left, begun, secured=self._secured, fate=fate)
        if passage.taken >= len(left) - 1:
            air.on_air(self._datagram, now)
        air.routine.stay_awake(sender, receiver)
        self._next = min(self._next + passage.taken, len(self._blocks) - 1)
        if passage.taken < len(left):
            self._wait()
        else:
            ended = air.free
            air.kernel.at(passage.arrived, DELIVERY, lambda at: self._arrive(passage, receiver, ended, at))

    def _arrive(self, passage: Passage, receiver: FrameRadio, ended: int, now: int) -> None:
        if receiver.life != self._their_life:
            self._wait()
            return
        message = passage.message
        if receiver.is_news(self._datagram.source, self._counter, now) and message is not None:
            source = self._sender.devices[message.source_endpoint or 0]
            destination = receiver.devices[message.destination_endpoint or 0]
            receiver.behind.receive(Datagram(source, destination, message.cluster or 0, message.payload), now)
        if passage.is_acknowledged:
            self._air.kernel.at(ended, DELIVERY, self._acknowledged)
        else:
            self._wait()

    def _wait(self) -> None:
        air = self._air
        air.kernel.at(max(air.free, air.kernel.now, self._since + self._sender.patience), TIMER, self._unacknowledged)

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


def _addressed(octets: bytes, node: Node) -> bytes:
    """Put a node's short address into an announcement, which at message fidelity has none."""
    return octets[:1] + node.address.to_bytes(2, "little") + octets[3:]
