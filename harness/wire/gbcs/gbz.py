"""GBZ payloads of alerts, as their layouts need them; Commands and Responses: :mod:`harness.wire.gbcs.components`.

For alerts: the layout of the one encrypted component that a billing alert carries, and the PublishSnapshot that is in
it; the other GBZ alert bodies are plain octets whose layout stands in :mod:`harness.wire.gbcs.layouts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from harness.errors import InternalError
from harness.wire.gbcs.content import SEALED, Fixed, Number, Packed, Remaining
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.zcl_table import zcl_command

if TYPE_CHECKING:
    from harness.wire.gbcs.zcl_types import Layout

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

_METERING, _PUBLISH_SNAPSHOT = 0x0702, 0x06
_GAS_SNAPSHOT = 6
_TIERS_AND_BLOCKS = 0x14
"""One tier, four blocks."""


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
        """Write the ZCL payload; ``ValueError`` where a value does not fit."""
        return _layout().write(
            {
                "snapshot-id": self.snapshot_id,
                "snapshot-time": self.time,
                "total-snapshots-found": self.found,
                "command-index": self.command_index,
                "total-commands": self.total_commands,
                "cause": self.cause,
                "payload-type": _GAS_SNAPSHOT,
                "registers": {
                    "summation": self.summation,
                    "tiers": self.tiers,
                    "tiers-and-blocks": _TIERS_AND_BLOCKS,
                    "blocks": self.blocks,
                },
            }
        )

    @classmethod
    def decode(cls, octets: bytes, *, offset: int = 0) -> PublishSnapshot:
        """Read the ZCL payload; raises :class:`GbcsError` (E33) where it is of another size or payload type."""
        try:
            found = _layout().read(octets, 0, len(octets))
        except GbcsError as error:
            raise error.moved(offset) from None
        match found["registers"]:
            case {
                "summation": int(summation),
                "tiers": (int(), int(), int(), int()) as tiers,
                "tiers-and-blocks": 0x14,
                "blocks": (int(), int(), int(), int()) as blocks,
            }:
                names = ("snapshot-id", "snapshot-time", "cause", "total-snapshots-found", "command-index", "total-commands")
                snapshot_id, time, cause, snapshots, index, total = (cast("int", found[name]) for name in names)
                return cls(
                    snapshot_id=snapshot_id,
                    time=time,
                    cause=cause,
                    summation=summation,
                    tiers=cast("tuple[int, int, int, int]", tiers),
                    blocks=cast("tuple[int, int, int, int]", blocks),
                    found=snapshots,
                    command_index=index,
                    total_commands=total,
                )
        expected = "payload type 6 with 4 tiers and 4 blocks"
        raise GbcsError("E33", offset, "another PublishSnapshot", expected=expected, octets=octets)


def _layout() -> Layout:
    command = zcl_command(_METERING, True, _PUBLISH_SNAPSHOT)
    if command is None:
        raise InternalError("the table of ZCL commands has no PublishSnapshot")
    return command.layout
