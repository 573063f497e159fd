"""APS messages under way, heard from outside: attempts, fragments in any order, and acknowledgements.

An attempt begins with a message's first frame. It is another attempt where the first fragment is sent anew, or any fragment of a
message that is whole already; a later fragment that is sent anew before only fills a window. Repeats by the MAC and relays on the way
are kept out by the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from harness.vocab.time import SECOND
from harness.wire.zigbee.heard import Heard, Reason, Settled, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.vocab.identity import Eui64
    from harness.wire.zigbee.aps import ApsFrame

__all__ = ["Ends", "Exchange", "Exchanges"]

_MEMORY: Final = 30 * SECOND
"""How long an exchange is remembered after its last frame: attempts come within seconds."""
_MOST: Final = 1024
"""Exchanges remembered at most."""


class Ends(NamedTuple):
    """Between whom a message goes."""

    pan: int
    source_address: int
    destination_address: int
    source: Eui64 | None
    destination: Eui64 | None


class Exchange:
    """One APS message under way, or heard whole."""

    __slots__ = (
        "acknowledged",
        "blocks",
        "came",
        "carried",
        "cluster",
        "counter",
        "ends",
        "is_asked",
        "last",
        "payload",
        "sent",
        "starts",
        "total",
    )

    def __init__(self, ends: Ends, frame: ApsFrame, time: int, number: int) -> None:
        self.ends = ends
        self.counter = frame.counter
        self.cluster = frame.cluster or 0
        self.last = time
        self.starts = [(time, number)]
        """When each attempt began, and with which frame."""
        self.payload: bytes | None = None
        self.total: int | None = None
        self.blocks: dict[int, bytes] = {}
        self.sent: set[int] = set()
        """Blocks of the latest attempt."""
        self.came: set[int] = set()
        """Blocks whose acknowledgement was heard."""
        self.is_asked = False
        self.acknowledged = False
        self.carried = False

    def goes_on_with(self, frame: ApsFrame) -> bool:
        """Tell whether a frame belongs to this message; a counter goes round and comes again with another message."""
        fragment = frame.fragment
        if fragment is None:
            return self.payload == frame.payload and not self.blocks
        number = 0 if fragment.first else fragment.number
        if not self.blocks or (fragment.first and (self.total not in (None, fragment.number) or max(self.blocks) >= fragment.number)):
            return False
        return self.blocks.get(number, frame.payload) == frame.payload and (self.total is None or number < self.total)

    def take(self, frame: ApsFrame, time: int, number: int) -> int:
        """Take a frame, the ``number``-th of its capture; return how many attempts at a whole message it makes known."""
        self.last = time
        self.is_asked |= frame.acknowledge
        if frame.fragment is not None:
            return self._take_block(frame, time, number)
        if self.payload is not None:
            self.starts.append((time, number))
        self.payload = frame.payload
        return 1

    def _take_block(self, frame: ApsFrame, time: int, number: int) -> int:
        fragment, blocks = frame.fragment, self.blocks
        if fragment is None:
            return 0
        place, is_whole = 0 if fragment.first else fragment.number, self.payload is not None
        begins = place in self.sent and (is_whole or not place)
        if begins:
            self.starts.append((time, number))
            self.sent.clear()
        self.sent.add(place)
        if is_whole:
            return int(begins)
        blocks[place] = frame.payload
        if fragment.first:
            self.total = fragment.number
        if len(blocks) != self.total:
            return 0
        self.payload = b"".join([blocks[block] for block in range(self.total)])
        return len(self.starts)

    def acknowledge(self, frame: ApsFrame) -> bool:
        """Take an acknowledgement; tell whether now all of the message is acknowledged, for the first time."""
        if self.acknowledged:
            return False
        fragment = frame.fragment
        if fragment is None:
            self.acknowledged = not self.blocks
            return self.acknowledged
        first, bits = 0 if fragment.first else fragment.number, fragment.received or 0
        self.came.update([number for number in self.blocks if 0 <= number - first < 8 and bits >> (number - first) & 1])
        self.acknowledged = self.payload is not None and len(self.came) == self.total
        return self.acknowledged

    def settled(self, time: int) -> Settled:
        """Say what became of the message."""
        ends = self.ends
        return Settled(
            time, ends.pan, ends.source, ends.destination, self.cluster, self.counter, len(self.starts), self.acknowledged, self.carried
        )

    def over(self) -> Iterator[Settled | Unread]:
        """Yield what is to be said when nothing more is expected."""
        if self.payload is None and self.blocks:
            total = "an unknown number of" if self.total is None else str(self.total)
            told = f"{len(self.blocks)} of {total} fragments"
            yield Unread(self.starts[0][0], Reason.BROKEN_OFF, self.cluster, told, self.starts[0][1])
        if self.is_asked and not self.acknowledged:
            yield self.settled(self.starts[-1][0])


class Exchanges:
    """The latest exchanges of all networks heard."""

    __slots__ = ("_checked", "_known")

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int, int, int], Exchange] = {}
        self._checked = 0

    def take(self, time: int, ends: Ends, frame: ApsFrame, number: int) -> tuple[Exchange, list[Heard | Settled | Unread]]:
        """Take a data frame; return its exchange, and what it completes or cuts off."""
        known = self._known
        told: list[Heard | Settled | Unread] = []
        place = (ends.pan, ends.source_address, ends.destination_address, frame.counter, frame.cluster or 0)
        exchange = known.get(place)
        if exchange is None or not exchange.goes_on_with(frame) or time - exchange.last > _MEMORY:
            if exchange is not None:
                del known[place]
                told.extend(exchange.over())
            elif len(known) >= _MOST:
                told.extend(known.pop(next(iter(known))).over())
            exchange = known[place] = Exchange(ends, frame, time, number)
        attempts, payload = exchange.take(frame, time, number), exchange.payload
        if attempts and payload is not None:
            starts = exchange.starts
            numbers = range(len(starts) - attempts, len(starts))
            told.extend([_heard(ends, frame, payload, number + 1, starts[number]) for number in numbers])
        return exchange, told

    def acknowledged(self, time: int, ends: Ends, frame: ApsFrame) -> Settled | None:
        """Take an acknowledgement, whose source is the destination of what it acknowledges."""
        place = (ends.pan, ends.destination_address, ends.source_address, frame.counter, frame.cluster or 0)
        exchange = self._known.get(place)
        return exchange.settled(time) if exchange is not None and exchange.acknowledge(frame) else None

    def expire(self, time: int) -> list[Heard | Settled | Unread]:
        """Forget what has been silent for long, and say what is to be said of it; looks once a second of ``time``."""
        if 0 <= time - self._checked < SECOND:
            return []
        self._checked = time
        gone = [place for place, exchange in self._known.items() if time - exchange.last > _MEMORY]
        return [told for place in gone for told in self._known.pop(place).over()]

    def end(self) -> list[Heard | Settled | Unread]:
        """Say what is to be said of everything that is under way, and forget it."""
        told: list[Heard | Settled | Unread] = [one for exchange in self._known.values() for one in exchange.over()]
        self._known.clear()
        return told


def _heard(ends: Ends, frame: ApsFrame, payload: bytes, attempt: int, start: tuple[int, int]) -> Heard:
    return Heard(
        start[0],
        ends.pan,
        ends.source,
        ends.destination,
        ends.source_address,
        ends.destination_address,
        frame.profile or 0,
        frame.cluster or 0,
        frame.source_endpoint or 0,
        frame.destination_endpoint or 0,
        frame.counter,
        attempt,
        payload,
        start[1],
    )
