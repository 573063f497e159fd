"""Alerts of every kind, made by us from a fixed seed; key stores; a feed for tshark."""

from __future__ import annotations

import os
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.vocab.identity import Eui64
from harness.wire.gbcs import keys as gbcs_keys
from harness.wire.gbcs.alerts import build_alert
from harness.wire.gbcs.billing import BillingEntry, build_esme_billing, build_gsme_billing
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.crypto import protect
from harness.wire.gbcs.gbz import PublishSnapshot
from harness.wire.gbcs.message import Profile
from harness.wire.gbcs.outer import Cra, Message, decode_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SEED = b"smets-harness golden alerts/1"
ESME, GSME, CHF, GPF, PPMID, SAPC = (Eui64(f"02a5e70000000{number:03x}") for number in range(1, 7))
SUPPLIER, NETWORK, ACB, CONTROLLER = (Eui64(f"02a5e700000001{number:02x}") for number in range(4))
DEVICES, PARTIES = (ESME, GSME, CHF, GPF, PPMID, SAPC), (SUPPLIER, NETWORK, ACB, CONTROLLER)
SECONDS = 946_771_200  # 2030-01-01T00:00:00Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """An alert to build: its message code, its fields, and how it is protected."""

    name: str
    originator: Eui64
    target: Eui64
    message_code: int
    code: int
    critical: bool
    fields: Mapping[str, object] = field(default_factory=dict)
    profile: Profile | None = None
    supplementary: bytes = b""
    counter: int = 0x0123456789


def _specimen(name: str, originator: Eui64, target: Eui64, message_code: int, code: int, critical: bool, **more: object) -> Specimen:
    return Specimen(name=name, originator=originator, target=target, message_code=message_code, code=code, critical=critical, **more)


_NOON = CosemDateTime.from_seconds(SECONDS + 12 * 3600)
_LATER = CosemDateTime.from_seconds(SECONDS + 13 * 3600)
_LOST = {"originator": SUPPLIER, "target": ESME, "cra": 1, "originator-counter": 77}
_COMMAND = {"message-code": 0x0019, "originator-counter": 1 << 40}
_OUTCOME = {
    "execution-outcome": {
        "authorising-counter": 1 << 63,
        "replacement-mode": 2,
        "counter-changes": ({"role": 2, "floor": 0, "specialist": ({"usage": 0, "counter": 5},)}, {"role": 3, "floor": 128}),
        "replacements": tuple(
            {
                "cell": {"role": 2, "key-usage": usage} | cell,
                "status": 10,
                "existing-subject": SUPPLIER,
                "existing-subject-key": bytes(range(8)),
                "replacing-subject": NETWORK,
                "replacing-subject-key": bytes(range(8, 16)),
            }
            for usage, cell in ((b"\x07\x80", {}), (b"\x03\x08", {"cell-usage": 1}))
        ),
    }
}
_SUB_GHZ = {
    "page-28-mask": 0xE0000006,
    "page-29-mask": 0xE8000006,
    "page-30-mask": 0xF0000006,
    "page-31-mask": 0xF8000006,
    "normal-limited-duty-cycle-threshold": 131,
    "limited-critical-duty-cycle-threshold": 221,
    "channel-changes-per-week": 4,
    "gsme-curfew": 8,
    "quieter-decibels-limit": 6,
    "noisier-decibels-limit": 11,
    "non-gsme-poor-comms-percentage": 6001,
    "non-gsme-measurement-periods": 131,
    "local-channel-noise-measurement-period": 101,
    "local-channel-failure-percentage": 4001,
    "local-channel-retry-percentage": 3001,
}
_BACKUP = {
    "backup": {
        "backup-time": _NOON,
        "extended-pan-id": bytes(range(8)),
        "devices": ({"device": ESME, "hashed-link-key": bytes(16)}, {"device": GSME, "hashed-link-key": b""}),
    }
}

