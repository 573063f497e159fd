"""The commands that all clusters have: attributes read, written, reported and discovered, and the default response.

Clause: ZCL 07-5123 2.5. Reading and writing parts of structures (0E to 10) is kept as octets; no GB use case has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.attributes import STATUSES
from harness.wire.zigbee import foundation_commands as zcl
from harness.wire.zigbee.errors import ZigbeeError
from harness.wire.zigbee.fields import U8, U16, OtherCommand, Record, ToTheEnd, decode
from harness.wire.zigbee.zcl import ZclFrame
from harness.wire.zigbee.zcl_values import TYPED, changes_by_amount, value_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.wire.zigbee.fields import Layout
    from harness.wire.zigbee.foundation_commands import FoundationCommand
    from harness.wire.zigbee.zcl_values import Value

__all__ = ["STATUSES", "foundation_frame", "read_foundation"]


class _ReadRecord:
    """Attribute, status, and a value where the status is 0."""

    def read(self, octets: bytes, at: int) -> tuple[zcl.ReadRecord, int]:
        attribute, at = U16.read(octets, at)
        status, at = U8.read(octets, at)
        if status:
            return zcl.ReadRecord(attribute=attribute, status=status), at
        value, at = TYPED.read(octets, at)
        return zcl.ReadRecord(attribute=attribute, value=value), at

    def write(self, record: zcl.ReadRecord) -> bytes:
        if (record.value is None) == (not record.status):
            raise ValueError(f"{record} has a value and a status that says there is none, or neither")
        return U16.write(record.attribute) + U8.write(record.status) + (b"" if record.value is None else TYPED.write(record.value))


class _Status:
    """Status and attribute; the one record of a success has no attribute."""

    def read(self, octets: bytes, at: int) -> tuple[zcl.AttributeStatus, int]:
        status, at = U8.read(octets, at)
        if not status and at == len(octets):
            return zcl.AttributeStatus(status=status), at
        attribute, at = U16.read(octets, at)
        return zcl.AttributeStatus(status=status, attribute=attribute), at

    def write(self, record: zcl.AttributeStatus) -> bytes:
        if record.attribute is None and record.status:
            raise ValueError(f"{record} does not tell of which attribute")
        return U8.write(record.status) + (b"" if record.attribute is None else U16.write(record.attribute))


class _ReportingStatus:
    """Status, direction and attribute; the one record of a success has neither."""

    def read(self, octets: bytes, at: int) -> tuple[zcl.ReportingStatus, int]:
        status, at = U8.read(octets, at)
        if not status and at == len(octets):
            return zcl.ReportingStatus(status=status), at
        direction, at = U8.read(octets, at)
        attribute, at = U16.read(octets, at)
        return zcl.ReportingStatus(status=status, direction=direction, attribute=attribute), at

    def write(self, record: zcl.ReportingStatus) -> bytes:
        if record.direction is None or record.attribute is None:
            if record.status or record.direction is not None or record.attribute is not None:
                raise ValueError(f"{record} does not tell of which attribute")
            return U8.write(0)
        return U8.write(record.status) + U8.write(record.direction) + U16.write(record.attribute)


class _Reporting:
    """How an attribute is reported: what follows its direction and id."""

    def read(self, octets: bytes, at: int) -> tuple[zcl.ReportingRecord, int]:
        direction, after = U8.read(octets, at)
        if direction > 1:
            raise ZigbeeError("", at, f"of direction {direction}", expected="0 or 1", octets=octets[at:after])
        attribute, at = U16.read(octets, after)
        if direction:
            timeout, at = U16.read(octets, at)
            return zcl.ReportingRecord(attribute=attribute, direction=1, timeout_seconds=timeout), at
        kind, after = U8.read(octets, at)
        least, after = U16.read(octets, after)
        most, after = U16.read(octets, after)
        change: Value = None
        if changes_by_amount(kind):
            change, after = _amount(kind, octets, after)
        return zcl.ReportingRecord(attribute=attribute, type=kind, least_seconds=least, most_seconds=most, change=change), after

    def write(self, record: zcl.ReportingRecord) -> bytes:
        head = U8.write(record.direction) + U16.write(record.attribute)
        sent = (record.type, record.least_seconds, record.most_seconds)
        if record.direction == 1 and record.timeout_seconds is not None and sent == (None, None, None) and record.change is None:
            return head + U16.write(record.timeout_seconds)
        kind, least, most = sent
        if record.direction or kind is None or least is None or most is None or record.timeout_seconds is not None:
            raise ValueError(f"{record} is neither about reports sent nor about reports received")
        if (record.change is not None) != changes_by_amount(kind):
            raise ValueError(f"{record} has an amount of change that its type has not, or has none")
        change = b"" if record.change is None else value_field(kind).write(record.change)
        return head + U8.write(kind) + U16.write(least) + U16.write(most) + change


def _amount(kind: int, octets: bytes, at: int) -> tuple[Value, int]:
    try:
        field = value_field(kind)
    except ValueError:
        raise ZigbeeError("", at, f"of an unknown data type {kind:02x}", expected="a type of the cluster library") from None
    found: tuple[Value, int] = field.read(octets, at)
    return found


class _ToldReporting:
    """Status, and how an attribute is reported; where the status is not 0, direction and attribute only."""

    def read(self, octets: bytes, at: int) -> tuple[tuple[int, zcl.ReportingRecord], int]:
        status, at = U8.read(octets, at)
        if not status:
            record, at = _REPORTING.read(octets, at)
            return (status, record), at
        direction, at = U8.read(octets, at)
        attribute, at = U16.read(octets, at)
        return (status, zcl.ReportingRecord(attribute=attribute, direction=direction)), at

    def write(self, told: tuple[int, zcl.ReportingRecord]) -> bytes:
        status, record = told
        if not status:
            return b"\x00" + _REPORTING.write(record)
        return U8.write(status) + U8.write(record.direction) + U16.write(record.attribute)


_REPORTING = _Reporting()
_VALUES = ToTheEnd(Record(zcl.AttributeReport, U16, TYPED))
_IDS = ToTheEnd(U8)
_LAYOUTS: Mapping[int, Layout[FoundationCommand]] = {
    0x00: Record(zcl.ReadAttributes, ToTheEnd(U16)),
    0x01: Record(zcl.ReadAttributesResponse, ToTheEnd(_ReadRecord())),
    0x02: Record(zcl.WriteAttributes, _VALUES),
    0x03: Record(zcl.WriteAttributesUndivided, _VALUES),
    0x04: Record(zcl.WriteAttributesResponse, ToTheEnd(_Status())),
    0x05: Record(zcl.WriteAttributesNoResponse, _VALUES),
    0x06: Record(zcl.ConfigureReporting, ToTheEnd(_REPORTING)),
    0x07: Record(zcl.ConfigureReportingResponse, ToTheEnd(_ReportingStatus())),
    0x08: Record(zcl.ReadReportingConfiguration, ToTheEnd(Record(zcl.ReportedAttribute, U8, U16))),
    0x09: Record(zcl.ReadReportingConfigurationResponse, ToTheEnd(_ToldReporting())),
    0x0A: Record(zcl.ReportAttributes, _VALUES),
    0x0B: Record(zcl.DefaultResponse, U8, U8),
    0x0C: Record(zcl.DiscoverAttributes, U16, U8),
    0x0D: Record(zcl.DiscoverAttributesResponse, U8, ToTheEnd(Record(zcl.AttributeType, U16, U8))),
    0x11: Record(zcl.DiscoverCommandsReceived, U8, U8),
    0x12: Record(zcl.DiscoverCommandsReceivedResponse, U8, _IDS),
    0x13: Record(zcl.DiscoverCommandsGenerated, U8, U8),
    0x14: Record(zcl.DiscoverCommandsGeneratedResponse, U8, _IDS),
}
_BY_TYPE = {layout.made: (number, layout) for number, layout in _LAYOUTS.items()}


def read_foundation(frame: ZclFrame) -> FoundationCommand | OtherCommand:
    """Read the payload of a frame of all clusters; raises :class:`ZigbeeError`. One that is not taken apart is kept as octets.

    Offsets count from the payload's first octet.
    """
    layout = _LAYOUTS.get(frame.command) if frame.manufacturer is None else None
    return OtherCommand(command=frame.command, payload=frame.payload) if layout is None else decode(layout, frame.payload, "ZCL")


def foundation_frame(
    command: FoundationCommand | OtherCommand, *, sequence: int, from_server: bool = False, default_response: bool = False
) -> ZclFrame:
    """Return the frame of a command of all clusters; ``ValueError`` where a member does not fit."""
    if isinstance(command, OtherCommand):
        number, payload = command.command, command.payload
    else:
        number, layout = _BY_TYPE[type(command)]
        payload = layout.write(command)
    return ZclFrame(
        sequence=sequence,
        command=number,
        payload=payload,
        of_cluster=False,
        from_server=from_server,
        default_response=default_response,
    )
