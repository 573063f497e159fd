"""DLMS payloads and data as trees of fields; names of objects come from the catalogue."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.wire.gbcs.access import RESULTS, AccessRequest, AccessResponse, Choice, DataNotification, Specification
from harness.wire.gbcs.content import Field
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.dlms import FIXED, NUMBERS, STRINGS, BitString, CompactArray, Data, Description, Tag
from harness.wire.gbcs.lengths import write_length
from harness.wire.gbcs.objects import COSEM_CLASSES, object_name, unit_name
from harness.wire.gbcs.spelling import instance_text
from harness.wire.gbcs.tree_walk import Walk

if TYPE_CHECKING:
    from harness.wire.gbcs.content import FieldValue
    from harness.wire.gbcs.dlms import Cell

__all__ = ["data_field", "notification_fields", "request_fields", "response_fields"]

_CHOICES = {choice: choice.name.lower().replace("_", " ") for choice in Choice}
_DATE_TIME_SIZE = 12
_TRUE = 0xFF


def request_fields(request: AccessRequest, base: int) -> tuple[Field, ...]:
    """Return the fields of an access-request whose payload starts at ``base``."""
    walk = _head("access-request tag", request.invoke_id, base)
    _count(walk, "specification count", len(request.specifications))
    for number, asked in enumerate(request.specifications, 1):
        walk.layer(f"specification {number}", _specification(asked, walk.at, base), _asked(asked))
    _count(walk, "value count", len(request.data))
    for number, (asked, data) in enumerate(zip(request.specifications, request.data, strict=True), 1):
        field = data_field(data, base, f"value {number}")
        walk.put(replace(field, meaning=", ".join(text for text in (field.meaning, _object(asked)) if text)))
    return tuple(walk.fields)


def response_fields(response: AccessResponse, base: int) -> tuple[Field, ...]:
    """Return the fields of an access-response whose payload starts at ``base``."""
    walk = _head("access-response tag", response.invoke_id, base)
    walk.add("request specification", 1, meaning="absent")
    _count(walk, "value count", len(response.data))
    walk.put(*(data_field(data, base, f"value {number}") for number, data in enumerate(response.data, 1)))
    _count(walk, "result count", len(response.results))
    for number, result in enumerate(response.results, 1):
        inner = Walk(walk.at)
        inner.add("choice", 1, result.choice, _CHOICES[Choice(result.choice)])
        inner.add("result", 1, result.code, RESULTS.get(result.code, "not in the catalogue"))
        walk.layer(f"result {number}", inner)
    return tuple(walk.fields)


def notification_fields(notification: DataNotification, base: int) -> tuple[Field, ...]:
    """Return the fields of a data-notification whose body has no known layout, and whose payload starts at ``base``."""
    walk = _head("data-notification tag", notification.invoke_id, base)
    names = ("alert-code", "time", *(f"member {number}" for number in range(3, len(notification.data.children) + 1)))
    members = [data_field(data, base, name) for name, data in zip(names, notification.data.children, strict=True)]
    walk.add("structure", members[0].offset - walk.at, meaning=f"of {len(members)}")
    walk.put(*members)
    return tuple(walk.fields)


def _head(name: str, invoke_id: int, base: int) -> Walk:
    walk = Walk(base)
    walk.add(name, 1)
    walk.add("long-invoke-id-and-priority", 4, f"{invoke_id:08X}")
    walk.add("date-time length", 1, 0)
    return walk


def _count(walk: Walk, name: str, count: int) -> None:
    walk.add(name, len(write_length(count)), count)


def _specification(asked: Specification, at: int, base: int) -> Walk:
    walk = Walk(at)
    walk.add("choice", 1, asked.choice, _CHOICES[Choice(asked.choice)])
    walk.add("class", 2, asked.class_id, COSEM_CLASSES.get(asked.class_id, "not in the catalogue"))
    walk.add("instance", 6, instance_text(asked.instance))
    walk.add("method" if asked.choice == Choice.ACTION else "attribute", 1, asked.member)
    if asked.selection is not None:
        walk.add("selector", 1, asked.selection.selector)
        walk.put(data_field(asked.selection.parameters, base, "parameters"))
    return walk


def _asked(asked: Specification) -> str:
    return f"{_CHOICES[Choice(asked.choice)]} {_object(asked) or 'not in the catalogue'}"


def _object(asked: Specification) -> str:
    return object_name(asked.class_id, asked.instance, asked.member, is_method=asked.choice == Choice.ACTION) or ""


def data_field(data: Data, base: int, name: str) -> Field:
    """Return the field of one value, and of all inside it; places in the value count from ``base``."""
    start, end = base + data.offset, base + data.end
    words, value = Tag(data.tag).words, data.value
    if data.tag in (Tag.ARRAY, Tag.STRUCTURE):
        part = "element" if data.tag == Tag.ARRAY else "member"
        parts = tuple(data_field(item, base, f"{part} {number}") for number, item in enumerate(data.children, 1))
        meaning = f"{words} of {len(parts)}" + _scaler_and_unit(data.children)
        return Field(name=name, offset=start, end=end, value=None, meaning=meaning, parts=parts)
    if isinstance(value, CompactArray):
        return Field(name=name, offset=start, end=end, value=None, meaning=f"{words} of {len(value.rows)}", parts=_rows(value, start, end))
    if value is None or isinstance(value, tuple):
        return Field(name=name, offset=start, end=end, value=None, meaning=words)
    shown, told = _simple(data.tag, value)
    return Field(name=name, offset=start, end=end, value=shown, meaning=", ".join(text for text in (words, told) if text))


def _scaler_and_unit(members: tuple[Data, ...]) -> str:
    """Say what two members mean where they are a scaler and a unit, which nothing but their types tells."""
    match [(member.tag, member.value) for member in members]:
        case [(Tag.INTEGER, int(scaler)), (Tag.ENUM, int(unit))] if name := unit_name(unit):
            return f"; as scaler and unit: 10^{scaler} {name}"
    return ""


def _simple(tag: int, value: int | str | bytes | CosemDateTime | BitString) -> tuple[FieldValue, str]:
    """Return what to show of a simple value, and what it means where its type does not say."""
    if isinstance(value, BitString):
        return None, f"{value.size} bits"
    if tag == Tag.BOOLEAN:
        return "true" if value else "false", "" if value in (0, _TRUE) else f"written {value!r}"
    if isinstance(value, bytes) and len(value) == _DATE_TIME_SIZE:
        moment = CosemDateTime.decode(value)
        return value, str(moment) if moment.seconds is not None or str(moment) in ("now", "never") else ""
    return value, ""


def _rows(array: CompactArray, start: int, end: int) -> tuple[Field, ...]:
    """Return the fields of a compact-array: its type description, the length of its rows, and each row."""
    walk = Walk(start + 1)
    walk.add("type description", len(array.description.encode()), None, _described(array.description))
    sizes = [_size(array.description, row) for row in array.rows]
    walk.add("row octets", len(write_length(sum(sizes))), sum(sizes))
    for number, row in enumerate(array.rows, 1):
        walk.put(_cell(array.description, row, walk.at, f"row {number}"))
    return tuple(walk.fields)


def _cell(description: Description, cell: Cell, at: int, name: str) -> Field:
    words = Tag(description.tag).words
    if isinstance(cell, tuple):
        walk = Walk(at)
        for number, (part, inner) in enumerate(zip(_parts(description), cell, strict=True), 1):
            walk.put(_cell(part, inner, walk.at, f"column {number}" if description.tag == Tag.STRUCTURE else f"element {number}"))
        meaning = f"{len(cell)} elements" if description.tag == Tag.ARRAY else ""
        return Field(name=name, offset=at, end=walk.at, value=None, meaning=meaning, parts=tuple(walk.fields))
    shown, told = _simple(description.tag, cell)
    meaning = ", ".join(text for text in (words, told) if text)
    return Field(name=name, offset=at, end=at + _size(description, cell), value=shown, meaning=meaning)


def _parts(description: Description) -> tuple[Description, ...]:
    return description.parts * description.count if description.tag == Tag.ARRAY else description.parts


def _size(description: Description, cell: Cell) -> int:
    """Return how many octets a cell takes."""
    if isinstance(cell, tuple):
        return sum(_size(part, inner) for part, inner in zip(_parts(description), cell, strict=True))
    tag = Tag(description.tag)
    if tag in NUMBERS:
        return NUMBERS[tag][0]
    if tag in FIXED:
        return FIXED[tag]
    if isinstance(cell, BitString):
        return len(write_length(cell.size)) + len(cell.octets)
    return len(Data(tag, cell).encode()) - 1 if tag in STRINGS else 0


def _described(description: Description) -> str:
    """Write a type description for people."""
    words = Tag(description.tag).words
    if description.tag == Tag.ARRAY:
        return f"{description.count} x {_described(description.parts[0])}"
    if description.tag == Tag.STRUCTURE:
        return f"structure of {', '.join(map(_described, description.parts))}"
    return words