SPECIMENS = (
    _specimen("generic-critical-dlms", ESME, SUPPLIER, 0x1000, 0x8F30, True, profile=Profile.DLMS),
    _specimen("generic-critical-gbz", GSME, SUPPLIER, 0x1000, 0x8F30, True, profile=Profile.GBZ),
    _specimen("generic-non-critical-dlms", ESME, NETWORK, 0x1001, 0x8002, False, profile=Profile.DLMS),
    _specimen("generic-non-critical-gbz", GSME, SUPPLIER, 0x1001, 0x810E, False, profile=Profile.GBZ),
    _specimen("chf-device-log", CHF, ACB, 0x0018, 0x8F12, False, fields=_BACKUP),
    _specimen("outage-restored", ESME, NETWORK, 0x0067, 0x8F36, True, fields={"interruption-time": _NOON, "restoration-time": _LATER}),
    _specimen(
        "gpf-device-log",
        GPF,
        ACB,
        0x00B2,
        0x8071,
        False,
        fields={"entries": ({"device": GSME, "device-type": 0}, {"device": PPMID, "device-type": 5})},
    ),
    _specimen(
        "activation-outcome",
        ESME,
        SUPPLIER,
        0x00CA,
        0x8F67,
        True,
        fields={"originator-counter": 200, "execution-outcome": {"code": 2, "firmware-version": b"\x01\x02\x03\x04"}},
    ),
    _specimen("credentials-outcome", ESME, SUPPLIER, 0x00CB, 0x8F67, True, fields=_OUTCOME),
    _specimen(
        "instruction-outcome-dlms",
        ESME,
        SUPPLIER,
        0x00CC,
        0x8F66,
        True,
        fields={"instruction": _COMMAND | {"class": 113, "instance": bytes.fromhex("0000131400ff"), "attribute": 7}},
    ),
    _specimen(
        "instruction-outcome-gbz",
        GSME,
        SUPPLIER,
        0x00CD,
        0x8F66,
        True,
        fields=_COMMAND | {"cluster": 0x0700, "frame-control": 9, "command": 5},
    ),
    _specimen("firmware-receipt-dlms", ESME, SUPPLIER, 0x00CE, 0x8F72, True, fields={"image-hash": bytes(range(32))}),
    _specimen("firmware-receipt-gbz", GSME, SUPPLIER, 0x00CF, 0x8F1C, True, fields={"image-hash": bytes(range(32))}),
    _specimen("undelivered-message", CHF, ACB, 0x00D5, 0x8F84, False, fields={"undelivered-message": _LOST}),
    _specimen("integrity-dlms", ESME, SUPPLIER, 0x00F0, 0x81A0, False, fields={"reason": 5}),
    _specimen("integrity-gbz", GSME, SUPPLIER, 0x00F2, 0x81A0, False, fields={"reason": 6}),
    _specimen("duty-cycle-action", CHF, ACB, 0x0110, 0x8F20, False, fields={"device": GSME}),
    _specimen(
        "channel-changed", CHF, ACB, 0x0111, 0x8F26, False, fields={"channel-change": {"channel-mask": 0xE0000001, "reason": b"\x02"}}
    ),
    _specimen(
        "scan-assessed", CHF, ACB, 0x0112, 0x8F28, False, fields={"assessment": {"first-outcome": b"\x00", "second-outcome": b"\x01"}}
    ),
    _specimen("sub-ghz-configuration", CHF, ACB, 0x0113, 0x8F2A, False, fields={"configuration": _SUB_GHZ}),
    _specimen("message-discarded", CHF, ACB, 0x0114, 0x8F2C, False, fields={"discarded-message": _LOST}),
    _specimen("no-capacity", CHF, ACB, 0x0115, 0x8F2D, False, fields={"device": GSME}),
    _specimen("command-not-supported", SAPC, SUPPLIER, 0x0120, 0x8F85, True, fields={"unsupported-command": _COMMAND}),
    _specimen(
        "command-not-supported-relayed",
        SAPC,
        ACB,
        0x0120,
        0x8F85,
        True,
        fields={"unsupported-command": _COMMAND},
        supplementary=bytes.fromhex(SUPPLIER) + (9).to_bytes(8, "big"),
    ),
    _specimen(
        "limit-processed",
        ESME,
        SUPPLIER,
        0x0121,
        0x8F86,
        True,
        fields={"channel": 0x15, "start": _NOON, "end": _LATER, "level": 10},
    ),
    _specimen("limit-ended", SAPC, SUPPLIER, 0x0122, 0x8F87, True, fields={"channel": 0x21, "level": 100}),
    _specimen(
        "operational-update",
        ESME,
        SUPPLIER,
        0x0123,
        0x8F88,
        True,
        fields={"update": '{"outputState":"100","note":"größer"}'},
        supplementary=bytes.fromhex(CONTROLLER),
    ),
    _specimen("controller-credentials-outcome", ESME, SUPPLIER, 0x0124, 0x8F66, True, fields=_OUTCOME),
    _specimen(
        "firmware-transfer", CHF, ACB, 0x0128, 0x8F89, True, fields={"device": PPMID, "firmware-version": b"\x01\x02\x03\x04", "outcome": 2}
    ),
    _specimen("firmware-activation", PPMID, ACB, 0x012B, 0x8F8B, True, fields={"firmware-version": b"\x01\x02\x03\x04", "outcome": 0}),
)
"""One alert of each kind whose body is in clear; the encrypted ones are made beside them."""

