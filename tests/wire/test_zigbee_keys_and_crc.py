"""Hashes, check sequences and keys against published numbers; each test names where they stand."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.zigbee.crc import fcs, fcs_holds, x25
from harness.wire.zigbee.derivations import (
    DEFAULT_TRUST_CENTRE_LINK_KEY,
    hmac_mmo,
    install_code_key,
    key_load_key,
    key_transport_key,
    mmo,
    verify_key_hash,
    with_crc,
)
from harness.wire.zigbee.errors import ZigbeeError

if TYPE_CHECKING:
    from collections.abc import Callable


def test_check_sequences_have_the_check_values_of_their_catalogue() -> None:
    # "Catalogue of parametrised CRC algorithms": CRC-16/KERMIT 0x2189 and CRC-16/IBM-SDLC 0x906E for "123456789".
    assert int.from_bytes(fcs(b"123456789"), "little") == 0x2189
    assert int.from_bytes(x25(b"123456789"), "little") == 0x906E


def test_a_check_sequence_is_the_one_of_the_example_frame() -> None:
    # IEEE 802.15.4-2006 7.2.1.9: an acknowledgement, in the order of bits 0100 0000 0000 0000 0101 0110, has the FCS 0010 0111 1001 1110.
    sequence = fcs(b"\x02\x00\x6a")
    assert "".join(f"{octet:08b}"[::-1] for octet in sequence) == f"{0x279E:016b}"


@given(st.binary(max_size=127), st.integers(0, 1023))
def test_a_check_sequence_finds_every_turned_bit(octets: bytes, place: int) -> None:
    frame = bytearray(octets + fcs(octets))
    assert fcs_holds(bytes(frame))
    frame[place // 8 % len(frame)] ^= 1 << place % 8
    assert not fcs_holds(bytes(frame))


@given(st.binary(max_size=300))
def test_check_sequences_agree_with_a_division_bit_by_bit(octets: bytes) -> None:
    for start, end, found in ((0, 0, fcs(octets)), (0xFFFF, 0xFFFF, x25(octets))):
        register = start
        for octet in octets:
            register ^= octet
            for _ in range(8):
                register = register >> 1 ^ (0x8408 if register & 1 else 0)
        assert found == (register ^ end).to_bytes(2, "little")


def test_the_hash_gives_the_numbers_of_the_zigbee_specification() -> None:
    # ZigBee 05-3474 annex C.5.1 and C.5.2: one octet C0, and the 16 octets C0 to CF.
    assert mmo(b"\xc0") == bytes.fromhex("ae3a102a28d43ee0d4a09e22788b206c")
    assert mmo(bytes(range(0xC0, 0xD0))) == bytes.fromhex("a7977e88bc0b61e8210827109a228f2d")


def test_the_keyed_hash_gives_the_numbers_of_the_zigbee_specification() -> None:
    # ZigBee 05-3474 annex C.6.1: key 40 to 4F, message C0.
    assert hmac_mmo(bytes(range(0x40, 0x50)), b"\xc0") == bytes.fromhex("4512807bf94cb3400f0e2c25fb76e999")


@given(st.integers(0, 9000))
def test_padding_fills_whole_blocks_and_no_two_lengths_hash_alike(size: int) -> None:
    assert mmo(bytes(size)) != mmo(bytes(size + 1))


def test_the_hash_of_long_octets_agrees_with_openssl(tool: Callable[[str], str]) -> None:
    # From 8192 octets on the length takes four octets and two of zero follow (annex B.6): chained here with OpenSSL's AES.
    message = bytes(range(256)) * 32
    padded = message + b"\x80" + bytes(9) + (8 * len(message)).to_bytes(4, "big") + bytes(2)
    digest = bytes(16)
    for at in range(0, len(padded), 16):
        digest = _step(tool("openssl"), digest, padded[at : at + 16]) if at >= len(padded) - 32 else _chained(digest, padded[at : at + 16])
    assert mmo(message) == digest


def _step(openssl: str, key: bytes, block: bytes) -> bytes:
    done = subprocess.run([openssl, "enc", "-aes-128-ecb", "-nopad", "-K", key.hex()], input=block, capture_output=True, check=True)
    return _mixed(done.stdout, block)


def _chained(key: bytes, block: bytes) -> bytes:
    return _mixed(Cipher(AES(key), ECB()).encryptor().update(block), block)


def _mixed(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))


def test_keys_made_of_the_well_known_link_key() -> None:
    # No clause prints it; the tests of several independent open-source stacks have this key-transport key as their expected value.
    assert key_transport_key(DEFAULT_TRUST_CENTRE_LINK_KEY) == bytes.fromhex("4bab0f173e1434a2d572e1c1ef478782")
    assert key_load_key(DEFAULT_TRUST_CENTRE_LINK_KEY) == hmac_mmo(DEFAULT_TRUST_CENTRE_LINK_KEY, b"\x02")
    assert len({make(DEFAULT_TRUST_CENTRE_LINK_KEY) for make in (key_transport_key, key_load_key, verify_key_hash)}) == 3


def test_an_install_code_gives_the_published_key() -> None:
    # ZigBee Base Device Behaviour 13-0402 clause 10.1.1: code, its CRC B5C3 printed least significant octet first as C3B5, and its key.
    code = bytes.fromhex("83FED3407A939723A5C639B26916D505")
    assert with_crc(code) == code + bytes.fromhex("C3B5")
    assert install_code_key(code + bytes.fromhex("C3B5")) == bytes.fromhex("66B6900981E1EE3CA4206B6B861C02BB")


@pytest.mark.parametrize("size", [6, 8, 12, 16])
def test_install_codes_of_every_length_are_read_and_spoilt_ones_refused(size: int) -> None:
    code = with_crc(bytes(range(size)))
    assert len(install_code_key(code)) == 16
    with pytest.raises(ZigbeeError, match="CRC is of another code") as caught:
        install_code_key(bytes((code[0] ^ 1,)) + code[1:])
    assert (caught.value.offset, caught.value.octets) == (size, code[-2:])
    with pytest.raises(ZigbeeError, match="another length"):
        install_code_key(code[1:])
    with pytest.raises(ValueError, match="install code"):
        with_crc(bytes(7))


def test_the_library_beneath_gives_the_numbers_of_the_ccm_standards() -> None:
    # RFC 3610 section 8, packet vector 1 (M = 8, L = 2): the mode that ZigBee's CCM* is when there is something to encrypt.
    key, nonce = bytes(range(0xC0, 0xD0)), bytes.fromhex("00000003020100A0A1A2A3A4A5")
    packet = bytes(range(31))
    sealed = AESCCM(key, tag_length=8).encrypt(nonce, packet[8:], packet[:8])
    assert sealed == bytes.fromhex("588C979A61C663D2F066D0C2C0F989806D5F6B61DAC38417E8D12CFDF926E0")
    # ZigBee 05-3474 annex C.3 (and IEEE 802.15.4-2006 annex C.2): key C0 to CF, nonce of counter 06, M = 8.
    nonce = bytes.fromhex("A0A1A2A3A4A5A6A70302010006")
    sealed = AESCCM(key, tag_length=8).encrypt(nonce, packet[8:], packet[:8])
    assert sealed == bytes.fromhex("1A55A36ABB6C610D066B3375649CEF10D4664ECAD854A80A895CC1D8FF9469")
