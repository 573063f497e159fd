"""Reading back what a trial recorded: a pcapng taken apart by its blocks, and what tshark makes of it."""

from __future__ import annotations

import os
import struct
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

INTERFACE, ENHANCED, SECRETS = 1, 6, 10
COMMENT, FLAGS = 1, 2


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its interface by number, its time in nanoseconds since 1970, direction flags and comment."""

    interface: int
    time: int
    octets: bytes
    direction: int
    comment: str

    @property
    def psdu(self) -> bytes:
        """The MAC frame behind a TAP header."""
        return self.octets[struct.unpack_from("<H", self.octets, 2)[0] :]


@dataclass(frozen=True, slots=True)
class Tape:
    """One capture."""

    interfaces: list[tuple[int, str, str]]
    """Link type, name, description."""
    secrets: list[tuple[int, bytes]]
    packets: list[Packet]

    @property
    def keys(self) -> list[bytes]:
        """Every key once."""
        return list(dict.fromkeys(octets[:16] for _, octets in self.secrets))

    def at(self, name: str) -> list[Packet]:
        """The packets of an interface."""
        place = [found for _, found, _ in self.interfaces].index(name)
        return [packet for packet in self.packets if packet.interface == place]


def read_tape(octets: bytes) -> Tape:
    """Take a pcapng apart."""
    tape, at = Tape([], [], []), 0
    while at < len(octets):
        kind, length = struct.unpack_from("<II", octets, at)
        body = octets[at + 8 : at + length - 4]
        at += length
        if kind == INTERFACE:
            told = _options(body[8:])
            tape.interfaces.append((struct.unpack_from("<H", body)[0], told[2].decode(), told[3].decode()))
        elif kind == SECRETS:
            secret, size = struct.unpack_from("<II", body)
            tape.secrets.append((secret, body[8 : 8 + size]))
        elif kind == ENHANCED:
            interface, high, low, size = struct.unpack_from("<IIII", body)
            told = _options(body[20 + size + -size % 4 :])
            direction = int.from_bytes(told.get(FLAGS, b""), "little")
            tape.packets.append(Packet(interface, high << 32 | low, body[20 : 20 + size], direction, told.get(COMMENT, b"").decode()))
    return tape


def _options(octets: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(octets):
        code, size = struct.unpack_from("<HH", octets, at)
        if not code:
            break
        found[code] = octets[at + 4 : at + 4 + size]
        at += 4 + size + -size % 4
    return found


def dissected(octets: bytes, tshark: str, folder: Path, *fields: str) -> list[list[str]]:
    """Have tshark dissect a capture with its keys, and return the fields of every packet; settings of the user are left out."""
    configuration = folder / "config" / "wireshark"
    configuration.mkdir(parents=True, exist_ok=True)
    keys = [f'"{key.hex()}","Normal","{number}"\n' for number, key in enumerate(read_tape(octets).keys)]
    (configuration / "zigbee_pc_keys").write_text("".join(keys), encoding="ascii")
    (folder / "capture.pcapng").write_bytes(octets)
    command = [tshark, "-r", str(folder / "capture.pcapng"), "-T", "fields", *(part for field in fields for part in ("-e", field))]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300)
    return [line.split("\t") for line in done.stdout.splitlines()]
