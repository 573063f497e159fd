"""DUIS messages written: one line of UTF-8, the same octets for the same value, and no XML signature.

A signature is the DCC's to make, so ``signed`` is not written. What was set aside when a message was read is written at the
end of the element that held it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from harness.wire.duis.errors import DuisError
from harness.wire.duis.times import instant_text
from harness.wire.duis.values import NOT_THROTTLED, SIMULATED

if TYPE_CHECKING:
    from harness.wire.duis.values import DccAlert, DeviceAlert, Element, RequestId, Throttled

__all__ = ["write_dcc_alert", "write_device_alert"]

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_XML_NAMESPACE: Final = "http://www.w3.org/XML/1998/namespace"
_START: Final = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff"
    "\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME: Final = re.compile(f"[{_START}][{_START}0-9.\xb7\u0300-\u036f\u203f\u2040-]*")
"""NCName of "Namespaces in XML 1.0"."""
_NO_CHARACTER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE: Final = " \t\r\n"
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;"})
_ATTRIBUTE: Final = _TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;"})


def write_device_alert(alert: DeviceAlert) -> bytes:
    """Write a device alert, in the element that carries those about future-dated commands where it is one of them.

    Raises :class:`DuisError` where a value has no place in the message.
    """
    if not alert.payload:
        raise DuisError("a device alert without octets", expected="the GBCS message that the device sent")
    envelope = _Envelope(alert)
    code = None if alert.alert_code is None else f"{_unsigned(alert.alert_code, 16):04X}"
    payload = envelope.leaf("GBCSPayload", b64encode(alert.payload).decode())
    if (command := alert.future_dated) is None:
        return envelope.message("DeviceAlertMessage", envelope.leaf("AlertCode", code) + envelope.throttled(alert.throttled) + payload)
    if alert.throttled != NOT_THROTTLED:
        raise DuisError("a future-dated alert that was throttled", expected="throttling fields in other device alerts only")
    parts = (
        envelope.leaf("FutureDatedAlertCode", code),
        payload,
        envelope.number("InstructionNumber", command.instruction),
        envelope.number("TotalCommandInstructions", command.instructions),
    )
    service = envelope.leaf("ServiceReference", command.service_reference)
    variant = envelope.leaf("ServiceReferenceVariant", command.service_reference_variant)
    return envelope.message("ResponseMessage", service + variant + envelope.holder("FutureDatedDeviceAlertMessage", "".join(parts)))


def write_dcc_alert(alert: DccAlert) -> bytes:
    """Write an alert of the DCC; raises :class:`DuisError` where a value has no place in the message."""
    if not alert.code:
        raise DuisError("a DCC alert without a code", expected="one, such as 'N24'")
    envelope = _Envelope(alert)
    content = envelope.holder("DCCAlert", "".join(map(envelope.element, alert.content)))
    return envelope.message("DCCAlertMessage", envelope.leaf("DCCAlertCode", alert.code) + envelope.throttled(alert.throttled) + content)


class _Envelope:
    """What every message has, in the namespace of its header, with what was set aside when it was read."""

    __slots__ = ("_aside", "_header", "_prefix", "_simulated")

    def __init__(self, alert: DeviceAlert | DccAlert) -> None:
        self._header = alert.header
        self._prefix = "sr:" if alert.header.namespace else ""
        self._simulated = f"<?{SIMULATED} by smets-harness?>" if alert.simulated else ""
        self._aside: dict[str, list[Element]] = {}
        for one in alert.unrecognised:
            self._aside.setdefault(one.within, []).append(one.element)

    def message(self, carrier: str, parts: str) -> bytes:
        """Return the whole document, its body's element being ``carrier``."""
        header = self._header
        attributes = f' xmlns:sr="{_attribute(header.namespace)}"' if header.namespace else ""
        if header.schema_version:
            attributes += f' schemaVersion="{_attribute(header.schema_version)}"'
        content = self._head() + self.holder("Body", self.holder(carrier, parts)) + self._simulated
        message = _DECLARATION + self.holder("Response", content, attributes)
        if self._aside:
            raise DuisError(f"an element set aside within '{next(iter(self._aside))}'", expected="within an element of the message")
        return message.encode()

    def holder(self, name: str, parts: str, attributes: str = "") -> str:
        """Return an element of DUIS that holds others, with what was set aside within it at its end."""
        aside = "".join(map(self.element, self._aside.pop(name, ())))
        return f"<{self._prefix}{name}{attributes}>{parts}{aside}</{self._prefix}{name}>"

    def leaf(self, name: str, text: str | None) -> str:
        """Return an element of DUIS that holds a text; nothing where there is none."""
        return f"<{self._prefix}{name}>{_text(text)}</{self._prefix}{name}>" if text else ""

    def number(self, name: str, value: int | None) -> str:
        """Return an element of DUIS that holds a number; nothing where there is none."""
        return "" if value is None else self.leaf(name, str(_unsigned(value, 64)))

    def throttled(self, throttled: Throttled) -> str:
        """Return what is said of alerts that were held back."""
        return self.number("ThrottledAlertSequenceId", throttled.sequence) + self.number("ThrottledAlertCount", throttled.count)

    def element(self, element: Element) -> str:
        """Return any element, each namespace other than the message's declared where it is used."""
        name = _name(element.name)
        declared = ""
        if element.namespace:
            name = f"{'sr' if element.namespace == self._header.namespace else 'x'}:{name}"
            if element.namespace != self._header.namespace:
                declared = f' xmlns:x="{_attribute(element.namespace)}"'
        for number, (attribute, value) in enumerate(element.attributes):
            namespace, _, local = attribute.rpartition("}")
            prefix = "xml:" if namespace == _XML_NAMESPACE else f"a{number}:" if namespace else ""
            if namespace and namespace != _XML_NAMESPACE:
                declared += f' xmlns:a{number}="{_attribute(namespace)}"'
            declared += f' {prefix}{_name(local)}="{_attribute(value)}"'
        return f"<{name}{declared}>{_text(element.text)}{''.join(map(self.element, element.children))}</{name}>"

    def _head(self) -> str:
        header = self._header
        try:
            when = None if header.response_time is None else instant_text(header.response_time)
        except ValueError as error:
            raise DuisError(f"response time {header.response_time}: {error}", expected="nanoseconds since 2000") from None
        return self.holder(
            "Header",
            self.leaf("RequestID", _identity(header.request_id))
            + self.leaf("ResponseID", _identity(header.response_id))
            + self.leaf("ResponseCode", header.response_code)
            + self.leaf("ResponseDateTime", when),
        )


def _identity(identity: RequestId | None) -> str | None:
    if identity is None:
        return None
    _unsigned(identity.counter, 64)
    return identity.text()


def _unsigned(value: int, bits: int) -> int:
    if value < 0 or value >> bits:
        raise DuisError(f"number {value}", expected=f"an unsigned number of {bits} bits")
    return value


def _text(text: str) -> str:
    if text.strip(_SPACE) != text:
        raise DuisError(f"white space around {text!r}", expected="a text without it: it is not kept when read")
    return _characters(text).translate(_TEXT)


def _attribute(text: str) -> str:
    return _characters(text).translate(_ATTRIBUTE)


def _characters(text: str) -> str:
    found = _NO_CHARACTER.search(text)
    if found is not None:
        raise DuisError(f"character {found[0]!r}", expected="characters that XML can hold")
    return text


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise DuisError(f"{name!r} is no name of an element or attribute", expected="an XML name without a colon")
    return name
