"""The capture of a trial: what sniffers at the five taps would have recorded, in order of time.

A capture holds every identity and every key of the trial. Nothing is judged by it: the journal is.
"""

from __future__ import annotations

from collections import deque
from struct import Struct
from typing import TYPE_CHECKING, Final

from harness.wire.pcapng_writing import INBOUND, OUTBOUND, UNTOLD, ZIGBEE_APS_KEY, ZIGBEE_NWK_KEY, PcapngWriter
from harness.wire.tap_capture import GBCS_MESSAGE, describe_taps, unix_nanoseconds

if TYPE_CHECKING:
    from harness.vocab.time import Epoch
    from harness.wire.pcapng_writing import SupportsWrite

__all__ = ["INBOUND", "OUTBOUND", "UNTOLD", "Tape"]

_LINK: Final = Struct("<HHH")


class Tape:
    """Writes a pcapng with one interface for each tap; MAC frames may be handed in ahead of their time, messages may not."""

    __slots__ = ("_ahead", "_interfaces", "_note", "_since", "_taps", "_writer", "is_recording")

    def __init__(self, stream: SupportsWrite | None, epoch: Epoch, taps: frozenset[str], *, frames: bool) -> None:
        """Record ``taps`` to ``stream``, or nothing where there is none; the trial's instant 0 is ``epoch``.

        ``frames`` tells whether the HAN is recorded frame by frame.
        """
        self._since = unix_nanoseconds(epoch)
        self._taps = taps if stream is not None else frozenset()
        self._ahead: deque[tuple[int, bytes, int]] = deque()
        self._note = ""
        self._writer = PcapngWriter(stream) if stream is not None else None
        self._interfaces = describe_taps(self._writer, "simulated", frames=frames) if self._writer is not None else {}
        self.is_recording = "han" in self._taps
        """Whether MAC frames are recorded."""

    def network_key(self, key: bytes, pan: int) -> None:
        """Write the network key of the frames that follow."""
        if self._writer is not None:
            self._writer.secrets(ZIGBEE_NWK_KEY, key + pan.to_bytes(2, "little"))

    def link_key(self, key: bytes, pan: int, one: int, other: int) -> None:
        """Write the link key between two short addresses."""
        if self._writer is not None:
            self._writer.secrets(ZIGBEE_APS_KEY, key + _LINK.pack(pan, one, other))

    def note(self, at: int, text: str) -> None:
        """Have the next packet after ``at`` bear a remark, as on a stimulus that was carried out."""
        if self._writer is not None:
            self.flush(at)
            self._note = f"{self._note}; {text}" if self._note else text

    def frame(self, at: int, octets: bytes, direction: int) -> None:
        """Take a MAC frame behind its TAP header, on the air at ``at`` nanoseconds from the trial's start, after any before it."""
        if self.is_recording:
            self._ahead.append((at, octets, direction))

    def message(self, at: int, tap: str, octets: bytes, direction: int) -> None:
        """Record a GBCS message that is seen at a tap now."""
        if tap in self._taps:
            self.flush(at)
            self._write(at, tap, GBCS_MESSAGE + octets, direction)

    def flush(self, until: int) -> None:
        """Write every frame up to and including ``until``."""
        ahead = self._ahead
        while ahead and ahead[0][0] <= until:
            at, octets, direction = ahead.popleft()
            self._write(at, "han", octets, direction)

    def _write(self, at: int, tap: str, octets: bytes, direction: int) -> None:
        if self._writer is not None:
            self._writer.packet(self._interfaces[tap], self._since + at, octets, direction, self._note)
            self._note = ""
