"""Signatures, MACs and encryption, each with a witness that nobody here wrote."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness.errors import InternalError, WireError
from harness.vocab.identity import Eui64
from harness.wire.gbcs import keys as gbcs_keys
from harness.wire.gbcs.crypto import (
    Authentication,
    Check,
    Purpose,
    authenticate,
    body_key,
    decrypt,
    derive_key,
    encrypt,
    protect,
    sign,
    verify,
)
from harness.wire.gbcs.keys import MemoryKeyStore, PrivateKey, PublicKey
from harness.wire.gbcs.outer import GbcsError, Message, decode_message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEVICE, PARTY, STRANGER = Eui64("02a5e70000000001"), Eui64("02a5e70000000100"), Eui64("02a5e7ffffffffff")
BETWEEN_DEVICES = {0x0090, 0x009B}


def test_every_reference_signature_verifies(vectors: list[object], reference_keys: MemoryKeyStore, reference_broker: Eui64) -> None:
    checks = [authenticate(decode_message(vector.octets), reference_keys, broker=reference_broker) for vector in vectors]
    assert {check.signature for check in checks} == {Check.VALID, Check.ABSENT}
    assert sum(check.signature is Check.VALID for check in checks) > 300


def test_every_reference_mac_whose_keys_are_published_verifies(
    vectors: list[object], reference_keys: MemoryKeyStore, reference_broker: Eui64
) -> None:
    for vector in vectors:
        message = decode_message(vector.octets)
        mac = authenticate(message, reference_keys, broker=reference_broker).mac
        between_devices = message.message_code in BETWEEN_DEVICES
        expected = Check.ABSENT if message.mac is None else Check.UNKNOWN_KEY if between_devices else Check.VALID
        assert mac is expected, vector.file


def test_a_command_s_mac_cannot_be_judged_without_its_broker(vectors: list[object], reference_keys: MemoryKeyStore) -> None:
    message = next(
        found for found in (decode_message(vector.octets) for vector in vectors) if found.cra == 1 and found.mac and found.signature
    )
    assert authenticate(message, reference_keys) == Authentication(signature=Check.VALID, mac=Check.UNKNOWN_KEY)


def test_our_alerts_verify_and_one_changed_octet_is_found(our_alerts: dict[str, bytes], key_store: MemoryKeyStore) -> None:
    for name, octets in our_alerts.items():
        message = decode_message(octets)
        good = authenticate(message, key_store)
        critical = message.mac is None
        assert good == Authentication(signature=Check.VALID if critical else Check.ABSENT, mac=Check.ABSENT if critical else Check.VALID), (
            name
        )
        message.payload = message.payload[:-1] + bytes((message.payload[-1] ^ 1,))
        assert Check.INVALID in (authenticate(message, key_store).signature, authenticate(message, key_store).mac), name


def test_a_changed_signature_or_mac_is_invalid(our_alerts: dict[str, bytes], key_store: MemoryKeyStore) -> None:
    signed, maced = decode_message(our_alerts["generic-critical-dlms"]), decode_message(our_alerts["generic-non-critical-dlms"])
    assert signed.signature
    assert maced.mac
    signed.signature = bytes((signed.signature[0] ^ 1,)) + signed.signature[1:]
    maced.mac = bytes((maced.mac[0] ^ 1,)) + maced.mac[1:]
    assert authenticate(signed, key_store).signature is Check.INVALID
    assert authenticate(maced, key_store).mac is Check.INVALID
    signed.signature = bytes(64)
    assert authenticate(signed, key_store).signature is Check.INVALID


def test_an_unknown_key_is_not_called_invalid(our_alerts: dict[str, bytes]) -> None:
    empty = MemoryKeyStore()
    assert authenticate(decode_message(our_alerts["generic-critical-dlms"]), empty).signature is Check.UNKNOWN_KEY
    assert authenticate(decode_message(our_alerts["generic-non-critical-dlms"]), empty).mac is Check.UNKNOWN_KEY


def test_a_mac_can_be_checked_from_either_end(our_alerts: dict[str, bytes], key_store: MemoryKeyStore) -> None:
    message = decode_message(our_alerts["generic-non-critical-dlms"])
    for holder, other in ((message.originator, message.target), (message.target, message.originator)):
        private, public = key_store.agreement_private(holder), key_store.agreement_public(other)
        assert private
        assert public
        one_sided = MemoryKeyStore()
        one_sided.add_private(holder, agreement=private.scalar)
        one_sided.add_public(other, agreement=public.point)
        assert authenticate(message, one_sided).mac is Check.VALID


def test_signatures_are_those_of_rfc_6979() -> None:
    """RFC 6979, A.2.5: P-256, SHA-256, message ``sample``."""
    key = PrivateKey(bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"))
    made = sign(b"\xdf" + b"sample", key)
    assert made[:32].hex().upper() == "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    assert made[32:].hex().upper() == "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    assert verify(b"\xdf" + b"sample", made, key.public)
    assert not verify(b"\xdf" + b"simple", made, key.public)


def test_halves_of_a_signature_that_start_with_zero_octets_are_no_special_case() -> None:
    """One signature in 128 has such a half, and DER writes it shorter."""
    key = PrivateKey(gbcs_keys.test_keys(b"seed", "zero"))
    seen = set()
    for number in range(2_000):
        octets = b"\xdf" + number.to_bytes(4, "big")
        made = sign(octets, key)
        kind = made[0] == 0, made[32] == 0
        if any(kind) and kind not in seen:
            seen.add(kind)
            assert verify(octets, made, key.public)
            assert not verify(octets + b"\x00", made, key.public)
    assert {(True, False), (False, True)} <= seen


def test_openssl_verifies_a_signature_of_ours(
    tool: Callable[[str], str], our_alerts: dict[str, bytes], key_store: MemoryKeyStore, tmp_path: Path
) -> None:
    openssl = tool("openssl")
    message = decode_message(our_alerts["outage-restored"])
    public = key_store.signing_public(message.originator)
    assert public
    assert message.signature
    halves = (int.from_bytes(message.signature[:32], "big"), int.from_bytes(message.signature[32:], "big"))
    (tmp_path / "signature").write_bytes(encode_dss_signature(*halves))
    (tmp_path / "key").write_bytes(public.loaded.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "signed").write_bytes(message.unsigned()[1:])
    command = [openssl, "dgst", "-sha256", "-verify", "key", "-signature", "signature", "signed"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout.strip()) == (0, "Verified OK")


def test_openssl_makes_the_same_mac(
    tool: Callable[[str], str], our_alerts: dict[str, bytes], key_store: MemoryKeyStore, tmp_path: Path
) -> None:
    openssl = tool("openssl")
    message = decode_message(our_alerts["generic-non-critical-dlms"])
    private, public = key_store.agreement_private(message.originator), key_store.agreement_public(message.target)
    assert private
    assert public
    key = derive_key(private.agree(public), Purpose.ALERT_MAC, message.originator, message.counter, message.target)
    (tmp_path / "covered").write_bytes(bytes.fromhex("110000000000") + message.signed())
    options = ("cipher:AES-128-GCM", f"hexkey:{key.hex()}", f"hexiv:{message.originator}00000000")
    command = [openssl, "mac", *(part for option in options for part in ("-macopt", option)), "-in", "covered", "GMAC"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30)
    assert message.mac is not None
    assert done.stdout.strip().lower()[:24] == message.mac.hex()


def test_the_key_derivation_is_the_concatenation_kdf() -> None:
    agreed = bytes(range(32))
    info = bytes.fromhex("60857406080300") + bytes.fromhex(DEVICE) + b"\x09\x03" + (77).to_bytes(8, "big") + bytes.fromhex(PARTY)
    witness = ConcatKDFHash(algorithm=SHA256(), length=16, otherinfo=info).derive(agreed)
    assert derive_key(agreed, Purpose.ALERT_MAC, DEVICE, 77, PARTY) == witness


def test_agreement_is_the_same_from_both_ends_and_computed_once() -> None:
    one, other = (PrivateKey(gbcs_keys.test_keys(b"seed", label)) for label in ("one", "other"))
    agreed = one.agree(other.public)
    assert agreed == other.agree(one.public) == ec_exchange(one, other)
    assert one.agree(PublicKey(other.public.point)) is agreed


def ec_exchange(one: PrivateKey, other: PrivateKey) -> bytes:
    return one.loaded.exchange(ec.ECDH(), other.loaded.public_key())


def test_test_keys_follow_their_written_rule() -> None:
    from harness.vocab.seed import subseed

    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    drawn = int.from_bytes(subseed(b"seed", "p256", "a", 0) + subseed(b"seed", "p256", "a", 1), "big")
    assert int.from_bytes(gbcs_keys.test_keys(b"seed", "a"), "big") == drawn % (order - 1) + 1
    made = {gbcs_keys.test_keys(seed, label) for seed in (b"1", b"2") for label in ("a", "b")}
    assert len(made) == 4
    assert all(len(scalar) == 32 for scalar in made)


def test_encryption_comes_back_and_a_changed_octet_is_found() -> None:
    key = bytes(range(16))
    sealed = encrypt(b"plaintext", key, DEVICE)
    assert sealed[:5] == b"\x31\x00\x00\x00\x00"
    assert len(sealed) == 5 + 9 + 12
    assert decrypt(sealed, key, DEVICE) == b"plaintext"
    assert encrypt(decrypt(sealed, key, DEVICE), key, DEVICE) == sealed
    for at in range(5, len(sealed)):
        spoilt = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :]
        with pytest.raises(GbcsError, match="E42 the tag of an encrypted body does not match") as caught:
            decrypt(spoilt, key, DEVICE, offset=100)
        assert caught.value.offset == 100 + len(sealed) - 12
    for wrong in (sealed[:16], b"\x11" + sealed[1:], b""):
        with pytest.raises(GbcsError, match="E42 not an encrypted body"):
            decrypt(wrong, key, DEVICE)


def test_a_body_for_a_supplementary_party_is_under_that_party_s_key(key_store: MemoryKeyStore) -> None:
    relayed = Eui64("02a5e70000000101")
    private, public = key_store.agreement_private(DEVICE), key_store.agreement_public(relayed)
    assert private
    assert public
    for second, counter in ((b"", 5), ((9).to_bytes(8, "big"), 9)):
        message = Message(
            cra=2,
            counter=5,
            originator=DEVICE,
            target=PARTY,
            message_code=0x0033,
            payload=b"\x00",
            supplementary=bytes.fromhex(relayed) + (7).to_bytes(8, "big") + second,
        )
        assert body_key(message, key_store) == derive_key(private.agree(public), Purpose.ENCRYPTION, DEVICE, counter, relayed)


def test_protection_without_keys_is_our_own_mistake(key_store: MemoryKeyStore, our_alerts: dict[str, bytes]) -> None:
    unsigned = decode_message(our_alerts["generic-critical-dlms"]).unsigned()
    for critical in (True, False):
        with pytest.raises(InternalError, match="02a5e7ffffffffff"):
            protect(unsigned, critical=critical, originator=STRANGER, target=PARTY, keys=key_store)


@pytest.mark.parametrize("point", [b"", b"\x04" + bytes(64), b"\x04" + b"\xff" * 64, bytes(65)])
def test_octets_that_are_no_point_are_refused_when_the_key_is_used(point: bytes) -> None:
    with pytest.raises(WireError, match="is not a public key"):
        _ = PublicKey(point).loaded


@pytest.mark.parametrize("scalar", [bytes(32), b"\xff" * 32])
def test_a_scalar_out_of_range_is_refused_when_the_key_is_used(scalar: bytes) -> None:
    with pytest.raises(WireError, match="out of range"):
        _ = PrivateKey(scalar).loaded


def test_a_store_answers_none_for_whom_it_does_not_know(key_store: MemoryKeyStore) -> None:
    found = (key_store.signing_public, key_store.agreement_public, key_store.signing_private, key_store.agreement_private)
    assert [look(STRANGER) for look in found] == [None] * 4
    assert all(look(DEVICE) is not None for look in found)


def test_reading_an_alert_never_loads_cryptography(isolated: Callable[..., str], our_alerts: dict[str, bytes]) -> None:
    code = (
        "import sys; from harness.wire.gbcs.alerts import read_alert, decode_alert;"
        "from harness.wire.gbcs.outer import decode_message; import harness.wire.gbcs.crypto, harness.wire.gbcs.keys;"
        "octets = bytes.fromhex(sys.argv[1]); read_alert(octets); decode_alert(decode_message(octets));"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('cryptography', 'csv')))"
    )
    assert isolated(code, [our_alerts["outage-restored"].hex()]).strip() == "[]"
