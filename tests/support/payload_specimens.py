"""Payloads of Commands and Responses of our own, one of each kind, and whole messages made of them with test keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.vocab.identity import Eui64
from harness.wire.gbcs.access import (
    AccessRequest,
    AccessResponse,
    AccessResult,
    Choice,
    DataNotification,
    Selection,
    Specification,
    usual_invoke_id,
)
from harness.wire.gbcs.asn1_schema import Asn1Payload
from harness.wire.gbcs.attributes import AttributeRecord, DefaultResponse, ReadAttributes, ReadAttributesResponse
from harness.wire.gbcs.components import ClusterCommand, Component, GbzPayload, Opaque
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.crypto import agreed_between, derive_key, gmac, protect, sign
from harness.wire.gbcs.dlms import BitString, CompactArray, Data, Description, Tag
from harness.wire.gbcs.keys import MemoryKeyStore, test_keys
from harness.wire.gbcs.message import Cra, Message, wrap
from harness.wire.gbcs.named import Named
from harness.wire.gbcs.protected import ObjectDefinition, ProtectedRequest, ProtectedResponse, Protection
from harness.wire.gbcs.sealing import seal
from harness.wire.gbcs.zcl_table import COMMANDS, zcl_command
from harness.wire.gbcs.zcl_types import Layout, ZclDate, ZclValue

if TYPE_CHECKING:
    from harness.wire.gbcs.payloads import Payload

SEED = b"smets-harness golden payloads/1"
ESME, GSME, CHF, GPF, PPMID = (Eui64(f"02a5e70000000{number:03x}") for number in range(1, 6))
SUPPLIER, NETWORK, ACB, STRANGER = (Eui64(f"02a5e700000001{number:02x}") for number in range(4))
COUNTER = 0x0123456789
NOON = CosemDateTime.from_seconds(946_814_400)
CERTIFICATE = b"\x30\x81\x82\x30\x81\x7f" + bytes(range(127))
"""What passes for a certificate where its inside is nobody's business: a SEQUENCE in a long length form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """A payload and the message that carries it."""

    name: str
    cra: Cra
    message_code: int
    device: Eui64
    payload: Payload
    critical: bool = False
    supplementary: bytes = b""


def key_store() -> MemoryKeyStore:
    """Return test keys of all devices and parties here."""
    store = MemoryKeyStore()
    for owner in (ESME, GSME, CHF, GPF, PPMID, SUPPLIER, NETWORK, ACB, STRANGER):
        store.add_private(owner, signing=test_keys(SEED, f"{owner} signing"), agreement=test_keys(SEED, f"{owner} agreement"))
    return store


KEYS = key_store()


def _u16(value: int) -> Data:
    return Data(Tag.LONG_UNSIGNED, value)


def _null() -> Data:
    return Data(Tag.NULL, None)


def _request(*items: tuple[Specification, Data]) -> AccessRequest:
    return AccessRequest(usual_invoke_id(COUNTER), tuple(asked for asked, _ in items), tuple(data for _, data in items))


def _response(*items: tuple[int, int, Data]) -> AccessResponse:
    results = tuple(AccessResult(choice, code) for choice, code, _ in items)
    return AccessResponse(usual_invoke_id(COUNTER), tuple(data for *_, data in items), results)


