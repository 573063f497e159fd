"""Captures as logs: what passed the counting points of an installation, packet by packet, and what stayed unread.

GBCS messages and frames of the Tunneling cluster become entries, at the counting point that their interface is named after; radio frames
are always those of the HAN. What could not be read is counted second by second: a capture whose keys are missing has as many such packets
as any other has messages. Packets that hold no message are signs that somebody was listening.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from harness.errors import WireError
from harness.fieldlog.entry import Entry, Missing, Seen
from harness.vocab.journal import TAPS
from harness.vocab.time import SECOND
from harness.wire.gbcs.block_transfer import Reassembly
from harness.wire.pcap import PcapError, read_packets
from harness.wire.pcap_gbcs import CaptureReader, Found, NotRead, TunnelCommand
from harness.wire.pcap_zigbee import LINK_TYPES
from harness.wire.tunnelling import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from harness.wire.pcap_gbcs import Held
    from harness.wire.pcap_packet import Described

__all__ = ["Account", "is_simulated", "read_capture"]

_PIECE: Final = 1 << 18
_BETWEEN_EPOCHS: Final = 946_684_800 * SECOND
"""From 1970, whence captures count, to 2000."""
_SIGN: Final = 10 * SECOND
_REASONS: Final = 64
_SIMULATED: Final = "simulated"
_BLOCK: Final = b"\xdd\x09"
_MIXED: Final = "yet other reasons"
_NO_BLOCK: Final = "a block of a message in blocks that cannot be put to the others"


class Account:
    """What one capture came to, packet for packet."""

    __slots__ = ("is_simulated", "packets", "problem", "silent", "taps", "unacknowledged", "unread")

    def __init__(self) -> None:
        """Start with nothing."""
        self.packets = 0
        self.taps: set[str] = set()
        """Counting points at which something was seen, or stayed unread."""
        self.unread: Counter[str] = Counter()
        """Messages that may be there and were not read, by reason."""
        self.silent: Counter[str] = Counter()
        """Packets that hold no message, by what they are."""
        self.unacknowledged = 0
        """Messages sent on the HAN for which no acknowledgement was heard."""
        self.is_simulated = False
        """Whether the description of an interface says that what it recorded is simulated."""
        self.problem = ""
        """Where the capture is damaged or breaks off; empty where it is whole."""


def is_simulated(stream: BinaryIO) -> bool:
    """Tell whether a capture says of itself that it is simulated, by what stands before its first packet; the stream is rewound."""
    found: list[Described] = []
    stream.seek(0)
    with suppress(PcapError):
        next(read_packets(iter(lambda: stream.read(_PIECE), b""), None, found.append), None)
    stream.seek(0)
    return any(map(_says_simulated, found))


def _says_simulated(interface: Described) -> bool:
    return _SIMULATED in interface.description.casefold()


def read_capture(
    stream: BinaryIO, account: Account, *, file: int = 0, keys: Sequence[bytes] = (), tap: str = "user"
) -> Iterator[Entry | Missing]:
    """Yield what a capture holds, about in order of time, and keep ``account`` of it.

    ``tap`` is the counting point of interfaces that are named after none. A capture that breaks off, or is damaged, is read up to there.
    """
    reading = _Reading(CaptureReader(keys), account, file, tap)
    try:
        for held in reading.reader.read(iter(lambda: stream.read(_PIECE), b"")):
            yield from reading.take(held)
    except PcapError as error:
        account.problem = str(error)
        yield from reading.flushed()
        yield Missing(file, reading.reader.packets, reading.now, f"the capture is damaged or breaks off: {error.block}", 0, reading.any_tap)
    else:
        yield from reading.flushed()
    account.packets = reading.reader.packets
    account.unacknowledged = reading.reader.unacknowledged
    account.is_simulated = any(map(_says_simulated, reading.reader.interfaces.values()))


class _Reading:
    """One capture on its way to entries."""

    __slots__ = ("_account", "_blocks", "_file", "_said", "_tap", "_unread", "now", "reader")

    def __init__(self, reader: CaptureReader, account: Account, file: int, tap: str) -> None:
        self.reader = reader
        self.now: int | None = None
        """The latest instant in the capture so far."""
        self._account = account
        self._file = file
        self._tap = tap
        self._said = -_SIGN
        self._unread: dict[tuple[str, str], Missing] = {}
        """What stayed unread in the second of ``now``, by counting point and reason."""
        self._blocks: dict[str, Reassembly] = {}

    @property
    def any_tap(self) -> str:
        """A counting point of this capture."""
        return min(self._account.taps, default=self._tap)

    def take(self, held: Held) -> Iterator[Entry | Missing]:
        """Yield what one thing in the capture comes to."""
        at = None if held.time is None else held.time - _BETWEEN_EPOCHS
        tap = self._tap_of(held)
        if at is not None:
            if self.now is None or at // SECOND > self.now // SECOND:
                yield from self.flushed()
            self.now = at if self.now is None else max(at, self.now)
        if isinstance(held, NotRead) and not held.lost:
            yield from self._silent(held, tap)
            return
        self._account.taps.add(tap)
        if isinstance(held, NotRead):
            self._not_read(held.packet, at, tap, held.reason)
        elif at is None:
            yield Missing(self._file, held.packet, None, "a packet without a time", tap=tap)
        else:
            self._said = at
            yield from self._seen(held, at, tap)

    def flushed(self) -> Iterator[Missing]:
        """Yield what stayed unread, and forget it."""
        yield from self._unread.values()
        self._unread.clear()

    def _silent(self, held: NotRead, tap: str) -> Iterator[Missing]:
        """Count a packet that holds no message; now and then it is told as a sign."""
        silent, now = self._account.silent, self.now
        silent[_known(held.reason, silent)] += 1
        if now is not None and now - self._said >= _SIGN:
            self._said = now
            yield Missing(self._file, held.packet, now, "", 0, tap)

    def _seen(self, held: Found | TunnelCommand, at: int, tap: str) -> Iterator[Entry]:
        heard = held.heard
        source, destination = ("", "") if heard is None else (heard.source or "", heard.destination or "")
        if isinstance(held, Found):
            octets = self._whole(held, at, tap)
            if octets:
                yield Entry(self._file, held.packet, at, octets, Seen(tap, source, destination))
        elif source and destination:
            yield Entry(self._file, held.packet, at, held.heard.octets, Seen(tap, source, destination, CLUSTER))

    def _whole(self, found: Found, at: int, tap: str) -> bytes:
        """Return a message; of one that goes in blocks, all of it with its last block, and nothing before."""
        if not found.message.startswith(_BLOCK):
            return found.message
        if found.heard is not None and found.heard.attempt > 1:
            return b""
        try:
            return self._blocks.setdefault(tap, Reassembly()).receive(found.message) or b""
        except WireError:
            self._not_read(found.packet, at, tap, _NO_BLOCK)
            return b""

    def _not_read(self, packet: int, at: int | None, tap: str, reason: str) -> None:
        """Count what stayed unread."""
        unread, now = self._account.unread, self.now
        reason = _known(reason, unread)
        unread[reason] += 1
        known = self._unread.get((tap, reason))
        if known is None:
            self._unread[tap, reason] = Missing(self._file, packet, now, reason, 1, tap, now if at is None else at)
        else:
            self._unread[tap, reason] = known._replace(at=now, lost=known.lost + 1)

    def _tap_of(self, held: Held) -> str:
        if held.link_type in LINK_TYPES:
            return TAPS[0]
        interface = self.reader.interfaces.get(held.interface)
        return interface.name if interface is not None and interface.name in TAPS else self._tap


def _known(reason: str, counted: Counter[str]) -> str:
    """Return a reason, or that there are too many of them: names inside a capture make some."""
    return reason if reason in counted or len(counted) < _REASONS else _MIXED
