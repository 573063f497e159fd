"""What a log holds, entry by entry: a message with its time, or what is missing."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Entry", "Item", "Missing", "Silence", "place"]


class Entry(NamedTuple):
    """A message with the time at which it was logged."""

    file: int
    """Which of the files, counted from 1; 0 where there is only one."""
    line: int
    """Line of a text, counted from 1; of XML, the line on which the message starts."""
    at: int
    """Nanoseconds since 2000-01-01T00:00:00Z."""
    octets: bytes


class Missing(NamedTuple):
    """Something in the log that is not taken over, and why; its own words are not repeated, since they may name somebody."""

    file: int
    line: int
    at: int | None
    """As far as it can be told; once in order, the time of its surroundings."""
    reason: str
    lost: int = 1
    """How many alerts are lost with it: 0 where there was none to lose."""


class Silence(NamedTuple):
    """A span in which the log has nothing, longer than its owner holds to be usual."""

    at: int
    until: int


Item = Entry | Missing | Silence


def place(file: int, line: int) -> str:
    """Name a place in the log, such as ``line 17`` or ``file 2, line 17``."""
    return f"file {file}, line {line}" if file else f"line {line}"
