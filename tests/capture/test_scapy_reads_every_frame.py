"""scapy, in a process of its own, reads the MAC and NWK fields of every recorded frame as we do, and knows every check sum."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import pytest
import recorded_trials as recorded
import scapy_process

from harness.vocab.identity import Eui64
from harness.vocab.time import HOUR
from harness.wire.pcap import read_packets
from harness.wire.tap_capture import AIR
from harness.wire.zigbee import mac, nwk

if TYPE_CHECKING:
    from pathlib import Path

    Layers = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def python() -> str:
    found = scapy_process.interpreter()
    if found is None and os.environ.get("SMETS_HARNESS_REQUIRE_TOOLS") == "1":
        pytest.fail(scapy_process.WHERE)
    if found is None:
        pytest.skip(scapy_process.WHERE)
    return found


def frames_of(capture: bytes) -> list[bytes]:
    """Return the MAC frames of a capture, each behind a TAP header that says how long it is."""
    on_air = [packet.octets for packet in read_packets([capture]) if packet.link_type == AIR]
    return [octets[struct.unpack_from("<H", octets, 2)[0] :] for octets in on_air]


def number(address: int | Eui64 | None) -> int | None:
    return int(address, 16) if isinstance(address, str) else address


def mac_fields(frame: mac.MacFrame) -> dict[str, object]:
    return {
        "fcf_frametype": frame.kind,
        "seqnum": frame.sequence,
        "fcf_ackreq": frame.acknowledge,
        "fcf_pending": frame.pending,
        "fcf_security": frame.secured,
        "fcf_framever": frame.version,
    }


def mac_addresses(frame: mac.MacFrame) -> dict[str, int]:
    found = {
        "dest_panid": frame.destination_pan,
        "dest_addr": number(frame.destination),
        "src_panid": frame.source_pan,
        "src_addr": number(frame.source),
    }
    return {name: value for name, value in found.items() if value is not None}


def nwk_fields(frame: nwk.NwkFrame) -> dict[str, object]:
    found = {
        "frametype": frame.kind,
        "proto_version": frame.version,
        "discover_route": frame.discover_route,
        "destination": frame.destination,
        "source": frame.source,
        "radius": frame.radius,
        "seqnum": frame.sequence,
        "ext_dst": number(frame.destination_ieee),
        "ext_src": number(frame.source_ieee),
    }
    return {name: value for name, value in found.items() if value is not None}


def compare(octets: bytes, layers: Layers) -> bool:
    """Compare one frame; return whether it had a network layer under security."""
    frame, head = mac.read_mac(octets), layers["Dot15d4FCS"]
    assert {name: head[name] for name in mac_fields(frame)} == mac_fields(frame)
    assert head["fcs"] == int.from_bytes(octets[-2:], "little")
    body = next((layers[name] for name in ("Dot15d4Data", "Dot15d4Cmd", "Dot15d4Beacon") if name in layers), {})
    wanted = mac_addresses(frame)
    assert {name: body.get(name) for name in wanted} == wanted
    assert wanted or frame.kind == mac.ACKNOWLEDGEMENT
    if frame.kind != mac.DATA:
        return False
    network, told = nwk.read_nwk(frame.payload), layers["ZigbeeNWK"]
    assert {name: told.get(name) for name in nwk_fields(network)} == nwk_fields(network)
    if network.security is None:
        return False
    key, counter, source, sequence, _ = network.security
    aux = layers["ZigbeeSecurityHeader"]
    assert (aux["key_type"], aux["fc"], aux["source"], aux["key_seqnum"]) == (key, counter, number(source), sequence)
    return True


@pytest.mark.slow
@pytest.mark.parametrize("scenario", recorded.SCENARIOS, ids=lambda path: path.stem)
def test_every_mac_and_network_field_is_the_same(scenario: Path, python: str) -> None:
    secured = 0
    for trial in recorded.record(scenario, "window.fidelity=frames", observe=HOUR // 2):
        frames = frames_of(trial.capture)
        dissected = scapy_process.dissect(python, frames)
        secured += sum(compare(octets, layers) for octets, layers in zip(frames, dissected, strict=True))
    assert secured > 500
