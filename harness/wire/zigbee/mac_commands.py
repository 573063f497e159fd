"""What MAC frames carry besides data: commands, beacons, and the beacon payload of a ZigBee network.

::

    01 association request   capability          05 PAN id conflict
    02 association response  address, status     06 orphan notification
    03 disassociation        reason              07 beacon request
    04 data request                              08 coordinator realignment  pan, coordinator, channel, address, [page]

Clauses: IEEE 802.15.4-2006 7.2.2.1 and 7.3; ZigBee 05-3474 3.6.7 (beacon payload).
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING

from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import EUI, U8, U16, Choice, Maybe, OtherCommand, Record

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64

__all__ = [
    "ASSOCIATION_STATUSES",
    "AssociationRequest",
    "AssociationResponse",
    "Beacon",
    "BeaconRequest",
    "Capability",
    "CoordinatorRealignment",
    "DataRequest",
    "Disassociation",
    "MacCommand",
    "NetworkBeacon",
    "OrphanNotification",
    "PanIdConflict",
    "read_beacon",
    "read_mac_command",
    "read_network_beacon",
    "write_beacon",
    "write_mac_command",
    "write_network_beacon",
]

ASSOCIATION_STATUSES = {0x00: "successful", 0x01: "PAN at capacity", 0x02: "PAN access denied"}
"""What an association response says."""
NO_ADDRESS = 0xFFFF
"""The short address of an association that failed."""


class Capability:
    """Bits of the capability octet that devices tell when they join."""

    ALTERNATE_COORDINATOR, ROUTER, MAINS, RECEIVER_ON, HIGH_SECURITY, ALLOCATE_ADDRESS = 0x01, 0x02, 0x04, 0x08, 0x40, 0x80
    SLEEPY = ALLOCATE_ADDRESS
    """An end device on batteries that turns its receiver off: a GSME."""
    MAINS_ROUTER = ROUTER | MAINS | RECEIVER_ON | ALLOCATE_ADDRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationRequest:
    """A device asks to join."""

    capability: int
    """Bits of :class:`Capability`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationResponse:
    """A coordinator or router lets a device join, or does not."""

    address: int
    """The short address from now on; FFFF where it was not let in."""
    status: int = 0
    """One of :data:`ASSOCIATION_STATUSES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disassociation:
    """Either end ends an association."""

    reason: int
    """1 the coordinator wishes it, 2 the device wishes it."""


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A sleepy device asks its parent for what it holds."""


@dataclass(frozen=True, slots=True)
class PanIdConflict:
    """A device has heard another network with the same PAN id."""


@dataclass(frozen=True, slots=True)
class OrphanNotification:
    """A device has lost its coordinator."""


