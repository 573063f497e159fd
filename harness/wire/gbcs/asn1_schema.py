"""The ASN.1 payloads of GBCS: which structure a message code and CRA flag choose.

Names and numbers are those of public parsers and use-case tables; what CS02f, CS02g and CS09 hold was inferred from CS02a, CS02b and
CS06, and fits every reference message. ``plaintext-symmetric-key`` is in no reference message.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from harness.wire.gbcs import meanings
from harness.wire.gbcs.asn1 import ENUMERATED
from harness.wire.gbcs.asn1_groups import choice, optional, sequence, sequence_of, tagged
from harness.wire.gbcs.asn1_types import (
    ABSENT,
    Asn1Type,
    Asn1Value,
    Forms,
    bits,
    certificate,
    eui64,
    integer,
    kept,
    null,
    octets_of,
    time,
)
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import Cra

__all__ = ["SCHEMA", "Asn1Payload", "asn1_type", "decode_asn1"]

_ROLE = integer("role", meanings.ROLES)
_KEY_USAGE = bits("key usage", meanings.KEY_USAGES)
_CELL_USAGE = integer("cell usage", meanings.CELL_USAGES)
_STATUS = integer("status", meanings.STATUSES, tag=ENUMERATED)
_COUNTER = integer("counter")
_SUBJECT, _SUBJECT_KEY = eui64("subject id"), octets_of(8, "subject key id")
_VERSION = octets_of(4, "firmware version")
_CERTIFICATE = certificate("certificate")
_ENTITY = eui64("entity id")

_CELL = sequence("trust anchor cell", ("role", _ROLE), ("key-usage", _KEY_USAGE), optional("cell-usage", _CELL_USAGE))
_SPECIALIST = sequence("specialist counter", ("usage", integer("usage", meanings.SPECIALIST_USES)), ("counter", _COUNTER))
_SPECIALISTS = sequence_of("specialist counters", _SPECIALIST)
_COUNTER_CHANGE = sequence("counter change", ("role", _ROLE), ("floor", _COUNTER), optional("specialist", _SPECIALISTS))
_COUNTER_CHANGES = sequence_of("counter changes", _COUNTER_CHANGE)
_REPLACEMENT = sequence(
    "replacement",
    ("cell", _CELL),
    ("status", _STATUS),
    ("existing-subject", _SUBJECT),
    ("existing-subject-key", _SUBJECT_KEY),
    ("replacing-subject", _SUBJECT),
    ("replacing-subject-key", _SUBJECT_KEY),
)
_MODE = integer("replacement mode", meanings.MODES)
_OUTCOME = sequence(
    "execution outcome",
    ("authorising-counter", _COUNTER),
    ("replacement-mode", _MODE),
    ("counter-changes", _COUNTER_CHANGES),
    ("replacements", sequence_of("replacements", _REPLACEMENT)),
)
_LOG_ENTRY = sequence("log entry", ("device", eui64("device id")), ("device-type", integer("device type", meanings.DEVICE_TYPES)))
_LOG = sequence_of("log entries", _LOG_ENTRY)
_FIRMWARE_OUTCOME = sequence("firmware outcome", ("code", integer("code", meanings.ACTIVATION)), ("firmware-version", _VERSION))
_ALERT = (("alert-code", integer("alert code")), ("time", time("time")))

_CONTROL = sequence(
    "control",
    ("replacement-mode", _MODE),
    optional("plaintext-symmetric-key", tagged(0x80, octets_of(None, "symmetric key"))),
    optional("time-based-checks", tagged(0x81, integer("time-based checks", meanings.TIME_CHECKS))),
    optional("cell", tagged(0xA2, _CELL)),
    ("authorising-counter", tagged(0x83, _COUNTER)),
    optional("floor", tagged(0x84, _COUNTER)),
    optional("specialist", tagged(0xA5, _SPECIALISTS)),
    optional("counter-changes", tagged(0xA6, _COUNTER_CHANGES)),
)
_UPDATE_COMMAND = sequence(
    "update security credentials",
    ("control", _CONTROL),
    ("replacements", sequence_of("replacements", sequence("replacement", ("certificate", _CERTIFICATE), ("cell", _CELL)))),
    ("path", sequence_of("certification path", _CERTIFICATE)),
    optional("execution-time", time("execution time")),
)
_UPDATE_RESPONSE = sequence("update security credentials response", ("accepted", null), optional("execution-outcome", _OUTCOME))
_UPDATE_ALERT = sequence("update security credentials alert", *_ALERT, ("execution-outcome", _OUTCOME))
_DETAILS_COMMAND = sequence("provide credentials details", ("asker", _CELL), ("roles", sequence_of("roles", _ROLE)))
_DETAILS_RESPONSE = sequence_of(
    "credentials details",
    sequence(
        "role details",
        ("role", _ROLE),
        ("status", _STATUS),
        optional("counter", _COUNTER),
        optional(
            "cells",
            sequence_of(
                "cells",
                sequence(
                    "cell",
                    ("key-usage", _KEY_USAGE),
                    optional("cell-usage", _CELL_USAGE),
                    ("subject", _SUBJECT),
                    ("subject-key", _SUBJECT_KEY),
                ),
            ),
        ),
    ),
)
_USAGE_COMMAND = sequence("key usage wanted", ("key-usage", _KEY_USAGE))
_JOIN_COMMAND = sequence(
    "join",
    ("method", integer("method", meanings.JOIN_METHODS)),
    ("entity", _ENTITY),
    ("device-type", integer("device type", meanings.DEVICE_TYPES)),
    optional("certificate", _CERTIFICATE),
)
_JOIN_RESPONSE = integer("join response", meanings.JOIN_RESPONSES)
_UNJOIN_RESPONSE = integer("unjoin response", meanings.UNJOIN_RESPONSES)

_Rows = tuple[tuple[tuple[int, ...], Cra, str, Asn1Type], ...]
SCHEMA: _Rows = (
    ((0x0008, 0x011B), Cra.COMMAND, "Provide security credentials details", _DETAILS_COMMAND),
    ((0x0008, 0x011B), Cra.RESPONSE, "Security credentials details", _DETAILS_RESPONSE),
    ((*range(0x0100, 0x010A), 0x0125, 0x0126), Cra.COMMAND, "Update security credentials", _UPDATE_COMMAND),
    ((*range(0x0100, 0x010A), 0x0125, 0x0126), Cra.RESPONSE, "Security credentials updated", _UPDATE_RESPONSE),
    ((0x00CB, 0x0124), Cra.ALERT, "Outcome of a credentials update", _UPDATE_ALERT),
    ((0x000A,), Cra.COMMAND, "Issue security credentials", _USAGE_COMMAND),
    (
        (0x000A,),
        Cra.RESPONSE,
        "Certification request",
        choice("issue response", certificate("certification request"), integer("issue failure", meanings.ISSUE_FAILURES)),
    ),
    ((0x000B,), Cra.COMMAND, "Update device certificate", _CERTIFICATE),
    ((0x000B,), Cra.RESPONSE, "Device certificate updated", integer("update response", meanings.CERTIFICATE_RESPONSES)),
    ((0x000C,), Cra.COMMAND, "Provide device certificate", _USAGE_COMMAND),
    (
        (0x000C,),
        Cra.RESPONSE,
        "Device certificate",
        choice("provide response", _CERTIFICATE, integer("provide failure", meanings.PROVIDE_FAILURES)),
    ),
    ((0x000D, 0x00AB, 0x000E, 0x00AF), Cra.COMMAND, "Join", _JOIN_COMMAND),
    ((0x000D, 0x00AB, 0x000E, 0x00AF), Cra.RESPONSE, "Join response", _JOIN_RESPONSE),
    ((0x000F, 0x0010), Cra.COMMAND, "Unjoin", _ENTITY),
    ((0x000F, 0x0010), Cra.RESPONSE, "Unjoin response", _UNJOIN_RESPONSE),
    (
        (0x0012,),
        Cra.COMMAND,
        "Activate firmware",
        sequence(
            "activate firmware",
            ("image-hash", octets_of(32, "image hash")),
            ("originator-counter", _COUNTER),
            optional("execution-time", time("execution time")),
        ),
    ),
    ((0x0012,), Cra.RESPONSE, "Firmware activated", choice("activation response", null, _FIRMWARE_OUTCOME)),
    (
        (0x00CA,),
        Cra.ALERT,
        "Outcome of a firmware activation",
        sequence("firmware activation alert", *_ALERT, ("originator-counter", _COUNTER), ("execution-outcome", _FIRMWARE_OUTCOME)),
    ),
    ((0x0013,), Cra.COMMAND, "Read device join details", null),
    (
        (0x0013,),
        Cra.RESPONSE,
        "Device join details",
        sequence("join details", ("code", integer("code", meanings.OUTCOME)), optional("entries", _LOG)),
    ),
    ((0x007F,), Cra.COMMAND, "Set clock", sequence("set clock", ("start", time("start")), ("end", time("end")))),
    (
        (0x007F,),
        Cra.RESPONSE,
        "Clock set",
        sequence("clock", ("device-time", time("device time")), ("status", integer("status", meanings.CLOCK_STATUSES))),
    ),
    ((0x008C,), Cra.COMMAND, "Restore GPF device log", sequence("restore device log", ("entries", _LOG))),
    (
        (0x008C,),
        Cra.RESPONSE,
        "GPF device log restored",
        sequence(
            "restore outcome",
            ("outcomes", sequence_of("outcomes", sequence("outcome", ("entry", _LOG_ENTRY), ("code", _JOIN_RESPONSE)))),
        ),
    ),
    ((0x00B2,), Cra.ALERT, "GPF device log", sequence("device log backup", *_ALERT, ("entries", _LOG))),
    (
        (0x0128,),
        Cra.ALERT,
        "Firmware transfer",
        sequence(
            "firmware transfer alert",
            *_ALERT,
            ("device", _ENTITY),
            ("firmware-version", _VERSION),
            ("outcome", integer("outcome", meanings.TRANSFER)),
        ),
    ),
    ((0x0129,), Cra.COMMAND, "Read firmware version", null),
    (
        (0x0129,),
        Cra.RESPONSE,
        "Firmware version",
        sequence("firmware version response", ("firmware-version", _VERSION), ("code", integer("code", meanings.OUTCOME))),
    ),
    (
        (0x012B,),
        Cra.ALERT,
        "Firmware activation",
        sequence("firmware activation", *_ALERT, ("firmware-version", _VERSION), ("outcome", integer("outcome", meanings.OUTCOME))),
    ),
)
"""Message codes, CRA flag, title, type."""

_BY_PLACE = {(code, cra): (title, kind) for codes, cra, title, kind in SCHEMA for code in codes}


@dataclass(slots=True, unsafe_hash=True)
class Asn1Payload:
    """An ASN.1 payload as a typed value."""

    message_code: int
    cra: int
    value: Asn1Value
    length_forms: tuple[int, ...] = ()
    """Octets after the first length octet of each element, in wire order; empty where all are what GBCS devices write."""

    @property
    def title(self) -> str:
        """What the payload is."""
        return _place(self.message_code, self.cra)[0]

    @property
    def type(self) -> Asn1Type:
        """The type that its value follows."""
        return _place(self.message_code, self.cra)[1]

    def encode(self) -> bytes:
        """Write the payload; ``ValueError`` where the value is not of its type, or has another shape than its length forms."""
        kind = self.type
        forms = iter(self.length_forms) if self.length_forms else ABSENT
        written = kind.write(kind.tag, self.value, forms)
        if next(forms, None) is not None:
            raise ValueError("more length forms than elements")
        return written


def _place(message_code: int, cra: int) -> tuple[str, Asn1Type]:
    try:
        return _BY_PLACE[message_code, Cra(cra)]
    except (KeyError, ValueError):
        raise ValueError(f"no ASN.1 payload of message code 0x{message_code:04X} and CRA flag {cra} is known") from None


@lru_cache(maxsize=1024)
def asn1_type(message_code: int, cra: int) -> Asn1Type | None:
    """Return the type of a message's ASN.1 payload, or ``None`` where none is known."""
    found = _BY_PLACE.get((message_code, Cra(cra)))
    return None if found is None else found[1]


def decode_asn1(octets: bytes, message_code: int, cra: int) -> Asn1Payload:
    """Read a payload by the type that message code and CRA flag choose.

    Raises :class:`GbcsError`: E30 where none is known, E34 where the payload does not follow it.
    """
    kind = asn1_type(message_code, cra)
    if kind is None:
        raise GbcsError("E30", 0, f"no ASN.1 payload of message code 0x{message_code:04X} is known", expected="another message code")
    forms: Forms = []
    value, after = kind.element(octets, 0, len(octets), forms)
    if after != len(octets):
        rest = octets[after:]
        raise GbcsError("E34", after, f"{len(rest)} octets after the outermost element", expected="none", octets=rest)
    return Asn1Payload(message_code, cra, value, kept(forms))
