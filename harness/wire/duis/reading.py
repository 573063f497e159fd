"""A log of a service user to DUIS messages, one after another, in memory that does not grow with the log."""

from __future__ import annotations

from binascii import a2b_base64
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from harness.errors import ScenarioError
from harness.vocab.alert import alert_code
from harness.wire.duis.documents import Message, messages_in
from harness.wire.duis.errors import DuisError
from harness.wire.duis.times import parse_instant
from harness.wire.duis.values import (
    NAMESPACE,
    NOT_THROTTLED,
    DccAlert,
    DeviceAlert,
    DuisMessage,
    DuisProblem,
    Element,
    FutureDated,
    Header,
    OtherMessage,
    RequestId,
    Throttled,
    Unrecognised,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.wire.duis.trees import Node

__all__ = ["read_messages"]

_T = TypeVar("_T")
_KNOWN = (
    *("Response", "Request", "Header", "Body", "RequestID", "ResponseID", "ResponseCode", "ResponseDateTime"),
    *("DeviceAlertMessage", "AlertCode", "ThrottledAlertSequenceId", "ThrottledAlertCount", "GBCSPayload"),
    *("DCCAlertMessage", "DCCAlertCode", "DCCAlert", "ResponseMessage", "ServiceReference", "ServiceReferenceVariant"),
    *("FutureDatedDeviceAlertMessage", "FutureDatedAlertCode", "InstructionNumber", "TotalCommandInstructions"),
)
_NAMES = {namespace: {f"{namespace}}}{name}" if namespace else name: name for name in _KNOWN} for namespace in (NAMESPACE, "")}
"""For each namespace that a message may be in: names as the parser gives them, and without it."""
_SPACE = " \t\r\n"
_DIGITS = 20
"""As many as the largest number of 64 bits has."""


def read_messages(stream: BinaryIO) -> Iterator[DuisMessage | DuisProblem]:
    """Yield every DUIS message of a log in its order, and a problem for every part of it that could not be read as one.

    The log is XML: one document or many, in UTF-8, UTF-16, US-ASCII, ISO-8859-1 or Windows-1252, whatever stands around the
    messages. Nothing is raised for what a log holds; errors of the stream itself pass through.
    """
    for message in messages_in(stream):
        if isinstance(message, DuisProblem):
            yield message
            continue
        try:
            yield _Reading(message).value()
        except DuisError as error:
            yield DuisProblem(error=error, line=message.line, column=message.column)


class _Reading:
    """One message on its way from a tree to a value, with what could not be placed so far."""

    __slots__ = ("_message", "_names", "_namespace", "_unrecognised")

    def __init__(self, message: Message) -> None:
        self._message = message
        self._namespace = message.root.name.rpartition("}")[0]
        self._names = _NAMES[self._namespace]
        self._unrecognised: list[Unrecognised] = []

    def value(self) -> DuisMessage:
        """Return the message; raises :class:`DuisError` where it lacks what makes it one, or its octets cannot be had."""
        root = self._message.root
        parts = self._parts(root, ("Header", "Body"))
        header = self._header(self._needed(root, parts, "Header"))
        body = self._needed(root, parts, "Body")
        if body.children and self._name(root) == "Response":
            carrier, name = body.children[0], self._name(body.children[0])
            if name == "DeviceAlertMessage":
                return self._device_alert(header, body, carrier, None)
            if name == "DCCAlertMessage":
                return self._dcc_alert(header, body, carrier)
            if name == "ResponseMessage":
                for child in carrier.children:
                    if self._name(child) == "FutureDatedDeviceAlertMessage":
                        return self._device_alert(header, body, child, carrier)
        return self._other(header, body)

    def _device_alert(self, header: Header, body: Node, alert: Node, response: Node | None) -> DeviceAlert:
        if response is None:
            code, known = "AlertCode", ("AlertCode", "ThrottledAlertSequenceId", "ThrottledAlertCount", "GBCSPayload")
        else:
            code, known = "FutureDatedAlertCode", ("FutureDatedAlertCode", "GBCSPayload", "InstructionNumber", "TotalCommandInstructions")
        parts = self._parts(alert, known)
        payload = self._octets(self._needed(alert, parts, "GBCSPayload"))
        alert_is = self._read(alert, parts, code, alert_code)
        throttled = self._throttled(alert, parts)
        future_dated = None if response is None else self._future_dated(response, alert, parts)
        self._set_aside(body, body.children[1:])
        return DeviceAlert(
            header=header,
            alert_code=alert_is,
            payload=payload,
            throttled=throttled,
            future_dated=future_dated,
            signed=self._message.signed,
            simulated=self._message.simulated,
            unrecognised=tuple(self._unrecognised),
            line=self._message.line,
            column=self._message.column,
        )

    def _future_dated(self, response: Node, alert: Node, parts: dict[str, Node]) -> FutureDated:
        names = self._parts(response, ("ServiceReference", "ServiceReferenceVariant", "FutureDatedDeviceAlertMessage"))
        return FutureDated(
            service_reference=_text(names.get("ServiceReference")),
            service_reference_variant=_text(names.get("ServiceReferenceVariant")),
            instruction=self._read(alert, parts, "InstructionNumber", _number),
            instructions=self._read(alert, parts, "TotalCommandInstructions", _number),
        )

    def _dcc_alert(self, header: Header, body: Node, alert: Node) -> DccAlert:
        parts = self._parts(alert, ("DCCAlertCode", "ThrottledAlertSequenceId", "ThrottledAlertCount", "DCCAlert"))
        code = _text(parts.get("DCCAlertCode"))
        if not code:
            raise self._problem(alert, "an element DCCAlertMessage without a code", "an element DCCAlertCode, such as one with 'N24'")
        throttled = self._throttled(alert, parts)
        content = parts["DCCAlert"].children if "DCCAlert" in parts else []
        self._set_aside(body, body.children[1:])
        return DccAlert(
            header=header,
            code=code,
            content=tuple(map(_element, content)),
            throttled=throttled,
            signed=self._message.signed,
            simulated=self._message.simulated,
            unrecognised=tuple(self._unrecognised),
            line=self._message.line,
            column=self._message.column,
        )

    def _other(self, header: Header, body: Node) -> OtherMessage:
        return OtherMessage(
            header=header,
            name=_element(body.children[0]).name if body.children else "",
            payloads=tuple(map(self._octets, self._payloads(body))),
            body=tuple(map(_element, body.children)),
            signed=self._message.signed,
            simulated=self._message.simulated,
            unrecognised=tuple(self._unrecognised),
            line=self._message.line,
            column=self._message.column,
        )

    def _header(self, node: Node) -> Header:
        parts = self._parts(node, ("RequestID", "ResponseID", "ResponseCode", "ResponseDateTime"))
        return Header(
            request_id=self._read(node, parts, "RequestID", RequestId.parse),
            response_id=self._read(node, parts, "ResponseID", RequestId.parse),
            response_code=_text(parts.get("ResponseCode")),
            response_time=self._read(node, parts, "ResponseDateTime", parse_instant),
            schema_version=self._message.root.attributes.get("schemaVersion", ""),
            namespace=self._namespace,
        )

    def _throttled(self, node: Node, parts: dict[str, Node]) -> Throttled:
        sequence = self._read(node, parts, "ThrottledAlertSequenceId", _number)
        count = self._read(node, parts, "ThrottledAlertCount", _number)
        return NOT_THROTTLED if sequence is None and count is None else Throttled(sequence=sequence, count=count)

    def _payloads(self, node: Node) -> Iterator[Node]:
        """Yield the elements beneath that hold a GBCS message."""
        for child in node.children:
            if self._name(child) == "GBCSPayload" and not child.children:
                yield child
            yield from self._payloads(child)

    def _parts(self, node: Node, known: tuple[str, ...]) -> dict[str, Node]:
        """Return an element's children of known names, the first of each, and set the others aside."""
        parts: dict[str, Node] = {}
        for child in node.children:
            name = self._name(child)
            if name in known and name not in parts:
                parts[name] = child
            else:
                self._set_aside(node, [child])
        return parts

    def _set_aside(self, holder: Node, nodes: list[Node], why: str = "not known here") -> None:
        self._unrecognised += [Unrecognised(within=self._name(holder), element=_element(node), why=why) for node in nodes]

    def _needed(self, holder: Node, parts: dict[str, Node], name: str) -> Node:
        found = parts.get(name)
        if found is None:
            raise self._problem(holder, f"an element {self._name(holder)} without {name}", f"an element {name}")
        return found

    def _read(self, holder: Node, parts: dict[str, Node], name: str, parse: Callable[[str], _T]) -> _T | None:
        """Read an element's text; where it is not what belongs there, set the element aside."""
        node = parts.get(name)
        if node is None:
            return None
        try:
            return parse(_text(node))
        except ScenarioError as error:
            why = error.what
        except ValueError as error:
            why = str(error)
        self._set_aside(holder, [node], why)
        return None

    def _octets(self, node: Node) -> bytes:
        try:
            octets = a2b_base64("".join(_text(node).split()), strict_mode=True)
        except ValueError as error:
            raise self._problem(node, f"{self._name(node)} is not base64 ({error})", "the octets of a GBCS message in base64") from None
        if not octets:
            raise self._problem(node, f"{self._name(node)} is empty", "the octets of a GBCS message in base64")
        return octets

    def _name(self, node: Node) -> str:
        """Return the name of an element of DUIS that is known here, or an empty string."""
        return self._names.get(node.name, "")

    def _problem(self, node: Node, what: str, expected: str) -> DuisError:
        line, column = self._message.position(node)
        return DuisError(what, line=line, column=column, expected=expected)


def _text(node: Node | None) -> str:
    return "" if node is None else "".join(node.texts).strip(_SPACE)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS or (number := int(text)) >> 64:
        raise ValueError("not a whole number of at most 64 bits")
    return number


def _element(node: Node) -> Element:
    namespace, _, name = node.name.rpartition("}")
    return Element(
        name=name,
        namespace=namespace,
        attributes=tuple(sorted(node.attributes.items())),
        text=_text(node),
        children=tuple(map(_element, node.children)),
    )
