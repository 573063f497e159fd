"""GBZ payloads as JSON, both ways.

The body of a component is an object with one member: the name of the cluster command, ``read-attributes``,
``read-attributes-response``, ``default-response``, ``sealed`` for one that is encrypted, or ``octets`` for one that is not known. Times are
seconds since 2000 as they stand on the wire, strings and dates are hexadecimal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from harness.wire.gbcs.attributes import ATTRIBUTE_TYPES, AttributeRecord, DefaultResponse, ReadAttributes, ReadAttributesResponse
from harness.wire.gbcs.components import ClusterCommand, Component, ComponentBody, Opaque, Sealed
from harness.wire.gbcs.json_place import DocumentError, Place
from harness.wire.gbcs.named import Named
from harness.wire.gbcs.zcl_shape import INTEGERS, ZclField, zcl_shape
from harness.wire.gbcs.zcl_table import zcl_command
from harness.wire.gbcs.zcl_types import ZclDate, ZclValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.vocab.canonical import Json

__all__ = ["component_from", "component_json", "sealed_from", "sealed_json"]

_FROM_SERVER = 0x08
_TAG_SIZE = 12
_SNAPSHOT = ("summation", "tiers", "tiers-and-blocks", "blocks")
_REGISTER = 6
_TYPES = {name: kind for kind, name in ATTRIBUTE_TYPES.items()}
_SIGNED_TYPES = range(0x28, 0x2C)
_STRINGS = (0x41, 0x42)


def component_json(component: Component) -> Json:
    """Write a component."""
    told: dict[str, Json] = {
        "cluster": f"0x{component.cluster:04X}",
        "frame-control": f"0x{component.frame_control:02X}",
        "sequence": component.sequence,
        "command": f"0x{component.command:02X}",
    }
    if component.from_date_time is not None:
        told["from-date-time"] = component.from_date_time
    if component.frame_counter is not None:
        told["frame-counter"] = component.frame_counter
    return {**told, "body": _body_json(component)}


def component_from(place: Place) -> Component:
    """Read a component."""
    required = ("cluster", "frame-control", "sequence", "command", "body")
    members = place.members((*required, "from-date-time", "frame-counter"), required)
    cluster, control = members["cluster"].unsigned(2), members["frame-control"].unsigned(1)
    command = members["command"].unsigned(1)
    body = _body_from(members["body"], cluster, control, command)
    if isinstance(body, Sealed) is not ("frame-counter" in members):
        raise DocumentError(place.path, "'frame-counter' and a sealed body belong together", expected="both of them, or neither")
    return Component(
        cluster=cluster,
        frame_control=control,
        sequence=members["sequence"].unsigned(1),
        command=command,
        body=body,
        from_date_time=members["from-date-time"].unsigned(4) if "from-date-time" in members else None,
        frame_counter=members["frame-counter"].unsigned(1) if "frame-counter" in members else None,
    )


def sealed_json(sealed: Sealed) -> Json:
    """Write an encrypted body."""
    return {"ciphertext": sealed.ciphertext.hex(), "tag": sealed.tag.hex()}


def sealed_from(place: Place) -> Sealed:
    """Read an encrypted body."""
    members = place.members(("ciphertext", "tag"), ("ciphertext", "tag"))
    return Sealed(members["ciphertext"].octets(), members["tag"].octets(_TAG_SIZE))


def _body_json(component: Component) -> Json:
    body = component.body
    match body:
        case ClusterCommand():
            return {body.kind.name: _command_json(body)}
        case ReadAttributes():
            return {"read-attributes": [f"0x{attribute:04X}" for attribute in body.attributes]}
        case ReadAttributesResponse():
            return {"read-attributes-response": [_record_json(record) for record in body.records]}
        case DefaultResponse():
            return {"default-response": {"command": f"0x{body.command:02X}", "status": body.status}}
        case Sealed():
            return {"sealed": sealed_json(body)}
    return {"octets": body.octets.hex()}


def _body_from(place: Place, cluster: int, control: int, command: int) -> ComponentBody:
    known = zcl_command(cluster, bool(control & _FROM_SERVER), command)
    names = ("read-attributes", "read-attributes-response", "default-response", "sealed", "octets")
    name, inner = place.only(names if known is None else (known.name, *names))
    if name == "read-attributes":
        return ReadAttributes(tuple([attribute.unsigned(2) for attribute in inner.items()]))
    if name == "read-attributes-response":
        return ReadAttributesResponse(tuple([_record_from(record) for record in inner.items()]))
    if name == "default-response":
        members = inner.members(("command", "status"), ("command", "status"))
        return DefaultResponse(members["command"].unsigned(1), members["status"].unsigned(1))
    if name == "sealed":
        return sealed_from(inner)
    if name == "octets" or known is None:
        return Opaque(inner.octets(), "given as octets")
    return ClusterCommand(known, _command_from(inner, known.cluster, from_server=known.from_server, command=command))


def _record_json(record: AttributeRecord) -> Json:
    told: dict[str, Json] = {"attribute": f"0x{record.attribute:04X}", "status": record.status}
    if record.status or record.type is None:
        return told
    value = record.value
    return {**told, "type": ATTRIBUTE_TYPES[record.type], "value": value.hex() if isinstance(value, bytes) else value}


def _record_from(place: Place) -> AttributeRecord:
    members = place.members(("attribute", "status", "type", "value"), ("attribute", "status"))
    attribute, status = members["attribute"].unsigned(2), members["status"].unsigned(1)
    if status:
        place.members(("attribute", "status"))
        return AttributeRecord(attribute, status)
    members = place.members(members, ("type", "value"))
    kind, value = members["type"].named(_TYPES), members["value"]
    if kind not in ATTRIBUTE_TYPES:
        raise members["type"].fault(", ".join(_TYPES))
    if kind in _STRINGS:
        return AttributeRecord(attribute, status, kind, None if value.value is None else value.octets())
    size = _width(kind)
    half = 1 << 8 * size - 1
    return AttributeRecord(attribute, status, kind, value.integer(-half, half - 1) if kind in _SIGNED_TYPES else value.unsigned(size))


def _width(kind: int) -> int:
    """Return the octets of an attribute type that is a number; the low bits of a type octet count them."""
    return 4 if kind == 0xE2 else (kind & 7) + 1


def _command_json(command: ClusterCommand) -> Json:
    shape = zcl_shape(command.kind.cluster, command.kind.from_server, command.kind.command)
    values = command.fields
    if shape is None:
        return {}
    told = _fields_json(shape.fields, values)
    if shape.rows_name:
        rows = cast("tuple[ZclValue, ...]", values[shape.rows_name])
        single = len(shape.rows) == 1 and shape.rows[0].type != "thresholds"
        told[shape.rows_name] = [
            _value_json(row) if single else _fields_json(shape.rows, cast("Mapping[str, ZclValue]", row)) for row in rows
        ]
    return told


def _fields_json(fields: tuple[ZclField, ...], values: Mapping[str, ZclValue]) -> dict[str, Json]:
    told: dict[str, Json] = {}
    for field in fields:
        if field.type == "thresholds":
            told["tier"] = _value_json(values["tier"])
        value = values.get(field.name)
        if field.type != "?u8" or value is not None:
            told[field.name] = None if value is None else _value_json(value)
    return told


def _value_json(value: ZclValue) -> Json:
    if isinstance(value, int):
        return value
    if isinstance(value, (bytes, ZclDate)):
        return bytes(value).hex()
    if isinstance(value, tuple):
        return [_value_json(item) for item in value]
    return {name: _value_json(item) for name, item in value.items()}


def _command_from(place: Place, cluster: int, *, from_server: bool, command: int) -> Named[ZclValue]:
    shape = zcl_shape(cluster, from_server, command)
    if shape is None:
        raise place.fault("a command of the table")
    rows = (shape.rows_name,) if shape.rows_name else ()
    names, values = _fields_from(place, shape.fields, rows)
    if not rows:
        return Named(names, values)
    single = shape.rows[0] if len(shape.rows) == 1 and shape.rows[0].type != "thresholds" else None
    found = place.members((*names, *rows))[shape.rows_name].items()
    made: tuple[ZclValue | None, ...] = tuple(
        [_value_from(row, single.type) if single else Named(*_fields_from(row, shape.rows, ())) for row in found]
    )
    return Named((*names, *rows), (*values, cast("ZclValue", made)))


def _fields_from(
    place: Place, fields: tuple[ZclField, ...], others: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[ZclValue | None, ...]]:
    """Read the fields of a command or row; ``others`` are members that stand beside them."""
    names = tuple(name for field in fields for name in (("tier", field.name) if field.type == "thresholds" else (field.name,)))
    optional = {field.name for field in fields if field.type == "?u8"}
    members = place.members((*names, *others), (name for name in (*names, *others) if name not in optional))
    kinds = {field.name: field.type for field in fields}
    return names, tuple([_value_from(members[name], kinds.get(name, "tier")) if name in members else None for name in names])


def _value_from(place: Place, kind: str) -> ZclValue | None:
    if kind == "tier":
        return place.integer(0, 0x0F)
    if kind == "i32":
        return place.integer(-(1 << 31), (1 << 31) - 1)
    if kind in INTEGERS:
        return place.unsigned(INTEGERS[kind])
    if kind == "os" and place.value is None:
        return None
    if kind == "date":
        return ZclDate(*place.octets(4))
    if kind == "thresholds":
        return _registers_from(place)
    if kind == "snapshot" and isinstance(place.value, dict):
        members = place.members(_SNAPSHOT, _SNAPSHOT)
        summation, marks = members["summation"].unsigned(_REGISTER), members["tiers-and-blocks"].unsigned(1)
        return Named(_SNAPSHOT, (summation, _registers_from(members["tiers"]), marks, _registers_from(members["blocks"])))
    return place.octets()


def _registers_from(place: Place) -> tuple[int, ...]:
    return tuple([register.unsigned(_REGISTER) for register in place.items()])
