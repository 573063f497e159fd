"""What stands after code and time in the alerts of each message code.

Which alert codes travel under which message code is not tied down here: a decoder that insisted would hide
what a device really sent. 0x00D5 is the only layout without a reference message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import InternalError
from harness.wire.gbcs import meanings
from harness.wire.gbcs.asn1 import ENUMERATED, INTEGER
from harness.wire.gbcs.asn1_schema import asn1_type
from harness.wire.gbcs.content import SEALED, Content, Fixed, Identifier, Number, Packed, Raw, SignedNumber, Text, When
from harness.wire.gbcs.dlms import Tag
from harness.wire.gbcs.gbz import ENCRYPTED_COMPONENT
from harness.wire.gbcs.message import Cra, Profile
from harness.wire.gbcs.shape import ASN1, DLMS, Leaf, Listing, Members, Record, Shape

if TYPE_CHECKING:
    from harness.wire.gbcs.asn1_types import Asn1Type

__all__ = ["GENERIC_CRITICAL", "GENERIC_NON_CRITICAL", "LAYOUTS", "Layout", "layout_of"]

GENERIC_CRITICAL, GENERIC_NON_CRITICAL = 0x1000, 0x1001
_NOTHING = Packed(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The body of one kind of alert: members of a structure or SEQUENCE, or packed octets for GBZ."""

    profile: Profile
    members: Members = ()
    packed: Packed = _NOTHING


def _octets(content: Content) -> Leaf:
    return Leaf(DLMS, Tag.OCTET_STRING, content)


def _structure(*members: tuple[str, Shape]) -> Record:
    return Record(DLMS, members)


def _array(of: str, item: Shape, count: int | None = None) -> Listing:
    return Listing(DLMS, of, item, count)


def _dlms(*members: tuple[str, Shape]) -> Layout:
    return Layout(profile=Profile.DLMS, members=members)


def _gbz(*members: tuple[str, Content]) -> Layout:
    return Layout(profile=Profile.GBZ, packed=Packed(members))


_UNSIGNED = Leaf(DLMS, Tag.UNSIGNED, Number(1))
_LONG_UNSIGNED = Leaf(DLMS, Tag.LONG_UNSIGNED, Number(2))
_MASK = Leaf(DLMS, Tag.BIT_STRING, Number(4))
_CHANNEL = Leaf(DLMS, Tag.UNSIGNED, Number(1, meanings.CHANNELS))
_DATE_TIME = _octets(When())
_DEVICE = _octets(Identifier())
_ONE_OCTET = _octets(Raw(1))
_COMMAND: tuple[tuple[str, Content], ...] = (("message-code", Number(2)), ("originator-counter", Number(8)))
_LOST_MESSAGE = _octets(
    Packed((("originator", Identifier()), ("target", Identifier()), ("cra", Number(1)), ("originator-counter", Number(8))))
)
_PROTECTION = _structure(
    ("protection-type", Leaf(DLMS, Tag.ENUM, Fixed(b"\x02", "authentication and encryption"))),
    (
        "parameters",
        _structure(
            ("transaction-id", _octets(Packed((("flag", Number(1)), ("counter", Number(8)))))),
            ("originator", _DEVICE),
            ("recipient", _DEVICE),
            ("other-information", _octets(Fixed(b""))),
            (
                "key-info",
                _structure(
                    ("kind", Leaf(DLMS, Tag.ENUM, Fixed(b"\x02", "agreed key"))),
                    (
                        "agreed-key",
                        _structure(
                            ("key-parameters", _octets(Fixed(b"\x02", "C(0e, 2s, ECC CDH)"))),
                            ("ciphered-data", _octets(Fixed(b""))),
                        ),
                    ),
                ),
            ),
        ),
    ),
)
_BACKUP = _structure(
    ("backup-time", _DATE_TIME),
    ("extended-pan-id", _octets(Raw(8))),
    ("devices", _array("entry", _structure(("device", _DEVICE), ("hashed-link-key", _octets(Raw()))))),
)
_SUB_GHZ = _structure(
    ("page-28-mask", _MASK),
    ("page-29-mask", _MASK),
    ("page-30-mask", _MASK),
    ("page-31-mask", _MASK),
    ("normal-limited-duty-cycle-threshold", _LONG_UNSIGNED),
    ("limited-critical-duty-cycle-threshold", _LONG_UNSIGNED),
    ("channel-changes-per-week", _UNSIGNED),
    ("gsme-curfew", _LONG_UNSIGNED),
    ("quieter-decibels-limit", _UNSIGNED),
    ("noisier-decibels-limit", _UNSIGNED),
    ("non-gsme-poor-comms-percentage", _LONG_UNSIGNED),
    ("non-gsme-measurement-periods", _UNSIGNED),
    ("local-channel-noise-measurement-period", _LONG_UNSIGNED),
    ("local-channel-failure-percentage", _LONG_UNSIGNED),
    ("local-channel-retry-percentage", _LONG_UNSIGNED),
)
_INSTRUCTION = _octets(Packed((*_COMMAND, ("class", Number(2)), ("instance", Raw(6)), ("attribute", Number(1)))))