_CLOCK = bytes((0, 0, 1, 0, 0, 255))
_LOG = bytes((0, 0, 99, 98, 0, 255))
_RANGE = Data(
    Tag.STRUCTURE,
    (
        Data(Tag.STRUCTURE, (_u16(1), Data(Tag.OCTET_STRING, bytes.fromhex("00005e2c64ff")), Data(Tag.INTEGER, 2), _u16(0))),
        Data(Tag.DOUBLE_LONG_UNSIGNED, 1),
        Data(Tag.DOUBLE_LONG_UNSIGNED, 0xFFFF_FFFF),
        Data(Tag.ARRAY, ()),
    ),
)
_EVERY_TYPE = Data(
    Tag.STRUCTURE,
    (
        _null(),
        Data(Tag.BOOLEAN, 0xFF),
        Data(Tag.BIT_STRING, BitString(5, b"\xf8")),
        Data(Tag.DOUBLE_LONG, -70_000),
        Data(Tag.DOUBLE_LONG_UNSIGNED, 70_000),
        Data(Tag.OCTET_STRING, bytes(200)),
        Data(Tag.VISIBLE_STRING, "ALCS 1"),
        Data(Tag.UTF8_STRING, "größer"),
        Data(Tag.INTEGER, -1),
        Data(Tag.LONG, -300),
        Data(Tag.UNSIGNED, 200),
        _u16(60_000),
        Data(Tag.LONG64, -(1 << 40)),
        Data(Tag.LONG64_UNSIGNED, 1 << 63),
        Data(Tag.ENUM, 3),
        Data(Tag.FLOAT32, b"\x3f\x80\x00\x00"),
        Data(Tag.FLOAT64, bytes(8)),
        Data(Tag.DATE_TIME, NOON),
        Data(Tag.DATE, bytes(5)),
        Data(Tag.TIME, bytes(4)),
        Data(Tag.STRUCTURE, ()),
        Data(Tag.ARRAY, tuple(Data(Tag.STRUCTURE, (_u16(number), Data(Tag.ARRAY, (_u16(number),)))) for number in range(4))),
    ),
)
_U32 = Description(Tag.DOUBLE_LONG_UNSIGNED)
_FIXED_ROWS = Data(
    Tag.COMPACT_ARRAY,
    CompactArray(
        Description(Tag.STRUCTURE, 0, (_U32, Description(Tag.ARRAY, 3, (Description(Tag.DOUBLE_LONG),)), Description(Tag.DATE_TIME))),
        ((1, (-1, 0, 1), NOON), (2, (5, 6, 7), NOON)),
    ),
)
_RAGGED_ROWS = Data(
    Tag.COMPACT_ARRAY,
    CompactArray(
        Description(Tag.STRUCTURE, 0, (_U32, Description(Tag.LONG_UNSIGNED), Description(Tag.OCTET_STRING), Description(Tag.BIT_STRING))),
        ((1, 0x8002, b"", BitString(3, b"\xa0")), (2, 0x8F0A, b"\x01\x02", BitString(9, b"\xff\x80"))),
    ),
)
_EMPTY_LOG = Data(Tag.COMPACT_ARRAY, CompactArray(Description(Tag.STRUCTURE, 0, (_U32, _U32)), ()))


def _protection(originator: Eui64, recipient: Eui64) -> Protection:
    return Protection(flag=4, counter=COUNTER, originator=originator, recipient=recipient)


READ_REQUEST = ProtectedRequest(
    objects=(
        ObjectDefinition(class_id=7, instance=_LOG, attribute=2),
        ObjectDefinition(class_id=7, instance=_LOG, attribute=2, between=(NOON, NOON)),
    ),
    protection=_protection(SUPPLIER, ESME),
)
LOGS = Data(Tag.STRUCTURE, (_FIXED_ROWS, _RAGGED_ROWS))
"""The plaintext of our encrypted Responses."""


def _sealed_response(supplementary: bytes, target: Eui64) -> AccessResponse:
    """Return a Response with an encrypted body for whom the headers say."""
    message = Message(Cra.RESPONSE, COUNTER, ESME, target, 0x0034, b"\x00", supplementary=supplementary)
    sealed = seal(message, LOGS, KEYS)
    assert sealed is not None
    body = ProtectedResponse(protection=_protection(ESME, target), sealed=sealed)
    return _response((Choice.ACTION, 0, Data(Tag.STRUCTURE, body.members())))


