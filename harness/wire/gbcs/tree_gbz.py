"""GBZ payloads as trees of fields: components, ZCL headers, and every field of every known command."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from harness.wire.gbcs.attributes import (
    ATTRIBUTE_TYPES,
    DEFAULT_RESPONSE,
    READ_ATTRIBUTES,
    READ_ATTRIBUTES_RESPONSE,
    STATUSES,
    AttributeRecord,
    DefaultResponse,
    ReadAttributes,
    ReadAttributesResponse,
)
from harness.wire.gbcs.catalogue import alert_name
from harness.wire.gbcs.components import ClusterCommand, Component, Opaque, Sealed
from harness.wire.gbcs.cosem_time import utc_text
from harness.wire.gbcs.objects import zcl_unit_name
from harness.wire.gbcs.tree_walk import Walk
from harness.wire.gbcs.zcl_shape import ZclField, size_of, zcl_shape
from harness.wire.gbcs.zcl_table import CLUSTERS, zcl_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.wire.gbcs.components import ComponentBody
    from harness.wire.gbcs.content import Field
    from harness.wire.gbcs.zcl_types import ZclValue

__all__ = ["body_fields", "component_fields"]

_LAST, _ENCRYPTED, _FROM = 0x01, 0x02, 0x10
_CLUSTER_SPECIFIC, _FROM_SERVER, _NO_DEFAULT_RESPONSE = 0x01, 0x08, 0x10
_PROFILE_WIDE = {
    READ_ATTRIBUTES: "Read Attributes",
    READ_ATTRIBUTES_RESPONSE: "Read Attributes Response",
    DEFAULT_RESPONSE: "Default Response",
}
_NOT_LISTED = "not in the catalogue"
_EVENT = "event-id"
_CALORIFIC = {0x01: "MJ/m3", 0x02: "MJ/kg"}
"""Units of the calorific value."""
_NEVER = (0xFFFFFFFE, 0xFFFFFFFF)
_REGISTER = 6


def component_fields(components: tuple[Component, ...], at: int) -> tuple[Field, ...]:
    """Return the fields of components that start at ``at``."""
    walk = Walk(at)
    for number, component in enumerate(components, 1):
        last = number == len(components)
        walk.layer(f"component {number}", _component(component, walk.at, last=last), _title(component))
    return tuple(walk.fields)


def _title(component: Component) -> str:
    return f"{CLUSTERS.get(component.cluster, f'cluster 0x{component.cluster:04X}')} {_command_name(component)}"


def _component(component: Component, at: int, *, last: bool) -> Walk:
    inner = _inner(component, at + 5)
    control = _LAST * last | _ENCRYPTED * (component.frame_counter is not None) | _FROM * (component.from_date_time is not None)
    walk = Walk(at)
    names = {_LAST: "last component", _ENCRYPTED: "encrypted", _FROM: "from-date-time present"}
    walk.add("control", 1, control, ", ".join(name for bit, name in names.items() if control & bit))
    walk.add("cluster", 2, component.cluster, CLUSTERS.get(component.cluster, _NOT_LISTED))
    walk.add("component length", 2, inner.at - inner.fields[0].offset)
    walk.put(*inner.fields)
    return walk


def _inner(component: Component, at: int) -> Walk:
    walk = Walk(at)
    if component.from_date_time is not None:
        walk.add("from-date-time", 4, component.from_date_time, _when(component.from_date_time))
    if component.frame_counter is not None:
        walk.add("additional control", 1, 0)
        walk.add("additional frame counter", 1, component.frame_counter)
    control = component.frame_control
    bits = (
        "cluster command" if control & _CLUSTER_SPECIFIC else "profile-wide",
        "from server" if control & _FROM_SERVER else "from client",
        "no default response" if control & _NO_DEFAULT_RESPONSE else "",
    )
    walk.add("ZCL frame control", 1, f"0x{control:02X}", ", ".join(bit for bit in bits if bit))
    walk.add("ZCL sequence", 1, component.sequence)
    walk.add("ZCL command", 1, f"0x{component.command:02X}", _command_name(component))
    if isinstance(component.body, Sealed):
        walk.add("ciphered length", 2, len(component.body.encode()))
    walk.put(*body_fields(component, component.body, walk.at))
    return walk


def _command_name(component: Component) -> str:
    if not component.frame_control & _CLUSTER_SPECIFIC:
        return _PROFILE_WIDE.get(component.command, _NOT_LISTED)
    known = zcl_command(component.cluster, component.from_server, component.command)
    return known.name if known else _NOT_LISTED


def body_fields(component: Component, body: ComponentBody, at: int) -> tuple[Field, ...]:
    """Return the fields of a component's body that starts at ``at``; of one that was encrypted, ``body`` is the opened one."""
    walk = Walk(at)
    match body:
        case ClusterCommand():
            _command(walk, body)
        case ReadAttributes():
            for attribute in body.attributes:
                walk.add("attribute", 2, f"0x{attribute:04X}")
        case ReadAttributesResponse():
            for record in body.records:
                walk.layer(f"attribute 0x{record.attribute:04X}", _record(record, walk.at))
        case DefaultResponse():
            walk.add("answered command", 1, f"0x{body.command:02X}")
            walk.add("status", 1, body.status, STATUSES.get(body.status, _NOT_LISTED))
        case Sealed():
            walk.add("security control", 1, meaning="authenticated encryption")
            walk.add("invocation counter", 4, 0)
            walk.add("ciphertext", len(body.ciphertext), body.ciphertext)
            walk.add("tag", len(body.tag), body.tag)
        case Opaque():
            walk.add("ZCL payload", len(body.octets), body.octets, "layout not known, kept as octets")
    return tuple(walk.fields)


