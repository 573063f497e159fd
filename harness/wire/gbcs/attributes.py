"""Profile-wide ZCL commands: attributes read, attributes told, and the default response."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from harness.wire.gbcs.errors import GbcsError

__all__ = [
    "ATTRIBUTE_TYPES",
    "STATUSES",
    "AttributeRecord",
    "AttributeValue",
    "DefaultResponse",
    "ReadAttributes",
    "ReadAttributesResponse",
    "UnknownTypeError",
]

READ_ATTRIBUTES, READ_ATTRIBUTES_RESPONSE, DEFAULT_RESPONSE = 0x00, 0x01, 0x0B
"""Command ids of the profile-wide commands that GBCS uses."""

ATTRIBUTE_TYPES = {
    0x10: "boolean",
    0x18: "bitmap8",
    0x19: "bitmap16",
    0x1A: "bitmap24",
    0x1B: "bitmap32",
    0x20: "unsigned 8",
    0x21: "unsigned 16",
    0x22: "unsigned 24",
    0x23: "unsigned 32",
    0x24: "unsigned 40",
    0x25: "unsigned 48",
    0x28: "signed 8",
    0x29: "signed 16",
    0x2A: "signed 24",
    0x2B: "signed 32",
    0x30: "enum8",
    0x31: "enum16",
    0x41: "octet string",
    0x42: "character string",
    0xE2: "UTC time",
}
"""What a type octet says; 10, 1A, 1B, 24, 28 to 2A, 31 and E2 are in no reference message."""
_WIDTHS = {0x10: 1, 0x18: 1, 0x19: 2, 0x1A: 3, 0x1B: 4, 0x20: 1, 0x21: 2, 0x22: 3, 0x23: 4, 0x24: 5, 0x25: 6, 0x30: 1, 0x31: 2, 0xE2: 4}
_SIGNED = {0x28: 1, 0x29: 2, 0x2A: 3, 0x2B: 4}
_STRINGS = frozenset({0x41, 0x42})
_NO_STRING = 0xFF

STATUSES = {
    0x00: "success",
    0x01: "failure",
    0x7E: "not authorised",
    0x80: "malformed command",
    0x81: "unsupported cluster command",
    0x82: "unsupported general command",
    0x85: "invalid field",
    0x86: "unsupported attribute",
    0x87: "invalid value",
    0x88: "read only",
    0x89: "insufficient space",
    0x8A: "duplicate exists",
    0x8B: "not found",
    0x8D: "invalid data type",
    0x94: "timeout",
    0xC0: "hardware failure",
    0xC1: "software failure",
}
"""What a ZCL status says."""

AttributeValue = int | bytes | None
"""A number, or the octets of a string (``None``: no string, length octet FF)."""


class UnknownTypeError(GbcsError):
    """An attribute is of a type whose size is not known, so that what follows it cannot be told apart."""


@dataclass(frozen=True, slots=True)
class ReadAttributes:
    """Which attributes a client asks for."""

    attributes: tuple[int, ...]

    def encode(self) -> bytes:
        """Write the ZCL payload."""
        return b"".join([attribute.to_bytes(2, "little") for attribute in self.attributes])

    @classmethod
    def decode(cls, octets: bytes, at: int, end: int) -> ReadAttributes:
        """Read the ZCL payload from ``at`` to ``end``; raises :class:`GbcsError` E33."""
        if (end - at) % 2:
            raise GbcsError("E33", end - 1, "half an attribute id", expected="two octets each", octets=octets[end - 1 : end])
        return cls(Struct(f"<{(end - at) // 2}H").unpack_from(octets, at))


@dataclass(slots=True, unsafe_hash=True)
class AttributeRecord:
    """One attribute as a server tells it."""

    attribute: int
    status: int
    """One of :data:`STATUSES`; where it is not 0 there is neither type nor value."""
    type: int | None = None
    """One of :data:`ATTRIBUTE_TYPES`."""
    value: AttributeValue = None

    def encode(self) -> bytes:
        """Write the record; ``ValueError`` or ``OverflowError`` where the value is none of its type."""
        head = self.attribute.to_bytes(2, "little") + bytes((self.status,))
        if self.status:
            return head
        kind, value = self.type, self.value
        if kind in _STRINGS:
            octets = b"" if value is None else value
            if not isinstance(octets, bytes) or len(octets) >= _NO_STRING:
                raise ValueError(f"{value!r} where at most 254 octets are needed")
            return head + bytes((kind, _NO_STRING if value is None else len(octets))) + octets
        if kind is None or not isinstance(value, int):
            raise ValueError(f"attribute 0x{self.attribute:04X} of type {kind} has value {value!r}")
        width = _WIDTHS.get(kind) or _SIGNED.get(kind)
        if width is None:
            raise ValueError(f"attribute type 0x{kind:02X} is not known")
        return head + bytes((kind,)) + value.to_bytes(width, "little", signed=kind in _SIGNED)


@dataclass(frozen=True, slots=True)
class ReadAttributesResponse:
    """What a server tells of the attributes that were asked for."""

    records: tuple[AttributeRecord, ...]

    def encode(self) -> bytes:
        """Write the ZCL payload."""
        return b"".join([record.encode() for record in self.records])

    @classmethod
    def decode(cls, octets: bytes, at: int, end: int) -> ReadAttributesResponse:
        """Read the ZCL payload from ``at`` to ``end``.

        Raises :class:`GbcsError` E33, and :class:`UnknownTypeError` for a type that is not known.
        """
        records = []
        while at < end:
            if end - at < 3:
                raise GbcsError("E33", at, "an attribute record breaks off", expected="id and status", octets=octets[at:end])
            attribute, status = octets[at] | octets[at + 1] << 8, octets[at + 2]
            at += 3
            if status:
                records.append(AttributeRecord(attribute, status))
                continue
            if end - at < 2:
                raise GbcsError("E33", at, "an attribute value breaks off", expected="type and value", octets=octets[at:end])
            kind = octets[at]
            value, at = _value(octets, at, end)
            records.append(AttributeRecord(attribute, 0, kind, value))
        return cls(tuple(records))


def _value(octets: bytes, at: int, end: int) -> tuple[AttributeValue, int]:
    """Read the value whose type octet stands at ``at``."""
    kind, start = octets[at], at + 1
    width = _WIDTHS.get(kind) or _SIGNED.get(kind)
    if width is None:
        if kind not in _STRINGS:
            expected = "a type that GBCS uses"
            raise UnknownTypeError("E33", at, f"attribute type 0x{kind:02X}", expected=expected, octets=octets[at:start])
        width, start = octets[start], start + 1
        if width == _NO_STRING:
            return None, start
    after = start + width
    if after > end:
        raise GbcsError("E33", start, "an attribute value breaks off", expected=f"{width} octets", octets=octets[start:end])
    if kind in _STRINGS:
        return octets[start:after], after
    return int.from_bytes(octets[start:after], "little", signed=kind in _SIGNED), after


@dataclass(frozen=True, slots=True)
class DefaultResponse:
    """That a command was taken, or why not."""

    command: int
    status: int
    """One of :data:`STATUSES`."""

    def encode(self) -> bytes:
        """Write the ZCL payload."""
        return bytes((self.command, self.status))

    @classmethod
    def decode(cls, octets: bytes, at: int, end: int) -> DefaultResponse:
        """Read the ZCL payload from ``at`` to ``end``; raises :class:`GbcsError` E33."""
        if end - at != 2:
            raise GbcsError("E33", at, "another default response", expected="command and status", octets=octets[at:end])
        return cls(octets[at], octets[at + 1])
