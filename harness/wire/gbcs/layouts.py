"""What stands after code and time in the alerts of each message code.

Which alert codes travel under which message code is not tied down here: a decoder that insisted would hide
what a device really sent. 0x00D5 is the only layout without a reference message.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.wire.gbcs import meanings
from harness.wire.gbcs.asn1 import BIT_STRING, ENUMERATED, INTEGER, OCTET_STRING
from harness.wire.gbcs.content import SEALED, Content, Fixed, Identifier, Number, Packed, Raw, SignedNumber, Text, When
from harness.wire.gbcs.dlms import Tag
from harness.wire.gbcs.gbz import ENCRYPTED_COMPONENT
from harness.wire.gbcs.message import Profile
from harness.wire.gbcs.shape import ASN1, DLMS, Leaf, Listing, Members, Record, Shape

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


def _sequence(*members: tuple[str, Shape], optional: int = 0) -> Record:
    return Record(ASN1, members, optional)


def _sequence_of(of: str, item: Shape) -> Listing:
    return Listing(ASN1, of, item)


def _integer(known: dict[int, str] | None = None) -> Leaf:
    return Leaf(ASN1, INTEGER, SignedNumber(known or {}))


def _dlms(*members: tuple[str, Shape]) -> Layout:
    return Layout(profile=Profile.DLMS, members=members)


def _gbz(*members: tuple[str, Content]) -> Layout:
    return Layout(profile=Profile.GBZ, packed=Packed(members))


def _asn1(*members: tuple[str, Shape]) -> Layout:
    return Layout(profile=Profile.ASN1, members=members)


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

_EUI = Leaf(ASN1, OCTET_STRING, Identifier())
_KEY_ID = Leaf(ASN1, OCTET_STRING, Raw(8))
_VERSION = Leaf(ASN1, OCTET_STRING, Raw(4))
_ROLE = _integer(meanings.ROLES)
_CELL = _sequence(
    ("role", _ROLE),
    ("key-usage", Leaf(ASN1, BIT_STRING, Raw(None, meanings.KEY_USAGES))),
    ("cell-usage", _integer(meanings.CELL_USAGES)),
    optional=1,
)
_SPECIALIST = _sequence(("usage", _integer(meanings.SPECIALIST_USES)), ("counter", _integer()))
_COUNTER_CHANGE = _sequence(("role", _ROLE), ("floor", _integer()), ("specialist", _sequence_of("use", _SPECIALIST)), optional=1)
_REPLACEMENT = _sequence(
    ("cell", _CELL),
    ("status", Leaf(ASN1, ENUMERATED, SignedNumber(meanings.STATUSES))),
    ("existing-subject", _EUI),
    ("existing-subject-key", _KEY_ID),
    ("replacing-subject", _EUI),
    ("replacing-subject-key", _KEY_ID),
)
_CREDENTIALS = _asn1(
    (
        "execution-outcome",
        _sequence(
            ("authorising-counter", _integer()),
            ("replacement-mode", _integer(meanings.MODES)),
            ("counter-changes", _sequence_of("change", _COUNTER_CHANGE)),
            ("replacements", _sequence_of("replacement", _REPLACEMENT)),
        ),
    )
)
_ACTIVATED = _sequence(("code", _integer(meanings.ACTIVATION)), ("firmware-version", _VERSION))
_LOG_ENTRY = _sequence(("device", _EUI), ("device-type", _integer(meanings.DEVICE_TYPES)))

LAYOUTS: dict[int, tuple[Layout, ...]] = {
    GENERIC_CRITICAL: (_dlms(), _gbz()),
    GENERIC_NON_CRITICAL: (_dlms(), _gbz()),
    0x0018: (_dlms(("backup", _BACKUP)),),
    0x0061: (_dlms(("protection", _array("protection", _PROTECTION, count=1)), ("protected-attributes", _octets(SEALED))),),
    0x0067: (_dlms(("interruption-time", _DATE_TIME), ("restoration-time", _DATE_TIME)),),
    0x008B: (Layout(profile=Profile.GBZ, packed=ENCRYPTED_COMPONENT),),
    0x00B2: (_asn1(("entries", _sequence_of("entry", _LOG_ENTRY))),),
    0x00CA: (_asn1(("originator-counter", _integer()), ("execution-outcome", _ACTIVATED)),),
    0x00CB: (_CREDENTIALS,),
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
    0x0124: (_CREDENTIALS,),
    0x0128: (_asn1(("device", _EUI), ("firmware-version", _VERSION), ("outcome", _integer(meanings.TRANSFER))),),
    0x012B: (_asn1(("firmware-version", _VERSION), ("outcome", _integer(meanings.OUTCOME))),),
}
"""By message code: one layout for each profile the alert is seen in."""


def layout_of(message_code: int, profile: Profile | None = None) -> Layout | None:
    """Return the layout of a message code, ``None`` where there is none.

    Where it is known in several profiles, ``profile`` chooses; where it is not known in ``profile`` at all, the first
    known layout is returned, so that the caller can say what was expected.
    """
    known = LAYOUTS.get(message_code, ())
    return next((layout for layout in known if layout.profile is profile), known[0] if known else None)