def _record(record: AttributeRecord, at: int) -> Walk:
    walk = Walk(at)
    walk.add("id", 2, f"0x{record.attribute:04X}")
    walk.add("status", 1, record.status, STATUSES.get(record.status, _NOT_LISTED))
    if not record.status and record.type is not None:
        walk.add("type", 1, f"0x{record.type:02X}", ATTRIBUTE_TYPES.get(record.type, _NOT_LISTED))
        value = record.value
        meaning = "no string" if value is None else _text(value) if isinstance(value, bytes) else ""
        walk.add("value", len(record.encode()) - 4, value, meaning)
    return walk


def _command(walk: Walk, command: ClusterCommand) -> None:
    kind = command.kind
    shape = zcl_shape(kind.cluster, kind.from_server, kind.command)
    if shape is None:
        return
    _put_fields(walk, shape.fields, command.fields)
    if not shape.rows_name:
        return
    single = shape.rows[0] if len(shape.rows) == 1 and shape.rows[0].type != "thresholds" else None
    for number, row in enumerate(cast("tuple[ZclValue, ...]", command.fields[shape.rows_name]), 1):
        if single is not None:
            _put_field(walk, ZclField(f"{single.name} {number}", single.type), row)
            continue
        inner = Walk(walk.at)
        _put_fields(inner, shape.rows, cast("Mapping[str, ZclValue]", row))
        walk.layer(f"{shape.rows_name} {number}", inner)


def _put_fields(walk: Walk, fields: tuple[ZclField, ...], values: Mapping[str, ZclValue]) -> None:
    for field in fields:
        if field.type == "thresholds":
            thresholds = cast("tuple[int, ...]", values[field.name])
            walk.add("tier and count", 1, f"0x{cast('int', values['tier']) << 4 | len(thresholds):02X}")
            _put_registers(walk, "threshold", thresholds)
        else:
            _put_field(walk, field, values.get(field.name))


def _put_field(walk: Walk, field: ZclField, value: ZclValue | None) -> None:
    size = size_of(field.type, value)
    if field.type == "snapshot" and not isinstance(value, bytes):
        _put_snapshot(walk, cast("Mapping[str, ZclValue]", value))
    elif isinstance(value, int):
        shown = f"0x{value:04X}" if field.name == _EVENT else value
        walk.add(field.name, size, shown, _number_means(field, value))
    elif isinstance(value, bytes) and not isinstance(value, tuple):
        walk.add(field.name, size, value, _text(value))
    elif field.type == "date":
        walk.add(field.name, size, None, _date(cast("tuple[int, int, int, int]", value)))
    else:
        walk.add(field.name, size, None, "no string")


def _number_means(field: ZclField, value: int) -> str:
    if field.type == "utc":
        return _when(value)
    if field.name == _EVENT:
        return (alert_name(value) or _NOT_LISTED) if value else ""
    if field.name == "uom":
        return zcl_unit_name(value) or _NOT_LISTED
    return _CALORIFIC.get(value, "") if field.name == "unit" else ""


def _put_snapshot(walk: Walk, registers: Mapping[str, ZclValue]) -> None:
    tiers, blocks = cast("tuple[int, ...]", registers["tiers"]), cast("tuple[int, ...]", registers["blocks"])
    walk.add("summation", _REGISTER, cast("int", registers["summation"]))
    walk.add("tiers", 1, len(tiers))
    _put_registers(walk, "tier", tiers)
    walk.add("tiers and blocks", 1, f"0x{cast('int', registers['tiers-and-blocks']):02X}")
    _put_registers(walk, "block", blocks)


def _put_registers(walk: Walk, name: str, values: tuple[int, ...]) -> None:
    for number, value in enumerate(values, 1):
        walk.add(f"{name} {number}", _REGISTER, value)


def _when(seconds: int) -> str:
    if not seconds:
        return "now, or the start of 2000"
    return "no time, or cancelled" if seconds in _NEVER else utc_text(seconds)


def _text(octets: bytes) -> str:
    """Return octets as text where they are printable ASCII."""
    text = octets.decode("ascii", "replace")
    return f'"{text}"' if text and text.isascii() and text.isprintable() else ""


def _date(parts: tuple[int, int, int, int]) -> str:
    year, month, day, weekday = parts
    shown = ("*" if year == 0xFF else str(1900 + year), *("*" if part == 0xFF else f"{part:02d}" for part in (month, day)))
    return "-".join(shown) + ("" if weekday == 0xFF else f", day {weekday} of the week")