def sample(layout: Layout, step: int = 1) -> Named[ZclValue]:
    """Return a value for each field of a ZCL layout, different from field to field."""
    made: dict[str, object] = {"u8": 0x21, "u16": 0x4321, "u24": 0x654321, "u32": 0x87654321, "u48": 0xBA98_7654_3210, "utc": 946_771_200}
    made |= {"i32": -5, "os": b"Zeit", "date": ZclDate(0xFF, 0xFE, 0xFD, 0xFF), "?u8": 1, "rest": bytes(19), "thresholds": (1, 2, 1 << 47)}
    made["snapshot"] = Named(("summation", "tiers", "tiers-and-blocks", "blocks"), (1 << 47, (1, 2, 3, 4), 0x14, (5, 6, 7, 8)))
    values = {name: made[kind] for name, kind in layout.types.items()}
    if "snapshot" in layout.types.values():
        values["payload-type"] = 6
    rows = [name for name in layout.names if name not in layout.types]
    if rows:
        count = next((name for name in ("number-of-samples", "number-of-events") if name in values), None)
        values[rows[-1]] = tuple(_row(layout, number) for number in range(3))
        if count is not None:
            values[count] = 3
    return Named(layout.names, tuple(values[name] for name in layout.names))  # type: ignore[arg-type]


_ROWS: dict[str, dict[str, object]] = {
    "prices": {"tier-block-id": 0x11, "price": 1000},
    "groups": {"tier": 2, "thresholds": (1, 1 << 40)},
    "topups": {"code": b"73946144332040217315", "amount": -1, "time": 5},
    "repayments": {"collection-time": 5, "amount": 1, "debt-type": 2, "outstanding": -1},
    "entries": {"start-minutes": 60, "value": 1},
    "seasons": {"start": ZclDate(130, 1, 7, 1), "week-id": 1},
    "days": {"date": ZclDate(130, 12, 25, 0xFF), "day-id": 2},
    "events": {"log-id": 1, "event-id": 0x8002, "time": 9, "data": b""},
}


def _row(layout: Layout, number: int) -> object:
    name = layout.names[-1]
    if name == "samples" or "number-of-events" in layout.names:
        return 0x8000 + number
    if layout.names[:2] == ("command-index", "total-commands") and name == "events":
        return {"event-id": 0x8002 + number, "configuration": 0x0F}
    return _ROWS[name]


def cluster_component(cluster: int, from_server: bool, command: int, sequence: int = 0) -> Component:
    """Return a component with a sample of one cluster command."""
    kind = zcl_command(cluster, from_server, command)
    assert kind is not None
    return Component(cluster, 0x09 if from_server else 0x01, sequence, command, ClusterCommand(kind, sample(kind.layout)))


def _sealed_components() -> GbzPayload:
    """Return two components encrypted under one key, as a gas meter answers for two logs."""
    message = Message(Cra.RESPONSE, COUNTER, GSME, SUPPLIER, 0x0096, b"\x00")
    made = []
    for number, component in enumerate((cluster_component(0x0702, True, 0x06), cluster_component(0x0705, True, 0x01))):
        sealed = seal(message, component.body, KEYS)  # type: ignore[arg-type]
        assert sealed is not None
        made.append(Component(component.cluster, 0x19, number, component.command, sealed, frame_counter=number))
    return GbzPayload(tuple(made))


_ATTRIBUTES = ReadAttributesResponse(
    (
        AttributeRecord(0x0000, 0, 0x25, (1 << 48) - 1),
        AttributeRecord(0x0001, 0xC0),
        AttributeRecord(0x0002, 0, 0x41, b"octets"),
        AttributeRecord(0x0003, 0, 0x42, None),
        *(
            AttributeRecord(0x0100 + kind, 0, kind, 1)
            for kind in (0x10, 0x18, 0x19, 0x1A, 0x1B, 0x20, 0x21, 0x22, 0x23, 0x24, 0x30, 0x31, 0xE2)
        ),
        *(AttributeRecord(0x0200 + kind, 0, kind, -1) for kind in (0x28, 0x29, 0x2A, 0x2B)),
    )
)
_CELL = Named(("role", "key-usage", "cell-usage"), (2, b"\x03\x08", 1))
_PLAIN_CELL = Named(("role", "key-usage", "cell-usage"), (3, b"\x07\x80", None))
_ENTRY = {"device": PPMID, "device-type": 5}
_OUTCOME = {
    "authorising-counter": (1 << 64) - 1,
    "replacement-mode": 2,
    "counter-changes": ({"role": 2, "floor": 0, "specialist": ({"usage": 0, "counter": 5},)}, {"role": 3, "floor": 128}),
    "replacements": tuple(
        {
            "cell": cell,
            "status": 10,
            "existing-subject": SUPPLIER,
            "existing-subject-key": bytes(range(8)),
            "replacing-subject": NETWORK,
            "replacing-subject-key": bytes(range(8, 16)),
        }
        for cell in (_CELL, _PLAIN_CELL)
    ),
}
_CONTROL = {
    "replacement-mode": 8,
    "plaintext-symmetric-key": bytes(16),
    "time-based-checks": 1,
    "cell": _CELL,
    "authorising-counter": 1 << 40,
    "floor": 0,
    "specialist": ({"usage": 0, "counter": 1 << 32},),
    "counter-changes": ({"role": 2, "floor": 9},),
}
_LATER = "20300101120000Z"

