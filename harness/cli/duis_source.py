"""Messages out of DUIS XML, with what the envelope says of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cli.message_sources import Given
from harness.vocab.alert import code_text
from harness.wire.duis import DccAlert, DeviceAlert, DuisProblem, read_messages
from harness.wire.duis.dcc_alerts import dcc_alert_told
from harness.wire.duis.times import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from harness.vocab.canonical import Json
    from harness.wire.duis import DuisMessage, Element

__all__ = ["duis_messages"]


def duis_messages(name: str, stream: BinaryIO) -> Iterator[Given]:
    """Yield the GBCS messages in a log of DUIS messages; a DUIS message without one is an entry of its own."""
    for message in read_messages(stream):
        where = f"{name}:{message.line}:{message.column}"
        if isinstance(message, DuisProblem):
            yield Given(where=where, problem=message.error)
            continue
        carrier = _carrier(message)
        payloads = (message.payload,) if isinstance(message, DeviceAlert) else () if isinstance(message, DccAlert) else message.payloads
        if not payloads:
            yield Given(where=where, carrier=carrier)
        for number, payload in enumerate(payloads, 1):
            yield Given(where=where if len(payloads) == 1 else f"{where}, payload {number}", octets=payload, carrier=carrier)


def _carrier(message: DuisMessage) -> dict[str, Json]:
    header = message.header
    told: dict[str, Json] = {"kind": "DUIS"}
    if isinstance(message, DeviceAlert):
        told |= {"message": "DeviceAlert", "alert-code": None if message.alert_code is None else code_text(message.alert_code)}
        told |= {"throttled-sequence": message.throttled.sequence, "throttled-count": message.throttled.count}
    elif isinstance(message, DccAlert):
        told |= {"message": "DCCAlert", "alert-code": message.code, "meaning": dcc_alert_told(message.code)}
        told["content"] = [_element(element) for element in message.content]
    else:
        told["message"] = message.name
    for name, party in (("request-id", header.request_id), ("response-id", header.response_id)):
        told[name] = None if party is None else party.text()
    told["response-code"] = header.response_code
    told["response-time"] = _instant(header.response_time)
    told["unrecognised"] = [f"{one.element.name} in {one.within}: {one.why}" for one in message.unrecognised]
    return told


def _instant(instant: int | None) -> str | None:
    """Write when the DCC sent it; ``None`` where that is not told, or beyond the calendar once its time zone is taken off."""
    try:
        return None if instant is None else instant_text(instant)
    except ValueError:
        return None


def _element(element: Element) -> Json:
    return {"name": element.name, "text": element.text, "content": [_element(child) for child in element.children]}
