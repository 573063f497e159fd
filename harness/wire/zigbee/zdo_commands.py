"""The commands of the ZigBee device objects, as values; :mod:`harness.wire.zigbee.zdo_layouts` tells how they stand on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64

__all__ = [
    "ActiveEndpointsRequest",
    "ActiveEndpointsResponse",
    "Associated",
    "BindRequest",
    "BindResponse",
    "BindTarget",
    "BindingRow",
    "BindingTable",
    "DeviceAnnounce",
    "IeeeAddressRequest",
    "IeeeAddressResponse",
    "ManagementBindRequest",
    "ManagementBindResponse",
    "ManagementLeaveRequest",
    "ManagementLeaveResponse",
    "ManagementLqiRequest",
    "ManagementLqiResponse",
    "ManagementPermitJoiningRequest",
    "ManagementPermitJoiningResponse",
    "ManagementRoutingRequest",
    "ManagementRoutingResponse",
    "MatchDescriptorRequest",
    "MatchDescriptorResponse",
    "NeighbourRow",
    "NeighbourTable",
    "NetworkAddressRequest",
    "NetworkAddressResponse",
    "NodeDescriptor",
    "NodeDescriptorRequest",
    "NodeDescriptorResponse",
    "ParentAnnounce",
    "ParentAnnounceResponse",
    "PowerDescriptorRequest",
    "PowerDescriptorResponse",
    "RouteRow",
    "RouteTable",
    "SimpleDescriptor",
    "SimpleDescriptorRequest",
    "SimpleDescriptorResponse",
    "UnbindRequest",
    "UnbindResponse",
    "ZdoCommand",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAddressRequest:
    """Ask for the short address of an EUI-64."""

    ieee: Eui64
    kind: int = 0
    """0 the device alone, 1 its children too."""
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IeeeAddressRequest:
    """Ask for the EUI-64 of a short address."""

    address: int
    kind: int = 0
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Associated:
    """The children that an extended address response lists."""

    start: int
    addresses: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAddressResponse:
    """Both addresses of a device."""

    status: int
    ieee: Eui64
    address: int
    children: Associated | None = None
    """``None`` in the answer to a request for the device alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IeeeAddressResponse:
    """Both addresses of a device."""

    status: int
    ieee: Eui64
    address: int
    children: Associated | None = None
    """``None`` in the answer to a request for the device alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDescriptor:
    """What a device is, 13 octets."""

    flags: int
    """Logical type in bits 0-2 (0 coordinator, 1 router, 2 end device); frequency bands in bits 11-15 (bit 14 is 2.4 GHz)."""
    capability: int
    manufacturer: int
    buffer: int
    """Octets of one NWK payload that the device takes."""
    incoming: int
    """Octets of one fragmented message that the device takes."""
    servers: int
    """Bit 0 tells a trust centre; bits 9-15 the revision of the stack."""
    outgoing: int
    descriptors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDescriptorRequest:
    """Ask what a device is."""

    address: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDescriptorResponse:
    """What a device is."""

    status: int
    address: int
    descriptor: NodeDescriptor | None = None
    """``None`` where the status is not 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDescriptorRequest:
    """Ask how a device is powered."""

    address: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDescriptorResponse:
    """How a device is powered."""

    status: int
    address: int
    descriptor: int | None = None
    """Mode, sources there are, source in use, and level, four bits each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleDescriptorRequest:
    """Ask what an endpoint does."""

    address: int
    endpoint: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleDescriptor:
    """What an endpoint does."""

    endpoint: int
    profile: int
    device: int
    version: int
    inputs: tuple[int, ...]
    """Clusters of which the endpoint is a server."""
    outputs: tuple[int, ...]
    """Clusters of which the endpoint is a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleDescriptorResponse:
    """What an endpoint does."""

    status: int
    address: int
    descriptor: SimpleDescriptor | None
    """``None`` where the status is not 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveEndpointsRequest:
    """Ask for the endpoints of a device."""

    address: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveEndpointsResponse:
    """The endpoints of a device."""

    status: int
    address: int
    endpoints: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDescriptorRequest:
    """Ask who has clusters that match: a PPMID looks for a trust centre's key establishment so."""

    address: int
    profile: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDescriptorResponse:
    """The endpoints that match."""

    status: int
    address: int
    endpoints: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAnnounce:
    """A device has joined or joined again."""

    address: int
    ieee: Eui64
    capability: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentAnnounce:
    """A router that has started again tells which end devices it takes for its children."""

    children: tuple[Eui64, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentAnnounceResponse:
    """Another router tells which of them are its own now."""

    status: int
    children: tuple[Eui64, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BindTarget:
    """Where a binding leads: an endpoint, or a group."""

    group: int | None = None
    ieee: Eui64 | None = None
    endpoint: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BindRequest:
    """Ask a device to send what a cluster reports to somebody."""

    source: Eui64
    endpoint: int
    cluster: int
    target: BindTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbindRequest:
    """Take a binding back."""

    source: Eui64
    endpoint: int
    cluster: int
    target: BindTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class BindResponse:
    """Whether a binding was made."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbindResponse:
    """Whether a binding was taken back."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementLqiRequest:
    """Ask for a device's neighbours, from a row on."""

    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourRow:
    """A neighbour."""

    extended_pan: Eui64
    ieee: Eui64
    address: int
    flags: int
    """Type in bits 0-1, receiver on when idle in bits 2-3, relationship in bits 4-6."""
    permits: int
    depth: int
    lqi: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourTable:
    """A device's neighbours, as many as fit."""

    total: int
    start: int
    rows: tuple[NeighbourRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementLqiResponse:
    """A device's neighbours."""

    status: int
    table: NeighbourTable | None = None
    """``None`` where the status is not 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementRoutingRequest:
    """Ask for a device's routes, from a row on."""

    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """A route."""

    destination: int
    flags: int
    next_hop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """A device's routes, as many as fit."""

    total: int
    start: int
    rows: tuple[RouteRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementRoutingResponse:
    """A device's routes."""

    status: int
    table: RouteTable | None = None
    """``None`` where the status is not 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementBindRequest:
    """Ask for a device's bindings, from a row on."""

    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingRow:
    """A binding."""

    source: Eui64
    endpoint: int
    cluster: int
    target: BindTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingTable:
    """A device's bindings, as many as fit."""

    total: int
    start: int
    rows: tuple[BindingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementBindResponse:
    """A device's bindings."""

    status: int
    table: BindingTable | None = None
    """``None`` where the status is not 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementLeaveRequest:
    """Ask a device, or a child of it, to leave."""

    ieee: Eui64
    """All zero for the device itself."""
    flags: int = 0
    """Bit 6 remove children, bit 7 rejoin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementLeaveResponse:
    """Whether a device leaves."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementPermitJoiningRequest:
    """Let devices join, or stop it."""

    seconds: int
    """0 stops it, FF lets devices join until it is stopped."""
    significance: int = 1
    """1 where the trust centre's own policy is to follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementPermitJoiningResponse:
    """Whether joining was permitted."""

    status: int


ZdoCommand = (
    NetworkAddressRequest
    | IeeeAddressRequest
    | NetworkAddressResponse
    | IeeeAddressResponse
    | NodeDescriptorRequest
    | NodeDescriptorResponse
    | PowerDescriptorRequest
    | PowerDescriptorResponse
    | SimpleDescriptorRequest
    | SimpleDescriptorResponse
    | ActiveEndpointsRequest
    | ActiveEndpointsResponse
    | MatchDescriptorRequest
    | MatchDescriptorResponse
    | DeviceAnnounce
    | BindRequest
    | UnbindRequest
    | BindResponse
    | UnbindResponse
    | ManagementLqiRequest
    | ManagementLqiResponse
    | ManagementRoutingRequest
    | ManagementRoutingResponse
    | ManagementBindRequest
    | ManagementBindResponse
    | ParentAnnounce
    | ParentAnnounceResponse
    | ManagementLeaveRequest
    | ManagementLeaveResponse
    | ManagementPermitJoiningRequest
    | ManagementPermitJoiningResponse
)
