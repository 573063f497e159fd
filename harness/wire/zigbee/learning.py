"""What can be learnt of networks by listening: keys, who is behind a short address, and which frame counters were used.

Keys are tried until one fits, and the one that did is tried first from then on. What was tried often enough in vain is not tried again
but now and then, or once another key is known, so that a capture without its keys is gone through as fast as one with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from harness.wire.zigbee import aps, nwk
from harness.wire.zigbee.aps_commands import NetworkKey, TransportKey, TrustCentreLinkKey
from harness.wire.zigbee.derivations import key_load_key, key_transport_key
from harness.wire.zigbee.errors import SecurityError
from harness.wire.zigbee.security import KEY_LOAD_KEY, KEY_TRANSPORT_KEY, LINK_KEY, AesKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.vocab.identity import Eui64
    from harness.wire.zigbee.aps import ApsFrame
    from harness.wire.zigbee.nwk import NwkFrame

__all__ = ["BROADCASTS", "Addresses", "Counters", "Keys"]

_Place = TypeVar("_Place")
_Row = TypeVar("_Row")

BROADCASTS: Final = 0xFFF8
"""The first short address that is nobody's own."""
_MOST_KEYS: Final = 256
_MOST_PLACES: Final = 1 << 16
"""Rows of each table at most; the one that came first makes room."""
_IN_VAIN: Final = 8
"""How often every key is tried on frames of one kind before that is done for few of them only."""
_ONE_IN: Final = 64
_SPAN: Final = 64
"""Frame counters below the highest that may still come, once each: two sniffers do not keep order to the frame."""
_SPAN_BITS: Final = (1 << _SPAN) - 1


class Keys:
    """Network keys and link keys, as given and as learnt."""

    __slots__ = ("_in_vain", "_link", "_links", "_network", "_networks")

    def __init__(self, keys: Iterable[bytes]) -> None:
        """Start with keys of 16 octets, each of which may be a network key, a link key or an install code's."""
        self._networks: list[AesKey] = []
        self._links: list[AesKey] = []
        self._network: dict[int, dict[int, AesKey]] = {}
        self._link: dict[tuple[int, int, int], AesKey] = {}
        self._in_vain: dict[tuple[int | str | None, ...], tuple[int, int]] = {}
        for key in keys:
            self.add(key)

    def add(self, key: bytes) -> None:
        """Take one more key of 16 octets; ``ValueError`` for any other size."""
        made = AesKey(key)
        _enter(self._networks, made)
        _enter(self._links, made)

    def learn(self, command: TransportKey) -> None:
        """Take a key that a trust centre sends; one of zeros only stands for one that the device has already."""
        if any(command.key.key):
            _enter(self._networks if isinstance(command.key, NetworkKey) else self._links, AesKey(command.key.key))

    def open_network(self, pan: int, octets: bytes) -> NwkFrame:
        """Decrypt a NWK frame; raises :class:`SecurityError` where no key fits, and :class:`ZigbeeError`."""
        try:
            return nwk.open_nwk(octets, self._network.get(pan, {}))
        except SecurityError as error:
            if error.reason not in {"no-key", "mic"}:
                raise
        closed = nwk.read_nwk(octets).security
        sequence = closed.sequence if closed is not None and closed.sequence is not None else 0
        place = (pan, sequence)
        if self._is_hopeless(place, len(self._networks)):
            raise _none_fits("NWK")
        for key in self._networks:
            try:
                found = nwk.open_nwk(octets, {sequence: key})
            except SecurityError as error:
                if error.reason != "mic":
                    raise
                continue
            _bound(self._network)
            self._network.setdefault(pan, {})[sequence] = key
            return found
        raise _none_fits("NWK")

    def open_application(self, pair: tuple[int, int, int], octets: bytes, source: Eui64 | None) -> ApsFrame:
        """Decrypt an APS frame with the link key of a pair (PAN, source, destination), or a key made of it.

        A frame in clear is read as it is. Raises :class:`SecurityError` where no key fits or ``source`` is needed and not known,
        and :class:`ZigbeeError`.
        """
        known = self._link.get(pair)
        if known is not None:
            try:
                return aps.open_aps(octets, known, source)
            except SecurityError as error:
                if error.reason != "mic":
                    raise
        closed = aps.read_aps(octets)
        if closed.security is None:
            return closed
        return self._with_any(pair, octets, source, closed.security.key)

    def _with_any(self, pair: tuple[int, int, int], octets: bytes, source: Eui64 | None, kind: int) -> ApsFrame:
        place = (*pair, kind, source)
        if self._is_hopeless(place, len(self._links)):
            raise _none_fits("APS")
        for link in self._links:
            try:
                found = aps.open_aps(octets, _made_of(link, kind), source)
            except SecurityError as error:
                if error.reason != "mic":
                    raise
                continue
            if kind == LINK_KEY:
                pan, one, other = pair
                _bound(self._link)
                self._link[pair] = self._link[pan, other, one] = link
            return found
        raise _none_fits("APS")

    def _is_hopeless(self, place: tuple[int | str | None, ...], keys: int) -> bool:
        """Count a frame that no key fits yet, and tell whether trying them all on it is left out."""
        tried, of = self._in_vain.get(place, (0, keys))
        tried = tried + 1 if of == keys else 1
        _bound(self._in_vain)
        self._in_vain[place] = tried, keys
        return tried > _IN_VAIN and tried % _ONE_IN != 0