SINGLE = BillingEntry(time=SECONDS, imported=10_435_000, tariffs=tuple(range(48)), blocks=tuple((n,) * 8 for n in range(4)))
TWIN = BillingEntry(
    time=SECONDS,
    imported=1,
    tariffs=tuple(range(48)),
    blocks=tuple((n,) * 8 for n in range(4)),
    secondary_imported=2,
    secondary_tariffs=(3, 4, 5, 6),
)
SNAPSHOT = PublishSnapshot(snapshot_id=SECONDS, time=SECONDS, cause=1, summation=(1 << 48) - 1, tiers=(1, 2, 3, 4), blocks=(5, 6, 7, 8))


@pytest.fixture(scope="session")
def key_store() -> gbcs_keys.MemoryKeyStore:
    """Keys of all our devices and parties, derived from the fixed seed."""
    store = gbcs_keys.MemoryKeyStore()
    for owner in (*DEVICES, *PARTIES):
        store.add_private(
            owner,
            signing=gbcs_keys.test_keys(SEED, f"{owner} signing"),
            agreement=gbcs_keys.test_keys(SEED, f"{owner} agreement"),
        )
    return store


def unsigned_of(specimen: Specimen) -> bytes:
    """Build a specimen up to its payload."""
    return build_alert(
        originator=specimen.originator,
        target=specimen.target,
        counter=specimen.counter,
        message_code=specimen.message_code,
        code=specimen.code,
        time=SECONDS,
        profile=specimen.profile,
        fields=specimen.fields,  # type: ignore[arg-type]
        supplementary=specimen.supplementary,
    )


@pytest.fixture(scope="session")
def specimens() -> tuple[Specimen, ...]:
    """One alert of each kind whose body is in clear."""
    return SPECIMENS


