"""The commands that all clusters have, as values; :mod:`harness.wire.zigbee.foundation` tells how they stand on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.wire.zigbee.zcl_values import Typed, Value

__all__ = [
    "AttributeReport",
    "AttributeStatus",
    "AttributeType",
    "ConfigureReporting",
    "ConfigureReportingResponse",
    "DefaultResponse",
    "DiscoverAttributes",
    "DiscoverAttributesResponse",
    "DiscoverCommandsGenerated",
    "DiscoverCommandsGeneratedResponse",
    "DiscoverCommandsReceived",
    "DiscoverCommandsReceivedResponse",
    "FoundationCommand",
    "ReadAttributes",
    "ReadAttributesResponse",
    "ReadRecord",
    "ReadReportingConfiguration",
    "ReadReportingConfigurationResponse",
    "ReportAttributes",
    "ReportedAttribute",
    "ReportingRecord",
    "ReportingStatus",
    "WriteAttributes",
    "WriteAttributesNoResponse",
    "WriteAttributesResponse",
    "WriteAttributesUndivided",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAttributes:
    """Ask for attributes."""

    attributes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecord:
    """One attribute in an answer."""

    attribute: int
    status: int = 0
    """One of :data:`~harness.wire.gbcs.attributes.STATUSES`."""
    value: Typed | None = None
    """``None`` where the status is not 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAttributesResponse:
    """The attributes asked for."""

    records: tuple[ReadRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeReport:
    """An attribute and its value."""

    attribute: int
    value: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAttributes:
    """Set attributes, each on its own."""

    records: tuple[AttributeReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAttributesUndivided:
    """Set attributes, all or none."""

    records: tuple[AttributeReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAttributesNoResponse:
    """Set attributes and want no answer."""

    records: tuple[AttributeReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeStatus:
    """What became of one attribute; ``attribute`` is ``None`` in the one record that says that all went well."""

    status: int
    attribute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAttributesResponse:
    """Which attributes were not set; one record with status 0 where all were."""

    records: tuple[AttributeStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingRecord:
    """How an attribute is to be reported (direction 0), or for how long its reports are waited for (direction 1)."""

    attribute: int
    direction: int = 0
    type: int | None = None
    least_seconds: int | None = None
    most_seconds: int | None = None
    change: Value = None
    """The amount of change that is worth a report; ``None`` where the type has none."""
    timeout_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureReporting:
    """Ask for reports."""

    records: tuple[ReportingRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingStatus:
    """What became of one request for reports; ``attribute`` is ``None`` in the one record that says that all went well."""

    status: int
    direction: int | None = None
    attribute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureReportingResponse:
    """Which requests for reports were refused; one record with status 0 where none was."""

    records: tuple[ReportingStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedAttribute:
    """An attribute, and whether it is about reports sent (0) or received (1)."""

    direction: int
    attribute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReportingConfiguration:
    """Ask how attributes are reported."""

    records: tuple[ReportedAttribute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReportingConfigurationResponse:
    """How attributes are reported: a status each, and where it is 0 how."""

    records: tuple[tuple[int, ReportingRecord], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAttributes:
    """Attributes, told unasked."""

    records: tuple[AttributeReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultResponse:
    """What became of a command that has no answer of its own."""

    command: int
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverAttributes:
    """Ask which attributes there are, from an id on."""

    start: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeType:
    """An attribute and its type."""

    attribute: int
    type: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverAttributesResponse:
    """Which attributes there are."""

    complete: int
    """1 where there are no more."""
    attributes: tuple[AttributeType, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverCommandsReceived:
    """Ask which commands are understood, from an id on."""

    start: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverCommandsReceivedResponse:
    """Which commands are understood."""

    complete: int
    commands: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverCommandsGenerated:
    """Ask which commands are sent, from an id on."""

    start: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverCommandsGeneratedResponse:
    """Which commands are sent."""

    complete: int
    commands: tuple[int, ...]


FoundationCommand = (
    ReadAttributes
    | ReadAttributesResponse
    | WriteAttributes
    | WriteAttributesUndivided
    | WriteAttributesNoResponse
    | WriteAttributesResponse
    | ConfigureReporting
    | ConfigureReportingResponse
    | ReadReportingConfiguration
    | ReadReportingConfigurationResponse
    | ReportAttributes
    | DefaultResponse
    | DiscoverAttributes
    | DiscoverAttributesResponse
    | DiscoverCommandsReceived
    | DiscoverCommandsReceivedResponse
    | DiscoverCommandsGenerated
    | DiscoverCommandsGeneratedResponse
)
