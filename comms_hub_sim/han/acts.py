"""What can be done to a network at frame fidelity: new keys, noise, distance, other channels, and devices that leave or knock."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from comms_hub_sim.han.joining import ask_to_join, look_around
from comms_hub_sim.han.network import Network
from comms_hub_sim.han.node import Node
from comms_hub_sim.kernel import TIMER
from harness.vocab.seed import subseed
from harness.vocab.time import MINUTE, SECOND
from harness.wire.zigbee import aps, nwk
from harness.wire.zigbee.mac import BROADCAST
from harness.wire.zigbee.mac_commands import AssociationResponse
from harness.wire.zigbee.nwk_commands import Leave, LinkStatus, write_nwk_command
from harness.wire.zigbee.security import AesKey

if TYPE_CHECKING:
    from comms_hub_sim.han.air import FrameAir
    from comms_hub_sim.han.radio import FrameRadio
    from harness.vocab.identity import Eui64

__all__ = ["Neighbour", "attenuate", "change_channel", "knock", "leave", "update_key"]

_FAINT: Final = -85
"""Weaker than this, in dBm, frames begin to be lost [assumed]."""
_A_DECIBEL: Final = 50_000
"""Share of frames lost for each decibel below, in parts per million [assumed]."""
_ALL: Final = 1_000_000
_STATUS: Final = 15 * SECOND
_AGAIN: Final = MINUTE
_NEXT_DOOR: Final = 15
"""How many dB weaker than a device of the home a neighbour's hub is heard [assumed]."""
_UPDATE_REQUEST: Final = 0x0038
"""Cluster of the device objects' Mgmt_NWK_Update_req."""
_ALL_CHANNELS, _CHANGE = 0x07FFF800, 0xFE
_REFUSED: Final = 2
"""Association status: PAN access denied."""


def update_key(air: FrameAir, switch_after: int, now: int) -> None:
    """Have the trust centre send a new network key to every device and switch to it later; who is asleep gets it when awake.

    A hub without power does nothing, and puts off switching until it has power again.
    """
    trust, hub = air.trust, air.hub
    if trust is None or hub is None or not hub.behind.hears(now):
        return
    if trust.is_renewing:
        trust.switch(now)
    trust.renew()
    number = trust.sequence

    def send(radio: FrameRadio, at: int) -> None:
        if hub.behind.hears(at) and radio.behind.hears(at):
            trust.bring_up_to_date(radio, at, air.loss(radio, hub))

    def switch(at: int) -> None:
        if trust.is_renewing and trust.sequence == number:
            if hub.behind.hears(at):
                trust.switch(at)
            else:
                air.kernel.at(at + _AGAIN, TIMER, switch)

    for radio in air.radios:
        if radio is not hub and not radio.node.is_sleepy:
            air.request(partial(send, radio), now)
    air.kernel.at(now + switch_after, TIMER, partial(air.request, switch))


def attenuate(air: FrameAir, radio: FrameRadio, by: int) -> None:
    """Have a radio be heard, and hear, so many dB weaker than its place has it."""
    node = radio.node
    node.strength = air.network.strength(node.eui) - by
    radio.faintness = min(max(_FAINT - node.strength, 0) * _A_DECIBEL, _ALL)
    air.tune(node)


def leave(air: FrameAir, radio: FrameRadio, now: int) -> None:
    """Have a device say that it leaves, and will be back."""
    if air.trust is not None:
        air.catch_up(now)
        octets = radio.node.broadcast(write_nwk_command(Leave(rejoin=True)), nwk.RECEIVERS_ON, kind=nwk.COMMAND, radius=1)
        air.tell(octets, radio, now)


def change_channel(air: FrameAir, now: int) -> None:
    """Have the hub move its network to the next channel; who is asleep finds it again by rejoining. Without power it does nothing."""
    hub = air.hub
    if hub is None or air.trust is None or not hub.behind.hears(now):
        return
    channels = air.band.channels
    channel = channels[(channels.index(air.channel) + 1) % len(channels)]
    payload = bytes((hub.next_counter(),)) + (1 << channel).to_bytes(4, "little") + bytes((_CHANGE, 1))
    frame = aps.ApsFrame(aps.DATA, hub.next_counter(), payload, _UPDATE_REQUEST, aps.ZDP, 0, 0, delivery=aps.BROADCAST)
    air.tell(hub.node.broadcast(aps.write_aps(frame), nwk.RECEIVERS_ON), hub, now)
    air.channel = channel
    for radio in air.radios:
        air.tune(radio.node)
        radio.is_estranged = radio.is_estranged or radio.node.is_sleepy


def knock(air: FrameAir, stranger: Eui64, now: int) -> None:
    """Have a device that the hub does not know ask to join, and be refused."""
    hub = air.hub
    if hub is None or air.trust is None:
        return
    node = Node(
        eui=stranger,
        address=BROADCAST,
        pan=hub.node.pan,
        strength=air.network.strength(stranger),
        sequences=subseed(air.network.seed, "knock", stranger, now),
    )
    air.tune(node)
    if hub.behind.hears(air.kernel.now):
        ask_to_join(air, node, hub.node, AssociationResponse(address=BROADCAST, status=_REFUSED), now)
    else:
        look_around(air, node, now)


class Neighbour:
    """A network next door on the same channel: its coordinator tells its link status every 15 seconds, under a key of its own."""

    __slots__ = ("_air", "_next", "_node", "_until")

    def __init__(self, air: FrameAir) -> None:
        self._air = air
        network = Network(subseed(air.network.seed, "neighbour"), air.band)
        eui = network.extended_pan
        strength = network.strength(eui) - _NEXT_DOOR
        self._node = Node(eui=eui, address=0, pan=network.pan, strength=strength, sequences=network.sequences(eui))
        self._node.hold_network_key(AesKey(network.key()), 0)
        air.tune(self._node)
        air.tape.network_key(network.key(), network.pan)
        self._next = 0
        self._until = 0

    def speak(self, now: int, until: int) -> None:
        """Tell link statuses until an instant, or longer where that was asked for before."""
        if now >= self._until:
            self._air.kernel.at(now, TIMER, self._tell)
        self._until = max(self._until, until)

    def _tell(self, now: int) -> None:
        if now < self._until and now >= self._next:
            self._next = now + _STATUS
            octets = self._node.broadcast(write_nwk_command(LinkStatus(neighbours=())), nwk.ROUTERS, kind=nwk.COMMAND, radius=1)
            self._air.request(lambda at: self._spoken(octets, at), now)
            self._air.kernel.at(now + _STATUS, TIMER, self._tell)

    def _spoken(self, octets: bytes, now: int) -> None:
        self._air.broadcast(octets, self._node, now)
