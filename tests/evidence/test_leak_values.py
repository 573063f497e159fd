"""What must not leave the lab is gathered from whatever is withheld: journals, certificates, identities, inputs, lists."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import disclosed_bundles as small
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from harness.errors import UsageError
from harness.evidence.leak_values import identity_values, journal_values, listed_values, network_key_values, profile_values, public_words
from harness.vocab.canonical import document

if TYPE_CHECKING:
    from pathlib import Path

EUI64 = bytes.fromhex("90b3d51f301a2c47")
SERIAL = 0x5A1D3C77190E44F2


def certificate() -> tuple[bytes, bytes]:
    """Return a certificate as a device has one, DER, and the first coordinate of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuing")])
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(SERIAL)
        .not_valid_before(datetime(2030, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.OtherName(x509.ObjectIdentifier("1.3.6.1.5.5.7.8.4"), b"\x30\x10\x06\x04\x2a\x03\x04\x05\x04\x08" + EUI64)]
            ),
            critical=False,
        )
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.DER), key.public_key().public_numbers().x.to_bytes(32, "big")


def values(path: Path, octets: bytes) -> dict[str, set[bytes]]:
    path.write_bytes(octets)
    found: dict[str, set[bytes]] = {}
    for secret in journal_values(path):
        found.setdefault(secret.kind, set()).add(secret.octets)
    return found


def test_a_journal_gives_everybody_it_names_and_their_keys(tmp_path: Path) -> None:
    found = values(tmp_path / "t.jsonl", small.journal("t00"))
    meter, meter_key, agreement = small.device("t00", "esme")
    hub, hub_key, _ = small.device("t00", "hub")
    party, party_key, _ = small.device("", "supplier")
    assert found["EUI-64"] == {bytes.fromhex(name) for name in (meter, hub, party)}
    halves = {point[at : at + 64] for point in (meter_key, agreement, hub_key, party_key) for at in (2, 66)}
    assert found["key"] == {bytes.fromhex(half) for half in halves}


def test_a_trace_gives_nobody(tmp_path: Path) -> None:
    from harness.masking.trace import trace

    assert values(tmp_path / "t.jsonl", trace(small.journal("t00"))) == {}


@pytest.mark.parametrize("form", ["octets", "hexadecimal", "PEM", "in a line of JSON"])
def test_a_certificate_gives_its_serial_its_subject_and_its_key(tmp_path: Path, form: str) -> None:
    der, x = certificate()
    pem = b"-----BEGIN CERTIFICATE-----\n" + b64encode(der) + b"\n-----END CERTIFICATE-----\n"
    written = {
        "octets": b"\xff\x00" + der,
        "hexadecimal": der.hex().encode(),
        "PEM": pem,
        "in a line of JSON": b'{"octets":"' + der.hex().encode() + b'"}',
    }
    found = values(tmp_path / "raw", written[form])
    assert found["certificate serial"] == {SERIAL.to_bytes(8, "big")}
    assert EUI64 in found["EUI-64"]
    assert x in found["key"]


def test_a_file_longer_than_one_piece_gives_what_stands_at_its_end(tmp_path: Path) -> None:
    found = values(tmp_path / "raw", b"nothing here\n" * 200_000 + b"90-B3-D5-1F-30-1A-2C-47\n")
    assert found == {"EUI-64": {EUI64}}


def test_a_bench_number_of_a_unit_is_a_secret(tmp_path: Path) -> None:
    assert values(tmp_path / "t", b'{"kind":"device","unit":"rig 4, slot 2"}\n') == {"physical unit": {b"rig 4, slot 2"}}


def test_an_identity_gives_all_its_text_and_the_words_that_tell_the_maker() -> None:
    octets = document(
        {
            "firmware": "1.2.7781",
            "format": "smets-identity/1",
            "maker": "Alder Instruments",
            "model": "alder-e1",
            "pseudonym": "dev-k7qd",
            "serial": "AB-12345",
            "summary": "A meter.",
        }
    )
    found = {(secret.kind, secret.octets) for secret in identity_values(octets, where="x")}
    assert found == {
        ("firmware", b"1.2.7781"),
        ("maker", b"Alder Instruments"),
        ("maker", b"Alder"),
        ("model", b"alder-e1"),
        ("model", b"alder-e1@1.2.7781"),
        ("serial", b"AB-12345"),
        ("summary", b"A meter."),
    }


def test_a_profile_and_a_scenario_give_the_models_they_name() -> None:
    found = {secret.octets for secret in profile_values(b'model = "alder-e1"\nmaker = "Alder"\nsummary = "A meter"\n[firmware."1.2"]\n')}
    assert found == {b"alder-e1", b"Alder", b"A meter"}
    found = {secret.octets for secret in profile_values(b'[combination]\nesme = "alder-e1@1.2"\nhub = "northgate-1@2.0" # not = toml')}
    assert found == {b"alder-e1@1.2", b"northgate-1@2.0"}


def test_a_key_file_of_a_capture_gives_its_keys() -> None:
    octets = b'# keys\n"5A:69:67:42:65:65:41:6C:6C:69:61:6E:63:65:30:39","Normal","x"\n"0123456789abcdef0123456789abcde0","Normal","y"\n'
    found = [secret.octets for secret in network_key_values(octets)]
    assert found == [b"ZigBeeAlliance09", bytes.fromhex("0123456789abcdef0123456789abcde0")]


def test_a_list_gives_octets_and_text() -> None:
    found = [
        (secret.octets, secret.is_text) for secret in listed_values(b"# a comment\n\n90:b3:d5:1f:30:1a:2c:47\n Rose Cottage \n", where="x")
    ]
    assert found == [(EUI64, False), (b"90:b3:d5:1f:30:1a:2c:47", True), (b"Rose Cottage", True)]
    with pytest.raises(UsageError, match=r"x:2: is too short to be looked for"):
        list(listed_values(b"long enough\nA1-\n", where="x"))


def test_only_the_harnesss_own_plugins_have_public_names() -> None:
    plugins = [
        {"name": "known-emitter", "package": "comms_hub_sim 0.1.0"},
        {"name": "burst", "package": "harness 0.1.0"},
        {"name": "alder-e1", "package": "alder-tools 2.0"},
        {"name": "x", "package": "harness-of-others 1"},
        "odd",
    ]
    assert public_words(plugins) == {b"known-emitter", b"burst"}
