"""Any octets that were seen as a GBCS message, without the identities in them.

Of a Command or Response, parties, certificate, signature, MAC and body go; kind, originator counter, message
code, date-time and sizes stay. A body may hold whatever somebody asked of a device or read from it, so but for the
octets that tell its profile it is hidden as a whole. Octets that are no message become others that are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.masking.alerts import masked
from harness.vocab.identity import Eui64
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import MAC_SIZE, SIGNATURE_SIZE, Message, Profile
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from harness.masking.pseudonymiser import Pseudonymiser

__all__ = ["masked_message"]

_TOLD_BY: Final = {Profile.DLMS: 1, Profile.GBZ: 2, Profile.ASN1: 1, Profile.UNKNOWN: 0}
"""Octets at the start of a payload that tell its profile."""
_PARTY, _COUNTERS, _CERTIFICATE_HEAD = 8, 8, 4
"""Octets of a supplementary party, of its counter, and of a certificate's tag and length."""


def masked_message(octets: bytes, pseudonyms: Pseudonymiser) -> bytes:
    """Return as many octets that name nobody: an alert stays that alert, and what cannot be decoded stays so."""
    try:
        return masked(octets, pseudonyms)[2]
    except GbcsError:
        pass
    try:
        message = decode_message(octets)
    except GbcsError:
        return pseudonyms.permuted(octets)
    return _header_of(message, octets, pseudonyms).encode()


def _header_of(message: Message, octets: bytes, pseudonyms: Pseudonymiser) -> Message:
    """Return a message of which only the header says what it said."""
    originator, target = (pseudonyms.eui64(bytes.fromhex(party)) for party in (message.originator, message.target))
    told, payload = _TOLD_BY[message.profile], message.payload
    return Message(
        cra=message.cra,
        counter=message.counter,
        originator=Eui64(originator.hex()),
        target=Eui64(target.hex()),
        message_code=message.message_code,
        payload=payload[:told] + pseudonyms.permuted(payload[told:]),
        date_time=message.date_time,
        supplementary=_supplementary(message, pseudonyms),
        signature=pseudonyms.mark(octets, SIGNATURE_SIZE) if message.signature else message.signature,
        mac=pseudonyms.mark(octets, MAC_SIZE) if message.mac else message.mac,
    )


def _supplementary(message: Message, pseudonyms: Pseudonymiser) -> bytes:
    """Mask a supplementary party and its certificate; counters stay."""
    octets = message.supplementary
    if not octets:
        return octets
    party = pseudonyms.eui64(octets[:_PARTY])
    if message.certificate is None:
        return party + octets[_PARTY:]
    start = _PARTY + _COUNTERS + _CERTIFICATE_HEAD
    return party + octets[_PARTY:start] + pseudonyms.permuted(octets[start:])