ASN1_VALUES: tuple[tuple[str, int, Cra, object], ...] = (
    ("details-wanted", 0x0008, Cra.COMMAND, {"asker": _PLAIN_CELL, "roles": (0, 1, 2, 127)}),
    (
        "details",
        0x011B,
        Cra.RESPONSE,
        (
            {
                "role": 2,
                "status": 0,
                "counter": 77,
                "cells": ({"key-usage": b"\x07\x80", "cell-usage": 1, "subject": SUPPLIER, "subject-key": bytes(8)},),
            },
            {"role": 3, "status": 25},
        ),
    ),
    (
        "credentials",
        0x0102,
        Cra.COMMAND,
        {
            "control": _CONTROL,
            "replacements": ({"certificate": CERTIFICATE, "cell": _CELL},),
            "path": (CERTIFICATE, CERTIFICATE),
            "execution-time": _LATER,
        },
    ),
    (
        "credentials-now",
        0x0126,
        Cra.COMMAND,
        {"control": {"replacement-mode": 11, "authorising-counter": 5}, "replacements": (), "path": ()},
    ),
    ("credentials-accepted", 0x0100, Cra.RESPONSE, {"accepted": b""}),
    ("credentials-outcome", 0x0109, Cra.RESPONSE, {"accepted": b"", "execution-outcome": _OUTCOME}),
    ("credentials-alert", 0x0124, Cra.ALERT, {"alert-code": 0x8F67, "time": _LATER, "execution-outcome": _OUTCOME}),
    ("request-wanted", 0x000A, Cra.COMMAND, {"key-usage": b"\x07\x80"}),
    ("request", 0x000A, Cra.RESPONSE, CERTIFICATE),
    ("request-failure", 0x000A, Cra.RESPONSE, 2),
    ("certificate", 0x000B, Cra.COMMAND, CERTIFICATE),
    ("certificate-updated", 0x000B, Cra.RESPONSE, 7),
    ("certificate-wanted", 0x000C, Cra.COMMAND, {"key-usage": b"\x03\x08"}),
    ("certificate-provided", 0x000C, Cra.RESPONSE, CERTIFICATE),
    ("certificate-failure", 0x000C, Cra.RESPONSE, 3),
    ("join", 0x00AF, Cra.COMMAND, {"method": 3, "entity": PPMID, "device-type": 5, "certificate": CERTIFICATE}),
    ("join-plain", 0x000E, Cra.COMMAND, {"method": 2, "entity": PPMID, "device-type": 5}),
    ("join-response", 0x000D, Cra.RESPONSE, 13),
    ("unjoin", 0x0010, Cra.COMMAND, PPMID),
    ("unjoin-response", 0x000F, Cra.RESPONSE, 1),
    ("activate", 0x0012, Cra.COMMAND, {"image-hash": bytes(range(32)), "originator-counter": 1 << 35, "execution-time": _LATER}),
    ("activate-now", 0x0012, Cra.COMMAND, {"image-hash": bytes(32), "originator-counter": 1}),
    ("activation-accepted", 0x0012, Cra.RESPONSE, b""),
    ("activated", 0x0012, Cra.RESPONSE, {"code": 0, "firmware-version": b"\x01\x02\x03\x04"}),
    (
        "activation-alert",
        0x00CA,
        Cra.ALERT,
        {
            "alert-code": 0x8F66,
            "time": _LATER,
            "originator-counter": 7,
            "execution-outcome": {"code": 3, "firmware-version": bytes(4)},
        },
    ),
    ("details-of-join-wanted", 0x0013, Cra.COMMAND, b""),
    ("details-of-join", 0x0013, Cra.RESPONSE, {"code": 0, "entries": (_ENTRY, _ENTRY)}),
    ("details-of-join-failure", 0x0013, Cra.RESPONSE, {"code": 1}),
    ("set-clock", 0x007F, Cra.COMMAND, {"start": _LATER, "end": "20300101120100Z"}),
    ("clock-set", 0x007F, Cra.RESPONSE, {"device-time": _LATER, "status": 2}),
    ("restore-log", 0x008C, Cra.COMMAND, {"entries": (_ENTRY,)}),
    ("log-restored", 0x008C, Cra.RESPONSE, {"outcomes": ({"entry": _ENTRY, "code": 4},)}),
    ("log-backup", 0x00B2, Cra.ALERT, {"alert-code": 0x8071, "time": _LATER, "entries": (_ENTRY,) * 10}),
    (
        "transfer-alert",
        0x0128,
        Cra.ALERT,
        {"alert-code": 0x8F89, "time": _LATER, "device": PPMID, "firmware-version": bytes(4), "outcome": 2},
    ),
    ("version-wanted", 0x0129, Cra.COMMAND, b""),
    ("version", 0x0129, Cra.RESPONSE, {"firmware-version": bytes(4), "code": 1}),
    ("activation-report", 0x012B, Cra.ALERT, {"alert-code": 0x8F8B, "time": _LATER, "firmware-version": bytes(4), "outcome": 0}),
)
"""A value for every row of the ASN.1 schema, with and without what is optional."""

