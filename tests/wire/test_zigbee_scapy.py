"""scapy, in a process of its own, reads the MAC and NWK fields of every frame as we do.

It does not know the multicast control octet, so what follows one is not compared; nor does it decrypt anything.
"""

from __future__ import annotations

import pytest
import scapy_process
import zigbee_specimens as made

from harness.wire.zigbee import mac, nwk


@pytest.fixture(scope="module")
def dissected() -> list[tuple[made.Specimen, dict[str, dict[str, object]]]]:
    python = scapy_process.interpreter()
    if python is None:
        pytest.skip(scapy_process.WHERE)
    specimens = made.specimens()
    found = scapy_process.dissect(python, [specimen.octets for specimen in specimens])
    return list(zip(specimens, found, strict=True))


def as_number(address: int | str | None) -> int | None:
    return int(address, 16) if isinstance(address, str) else address


def test_every_mac_field_is_the_same(dissected: list[tuple[made.Specimen, dict[str, dict[str, object]]]]) -> None:
    for specimen, layers in dissected:
        frame = mac.read_mac(specimen.octets)
        head = layers["Dot15d4FCS"]
        assert (head["fcf_frametype"], head["seqnum"]) == (frame.kind, frame.sequence), specimen.name
        assert (head["fcf_ackreq"], head["fcf_pending"]) == (frame.acknowledge, frame.pending), specimen.name
        assert head["fcs"] == int.from_bytes(specimen.octets[-2:], "little")
        body = next((layers[name] for name in ("Dot15d4Data", "Dot15d4Cmd", "Dot15d4Beacon") if name in layers), {})
        wanted = {
            "dest_panid": frame.destination_pan,
            "dest_addr": as_number(frame.destination),
            "src_panid": frame.source_pan,
            "src_addr": as_number(frame.source),
        }
        told = {name: value for name, value in body.items() if name in wanted and value is not None}
        assert told == {name: value for name, value in wanted.items() if value is not None and name in told}, specimen.name
        assert len(told) >= (0 if frame.kind == mac.ACKNOWLEDGEMENT else 2)


def test_every_network_field_is_the_same(dissected: list[tuple[made.Specimen, dict[str, dict[str, object]]]]) -> None:
    compared = 0
    for specimen, layers in dissected:
        frame = mac.read_mac(specimen.octets)
        if frame.kind != mac.DATA:
            continue
        network, told = nwk.read_nwk(frame.payload), layers["ZigbeeNWK"]
        head = ("frametype", "proto_version", "discover_route", "destination", "source", "radius", "seqnum")
        ours = network.kind, network.version, network.discover_route, network.destination, network.source, network.radius, network.sequence
        assert tuple(told[name] for name in head) == ours, specimen.name
        if network.multicast is not None:
            continue
        assert (told.get("ext_dst"), told.get("ext_src")) == (as_number(network.destination_ieee), as_number(network.source_ieee))
        if network.route is not None:
            assert (told["relay_index"], tuple(told["relays"])) == network.route
        if network.security is not None:
            aux = layers["ZigbeeSecurityHeader"]
            key, counter, source, sequence, _ = network.security
            assert (aux["key_type"], aux["fc"], aux["source"], aux["key_seqnum"]) == (key, counter, as_number(source), sequence)
            compared += 1
    assert compared > 100
