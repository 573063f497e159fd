"""The few configuration commands that users send in a trial, both ways: built for a device, and obeyed by it.

=======  ======  ====  ==========================================================================================
ECS25a   0x00AC  ESME  WAN alerts that the supplier switches: mask and action, 256 bits each
ECS25b   0x00B0  ESME  WAN alerts that the network operator switches, likewise
ECS29c   0x00D1  ESME  voltage thresholds and measurement periods, counters not reset
GCS20    0x00AD  GSME  event configuration: one octet for a list of codes
=======  ======  ====  ==========================================================================================

All of them are non-critical: the Access Control Broker puts its MAC on them. Objects, attributes and their order
are those of the public use-case tables and of the reference messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Final

from harness.errors import InternalError, WireError
from harness.vocab.time import SECOND
from harness.wire.gbcs.axdr import decode_items
from harness.wire.gbcs.crypto import Check, Purpose, agreed_between, authenticate, derive_key, gmac, protect
from harness.wire.gbcs.dlms import BitString, Data, Tag
from harness.wire.gbcs.message import Cra, Message, Profile, wrap
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comms_hub_sim.credentials import Credentials
    from harness.vocab.identity import Eui64

__all__ = [
    "USE_CASES",
    "AlertBits",
    "Command",
    "EventOctet",
    "UseCase",
    "VoltageSetting",
    "answer",
    "build_command",
    "event_configuration",
    "read_command",
    "voltage_thresholds",
    "wan_alerts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """One kind of command: its message code, who sends it, which role obeys it."""

    message_code: int
    party: str
    role: str


USE_CASES: Final = {
    "ecs25a": UseCase(message_code=0x00AC, party="supplier", role="esme"),
    "ecs25b": UseCase(message_code=0x00B0, party="network-operator", role="esme"),
    "ecs29c": UseCase(message_code=0x00D1, party="network-operator", role="esme"),
    "gcs20": UseCase(message_code=0x00AD, party="supplier", role="gsme"),
}
"""By their names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertBits:
    """Take over ``action`` for the codes whose bits are in ``mask``."""

    scope: str
    mask: int
    action: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoltageSetting:
    """Set one threshold (mV) or period (ns) of the average-voltage monitoring."""

    name: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOctet:
    """Set the event configuration octet of these codes."""

    octet: int
    codes: tuple[int, ...]


Write = AlertBits | VoltageSetting | EventOctet


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as its device understood it, its protection checked."""

    message: Message
    writes: tuple[Write, ...]
    parts: int
    """Specifications or components, each of which the response answers."""


_BITS: Final = {
    "supplier": (1, bytes.fromhex("001e61620bff"), 2),
    "network-operator": (1, bytes.fromhex("002161620bff"), 2),
}
_SCOPES: Final = {place: scope for scope, place in _BITS.items()}
_PERIOD: Final = 7, bytes.fromhex("0100201800ff"), 4
_OVER: Final = 1, bytes.fromhex("010020230004"), 2
_UNDER: Final = 1, bytes.fromhex("0100201f0004"), 2
_QUALITY: Final = tuple(
    (71, bytes.fromhex(f"000011000{number}ff"), attribute, value)
    for number, threshold in ((1, 264), (2, 180), (3, 207), (4, 258))
    for attribute, value in ((4, threshold), (6, 30))
)
"""Extreme over, extreme under, sag, swell: threshold in volts and period; written as ECS29c has it, not modelled."""

_SET: Final = 2
_SPECIFICATION = Struct(">BH6sb")
_COMPONENT = Struct(">BHH")
_EVENT_CONFIGURATION = Struct("<IIBBB")
_DEVICE_MANAGEMENT, _SET_EVENT_CONFIGURATION, _DEFAULT_RESPONSE = 0x0708, 0x04, 0x0B
_BY_LIST: Final = 0x00
_VOLT: Final = 1_000


def wan_alerts(scope: str, on: Sequence[int], off: Sequence[int], counter: int) -> bytes:
    """Return the payload that switches codes on and off (ECS25a, ECS25b)."""
    mask = sum(1 << (code & 0xFF) for code in {*on, *off})
    action = sum(1 << (code & 0xFF) for code in set(on))
    bits = Data(Tag.BIT_STRING, BitString(512, (mask << 256 | action).to_bytes(64, "big")))
    return _access_request(counter, ((*_BITS[scope], bits),))


def voltage_thresholds(over: int, under: int, period: int, counter: int) -> bytes:
    """Return the payload that sets thresholds (mV, sent in whole volts) and averaging period (ns, sent in seconds)."""
    values = (
        (*_PERIOD, period // SECOND),
        *_QUALITY,
        (*_OVER, over // _VOLT),
        (*_UNDER, under // _VOLT),
    )
    return _access_request(
        counter, tuple((kind, obis, attribute, Data(Tag.DOUBLE_LONG_UNSIGNED, value)) for kind, obis, attribute, value in values)
    )


def event_configuration(settings: Sequence[tuple[int, Sequence[int]]], counter: int) -> bytes:
    """Return the payload that sets octets for lists of a gas meter's codes (GCS20): a component for each list in use, one at least."""
    used = [(octet, codes) for octet, codes in settings if codes] or list(settings[:1])
    payload = b"\x01\x09" + bytes((len(used),))
    for number, (octet, codes) in enumerate(used):
        events = b"".join(code.to_bytes(2, "little") for code in codes)
        head = bytes((0x09, number, _SET_EVENT_CONFIGURATION))
        zcl = head + _EVENT_CONFIGURATION.pack(counter & 0xFFFF_FFFF, 0, octet, _BY_LIST, len(codes)) + events
        payload += _COMPONENT.pack(number == len(used) - 1, _DEVICE_MANAGEMENT, len(zcl)) + zcl
    return payload


