"""scapy in a process of its own: it is GPL software and a witness only, so nothing here imports it.

The interpreter is the one that the environment variable ``SMETS_HARNESS_SCAPY`` names, or this one where scapy happens to be installed, or
that of a virtual environment made for the purpose: ``python -m venv DIR && DIR/bin/pip install scapy==2.8.0``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

REQUIREMENT = "scapy==2.8.0"
WHERE = "scapy is not here; set SMETS_HARNESS_SCAPY to an interpreter that has it"

_DISSECT = """
import json, sys
from scapy.config import conf
conf.dot15d4_protocol = "zigbee"
from scapy.layers.dot15d4 import Dot15d4FCS, Dot15d4Data, Dot15d4Cmd, Dot15d4Beacon
from scapy.layers.zigbee import ZigbeeNWK, ZigbeeSecurityHeader

def fields(layer):
    found = {}
    for name, value in layer.fields.items():
        if name == "fcs" or isinstance(value, (int, bool)):
            found[name] = int(value)
        elif isinstance(value, (bytes, bytearray)):
            found[name] = bytes(value).hex()
        elif isinstance(value, list):
            found[name] = [int(part) if isinstance(part, int) else str(part) for part in value]
    return found

for line in sys.stdin:
    packet = Dot15d4FCS(bytes.fromhex(line.strip()))
    layers = {layer.__name__: fields(packet.getlayer(layer)) for layer in packet.layers()}
    print(json.dumps(layers))
"""

_RATES = """
import sys, time
from scapy.config import conf
conf.dot15d4_protocol = "zigbee"
from scapy.layers.dot15d4 import Dot15d4FCS, Dot15d4Data
from scapy.layers.zigbee import ZigbeeNWK, ZigbeeSecurityHeader, ZigbeeAppDataPayload
frame = bytes.fromhex(sys.stdin.readline())
count = 300

def rate(act):
    act(); began = time.process_time()
    for _ in range(count):
        act()
    return count / (time.process_time() - began)

def build():
    head = Dot15d4FCS(fcf_frametype=1, fcf_srcaddrmode=2, fcf_destaddrmode=2, fcf_panidcompress=True, seqnum=1)
    network = ZigbeeNWK(flags=2, destination=0, source=0x5E21, radius=30, seqnum=1)
    security = ZigbeeSecurityHeader(extended_nonce=1, fc=5, source=1, key_seqnum=0, data=bytes(80))
    return bytes(head / Dot15d4Data(dest_panid=0x1A62, dest_addr=0, src_addr=0x5E21) / network / security)

print(rate(build), rate(lambda: Dot15d4FCS(frame)))
"""


def interpreter() -> str | None:
    """Return an interpreter that has scapy, or ``None``."""
    named = os.environ.get("SMETS_HARNESS_SCAPY")
    if named:
        return named
    return sys.executable if find_spec("scapy") is not None else None


def installed_in(folder: Path) -> str | None:
    """Make a virtual environment with scapy in ``folder``; return its interpreter, or ``None`` where that does not work."""
    python = folder / "bin" / "python"
    for command in ([sys.executable, "-m", "venv", str(folder)], [str(python), "-m", "pip", "install", "--quiet", REQUIREMENT]):
        if subprocess.run(command, capture_output=True, check=False, timeout=180).returncode:
            return None
    return str(python)


def dissect(python: str, frames: Sequence[bytes]) -> list[dict[str, dict[str, object]]]:
    """Have scapy dissect frames with their FCS; return the fields of each layer by its class."""
    text = "".join(f"{octets.hex()}\n" for octets in frames)
    done = subprocess.run([python, "-c", _DISSECT], input=text, capture_output=True, text=True, check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


def rates(python: str, frame: bytes) -> tuple[float, float]:
    """Return how many frames a second scapy builds (without encrypting) and dissects (without decrypting)."""
    done = subprocess.run([python, "-c", _RATES], input=frame.hex(), capture_output=True, text=True, check=True, timeout=120)
    built, dissected = done.stdout.split()
    return float(built), float(dissected)
