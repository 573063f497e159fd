"""Any message's payload as a typed value, and back: ``decode_payload(message).encode() == message.payload``.

=================== =====================================================================================
payload starts      value
=================== =====================================================================================
D9, DA, 0F          :class:`~harness.wire.gbcs.access.AccessRequest`, ``AccessResponse``, ``DataNotification``
01 09               :class:`~harness.wire.gbcs.components.GbzPayload`, in an Alert ``GbzAlert``
02, 04, 05, 30      :class:`~harness.wire.gbcs.asn1_schema.Asn1Payload`, by message code and CRA flag; where that
                    pair is not known, :class:`OpaqueElement`: typed as far as ASN.1 itself goes
anything else       :class:`OpaquePayload`
=================== =====================================================================================

DLMS and GBZ carry their own types, so an unknown message code changes nothing there. What is not known, though well formed, is never an
error: :func:`remarks` tells it. A value's places are those in the payload; an error's are those in the message.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.wire.gbcs.access import AccessRequest, AccessResponse, DataNotification, usual_invoke_id
from harness.wire.gbcs.access_reading import decode_dlms
from harness.wire.gbcs.asn1 import Tlv, decode_tlv
from harness.wire.gbcs.asn1_schema import Asn1Payload, asn1_type, decode_asn1
from harness.wire.gbcs.components import GbzAlert, GbzPayload, Opaque, decode_gbz, decode_gbz_alert
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import Cra, Message, Profile

__all__ = ["OpaqueElement", "OpaquePayload", "Payload", "decode_payload", "remarks"]

_DLMS, _GBZ, _ALERT = Profile.DLMS, Profile.GBZ, int(Cra.ALERT)
_IN_COMPONENTS = frozenset({0x008B})
"""Message codes of GBZ alerts whose body is a component."""


@dataclass(frozen=True, slots=True)
class OpaqueElement:
    """An ASN.1 payload of a message code whose structure is not known (E30)."""

    element: Tlv

    def encode(self) -> bytes:
        """Write the payload."""
        return self.element.encode()


@dataclass(frozen=True, slots=True)
class OpaquePayload:
    """A payload that stays octets, because it is of no known profile, or (E30) claims to be ASN.1 and is not."""

    octets: bytes

    def encode(self) -> bytes:
        """Write the octets."""
        return self.octets


Payload = AccessRequest | AccessResponse | DataNotification | GbzPayload | GbzAlert | Asn1Payload | OpaqueElement | OpaquePayload


def decode_payload(message: Message) -> Payload:
    """Read the payload of a message; raises :class:`GbcsError` E31, E33 or E34 where it breaks the rules of its profile."""
    octets = message.payload
    profile = Profile.of(octets)
    try:
        if profile is _DLMS:
            return decode_dlms(octets)
        if profile is _GBZ:
            if message.cra == _ALERT:
                return decode_gbz_alert(octets, in_components=message.message_code in _IN_COMPONENTS)
            return decode_gbz(octets)
        if profile is Profile.ASN1:
            return _asn1(octets, message.message_code, message.cra)
    except GbcsError as error:
        raise error.moved(message.payload_offset) from None
    return OpaquePayload(octets)


def _asn1(octets: bytes, message_code: int, cra: int) -> Payload:
    if asn1_type(message_code, cra) is not None:
        return decode_asn1(octets, message_code, cra)
    try:
        return OpaqueElement(decode_tlv(octets))
    except GbcsError:
        return OpaquePayload(octets)


def remarks(message: Message, payload: Payload) -> tuple[str, ...]:
    """Return what is out of the ordinary about a payload, though no error: rules E30, E32 and E33, one line each."""
    if isinstance(payload, (OpaqueElement, OpaquePayload)):
        return (f"E30 the payload of message code 0x{message.message_code:04X} is not known; it is kept as octets",)
    if isinstance(payload, (AccessRequest, AccessResponse, DataNotification)):
        usual = usual_invoke_id(message.counter)
        if payload.invoke_id == usual:
            return ()
        return (f"E32 long-invoke-id-and-priority is {payload.invoke_id:08X} where the counter makes {usual:08X}",)
    if isinstance(payload, (GbzPayload, GbzAlert)):
        bodies = [(number, component.body) for number, component in enumerate(payload.components, 1)]
        return tuple(f"E33 component {number}: {body.reason}; kept as octets" for number, body in bodies if isinstance(body, Opaque))
    return ()