def _schema(message_code: int) -> Layout:
    """Return the layout that the ASN.1 schema has for an alert: what stands after code and time."""
    kind = asn1_type(message_code, Cra.ALERT)
    if kind is None:
        raise InternalError(f"the ASN.1 schema has no alert of message code 0x{message_code:04X}")
    return Layout(profile=Profile.ASN1, members=tuple((member.name, _shape(member.type)) for member in kind.members[2:]))


def _shape(kind: Asn1Type) -> Shape:
    """Return the shape of an ASN.1 type."""
    if kind.members:
        members = tuple((member.name, _shape(member.type)) for member in kind.members)
        return Record(ASN1, members, sum(member.optional for member in kind.members))
    if kind.of is not None:
        return Listing(ASN1, kind.of.name, _shape(kind.of))
    if kind.is_eui64:
        return Leaf(ASN1, kind.tag, Identifier())
    if kind.tag in (INTEGER, ENUMERATED):
        return Leaf(ASN1, kind.tag, SignedNumber({number: text for number, text in kind.meanings.items() if isinstance(number, int)}))
    return Leaf(ASN1, kind.tag, Raw(kind.size, {octets: text for octets, text in kind.meanings.items() if isinstance(octets, bytes)}))


LAYOUTS: dict[int, tuple[Layout, ...]] = {
    GENERIC_CRITICAL: (_dlms(), _gbz()),
    GENERIC_NON_CRITICAL: (_dlms(), _gbz()),
    0x0018: (_dlms(("backup", _BACKUP)),),
    0x0061: (_dlms(("protection", _array("protection", _PROTECTION, count=1)), ("protected-attributes", _octets(SEALED))),),
    0x0067: (_dlms(("interruption-time", _DATE_TIME), ("restoration-time", _DATE_TIME)),),
    0x008B: (Layout(profile=Profile.GBZ, packed=ENCRYPTED_COMPONENT),),
    0x00B2: (_schema(0x00B2),),
    0x00CA: (_schema(0x00CA),),
    0x00CB: (_schema(0x00CB),),
    0x00CC: (_dlms(("instruction", _INSTRUCTION)),),
    0x00CD: (_gbz(("length", Fixed(b"\x0e")), *_COMMAND, ("cluster", Number(2)), ("frame-control", Number(1)), ("command", Number(1))),),
    0x00CE: (_dlms(("image-hash", _octets(Raw(32)))),),
    0x00CF: (_gbz(("length", Fixed(b"\x09\x20")), ("image-hash", Raw(32))),),
    0x00D5: (_dlms(("undelivered-message", _LOST_MESSAGE)),),
    0x00F0: (_dlms(("reason", _octets(Number(2, meanings.REASONS)))),),
    0x00F2: (_gbz(("reason", Number(2, meanings.REASONS))),),
    0x0110: (_dlms(("device", _DEVICE)),),
    0x0111: (_dlms(("channel-change", _structure(("channel-mask", _MASK), ("reason", _ONE_OCTET)))),),
    0x0112: (_dlms(("assessment", _structure(("first-outcome", _ONE_OCTET), ("second-outcome", _ONE_OCTET)))),),
    0x0113: (_dlms(("configuration", _SUB_GHZ)),),
    0x0114: (_dlms(("discarded-message", _LOST_MESSAGE)),),
    0x0115: (_dlms(("device", _DEVICE)),),
    0x0120: (_dlms(("unsupported-command", _octets(Packed(_COMMAND)))),),
    0x0121: (_dlms(("channel", _CHANNEL), ("start", _DATE_TIME), ("end", _DATE_TIME), ("level", _UNSIGNED)),),
    0x0122: (_dlms(("channel", _CHANNEL), ("level", _UNSIGNED)),),
    0x0123: (_dlms(("update", Leaf(DLMS, Tag.UTF8_STRING, Text()))),),
    0x0124: (_schema(0x0124),),
    0x0128: (_schema(0x0128),),
    0x012B: (_schema(0x012B),),
}
"""By message code: one layout for each profile the alert is seen in."""


def layout_of(message_code: int, profile: Profile | None = None) -> Layout | None:
    """Return the layout of a message code, ``None`` where there is none.

    Where it is known in several profiles, ``profile`` chooses; where it is not known in ``profile`` at all, the first
    known layout is returned, so that the caller can say what was expected.
    """
    known = LAYOUTS.get(message_code, ())
    return next((layout for layout in known if layout.profile is profile), known[0] if known else None)
