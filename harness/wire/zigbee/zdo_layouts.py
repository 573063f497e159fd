"""How the commands of the ZigBee device objects stand on the wire, by cluster id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.zigbee import zdo_commands as zdo
from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import EUI, U8, U16, ListOf, Maybe, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.wire.zigbee.fields import Layout

__all__ = ["LAYOUTS"]


class _Simple:
    """A length octet and a simple descriptor of that length; length 0 where there is none."""

    _BODY = Record(zdo.SimpleDescriptor, U8, U16, U16, U8, ListOf(U16), ListOf(U16))

    def read(self, octets: bytes, at: int) -> tuple[zdo.SimpleDescriptor | None, int]:
        length, start = U8.read(octets, at)
        if not length:
            return None, start
        end = start + length
        if end > len(octets):
            raise ZigbeeError("", start, f"breaks off: {len(octets) - start} octets left", expected=f"{length}, as it claims")
        found, after = self._BODY.read(octets[:end], start)
        if after != end:
            raise ZigbeeError("", after, f"has {end - after} octets more than its lists", expected="none", octets=octets[after:end])
        return found, end

    def write(self, value: zdo.SimpleDescriptor | None) -> bytes:
        body = b"" if value is None else self._BODY.write(value)
        return U8.write(len(body)) + body


class _Target:
    """An addressing mode, and an endpoint (3) or a group (1)."""

    def read(self, octets: bytes, at: int) -> tuple[zdo.BindTarget, int]:
        mode, after = U8.read(octets, at)
        if mode == 1:
            group, after = U16.read(octets, after)
            return zdo.BindTarget(group=group), after
        if mode != 3:
            raise ZigbeeError("", at, f"leads to an address of mode {mode}", expected="1 or 3", octets=octets[at:after])
        ieee, after = EUI.read(octets, after)
        endpoint, after = U8.read(octets, after)
        return zdo.BindTarget(ieee=ieee, endpoint=endpoint), after

    def write(self, value: zdo.BindTarget) -> bytes:
        if value.group is not None and value.ieee is None and value.endpoint is None:
            return b"\x01" + U16.write(value.group)
        if value.group is not None or value.ieee is None or value.endpoint is None:
            raise ValueError(f"{value} is neither a group nor an endpoint of a device")
        return b"\x03" + EUI.write(value.ieee) + U8.write(value.endpoint)


class _Children:
    """A count, and, where it is not 0, the place of the first and as many short addresses; missing in a single answer."""

    def read(self, octets: bytes, at: int) -> tuple[zdo.Associated | None, int]:
        if at == len(octets):
            return None, at
        count, at = U8.read(octets, at)
        if not count:
            return zdo.Associated(start=0, addresses=()), at
        start, at = U8.read(octets, at)
        addresses = []
        for _ in range(count):
            address, at = U16.read(octets, at)
            addresses.append(address)
        return zdo.Associated(start=start, addresses=tuple(addresses)), at

    def write(self, value: zdo.Associated | None) -> bytes:
        if value is None:
            return b""
        listed = b"".join([U16.write(address) for address in value.addresses])
        return U8.write(len(value.addresses)) + (U8.write(value.start) + listed if value.addresses else b"")


_TARGET, _CLUSTERS, _ENDPOINTS = _Target(), ListOf(U16), ListOf(U8)
_NODE = Record(zdo.NodeDescriptor, U16, U8, U16, U8, U16, U16, U16, U8)
_NEIGHBOUR = Record(zdo.NeighbourRow, EUI, EUI, U16, U8, U8, U8, U8)
_BINDING = Record(zdo.BindingRow, EUI, U8, U16, _TARGET)
_ROUTE = Record(zdo.RouteRow, U16, U8, U16)


LAYOUTS: Mapping[int, Layout[zdo.ZdoCommand]] = {
    0x0000: Record(zdo.NetworkAddressRequest, EUI, U8, U8),
    0x0001: Record(zdo.IeeeAddressRequest, U16, U8, U8),
    0x0002: Record(zdo.NodeDescriptorRequest, U16),
    0x0003: Record(zdo.PowerDescriptorRequest, U16),
    0x0004: Record(zdo.SimpleDescriptorRequest, U16, U8),
    0x0005: Record(zdo.ActiveEndpointsRequest, U16),
    0x0006: Record(zdo.MatchDescriptorRequest, U16, U16, _CLUSTERS, _CLUSTERS),
    0x0013: Record(zdo.DeviceAnnounce, U16, EUI, U8),
    0x001F: Record(zdo.ParentAnnounce, ListOf(EUI)),
    0x0021: Record(zdo.BindRequest, EUI, U8, U16, _TARGET),
    0x0022: Record(zdo.UnbindRequest, EUI, U8, U16, _TARGET),
    0x0031: Record(zdo.ManagementLqiRequest, U8),
    0x0032: Record(zdo.ManagementRoutingRequest, U8),
    0x0033: Record(zdo.ManagementBindRequest, U8),
    0x0034: Record(zdo.ManagementLeaveRequest, EUI, U8),
    0x0036: Record(zdo.ManagementPermitJoiningRequest, U8, U8),
    0x8000: Record(zdo.NetworkAddressResponse, U8, EUI, U16, _Children()),
    0x8001: Record(zdo.IeeeAddressResponse, U8, EUI, U16, _Children()),
    0x8002: Record(zdo.NodeDescriptorResponse, U8, U16, Maybe(_NODE)),
    0x8003: Record(zdo.PowerDescriptorResponse, U8, U16, Maybe(U16)),
    0x8004: Record(zdo.SimpleDescriptorResponse, U8, U16, _Simple()),
    0x8005: Record(zdo.ActiveEndpointsResponse, U8, U16, _ENDPOINTS),
    0x8006: Record(zdo.MatchDescriptorResponse, U8, U16, _ENDPOINTS),
    0x801F: Record(zdo.ParentAnnounceResponse, U8, ListOf(EUI)),
    0x8021: Record(zdo.BindResponse, U8),
    0x8022: Record(zdo.UnbindResponse, U8),
    0x8031: Record(zdo.ManagementLqiResponse, U8, Maybe(Record(zdo.NeighbourTable, U8, U8, ListOf(_NEIGHBOUR)))),
    0x8032: Record(zdo.ManagementRoutingResponse, U8, Maybe(Record(zdo.RouteTable, U8, U8, ListOf(_ROUTE)))),
    0x8033: Record(zdo.ManagementBindResponse, U8, Maybe(Record(zdo.BindingTable, U8, U8, ListOf(_BINDING)))),
    0x8034: Record(zdo.ManagementLeaveResponse, U8),
    0x8036: Record(zdo.ManagementPermitJoiningResponse, U8),
}
"""Layouts of requests and responses; a command that is not here is kept as octets."""
