"""How devices come into a network, as GB devices do, before a trial's instant 0: every frame of it is on the tape.

::

    device                              hub
      beacon request          ───────▶
                              ◀───────  beacon
      association request     ───────▶
      data request            ───────▶
                              ◀───────  association response      short address
                              ◀───────  transport key             network key, under the key of the install code
      announcement to all     ───────▶
      initiate, ephemeral     ◀──────▶  certificates and keys     CBKE suite 2, both sides computed
      confirm                 ◀──────▶                            the link key of the two

Then the trust centre makes link keys for devices that talk to each other, and sends each under the key-load key of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comms_hub_sim.han.establishment import establish, side_of
from comms_hub_sim.han.exchange import pass_blocks
from comms_hub_sim.han.network import ENDPOINTS
from comms_hub_sim.han.node import DEVICE_OBJECTS, lay_out
from comms_hub_sim.han.routine import capability_of
from harness.errors import InternalError
from harness.vocab.time import MILLISECOND, SECOND
from harness.wire.zigbee import aps, nwk
from harness.wire.zigbee.clusters import KEY_ESTABLISHMENT
from harness.wire.zigbee.mac import BEACON, BROADCAST, COMMAND, MacFrame, write_mac
from harness.wire.zigbee.mac_commands import (
    AssociationRequest,
    AssociationResponse,
    Beacon,
    BeaconRequest,
    DataRequest,
    NetworkBeacon,
    write_beacon,
    write_mac_command,
    write_network_beacon,
)
from harness.wire.zigbee.nwk_commands import LinkStatus, write_nwk_command
from harness.wire.zigbee.security import AesKey
from harness.wire.zigbee.zdo import ZdoFrame, write_zdo
from harness.wire.zigbee.zdo_commands import DeviceAnnounce

if TYPE_CHECKING:
    from collections.abc import Callable

    from comms_hub_sim.han.air import FrameAir
    from comms_hub_sim.han.node import Node
    from comms_hub_sim.han.radio import FrameRadio
    from comms_hub_sim.han.trust_centre import TrustCentre
    from harness.wire.zigbee.mac_commands import MacCommand

__all__ = ["Joining", "announce", "ask_to_join", "look_around"]

_APART: Final = 15 * SECOND
"""From one device's joining to the next."""
_STEP: Final = 200 * MILLISECOND
"""From step to step of joining, and how long a side of key establishment computes [assumed]."""


def _to_hub(node: Node, hub: Node, command: MacCommand, *, is_of_no_network: bool = False) -> bytes:
    """Return a MAC command of a node without short address to a coordinator."""
    payload, own_pan = write_mac_command(command), BROADCAST if is_of_no_network else None
    return write_mac(MacFrame(COMMAND, node.next_mac_sequence(), payload, 0, hub.pan, node.eui, own_pan, acknowledge=True))


def _to_node(hub: Node, node: Node, command: MacCommand) -> bytes:
    """Return a MAC command of a coordinator to a node without short address."""
    payload = write_mac_command(command)
    return write_mac(MacFrame(COMMAND, hub.next_mac_sequence(), payload, node.eui, hub.pan, hub.eui, acknowledge=True))


