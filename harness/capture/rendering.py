"""A capture of a trial of which only a journal or a trace is there: what it says of messages, as packets.

Beside the interfaces of :mod:`harness.wire.tap_capture` there is one named ``zcl``: ZCL frames of the journal, which stand there
without the layers that carried them. They are put into headers of IEEE 802.15.4, NWK and APS that are made up, without
encryption, so that a dissector finds them; only cluster, octets and the two EUI-64s are evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.errors import BundleError, HarnessError
from harness.vocab.identity import Eui64
from harness.vocab.time import Epoch
from harness.wire.pcapng_writing import INBOUND, OUTBOUND, UNTOLD, PcapngWriter
from harness.wire.tap_capture import GBCS_MESSAGE, describe_taps, stimulus_comment, unix_nanoseconds
from harness.wire.zigbee import aps, mac, nwk
from harness.wire.zigbee.fragments import fragments

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.vocab.journal import Journal, Record
    from harness.wire.pcapng_writing import SupportsWrite

__all__ = ["NATURES", "render"]

NATURES: Final = {"S": "simulated", "L": "laboratory", "F": "field"}
"""What stands behind the evidence of a realm, in a word."""

_FRAME: Final = 195
"""Link type of IEEE 802.15.4 frames with their check."""
_PAN: Final = 1
_RADIUS: Final = 1
_SMART_ENERGY: Final = 0x0109
_ENDPOINT: Final = 1
_BLOCK: Final = 64
"""Octets of a block of a ZCL frame that does not fit one frame."""
_HUB: Final = frozenset({"gpf", "hub"})


def render(journal: Journal, stream: SupportsWrite, *, source: str) -> int:
    """Write what a journal, or a trace, says of messages and frames as a pcapng; return how many packets that are.

    ``source`` tells every reader what it was rendered from, such as ``the trace``. Raises :class:`BundleError` naming
    the line of a record that is not what the journal format says.
    """
    rendering = _Rendering(journal, stream, source)
    handlers: dict[str, Callable[[Record], None]] = {
        "device": rendering.device,
        "stimulus": rendering.stimulus,
        "gap": rendering.gap,
        "message": rendering.message,
        "frame": rendering.frame,
    }
    for line, record in enumerate(journal, 1):
        handler = handlers.get(str(record["kind"]))
        if handler is None:
            continue
        try:
            handler(record)
        except (KeyError, TypeError, ValueError, HarnessError) as error:
            what = f"a record of kind '{record['kind']}' is not as the format says: {error}"
            raise BundleError(what, where=f"trial {journal.trial}, line {line}") from None
    return rendering.packets


class _Rendering:
    """A capture on its way."""

    __slots__ = ("_addresses", "_comment", "_hub", "_interfaces", "_since", "_writer", "_zcl", "packets")

    def __init__(self, journal: Journal, stream: SupportsWrite, source: str) -> None:
        first = journal[1]
        nature = f"{NATURES.get(str(first.get('realm')), 'of no known realm')}, rendered from {source}"
        self._since = unix_nanoseconds(Epoch.parse(str(first.get("epoch"))))
        self._writer = PcapngWriter(stream)
        self._interfaces = describe_taps(self._writer, nature, frames=False)
        self._zcl = self._writer.interface("zcl", _FRAME, description=f"ZCL frames on the HAN air in made-up headers, {nature}")
        self._hub: set[str] = set()
        self._addresses: dict[str, int] = {}
        self._comment = ""
        self.packets = 0

    def device(self, record: Record) -> None:
        """Take note of whose frames the hub sends."""
        if record["role"] in _HUB:
            self._hub.add(str(record["device"]))

    def stimulus(self, record: Record) -> None:
        """Have the next packet say so."""
        self._remark(stimulus_comment(int(str(record["index"])), str(record["phase"]), str(record["do"]), str(record["on"])))

    def gap(self, record: Record) -> None:
        """Have the next packet say what was not recorded before it."""
        self._remark(f"not recorded at {record['tap']}: {record['lost']}, {record['reason']}")

    def message(self, record: Record) -> None:
        """Write a message at its tap."""
        tap = str(record["tap"])
        self._packet(record, self._interfaces[tap], GBCS_MESSAGE + bytes.fromhex(str(record["octets"])), self._direction(record))

    def frame(self, record: Record) -> None:
        """Write a ZCL frame in headers of our own."""
        source, destination = (Eui64(str(record[who])) for who in ("source", "destination"))
        to, by = self._address(destination), self._address(source)
        octets, cluster, counter = bytes.fromhex(str(record["octets"])), int(str(record["cluster"]), 16), self.packets & 0xFF
        whole = aps.ApsFrame(aps.DATA, counter, octets, cluster, _SMART_ENERGY, _ENDPOINT, _ENDPOINT)
        for block in fragments(whole, _BLOCK):
            number = self.packets & 0xFF
            payload = aps.write_aps(block)
            network = nwk.NwkFrame(nwk.DATA, to, by, _RADIUS, number, payload, destination_ieee=destination, source_ieee=source)
            frame = mac.MacFrame(mac.DATA, number, nwk.write_nwk(network), to, _PAN, by)
            self._packet(record, self._zcl, mac.write_mac(frame), self._direction(record))

    def _remark(self, text: str) -> None:
        self._comment = f"{self._comment}; {text}" if self._comment else text

    def _direction(self, record: Record) -> int:
        """Return the direction that the hub sees: on the air by who sends, behind it towards the service user."""
        if record["tap"] != "han":
            return OUTBOUND
        if record["source"] in self._hub:
            return OUTBOUND
        return INBOUND if record["destination"] in self._hub else UNTOLD

    def _address(self, device: str) -> int:
        """Return the short address that a device is given here: 0 for the hub, for others the order in which they appear."""
        if device in self._hub:
            return 0
        return self._addresses.setdefault(device, len(self._addresses) + 1)

    def _packet(self, record: Record, interface: int, octets: bytes, direction: int) -> None:
        self._writer.packet(interface, self._since + int(str(record["at"])), octets, direction, self._comment)
        self._comment = ""
        self.packets += 1
