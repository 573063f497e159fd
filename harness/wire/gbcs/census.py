"""A census of a folder of messages: how many decode, are written again the same, verify, and open.

``python -m harness.wire.gbcs.census FOLDER`` prints the table. The folder holds ``messages.csv`` (columns ``file`` and ``hex``) and
``keys.csv`` (``name``, ``eui64``, ``use`` ds or ka, ``public_point``, ``private_scalar``, ``certificate_der``), all in hexadecimal.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError, UsageError
from harness.vocab.identity import Eui64, eui64
from harness.wire.gbcs.components import Opaque
from harness.wire.gbcs.crypto import Authentication, Check, authenticate
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.keys import MemoryKeyStore
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.payloads import OpaqueElement, OpaquePayload, Payload, decode_payload, remarks
from harness.wire.gbcs.sealing import open_bodies, seal, sealed_bodies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.wire.gbcs.keys import KeyStore
    from harness.wire.gbcs.message import Message

__all__ = ["Census", "KeyTable", "main", "read_keys", "read_messages", "take_census"]

_BROKER_UNIT = bytes.fromhex("060355040b") + b"\x0c\x0204", bytes.fromhex("060355040b") + b"\x13\x0204"
"""Organisational unit 04, the Access Control Broker, as a certificate's subject has it."""
_USES = {"ds": "signing", "ka": "agreement"}
_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTable:
    """Keys that belong to a folder of messages."""

    keys: MemoryKeyStore
    prepayment: MemoryKeyStore
    """Key agreement keys that suppliers make tokens with."""
    broker: Eui64 | None
    """The Access Control Broker, by its certificate."""


@dataclass(slots=True)
class Census:
    """Counts over a set of messages; ``faults`` names each message that fell short, and in what."""

    messages: int = 0
    typed: int = 0
    identical: int = 0
    signatures: Counter[Check] = field(default_factory=Counter)
    macs: Counter[Check] = field(default_factory=Counter)
    bodies: int = 0
    opened: int = 0
    resealed: int = 0
    profiles: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def count(self, name: str, octets: bytes, keys: KeyStore, broker: Eui64 | None) -> None:
        """Take one message in."""
        self.messages += 1
        try:
            message = decode_message(octets)
            payload = decode_payload(message)
        except GbcsError as error:
            self.faults.append((name, str(error)))
            return
        self.profiles[str(message.profile)] += 1
        if _is_typed(payload):
            self.typed += 1
        else:
            self.faults.append((name, "; ".join(remarks(message, payload))))
        if message.encode() == octets and payload.encode() == message.payload:
            self.identical += 1
        else:
            self.faults.append((name, "written again, it differs"))
        self._authenticate(name, authenticate(message, keys, broker=broker))
        self._open(name, message, payload, keys)

    def _authenticate(self, name: str, found: Authentication) -> None:
        for what, check, counts in (("signature", found.signature, self.signatures), ("MAC", found.mac, self.macs)):
            counts[check] += 1
            if check in (Check.INVALID, Check.UNKNOWN_KEY):
                self.faults.append((name, f"{what}: {check}"))

    def _open(self, name: str, message: Message, payload: Payload, keys: KeyStore) -> None:
        bodies = len(sealed_bodies(payload))
        self.bodies += bodies
        try:
            opened = open_bodies(message, payload, keys)
        except GbcsError as error:
            self.faults.append((name, str(error)))
            return
        if opened is None:
            self.faults.append((name, "encrypted body: unknown-key"))
            return
        for body in opened:
            typed = not isinstance(body.value, Opaque)
            same = seal(message, body.value, keys) == body.body.sealed
            self.opened += typed
            self.resealed += same
            if not (typed and same):
                self.faults.append((name, f"encrypted body at {body.body.offset}: {'sealed again, it differs' if typed else 'not typed'}"))

    def lines(self) -> tuple[str, ...]:
        """Return the table, a line each."""
        signed, maced = self.signatures, self.macs
        rows = (
            ("messages", self.messages, ""),
            ("  of profile", "", ", ".join(f"{name} {count}" for name, count in sorted(self.profiles.items()))),
            ("decoded to typed values", self.typed, _share(self.typed, self.messages)),
            ("decoded and written again identically", self.identical, _share(self.identical, self.messages)),
            ("signatures", signed.total() - signed[Check.ABSENT], _checks(signed)),
            ("MACs", maced.total() - maced[Check.ABSENT], _checks(maced)),
            ("encrypted bodies", self.bodies, ""),
            ("  decrypted to typed values", self.opened, _share(self.opened, self.bodies)),
            ("  encrypted again identically", self.resealed, _share(self.resealed, self.bodies)),
        )
        return tuple(f"{what:<40}{count:>6}  {more}".rstrip() for what, count, more in rows)


