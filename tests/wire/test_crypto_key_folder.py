"""A folder of certificates and keys: what is found, whose it is, and what is wrong with files that cannot be used."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.name import _ASN1Type

from harness.vocab.identity import Eui64
from harness.wire.gbcs.census import read_messages, take_census
from harness.wire.gbcs.key_files import read_certificate
from harness.wire.gbcs.key_folder import KeyFileError, read_key_folder
from harness.wire.gbcs.outer import decode_message

DEVICE, SUPPLIER, ACB = Eui64("02a5e70000000001"), Eui64("02a5e70000000100"), Eui64("02a5e70000000102")


class Bench:
    """Makes keys and certificates with openssl."""

    def __init__(self, openssl: str, folder: Path) -> None:
        self.openssl = openssl
        self.folder = folder

    def run(self, *arguments: str) -> None:
        subprocess.run([self.openssl, *arguments], cwd=self.folder, check=True, capture_output=True, timeout=30)

    def key(self, name: str, curve: str = "P-256") -> None:
        self.run("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", name)


def certified(path: Path, key_path: Path, owner: str, usage: str, role: str, *, device: bool = False) -> None:
    """Make a certificate as the smart metering PKI does: openssl's command line cannot write 2.5.4.45 as a BIT STRING."""
    key = load_pem_private_key(key_path.read_bytes(), None)
    attributes = [x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, role)] if role else []
    if owner and not device:
        unique = x509.ObjectIdentifier("2.5.4.45")
        attributes.append(x509.NameAttribute(unique, b"\x00" + bytes.fromhex(owner), _ASN1Type.BitString))
    name = x509.Name(attributes)
    flags = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign"), False
    )
    flags |= {"digital_signature": usage in ("ds", "both"), "key_agreement": usage in ("ka", "both"), "key_cert_sign": usage == "ca"}
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fictional")]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2030, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
    )
    if usage:
        builder = builder.add_extension(x509.KeyUsage(**flags, crl_sign=False, encipher_only=False, decipher_only=False), critical=True)
    if device:
        module = bytes.fromhex("06022a03") + b"\x04\x08" + bytes.fromhex(owner)
        other = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.5.5.7.8.4"), b"\x30" + bytes((len(module),)) + module)
        builder = builder.add_extension(x509.SubjectAlternativeName([other]), critical=True)
    encoding = Encoding.PEM if path.suffix == ".pem" else Encoding.DER
    path.write_bytes(builder.sign(key, SHA256()).public_bytes(encoding))


@pytest.fixture
def bench(tool: Callable[[str], str], tmp_path: Path) -> Bench:
    return Bench(tool("openssl"), tmp_path)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    return folder


def test_certificates_and_keys_are_found_by_what_they_say(bench: Bench, keys: Path) -> None:
    for number in range(4):
        bench.key(f"keys/k{number}.key")
    certified(keys / "a.pem", keys / "k0.key", SUPPLIER, "ds", "02")
    certified(keys / "b.der", keys / "k1.key", SUPPLIER, "ka", "02")
    certified(keys / "c.pem", keys / "k2.key", ACB, "ka", "04")
    certified(keys / "d.cer", keys / "k3.key", DEVICE, "ka", "", device=True)
    (keys / "k3.key").unlink()
    (keys / "notes.txt").write_text("not a key")
    found = read_key_folder(keys)
    assert found.files == 7
    assert found.broker == ACB
    assert found.keys.signing_private(SUPPLIER) is not None
    assert found.keys.agreement_private(SUPPLIER) is not None
    assert found.keys.agreement_public(DEVICE) is not None
    assert found.keys.agreement_private(DEVICE) is None
    assert len(found.remarks) == 1
    assert found.remarks[0].startswith("notes.txt: not read")


