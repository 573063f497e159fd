"""What nodes say without being told to: link status, polls of a device that is awake, and rejoining after a loss of power."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comms_hub_sim.kernel import TIMER
from harness.vocab.time import MILLISECOND, SECOND
from harness.wire.zigbee import nwk
from harness.wire.zigbee.mac_commands import Capability
from harness.wire.zigbee.nwk_commands import (
    LinkStatus,
    Neighbour,
    RejoinRequest,
    RejoinResponse,
    read_nwk_command,
    write_nwk_command,
)

if TYPE_CHECKING:
    from comms_hub_sim.han.air import FrameAir
    from comms_hub_sim.han.node import Node
    from comms_hub_sim.han.radio import FrameRadio

__all__ = ["Routine", "capability_of"]

_STATUS: Final = 15 * SECOND
"""nwkLinkStatusPeriod."""
_POLL: Final = 500 * MILLISECOND
"""Between two polls of a sleepy device that is awake [assumed]."""
_NEIGHBOUR: Final = 0x11
"""Incoming and outgoing cost 1: a home is small."""


def capability_of(node: Node) -> int:
    """Return the capability octet that a node joins with."""
    return Capability.SLEEPY if node.is_sleepy else Capability.MAINS_ROUTER


class Routine:
    """The habits of a network from a trial's instant 0 on."""

    __slots__ = ("_air", "_awake", "_round", "_routers", "_turn")

    def __init__(self, air: FrameAir) -> None:
        self._air = air
        self._routers: list[tuple[int, FrameRadio, bytes]] = []
        self._round = 0
        self._turn = 0
        self._awake: set[int] = set()

    def start(self) -> None:
        """Give every router its turn in the 15 seconds, and its list of neighbours."""
        routers = sorted((radio for radio in self._air.radios if not radio.node.is_sleepy), key=lambda radio: radio.node.address)
        chance = self._air.network.chance("link status")
        phases = sorted((chance.below(_STATUS), place) for place in range(len(routers)))
        for phase, place in phases:
            others = [radio.node.address for radio in routers if radio is not routers[place]]
            neighbours = tuple(Neighbour(address=address, costs=_NEIGHBOUR) for address in others)
            self._routers.append((phase, routers[place], write_nwk_command(LinkStatus(neighbours=neighbours))))

    def catch_up(self, now: int) -> None:
        """Put the link statuses on the air that have been due."""
        routers, air = self._routers, self._air
        while routers and self._round + routers[self._turn][0] <= now:
            phase, radio, octets = routers[self._turn]
            due = self._round + phase
            self._turn += 1
            if self._turn == len(routers):
                self._turn, self._round = 0, self._round + _STATUS
            if radio.behind.hears(due):
                air.tell(radio.node.broadcast(octets, nwk.ROUTERS, kind=nwk.COMMAND, radius=1), radio, due)

    def settle(self, sender: FrameRadio, receiver: FrameRadio, now: int) -> int:
        """Have radios come back to their place in the network, and to its key, before they exchange anything; return when they can."""
        air = self._air
        hub, trust = air.hub, air.trust
        if hub is None or trust is None or not hub.behind.hears(air.kernel.now):
            return now
        for radio in (sender, receiver):
            lags = radio.is_estranged or not radio.node.holds_network_key(trust.sequence)
            if lags and radio.behind.hears(air.kernel.now):
                trust.bring_up_to_date(radio, now, air.loss(radio, hub))
                if radio.is_estranged:
                    self._rejoin(radio, hub, max(now, air.free))
                now = max(now, air.free)
        return now

    def _rejoin(self, radio: FrameRadio, hub: FrameRadio, now: int) -> None:
        """Rejoin with the network key at hand: request, response, announcement to all."""
        air, node = self._air, radio.node
        request = node.command(write_nwk_command(RejoinRequest(capability=capability_of(node))), hub.node)
        loss = air.loss(radio, hub)
        if not air.send(request, node, hub.node, now, loss=loss):
            return
        hub.node.opened(request)
        answer = RejoinResponse(address=node.address)
        response = hub.node.command(write_nwk_command(answer), node)
        if not air.send(response, hub.node, node, air.free + air.band.handling, loss=loss):
            return
        radio.is_estranged = read_nwk_command(node.opened(response).payload) != answer

    def stay_awake(self, *radios: FrameRadio) -> None:
        """Have those of the radios that are sleepy poll until they sleep again."""
        for radio in radios:
            if radio.node.is_sleepy and radio.node.address not in self._awake:
                self._awake.add(radio.node.address)
                self._poll_later(radio)

    def _poll_later(self, radio: FrameRadio) -> None:
        air = self._air
        air.kernel.at(max(air.free, air.kernel.now) + _POLL, TIMER, lambda now: self._poll(radio, now))

    def _poll(self, radio: FrameRadio, now: int) -> None:
        air, hub = self._air, self._air.hub
        if hub is None or not radio.behind.hears(now):
            self._awake.discard(radio.node.address)
            return
        if hub.behind.hears(now):
            air.request(lambda at: self._poll_once(radio, hub, at), now)
        self._poll_later(radio)

    def _poll_once(self, radio: FrameRadio, hub: FrameRadio, now: int) -> None:
        self._air.poll(radio.node, hub.node, now, pending=False)
