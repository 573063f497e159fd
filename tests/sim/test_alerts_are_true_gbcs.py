"""Every alert of a journal, read by Wireshark and checked by OpenSSL, with keys derived as documented."""

from __future__ import annotations

import csv
import hashlib
import struct
import subprocess
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from comms_hub_sim.frames import TUNNEL_MESSAGE_PENDING, announcement, mirror_answer, read_answer, read_request, summation_report
from harness.vocab.identity import Eui64
from harness.wire.gbcs.billing import open_body, read_entries
from harness.wire.gbcs.gbz import PublishSnapshot
from harness.wire.gbcs.keys import MemoryKeyStore
from harness.wire.gbcs.keys import test_keys as private_scalar
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import Bench, Shown

    from harness.vocab.alert import Alert

SEED = bytes(range(32))
UPPER_PDU = 252


@pytest.fixture
def shown(bench: Bench) -> Shown:
    """A day with alerts of every shape from every device that has any."""
    devices = [
        bench.device("hub", known_emitter={"every": "8h"}),
        bench.device("esme", known_emitter={"every": "6h"}),
        bench.device("gsme", known_emitter={"every": "8h"}),
        bench.device("ppmid"),
    ]
    stimuli = [
        ("2h", "esme", "supply.cut", {"duration": "20s"}),
        ("3h", "esme", "supply.cut", {"duration": "5m"}),
        ("5h", "esme", "command.send", {"off": ["0x8002"]}),
        ("6h", "gsme", "command.send", {"off": ["0x8183"]}),
        ("7h", "esme", "command.send", {"under": "210 V"}),
    ]
    codes = (0x8002, 0x8085, 0x8183, 0x81BA, 0x81A0, 0x8F3E, 0x8F36)
    return bench.run(bench.order(*devices, stimuli=stimuli, codes=codes, observe="25h"))


def _pcap(path: Path, link: int, packets: Sequence[bytes]) -> Path:
    octets = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, link)
    octets += b"".join(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet for packet in packets)
    path.write_bytes(octets)
    return path


def _dissected(tshark: str, path: Path, fields: Sequence[str], *options: str) -> list[list[str]]:
    command = [tshark, "-r", str(path), "-T", "fields", "-E", "separator=,", "-E", "quote=d", "-E", "occurrence=f", *options]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return list(csv.reader(StringIO(done.stdout)))


def _alerts(shown: Shown) -> list[Alert]:
    return list({sighting.alert.octets: sighting.alert for sighting in shown.facts.sightings}.values())


def test_wireshark_reads_every_alert_as_we_meant_it(shown: Shown, tool: Callable[[str], str], tmp_path: Path) -> None:
    alerts = _alerts(shown)
    assert {alert.code for alert in alerts} >= {0x8002, 0x8085, 0x8183, 0x81BA, 0x81A0, 0x8F0A, 0x8F35, 0x8F36, 0x8F3E}
    packets = [bytes.fromhex("000c000c") + b"gbcs_message" + bytes(4) + alert.octets for alert in alerts]
    names = ("message_code", "originator_counter", "cra_flag", "business_originator_id", "business_target_id")
    fields = [*(f"gbcs_message.grouping_header.{name}" for name in names), "gbcs_gbz.alert_code", "_ws.malformed"]
    rows = _dissected(tool("tshark"), _pcap(tmp_path / "alerts.pcap", UPPER_PDU, packets), fields)
    assert len(rows) == len(alerts)
    for (message_code, counter, cra, originator, target, gbz_code, malformed), alert in zip(rows, alerts, strict=True):
        assert (int(message_code, 0), int(counter, 0), int(cra, 0)) == (alert.message_code, alert.counter, 3)
        assert (_plain(originator), _plain(target)) == (alert.originator, alert.target)
        from_gas = shown.facts.role_of(alert.originator) == "gsme"
        assert (gbz_code and int(gbz_code, 0)) == (alert.code if from_gas else "")
        assert not malformed


