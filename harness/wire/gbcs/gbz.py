"""GBZ payloads of alerts: ZigBee-flavoured octets, big-endian around, little-endian inside ZCL.

For alerts: the layout of the one encrypted component that a billing alert carries, and the PublishSnapshot that is in
it; the other GBZ alert bodies are plain octets whose layout stands in :mod:`harness.wire.gbcs.layouts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from harness.wire.gbcs.content import SEALED, Fixed, Number, Packed, Remaining
from harness.wire.gbcs.errors import GbcsError

__all__ = ["ENCRYPTED_COMPONENT", "GBZ_PROFILE", "PublishSnapshot"]

GBZ_PROFILE = b"\x01\x09"
"""Smart Energy profile id, which every GBZ payload starts with."""

ENCRYPTED_COMPONENT = Packed(
    (
        ("control", Fixed(b"\x03", "last component, encrypted")),
        ("cluster", Number(2, {0x0702: "Metering"})),
        ("component-length", Remaining(2)),
        ("additional-control", Fixed(b"\x00")),
        ("additional-frame-counter", Number(1)),
        ("frame-control", Number(1)),
        ("sequence", Number(1)),
        ("command", Number(1, {0x06: "PublishSnapshot, where the cluster is Metering"})),
        ("ciphered-length", Remaining(2)),
        *SEALED.members,
    )
)
"""The only component of a message, encrypted."""

_HEAD = Struct("<IIBBBIB")
_TIERS, _BLOCKS = 4, 4
_GAS_SNAPSHOT = 6
_TIERS_AND_BLOCKS = 0x10 | _BLOCKS


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSnapshot:
    """A Metering PublishSnapshot of payload type 6, the only one GBCS uses; all registers are unsigned 48 bit."""

    snapshot_id: int
    time: int
    """Seconds since 2000-01-01T00:00:00Z."""
    cause: int
    summation: int
    tiers: tuple[int, int, int, int]
    blocks: tuple[int, int, int, int]
    found: int = 1
    command_index: int = 0
    total_commands: int = 1

    def encode(self) -> bytes:
        """Write the ZCL payload; ``OverflowError`` or ``struct.error`` where a value does not fit."""
        head = _HEAD.pack(self.snapshot_id, self.time, self.found, self.command_index, self.total_commands, self.cause, _GAS_SNAPSHOT)
        return b"".join(
            (
                head,
                _registers((self.summation,)),
                bytes((_TIERS,)),
                _registers(self.tiers),
                bytes((_TIERS_AND_BLOCKS,)),
                _registers(self.blocks),
            )
        )

    @classmethod
    def decode(cls, octets: bytes, *, offset: int = 0) -> PublishSnapshot:
        """Read the ZCL payload; raises :class:`GbcsError` (E33) where it is of another size or payload type."""
        marks = octets[15:16], octets[22:23], octets[47:48]
        if len(octets) != 72 or marks != (bytes((_GAS_SNAPSHOT,)), bytes((_TIERS,)), bytes((_TIERS_AND_BLOCKS,))):
            expected = "72 octets of payload type 6 with 4 tiers and 4 blocks"
            raise GbcsError("E33", offset, "another PublishSnapshot", expected=expected, octets=octets)
        snapshot_id, time, found, index, total, cause, _ = _HEAD.unpack_from(octets)
        return cls(
            snapshot_id=snapshot_id,
            time=time,
            cause=cause,
            summation=_register(octets, 16),
            tiers=_four(octets, 23),
            blocks=_four(octets, 48),
            found=found,
            command_index=index,
            total_commands=total,
        )


def _registers(values: tuple[int, ...]) -> bytes:
    return b"".join(value.to_bytes(6, "little") for value in values)


def _register(octets: bytes, at: int) -> int:
    return int.from_bytes(octets[at : at + 6], "little")


def _four(octets: bytes, at: int) -> tuple[int, int, int, int]:
    return _register(octets, at), _register(octets, at + 6), _register(octets, at + 12), _register(octets, at + 18)
