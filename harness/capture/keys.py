"""The keys of a capture, in the form in which Wireshark is given them.

tshark 4.0 counts the secrets blocks of a capture and does not use those of ZigBee, so their keys stand in a file as well, in
lines of ``zigbee_pc_keys``: ``"<32 hexadecimal digits>","Normal","<what it is>"``.
"""

from __future__ import annotations

from collections import deque
from struct import Struct
from typing import TYPE_CHECKING, Final

from harness.errors import BenchError
from harness.wire.pcap import PcapError, read_packets
from harness.wire.pcapng_writing import ZIGBEE_APS_KEY, ZIGBEE_NWK_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["KeyFile", "key_lines"]

_KEY: Final = 16
_LAYOUTS: Final = {
    ZIGBEE_NWK_KEY: (Struct("<H"), "network key of PAN {:04x}"),
    ZIGBEE_APS_KEY: (Struct("<HHH"), "link key of PAN {:04x}, {:04x} and {:04x}"),
}
_CHUNK: Final = 1 << 20


def key_lines(pieces: Iterable[bytes]) -> bytes:
    """Return the lines of a capture's keys, each once, in the order in which its secrets blocks give them.

    Raises :class:`harness.wire.pcap.PcapError` where the pieces are no capture, or a damaged one.
    """
    found: dict[bytes, None] = {}

    def take(kind: int, octets: bytes) -> None:
        layout, told = _LAYOUTS.get(kind, (None, ""))
        if layout is not None and len(octets) == _KEY + layout.size:
            words = told.format(*layout.unpack_from(octets, _KEY))
            found[f'"{octets[:_KEY].hex()}","Normal","{words}"\n'.encode()] = None

    deque(read_packets(pieces, take), maxlen=0)
    return b"".join(found)


class KeyFile:
    """The lines of the keys of a capture on a disk, worked out whenever they are asked for."""

    __slots__ = ("_capture",)

    def __init__(self, capture: Path) -> None:
        """Take the keys of ``capture``."""
        self._capture = capture

    def __iter__(self) -> Iterator[bytes]:
        """Read the whole capture, and give its lines; raises :class:`BenchError` where the target that wrote it wrote none."""
        with self._capture.open("rb") as stream:
            try:
                yield key_lines(iter(lambda: stream.read(_CHUNK), b""))
            except PcapError as error:
                raise BenchError(
                    f"what the target recorded is no capture: {error}", where=str(self._capture), expected="a pcapng"
                ) from None
