"""Alerts with a known layout as JSON, both ways, guided by that layout.

What a layout fixes is left out of the JSON and written again by the layout; identifiers and octets are hexadecimal, date-times as
:mod:`harness.wire.gbcs.spelling` has them, integers of 64 bits are text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from harness.wire.gbcs.alerts import AlertPayload, encode_payload
from harness.wire.gbcs.content import Content, Fixed, Identifier, Number, Packed, Raw, Remaining, SignedNumber, Text, When
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.json_place import DocumentError, Place, whole
from harness.wire.gbcs.layouts import Layout, layout_of
from harness.wire.gbcs.message import Profile
from harness.wire.gbcs.shape import Leaf, Listing, Record, Shape
from harness.wire.gbcs.spelling import date_time_from, date_time_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.vocab.canonical import Json
    from harness.wire.gbcs.alert_head import AlertTime
    from harness.wire.gbcs.content import FieldValue
    from harness.wire.gbcs.shape import Members

__all__ = ["alert_from", "alert_json"]

_PROFILES = {str(profile): profile for profile in (Profile.DLMS, Profile.GBZ, Profile.ASN1)}
_WIDE = 8
"""Octets from which on an integer is written as text."""
_TIME_SIZE = 15


def alert_json(alert: AlertPayload) -> Json:
    """Write the payload of an alert."""
    layout = _layout(alert.message_code, alert.profile)
    members = layout.packed.members if alert.profile is Profile.GBZ else layout.members
    told: dict[str, Json] = {"profile": str(alert.profile), "alert-code": f"0x{alert.code:04X}"}
    if alert.profile is Profile.DLMS:
        told["invoke-id"] = f"0x{alert.invoke_id:08X}"
    told["time"] = date_time_text(alert.time) if isinstance(alert.time, CosemDateTime) else alert.time
    told["body"] = _members_json(members, alert.fields)
    if alert.length_forms:
        told["length-forms"] = list(alert.length_forms)
    return told


def alert_from(place: Place, message_code: int) -> bytes:
    """Read the payload of an alert and write its octets."""
    always, perhaps = ("profile", "alert-code", "time", "body"), ("invoke-id", "length-forms")
    members = place.members((*always, *perhaps), always)
    profile = _profile(members["profile"], message_code)
    extra = {Profile.DLMS: ("invoke-id",), Profile.GBZ: (), Profile.ASN1: ("length-forms",)}[profile]
    place.members((*always, *extra), (*always, *(name for name in extra if name == "invoke-id")))
    layout = _layout(message_code, profile)
    fields = _members_from(members["body"], layout.packed.members if profile is Profile.GBZ else layout.members)
    alert = AlertPayload(
        message_code=message_code,
        profile=profile,
        code=members["alert-code"].unsigned(2),
        time=_time(members["time"], profile),
        fields=fields,
        invoke_id=members["invoke-id"].unsigned(4) if "invoke-id" in members else 0,
        length_forms=tuple([form.integer(0, 4) for form in members["length-forms"].items()]) if "length-forms" in members else (),
    )
    try:
        return encode_payload(alert)
    except (ValueError, OverflowError) as error:
        raise DocumentError(place.path, f"cannot be written: {error}", expected="values that fit their fields") from None


def _layout(message_code: int, profile: Profile) -> Layout:
    return cast("Layout", layout_of(message_code, profile))


def _profile(place: Place, message_code: int) -> Profile:
    name = place.text()
    layout = layout_of(message_code, _PROFILES.get(name))
    if layout is None:
        what = f"message code 0x{message_code:04X} has no alert layout"
        raise DocumentError(place.path, what, expected="another message code, or 'octets' in place of 'alert'")
    if name != str(layout.profile):
        known = [text for text, profile in _PROFILES.items() if _layout(message_code, profile).profile is profile]
        what = f"message code 0x{message_code:04X} is not written in '{name}'"
        raise DocumentError(place.path, what, expected=" or ".join(known))
    return layout.profile


def _time(place: Place, profile: Profile) -> AlertTime:
    if profile is Profile.DLMS:
        return date_time_from(place)
    if profile is Profile.GBZ:
        return place.unsigned(4)
    text = place.text()
    if len(text) != _TIME_SIZE or not (text[:-1].isascii() and text[:-1].isdigit()) or text[-1] != "Z":
        raise place.fault("a time as YYYYMMDDHHMMSSZ")
    return text


_Named = tuple[str, Shape | Content | Remaining]


def _members_json(members: Sequence[_Named] | Members, values: Mapping[str, FieldValue]) -> dict[str, Json]:
    return {name: _value_json(shape, values[name]) for name, shape in members if name in values}


def _value_json(shape: Shape | Content | Remaining, value: FieldValue) -> Json:
    match shape:
        case Leaf():
            return _value_json(shape.content, value)
        case Record() | Packed():
            return _members_json(shape.members, cast("Mapping[str, FieldValue]", value))
        case Listing():
            return [_value_json(shape.item, item) for item in cast("tuple[FieldValue, ...]", value)]
    if isinstance(value, CosemDateTime):
        return date_time_text(value)
    if isinstance(value, int):
        return str(value) if isinstance(shape, Number) and shape.size >= _WIDE else whole(value)
    return value.hex() if isinstance(value, bytes) else cast("str", value)


def _members_from(place: Place, members: Sequence[_Named] | Members, optional: int = 0) -> dict[str, FieldValue]:
    known = [(name, shape) for name, shape in members if not _is_constant(shape)]
    found = place.members([name for name, _ in known], [name for name, _ in known[: len(known) - optional]])
    return {name: _value_from(found[name], shape) for name, shape in known if name in found}


def _is_constant(shape: Shape | Content | Remaining) -> bool:
    if isinstance(shape, Record):
        return all(_is_constant(member) for _, member in shape.members)
    return isinstance(shape.content if isinstance(shape, Leaf) else shape, (Fixed, Remaining))


def _value_from(place: Place, shape: Shape | Content | Remaining) -> FieldValue:
    match shape:
        case Leaf():
            return _value_from(place, shape.content)
        case Record():
            return _members_from(place, shape.members, shape.optional)
        case Packed():
            return _members_from(place, shape.members)
        case Listing():
            return tuple([_value_from(item, shape.item) for item in place.items(shape.count)])
        case Number():
            return place.unsigned(shape.size)
        case SignedNumber():
            return place.integer()
        case Identifier():
            return place.eui64()
        case When():
            return date_time_from(place)
        case Text():
            return place.text()
    return place.octets(shape.size if isinstance(shape, Raw) else None)
