"""How the protections of a message came out, each with the keys it rests on, or with what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cli.decoded import OpenedPart, ProtectionCheck
from harness.wire.gbcs.crypto import BETWEEN_DEVICES, Check, authenticate
from harness.wire.gbcs.dlms import Data
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import Cra
from harness.wire.gbcs.payloads import decode_payload
from harness.wire.gbcs.sealing import open_bodies, sealed_bodies
from harness.wire.gbcs.tree_dlms import data_field
from harness.wire.gbcs.tree_gbz import body_fields

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64
    from harness.wire.gbcs.content import Field
    from harness.wire.gbcs.keys import KeyStore
    from harness.wire.gbcs.message import Message
    from harness.wire.gbcs.payloads import Payload
    from harness.wire.gbcs.sealing import OpenedBody

__all__ = ["check_protections"]

_UNRESOLVED = "between two devices of a home; which keys make it is not public, and was taken to be theirs"


def check_protections(message: Message, keys: KeyStore, broker: Eui64 | None) -> tuple[tuple[ProtectionCheck, ...], tuple[OpenedPart, ...]]:
    """Verify signature and MAC, open encrypted bodies; return what came of each, and what is in the bodies."""
    found = authenticate(message, keys, broker=broker)
    signature = ProtectionCheck(name="signature", outcome=str(found.signature), reason=_signature(message, found.signature))
    mac = ProtectionCheck(name="MAC", outcome=str(found.mac), reason=_mac(message, found.mac, keys, broker))
    payload = _payload(message)
    if payload is None or not sealed_bodies(payload):
        return (signature, mac), ()
    check, parts = _encryption(message, payload, keys)
    return (signature, mac, check), parts


def _payload(message: Message) -> Payload | None:
    try:
        return decode_payload(message)
    except GbcsError:
        return None


def _signature(message: Message, outcome: Check) -> str:
    if outcome is Check.ABSENT:
        return "a bare pre-command" if message.signature is None else "its length is 00"
    if outcome is Check.UNKNOWN_KEY:
        return f"no signing key of {message.originator}"
    return f"by the signing key of {message.originator}"


def _mac(message: Message, outcome: Check, keys: KeyStore, broker: Eui64 | None) -> str:
    if outcome is Check.ABSENT:
        return "there is no MAC header"
    between_devices = message.message_code in BETWEEN_DEVICES
    by_broker = message.cra == Cra.COMMAND and not between_devices
    if by_broker and broker is None:
        return "a Command's MAC is the Access Control Broker's, and which one that is was not told (--broker)"
    maker = broker if by_broker and broker is not None else message.originator
    told = _pair(maker, message.target, outcome, keys)
    return f"{told}; {_UNRESOLVED}" if between_devices else told


def _pair(one: Eui64, other: Eui64, outcome: Check, keys: KeyStore) -> str:
    """Say which two keys were agreed, or which are missing for it."""
    if outcome is not Check.UNKNOWN_KEY:
        return f"by the keys agreed between {one} and {other}"
    missing = [party for party in (one, other) if keys.agreement_public(party) is None]
    if missing:
        return f"no key agreement key of {' or '.join(missing)}"
    return f"no private key agreement key of {one} or {other}"


def _encryption(message: Message, payload: Payload, keys: KeyStore) -> tuple[ProtectionCheck, tuple[OpenedPart, ...]]:
    party = message.supplementary_party if message.supplementary_counter is not None else None
    recipient = party or message.target
    try:
        opened = open_bodies(message, payload, keys)
    except GbcsError as error:
        return ProtectionCheck(name="encryption", outcome=str(Check.INVALID), reason=str(error)), ()
    outcome = Check.UNKNOWN_KEY if opened is None else Check.VALID
    reason = _pair(message.originator, recipient, outcome, keys)
    parts = tuple(OpenedPart(message.payload_offset + body.body.offset, body.plaintext, _fields(body)) for body in opened or ())
    return ProtectionCheck(name="encryption", outcome=str(outcome), reason=reason), parts


def _fields(opened: OpenedBody) -> tuple[Field, ...]:
    if isinstance(opened.value, Data):
        return (data_field(opened.value, 0, "plaintext"),)
    component = opened.body.component
    return () if component is None else body_fields(component, opened.value, 0)
