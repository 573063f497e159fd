"""Envelopes, statements and keys are what other people's libraries make of them."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
import signed_bundles as made
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult as Result
from in_toto_attestation.v1.statement import Statement as InTotoStatement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementPb
from securesystemslib import dsse as securesystems
from securesystemslib.signer import SSlibKey

from harness.errors import BundleError, UsageError
from harness.evidence.dsse import PAYLOAD_TYPE, Envelope, pae, read_envelope
from harness.evidence.public_keys import PublicKey, lowest, read_pem
from harness.evidence.signing_keys import FileKey, new_lab_key, new_signing_key, read_lab_key, read_signing_key, write_secret
from harness.evidence.statement import KINDS, read_statement, statement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def nothing() -> bytes:
    raise AssertionError("nobody asks for a passphrase")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30), st.binary(max_size=60))
def test_the_pre_authentication_encoding_is_what_securesystemslib_makes(kind: str, payload: bytes) -> None:
    assert pae(kind, payload) == securesystems.Envelope(payload, kind, {}).pae()


@pytest.mark.parametrize("stem", ["plan", "run", "selftest", "grade"])
def test_securesystemslib_verifies_an_envelope_as_it_stands(signed: Path, stem: str) -> None:
    envelope = securesystems.Envelope.from_dict(json.loads((signed / f"attestations/{stem}.dsse.json").read_bytes()))
    (keyid,) = envelope.signatures
    key = SSlibKey.from_crypto(load_pem_public_key((signed / f"attestations/keys/{keyid}.pub.pem").read_bytes()), keyid)
    envelope.verify([key], 1)
    assert envelope.payload == (signed / f"attestations/{stem}.statement.json").read_bytes()


@pytest.mark.parametrize("stem", ["plan", "run", "selftest", "grade"])
def test_in_toto_reads_a_statement_as_it_stands(signed: Path, stem: str) -> None:
    value = json.loads((signed / f"attestations/{stem}.statement.json").read_bytes())
    found = ParseDict(value, StatementPb())
    InTotoStatement.copy_from_pb(found).validate()
    assert found.type == "https://in-toto.io/Statement/v1"
    assert found.predicate_type == KINDS[stem].type


def test_in_toto_reads_the_selftest_as_a_test_result(signed: Path) -> None:
    value = json.loads((signed / "attestations/selftest.statement.json").read_bytes())
    found = ParseDict(value["predicate"], Result())
    assert (found.result, list(found.passed_tests), list(found.failed_tests)) == ("PASSED", ["positive-control", "sham"], [])


def test_a_signature_is_that_of_the_rfc_up_to_which_s_is_written() -> None:
    """RFC 6979, A.2.5: P-256, SHA-256, message "sample"."""
    key = FileKey(derive_private_key(0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, SECP256R1()))
    r, s = decode_dss_signature(key.sign(b"sample"))
    assert r == 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    published = 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
    assert s == min(published, ORDER - published)


@given(st.binary(max_size=40))
def test_of_the_two_signatures_that_verify_one_is_accepted(message: bytes) -> None:
    key = made.p256(made.OPERATOR)
    r, s = decode_dss_signature(key.sign(message))
    other = encode_dss_signature(r, ORDER - s)
    assert key.public.verifies(encode_dss_signature(r, s), message)
    assert lowest(other) == encode_dss_signature(r, s)
    assert not key.public.verifies(other, message)
    assert not key.public.verifies(key.sign(message) + b"\0", message)
    assert not key.public.verifies(key.sign(message), message + b"\0")


@pytest.mark.parametrize("key", [made.p256(7), made.ed25519(7)], ids=["P-256", "Ed25519"])
def test_openssl_knows_a_key_and_verifies_its_signature(tmp_path: Path, tool: Callable[[str], str], key: FileKey) -> None:
    openssl = tool("openssl")
    write_secret(tmp_path / "k.pem", key.pem())
    subject = subprocess.run([openssl, "pkey", "-in", tmp_path / "k.pem", "-pubout"], capture_output=True, check=True).stdout
    assert subject == key.public.pem
    der = subprocess.run([openssl, "pkey", "-in", tmp_path / "k.pem", "-pubout", "-outform", "DER"], capture_output=True, check=True).stdout
    assert der == key.public.spki
    (tmp_path / "pub.pem").write_bytes(key.public.pem)
    (tmp_path / "message").write_bytes(pae(PAYLOAD_TYPE, b"{}\n"))
    (tmp_path / "sig").write_bytes(key.sign(pae(PAYLOAD_TYPE, b"{}\n")))
    how = ["-rawin"] if key.public.algorithm == "ed25519" else ["-rawin", "-digest", "sha256"]
    verify = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-sigfile", "sig", "-in", "message", *how]
    subprocess.run(verify, cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize("passphrase", [b"", b"correct horse"])
@pytest.mark.parametrize("algorithm", ["ecdsa-p256-sha256", "ed25519"])
def test_a_key_comes_back_from_its_file_for_its_owner_alone(tmp_path: Path, passphrase: bytes, algorithm: str) -> None:
    key, path = new_signing_key(algorithm), tmp_path / "k.pem"
    write_secret(path, key.pem(passphrase))
    assert path.stat().st_mode & 0o777 == 0o600
    found = read_signing_key(path, (lambda: passphrase) if passphrase else nothing)
    assert (found.public, found.public.algorithm) == (key.public, algorithm)
    if passphrase:
        assert b"ENCRYPTED" in path.read_bytes()
        with pytest.raises(UsageError, match="no private key could be read"):
            read_signing_key(path, lambda: b"battery staple")
    path.chmod(0o640)
    with pytest.raises(UsageError, match="others may read this key"):
        read_signing_key(path, nothing)
    with pytest.raises(UsageError, match="a key is never overwritten"):
        write_secret(path, b"")


@pytest.mark.parametrize(
    "arguments", [["rsa", "-pkeyopt", "rsa_keygen_bits:2048"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], ["ed448"]]
)
def test_a_key_of_another_kind_is_refused(tmp_path: Path, tool: Callable[[str], str], arguments: list[str]) -> None:
    path = tmp_path / "k.pem"
    subprocess.run([tool("openssl"), "genpkey", "-algorithm", *arguments, "-out", path], check=True, capture_output=True)
    with pytest.raises(UsageError, match="a private key of another kind"):
        read_signing_key(path, nothing)
    pem = subprocess.run([tool("openssl"), "pkey", "-in", path, "-pubout"], check=True, capture_output=True).stdout
    with pytest.raises(BundleError, match="E-SIG-TYPE"):
        read_pem(pem)


def test_the_lab_key_comes_back_from_its_file(tmp_path: Path) -> None:
    write_secret(tmp_path / "lab.key", new_lab_key())
    assert len(read_lab_key(tmp_path / "lab.key")) == 32
    for number, wrong in enumerate((b"", b"ab", b"zz" * 32, b"\xff" * 64, b"00" * 33)):
        write_secret(tmp_path / str(number), wrong)
        with pytest.raises(UsageError, match="is no lab key"):
            read_lab_key(tmp_path / str(number))
    with pytest.raises(UsageError, match="could not be read"):
        read_lab_key(tmp_path / "none")


def envelope() -> Envelope:
    return Envelope(payload=b"{}\n", keyid="ab", signature=b"\x01\x02\x03", stamp=b"\x30\x00")


def test_an_envelope_comes_back_as_it_was() -> None:
    assert read_envelope(envelope().octets) == envelope()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text.replace(",", ", "),
        lambda text: text.replace("payloadType", "payloadtype"),
        lambda text: text.replace('"e30K"', '"e30L"').replace("e30L", "e30L="),
        lambda text: text.replace("e30K", "e30K\\n"),
        lambda text: text.replace('"AQID"', "null"),
        lambda text: text.replace("AQID", "AQI"),
        lambda text: text.replace('"keyid":"ab"', '"keyid":7'),
        lambda text: text.replace('"signatures":[{', '"signatures":[{"keyid":"cd","sig":"AQID"},{'),
        lambda text: text.replace('"signatures":[', '"more":1,"signatures":['),
        lambda text: text.replace('"sig":', '"more":1,"sig":'),
        lambda text: text.replace("MAA=", "MAB="),
        lambda text: text.replace('"MAA="', '""'),
        lambda text: '{"payload":1}\n',
        lambda text: "[]\n",
        lambda text: "",
        lambda text: "7\n",
    ],
)
def test_an_envelope_in_another_spelling_is_refused(change: Callable[[str], str]) -> None:
    text = envelope().octets.decode()
    assert change(text) != text
    with pytest.raises(BundleError, match="E-SIG-PARSE is not an envelope"):
        read_envelope(change(text).encode())


@given(st.binary(max_size=200))
def test_no_octets_make_reading_an_envelope_fail_otherwise(octets: bytes) -> None:
    with pytest.raises(BundleError, match="E-SIG-PARSE"):
        read_envelope(octets)


def test_a_statement_comes_back_as_it_was() -> None:
    found = read_statement(statement("plan", {"b": b"1", "a": b""}, {"time": made.PLANNED}), "plan")
    assert (found.kind, list(found.subjects), found.time) == ("plan", ["a", "b"], made.PLANNED)
    assert found.subjects["a"]["sha256"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("/plan/v1", "/run/v1", "E-SIG-TYPE"),
        ("Statement/v1", "Statement/v0.1", "E-SIG-TYPE"),
        ('"time":"2030-01-01T09:00:00Z"', '"time":"2030-02-30T09:00:00Z"', "E-SIG-PARSE"),
        ('"time":"2030-01-01T09:00:00Z"', '"time":"2030-01-01T09:00:00+00:00"', "E-SIG-PARSE"),
        ('"time":"2030-01-01T09:00:00Z"', "", "E-SIG-PARSE"),
        ('"predicate":{"time":"2030-01-01T09:00:00Z"}', '"predicate":[]', "E-SIG-PARSE"),
        ('"name":"a"', '"name":7', "E-SIG-PARSE"),
        ('"name":"a"', '"name":"b"', "E-SIG-PARSE"),
        ('"name":"a"', '"name":"a","uri":"x"', "E-SIG-PARSE"),
        ("sha512", "sha384", "E-SIG-PARSE"),
        (":", ": ", "E-SIG-PARSE"),
        ('{"_type"', '{"_more":1,"_type"', "E-SIG-PARSE"),
    ],
)
def test_a_statement_of_another_form_is_refused(old: str, new: str, code: str) -> None:
    text = statement("plan", {"b": b"1", "a": b""}, {"time": made.PLANNED}).decode()
    assert old in text
    with pytest.raises(BundleError, match=code):
        read_statement(text.replace(old, new, 1).encode(), "plan")


def test_a_public_key_in_another_spelling_is_refused() -> None:
    pem = made.p256(7).public.pem
    assert read_pem(pem) == made.p256(7).public
    for wrong in (b"", pem + b"\n", pem.replace(b"\n", b"\r\n"), b64encode(made.p256(7).public.spki), pem.replace(b"PUBLIC", b"PRIVATE")):
        with pytest.raises(BundleError, match=r"E-SIG-(PARSE|TYPE)"):
            read_pem(wrong)
    with pytest.raises(BundleError, match="E-SIG-TYPE"):
        PublicKey(made.p256(7).public.spki + b"\0")


SIGSTORE = """
const { bundleFromJSON } = require('@sigstore/bundle');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');
const { createPublicKey } = require('crypto');
const fs = require('fs');
const [envelopeFile, keyFile] = process.argv.slice(2);
const envelope = JSON.parse(fs.readFileSync(envelopeFile));
const keyid = envelope.signatures[0].keyid;
const bundle = bundleFromJSON({
  mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verificationMaterial: { publicKey: { hint: keyid }, tlogEntries: [] },
  dsseEnvelope: envelope,
});
const key = { publicKey: createPublicKey(fs.readFileSync(keyFile)), validFor: () => true };
const trust = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [], publicKey: () => key };
const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0, tsaThreshold: 0 });
verifier.verify(toSignedEntity(bundle));
console.log('verified');
"""


@pytest.fixture(scope="session")
def sigstore(npm: Callable[..., Path]) -> Path:
    """A folder in which ``@sigstore/verify`` is installed."""
    folder = npm("@sigstore/verify@3.1.1", "@sigstore/bundle@4")
    (folder / "verify.js").write_text(SIGSTORE)
    return folder


@pytest.mark.slow
def test_sigstore_verifies_an_envelope_as_it_stands_and_no_other(signed: Path, sigstore: Path, tool: Callable[[str], str]) -> None:
    keyid = made.p256(made.OPERATOR).public.keyid
    path = signed / "attestations/run.dsse.json"

    def verify() -> subprocess.CompletedProcess[str]:
        command = [tool("node"), "verify.js", path, signed / f"attestations/keys/{keyid}.pub.pem"]
        return subprocess.run(command, cwd=sigstore, capture_output=True, text=True, check=False)

    assert verify().stdout == "verified\n", verify().stderr
    found = read_envelope(path.read_bytes())
    path.write_bytes(Envelope(payload=found.payload.replace(b'"S"', b'"L"'), keyid=found.keyid, signature=found.signature).octets)
    assert verify().returncode != 0
