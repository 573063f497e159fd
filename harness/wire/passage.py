"""One message on its way outwards: where a trial's journal shows it, when, and where it is shown no more.

A message is known by originator and originator counter, whichever tap it is seen at; a retry on the air, a copy behind the
hub and a response to it that bears its counter are all told of, each by the line of the journal that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import BundleError, WireError
from harness.vocab.journal import TAPS
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.vocab.identity import Eui64
    from harness.vocab.journal import Journal, Record

__all__ = ["AtTap", "Passage", "follow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTap:
    """What one tap shows of a message."""

    tap: str
    watched: bool
    """Whether anything was recorded at this tap; at one that was not, silence tells nothing."""
    instants: tuple[int, ...]
    """When it was seen, in nanoseconds from the trial's start."""
    lines: tuple[int, ...]
    """Lines of the journal, counted from 1, that show it."""
    delay: int | None
    """Nanoseconds between first sightings: here, and at the nearest tap before this one that shows it."""
    gaps: int
    """Gaps of this tap's record from the first sighting on; what fell into one may have passed unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One message at every tap, from the device outwards."""

    originator: Eui64
    counter: int
    octets: bytes
    """The message as it was first seen."""
    taps: tuple[AtTap, ...]
    until: int
    """Instant of the journal's last record."""

    @property
    def reached(self) -> str:
        """The outermost tap that shows it."""
        return [tap.tap for tap in self.taps if tap.instants][-1]

    @property
    def stopped(self) -> AtTap | None:
        """The first watched tap beyond that, which shows nothing of it; ``None`` where no tap beyond was watched."""
        beyond = self.taps[TAPS.index(self.reached) + 1 :]
        return next((tap for tap in beyond if tap.watched), None)


def follow(journal: Journal, originator: Eui64, counter: int, watched: Iterable[str]) -> Passage | None:
    """Return the way of a message through the taps, of which ``watched`` were recorded; ``None`` where none shows it.

    Raises :class:`BundleError` naming the line where the octets of a message are not hexadecimal.
    """
    seen: dict[str, list[tuple[int, int]]] = {tap: [] for tap in TAPS}
    first = b""
    for line, record in enumerate(journal, 1):
        octets = _octets_of(record, line, originator, counter)
        if octets:
            first = first or octets
            seen[str(record["tap"])].append((int(str(record["at"])), line))
    if not first:
        return None
    begun = min(found[0][0] for found in seen.values() if found)
    taps, before = [], None
    for tap in TAPS:
        instants = tuple(at for at, _ in seen[tap])
        taps.append(
            AtTap(
                tap=tap,
                watched=tap in watched,
                instants=instants,
                lines=tuple(line for _, line in seen[tap]),
                delay=instants[0] - before if instants and before is not None else None,
                gaps=sum(_is_gap(record, tap, begun) for record in journal),
            )
        )
        before = instants[0] if instants else before
    return Passage(originator=originator, counter=counter, octets=first, taps=tuple(taps), until=int(str(journal[len(journal)]["at"])))


def _octets_of(record: Record, line: int, originator: Eui64, counter: int) -> bytes:
    """Return the octets of a record of the message that is followed; none for any other record, or where it cannot be decoded."""
    text = record.get("octets")
    if record["kind"] != "message" or not isinstance(text, str) or record.get("tap") not in TAPS:
        return b""
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        raise BundleError("'octets' is not hexadecimal", where=f"line {line}", expected="two digits an octet") from None
    try:
        message = decode_message(octets)
    except WireError:
        return b""
    return octets if message.originator == originator and message.counter == counter else b""


def _is_gap(record: Record, tap: str, since: int) -> bool:
    until = record.get("until")
    return record["kind"] == "gap" and record.get("tap") == tap and isinstance(until, int) and until >= since