def test_keys_of_the_folder_agree_and_sign_as_those_in_memory(bench: Bench, keys: Path) -> None:
    bench.key("keys/one.key")
    bench.key("keys/two.key")
    certified(keys / "one.pem", keys / "one.key", SUPPLIER, "ka", "02")
    certified(keys / "two.pem", keys / "two.key", ACB, "ka", "04")
    store = read_key_folder(keys).keys
    one, two = store.agreement_private(SUPPLIER), store.agreement_private(ACB)
    assert one is not None
    assert two is not None
    assert one.agree(two.public) == two.agree(one.public)
    assert store.agreement_public(SUPPLIER).point == one.public.point  # type: ignore[union-attr]


def test_der_keys_several_in_a_file_and_keys_without_certificate_are_read(bench: Bench, keys: Path) -> None:
    bench.key(f"keys/{DEVICE}-ka.pem")
    bench.key("broker.key")
    bench.run("pkcs8", "-topk8", "-nocrypt", "-in", "broker.key", "-outform", "DER", "-out", f"keys/{ACB}-ds.p8")
    bench.run("ecparam", "-name", "prime256v1", "-genkey", "-out", "keys/both.pem")
    certified(keys / "x.pem", keys / "both.pem", SUPPLIER, "ds", "02")
    (keys / "both.pem").write_bytes((keys / "both.pem").read_bytes() + (keys / "x.pem").read_bytes())
    (keys / "x.pem").unlink()
    found = read_key_folder(keys)
    assert found.keys.agreement_private(DEVICE) is not None
    assert found.keys.signing_private(ACB) is not None
    assert found.keys.signing_private(SUPPLIER) is not None
    assert found.broker is None


def test_a_prepayment_key_is_told_by_the_name_of_its_file(bench: Bench, keys: Path) -> None:
    for name in ("ka", "pp-ka"):
        bench.key(f"keys/{SUPPLIER}-{name}.key")
        certified(keys / f"{SUPPLIER}-{name}.pem", keys / f"{SUPPLIER}-{name}.key", SUPPLIER, "ka", "02")
    found = read_key_folder(keys)
    ordinary, prepayment = found.keys.agreement_private(SUPPLIER), found.prepayment.agreement_private(SUPPLIER)
    assert ordinary is not None
    assert prepayment is not None
    assert ordinary.scalar != prepayment.scalar


def test_of_two_certificates_the_one_named_after_its_owner_is_taken(bench: Bench, keys: Path) -> None:
    for name in ("other", f"{SUPPLIER}-ka"):
        bench.key(f"keys/{name}.key")
        certified(keys / f"{name}.pem", keys / f"{name}.key", SUPPLIER, "ka", "02")
    (keys / "other.key").unlink()
    found = read_key_folder(keys)
    assert found.remarks == (f"other.pem: not used, {SUPPLIER}-ka.pem has the agreement key of {SUPPLIER}",)
    assert found.keys.agreement_private(SUPPLIER) is not None


def test_two_certificates_that_nothing_tells_apart_are_an_error_naming_both(bench: Bench, keys: Path) -> None:
    for name in ("one", "two"):
        bench.key(f"keys/{name}.key")
        certified(keys / f"{name}.pem", keys / f"{name}.key", SUPPLIER, "ds", "02")
    with pytest.raises(KeyFileError, match=r"two\.pem: holds another signing certificate of 02a5e70000000100 than one\.pem"):
        read_key_folder(keys)


def test_a_certificate_that_only_certifies_is_remarked_upon(bench: Bench, keys: Path) -> None:
    bench.key(f"keys/{DEVICE}-ds.key")
    certified(keys / "root.pem", keys / f"{DEVICE}-ds.key", "", "ca", "")
    assert read_key_folder(keys).remarks == ("root.pem: a certificate that only certifies others is not used",)


def _other_curve_s_certificate(bench: Bench, keys: Path) -> None:
    bench.key("p384.key", "P-384")
    certified(keys / "bad.pem", bench.folder / "p384.key", DEVICE, "ds", "", device=True)


def _encrypted(bench: Bench, keys: Path) -> None:
    bench.run("pkcs8", "-topk8", "-in", "k.key", "-passout", "pass:secret", "-out", "keys/bad.pem")


