"""What a log holds, entry by entry: a message with its time, or what is missing."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Entry", "Item", "Missing", "Seen", "Silence", "place"]


class Seen(NamedTuple):
    """How a capture shows a message, or a frame."""

    tap: str
    """The counting point of its interface."""
    source: str = ""
    """EUI-64 of who put it on the air; empty where that is not told."""
    destination: str = ""
    cluster: str = ""
    """Of a ZCL frame, such as ``0x0704``; empty for a GBCS message."""


class Entry(NamedTuple):
    """A message with the time at which it was logged."""

    file: int
    """Which of the files, counted from 1; 0 where there is only one."""
    line: int
    """Line of a text, counted from 1; of XML, the line on which the message starts; of a capture, the number of the packet."""
    at: int
    """Nanoseconds since 2000-01-01T00:00:00Z."""
    octets: bytes
    seen: Seen | None = None
    """How a capture shows it; ``None`` for an entry of a log."""


class Missing(NamedTuple):
    """Something in the log that is not taken over, and why; its own words are not repeated, since they may name somebody."""

    file: int
    line: int
    at: int | None
    """As far as it can be told; once in order, the time of its surroundings."""
    reason: str
    lost: int = 1
    """How many alerts are lost with it at most: 0 where there was none to lose."""
    tap: str = ""
    """The counting point, where a capture tells it; empty for a log, which has one."""
    since: int | None = None
    """When the first of what is counted here was heard; ``at`` is when the last was. ``None`` for a single thing."""

    @property
    def is_sign(self) -> bool:
        """Whether this only tells that whoever captured was listening, and heard nothing that could have been a message."""
        return not self.reason


class Silence(NamedTuple):
    """A span in which the log has nothing, longer than its owner holds to be usual."""

    at: int
    until: int


Item = Entry | Missing | Silence


def place(file: int, line: int, *, captured: bool = False) -> str:
    """Name a place in the log, such as ``line 17``, ``file 2, line 17`` or, in a capture, ``packet 17``."""
    told = f"{'packet' if captured else 'line'} {line}"
    return f"file {file}, {told}" if file else told
