"""A GBCS message as a value: its outer fields, and how they are written."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from struct import Struct

from harness.vocab.identity import Eui64
from harness.wire.gbcs.lengths import write_length

__all__ = ["MAC_HEADER", "MAC_SIZE", "SECURITY_HEADER", "SIGNATURE_SIZE", "Cra", "Message", "Profile", "wrap"]

MAC_HEADER = b"\xdd\x00\x00\x00\x00\x00\x00"
"""General-ciphering tag, five empty strings, key-info absent."""
SECURITY_HEADER = b"\x11\x00\x00\x00\x00"
"""Security control 0x11 (authentication only, suite 1) and the invocation counter, which is zero."""
_HEAD = Struct(">HBQB8sB8sB")
"""From the general-signing tag to the date-time length, both included."""
MAC_SIZE = 12
SIGNATURE_SIZE = 64


class Cra(IntEnum):
    """Whether a message is a Command, a Response or an Alert."""

    COMMAND = 1
    RESPONSE = 2
    ALERT = 3


class Profile(StrEnum):
    """How a payload is written, told by its first octets."""

    DLMS = "DLMS"
    GBZ = "GBZ"
    ASN1 = "ASN.1"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, payload: bytes) -> Profile:
        """Tell the profile of a payload: D9, DA, 0F; 01 09; 02, 04, 05, 30."""
        found = _BY_FIRST_OCTET.get(payload[:1], cls.UNKNOWN)
        return cls.UNKNOWN if found is cls.GBZ and payload[1:2] != b"\x09" else found


_BY_FIRST_OCTET = {
    **dict.fromkeys((b"\xd9", b"\xda", b"\x0f"), Profile.DLMS),
    b"\x01": Profile.GBZ,
    **dict.fromkeys((b"\x02", b"\x04", b"\x05", b"\x30"), Profile.ASN1),
}


class Message:
    """One GBCS message with its outer layers taken apart; a plain slotted class, because it is made often."""

    __slots__ = (
        "counter",
        "cra",
        "date_time",
        "mac",
        "message_code",
        "originator",
        "payload",
        "signature",
        "supplementary",
        "target",
    )

    def __init__(  # noqa: PLR0917  naming ten arguments costs a tenth of decoding
        self,
        cra: int,
        counter: int,
        originator: Eui64,
        target: Eui64,
        message_code: int,
        payload: bytes,
        date_time: bytes = b"",
        supplementary: bytes = b"",
        signature: bytes | None = b"",
        mac: bytes | None = None,
    ) -> None:
        """Keep the fields as they stand on the wire.

        ``date_time`` is empty or 12 octets; ``supplementary`` is what follows the message code in the other
        information; ``signature`` is ``None`` where even its length octet is absent (a bare pre-command), empty where
        the length is 00, else 64 octets; ``mac`` is ``None`` or 12 octets.
        """
        self.cra = cra
        self.counter = counter
        self.originator = originator
        self.target = target
        self.message_code = message_code
        self.payload = payload
        self.date_time = date_time
        self.supplementary = supplementary
        self.signature = signature
        self.mac = mac

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self.encode() == other.encode()

    def __hash__(self) -> int:
        return hash(self.encode())

    def __repr__(self) -> str:
        return f"Message({self.encode().hex()})"

    @property
    def profile(self) -> Profile:
        """How the payload is written."""
        return Profile.of(self.payload)

    @property
    def supplementary_party(self) -> Eui64 | None:
        """The supplementary remote party, where the other information names one."""
        return Eui64(self.supplementary[:8].hex()) if self.supplementary else None

    @property
    def supplementary_counter(self) -> int | None:
        """The supplementary remote party's counter, where given."""
        return int.from_bytes(self.supplementary[8:16], "big") if len(self.supplementary) >= 16 else None

    @property
    def supplementary_originator_counter(self) -> int | None:
        """The counter a Response to an unknown remote party is encrypted under, where given."""
        return int.from_bytes(self.supplementary[16:24], "big") if len(self.supplementary) == 24 else None

    @property
    def certificate(self) -> bytes | None:
        """The DER certificate (key agreement) of the supplementary remote party, where a Command carries one."""
        return self.supplementary[16:] if len(self.supplementary) > 24 else None

    def unsigned(self) -> bytes:
        """Return the grouping header and payload: the general-signing APDU up to its signature field."""
        ends, date_time, supplementary = (bytes.fromhex(self.originator), bytes.fromhex(self.target)), self.date_time, self.supplementary
        return b"".join(
            (
                _HEAD.pack(0xDF09, self.cra, self.counter, 8, ends[0], 8, ends[1], len(date_time)),
                date_time,
                write_length(2 + len(supplementary)),
                self.message_code.to_bytes(2, "big"),
                supplementary,
                write_length(len(self.payload)),
                self.payload,
            )
        )

    def signed(self) -> bytes:
        """Return the general-signing APDU with its signature field: what a MAC covers."""
        if self.signature is None:
            return self.unsigned()
        return self.unsigned() + bytes((len(self.signature),)) + self.signature

    def encode(self) -> bytes:
        """Write the message as it stands on the wire."""
        if self.mac is None:
            return self.signed()
        return wrap(self.signed(), self.mac)

    @property
    def apdu_offset(self) -> int:
        """Offset of the general-signing APDU's tag from the message's first octet: what the MAC header takes."""
        if self.mac is None:
            return 0
        signature = 0 if self.signature is None else 1 + len(self.signature)
        apdu = self._head_size() + len(self.payload) + signature
        return len(MAC_HEADER) + len(write_length(len(SECURITY_HEADER) + apdu + len(self.mac))) + len(SECURITY_HEADER)

    @property
    def payload_offset(self) -> int:
        """Offset of the payload's first octet from the message's first octet."""
        return self.apdu_offset + self._head_size()

    def _head_size(self) -> int:
        """Octets of the grouping header, up to the payload."""
        other = 2 + len(self.supplementary)
        return _HEAD.size + len(self.date_time) + len(write_length(other)) + other + len(write_length(len(self.payload)))


def wrap(apdu: bytes, mac: bytes) -> bytes:
    """Put a general-signing APDU between a MAC header and its MAC."""
    return MAC_HEADER + write_length(len(SECURITY_HEADER) + len(apdu) + len(mac)) + SECURITY_HEADER + apdu + mac
