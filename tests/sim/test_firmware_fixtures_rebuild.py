"""The synthetic upgrade files: what is shipped is what the script builds."""

from __future__ import annotations

import struct
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "firmware_fixtures"


def test_the_script_builds_every_shipped_file_octet_for_octet(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(FOLDER / "build.py"), str(tmp_path)], check=True, timeout=60)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert built == {path.name: path.read_bytes() for path in FOLDER.glob("*.zigbee")} != {}


def test_a_file_is_a_zigbee_upgrade_file_as_its_header_says() -> None:
    for path in FOLDER.glob("*.zigbee"):
        octets = path.read_bytes()
        assert octets[:6] == bytes.fromhex("1ef1ee0b0001")
        header, control, maker = struct.unpack_from("<HHH", octets, 6)
        total = struct.unpack_from("<I", octets, 52)[0]
        tag, length = struct.unpack_from("<HI", octets, header)
        assert (header, control, maker, tag) == (56, 0, 0xFFF1, 0)
        assert total == len(octets) == header + 6 + length
        assert octets[20:52].rstrip(b"\0").decode() == path.stem
        assert octets[header + 6 :][:32] == sha256(f"{path.stem}/0".encode()).digest()