@pytest.fixture(scope="session")
def our_alerts(key_store: gbcs_keys.MemoryKeyStore) -> dict[str, bytes]:
    """Every kind of alert as it goes on the air, by name, encrypted ones included."""
    made = {
        specimen.name: protect(
            unsigned_of(specimen),
            critical=specimen.critical,
            originator=specimen.originator,
            target=specimen.target,
            keys=key_store,
        )
        for specimen in SPECIMENS
    }
    where = {"target": SUPPLIER, "counter": 99, "time": SECONDS, "keys": key_store}
    encrypted = {
        "billing-esme-single": (ESME, build_esme_billing((SINGLE,), originator=ESME, **where)),
        "billing-esme-twin": (ESME, build_esme_billing((TWIN, TWIN), originator=ESME, **where)),
        "billing-gsme": (GSME, build_gsme_billing(SNAPSHOT, originator=GSME, **where)),
    }
    for name, (originator, unsigned) in encrypted.items():
        made[name] = protect(unsigned, critical=True, originator=originator, target=SUPPLIER, keys=key_store)
    return made


@pytest.fixture(scope="session")
def reference_alerts(vectors: Sequence[object]) -> list[tuple[str, bytes, Message]]:
    """The alerts among the official reference messages, with their outer layers."""
    decoded = [(vector.file, vector.octets, decode_message(vector.octets)) for vector in vectors]
    return [row for row in decoded if row[2].cra == Cra.ALERT]


@pytest.fixture(scope="session")
def reference_keys(vector_keys: Sequence[object]) -> gbcs_keys.MemoryKeyStore:
    """The published keys of the reference messages; prepayment keys are for tokens, and stay out."""
    store = gbcs_keys.MemoryKeyStore()
    for key in vector_keys:
        use = {"ds": "signing", "ka": "agreement"}[key.use]
        if "-pp-" in key.name:
            continue
        if key.private_scalar:
            store.add_private(Eui64(key.eui64), **{use: key.private_scalar})
        else:
            store.add_public(Eui64(key.eui64), **{use: key.public_point})
    return store


@pytest.fixture(scope="session")
def vectors_folder(vectors: Sequence[object], vector_keys: Sequence[object], checkout: Path) -> Path:
    """The folder of the official reference messages and their keys."""
    return Path(os.environ.get("SMETS_HARNESS_VECTORS", checkout.parent / "shared" / "vectors")) / "rtds"


@pytest.fixture(scope="session")
def reference_broker() -> Eui64:
    """The Access Control Broker of the reference messages."""
    return Eui64("90b3d51f30000002")


@pytest.fixture(scope="session")
def captured(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[list[str]]]:
    """Have tshark read packets of a link type; returns the chosen fields of each packet, as text."""
    tshark = tool("tshark")

    def run(link_type: int, packets: Sequence[bytes], *fields: str) -> list[list[str]]:
        capture: Path = tmp_path_factory.mktemp("tshark") / "packets.pcap"
        head = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, link_type)
        capture.write_bytes(head + b"".join(struct.pack("<IIII", 0, 0, len(octets), len(octets)) + octets for octets in packets))
        chosen = [part for name in fields for part in ("-e", name)]
        done = subprocess.run(
            [tshark, "-n", "-r", str(capture), "-T", "fields", "-E", "separator=|", *chosen],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return [line.split("|") for line in done.stdout.splitlines()]

    return run


@pytest.fixture(scope="session")
def dissected(captured: Callable[..., list[list[str]]]) -> Callable[..., list[list[str]]]:
    """Have tshark read GBCS messages: link type 252 (upper PDU), whose packets name their dissector."""
    name = b"gbcs_message"
    head = struct.pack(">HH", 12, len(name)) + name + bytes(4)
    return lambda messages, *fields: captured(252, [head + octets for octets in messages], *fields)


@pytest.fixture(scope="session")
def on_air(captured: Callable[..., list[list[str]]]) -> Callable[..., list[list[str]]]:
    """Have tshark read ZCL frames of the Tunneling cluster inside ZigBee frames on IEEE 802.15.4, unsecured."""
    mac, nwk = bytes.fromhex("41880134120000 0100"), bytes.fromhex("0800000001001e01")
    aps = struct.pack("<BBHHBB", 0, 1, 0x0704, 0x0109, 1, 1)
    return lambda frames, *fields: captured(230, [mac + nwk + aps + frame for frame in frames], *fields)