def _access_request(counter: int, sets: tuple[tuple[int, bytes, int, Data], ...]) -> bytes:
    specifications = b"".join(_SPECIFICATION.pack(_SET, kind, obis, attribute) for kind, obis, attribute, _ in sets)
    count = bytes((len(sets),))
    return b"\xd9" + _invoke_id(counter) + b"\x00" + count + specifications + count + b"".join(data.encode() for *_, data in sets)


def _invoke_id(counter: int) -> bytes:
    return (0x2000_0000 | counter & 0xFF_FFFF).to_bytes(4, "big")


def build_command(use_case: UseCase, device: Eui64, counter: int, payload: bytes, credentials: Credentials) -> bytes:
    """Return a command from its sender to a device, with the Access Control Broker's MAC on it."""
    party = credentials.of[use_case.party]
    message = Message(
        cra=Cra.COMMAND, counter=counter, originator=party, target=device, message_code=use_case.message_code, payload=payload
    )
    agreed = agreed_between(credentials.keys, credentials.of["acb"], device)
    if agreed is None:
        raise InternalError(f"no agreement keys of the ACB and {device}", where="command.send")
    apdu = message.signed()
    return wrap(apdu, gmac(apdu, derive_key(agreed, Purpose.COMMAND_MAC, party, counter, device), party))


def read_command(octets: bytes, device: Eui64, credentials: Credentials) -> Command | None:
    """Return a command that a device is to obey; ``None`` for anything else, and where its MAC does not match."""
    try:
        message = decode_message(octets)
    except WireError:
        return None
    if message.cra != Cra.COMMAND or message.target != device:
        return None
    if authenticate(message, credentials.keys, broker=credentials.of["acb"]).mac is not Check.VALID:
        return None
    if message.profile is Profile.GBZ:
        return Command(message=message, writes=tuple(_event_octets(message.payload)), parts=message.payload[2])
    return Command(message=message, writes=tuple(_sets(message.payload)), parts=message.payload[6])


def answer(command: Command, credentials: Credentials) -> bytes:
    """Return the response that all parts of a command were carried out."""
    asked, parts = command.message, command.parts
    if asked.profile is Profile.GBZ:
        payload = b"\x01\x09" + bytes((parts,))
        for number in range(parts):
            done = bytes((0x00, number, _DEFAULT_RESPONSE, _SET_EVENT_CONFIGURATION, 0x00))
            payload += _COMPONENT.pack(number == parts - 1, _DEVICE_MANAGEMENT, len(done)) + done
    else:
        count = bytes((parts,))
        payload = b"\xda" + asked.payload[1:5] + b"\x00\x00" + count + bytes(parts) + count + bytes((_SET, 0)) * parts
    response = Message(
        cra=Cra.RESPONSE,
        counter=asked.counter,
        originator=asked.target,
        target=asked.originator,
        message_code=asked.message_code,
        payload=payload,
    )
    keys = credentials.keys
    return protect(response.unsigned(), critical=False, originator=asked.target, target=asked.originator, keys=keys)


def _sets(payload: bytes) -> Iterator[Write]:
    """Yield what an access-request sets, of the objects that are modelled."""
    count = payload[6]
    start = 7 + count * _SPECIFICATION.size
    values = decode_items(payload[start + 1 :])
    for number, data in enumerate(values):
        _, kind, obis, attribute = _SPECIFICATION.unpack_from(payload, 7 + number * _SPECIFICATION.size)
        match (kind, obis, attribute), data.value:
            case place, BitString() as bits if place in _SCOPES:
                both = int.from_bytes(bits.octets, "big")
                yield AlertBits(scope=_SCOPES[place], mask=both >> 256, action=both & (1 << 256) - 1)
            case place, int(value) if place == _PERIOD:
                yield VoltageSetting(name="period", value=value * SECOND)
            case place, int(value) if place in (_OVER, _UNDER):
                yield VoltageSetting(name="over" if place == _OVER else "under", value=value * _VOLT)


def _event_octets(payload: bytes) -> Iterator[Write]:
    """Yield what the components of a GCS20 command set."""
    at = 3
    for _ in range(payload[2]):
        _, _, length = _COMPONENT.unpack_from(payload, at)
        zcl = payload[at + _COMPONENT.size + 3 : at + _COMPONENT.size + length]
        _, _, octet, _, count = _EVENT_CONFIGURATION.unpack_from(zcl)
        events = zcl[_EVENT_CONFIGURATION.size :]
        yield EventOctet(octet=octet, codes=tuple(int.from_bytes(events[2 * n : 2 * n + 2], "little") for n in range(count)))
        at += _COMPONENT.size + length
