"""Captures that are written are read again: by our reader, by tshark, and by capinfos."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING

import pytest

from harness.vocab.seed import Chance, subseed
from harness.wire.pcap import read_packets
from harness.wire.pcapng_writing import INBOUND, OUTBOUND, UNTOLD, ZIGBEE_APS_KEY, ZIGBEE_NWK_KEY, PcapngWriter, tap_header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SINCE = 1_893_974_400_000_000_000
"""2030-01-07T00:00:00Z in nanoseconds since 1970."""
TAP, GBCS = 283, 252
ACKNOWLEDGEMENT = bytes.fromhex("020007") + bytes.fromhex("e2b1")


def written(packets: int = 50) -> tuple[bytes, list[tuple[int, int, bytes, int, str]]]:
    """A capture of two interfaces, and what was put into it."""
    stream = io.BytesIO()
    writer = PcapngWriter(stream)
    air, hub = writer.interface("han", TAP, description="HAN air, simulated"), writer.interface("hub", GBCS)
    writer.secrets(ZIGBEE_NWK_KEY, bytes(range(16)) + b"\x34\x12")
    writer.secrets(ZIGBEE_APS_KEY, bytes(range(16)) + bytes(6))
    chance = Chance(subseed(b"tests", "pcapng"))
    entries = []
    for number in range(packets):
        entry = (
            (air, hub)[number % 2],
            SINCE + number * 1_000_000_007,
            chance.octets(chance.below(130)),
            (UNTOLD, INBOUND, OUTBOUND)[number % 3],
            "" if number % 4 else f"stimulus {number}: é",
        )
        entries.append(entry)
        writer.packet(*entry)
    return stream.getvalue(), entries


@pytest.mark.parametrize("piece", [1, 7, 64, 1 << 20])
def test_what_is_written_is_read_again(piece: int) -> None:
    octets, entries = written()
    pieces = (octets[at : at + piece] for at in range(0, len(octets), piece))
    found = [(packet.interface, packet.time, packet.octets, packet.link_type) for packet in read_packets(pieces)]
    assert found == [(interface, time, kept, (TAP, GBCS)[interface]) for interface, time, kept, _, _ in entries]


def test_the_same_capture_is_the_same_octets() -> None:
    assert written()[0] == written()[0]


def test_tshark_reads_times_directions_comments_and_the_tap_header(tool: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "air.pcapng"
    with path.open("wb") as stream:
        writer = PcapngWriter(stream)
        air = writer.interface("han", TAP)
        head = tap_header(fcs=True, channel=11, page=0, rssi=-61.5, lqi=180)
        writer.packet(air, SINCE + 1, head + ACKNOWLEDGEMENT, OUTBOUND, "after stimulus 1")
        head = tap_header(fcs=True, channel=20, page=28, rssi=-90.0, lqi=3)
        writer.packet(air, SINCE + 2_000_000_003, head + ACKNOWLEDGEMENT, INBOUND)
    fields = ("frame.time_epoch", "frame.packet_flags_direction", "frame.comment", "wpan-tap.ch_num", "wpan-tap.ch_page")
    fields += ("wpan-tap.rss", "wpan-tap.lqi", "wpan.seq_no", "frame.interface_name")
    command = [
        tool("tshark"),
        "-n",
        "-r",
        str(path),
        "-T",
        "fields",
        "-E",
        "separator=|",
        *(part for name in fields for part in ("-e", name)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    first, second = (line.split("|") for line in done.stdout.splitlines())
    assert first == ["1893974400.000000001", "0x00000002", "after stimulus 1", "11", "0", "-61.5", "180", "7", "han"]
    assert second[0] == "1893974402.000000003"
    assert second[1:5] == ["0x00000001", "", "20", "28"]


def test_capinfos_counts_packets_interfaces_and_secrets(tool: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "all.pcapng"
    path.write_bytes(written(31)[0])
    done = subprocess.run([tool("capinfos"), str(path)], capture_output=True, text=True, check=True, timeout=60)
    told = " ".join(done.stdout.split())
    assert "Number of packets: 31" in told
    assert "Number of interfaces in file: 2" in told
    assert "Number of decryption secrets in file: 2" in told
    assert "Capture application: smets-harness" in told
