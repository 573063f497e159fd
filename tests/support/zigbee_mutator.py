"""Spoils ZigBee frames from a seed and reads them layer by layer: each ends in a value or in the codec's own error.

Frames are spoilt below and above encryption: half of the changes are made to what stands in clear, sealed again afterwards, so that
they reach the upper layers. Whatever is accepted is written again and must be the same octets.

As a program, from the checkout: ``PYTHONPATH=. python tests/support/zigbee_mutator.py COUNT [SEED]``.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import process_time_ns
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).parent))

import zigbee_specimens as made

from harness.wire import tunnelling
from harness.wire.zigbee import aps, mac, nwk, zdo
from harness.wire.zigbee.aps_commands import read_aps_command, write_aps_command
from harness.wire.zigbee.clusters import cluster_frame, named_frame, read_cluster_command
from harness.wire.zigbee.crc import fcs
from harness.wire.zigbee.errors import SecurityError, ZigbeeError
from harness.wire.zigbee.fields import OtherCommand
from harness.wire.zigbee.foundation import foundation_frame, read_foundation
from harness.wire.zigbee.mac_commands import (
    read_beacon,
    read_mac_command,
    read_network_beacon,
    write_beacon,
    write_mac_command,
    write_network_beacon,
)
from harness.wire.zigbee.nwk_commands import read_nwk_command, write_nwk_command
from harness.wire.zigbee.zcl import ZclFrame, read_zcl, write_zcl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Layer = tuple[str, bytes, object]

LIMIT_NS = 20_000_000
"""No frame may take longer."""
_TELLING = bytes((0, 1, 2, 3, 5, 8, 0x10, 0x20, 0x28, 0x30, 0x40, 0x48, 0x4C, 0x51, 0x7F, 0x80, 0xFE, 0xFF))
"""Octets that mean something to a reader: kinds, flags, counts, types."""


@dataclass(slots=True)
class Toll:
    """What became of spoilt frames."""

    frames: int = 0
    values: Counter[str] = field(default_factory=Counter)
    """By the layer at which reading came to its end."""
    refused: Counter[str] = field(default_factory=Counter)
    """By the layer that refused them."""
    slowest_ns: int = 0
    slowest: bytes = b""


def spoilt(frames: Sequence[bytes], count: int, seed: int | str) -> Iterator[bytes]:
    """Yield frames with octets changed, cut, doubled or put in; nine in ten with a frame check sequence that holds."""
    random = Random(seed)
    for _ in range(count):
        octets = random.choice(frames)
        kind = random.random()
        if kind < 0.05:
            made_up = random.randbytes(random.randrange(127))
        elif kind < 0.5:
            made_up = _spoil(octets[:-2], random)
        else:
            made_up = _spoil_inside(octets, random)
        yield made_up + fcs(made_up) if random.random() < 0.9 else _spoil(made_up, random)


def _spoil(octets: bytes, random: Random) -> bytes:
    changed = bytearray(octets)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        at = random.randrange(len(changed) + 1)
        kind = random.randrange(6)
        if kind < 3 and at < len(changed):
            changed[at] = random.choice(_TELLING) if random.random() < 0.5 else changed[at] ^ 1 << random.randrange(8)
        elif kind == 3:
            del changed[at : at + random.randrange(1, 9)]
        elif kind == 4:
            changed[at:at] = bytes((random.choice(_TELLING),))
        else:
            changed[at:at] = changed[at : at + random.randrange(1, 9)]
    return bytes(changed)


def _spoil_inside(octets: bytes, random: Random) -> bytes:
    """Spoil what is under the network key, or under the link key inside it, and seal it again."""
    frame = mac.read_mac(octets)
    if frame.kind != mac.DATA:
        return _spoil(octets[:-2], random)
    network = nwk.open_nwk(frame.payload, made.KEYS)
    payload = network.payload
    inner = aps.read_aps(payload) if network.kind == nwk.DATA else None
    source = made.HUB_EUI if network.source == made.HUB else made.METER_EUI
    if inner is not None and inner.security is not None and inner.security.key == 0 and random.random() < 0.7:
        opened = aps.open_aps(payload, made.LINK, source)
        payload = aps.seal_aps(opened._replace(payload=_spoil(opened.payload, random)), made.LINK, source)
    else:
        payload = _spoil(payload, random)
    network = network._replace(payload=payload)
    sealed = nwk.write_nwk(network) if network.security is None else nwk.seal_nwk(network, made.NETWORK)
    if len(sealed) + len(octets) - len(frame.payload) > mac.MOST_OCTETS:
        return _spoil(octets[:-2], random)
    return mac.write_mac(frame._replace(payload=sealed))[:-2]


def read_through(octets: bytes) -> str:
    """Read a frame as far up as it goes, and each layer back to the same octets; return the layer at which it ended."""
    frame = mac.read_mac(octets)
    assert mac.write_mac(frame) == octets
    if frame.secured:
        return "MAC"
    if frame.kind == mac.COMMAND:
        return _same("MAC", read_mac_command, write_mac_command, frame.payload)
    if frame.kind == mac.BEACON:
        beacon = read_beacon(frame.payload)
        assert write_beacon(beacon) == frame.payload
        return _same("beacon", read_network_beacon, write_network_beacon, beacon.payload)
    return _network(frame.payload) if frame.kind == mac.DATA else "MAC"


def _same(layer: str, read: Callable[[bytes], object], write: Callable[..., bytes], octets: bytes) -> str:
    assert write(read(octets)) == octets
    return layer


def _network(octets: bytes) -> str:
    assert nwk.write_nwk(nwk.read_nwk(octets)) == octets
    network = nwk.open_nwk(octets, made.KEYS)
    if network.security is not None and not network.security.level:
        assert nwk.seal_nwk(network, made.NETWORK) == octets
    if network.kind == nwk.COMMAND:
        return _same("NWK", read_nwk_command, write_nwk_command, network.payload)
    if network.kind != nwk.DATA:
        return "NWK"
    assert aps.write_aps(aps.read_aps(network.payload)) == network.payload
    source = made.HUB_EUI if network.source == made.HUB else made.METER_EUI
    application = aps.open_aps(network.payload, made.LINK, source)
    if application.kind == aps.COMMAND:
        return _same("APS", read_aps_command, write_aps_command, application.payload)
    if application.kind != aps.DATA or application.fragment is not None or application.cluster is None:
        return "APS"
    return _application(application.profile, application.cluster, application.payload)


def _application(profile: int | None, cluster: int, payload: bytes) -> str:
    if profile == aps.ZDP:
        assert zdo.write_zdo(zdo.read_zdo(cluster, payload)) == payload
        return "ZDO"
    frame = read_zcl(payload)
    assert write_zcl(frame) == payload
    if not frame.of_cluster:
        command = read_foundation(frame)
        if not isinstance(command, OtherCommand):
            assert foundation_frame(command, sequence=0).payload == frame.payload
        return "ZCL"
    return _cluster(frame, cluster)


def _cluster(frame: ZclFrame, cluster: int) -> str:
    command = read_cluster_command(frame, cluster)
    if isinstance(command, OtherCommand):
        return "ZCL"
    if hasattr(command, "ordered"):
        again = named_frame(cluster, frame.command, command, sequence=0, from_server=frame.from_server)
        assert again.payload == frame.payload
    elif cluster == 0x0704 and type(command).__module__ == tunnelling.__name__:
        written = tunnelling.write_frame(tunnelling.TunnelFrame(sequence=0, command=command, default_response=False))
        assert written[3:] == frame.payload
    else:
        assert cluster_frame(command, sequence=0, from_server=frame.from_server)[1].payload == frame.payload
    return "cluster"


def take_toll(frames: Iterator[bytes]) -> Toll:
    """Read spoilt frames; whatever is neither a value nor the codec's error is raised."""
    toll = Toll()
    for octets in frames:
        began = process_time_ns()
        try:
            toll.values[read_through(octets)] += 1
        except ZigbeeError as error:
            if not error.what or error.offset < 0:
                raise
            toll.refused[f"{error.layer} {error.reason}" if isinstance(error, SecurityError) else error.layer] += 1
        took = process_time_ns() - began
        toll.frames += 1
        if took > toll.slowest_ns:
            toll.slowest_ns, toll.slowest = took, octets
    return toll


def main() -> None:
    """Spoil as many frames as the command line says, and print what became of them."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = process_time_ns()
    toll = take_toll(spoilt([specimen.octets for specimen in made.specimens()], count, seed))
    seconds = (process_time_ns() - began) / 1e9
    print(f"{toll.frames} frames in {seconds:.0f} s: {toll.values.total()} values, {toll.refused.total()} refused")
    print(f"values {dict(sorted(toll.values.items()))}")
    print(f"refused {dict(sorted(toll.refused.items()))}")
    print(f"slowest {toll.slowest_ns / 1e6:.2f} ms: {toll.slowest.hex()}")


if __name__ == "__main__":
    main()
