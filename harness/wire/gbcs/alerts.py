"""Alerts both ways: payloads to typed fields and back, and whole unsigned messages from typed fields.

:func:`read_alert` answers "which alert is this" fast; :func:`decode_alert` reads every field of the body;
:func:`build_alert` makes the general-signing APDU that :func:`harness.wire.gbcs.crypto.protect` then signs or MACs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from harness.wire.gbcs.alert_head import AlertHead, AlertTime, alert_head, event_seconds
from harness.wire.gbcs.alert_reading import read_alert
from harness.wire.gbcs.asn1 import (
    GENERALIZED_TIME,
    INTEGER,
    SEQUENCE,
    Tlv,
    decode_tlv,
    integer_octets,
    length_forms,
    read_header,
    usual_form,
    with_length_forms,
)
from harness.wire.gbcs.axdr import decode_items
from harness.wire.gbcs.cosem_time import CosemDateTime, generalized_text
from harness.wire.gbcs.dlms import Data, Tag
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.gbz import GBZ_PROFILE
from harness.wire.gbcs.layouts import Layout, layout_of
from harness.wire.gbcs.lengths import write_length
from harness.wire.gbcs.message import Cra, Message, Profile
from harness.wire.gbcs.shape import ASN1, DLMS, read_members, write_members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.vocab.identity import Eui64
    from harness.wire.gbcs.content import Field, FieldValue

__all__ = ["AlertPayload", "build_alert", "decode_alert", "encode_payload", "read_alert", "usual_invoke_id"]

_RULES = {Profile.DLMS: "E31", Profile.GBZ: "E33", Profile.ASN1: "E34"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPayload:
    """The payload of an alert as typed values; :func:`encode_payload` writes the same octets again."""

    message_code: int
    profile: Profile
    code: int
    time: AlertTime
    """As the profile writes it: a date-time (DLMS), seconds since 2000 (GBZ), or ``YYYYMMDDHHMMSSZ`` (ASN.1)."""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    """What follows code and time, by name, in wire order; empty where the layout is not known."""
    body: bytes = b""
    """The octets that ``fields`` were read from."""
    invoke_id: int = 0
    """DLMS long-invoke-id-and-priority; 0 in other profiles."""
    length_forms: tuple[int, ...] = ()
    """ASN.1 length forms, outermost first, where they are not the ones that GBCS devices write; where the layout is not
    known, those of SEQUENCE, code and time only."""
    count: int | None = None
    """Members (DLMS) or components (GBZ) that the payload claims, where the layout is not known; ``None``: to be counted."""
    tree: tuple[Field, ...] = ()
    """Every field of the body with its place in the message."""
    known: bool = True
    """Whether the layout of this message code is known; where not, the body stays octets."""
    notes: tuple[str, ...] = ()
    """Rules that are only warned about (E30, E32), each as one line."""

    @property
    def event_seconds(self) -> int | None:
        """Time inside the alert in seconds since 2000-01-01T00:00:00Z; ``None`` where it names no instant of UTC."""
        return event_seconds(self.time)


def decode_alert(message: Message) -> AlertPayload:
    """Read every field of an alert's payload.

    Raises :class:`GbcsError`: E10 where the message is no Alert; E30, E31, E33 or E34 where the payload does not
    follow its profile, or a body does not follow the layout of its message code. An unknown message code is no
    error: its body stays octets.
    """
    head = alert_head(message)
    layout = layout_of(message.message_code, head.profile)
    base = message.payload_offset
    if layout is not None and layout.profile is not head.profile:
        expected = f"{layout.profile} for message code 0x{message.message_code:04X}"
        raise GbcsError(_RULES[layout.profile], base, f"a {head.profile} payload", expected=expected, octets=message.payload[:2])
    tree, forms = _read_body(message, head, layout, base)
    return AlertPayload(
        message_code=message.message_code,
        profile=head.profile,
        code=head.code,
        time=head.time,
        fields={part.name: part.value for part in tree if not part.constant} if layout else {},
        body=message.payload[head.body :],
        invoke_id=head.invoke_id,
        length_forms=forms,
        count=None if layout else head.members,
        tree=tree,
        known=layout is not None,
        notes=_notes(message, head, layout),
    )


def _read_body(message: Message, head: AlertHead, layout: Layout | None, base: int) -> tuple[tuple[Field, ...], tuple[int, ...]]:
    """Read the body by its layout; return its fields and, for ASN.1, the length forms that are out of the ordinary."""
    payload = message.payload
    if layout is None:
        return (), _head_forms(payload, base) if head.profile is Profile.ASN1 else ()
    if head.profile is Profile.GBZ:
        _check_count(head, len(payload) > head.body, base)
        return layout.packed.read("body", payload[head.body :], base + head.body, "E33").parts, ()
    if head.profile is Profile.DLMS:
        items = decode_items(payload[head.body :], base + head.body)
        if len(items) != head.members - 2:
            raise GbcsError("E31", base + 7, f"{len(items) + 2} members", expected=f"{head.members}, as the structure claims")
        around = Data(Tag.STRUCTURE, items, offset=base + 6)
        return read_members(layout.members, items, "body", around, DLMS), ()
    sequence = decode_tlv(payload, base)
    return read_members(layout.members, sequence.children[2:], "body", sequence, ASN1), length_forms(sequence)


def _head_forms(payload: bytes, base: int) -> tuple[int, ...]:
    """Return the length forms of SEQUENCE, code and time; empty where all are the usual ones."""
    _, outer, start, _ = read_header(payload, 0, len(payload), base)
    _, code, _, after = read_header(payload, start, len(payload), base)
    _, time, _, _ = read_header(payload, after, len(payload), base)
    forms = (outer, code, time)
    return forms if forms != (usual_form(len(payload) - start), 0, 0) else ()


def _check_count(head: AlertHead, has_body: bool, base: int) -> None:
    if head.members != int(has_body):
        found = bytes((head.members,))
        raise GbcsError("E33", base + 2, "another component count", expected=f"{int(has_body):02x} for this body", octets=found)


def _notes(message: Message, head: AlertHead, layout: Layout | None) -> tuple[str, ...]:
    notes = []
    if layout is None:
        notes.append(f"E30 message code 0x{message.message_code:04X} has no known body: kept as octets")
    usual = usual_invoke_id(message.counter)
    if head.profile is Profile.DLMS and head.invoke_id != usual:
        notes.append(f"E32 long-invoke-id {head.invoke_id:08X}, where the originator counter makes {usual:08X}")
    return tuple(notes)


def usual_invoke_id(counter: int) -> int:
    """Return the long-invoke-id-and-priority that goes with an originator counter: 0x20 and its low three octets."""
    return 0x2000_0000 | counter & 0xFF_FFFF


def encode_payload(payload: AlertPayload) -> bytes:
    """Write a payload from its typed fields, or from ``body`` where the layout is not known.

    ``ValueError`` or ``OverflowError`` where a field is missing, unknown, or does not fit its layout.
    """
    if payload.profile is Profile.GBZ:
        return _encode_gbz(payload)
    if payload.profile is Profile.ASN1:
        return _encode_asn1(payload)
    return _encode_dlms(payload)


def _layout(payload: AlertPayload) -> Layout | None:
    layout = layout_of(payload.message_code, payload.profile) if payload.known else None
    if layout is not None and layout.profile is not payload.profile:
        raise ValueError(f"message code 0x{payload.message_code:04X} is {layout.profile}, not {payload.profile}")
    return layout


def _encode_dlms(payload: AlertPayload) -> bytes:
    layout = _layout(payload)
    if layout is None:
        body = payload.body
        count = 2 + len(decode_items(body)) if payload.count is None else payload.count
    else:
        nodes = write_members(layout.members, payload.fields)
        count, body = 2 + len(nodes), b"".join(node.encode() for node in nodes)
    time = payload.time
    if isinstance(time, str):
        raise ValueError(f"{time!r} where a date-time or seconds since 2000 are needed")
    moment = CosemDateTime.from_seconds(time) if isinstance(time, int) else time
    start = b"\x0f" + payload.invoke_id.to_bytes(4, "big") + b"\x00\x02" + write_length(count)
    return start + b"\x12" + payload.code.to_bytes(2, "big") + b"\x09\x0c" + moment.encode() + body


def _encode_gbz(payload: AlertPayload) -> bytes:
    layout = _layout(payload)
    body = payload.body if layout is None else layout.packed.write(payload.fields)
    seconds = payload.time
    if not isinstance(seconds, int):
        raise ValueError(f"{seconds!r} where seconds since 2000 are needed")
    count = int(bool(body)) if payload.count is None else payload.count
    return GBZ_PROFILE + bytes((count,)) + payload.code.to_bytes(2, "big") + seconds.to_bytes(4, "big") + body


def _encode_asn1(payload: AlertPayload) -> bytes:
    layout, time = _layout(payload), payload.time
    if isinstance(time, CosemDateTime):
        raise ValueError(f"{time} where YYYYMMDDHHMMSSZ or seconds since 2000 are needed")
    text = generalized_text(time) if isinstance(time, int) else time
    if layout is None:
        outer, first, second = payload.length_forms or (None, 0, 0)
        head = Tlv(INTEGER, integer_octets(payload.code), form=first).encode() + Tlv(GENERALIZED_TIME, text.encode(), form=second).encode()
        return Tlv(SEQUENCE, head + payload.body, form=outer).encode()
    start = Tlv(INTEGER, integer_octets(payload.code)), Tlv(GENERALIZED_TIME, text.encode())
    body = cast("tuple[Tlv, ...]", write_members(layout.members, payload.fields))
    return with_length_forms(Tlv(SEQUENCE, (*start, *body)), payload.length_forms).encode()


def build_alert(
    *,
    originator: Eui64,
    target: Eui64,
    counter: int,
    message_code: int,
    code: int,
    time: AlertTime,
    profile: Profile | None = None,
    fields: Mapping[str, FieldValue] | None = None,
    body: bytes = b"",
    supplementary: bytes = b"",
) -> bytes:
    """Return an alert's general-signing APDU up to its payload, ready to be protected.

    ``time`` in seconds since 2000 will do for every profile. ``profile`` is needed only where a message code is
    written in several (0x1000, 0x1001; DLMS where not given). ``fields`` are the typed values of the layout; octets
    in ``body`` stand in for them. ``supplementary`` follows the message code in the other information.

    ``ValueError`` or ``OverflowError`` where a field is missing, unknown, or does not fit; :class:`GbcsError` (E31)
    where ``body`` is no DLMS data.
    """
    if profile is None:
        layout = layout_of(message_code)
        profile = layout.profile if layout is not None else Profile.DLMS
    payload = AlertPayload(
        message_code=message_code,
        profile=profile,
        code=code,
        time=time,
        fields=fields or {},
        body=body,
        invoke_id=usual_invoke_id(counter),
        known=not body,
    )
    return Message(
        cra=Cra.ALERT,
        counter=counter,
        originator=originator,
        target=target,
        message_code=message_code,
        payload=encode_payload(payload),
        supplementary=supplementary,
    ).unsigned()