def _enter(keys: list[AesKey], key: AesKey) -> None:
    if key not in keys and len(keys) < _MOST_KEYS:
        keys.append(key)


def _bound(table: dict[_Place, _Row]) -> None:
    """Make room for one more row."""
    if len(table) >= _MOST_PLACES:
        del table[next(iter(table))]


def _none_fits(layer: str) -> SecurityError:
    return SecurityError(layer, 0, "frame under a key that is not at hand", reason="no-key", expected="its key")


def _made_of(link: AesKey, kind: int) -> AesKey:
    """Return the key of a kind that is made of a link key."""
    if kind == KEY_TRANSPORT_KEY:
        return AesKey(key_transport_key(link.octets))
    return AesKey(key_load_key(link.octets)) if kind == KEY_LOAD_KEY else link


class Addresses:
    """Who is behind a PAN id and a short address."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Eui64] = {}

    def known(self) -> dict[tuple[int, int], Eui64]:
        """Return every EUI-64 by PAN id and short address."""
        return dict(self._known)

    def get(self, pan: int, address: int) -> Eui64 | None:
        """Return the EUI-64 behind an address, as far as it was heard."""
        return self._known.get((pan, address))

    def learn(self, pan: int, address: int, device: Eui64) -> None:
        """Take note of who is behind an address from now on; a broadcast address is nobody's."""
        if address < BROADCASTS and self._known.get((pan, address)) != device:
            _bound(self._known)
            self._known[pan, address] = device

    def learn_from(self, pan: int, source: int, destination: int, command: TransportKey) -> None:
        """Take note of the two ends that a key names, sent by ``source`` to ``destination``."""
        key = command.key
        if isinstance(key, (NetworkKey, TrustCentreLinkKey)):
            for address, device in ((source, key.source), (destination, key.destination)):
                if device.strip("0") and device.strip("f"):
                    self.learn(pan, address, device)


class Counters:
    """Frame counters that were used, by who sent them in which network and under which key."""

    __slots__ = ("_used",)

    def __init__(self) -> None:
        self._used: dict[tuple[int, Eui64, int], tuple[int, int]] = {}

    def is_used(self, sender: tuple[int, Eui64, int], counter: int) -> bool:
        """Tell whether a counter was used before, or lies so far back that it must have been; from now on it was used.

        ``sender`` is who secured the frame in which PAN, and under which key: PAN id, EUI-64, key sequence number.
        """
        used = self._used
        highest, seen = used.get(sender, (-1, 0))
        ahead = counter - highest
        if ahead > 0:
            if highest < 0:
                _bound(used)
            used[sender] = counter, (seen << ahead | 1) & _SPAN_BITS if ahead < _SPAN else 1
            return False
        if -ahead >= _SPAN or seen >> -ahead & 1:
            return True
        used[sender] = highest, seen | 1 << -ahead
        return False

    def forget(self, source: Eui64) -> None:
        """Take any counter of a device again: it has joined anew."""
        for place in [place for place in self._used if place[1] == source]:
            del self._used[place]