def test_openssl_verifies_every_critical_alert_with_the_key_of_the_journal(
    shown: Shown, tool: Callable[[str], str], tmp_path: Path
) -> None:
    openssl = tool("openssl")
    critical = [alert for alert in _alerts(shown) if alert.critical]
    assert {alert.code for alert in critical} == {0x8F0A, 0x8F35, 0x8F36, 0x8F3E}
    for alert in critical:
        point = bytes.fromhex(shown.facts.devices[alert.originator].signing_key)
        (tmp_path / "key.der").write_bytes(_public_der(point))
        signed, signature = alert.octets[1:-65], alert.octets[-64:]
        (tmp_path / "signed").write_bytes(signed)
        (tmp_path / "signature.der").write_bytes(_signature_der(signature))
        command = [openssl, "dgst", "-sha256", "-verify", "key.der", "-keyform", "DER", "-signature", "signature.der", "signed"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stdout == "Verified OK\n", (alert.octets.hex(), done.stderr)


def test_openssl_makes_the_same_mac_for_every_non_critical_alert(shown: Shown, tool: Callable[[str], str], tmp_path: Path) -> None:
    openssl = tool("openssl")
    checked = set()
    for alert in (alert for alert in _alerts(shown) if not alert.critical):
        scalar = private_scalar(SEED, f"{alert.originator} agreement")
        peer = bytes.fromhex(shown.facts.parties[alert.target].agreement_key)
        (tmp_path / "own.der").write_bytes(_private_der(scalar))
        (tmp_path / "peer.der").write_bytes(_public_der(peer))
        derive = [openssl, "pkeyutl", "-derive", "-inkey", "own.der", "-keyform", "DER", "-peerkey", "peer.der", "-peerform", "DER"]
        agreed = subprocess.run(derive, cwd=tmp_path, capture_output=True, check=True).stdout
        who = bytes.fromhex(alert.originator), bytes.fromhex(alert.target)
        info = bytes.fromhex("60857406080300") + who[0] + b"\x09\x03" + alert.counter.to_bytes(8, "big") + who[1]
        key = hashlib.sha256(b"\x00\x00\x00\x01" + agreed + info).digest()[:16]
        (tmp_path / "aad").write_bytes(b"\x11" + bytes(5) + alert.octets[alert.octets.index(b"\xdf") : -12])
        options = ["-cipher", "AES-128-GCM", "-macopt", f"hexkey:{key.hex()}", "-macopt", f"hexiv:{who[0].hex()}00000000", "-in", "aad"]
        made = subprocess.run([openssl, "mac", *options, "GMAC"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert made.strip().lower()[:24] == alert.octets[-12:].hex()
        checked.add((shown.facts.role_of(alert.originator), alert.code))
    assert checked >= {("esme", 0x8002), ("esme", 0x81BA), ("gsme", 0x81BA), ("gsme", 0x81A0)}


def test_keys_in_the_journal_are_the_test_keys_of_the_seed(shown: Shown, tool: Callable[[str], str], tmp_path: Path) -> None:
    everybody = [*shown.facts.devices.values(), *shown.facts.parties.values()]
    for use in ("signing", "agreement"):
        for facts in everybody:
            address = getattr(facts, "device", None) or facts.party
            (tmp_path / "own.der").write_bytes(_private_der(private_scalar(SEED, f"{address} {use}")))
            command = [tool("openssl"), "pkey", "-in", "own.der", "-inform", "DER", "-pubout", "-outform", "DER"]
            public = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
            assert public[-65:].hex() == (facts.signing_key if use == "signing" else facts.agreement_key)


def test_the_supplier_can_read_the_billing_entries(shown: Shown) -> None:
    keys = MemoryKeyStore()
    supplier = next(facts.party for facts in shown.facts.parties.values() if facts.role == "supplier")
    keys.add_private(supplier, agreement=private_scalar(SEED, f"{supplier} agreement"))
    read = {}
    for alert in (alert for alert in _alerts(shown) if alert.code == 0x8F0A):
        keys.add_public(alert.originator, agreement=bytes.fromhex(shown.facts.devices[alert.originator].agreement_key))
        plaintext = open_body(decode_message(alert.octets), keys)
        assert plaintext is not None
        gas = shown.facts.role_of(alert.originator) == "gsme"
        entry = PublishSnapshot.decode(plaintext) if gas else read_entries(plaintext)[0]
        read[gas] = entry
        assert entry.time == alert.event_seconds
    assert read[False].imported == read[False].tariffs[0] > 0
    assert read[True].summation == read[True].tiers[0] > 0


def test_wireshark_reads_the_frames_beside_the_tunnel(tool: Callable[[str], str], tmp_path: Path) -> None:
    meter = Eui64("02a5e70102030405")
    frames = [
        (0x0109, 0x0702, read_request(7)),
        (0x0109, 0x0702, read_answer(7, 123_456)),
        (0x0109, 0x0702, summation_report(8, 654_321)),
        (0x0109, 0x0702, mirror_answer(8, TUNNEL_MESSAGE_PENDING)),
        (0x0000, 0x0013, announcement(9, meter)),
    ]
    packets = [_on_air(profile, cluster, octets) for profile, cluster, octets in frames]
    scheme = "zbee_zcl_se.met.mirror_report_attribute_response"
    fields = ["zbee_zcl.cmd.tsn", "zbee_zcl.cmd.id", "zbee_zcl_se.met.attr_id", "zbee_zcl.attr.uint48", f"{scheme}.notification_scheme"]
    fields += ["zbee_zcl_se.met.attr.func_noti_flag", "zbee_zdp.ext_addr", "_ws.malformed"]
    rows = _dissected(tool("tshark"), _pcap(tmp_path / "frames.pcap", 230, packets), fields)
    values = [[value and (_plain(value) if ":" in value else int(value, 0)) for value in row] for row in rows]
    assert values == [
        [7, 0x00, 0x0000, "", "", "", "", ""],
        [7, 0x01, 0x0000, 123_456, "", "", "", ""],
        [8, 0x0A, 0x0000, 654_321, "", "", "", ""],
        [8, "", "", "", 1, TUNNEL_MESSAGE_PENDING, "", ""],
        ["", "", "", "", "", "", meter, ""],
    ]


def _on_air(profile: int, cluster: int, zcl: bytes) -> bytes:
    """Put a ZCL or ZDP frame into unsecured APS, NWK and MAC headers."""
    endpoint = 1 if profile else 0
    mac = struct.pack("<HBHHH", 0x8841, 1, 0x1A62, 0x0000, 0x1234)
    nwk = struct.pack("<HHHBB", 0x0008, 0x0000, 0x1234, 30, 1)
    aps = struct.pack("<BBHHBB", 0x00, endpoint, cluster, profile, endpoint, 1)
    return mac + nwk + aps + zcl


def _public_der(point: bytes) -> bytes:
    return bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + point


def _private_der(scalar: bytes) -> bytes:
    return bytes.fromhex("30310201010420") + scalar + bytes.fromhex("a00a06082a8648ce3d030107")


def _signature_der(signature: bytes) -> bytes:
    halves = b""
    for half in (signature[:32], signature[32:]):
        number = half.lstrip(b"\x00") or b"\x00"
        number = b"\x00" + number if number[0] & 0x80 else number
        halves += b"\x02" + bytes([len(number)]) + number
    return b"\x30" + bytes([len(halves)]) + halves


def _plain(address: str) -> str:
    return address.replace(":", "").lower()