class Joining:
    """Forms a network and has every device join it, one after another."""

    __slots__ = ("_air", "_hub", "_trust")

    def __init__(self, air: FrameAir, hub: FrameRadio, trust: TrustCentre) -> None:
        self._air = air
        self._hub = hub
        self._trust = trust

    def carry_out(self, begin: int, pairs: tuple[tuple[FrameRadio, FrameRadio], ...]) -> None:
        """Lay everything out from ``begin`` on; ``pairs`` are devices of which the first asks for a link key with the second.

        Raises :class:`InternalError` where that is not over at instant 0.
        """
        hub = self._hub.node
        alone = write_nwk_command(LinkStatus(neighbours=()))
        self._air.tell(hub.broadcast(alone, nwk.ROUTERS, kind=nwk.COMMAND, radius=1), self._hub, begin)
        for number, radio in enumerate(radio for radio in self._air.radios if radio is not self._hub):
            self._join(radio, begin + SECOND + number * _APART)
        for asking, partner in pairs:
            self._trust.pair(asking, partner, self._air.free + SECOND)
        if self._air.free >= 0:
            raise InternalError(f"joining was over at {self._air.free} ns", where="han", expected="before the trial's instant 0")

    def _join(self, radio: FrameRadio, now: int) -> None:
        """Have one device associate, get the network key, announce itself, and establish its link key."""
        node, hub, air = radio.node, self._hub.node, self._air
        ask_to_join(air, node, hub, AssociationResponse(address=node.address), now)
        joining = AesKey(air.network.joining_key(node.eui))
        air.tape.link_key(joining.octets, node.pan, 0, node.address)
        if not self._trust.send_network_key(radio, joining, air.free + air.band.handling, joining=True):
            raise InternalError(f"{node.eui} did not join", where="han")
        announce(air, radio, air.free + _STEP)
        link = establish(side_of(air.network.seed, node.eui, hub.eui), side_of(air.network.seed, hub.eui, node.eui), self._carrier(radio))
        air.tape.link_key(link, node.pan, 0, node.address)
        node.take_link_key(hub.eui, AesKey(link))
        hub.take_link_key(node.eui, AesKey(link))

    def _carrier(self, radio: FrameRadio) -> Callable[[bytes, bool], bytes]:
        def carry(octets: bytes, from_hub: bool) -> bytes:
            sender, receiver = (self._hub, radio) if from_hub else (radio, self._hub)
            blocks, secured = lay_out(KEY_ESTABLISHMENT, sender.next_counter(), (ENDPOINTS[0], ENDPOINTS[0]), octets, secured=False)
            passage = pass_blocks(self._air, sender.node, receiver.node, blocks, self._air.free + _STEP, secured=secured)
            if passage.message is None:
                raise InternalError("a message of key establishment was lost on a link that loses nothing", where="han")
            return passage.message.payload

        return carry


def look_around(air: FrameAir, node: Node, now: int) -> None:
    """Have a node ask for beacons."""
    frame = MacFrame(COMMAND, node.next_mac_sequence(), write_mac_command(BeaconRequest()), BROADCAST, BROADCAST)
    air.broadcast(write_mac(frame), node, now)


def ask_to_join(air: FrameAir, node: Node, hub: Node, answer: AssociationResponse, now: int) -> None:
    """Have a node look for a network, ask to join the hub's, and fetch its answer."""
    look_around(air, node, now)
    told = NetworkBeacon(extended_pan=air.network.extended_pan, router_capacity=True, end_device_capacity=True)
    payload = write_beacon(Beacon(permits_association=True, coordinator=True, payload=write_network_beacon(told)))
    beacon = MacFrame(BEACON, hub.next_mac_sequence(), payload, source=hub.address, source_pan=hub.pan)
    air.broadcast(write_mac(beacon), hub, air.free)
    request = AssociationRequest(capability=capability_of(node))
    air.send(_to_hub(node, hub, request, is_of_no_network=True), node, hub, air.free + _STEP)
    air.send(_to_hub(node, hub, DataRequest()), node, hub, air.free + _STEP, pending=True)
    air.send(_to_node(hub, node, answer), hub, node, air.free, asked=True)


def announce(air: FrameAir, radio: FrameRadio, now: int) -> None:
    """Have a device announce itself to all."""
    node = radio.node
    command = DeviceAnnounce(address=node.address, ieee=node.eui, capability=capability_of(node))
    payload = write_zdo(ZdoFrame(radio.next_counter(), command))
    frame = aps.ApsFrame(aps.DATA, radio.next_counter(), payload, DEVICE_OBJECTS, aps.ZDP, 0, 0, delivery=aps.BROADCAST)
    air.tell(node.broadcast(aps.write_aps(frame), nwk.RECEIVERS_ON), radio, now)
