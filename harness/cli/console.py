"""Where commands write: data on standard output, talk on standard error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

    from harness.vocab.canonical import Json

__all__ = ["Console"]

_STYLES = {"bold": "1", "dim": "2", "good": "32", "bad": "31", "accent": "36"}


class Console:
    """Two streams and what they can show; ``NO_COLOR`` and pipes are respected."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        """Write to the given streams, or to the process's own."""
        self.as_json = as_json
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        wanted = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self.colour = wanted and self.out.isatty()
        self.live = self.err.isatty() and os.environ.get("TERM") != "dumb"
        """Whether progress may be redrawn in place on standard error."""

    def data(self, text: str) -> None:
        """Write what was asked for, and a line end, to standard output."""
        self.out.write(text if text.endswith("\n") else text + "\n")

    def json(self, value: Json) -> None:
        """Write a value as indented JSON with sorted keys to standard output."""
        import json

        self.data(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False))

    def talk(self, text: str) -> None:
        """Write what accompanies the work to standard error."""
        self.err.write(text + "\n")
        self.err.flush()

    def style(self, text: str, name: str) -> str:
        """Return the text in a style where standard output shows colour, or as it is."""
        return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if self.colour else text
