"""The secrets of a capture become lines that Wireshark takes as they are; what is no capture is refused by name."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from harness.capture.keys import KeyFile, key_lines
from harness.errors import BenchError
from harness.wire.pcap import PcapError
from harness.wire.pcapng_writing import ZIGBEE_APS_KEY, ZIGBEE_NWK_KEY, PcapngWriter

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [bytes(range(start, start + 16)) for start in (0, 16, 32)]


def capture(*secrets: tuple[int, bytes]) -> bytes:
    stream = io.BytesIO()
    writer = PcapngWriter(stream)
    air = writer.interface("han", 283)
    for number, (kind, octets) in enumerate(secrets):
        writer.secrets(kind, octets)
        writer.packet(air, number, bytes(number))
    return stream.getvalue()


def test_each_key_is_a_line_in_the_order_of_the_capture() -> None:
    octets = capture(
        (ZIGBEE_NWK_KEY, KEYS[1] + b"\x34\x12"),
        (ZIGBEE_APS_KEY, KEYS[0] + b"\x34\x12\x00\x00\xfd\xcd"),
        (ZIGBEE_NWK_KEY, KEYS[1] + b"\x34\x12"),
        (ZIGBEE_NWK_KEY, KEYS[2] + b"\x34\x12"),
    )
    assert key_lines([octets]).decode().splitlines() == [
        f'"{KEYS[1].hex()}","Normal","network key of PAN 1234"',
        f'"{KEYS[0].hex()}","Normal","link key of PAN 1234, 0000 and cdfd"',
        f'"{KEYS[2].hex()}","Normal","network key of PAN 1234"',
    ]
    assert key_lines(octets[at : at + 7] for at in range(0, len(octets), 7)) == key_lines([octets])


def test_secrets_of_another_kind_or_size_are_passed_over() -> None:
    assert key_lines([capture((0x544C534B, b"CLIENT_RANDOM"), (ZIGBEE_NWK_KEY, KEYS[0]))]) == b""


def test_a_file_gives_its_lines_as_often_as_wanted(tmp_path: Path) -> None:
    path = tmp_path / "t1.pcapng"
    path.write_bytes(capture((ZIGBEE_NWK_KEY, KEYS[1] + b"\x34\x12")))
    lines = KeyFile(path)
    assert list(lines) == list(lines) == [key_lines([path.read_bytes()])]


def test_what_is_no_capture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PcapError):
        key_lines([b"journal"])
    path = tmp_path / "t1.pcapng"
    path.write_bytes(capture((ZIGBEE_NWK_KEY, KEYS[1] + b"\x34\x12"))[:-3])
    with pytest.raises(BenchError, match=r"t1\.pcapng"):
        list(KeyFile(path))
