"""The errors of the ZigBee codec: which layer broke off, at which octet, what was expected, what was found.

::

    WireError
    └── ZigbeeError         octets that are not what they claim
        └── SecurityError   octets that cannot be opened: no key, another key, changed on the way, or sent again
"""

from __future__ import annotations

from typing import Literal

from harness.errors import WireError

__all__ = ["SecurityError", "SecurityReason", "ZigbeeError"]

_SHOWN = 16
"""Octets of the find that the message shows; the attribute keeps them all."""

SecurityReason = Literal["no-key", "mic", "replay", "source"]
"""Why a frame was not opened: no such key, MIC of other octets or of another key, counter seen before, source not known."""


class ZigbeeError(WireError):
    """Octets break a rule of IEEE 802.15.4, of ZigBee, or of its cluster library."""

    def __init__(self, layer: str, offset: int, what: str, *, expected: str = "", octets: bytes = b"") -> None:
        """Keep the layer, the offset from its first octet, and the octets found there.

        Layers are ``MAC``, ``NWK``, ``APS``, ``ZDO`` and ``ZCL``, and besides ``security`` (counters) and ``install code``.
        """
        found = octets[:_SHOWN].hex() + ("…" if len(octets) > _SHOWN else "")
        super().__init__(f"{layer} {what}" + (f", found {found}" if found else ""), where=f"octet {offset}", expected=expected)
        self.layer = layer
        self.offset = offset
        self.octets = octets
        self.finding = what
        """What is wrong, without layer and octets."""

    def moved(self, by: int) -> ZigbeeError:
        """Return the same error for octets that start ``by`` further on."""
        return ZigbeeError(self.layer, self.offset + by, self.finding, expected=self.expected, octets=self.octets)


class SecurityError(ZigbeeError):
    """A secured frame was not opened; ``reason`` tells why, so that a reader can go on without it."""

    def __init__(self, layer: str, offset: int, what: str, *, reason: SecurityReason, expected: str = "", octets: bytes = b"") -> None:
        """Keep the reason beside what every error of the codec keeps."""
        super().__init__(layer, offset, what, expected=expected, octets=octets)
        self.reason: SecurityReason = reason

    def moved(self, by: int) -> SecurityError:
        """Return the same error for octets that start ``by`` further on."""
        place = self.offset + by
        return SecurityError(self.layer, place, self.finding, reason=self.reason, expected=self.expected, octets=self.octets)
