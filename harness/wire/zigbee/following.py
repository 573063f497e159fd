"""Following networks from the outside: MAC frames as a sniffer heard them, in; what devices said to each other, out.

The follower learns while it listens: which short address is whose, from auxiliary headers, associations, announcements and transported
keys; network keys and link keys, from transport-key commands under a link key that it has. Of the same frame it tells apart

==================  ==============================================================================
repeated by the     the same octets within a second: the sender's MAC heard no acknowledgement
MAC
relayed             another MAC frame with the same NWK source, sequence number and payload
attempted again     another NWK frame with the same APS counter and payload: another attempt
replayed            a frame counter that was used before under the same key: not taken
==================  ==============================================================================

Whatever it cannot read it names, with the reason, so that nothing is left out in silence. It is sans-IO and of bounded memory: feed it
frames in order of time, from as many networks as were heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.errors import WireError
from harness.vocab.time import MILLISECOND, SECOND
from harness.wire.zigbee import aps, nwk
from harness.wire.zigbee.aps_commands import TransportKey, Tunnel, read_aps_command
from harness.wire.zigbee.crc import fcs_holds
from harness.wire.zigbee.errors import SecurityError, ZigbeeError
from harness.wire.zigbee.exchanges import Ends, Exchanges
from harness.wire.zigbee.heard import NO_CLUSTER, Heard, Reason, Settled, Unread
from harness.wire.zigbee.learning import BROADCASTS, Addresses, Counters, Keys
from harness.wire.zigbee.mac import ACKNOWLEDGEMENT, COMMAND, DATA, read_mac
from harness.wire.zigbee.mac_commands import AssociationResponse, CoordinatorRealignment, read_mac_command
from harness.wire.zigbee.zdo import read_zdo
from harness.wire.zigbee.zdo_commands import DeviceAnnounce, IeeeAddressResponse, NetworkAddressResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.vocab.identity import Eui64
    from harness.wire.zigbee.aps import ApsFrame
    from harness.wire.zigbee.exchanges import Exchange
    from harness.wire.zigbee.mac import MacFrame
    from harness.wire.zigbee.nwk import NwkFrame

__all__ = ["Follower", "Heard", "Reason", "Settled", "Told", "Unread"]

Told = tuple[Heard | Settled | Unread, ...]

_RECENT: Final = 512
"""Frames remembered to know repeats and relays by."""
_REPEATED: Final = SECOND
"""The MAC repeats a frame within a second."""
_RELAYED: Final = 9 * SECOND
"""nwkNetworkBroadcastDeliveryTime and some; sequence numbers go round in no less of an ordinary network."""
_ACKNOWLEDGED: Final = 50 * MILLISECOND
"""An acknowledgement of the MAC follows its frame within a few milliseconds."""
_PRO: Final = 2
_SHORTEST: Final = 5
"""Octets of the shortest MAC frame, FCS included."""


class Follower:
    """Follows every network that it hears; one follower for one capture."""

    __slots__ = ("_addresses", "_awaiting", "_counters", "_exchanges", "_keys", "_recent", "_relayed", "relays", "repeats")

    def __init__(self, keys: Iterable[bytes] = ()) -> None:
        """Use these keys of 16 octets; which is a network key and which a link key, or an install code's, is found out."""
        self._keys = Keys(keys)
        self._addresses = Addresses()
        self._counters = Counters()
        self._exchanges = Exchanges()
        self._recent: dict[bytes, int] = {}
        self._relayed: dict[tuple[int, int, int, bytes], int] = {}
        self._awaiting: tuple[int, int, Exchange] | None = None
        self.repeats = 0
        """Frames that the MAC repeated."""
        self.relays = 0
        """Frames that were heard before on an earlier hop."""

    @property
    def addresses(self) -> dict[tuple[int, int], Eui64]:
        """Who is behind a PAN id and a short address, as far as it was heard."""
        return self._addresses.known()

    def add_key(self, key: bytes) -> None:
        """Take one more key of 16 octets, from here on; ``ValueError`` for any other size."""
        self._keys.add(key)

    def feed(self, time: int, octets: bytes, number: int = 0) -> Told:
        """Take one MAC frame with its FCS, heard at ``time`` nanoseconds; return what it completes.

        ``number`` comes back with what begins with this frame: its place in a capture.
        """
        over = self._exchanges.expire(time)
        if len(octets) == 5 and octets[0] & 7 == ACKNOWLEDGEMENT and fcs_holds(octets):
            self._acknowledged(time, octets[2])
            return tuple(over)
        try:
            told = self._frame(time, octets, number)
        except ZigbeeError as error:
            told = (_unread(time, number, error, octets),)
        return (*over, *told) if over else tuple(told)

    def ended(self) -> Told:
        """Return what is to be said of everything under way when the capture ends; nothing is remembered of it."""
        return tuple(self._exchanges.end())

    def _acknowledged(self, time: int, sequence: int) -> None:
        """Take an acknowledgement of the MAC: it belongs to the frame before it."""
        if self._awaiting is not None:
            since, number, exchange = self._awaiting
            if number == sequence and 0 <= time - since < _ACKNOWLEDGED:
                exchange.carried = True
            self._awaiting = None

    def _frame(self, time: int, octets: bytes, number: int) -> Iterable[Heard | Settled | Unread]:
        frame = read_mac(octets)
        if frame.kind != DATA:
            self._awaiting = None
            if frame.kind == COMMAND:
                self._command(frame)
            return ()
        pan = frame.destination_pan
        if frame.secured:
            return (Unread(time, Reason.MAC_SECURITY, number=number),)
        if pan is None or frame.source is None or frame.source_pan not in (None, pan):
            return (Unread(time, Reason.BETWEEN, number=number),)
        if self._comes_again(time, octets):
            return ()
        if frame.payload and frame.payload[0] >> 2 & 0xF != _PRO:
            return (Unread(time, Reason.FOREIGN, number=number),)
        network = self._keys.open_network(pan, frame.payload)
        if not self._is_fresh(pan, frame, network):
            return (Unread(time, Reason.REPLAY, number=number),)
        if network.kind != nwk.DATA or self._was_relayed(time, pan, network):
            return ()
        return self._message(time, number, pan, frame, network)

    def _comes_again(self, time: int, octets: bytes) -> bool:
        """Tell whether the MAC repeats a frame; whose acknowledgement is awaited stays the same then."""
        recent = self._recent
        since = recent.pop(octets, None)
        if since is None and len(recent) >= _RECENT:
            del recent[next(iter(recent))]
        recent[octets] = time
        if since is None or time - since >= _REPEATED:
            self._awaiting = None
            return False
        if self._awaiting is not None:
            self._awaiting = (time, *self._awaiting[1:])
        self.repeats += 1
        return True

    def _command(self, frame: MacFrame) -> None:
        """Learn an address from an association, or from a coordinator that takes an orphan back."""
        joined = frame.destination
        if frame.secured or joined is None or isinstance(joined, int):
            return
        command = read_mac_command(frame.payload)
        pan = frame.destination_pan if frame.destination_pan is not None else frame.source_pan
        if isinstance(command, AssociationResponse) and command.status == 0 and pan is not None:
            self._addresses.learn(pan, command.address, joined)
            self._counters.forget(joined)
        elif isinstance(command, CoordinatorRealignment):
            self._addresses.learn(command.pan, command.address, joined)

    def _is_fresh(self, pan: int, frame: MacFrame, network: NwkFrame) -> bool:
        """Check the frame counter of the hop, and learn who the ends of the frame are."""
        security, learn = network.security, self._addresses.learn
        if security is not None and security.source is not None and security.sequence is not None:
            if self._counters.is_used((pan, security.source, security.sequence), security.counter):
                return False
            if isinstance(frame.source, int):
                learn(pan, frame.source, security.source)
        if network.source_ieee is not None:
            learn(pan, network.source, network.source_ieee)
        if network.destination_ieee is not None:
            learn(pan, network.destination, network.destination_ieee)
        return True

    def _was_relayed(self, time: int, pan: int, frame: NwkFrame) -> bool:
        """Tell whether the frame was heard before, on an earlier hop of its way; a message that is attempted again is another frame."""
        place, relayed = (pan, frame.source, frame.sequence, frame.payload), self._relayed
        since = relayed.pop(place, None)
        if since is None and len(relayed) >= _RECENT:
            del relayed[next(iter(relayed))]
        relayed[place] = time
        if since is None or time - since >= _RELAYED:
            return False
        self.relays += 1
        return True

    def _message(self, time: int, number: int, pan: int, frame: MacFrame, network: NwkFrame) -> Iterable[Heard | Settled | Unread]:
        source, destination, get = network.source, network.destination, self._addresses.get
        ends = Ends(pan, source, destination, get(pan, source), get(pan, destination) if destination < BROADCASTS else None)
        try:
            message = self._keys.open_application((pan, source, destination), network.payload, ends.source)
        except SecurityError as error:
            return (_closed(time, number, error, network.payload),)
        if message.kind == aps.COMMAND:
            self._key_command(ends, message)
            return ()
        if message.kind == aps.ACKNOWLEDGEMENT:
            settled = self._exchanges.acknowledged(time, ends, message)
            return () if settled is None else (settled,)
        if message.cluster is None or message.profile is None:
            return ()
        if message.fragment is not None and not (message.fragment.number > 1 if message.fragment.first else message.fragment.number):
            raise ZigbeeError("APS", 0, f"block of number {message.fragment.number}", expected="two blocks or more, counted from 0")
        exchange, told = self._exchanges.take(time, ends, message, number)
        if frame.acknowledge:
            self._awaiting = (time, frame.sequence, exchange)
        if message.profile == aps.ZDP and exchange.payload is not None:
            self._announced(pan, message.cluster, exchange.payload)
        return told

    def _key_command(self, ends: Ends, frame: ApsFrame) -> None:
        """Learn a key that the trust centre sends, or that a router hands on for it."""
        try:
            command = read_aps_command(frame.payload)
        except WireError:
            return
        if isinstance(command, Tunnel):
            pair = (ends.pan, ends.source_address, ends.destination_address)
            try:
                inner = self._keys.open_application(pair, command.frame, ends.source)
                command = read_aps_command(inner.payload)
            except WireError:
                return
            if isinstance(command, TransportKey):
                self._keys.learn(command)
        elif isinstance(command, TransportKey):
            self._addresses.learn_from(ends.pan, ends.source_address, ends.destination_address, command)
            self._keys.learn(command)

    def _announced(self, pan: int, cluster: int, payload: bytes) -> None:
        """Learn an address from an announcement, or from the answer to who has it."""
        try:
            command = read_zdo(cluster, payload).command
        except WireError:
            return
        if isinstance(command, DeviceAnnounce) or (
            isinstance(command, (NetworkAddressResponse, IeeeAddressResponse)) and not command.status
        ):
            self._addresses.learn(pan, command.address, command.ieee)


def _unread(time: int, number: int, error: ZigbeeError, octets: bytes) -> Unread:
    """Name the reason for which a frame could not be read."""
    if error.layer == "MAC":
        is_whole = len(octets) >= _SHORTEST and fcs_holds(octets)
        reason = Reason.MAC if is_whole or len(octets) < _SHORTEST else Reason.FCS
        if is_whole and octets[1] >> 4 & 3 > 1:
            reason = Reason.MAC_VERSION
    elif error.layer == "NWK":
        reason = Reason.NO_NETWORK_KEY if isinstance(error, SecurityError) else Reason.NETWORK
    else:
        reason = Reason.APPLICATION
    return Unread(time, reason, None, f"{error.layer} {error.finding}, {error.where}", number)


def _closed(time: int, number: int, error: SecurityError, octets: bytes) -> Unread:
    """Name the reason for which an APS frame could not be decrypted, and the cluster that it is of all the same."""
    closed = aps.read_aps(octets)
    cluster = closed.cluster if closed.kind == aps.DATA and closed.cluster is not None else NO_CLUSTER
    reason = Reason.NO_SENDER if error.reason == "source" else Reason.NO_LINK_KEY
    return Unread(time, reason, cluster, f"{error.layer} {error.finding}, {error.where}", number)
