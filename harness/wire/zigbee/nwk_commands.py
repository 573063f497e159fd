"""The commands of the ZigBee NWK layer; clause: ZigBee 05-3474 3.4.

::

    01 route request   options, id, destination, cost, [destination EUI-64]
    02 route reply     options, id, originator, responder, cost, [originator EUI-64], [responder EUI-64]
    03 network status  status, destination          08 link status  options and count, neighbours
    04 leave           options                      09 network report, 0A network update  options, extended PAN, rest
    05 route record    relays                       0B end device timeout request   timeout, configuration
    06 rejoin request  capability                   0C end device timeout response  status, parent information
    07 rejoin response address, status              0D link power delta  options, neighbours
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.wire.zigbee.fields import EUI, REST, U8, U16, Choice, ListOf, Number, OtherCommand, Record
from harness.wire.zigbee.flagged import Flagged

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64

__all__ = [
    "STATUSES",
    "EndDeviceTimeoutRequest",
    "EndDeviceTimeoutResponse",
    "Leave",
    "LinkPower",
    "LinkPowerDelta",
    "LinkStatus",
    "Neighbour",
    "NetworkReport",
    "NetworkStatus",
    "NetworkUpdate",
    "NwkCommand",
    "RejoinRequest",
    "RejoinResponse",
    "RouteRecord",
    "RouteReply",
    "RouteRequest",
    "read_nwk_command",
    "write_nwk_command",
]

STATUSES = {
    0x00: "no route available",
    0x01: "tree link failure",
    0x02: "non-tree link failure",
    0x03: "low battery",
    0x04: "no routing capacity",
    0x05: "no indirect capacity",
    0x06: "indirect transaction expired",
    0x07: "target unavailable",
    0x08: "target address unallocated",
    0x09: "parent link failure",
    0x0A: "validate route",
    0x0B: "source route failure",
    0x0C: "many-to-one route failure",
    0x0D: "address conflict",
    0x0E: "verify addresses",
    0x0F: "PAN id update",
    0x10: "network address update",
    0x11: "frame counter refused",
    0x12: "key sequence number refused",
}
"""What a network status says (Wireshark 4.0.17's table)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRequest:
    """A router looks for a route; many-to-one where the concentrator calls."""

    many_to_one: int = 0
    """0 not; 1 with, 2 without a route record table."""
    multicast: bool = False
    id: int
    destination: int
    cost: int
    destination_ieee: Eui64 | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteReply:
    """A router tells a route."""

    multicast: bool = False
    id: int
    originator: int
    responder: int
    cost: int
    originator_ieee: Eui64 | None = None
    responder_ieee: Eui64 | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkStatus:
    """A router tells what went wrong with a destination."""

    status: int
    """One of :data:`STATUSES`."""
    destination: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A device leaves, or is asked to."""

    rejoin: bool = False
    request: bool = False
    """Whether the receiver is to leave; otherwise the sender does."""
    remove_children: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRecord:
    """The relays that a frame has passed, written for a concentrator."""

    relays: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RejoinRequest:
    """A device that has lost its parent asks another to take it."""

    capability: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejoinResponse:
    """A parent answers a rejoin request."""

    address: int
    status: int = 0
    """As :data:`~harness.wire.zigbee.mac_commands.ASSOCIATION_STATUSES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A router that is heard, and how well."""

    address: int
    costs: int
    """Incoming cost in bits 0-2, outgoing cost in bits 4-6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatus:
    """A router tells its neighbours; long lists go in several frames."""

    first: bool = True
    last: bool = True
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkReport:
    """A device tells the network manager of PAN ids in use."""

    options: int
    """Kind of report in bits 5-7 (0 is PAN id conflict), count in bits 0-4."""
    extended_pan: Eui64
    records: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkUpdate:
    """The network manager moves the network to another PAN id."""

    options: int
    """Kind of update in bits 5-7 (0 is PAN id), count in bits 0-4."""
    extended_pan: Eui64
    update: int
    pan: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndDeviceTimeoutRequest:
    """An end device asks its parent to keep it, although it is silent for long."""

    timeout: int
    """0 is 10 seconds, 1 to 14 are 2 to the power of that in minutes."""
    configuration: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndDeviceTimeoutResponse:
    """A parent answers an end device timeout request."""

    status: int
    parent: int
    """Bit 0: keeps children that poll; bit 1: keeps children that ask for a timeout; bit 2: negotiates power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPower:
    """How far above or below the wanted strength a neighbour is heard."""

    address: int
    delta: int
    """In dB, -128 to 127."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPowerDelta:
    """A device on a sub-GHz link tells its neighbours to send louder or softer."""

    kind: int
    """0 notification, 1 request, 2 response."""
    neighbours: tuple[LinkPower, ...]


NwkCommand = (
    RouteRequest
    | RouteReply
    | NetworkStatus
    | Leave
    | RouteRecord
    | RejoinRequest
    | RejoinResponse
    | LinkStatus
    | NetworkReport
    | NetworkUpdate
    | EndDeviceTimeoutRequest
    | EndDeviceTimeoutResponse
    | LinkPowerDelta
)


_COMMANDS: Choice[NwkCommand] = Choice(
    "NWK",
    {
        0x01: Flagged(
            RouteRequest,
            bits={"many_to_one": (3, 2), "multicast": (6, 1)},
            after={"id": U8, "destination": U16, "cost": U8},
            announced={"destination_ieee": (5, EUI)},
        ),
        0x02: Flagged(
            RouteReply,
            bits={"multicast": (6, 1)},
            after={"id": U8, "originator": U16, "responder": U16, "cost": U8},
            announced={"originator_ieee": (4, EUI), "responder_ieee": (5, EUI)},
        ),
        0x03: Record(NetworkStatus, U8, U16),
        0x04: Flagged(Leave, bits={"rejoin": (5, 1), "request": (6, 1), "remove_children": (7, 1)}),
        0x05: Record(RouteRecord, ListOf(U16)),
        0x06: Record(RejoinRequest, U8),
        0x07: Record(RejoinResponse, U16, U8),
        0x08: Flagged(LinkStatus, bits={"first": (5, 1), "last": (6, 1)}, counted=("neighbours", 5, Record(Neighbour, U16, U8))),
        0x09: Record(NetworkReport, U8, EUI, REST),
        0x0A: Record(NetworkUpdate, U8, EUI, U8, U16),
        0x0B: Record(EndDeviceTimeoutRequest, U8, U8),
        0x0C: Record(EndDeviceTimeoutResponse, U8, U8),
        0x0D: Flagged(LinkPowerDelta, bits={"kind": (0, 2)}, after={"neighbours": ListOf(Record(LinkPower, U16, Number(1, signed=True)))}),
    },
)


def read_nwk_command(payload: bytes) -> NwkCommand | OtherCommand:
    """Read the payload of a command frame; raises :class:`ZigbeeError`. An unknown command is kept as octets."""
    return _COMMANDS.read(payload)


def write_nwk_command(command: NwkCommand | OtherCommand) -> bytes:
    """Write the payload of a command frame; ``ValueError`` where a member does not fit."""
    return _COMMANDS.write(command)