_RELAYED = bytes.fromhex(SUPPLIER) + (9).to_bytes(8, "big")
_UNKNOWN_PARTY = bytes.fromhex(STRANGER) + (9).to_bytes(8, "big")


def _specimens() -> list[Specimen]:
    command, response = Cra.COMMAND, Cra.RESPONSE
    made = [
        Specimen(
            name="dlms-request",
            cra=command,
            message_code=0x0019,
            device=ESME,
            critical=True,
            payload=_request(
                (Specification(Choice.GET, 3, _CLOCK, 2), _null()),
                (Specification(Choice.SET, 9000, _CLOCK, -1), _EVERY_TYPE),
                (Specification(Choice.ACTION, 9, _CLOCK, 1), _u16(1)),
            ),
        ),
        Specimen(
            name="dlms-selected-request",
            cra=command,
            message_code=0x0048,
            device=ESME,
            payload=_request(
                (Specification(Choice.GET, 8, _CLOCK, 2), _null()),
                (Specification(Choice.GET_SELECTED, 7, _LOG, 2, Selection(1, _RANGE)), _null()),
            ),
        ),
        Specimen(
            name="dlms-protected-request",
            cra=command,
            message_code=0x0034,
            device=ESME,
            payload=_request((Specification(Choice.ACTION, 30, bytes((0, 0, 43, 2, 6, 255)), 1), READ_REQUEST.data())),
        ),
        Specimen(
            name="dlms-response",
            cra=response,
            message_code=0x0048,
            device=ESME,
            payload=_response(
                (Choice.GET, 0, _EVERY_TYPE),
                (Choice.GET, 0, _FIXED_ROWS),
                (Choice.GET, 0, _RAGGED_ROWS),
                (Choice.GET, 0, _EMPTY_LOG),
                (Choice.SET, 1, _null()),
                (Choice.ACTION, 250, _null()),
            ),
        ),
        Specimen(name="dlms-protected-response", cra=response, message_code=0x0034, device=ESME, payload=_sealed_response(b"", SUPPLIER)),
        Specimen(
            name="dlms-protected-response-relayed",
            cra=response,
            message_code=0x0034,
            device=ESME,
            payload=_sealed_response(_RELAYED, ACB),
            supplementary=_RELAYED,
        ),
        Specimen(
            name="dlms-protected-response-unknown-party",
            cra=response,
            message_code=0x0034,
            device=ESME,
            payload=_sealed_response(_UNKNOWN_PARTY + (1 << 33).to_bytes(8, "big"), ACB),
            supplementary=_UNKNOWN_PARTY + (1 << 33).to_bytes(8, "big"),
        ),
        Specimen(
            name="dlms-notification-unknown-code",
            cra=Cra.ALERT,
            message_code=0x0FFF,
            device=ESME,
            critical=True,
            payload=DataNotification(
                usual_invoke_id(COUNTER), Data(Tag.STRUCTURE, (_u16(0x8F99), Data(Tag.OCTET_STRING, NOON.encode()), _EVERY_TYPE))
            ),
        ),
        Specimen(
            name="gbz-attributes",
            cra=response,
            message_code=0x0074,
            device=GSME,
            payload=GbzPayload(
                (
                    Component(0x0702, 0x00, 0, 0x00, ReadAttributes((0x0000, 0x0301))),
                    Component(0x0702, 0x08, 1, 0x01, _ATTRIBUTES),
                    Component(0x0702, 0x08, 2, 0x0B, DefaultResponse(0x0E, 0x87)),
                    Component(0x0702, 0x08, 3, 0x01, Opaque(bytes.fromhex("0000004c0001"), "attribute type 0x4C is not known")),
                )
            ),
        ),
        Specimen(
            name="gbz-from-date-time",
            cra=command,
            message_code=0x00C5,
            device=GSME,
            payload=GbzPayload(
                (
                    Component(0x0705, 0x01, 0, 0x08, cluster_component(0x0705, False, 0x08).body, from_date_time=5),
                    Component(0x0999, 0x01, 1, 0x77, Opaque(b"unknown", "command 0x77 of the client of cluster 0x0999 is not known")),
                )
            ),
        ),
        Specimen(name="gbz-encrypted", cra=response, message_code=0x0096, device=GSME, payload=_sealed_components()),
    ]
    for cluster, from_server, number, name, _ in COMMANDS:
        component = cluster_component(cluster, from_server, number)
        cra = response if from_server and name.endswith("Response") else command
        made.append(Specimen(name=f"gbz-{name}", cra=cra, message_code=0x006B, device=GSME, payload=GbzPayload((component,))))
    made += [
        Specimen(
            name=f"asn1-{name}",
            cra=cra,
            message_code=code,
            device=GPF,
            critical=True,
            payload=Asn1Payload(code, cra, value),  # type: ignore[arg-type]
        )
        for name, code, cra, value in ASN1_VALUES
    ]
    return made


def message_of(specimen: Specimen) -> bytes:
    """Return a specimen as it goes on the air: signed where critical, a Command's MAC made by the broker."""
    party = ACB if specimen.supplementary else SUPPLIER
    ends = (party, specimen.device) if specimen.cra == Cra.COMMAND else (specimen.device, party)
    payload = specimen.payload.encode()
    message = Message(specimen.cra, COUNTER, *ends, specimen.message_code, payload, supplementary=specimen.supplementary)
    if specimen.cra != Cra.COMMAND:
        return protect(message.unsigned(), critical=specimen.critical, originator=ends[0], target=ends[1], keys=KEYS)
    signing, agreed = KEYS.signing_private(party), agreed_between(KEYS, ACB, specimen.device)
    assert signing is not None
    assert agreed is not None
    signature = b"\x40" + sign(message.unsigned(), signing) if specimen.critical else b"\x00"
    apdu = message.unsigned() + signature
    return wrap(apdu, gmac(apdu, derive_key(agreed, Cra.COMMAND, party, COUNTER, specimen.device), party))


SPECIMENS = tuple(_specimens())
