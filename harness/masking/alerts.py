"""GBCS alerts without the identities in them: the same alert, said by and to pseudonyms.

Masked are originator, target and supplementary party; in a body whose layout is known every EUI-64, and
whatever may name somebody as one does (key identifiers, network identifiers, text, firmware images); a body
whose layout is not known as a whole. Codes, counters, times and numbers stay, and so do encrypted octets, as they
were. Signature and MAC are functions of what is hidden, so with a certificate at hand they would give it away:
marks of the same size stand for them. So neither can be verified any more over what is masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.vocab.identity import Eui64
from harness.wire.gbcs.alert_head import alert_head
from harness.wire.gbcs.alert_reading import read_alert
from harness.wire.gbcs.alerts import decode_alert
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import MAC_SIZE, SIGNATURE_SIZE, Message
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.masking.pseudonymiser import Pseudonymiser
    from harness.wire.gbcs.content import Field

__all__ = ["Masked", "masked", "problem_text"]

Masked = tuple[Eui64, Eui64, bytes]
"""Pseudonyms of originator and target, and the masked octets."""

_read = read_alert.__wrapped__
_SIGNED, _WRAPPED = (12, SIGNATURE_SIZE), (25, MAC_SIZE)
"""Where the originator of a plain alert stands, and how long its protection is: signed only, and under a MAC only."""
_PLAIN: Final = b"\x00\x02"
"""What follows the target of a plain alert: no date-time, and other information that is a message code."""
_FROM_ORIGINATOR = 22
"""Octets of a plain alert from its originator to its payload."""

_KEPT: Final = frozenset({"ciphertext", "instance", "key-usage", "tag"})
"""Fields of several octets that name no device, maker, party or person; any other is masked."""


def masked(octets: bytes, pseudonyms: Pseudonymiser) -> Masked:
    """Return an alert with pseudonyms in place of identities.

    Raises :class:`GbcsError` where the octets are no alert that can be read: nobody could tell where it names whom.
    """
    has_body = bool(_read(octets).body)
    at, size = _SIGNED if octets[0] == 0xDF else _WRAPPED
    until = at + _FROM_ORIGINATOR + octets[at + _FROM_ORIGINATOR - 1]
    if has_body or until + 1 + size != len(octets) or octets[at + 17 : at + 19] != _PLAIN:
        return _field_by_field(octets, pseudonyms)
    originator, target = pseudonyms.eui64(octets[at : at + 8]), pseudonyms.eui64(octets[at + 9 : at + 17])
    head, rest = octets[:at] + originator + octets[at + 8 : at + 9] + target, octets[at + 17 : -size]
    return Eui64(originator.hex()), Eui64(target.hex()), head + rest + pseudonyms.mark(octets, size)


def problem_text(error: GbcsError) -> str:
    """Say what is wrong with octets and where, without any of them: they may name somebody."""
    what = error.what.rpartition(", found ")[0] if error.octets else error.what
    return f"{what}, {error.where}"


def _field_by_field(octets: bytes, pseudonyms: Pseudonymiser) -> Masked:
    message = decode_message(octets)
    originator, target = (pseudonyms.eui64(bytes.fromhex(party)) for party in (message.originator, message.target))
    signature, mac = message.signature, message.mac
    hidden = Message(
        cra=message.cra,
        counter=message.counter,
        originator=Eui64(originator.hex()),
        target=Eui64(target.hex()),
        message_code=message.message_code,
        payload=_payload(message, pseudonyms),
        date_time=message.date_time,
        supplementary=_supplementary(message.supplementary, pseudonyms),
        signature=pseudonyms.mark(octets, SIGNATURE_SIZE) if signature else signature,
        mac=pseudonyms.mark(octets, MAC_SIZE) if mac else mac,
    )
    return hidden.originator, hidden.target, hidden.encode()


def _supplementary(octets: bytes, pseudonyms: Pseudonymiser) -> bytes:
    """Mask what follows the message code: a party, counters, and what belongs to no alert."""
    party, counters, more = octets[:8], octets[8:24], octets[24:]
    return (pseudonyms.eui64(party) if party else b"") + counters + pseudonyms.permuted(more)


def _payload(message: Message, pseudonyms: Pseudonymiser) -> bytes:
    """Mask the body, field by field where its layout is known."""
    payload = message.payload
    body = alert_head(message).body
    try:
        found = decode_alert(message)
    except GbcsError:
        found = None
    if found is None or not found.known:
        return payload[:body] + pseudonyms.permuted(payload[body:])
    parts = bytearray(payload)
    for field in _leaves(found.tree):
        end = field.end - message.payload_offset
        hidden = _hidden(field, payload[:end], pseudonyms)
        parts[end - len(hidden) : end] = hidden
    return bytes(parts)


def _leaves(fields: tuple[Field, ...]) -> Iterator[Field]:
    """Yield what holds a value that is not the same in every message."""
    for field in fields:
        if field.parts:
            yield from _leaves(field.parts)
        elif not field.constant:
            yield field


def _hidden(field: Field, until: bytes, pseudonyms: Pseudonymiser) -> bytes:
    """Return what the last octets up to the end of a field become; nothing where they name nobody."""
    value = field.value
    if isinstance(value, bytes):
        return b"" if field.name in _KEPT else pseudonyms.permuted(value)
    if not isinstance(value, str):
        return b""
    if until[-8:].hex() == value:
        return pseudonyms.eui64(until[-8:])
    return pseudonyms.text(value).encode()
