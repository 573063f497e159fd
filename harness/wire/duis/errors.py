"""The one error of the DUIS codec: what is wrong, at which line and column, what was expected."""

from __future__ import annotations

from harness.errors import WireError

__all__ = ["DuisError"]


class DuisError(WireError):
    """Octets are no DUIS message that can be read safely, or a value cannot be written as one."""

    def __init__(self, what: str, *, line: int = 0, column: int = 0, expected: str = "") -> None:
        """Keep line and column, counted from 1; columns count octets of UTF-8, and 0 stands for a value that is in no log."""
        super().__init__(what, where=f"line {line}, column {column}" if line else "", expected=expected)
        self.line = line
        self.column = column
