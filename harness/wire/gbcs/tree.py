"""A whole message as a tree of named fields, each with its place, its value and what it means.

For people: outer layers and payload of every message. Names of codes come from the catalogue. A payload that is not known, or
that breaks the rules of its profile, is one field of octets, so that the fields of a tree cover every octet of the message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.wire.gbcs.alerts import decode_alert
from harness.wire.gbcs.asn1 import read_header
from harness.wire.gbcs.catalogue import alert_name, message_facts
from harness.wire.gbcs.cosem_time import CosemDateTime, utc_text
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import write_length
from harness.wire.gbcs.message import MAC_HEADER, Cra, Message, Profile
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.tree_walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.wire.gbcs.alert_head import AlertTime
    from harness.wire.gbcs.alerts import AlertPayload
    from harness.wire.gbcs.components import GbzAlert, GbzPayload
    from harness.wire.gbcs.content import Field
    from harness.wire.gbcs.payloads import Payload

__all__ = ["MessageTree", "message_tree", "value_text", "walk"]

_NOT_LISTED = "not in the catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTree:
    """One message taken apart."""

    message: Message
    fields: tuple[Field, ...]
    """Outermost layers, in wire order; together they cover every octet of the message."""
    alert: AlertPayload | None
    """The alert, where the message is one and its payload follows its layout, or has none that is known."""
    payload: Payload | None
    """The payload, where it follows the rules of its profile; ``None`` where ``alert`` says it all."""
    notes: tuple[str, ...]
    """What is out of the ordinary, though no error (rules E30, E32, E33)."""
    problem: GbcsError | None
    """Why the payload could not be read; the outer layers stand all the same."""


def message_tree(octets: bytes) -> MessageTree:
    """Take one message apart; raises :class:`GbcsError` (E01 to E21) where even the outer layers do not hold."""
    message = decode_message(octets)
    alert: AlertPayload | None = None
    payload: Payload | None = None
    problem: GbcsError | None = None
    notes: tuple[str, ...] = ()
    try:
        if message.cra == Cra.ALERT:
            alert = decode_alert(message)
            notes = alert.notes
    except GbcsError as error:
        problem = error
    if alert is None or not alert.known:
        payload, notes, fault = _decoded_payload(message)
        problem = problem or fault
    if alert is not None and not alert.known:
        notes = (f"E30 no layout is known for alerts of message code 0x{message.message_code:04X}", *notes)
    fields = _fields(octets, message, payload, alert)
    return MessageTree(message=message, fields=fields, alert=alert, payload=payload, notes=notes, problem=problem)


def _decoded_payload(message: Message) -> tuple[Payload | None, tuple[str, ...], GbcsError | None]:
    """Return the payload, what is to be noted about it, and what is wrong with it."""
    from harness.wire.gbcs.payloads import decode_payload, remarks

    try:
        payload = decode_payload(message)
    except GbcsError as error:
        return None, (), error
    return payload, remarks(message, payload), None


def _fields(octets: bytes, message: Message, payload: Payload | None, alert: AlertPayload | None) -> tuple[Field, ...]:
    walk = Walk(0)
    if message.mac is not None:
        walk.layer("MAC header", _mac_header(message))
    walk.layer("grouping header", _grouping_header(message, walk.at))
    if alert is not None and alert.known:
        walk.layer("payload", _alert_payload(message, alert, walk.at), f"{alert.profile} alert")
    else:
        parts, what = _payload(octets, message, payload, walk.at) if payload is not None else ((), "")
        walk.add("payload", len(message.payload), None if parts else message.payload, what or _as_octets(message), parts)
    if message.signature is not None:
        walk.layer("signature", _signature(message.signature, walk.at))
    if message.mac is not None:
        walk.add("MAC", len(message.mac), message.mac)
    return tuple(walk.fields)


def _as_octets(message: Message) -> str:
    return f"{message.profile}, kept as octets"


def _payload(octets: bytes, message: Message, payload: Payload, at: int) -> tuple[tuple[Field, ...], str]:
    """Return the fields of a payload that starts at ``at``, and what it is; no fields where it stays octets."""
    from harness.wire.gbcs.access import AccessRequest, AccessResponse, DataNotification
    from harness.wire.gbcs.asn1_schema import Asn1Payload
    from harness.wire.gbcs.components import GbzAlert, GbzPayload
    from harness.wire.gbcs.payloads import OpaqueElement
    from harness.wire.gbcs.tree_asn1 import element_field, typed_field
    from harness.wire.gbcs.tree_dlms import notification_fields, request_fields, response_fields

    end = at + len(message.payload)
    match payload:
        case AccessRequest():
            return request_fields(payload, at), "DLMS access-request"
        case AccessResponse():
            return response_fields(payload, at), "DLMS access-response"
        case DataNotification():
            return notification_fields(payload, at), "DLMS data-notification"
        case GbzPayload():
            return _gbz(payload, at), "GBZ"
        case GbzAlert():
            return _gbz_alert(payload, at, end), "GBZ alert"
        case Asn1Payload():
            field = typed_field(payload.type, "payload", octets, at, end)
            return field.parts or (field,), f"ASN.1, {payload.title}"
        case OpaqueElement():
            return (element_field(payload.element, "element", at),), "ASN.1 of a structure that is not known"
    return (), ""


def _gbz(payload: GbzPayload, at: int) -> tuple[Field, ...]:
    from harness.wire.gbcs.tree_gbz import component_fields

    walk = Walk(at)
    walk.add("profile id", 2, meaning="Smart Energy")
    walk.add("component count", 1, len(payload.components))
    walk.put(*component_fields(payload.components, walk.at))
    return tuple(walk.fields)


def _gbz_alert(payload: GbzAlert, at: int, end: int) -> tuple[Field, ...]:
    """Return the fields of an alert whose body is not known, or is not as its layout has it."""
    from harness.wire.gbcs.tree_gbz import component_fields

    walk = Walk(at)
    _gbz_alert_head(walk, payload.count, payload.code, payload.time, utc_text(payload.time))
    walk.put(*component_fields(payload.components, walk.at))
    walk.add("body", end - walk.at, payload.body, "layout not known, kept as octets")
    return tuple(walk.fields)


def _mac_header(message: Message) -> Walk:
    length = len(message.signed()) + 5 + len(message.mac or b"")
    walk = Walk(0)
    walk.add("general-ciphering tag", 1)
    walk.add("empty fields", 5, meaning="transaction-id, originator, recipient, date-time, other information")
    walk.add("key-info", len(MAC_HEADER) - 6, meaning="absent")
    walk.add("ciphered service length", len(write_length(length)), length)
    walk.add("security control", 1, meaning="authentication only, suite 1")
    walk.add("invocation counter", 4, 0)
    return walk


def _grouping_header(message: Message, at: int) -> Walk:
    walk = Walk(at)
    walk.add("general-signing tag", 1)
    walk.add("transaction-id length", 1, 9)
    walk.add("CRA flag", 1, message.cra, Cra(message.cra).name.title())
    walk.add("originator-counter", 8, message.counter)
    walk.add("originator length", 1, 8)
    walk.add("originator", 8, message.originator)
    walk.add("target length", 1, 8)
    walk.add("target", 8, message.target)
    walk.add("date-time length", 1, len(message.date_time))
    walk.add("date-time", len(message.date_time), CosemDateTime.decode(message.date_time) if message.date_time else None)
    _other_information(message, walk)
    walk.add("payload length", len(write_length(len(message.payload))), len(message.payload))
    return walk


def _other_information(message: Message, walk: Walk) -> None:
    length = 2 + len(message.supplementary)
    walk.add("other information length", len(write_length(length)), length)
    walk.add("message-code", 2, message.message_code, _message_name(message.message_code))
    if message.supplementary:
        walk.add("supplementary remote party", 8, message.supplementary_party)
    if message.supplementary_counter is not None:
        walk.add("supplementary remote party counter", 8, message.supplementary_counter)
    if message.supplementary_originator_counter is not None:
        walk.add("supplementary originator counter", 8, message.supplementary_originator_counter)
    if message.certificate is not None:
        walk.add("supplementary remote party certificate", len(message.certificate), message.certificate, "key agreement")


def _message_name(code: int) -> str:
    facts = message_facts(code)
    if facts is None:
        return _NOT_LISTED
    return f"{facts.name} ({facts.use_case})" if facts.use_case else facts.name


def _alert_payload(message: Message, alert: AlertPayload, at: int) -> Walk:
    """Return the fields of an alert whose layout is known."""
    walk = Walk(at)
    name = alert_name(alert.code) or _NOT_LISTED
    moment = "no instant of UTC" if alert.event_seconds is None else utc_text(alert.event_seconds)
    head = len(message.payload) - len(alert.body)
    if alert.profile is Profile.DLMS:
        walk.add("data-notification tag", 1)
        walk.add("long-invoke-id-and-priority", 4, f"{alert.invoke_id:08X}")
        walk.add("date-time length", 1, 0)
        walk.add("structure", head - 23, meaning="code, time, body")
        walk.add("alert-code", 3, alert.code, name)
        walk.add("time", 14, alert.time, moment if moment != str(alert.time) else "")
    elif alert.profile is Profile.GBZ:
        _gbz_alert_head(walk, message.payload[2], alert.code, alert.time, moment)
    else:
        payload = message.payload
        _, _, code, _ = read_header(payload, 0, len(payload), at)
        _, _, _, time = read_header(payload, code, len(payload), at)
        walk.add("SEQUENCE", code, meaning="code, time, body")
        walk.add("alert-code", time - code, alert.code, name)
        walk.add("time", head - time, alert.time, moment)
    walk.put(*alert.tree)
    return walk


def _gbz_alert_head(walk: Walk, count: int, code: int, time: AlertTime, moment: str) -> None:
    walk.add("profile id", 2, meaning="Smart Energy")
    walk.add("component count", 1, count)
    walk.add("alert-code", 2, code, alert_name(code) or _NOT_LISTED)
    walk.add("time", 4, time, moment)


def _signature(signature: bytes, at: int) -> Walk:
    walk = Walk(at)
    walk.add("signature length", 1, len(signature))
    if signature:
        walk.add("r", 32, signature[:32])
        walk.add("s", 32, signature[32:])
    return walk


def walk(fields: tuple[Field, ...], depth: int = 0) -> Iterator[tuple[int, Field]]:
    """Go through a tree in wire order; yields depth and field."""
    for field in fields:
        yield depth, field
        yield from walk(field.parts, depth + 1)


def value_text(field: Field) -> str:
    """Write a field's own value for people; empty where its octets say it all, or its parts do."""
    value = field.value
    if field.parts or value is None or isinstance(value, bytes):
        return ""
    if field.name in ("message-code", "alert-code", "cluster"):
        return f"0x{value:04X}"
    return str(value)