def _is_typed(payload: Payload) -> bool:
    if isinstance(payload, (OpaqueElement, OpaquePayload)):
        return False
    return not any(isinstance(component.body, Opaque) for component in getattr(payload, "components", ()))


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.2f} %" if of else "none to try"


def _checks(counts: Counter[Check]) -> str:
    return ", ".join(f"{counts[check]} {check}" for check in (Check.VALID, Check.INVALID, Check.UNKNOWN_KEY))


def take_census(messages: Iterable[tuple[str, bytes]], keys: KeyStore, broker: Eui64 | None) -> Census:
    """Count over messages, each with its name."""
    census = Census()
    for name, octets in messages:
        census.count(name, octets, keys, broker)
    return census


def read_messages(folder: Path) -> list[tuple[str, bytes]]:
    """Return names and octets of a folder's messages; raises :class:`UsageError` naming file and line."""
    return [(row["file"], _octets(row, "hex", where)) for where, row in _rows(folder / "messages.csv", ("file", "hex"))]


def read_keys(folder: Path) -> KeyTable:
    """Return a folder's keys; raises :class:`UsageError` naming file and line."""
    table = KeyTable(keys=MemoryKeyStore(), prepayment=MemoryKeyStore(), broker=None)
    brokers = set()
    for where, row in _rows(folder / "keys.csv", ("name", "eui64", "use", "public_point", "private_scalar")):
        use = _USES.get(row["use"])
        if use is None:
            raise UsageError(f"use '{row['use']}'", where=where, expected="ds or ka")
        owner, store = eui64(row["eui64"]), table.prepayment if "-pp-" in row["name"] else table.keys
        scalar, point = _octets(row, "private_scalar", where), _octets(row, "public_point", where)
        if scalar:
            store.add_private(owner, **{use: scalar})
        else:
            store.add_public(owner, **{use: point})
        certificate = _octets(row, "certificate_der", where)
        if any(unit in certificate for unit in _BROKER_UNIT):
            brokers.add(owner)
    return KeyTable(keys=table.keys, prepayment=table.prepayment, broker=brokers.pop() if len(brokers) == 1 else None)


def _rows(path: Path, columns: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    try:
        with path.open(encoding="ascii", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", where=str(path), expected="a table in CSV") from error
    missing = [column for column in columns if rows and column not in rows[0]]
    if missing or not rows:
        raise UsageError(f"has no column {', '.join(missing)}" if missing else "is empty", where=str(path), expected=", ".join(columns))
    return [(f"{path} line {number}", row) for number, row in enumerate(rows, 2)]


def _octets(row: dict[str, str], column: str, where: str) -> bytes:
    try:
        return bytes.fromhex(row.get(column) or "")
    except ValueError:
        raise UsageError(f"'{column}' is not hexadecimal", where=where, expected="two digits an octet") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the census of a folder; return 0 where nothing fell short but keys that are not known, else 1, and 4 for wrong use."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        sys.stderr.write("usage: python -m harness.wire.gbcs.census FOLDER\n")
        return 4
    try:
        folder = Path(given[0])
        table = read_keys(folder)
        census = take_census(read_messages(folder), table.keys, table.broker)
    except HarnessError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stdout.write("\n".join(census.lines()) + "\n")
    for name, what in census.faults[:_SHOWN]:
        sys.stdout.write(f"{name}: {what}\n")
    if len(census.faults) > _SHOWN:
        sys.stdout.write(f"and {len(census.faults) - _SHOWN} more\n")
    return int(any(not what.endswith(Check.UNKNOWN_KEY) for _, what in census.faults))


if __name__ == "__main__":
    sys.exit(main())
