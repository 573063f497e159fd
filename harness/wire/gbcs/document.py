"""A message as JSON, and back: ``message_from(Place(message_json(...)))`` is the same message, octet for octet.

::

    {"kind": "Alert", "originator-counter": "4886718345", "originator": "02a5…", "target": "02a5…", "message-code": "0x00F0",
     "date-time": null, "supplementary": null, "payload": {…}, "signature": "", "mac": "0a1b…"}

Counters are text, because they have 64 bits. A signature is 128 digits, ``""`` where its length is 00, ``null`` where even the length is
absent (a bare pre-command); a MAC is 24 digits or ``null``. The payload is an object with one member, which tells what it is:

======================= ===========================================================================================
``access-request``      DLMS: ``invoke-id``, ``items`` (:mod:`harness.wire.gbcs.document_dlms`)
``access-response``
``data-notification``   DLMS alert without a known layout: ``invoke-id``, ``data``
``alert``               alert with a known layout: ``profile``, ``alert-code``, ``time``, ``body`` (``document_alert``)
``gbz``                 ``components`` (:mod:`harness.wire.gbcs.document_gbz`)
``gbz-alert``           GBZ alert without a known layout: ``alert-code``, ``time``, ``count``, ``components``, ``body``
``asn1``                ``value`` (:mod:`harness.wire.gbcs.document_asn1`), ``length-forms`` where they are not the usual ones
``octets``              whatever is not known, or breaks the rules of its profile
======================= ===========================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.access import AccessRequest, AccessResponse, DataNotification
from harness.wire.gbcs.asn1_schema import Asn1Payload, asn1_type
from harness.wire.gbcs.components import GbzAlert, GbzPayload
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.document_alert import alert_from, alert_json
from harness.wire.gbcs.document_asn1 import asn1_from, asn1_json
from harness.wire.gbcs.document_dlms import data_from, data_json, request_from, request_json, response_from, response_json
from harness.wire.gbcs.document_gbz import component_from, component_json
from harness.wire.gbcs.json_place import DocumentError, Place
from harness.wire.gbcs.message import MAC_SIZE, SIGNATURE_SIZE, Cra, Message
from harness.wire.gbcs.spelling import date_time_from, date_time_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.vocab.canonical import Json
    from harness.wire.gbcs.alerts import AlertPayload
    from harness.wire.gbcs.payloads import Payload

__all__ = ["message_from", "message_json"]

_KINDS = {cra.name.title(): int(cra) for cra in Cra}
_MEMBERS = (
    "kind",
    "originator-counter",
    "originator",
    "target",
    "message-code",
    "date-time",
    "supplementary",
    "payload",
    "signature",
    "mac",
)
_PARTY, _COUNTER, _SECOND, _CERTIFICATE = "remote-party", "remote-party-counter", "originator-counter", "certificate"
_PAYLOADS = ("access-request", "access-response", "data-notification", "alert", "gbz", "gbz-alert", "asn1", "octets")


def message_json(message: Message, payload: Payload | None, alert: AlertPayload | None) -> dict[str, Json]:
    """Write a message; ``payload`` and ``alert`` are its payload as it was read, ``None`` where it could not be."""
    return {
        "kind": Cra(message.cra).name.title(),
        "originator-counter": str(message.counter),
        "originator": message.originator,
        "target": message.target,
        "message-code": f"0x{message.message_code:04X}",
        "date-time": date_time_text(CosemDateTime.decode(message.date_time)) if message.date_time else None,
        "supplementary": _supplementary_json(message),
        "payload": _payload_json(message, payload, alert),
        "signature": None if message.signature is None else message.signature.hex(),
        "mac": None if message.mac is None else message.mac.hex(),
    }


def message_from(place: Place) -> Message:
    """Read a message; raises :class:`DocumentError` naming the path of whatever is missing, unknown or of another type."""
    members = place.members(_MEMBERS, _MEMBERS)
    cra = members["kind"].named(_KINDS)
    if cra not in _KINDS.values():
        raise members["kind"].fault(", ".join(_KINDS))
    code = members["message-code"].unsigned(2)
    signature, mac, date_time = members["signature"], members["mac"], members["date-time"]
    return Message(
        cra=cra,
        counter=members["originator-counter"].unsigned(8),
        originator=members["originator"].eui64(),
        target=members["target"].eui64(),
        message_code=code,
        payload=_payload_from(members["payload"], cra, code),
        date_time=b"" if date_time.value is None else date_time_from(date_time).encode(),
        supplementary=_supplementary_from(members["supplementary"]),
        signature=None if signature.value is None else signature.octets(SIGNATURE_SIZE if signature.value else 0),
        mac=None if mac.value is None else mac.octets(MAC_SIZE),
    )


def _supplementary_json(message: Message) -> Json:
    if not message.supplementary:
        return None
    told: dict[str, Json] = {_PARTY: message.supplementary_party}
    if message.supplementary_counter is not None:
        told[_COUNTER] = str(message.supplementary_counter)
    if message.supplementary_originator_counter is not None:
        told[_SECOND] = str(message.supplementary_originator_counter)
    if message.certificate is not None:
        told[_CERTIFICATE] = message.certificate.hex()
    return told


def _supplementary_from(place: Place) -> bytes:
    """Read the supplementary fields: a party, its counter, and then a second counter or a certificate."""
    if place.value is None:
        return b""
    members = place.members((_PARTY, _COUNTER, _SECOND, _CERTIFICATE), (_PARTY,))
    octets = bytes.fromhex(members[_PARTY].eui64())
    if _COUNTER not in members:
        place.members((_PARTY,))
        return octets
    octets += members[_COUNTER].unsigned(8).to_bytes(8, "big")
    if _SECOND in members and _CERTIFICATE in members:
        raise DocumentError(place.path, f"both '{_SECOND}' and '{_CERTIFICATE}'", expected="one of them at most")
    if _SECOND in members:
        octets += members[_SECOND].unsigned(8).to_bytes(8, "big")
    return octets + (members[_CERTIFICATE].octets() if _CERTIFICATE in members else b"")


def _payload_json(message: Message, payload: Payload | None, alert: AlertPayload | None) -> Json:
    if alert is not None and alert.known:
        return {"alert": alert_json(alert)}
    match payload:
        case AccessRequest():
            return {"access-request": request_json(payload)}
        case AccessResponse():
            return {"access-response": response_json(payload)}
        case DataNotification():
            return {"data-notification": {"invoke-id": f"0x{payload.invoke_id:08X}", "data": data_json(payload.data)}}
        case GbzPayload():
            return {"gbz": {"components": [component_json(component) for component in payload.components]}}
        case GbzAlert():
            return {"gbz-alert": _gbz_alert_json(payload)}
        case Asn1Payload():
            forms = {"length-forms": list(payload.length_forms)} if payload.length_forms else {}
            return {"asn1": {"value": asn1_json(payload.value), **forms}}
    return {"octets": message.payload.hex()}


def _gbz_alert_json(payload: GbzAlert) -> Json:
    return {
        "alert-code": f"0x{payload.code:04X}",
        "time": payload.time,
        "count": payload.count,
        "components": [component_json(component) for component in payload.components],
        "body": payload.body.hex(),
    }


def _payload_from(place: Place, cra: int, message_code: int) -> bytes:
    """Read a payload and write its octets."""
    name, inner = place.only(_PAYLOADS)
    if name == "octets":
        return inner.octets()
    if name == "asn1":
        return _asn1_octets(inner, cra, message_code)
    if name == "alert":
        return alert_from(inner, message_code)
    payload = _READERS[name](inner)
    try:
        return payload.encode()
    except (ValueError, OverflowError) as error:
        raise DocumentError(inner.path, f"cannot be written: {error}", expected="values that fit their fields") from None


def _asn1_octets(place: Place, cra: int, message_code: int) -> bytes:
    kind = asn1_type(message_code, cra)
    if kind is None:
        raise DocumentError(place.path, f"no ASN.1 structure of message code 0x{message_code:04X} is known", expected="'octets'")
    members = place.members(("value", "length-forms"), ("value",))
    forms = tuple([form.integer(0, 4) for form in members["length-forms"].items()]) if "length-forms" in members else ()
    value = asn1_from(members["value"], kind)
    try:
        return Asn1Payload(message_code, cra, value, forms).encode()
    except (ValueError, OverflowError) as error:
        expected = "length forms of the same structure, or none" if forms else "values that fit their types"
        raise DocumentError(place.path, f"cannot be written: {error}", expected=expected) from None


def _notification_from(place: Place) -> DataNotification:
    members = place.members(("invoke-id", "data"), ("invoke-id", "data"))
    return DataNotification(members["invoke-id"].unsigned(4), data_from(members["data"]))


def _gbz_from(place: Place) -> GbzPayload:
    members = place.members(("components",), ("components",))
    return GbzPayload(tuple([component_from(component) for component in members["components"].items()]))


def _gbz_alert_from(place: Place) -> GbzAlert:
    names = ("alert-code", "time", "count", "components", "body")
    members = place.members(names, names)
    return GbzAlert(
        code=members["alert-code"].unsigned(2),
        time=members["time"].unsigned(4),
        components=tuple([component_from(component) for component in members["components"].items()]),
        body=members["body"].octets(),
        count=members["count"].unsigned(1),
    )


_READERS: dict[str, Callable[[Place], AccessRequest | AccessResponse | DataNotification | GbzPayload | GbzAlert]] = {
    "access-request": request_from,
    "access-response": response_from,
    "data-notification": _notification_from,
    "gbz": _gbz_from,
    "gbz-alert": _gbz_alert_from,
}
