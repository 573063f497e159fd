"""What the trust centre in the hub does with keys: it sends network keys and link keys, and tells when a new network key holds."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from harness.errors import InternalError
from harness.wire.zigbee import aps, nwk
from harness.wire.zigbee.aps_commands import (
    ApplicationLinkKey,
    NetworkKey,
    RequestKey,
    SwitchKey,
    TransportKey,
    read_aps_command,
    write_aps_command,
)
from harness.wire.zigbee.derivations import key_load_key, key_transport_key
from harness.wire.zigbee.nwk import NwkFrame
from harness.wire.zigbee.security import KEY_LOAD_KEY, KEY_TRANSPORT_KEY, LINK_KEY, AesKey

if TYPE_CHECKING:
    from comms_hub_sim.han.air import FrameAir
    from comms_hub_sim.han.radio import FrameRadio
    from harness.vocab.identity import Eui64
    from harness.wire.zigbee.aps_commands import ApsCommand

__all__ = ["TrustCentre"]

_DERIVED = {KEY_TRANSPORT_KEY: key_transport_key, KEY_LOAD_KEY: key_load_key}
_RADIUS = 30


@lru_cache(maxsize=256)
def _made_of(link: bytes, kind: int) -> AesKey:
    """Return the key of a kind that is made of a link key."""
    return AesKey(_DERIVED[kind](link) if kind in _DERIVED else link)


class TrustCentre:
    """The trust centre of one network."""

    __slots__ = ("_air", "_hub", "_update")

    def __init__(self, air: FrameAir, hub: FrameRadio) -> None:
        """Make the first network key, which the hub uses at once."""
        self._air = air
        self._hub = hub
        self._update = -1
        self.renew()
        hub.node.use_network_key(self.sequence)

    @property
    def sequence(self) -> int:
        """Sequence number of the newest network key."""
        return self._update & 0xFF

    @property
    def is_renewing(self) -> bool:
        """Whether there is a network key that is not in use yet."""
        return self._hub.node.key_sequence != self.sequence

    def renew(self) -> None:
        """Make a new network key, which nobody uses yet."""
        self._update += 1
        key = self._air.network.key(self._update)
        self._hub.node.hold_network_key(AesKey(key), self.sequence)
        self._air.tape.network_key(key, self._hub.node.pan)

    def bring_up_to_date(self, device: FrameRadio, now: int, loss: int) -> None:
        """Send a device the newest network key where it lacks it, without NWK security where it could not read the frame otherwise."""
        node, hub = device.node, self._hub.node
        if not node.holds_network_key(self.sequence):
            left_behind = not node.holds_network_key(hub.key_sequence)
            if self.send_network_key(device, self._link_with(node.eui), now, loss=loss, joining=left_behind) and left_behind:
                node.use_network_key(self.sequence)

    def send_network_key(self, device: FrameRadio, link: AesKey, now: int, *, loss: int = 0, joining: bool = False) -> bool:
        """Send a device the newest network key under the key-transport key of a link key; return whether it has it now.

        A device that is ``joining`` has no network key to read the frame with, so it goes without NWK security.
        """
        node, hub = device.node, self._hub.node
        key = NetworkKey(key=self._air.network.key(self._update), sequence=self.sequence, destination=node.eui, source=hub.eui)
        heard = self._command(TransportKey(key=key), (self._hub, device), (KEY_TRANSPORT_KEY, link), now, loss=loss, joining=joining)
        if not isinstance(heard, TransportKey) or not isinstance(heard.key, NetworkKey):
            return False
        node.hold_network_key(AesKey(heard.key.key), heard.key.sequence)
        return True

    def pair(self, asking: FrameRadio, partner: FrameRadio, now: int) -> None:
        """Have a device ask for a link key with another, and send it to both; nothing is lost meanwhile."""
        one, other = asking.node, partner.node
        request = RequestKey(kind=2, partner=other.eui)
        self._command(request, (asking, self._hub), (LINK_KEY, self._link_with(one.eui)), now)
        key = self._air.network.application_key(one.eui, other.eui)
        self._air.tape.link_key(key, one.pan, one.address, other.address)
        for device, peer in ((asking, partner), (partner, asking)):
            sent = TransportKey(key=ApplicationLinkKey(key=key, partner=peer.node.eui, initiator=int(device is asking)))
            link, at = self._link_with(device.node.eui), self._air.free + self._air.band.handling
            heard = self._command(sent, (self._hub, device), (KEY_LOAD_KEY, link), at)
            if isinstance(heard, TransportKey):
                device.node.take_link_key(peer.node.eui, AesKey(heard.key.key))

    def switch(self, now: int) -> None:
        """Tell everybody that the newest network key holds from now on; who is asleep goes over to it when it hears it in use."""
        hub, sequence = self._hub.node, self.sequence
        frame = aps.ApsFrame(aps.COMMAND, self._hub.next_counter(), write_aps_command(SwitchKey(sequence=sequence)))
        for radio in self._air.tell(hub.broadcast(aps.write_aps(frame), nwk.RECEIVERS_ON), self._hub, now):
            if radio.node.holds_network_key(sequence):
                radio.node.use_network_key(sequence)
        hub.use_network_key(sequence)

    def _link_with(self, device: Eui64) -> AesKey:
        key = self._hub.node.link_key(device)
        if key is None:
            raise InternalError(f"the trust centre has no link key with {device}", where="han")
        return key

    def _command(
        self,
        command: ApsCommand,
        ends: tuple[FrameRadio, FrameRadio],
        security: tuple[int, AesKey],
        now: int,
        *,
        loss: int = 0,
        joining: bool = False,
    ) -> object:
        """Bring a command to the other end under a key made of a link key; return it as it was read there, ``None`` where it was lost."""
        (sender, receiver), (kind, link) = ends, security
        one, other, key = sender.node, receiver.node, _made_of(link.octets, kind)
        header = one.next_aps_security(kind, told=True)
        frame = aps.ApsFrame(aps.COMMAND, sender.next_counter(), write_aps_command(command), security=header)
        octets = aps.seal_aps(frame, key, one.eui)
        if joining:
            plain = NwkFrame(nwk.DATA, other.address, one.address, _RADIUS, one.next_nwk_sequence(), octets)
            sent = one.network_frame(plain, other.address)
        else:
            sent = one.unicast(octets, other)
        if not self._air.send(sent, one, other, now, loss=loss):
            return None
        return read_aps_command(aps.open_aps(other.opened(sent).payload, key, one.eui).payload)
