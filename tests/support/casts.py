"""Casts of made-up journals: who plays, by a seed; whatever is given out by a cast is remembered, so that it can be looked for.

A journal played by another cast differs in identities and in nothing else: EUI-64s, keys, certificates, signatures, MACs.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import shake_256
from io import BytesIO
from pathlib import Path

from payload_specimens import SPECIMENS, message_of

from harness.vocab.identity import Eui64
from harness.vocab.journal import FORMAT, JournalWriter
from harness.vocab.time import HOUR, SECOND
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import Cra, Message, wrap
from harness.wire.gbcs.outer import decode_message
from harness.wire.tunnelling import Bare, OtherCommand, Put, RequestTunnel, TransferData, TunnelFrame, write_data, write_frame

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ALERTS = [
    bytes.fromhex(line.split()[-1]) for line in (GOLDEN / "gbcs_alerts.txt").read_text().splitlines() if line and not line.startswith("#")
]
OTHERS = [message_of(specimen) for specimen in SPECIMENS]
ROLES = {"hub": "device", "gpf": "device", "esme": "device", "gsme": "device", "supplier": "party", "acb": "party"}
_GOLDEN_EUIS = tuple(bytes.fromhex(f"02a5e70000000{number:03x}") for number in (*range(1, 10), *range(0x100, 0x10A)))


class Cast:
    """Identities that follow from a seed."""

    def __init__(self, seed: str, *, encodes: bool = True) -> None:
        """Follow from ``seed``; ``encodes`` has sentences hold Base64 as well, whose form depends on what is encoded."""
        self.seed = seed
        self.encodes = encodes
        self.given: set[bytes] = set()

    def octets(self, what: str, size: int) -> bytes:
        """Return octets that are this cast's own, the same whenever they are asked for."""
        found = shake_256(f"{self.seed}/{what}".encode()).digest(size)
        self.given.add(found)
        return found

    def eui64(self, who: str) -> bytes:
        return self.octets(f"who {who}", 8)

    def name(self, who: str) -> Eui64:
        return Eui64(self.eui64(who).hex())

    def plays(self, octets: bytes) -> bytes:
        """Return a golden message with this cast in it: other parties wherever they are named, another signature and MAC."""
        for golden in _GOLDEN_EUIS:
            octets = octets.replace(golden, self.eui64(golden.hex()))
        message = decode_message(octets)
        told = {name: getattr(message, name) for name in message.__slots__}
        if message.signature:
            told["signature"] = self.octets(f"signature of {octets.hex()}", 64)
        if message.mac is not None:
            told["mac"] = self.octets(f"MAC of {octets.hex()}", 12)
        return Message(**told).encode()

    def certified(self) -> bytes:
        """Return a command that carries the certificate of a supplementary party."""
        serial, key = self.octets("serial", 16), self.octets("certified key", 64)
        inner = b"\x02\x10" + serial + b"\x03\x42\x00\x04" + key
        certificate = b"\x30\x82" + len(inner).to_bytes(2, "big") + inner
        supplementary = self.eui64("stranger") + (7).to_bytes(8, "big") + certificate
        ends = self.name("acb"), self.name("esme")
        message = Message(Cra.COMMAND, 9, *ends, 0x0062, b"\xd9" + self.octets("asked", 40), supplementary=supplementary)
        return wrap(message.unsigned() + b"\x00", self.octets("MAC of the certified", 12))

    def undecodable(self) -> list[bytes]:
        """Return octets that are no messages, and name somebody."""
        whole = self.plays(ALERTS[0])
        return [self.eui64("esme"), whole[:-1], whole + self.eui64("hub"), b"\xdd" + self.eui64("gpf"), b"\xdf\x09\x03" + self.eui64("hub")]

    def unread_alert(self) -> bytes:
        """Return a sound message that calls itself an alert and has no payload of one."""
        payload = b"\x0f" + self.octets("no payload", 40)
        message = Message(Cra.ALERT, 3, self.name("esme"), self.name("supplier"), 0x1001, payload)
        return wrap(message.unsigned() + b"\x00", self.octets("MAC of the unread", 12))

    def messages(self) -> list[bytes]:
        """Return one message of every kind, some of them twice."""
        sound = [self.plays(octets) for octets in (*ALERTS, *OTHERS)]
        return [*sound, self.certified(), *self.undecodable(), self.unread_alert(), sound[0], self.certified(), self.undecodable()[0]]

    def frames(self) -> list[tuple[str, bytes]]:
        """Return cluster and octets of frames of every kind."""
        alert = self.plays(ALERTS[0])
        commands = (
            RequestTunnel(),
            RequestTunnel(manufacturer=int.from_bytes(self.octets("maker", 2), "big") & 0x7FFF),
            TransferData(tunnel=1, data=write_data(Put(alert))),
            TransferData(tunnel=1, data=write_data(Bare(alert)), from_server=True),
            TransferData(tunnel=1, data=b"\x02\x00", from_server=True),
            TransferData(tunnel=2, data=b"\x09" + self.eui64("gsme")),
            OtherCommand(command=9, payload=self.eui64("gsme") + self.octets("link key", 16)),
        )
        known = [("0x0704", write_frame(TunnelFrame(sequence=5, command=command, default_response=True))) for command in commands]
        broken = [b"", b"\x01", b"\x01\x02\x00" + self.eui64("hub"), b"\x05" + self.eui64("hub")]
        return [*known, *(("0x0704", octets) for octets in broken), ("0x0500", b"\x18\x01\x0a" + self.eui64("hub"))]

    def sentence(self) -> str:
        """Return a sentence that names somebody in many ways."""
        real = self.eui64("esme")
        dashed = "-".join(f"{octet:02X}" for octet in real)
        octets = ", ".join(f"0x{octet:02x}" for octet in self.octets("serial", 16))
        told = (
            f"void: {real.hex()} ({dashed}; 0x{real.hex().upper()}; {real[::-1].hex()}) gave up after 4m30s; "
            f"key {self.octets('key esme', 64).hex()}, serial {octets}, {self.octets('a token', 9).hex()}@2.0"
        )
        return f"{told}, {b64encode(real).decode()} {b64encode(self.octets('a secret', 30)).decode()}" if self.encodes else told

    def journal(self) -> bytes:
        """Return a journal with records of every kind, played by this cast."""
        stream = BytesIO()
        writer = JournalWriter(stream)
        writer.record(0, "journal", format=FORMAT, trial="t0001", realm="L", clock="monotonic", epoch="2030-01-07T00:00:00Z")
        for unit, (role, kind) in enumerate(ROLES.items(), 1):
            keys = {use: "04" + self.octets(f"key {role} {use}", 64).hex() for use in ("signing_key", "agreement_key")}
            writer.record(0, kind, **{kind: self.name(role)}, role=role, unit=unit, **keys, serial=self.octets("serial", 16).hex())
        meter = self.name("esme")
        bits = dict.fromkeys(("wan", "han", "log"), f"{5:064x}")
        writer.record(0, "configuration", device=meter, item="alert-behaviour", scope="supplier", **bits)
        writer.record(0, "configuration", device=meter, item="neighbours", of={self.name("gsme"): [self.name("hub"), self.sentence()]})
        writer.record(HOUR, "window", event="opened")
        for phase in ("due", "done"):
            writer.record(HOUR, "stimulus", index=0, phase=phase, on="esme", do="supply.cut", **{"with": {"for": 60, "by": meter}})
        writer.record(HOUR, "supply", device=meter, **{"from": 0}, step=SECOND, millivolts=[240_000, 239_500])
        self._traffic(writer)
        writer.record(9 * HOUR, "window", event="closed")
        writer.record(9 * HOUR, "log", device=meter, log="power-event", entries=[[5, "0x8002"]])
        writer.record(9 * HOUR, "gap", tap="han", **{"from": 0}, until=5, lost=2, reason=self.sentence())
        writer.record(9 * HOUR, "end", reason=self.sentence())
        return stream.getvalue()

    def _traffic(self, writer: JournalWriter) -> None:
        meter, hub, supplier = (self.name(who) for who in ("esme", "hub", "supplier"))
        for number, (cluster, octets) in enumerate(self.frames()):
            at = HOUR + number * SECOND
            writer.record(at, "frame", tap="han", source=meter, destination=hub, cluster=cluster, octets=octets.hex())
        for number, octets in enumerate(self.messages()):
            at = 2 * HOUR + number * SECOND
            writer.message(at, "han", meter, hub, octets)
            writer.message(at, "user", meter, self.name(f"nobody declared {number % 3}"), octets)
            writer.record(at, "message", tap="dsp", source=meter.upper(), destination=supplier, octets=octets.hex().upper(), host="lab-7")


def windows(octets: bytes, size: int = 6) -> set[bytes]:
    """Return every octet string of a size that stands somewhere in these."""
    return {octets[at : at + size] for at in range(len(octets) - size + 1)}


def is_message(octets: bytes) -> bool:
    """Tell whether octets are a GBCS message."""
    try:
        decode_message(octets)
    except GbcsError:
        return False
    return True
