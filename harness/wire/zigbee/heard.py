"""What a follower tells of a network: messages in clear, what became of them, and whatever stayed unread, with the reason."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64

__all__ = ["NO_CLUSTER", "Heard", "Reason", "Settled", "Unread"]

NO_CLUSTER = -1
"""In place of a cluster: a command or an acknowledgement, which belongs to none."""


class Heard(NamedTuple):
    """One attempt at an APS message in clear, put together from its fragments."""

    time: int
    """When the attempt began, nanoseconds; where it was made before the message was whole, it is told late."""
    pan: int
    source: Eui64 | None
    """``None`` where the EUI-64 behind the short address was not heard; only messages in clear can be read without it."""
    destination: Eui64 | None
    """``None`` for a broadcast, too."""
    source_address: int
    destination_address: int
    profile: int
    cluster: int
    source_endpoint: int
    destination_endpoint: int
    counter: int
    """APS counter: the same in every attempt."""
    attempt: int
    """Counted from 1; a repeat by the MAC, or on another hop of the way, is none."""
    octets: bytes
    """The payload: a ZCL frame, or a command of the device objects."""
    number: int
    """Number that the caller gave to the frame with which the attempt began."""


class Settled(NamedTuple):
    """What became of an APS message that asked for an acknowledgement."""

    time: int
    """When it was acknowledged; where it was not, when its last attempt began."""
    pan: int
    source: Eui64 | None
    destination: Eui64 | None
    cluster: int
    counter: int
    attempts: int
    acknowledged: bool
    """Whether an APS acknowledgement of all of it was heard: without it, it was sent but not acknowledged."""
    carried: bool
    """Whether the MAC acknowledged any of its frames: then somebody's radio was there."""


class Reason(Enum):
    """Why something stayed unread; the words hold no address, number or octet, so that equal reasons can be counted."""

    FCS = "a frame whose check sequence does not hold"
    MAC = "a frame that is broken at the MAC layer"
    MAC_VERSION = "a frame of IEEE 802.15.4-2015 or later, whose header is not read"
    MAC_SECURITY = "a frame that is encrypted at the MAC layer, which ZigBee does not use"
    BETWEEN = "a frame between two networks, or without a source"
    FOREIGN = "a data frame that is not ZigBee PRO"
    NETWORK = "a ZigBee frame that is broken at the network layer"
    NO_NETWORK_KEY = "a ZigBee frame that is encrypted at the network layer, under a key that is not at hand"
    REPLAY = "a ZigBee frame whose frame counter was used before: a replay, which no device takes"
    APPLICATION = "a ZigBee frame that is broken at the application layer"
    NO_LINK_KEY = "a ZigBee frame that is encrypted at the application layer, under a key that is not at hand"
    NO_SENDER = "a ZigBee frame that is encrypted at the application layer, of a sender whose EUI-64 was not heard"
    BROKEN_OFF = "a ZigBee message of which not every fragment was heard"


_HOLDS_NOTHING = frozenset({Reason.BETWEEN, Reason.FOREIGN, Reason.REPLAY})


class Unread(NamedTuple):
    """A frame that was not read, or a message of which parts are missing."""

    time: int
    """When it was heard; of a message, when it began."""
    reason: Reason
    cluster: int | None = None
    """Where the frame tells it, since it stands in clear under a link key; ``-1`` of what belongs to no cluster: commands of the layers."""
    detail: str = ""
    """What exactly is wrong and where; it may name devices."""
    number: int = 0
    """Number that the caller gave to the frame, or to the one with which the message began."""

    def may_hold(self, cluster: int) -> bool:
        """Tell whether a message of a cluster may be lost with it."""
        return self.reason not in _HOLDS_NOTHING and self.cluster in (None, cluster)
