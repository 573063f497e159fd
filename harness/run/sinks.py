"""Sinks: who is told while a campaign is on its way.

An event is a small JSON object with a member ``event``; a sink shows it or passes it on. What a sink
does can never change a result.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TextIO

    from harness.vocab.canonical import Json

__all__ = ["Events", "Lines", "Progress", "Sink", "Sinks"]

_WIDTH = 20
_BAR = "█"


class Sink(Protocol):
    """Is told of events, in order."""

    def tell(self, event: str, **members: Json) -> None:
        """Take note of one event."""
        ...


class Sinks:
    """Passes every event to each of several sinks."""

    def __init__(self, sinks: Iterable[Sink]) -> None:
        """Pass on to these sinks, in this order."""
        self._sinks = tuple(sinks)

    def tell(self, event: str, **members: Json) -> None:
        """Pass one event on."""
        for sink in self._sinks:
            sink.tell(event, **members)


class Events:
    """Newline-delimited JSON, one event a line, flushed at once: for other programs."""

    def __init__(self, stream: TextIO) -> None:
        """Write to ``stream``."""
        self._stream = stream

    def tell(self, event: str, **members: Json) -> None:
        """Write one event."""
        self._stream.write(json.dumps({"event": event, **members}, sort_keys=True) + "\n")
        self._stream.flush()


class Progress:
    """One line that is redrawn in place: for a person at a terminal."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """Draw on ``stream``; ``clock`` gives seconds and serves only the display."""
        self._stream = stream
        self._clock = clock
        self._began = clock()
        self._trials = self._void = self._lost = self._of = 0

    def tell(self, event: str, **members: Json) -> None:
        """Redraw on trials and blocks; end the line when the campaign ends."""
        if event == "campaign.began":
            self._of = _number(members["trials"])
        elif event == "trial.ended":
            self._trials += 1
            self._void += bool(members["void"])
            self._lost += _number(members["lost"])
            self._draw(_number(members["block"]))
        elif event == "campaign.ended":
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self, block: int) -> None:
        filled = _WIDTH * self._trials // max(1, self._of)
        bar = (_BAR * filled).ljust(_WIDTH, "·")
        seconds = self._clock() - self._began
        self._stream.write(
            f"\r block {block + 1:<3} {bar} {self._trials} trials of at most {self._of}   "
            f"void {self._void}   lost frames {self._lost}   {seconds:.1f} s\x1b[K"
        )
        self._stream.flush()


class Lines:
    """A line after every tenth block: for a log that is not a terminal."""

    def __init__(self, stream: TextIO) -> None:
        """Write to ``stream``."""
        self._stream = stream

    def tell(self, event: str, **members: Json) -> None:
        """Write a line for every tenth block that was judged."""
        if event == "block.judged" and (_number(members["block"]) + 1) % 10 == 0:
            self._stream.write(f"block {_number(members['block']) + 1} judged: {members['grade']}\n")
            self._stream.flush()


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0