@dataclass(frozen=True, slots=True)
class BeaconRequest:
    """A device looks for networks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatorRealignment:
    """A coordinator answers an orphan, or moves its network."""

    pan: int
    coordinator: int
    channel: int
    address: int
    page: int | None = None


MacCommand = (
    AssociationRequest
    | AssociationResponse
    | Disassociation
    | DataRequest
    | PanIdConflict
    | OrphanNotification
    | BeaconRequest
    | CoordinatorRealignment
)
_COMMANDS: Choice[MacCommand] = Choice(
    "MAC",
    {
        1: Record(AssociationRequest, U8),
        2: Record(AssociationResponse, U16, U8),
        3: Record(Disassociation, U8),
        4: Record(DataRequest),
        5: Record(PanIdConflict),
        6: Record(OrphanNotification),
        7: Record(BeaconRequest),
        8: Record(CoordinatorRealignment, U16, U16, U8, U16, Maybe(U8)),
    },
)


def read_mac_command(payload: bytes) -> MacCommand | OtherCommand:
    """Read the payload of a command frame; raises :class:`ZigbeeError`. An unknown command is kept as octets."""
    return _COMMANDS.read(payload)


def write_mac_command(command: MacCommand | OtherCommand) -> bytes:
    """Write the payload of a command frame; ``ValueError`` where a member does not fit."""
    return _COMMANDS.write(command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacon:
    """The payload of a beacon frame; ZigBee sends them without superframe and without guaranteed time slots."""

    permits_association: bool
    coordinator: bool = False
    """Whether the sender is the PAN coordinator."""
    orders: int = 0xFFF
    """Beacon order, superframe order and final slot, four bits each: FFF where there is no superframe."""
    battery_extension: bool = False
    time_slots: int = 0
    """The guaranteed-time-slot octet without slots: bit 7 tells whether they are permitted."""
    waiting_short: tuple[int, ...] = ()
    """Short addresses for which the sender holds frames, at most 7."""
    waiting_long: tuple[Eui64, ...] = ()
    """EUI-64s for which the sender holds frames, at most 7."""
    payload: bytes = b""
    """What the next layer put in: see :func:`read_network_beacon`."""


_PERMITS, _COORDINATOR, _BATTERY, _RESERVED = 0x8000, 0x4000, 0x1000, 0x2000
_SLOT_BITS = 0x80
_BEACON = Struct("<HB")


def read_beacon(payload: bytes) -> Beacon:
    """Read the payload of a beacon frame; raises :class:`ZigbeeError`, also where it describes guaranteed time slots."""
    if len(payload) < 4:
        raise ZigbeeError("MAC", len(payload), "beacon breaks off", expected="superframe, time slots and pending addresses")
    superframe, slots = _BEACON.unpack_from(payload)
    if superframe & _RESERVED or slots & ~_SLOT_BITS:
        what = f"beacon with superframe {superframe:04x} and time slots {slots:02x}"
        raise ZigbeeError("MAC", 0, what, expected="no reserved bit and no time slot", octets=payload[:3])
    short, long = payload[3] & 7, payload[3] >> 4 & 7
    if payload[3] & 0x88:
        raise ZigbeeError("MAC", 3, "pending addresses with reserved bits", expected="bits 3 and 7 clear", octets=payload[3:4])
    at, waiting_short, waiting_long = 4, [], []
    try:
        for _ in range(short):
            value, at = U16.read(payload, at)
            waiting_short.append(value)
        for _ in range(long):
            address, at = EUI.read(payload, at)
            waiting_long.append(address)
    except ZigbeeError as fault:
        raise ZigbeeError("MAC", fault.offset, f"beacon's pending addresses: {fault.finding}", expected=fault.expected) from None
    return Beacon(
        permits_association=bool(superframe & _PERMITS),
        coordinator=bool(superframe & _COORDINATOR),
        orders=superframe & 0xFFF,
        battery_extension=bool(superframe & _BATTERY),
        time_slots=slots,
        waiting_short=tuple(waiting_short),
        waiting_long=tuple(waiting_long),
        payload=payload[at:],
    )


def write_beacon(beacon: Beacon) -> bytes:
    """Write the payload of a beacon frame; ``ValueError`` where a member does not fit."""
    short, long = beacon.waiting_short, beacon.waiting_long
    if not 0 <= beacon.orders <= 0xFFF or beacon.time_slots & ~_SLOT_BITS or max(len(short), len(long)) > 7:
        raise ValueError(f"{beacon} does not fit a beacon")
    superframe = beacon.orders | (_PERMITS if beacon.permits_association else 0) | (_COORDINATOR if beacon.coordinator else 0)
    head = _BEACON.pack(superframe | (_BATTERY if beacon.battery_extension else 0), beacon.time_slots)
    waiting = [U16.write(address) for address in short] + [EUI.write(address) for address in long]
    return head + bytes((len(short) | len(long) << 4,)) + b"".join(waiting) + beacon.payload


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkBeacon:
    """What a ZigBee network says of itself in its beacons, 15 octets."""

    extended_pan: Eui64
    router_capacity: bool
    """Whether the sender takes routers."""
    end_device_capacity: bool
    """Whether the sender takes end devices."""
    depth: int = 0
    """Hops to the coordinator."""
    update: int = 0
    """Counts changes of the network's settings."""
    offset: int = 0xFFFFFF
    """Time to the parent's beacon; FFFFFF without superframe."""
    stack_profile: int = 2
    """2 is ZigBee PRO."""
    version: int = 2
    """Version of the network protocol."""


_NETWORK = Struct("<BH8s3sB")
_ROUTERS, _END_DEVICES = 0x0400, 0x8000


def read_network_beacon(payload: bytes) -> NetworkBeacon:
    """Read a ZigBee beacon payload; raises :class:`ZigbeeError`."""
    if len(payload) != _NETWORK.size:
        raise ZigbeeError("NWK", 0, f"beacon payload of {len(payload)} octets", expected=f"{_NETWORK.size}", octets=payload)
    protocol, word, extended, offset, update = _NETWORK.unpack(payload)
    if protocol or word & 0x0300:
        raise ZigbeeError("NWK", 0, "beacon payload of another protocol", expected="00, and no reserved bits", octets=payload[:3])
    address, _ = EUI.read(extended, 0)
    return NetworkBeacon(
        extended_pan=address,
        router_capacity=bool(word & _ROUTERS),
        end_device_capacity=bool(word & _END_DEVICES),
        depth=word >> 11 & 0xF,
        update=update,
        offset=int.from_bytes(offset, "little"),
        stack_profile=word & 0xF,
        version=word >> 4 & 0xF,
    )


def write_network_beacon(beacon: NetworkBeacon) -> bytes:
    """Write a ZigBee beacon payload; ``ValueError`` where a member does not fit."""
    if not all(0 <= nibble <= 0xF for nibble in (beacon.depth, beacon.stack_profile, beacon.version)):
        raise ValueError(f"{beacon} does not fit a beacon payload")
    word = beacon.stack_profile | beacon.version << 4 | beacon.depth << 11
    word |= (_ROUTERS if beacon.router_capacity else 0) | (_END_DEVICES if beacon.end_device_capacity else 0)
    offset = beacon.offset.to_bytes(3, "little") if 0 <= beacon.offset <= 0xFFFFFF else b""
    if not offset or not 0 <= beacon.update <= 0xFF:
        raise ValueError(f"{beacon} does not fit a beacon payload")
    return _NETWORK.pack(0, word, EUI.write(beacon.extended_pan), offset, beacon.update)
