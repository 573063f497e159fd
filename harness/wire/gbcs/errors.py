"""The one error of the GBCS codec: which rule was broken, at which octet, what was expected, what was found."""

from __future__ import annotations

from harness.errors import WireError

__all__ = ["GbcsError"]

_SHOWN = 16
"""Octets of the find that the message shows; the attribute keeps them all."""


class GbcsError(WireError):
    """Octets break a rule of the GBCS codec."""

    def __init__(self, rule: str, offset: int, what: str, *, expected: str = "", octets: bytes = b"", unit: str = "octet") -> None:
        """Keep the rule (``E01`` to ``E43``), the offset from the message's first octet, and the octets found there.

        ``unit`` is what the offset counts: octets, or characters where a message is given as text.
        """
        found = octets[:_SHOWN].hex() + ("…" if len(octets) > _SHOWN else "")
        super().__init__(f"{rule} {what}" + (f", found {found}" if found else ""), where=f"{unit} {offset}", expected=expected)
        self.rule = rule
        self.offset = offset
        self.octets = octets
        self._unit = unit
        self.finding = what
        """What is wrong, without rule and octets."""

    def moved(self, by: int) -> GbcsError:
        """Return the same error for octets that start ``by`` further on in the message."""
        place = self.offset + by
        return GbcsError(self.rule, place, self.finding, expected=self.expected, octets=self.octets, unit=self._unit) if by else self
