"""Messages out of a capture, and an account of the packets that gave none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cli.message_sources import Given
from harness.vocab.time import SECOND
from harness.wire.gbcs.cosem_time import utc_text
from harness.wire.pcap import PcapError
from harness.wire.pcap_gbcs import CaptureReader, Found, NotRead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from harness.vocab.canonical import Json

__all__ = ["captured_messages"]

_PIECE = 1 << 18
_EPOCH = 946_684_800
"""Seconds from 1970-01-01T00:00:00Z to 2000-01-01T00:00:00Z."""
_REASONS = 64
"""Reasons that are told apart; names inside a capture make them, so there must be an end."""
_COMMAND = "a ZCL frame of the Tunneling cluster other than TransferData"
_RANGES = 12
"""Runs of packets that are listed for one reason; what is beyond them is counted."""


class _Packets:
    """Packets that gave no message for one reason: how many, and which, as runs of numbers."""

    __slots__ = ("count", "lost", "runs")

    def __init__(self, *, lost: bool) -> None:
        self.count = 0
        self.lost = lost
        self.runs: list[list[int]] = []

    def add(self, number: int) -> None:
        self.count += 1
        if self.runs and self.runs[-1][1] == number - 1:
            self.runs[-1][1] = number
        elif len(self.runs) <= _RANGES:
            self.runs.append([number, number])

    def text(self) -> str:
        """Write which packets these are, such as ``packets 1-3, 7``."""
        shown = [str(first) if first == last else f"{first}-{last}" for first, last in self.runs[:_RANGES]]
        return ("packet " if self.count == 1 else "packets ") + ", ".join(shown) + (", …" if len(self.runs) > _RANGES else "")


def captured_messages(name: str, stream: BinaryIO, keys: Sequence[bytes] = ()) -> Iterator[Given]:
    """Yield the messages of a capture, then one entry for each reason for which packets gave none; ``keys`` are those of ZigBee."""
    unread: dict[str, _Packets] = {}
    problem: PcapError | None = None
    try:
        for held in CaptureReader(keys).read(iter(lambda: stream.read(_PIECE), b"")):
            if isinstance(held, Found):
                yield Given(where=f"{name}: packet {held.packet}", octets=held.message, carrier=_carrier(held))
            else:
                told, lost = (held.reason, held.lost) if isinstance(held, NotRead) else (_COMMAND, False)
                reason = told if told in unread or len(unread) < _REASONS else "yet other reasons"
                unread.setdefault(reason, _Packets(lost=lost)).add(held.packet)
    except PcapError as error:
        problem = error
    for reason, packets in unread.items():
        carrier: dict[str, Json] = {"kind": "packets", "count": packets.count, "reason": reason, "may-hold-messages": packets.lost}
        yield Given(where=f"{name}: {packets.text()}", carrier=carrier, lost=packets.lost)
    if problem is not None:
        yield Given(where=name, problem=problem)


def _carrier(found: Found) -> dict[str, Json]:
    time = None if found.time is None else _time_text(found.time)
    told: dict[str, Json] = {"kind": "packet", "packet": found.packet, "time": time, "link-type": found.link_type}
    told["interface"] = found.interface
    heard, frame = found.heard, found.frame
    if heard is not None:
        ends: dict[str, Json] = {"source": heard.source, "destination": heard.destination, "attempt": heard.attempt}
        told |= {**ends, "pan": f"0x{heard.pan:04x}", "aps-counter": heard.counter}
    if frame is not None:
        radio = {"channel": frame.channel, "page": frame.page, "rssi": frame.rssi, "lqi": frame.lqi}
        told |= {member: value for member, value in radio.items() if value is not None}
    return told


def _time_text(nanoseconds: int) -> str | None:
    """Write nanoseconds since 1970 as an instant of UTC; ``None`` where the calendar ends before it."""
    seconds, part = divmod(nanoseconds, SECOND)
    try:
        return f"{utc_text(seconds - _EPOCH)[:-1]}.{part:09d}Z"
    except OverflowError:
        return None
