"""DLMS data and payloads as JSON, both ways.

A value is an object with one member, named for its type: ``{"long-unsigned": 230}``, ``{"octet-string": "0a0b"}``,
``{"structure": [...]}``. A boolean is ``true`` for the octet FF, which is what GBCS writes, ``false`` for 00, else the octet; a
bit-string is text of 0 and 1. A compact-array is ``{"of": description, "rows": [...]}``, whose rows are plain nested arrays, because
the description tells their types: ``"double-long-unsigned"``, ``{"array": 48, "of": ...}`` or ``{"structure": [...]}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import nearest
from harness.wire.gbcs.access import AccessRequest, AccessResponse, AccessResult, Choice, Selection, Specification
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.dlms import FIXED, NUMBERS, TEXT, BitString, CompactArray, Data, Description, Tag
from harness.wire.gbcs.json_place import DocumentError, Place
from harness.wire.gbcs.node import NESTING
from harness.wire.gbcs.spelling import date_time_from, date_time_text, instance_from, instance_text

if TYPE_CHECKING:
    from harness.vocab.canonical import Json
    from harness.wire.gbcs.dlms import Cell

__all__ = ["data_from", "data_json", "request_from", "request_json", "response_from", "response_json"]

_WORDS = {tag: tag.words for tag in Tag} | {Tag.NULL: "null-data"}
_TAGS = {words: tag for tag, words in _WORDS.items()}
_GROUPS = (Tag.ARRAY, Tag.STRUCTURE)
_SIMPLE = {name: tag for name, tag in _TAGS.items() if tag not in (*_GROUPS, Tag.NULL, Tag.COMPACT_ARRAY)}
_CHOICES = {choice.name.lower().replace("_", "-"): int(choice) for choice in Choice}
_CHOICE_NAMES = {choice: name for name, choice in _CHOICES.items()}
_WIDE = (Tag.LONG64, Tag.LONG64_UNSIGNED)
"""Types of 64 bits, whose values are text."""
_TRUE = 0xFF
_OCTET = 0xFF
_MOST_ELEMENTS = 0xFFFF


def data_json(data: Data) -> Json:
    """Write one value."""
    value = data.value
    if data.tag in _GROUPS:
        return {_WORDS[Tag(data.tag)]: [data_json(item) for item in data.children]}
    if isinstance(value, CompactArray):
        of = value.description
        return {"compact-array": {"of": _description_json(of), "rows": [_cell_json(of, row) for row in value.rows]}}
    return {_WORDS[Tag(data.tag)]: None if value is None or isinstance(value, tuple) else _simple_json(data.tag, value)}


def data_from(place: Place, depth: int = 0) -> Data:
    """Read one value."""
    if depth > NESTING:
        raise DocumentError(place.path, f"data nested deeper than {NESTING}", expected="a flatter structure")
    name, inner = place.only(_TAGS)
    tag = _TAGS[name]
    if tag in _GROUPS:
        return Data(tag, tuple([data_from(item, depth + 1) for item in inner.items()]))
    if tag == Tag.COMPACT_ARRAY:
        members = inner.members(("of", "rows"), ("of", "rows"))
        of = _description_from(members["of"], depth)
        return Data(tag, CompactArray(of, tuple([_cell_from(of, row) for row in members["rows"].items()])))
    if tag == Tag.NULL:
        if inner.value is not None:
            raise inner.fault("null")
        return Data(tag, None)
    return Data(tag, _simple_from(tag, inner))


def _simple_json(tag: int, value: int | str | bytes | CosemDateTime | BitString) -> Json:
    if tag == Tag.BOOLEAN and value in (0, _TRUE):
        return bool(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, CosemDateTime):
        return date_time_text(value)
    if isinstance(value, BitString):
        return _bits_json(value)
    return str(value) if tag in _WIDE else value


def _simple_from(tag: Tag, place: Place) -> int | str | bytes | CosemDateTime | BitString:
    if tag == Tag.BOOLEAN:
        return _TRUE * place.value if isinstance(place.value, bool) else place.integer(0, _OCTET)
    if tag in NUMBERS:
        size, signed = NUMBERS[tag]
        half = 1 << 8 * size - 1
        return place.integer(-half, half - 1) if signed else place.unsigned(size)
    if tag in TEXT:
        return _text_from(place, TEXT[tag])
    if tag == Tag.BIT_STRING:
        return _bits_from(place)
    if tag == Tag.DATE_TIME:
        return date_time_from(place)
    return place.octets(FIXED.get(tag))


def _text_from(place: Place, encoding: str) -> str:
    text = place.text()
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        what = f"{text[error.start]!a} at character {error.start}"
        raise DocumentError(place.path, what, expected=f"{encoding.upper()} only") from None
    return text


def _bits_json(bits: BitString) -> Json:
    """Write a bit-string; one whose last octet has bits beyond its size keeps its octets."""
    spare = 8 * len(bits.octets) - bits.size
    number = int.from_bytes(bits.octets, "big")
    if number & ((1 << spare) - 1):
        return {"bits": bits.size, "octets": bits.octets.hex()}
    return f"{number >> spare:0{bits.size}b}" if bits.size else ""


def _bits_from(place: Place) -> BitString:
    if isinstance(place.value, dict):
        members = place.members(("bits", "octets"), ("bits", "octets"))
        octets = members["octets"].octets()
        return BitString(members["bits"].integer(max(8 * len(octets) - 7, 0), 8 * len(octets)), octets)
    text = place.text()
    if text.strip("01"):
        raise place.fault("text of 0 and 1")
    size = (len(text) + 7) // 8
    return BitString(len(text), int(text.ljust(8 * size, "0") or "0", 2).to_bytes(size, "big"))


def _description_json(description: Description) -> Json:
    if description.tag == Tag.ARRAY:
        return {"array": description.count, "of": _description_json(description.parts[0])}
    if description.tag == Tag.STRUCTURE:
        return {"structure": [_description_json(part) for part in description.parts]}
    return _WORDS[Tag(description.tag)]


def _description_from(place: Place, depth: int) -> Description:
    if depth > NESTING:
        raise DocumentError(place.path, f"data nested deeper than {NESTING}", expected="a flatter structure")
    if isinstance(place.value, dict):
        members = place.members(("array", "of", "structure"))
        if "structure" in members:
            return Description(Tag.STRUCTURE, 0, tuple([_description_from(part, depth + 1) for part in members["structure"].items()]))
        members = place.members(("array", "of"), ("array", "of"))
        return Description(Tag.ARRAY, members["array"].integer(1, _MOST_ELEMENTS), (_description_from(members["of"], depth + 1),))
    found = _SIMPLE.get(place.value) if isinstance(place.value, str) else None
    if found is None and isinstance(place.value, str):
        raise DocumentError(place.path, f"no type '{place.value}'", expected=", ".join(_SIMPLE), nearest=nearest(place.value, _SIMPLE))
    if found is None:
        raise place.fault("the name of a simple type, or an object with 'array' or 'structure'")
    return Description(found)


def _cell_json(description: Description, cell: Cell) -> Json:
    if isinstance(cell, tuple):
        return [_cell_json(part, inner) for part, inner in zip(_parts(description), cell, strict=True)]
    return _simple_json(description.tag, cell)


def _cell_from(description: Description, place: Place) -> Cell:
    if description.tag in _GROUPS:
        parts = _parts(description)
        return tuple([_cell_from(part, inner) for part, inner in zip(parts, place.items(len(parts)), strict=True)])
    return _simple_from(Tag(description.tag), place)


def _parts(description: Description) -> tuple[Description, ...]:
    return description.parts * description.count if description.tag == Tag.ARRAY else description.parts


def request_json(request: AccessRequest) -> Json:
    """Write an access-request: what is asked of each object, with its value beside it."""
    items: list[Json] = []
    for asked, data in zip(request.specifications, request.data, strict=True):
        item: dict[str, Json] = {
            "choice": _CHOICE_NAMES[asked.choice],
            "class": asked.class_id,
            "instance": instance_text(asked.instance),
            "member": asked.member,
        }
        if asked.selection is not None:
            item["selector"] = asked.selection.selector
            item["parameters"] = data_json(asked.selection.parameters)
        items.append({**item, "data": data_json(data)})
    return {"invoke-id": f"0x{request.invoke_id:08X}", "items": items}


def request_from(place: Place) -> AccessRequest:
    """Read an access-request."""
    invoke_id, items = _items_from(place)
    pairs = [_item_from(item) for item in items]
    return AccessRequest(invoke_id, tuple([asked for asked, _ in pairs]), tuple([data for _, data in pairs]))


def _items_from(place: Place) -> tuple[int, list[Place]]:
    members = place.members(("invoke-id", "items"), ("invoke-id", "items"))
    return members["invoke-id"].unsigned(4), list(members["items"].items())


def _item_from(place: Place) -> tuple[Specification, Data]:
    always, selected = ("choice", "class", "instance", "member", "data"), ("selector", "parameters")
    members = place.members((*always, *selected), always)
    choice = members["choice"].named(_CHOICES)
    if choice not in _CHOICE_NAMES:
        raise members["choice"].fault(", ".join(_CHOICES))
    members = place.members(*((always + selected,) * 2 if choice == Choice.GET_SELECTED else (always,)))
    selection = None
    if choice == Choice.GET_SELECTED:
        selection = Selection(members["selector"].unsigned(1), data_from(members["parameters"]))
    member = members["member"].integer(-128, 127)
    asked = Specification(choice, members["class"].unsigned(2), instance_from(members["instance"]), member, selection)
    return asked, data_from(members["data"])


def response_json(response: AccessResponse) -> Json:
    """Write an access-response: each value with its result beside it."""
    items: list[Json] = [
        {"choice": _CHOICE_NAMES[result.choice], "result": result.code, "data": data_json(data)}
        for data, result in zip(response.data, response.results, strict=True)
    ]
    return {"invoke-id": f"0x{response.invoke_id:08X}", "items": items}


def response_from(place: Place) -> AccessResponse:
    """Read an access-response."""
    invoke_id, items = _items_from(place)
    names = ("choice", "result", "data")
    found = [item.members(names, names) for item in items]
    answered = {name: choice for name, choice in _CHOICES.items() if choice != Choice.GET_SELECTED}
    results = []
    for members in found:
        choice = members["choice"].named(answered)
        if choice not in answered.values():
            raise members["choice"].fault(", ".join(answered))
        results.append(AccessResult(choice, members["result"].unsigned(1)))
    return AccessResponse(invoke_id, tuple([data_from(members["data"]) for members in found]), tuple(results))
