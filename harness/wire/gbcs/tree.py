"""A whole message as a tree of named fields, each with its place, its value and what it means.

For people: the outer layers of every message, and every field of an alert. Names of codes come from the
catalogue. The payload of a Command or Response, and a body without a known layout, is one field of octets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.wire.gbcs.alerts import decode_alert
from harness.wire.gbcs.asn1 import read_header
from harness.wire.gbcs.catalogue import alert_name, message_facts
from harness.wire.gbcs.content import Field, FieldValue
from harness.wire.gbcs.cosem_time import CosemDateTime, utc_text
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.lengths import write_length
from harness.wire.gbcs.message import MAC_HEADER, Cra, Message, Profile
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.wire.gbcs.alerts import AlertPayload

__all__ = ["MessageTree", "message_tree", "value_text", "walk"]

_NOT_LISTED = "not in the catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTree:
    """One message taken apart."""

    message: Message
    fields: tuple[Field, ...]
    """Outermost layers, in wire order; together they cover every octet of the message."""
    alert: AlertPayload | None
    """The alert, where the message is one and its payload follows its layout."""
    problem: GbcsError | None
    """Why the payload of an alert could not be read; the outer layers stand all the same."""


def message_tree(octets: bytes) -> MessageTree:
    """Take one message apart; raises :class:`GbcsError` (E01 to E21) where even the outer layers do not hold."""
    message = decode_message(octets)
    alert, problem = None, None
    if message.cra == Cra.ALERT:
        try:
            alert = decode_alert(message)
        except GbcsError as error:
            problem = error
    return MessageTree(message=message, fields=_fields(message, alert), alert=alert, problem=problem)


class _Walk:
    """Puts fields one after another."""

    __slots__ = ("at", "fields")

    def __init__(self, at: int) -> None:
        self.at = at
        self.fields: list[Field] = []

    def add(self, name: str, size: int, value: FieldValue = None, meaning: str = "", parts: tuple[Field, ...] = ()) -> None:
        """Append a field of ``size`` octets; one of no octets is left out."""
        if size:
            self.fields.append(Field(name=name, offset=self.at, end=self.at + size, value=value, meaning=meaning, parts=parts))
            self.at += size

    def layer(self, name: str, inner: _Walk, meaning: str = "") -> None:
        """Append a field made of what another walk found from here on."""
        self.add(name, inner.at - self.at, None, meaning, tuple(inner.fields))


def _fields(message: Message, alert: AlertPayload | None) -> tuple[Field, ...]:
    walk = _Walk(0)
    if message.mac is not None:
        walk.layer("MAC header", _mac_header(message))
    walk.layer("grouping header", _grouping_header(message, walk.at))
    if alert is not None:
        walk.layer("payload", _alert_payload(message, alert, walk.at), f"{alert.profile} alert")
    else:
        walk.add("payload", len(message.payload), message.payload, f"{message.profile}, kept as octets")
    if message.signature is not None:
        walk.layer("signature", _signature(message.signature, walk.at))
    if message.mac is not None:
        walk.add("MAC", len(message.mac), message.mac)
    return tuple(walk.fields)


def _mac_header(message: Message) -> _Walk:
    length = len(message.signed()) + 5 + len(message.mac or b"")
    walk = _Walk(0)
    walk.add("general-ciphering tag", 1)
    walk.add("empty fields", 5, meaning="transaction-id, originator, recipient, date-time, other information")
    walk.add("key-info", len(MAC_HEADER) - 6, meaning="absent")
    walk.add("ciphered service length", len(write_length(length)), length)
    walk.add("security control", 1, meaning="authentication only, suite 1")
    walk.add("invocation counter", 4, 0)
    return walk


def _grouping_header(message: Message, at: int) -> _Walk:
    walk = _Walk(at)
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


def _other_information(message: Message, walk: _Walk) -> None:
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


def _alert_payload(message: Message, alert: AlertPayload, at: int) -> _Walk:
    walk = _Walk(at)
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
        walk.add("profile id", 2, meaning="Smart Energy")
        walk.add("component count", 1, message.payload[2])
        walk.add("alert-code", 2, alert.code, name)
        walk.add("time", 4, alert.time, moment)
    else:
        payload = message.payload
        _, _, code, _ = read_header(payload, 0, len(payload), at)
        _, _, _, time = read_header(payload, code, len(payload), at)
        walk.add("SEQUENCE", code, meaning="code, time, body")
        walk.add("alert-code", time - code, alert.code, name)
        walk.add("time", head - time, alert.time, moment)
    if alert.known:
        walk.fields.extend(alert.tree)
        walk.at += len(alert.body)
    else:
        walk.add("body", len(alert.body), alert.body, "layout not known, kept as octets")
    return walk


def _signature(signature: bytes, at: int) -> _Walk:
    walk = _Walk(at)
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