SPOIL: dict[str, Callable[[Bench, Path], object]] = {
    "text": lambda bench, keys: (keys / "bad.pem").write_text("hello"),
    "not base64": lambda bench, keys: (keys / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"),
    "broken DER": lambda bench, keys: (keys / "bad.der").write_bytes(b"\x30\x03\x02\x01\x01"),
    "broken certificate": lambda bench, keys: (keys / "bad.der").write_bytes(b"\x30\x02\x30\x00"),
    "public key": lambda bench, keys: bench.run("pkey", "-in", "k.key", "-pubout", "-out", "keys/bad.pem"),
    "encrypted": _encrypted,
    "other curve": lambda bench, keys: bench.key("keys/bad.key", "P-384"),
    "other curve's certificate": _other_curve_s_certificate,
    "no owner": lambda bench, keys: certified(keys / "bad.pem", bench.folder / "k.key", "", "ds", "02"),
    "both uses": lambda bench, keys: certified(keys / "bad.pem", bench.folder / "k.key", SUPPLIER, "both", "02"),
    "too large": lambda bench, keys: (keys / "bad.pem").write_bytes(b"-" * 70_000),
    "nobody's": lambda bench, keys: bench.key("keys/bad.key"),
}
"""Puts a file into the folder that cannot be used."""


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("text", r"bad\.pem: is neither PEM nor DER"),
        ("not base64", r"bad\.pem: has a certificate that is not base64"),
        ("broken DER", r"bad\.der: holds a private key that cannot be read"),
        ("broken certificate", r"bad\.der: holds a certificate that cannot be read"),
        ("public key", r"bad\.pem: holds 'PUBLIC KEY'"),
        ("encrypted", r"bad\.pem: holds 'ENCRYPTED PRIVATE KEY'"),
        ("other curve", r"bad\.key: holds a private key of another kind"),
        ("other curve's certificate", r"bad\.pem: holds a certificate of another kind of key"),
        ("no owner", r"bad\.pem: holds a certificate without an EUI-64"),
        ("both uses", r"bad\.pem: holds a certificate for signing and agreement both"),
        ("too large", r"bad\.pem: is too large"),
        ("nobody's", r"bad\.key: holds a private key of nobody known"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(bench: Bench, keys: Path, kind: str, what: str) -> None:
    bench.key("k.key")
    SPOIL[kind](bench, keys)
    with pytest.raises(KeyFileError, match=what) as caught:
        read_key_folder(keys)
    assert caught.value.exit_code == 4
    assert caught.value.expected


def test_a_folder_that_is_none_or_empty_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="is no folder"):
        read_key_folder(tmp_path / "absent")
    with pytest.raises(KeyFileError, match="holds no certificate and no key"):
        read_key_folder(tmp_path)


def test_the_published_keys_read_from_files_open_what_they_open_from_the_table(vectors_folder: Path, keys: Path) -> None:
    with (vectors_folder / "keys.csv").open(encoding="ascii", newline="") as file:
        for row in csv.DictReader(file):
            if row["certificate_der"]:
                (keys / f"{row['name']}.der").write_bytes(bytes.fromhex(row["certificate_der"]))
            if row["private_scalar"]:
                private = ec.derive_private_key(int(row["private_scalar"], 16), ec.SECP256R1())
                (keys / f"{row['name']}.key").write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    found = read_key_folder(keys)
    chosen = read_messages(vectors_folder)[::5]
    census = take_census(chosen, found.keys, found.broker)
    between_devices = [name for name, _ in chosen if name.startswith("PCS0")]
    assert [name for name, _ in census.faults] == between_devices
    assert census.identical == len(chosen)


def test_the_certificate_inside_a_command_says_whose_key_it_carries(vectors_folder: Path) -> None:
    """Commands for a party that the device does not know bring that party's certificate."""
    messages = [decode_message(octets) for _, octets in read_messages(vectors_folder)]
    carried = [message for message in messages if message.certificate]
    assert carried
    for message in carried:
        found = read_certificate(message.certificate, "a command")
        assert found is not None
        assert (found.owner, found.use) == (message.supplementary_party, "agreement")
