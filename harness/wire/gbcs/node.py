"""What DLMS data and ASN.1 elements have in common: a tag, octets or parts, and a place in the message."""

from __future__ import annotations

from typing import Protocol

__all__ = ["NESTING", "Node"]

NESTING = 16
"""Deepest nesting that is followed; GBCS itself stays below 10."""


class Node(Protocol):
    """One element as it stands on the wire."""

    @property
    def tag(self) -> int:
        """The type."""
        ...

    @property
    def offset(self) -> int:
        """Offset of the tag in what was read; 0 for an element that was built."""
        ...

    @property
    def end(self) -> int:
        """Offset after the last octet; 0 for an element that was built."""
        ...

    @property
    def content(self) -> bytes:
        """The octets after tag and length."""
        ...

    @property
    def children(self) -> tuple[Node, ...]:
        """The elements inside, in order; empty for a simple element."""
        ...

    def encode(self) -> bytes:
        """Write the element."""
        ...
