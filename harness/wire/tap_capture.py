"""How the packets of one trial are laid out in a pcapng, whoever writes it: an interface for each tap, in their order.

========= ========= =============================================================================================
interface link type octets of a packet
========= ========= =============================================================================================
``han``   283, 252  IEEE 802.15.4 frames behind a TAP header; where only whole messages are recorded, as below
``hub``…  252       a GBCS message behind the tags that name its dissector; likewise ``wan``, ``dsp``, ``user``
========= ========= =============================================================================================

Every description says what stands behind the evidence, so that nobody takes what was simulated for the field. Directions
are those that the hub sees, times are those of the trial, and a comment says which stimulus a packet is the first to follow.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from harness.vocab.journal import TAPS
from harness.vocab.time import SECOND

if TYPE_CHECKING:
    from harness.vocab.time import Epoch
    from harness.wire.pcapng_writing import PcapngWriter

__all__ = ["AIR", "GBCS_MESSAGE", "UPPER_PDU", "describe_taps", "stimulus_comment", "unix_nanoseconds"]

AIR: Final = 283
"""Link type of IEEE 802.15.4 frames behind a TAP header."""
UPPER_PDU: Final = 252
"""Link type of messages behind tags that name their dissector."""

_DISSECTOR: Final = b"gbcs_message"
_NAME_OF_DISSECTOR, _END_OF_TAGS = 12, bytes(4)
GBCS_MESSAGE: Final = Struct(">HH").pack(_NAME_OF_DISSECTOR, len(_DISSECTOR)) + _DISSECTOR + _END_OF_TAGS
"""The tags before a GBCS message."""

_TOLD: Final = {
    "han": "HAN air",
    "hub": "what the hub hands to the WAN",
    "wan": "at the WAN gateway",
    "dsp": "into the DSP",
    "user": "at the service user",
}
_BETWEEN_EPOCHS: Final = 946_684_800
"""Seconds from 1970, whence captures count, to 2000, whence ZigBee does."""


def describe_taps(writer: PcapngWriter, nature: str, *, frames: bool) -> dict[str, int]:
    """Describe an interface for each tap, and return their numbers.

    ``nature`` says what stands behind the evidence, such as ``simulated``; ``frames`` that the HAN is recorded frame by frame.
    """
    return {
        tap: writer.interface(tap, AIR if frames and tap == "han" else UPPER_PDU, description=f"{_TOLD[tap]}, {nature}") for tap in TAPS
    }


def unix_nanoseconds(epoch: Epoch) -> int:
    """Return nanoseconds from 1970-01-01T00:00:00Z to a trial's instant 0."""
    return (epoch.seconds + _BETWEEN_EPOCHS) * SECOND


def stimulus_comment(index: int, phase: str, do: str, on: str) -> str:
    """Return what the first packet after a phase of a stimulus says, such as ``stimulus 3 done: supply.voltage on esme``."""
    return f"stimulus {index} {phase}: {do} on {on}"
