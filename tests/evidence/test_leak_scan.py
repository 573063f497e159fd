"""Whatever must not leave the lab is found however it is written down, and what is harmless is let through."""

from __future__ import annotations

import json
import re
import tracemalloc
from base64 import b32encode, b64encode, urlsafe_b64encode
from hashlib import sha256, sha512
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.evidence.leak_forms import Secret, needles
from harness.evidence.leak_patterns import is_keyed_pseudonym
from harness.evidence.leaks import LeakScan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EUI64 = bytes.fromhex("90b3d51f301a2c47")
POINT = bytes.fromhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
SECRETS = (
    Secret(kind="EUI-64", octets=EUI64),
    Secret(kind="key", octets=POINT),
    Secret(kind="maker", octets=b"Alder Instruments", is_text=True),
    Secret(kind="model", octets=b"alder-e1", is_text=True),
)
LISTED = LeakScan(SECRETS)
UNLISTED = LeakScan()
AROUND = (b"", b"{'before':'", b"x ", b"\xff\x00\x80", b'{"octets":"00ff')


def grouped(text: str, size: int, between: str) -> str:
    return between.join(text[at : at + size] for at in range(0, len(text), size))


def escapes(text: str) -> dict[str, bytes]:
    return {
        "JSON": "".join(f"\\u{ord(letter):04X}" for letter in text).encode(),
        "TOML": "".join(f"\\U{ord(letter):08x}" for letter in text).encode(),
        "C": "".join(f"\\x{ord(letter):02x}" for letter in text).encode(),
        "HTML decimal": "".join(f"&#{ord(letter)};" for letter in text).encode(),
        "HTML hexadecimal": "".join(f"&#x{ord(letter):X};" for letter in text).encode(),
        "URL": "".join(f"%{ord(letter):02X}" for letter in text).encode(),
        "quoted-printable": "".join(f"={ord(letter):02X}" for letter in text).encode(),
        "one letter escaped": text.replace(text[3], f"\\u{ord(text[3]):04x}").encode(),
    }


def octet_forms(value: bytes) -> Iterator[tuple[str, bytes]]:
    for turned, octets in (("", value), (" reversed", value[::-1])):
        digits = octets.hex()
        for case, text in (("lower", digits), ("upper", digits.upper())):
            for name, between in (("joined", ""), ("dashed", "-"), ("colons", ":"), ("spaced", " "), ("dotted", "."), ("commas", ", ")):
                yield f"{case} {name}{turned}", grouped(text, 2, between).encode()
            yield f"{case} in fours{turned}", grouped(text, 4, " ").encode()
            yield f"{case} over lines{turned}", grouped(text, 8, "\r\n").encode()
            yield f"{case} UTF-16LE{turned}", text.encode("utf-16-le")
            yield f"{case} UTF-16BE{turned}", text.encode("utf-16-be")
            yield f"{case} UTF-32{turned}", text.encode("utf-32-le")
            yield from ((f"{case} {name} escapes{turned}", written) for name, written in escapes(text).items())
            yield f"{case} hexadecimal of hexadecimal{turned}", text.encode().hex().encode()
            yield f"{case} base64 of hexadecimal{turned}", b64encode(text.encode())
            yield f"{case} base64 of base64{turned}", b64encode(b64encode(b"some bytes before " + octets + b" and after"))
        for before in range(3):
            inner = b64encode(bytes(range(before)) + octets + b"after")
            yield f"base64 at {before}{turned}", inner
            yield f"base64 URL-safe at {before}{turned}", urlsafe_b64encode(b"\xfb\xff"[:before] + octets + b"\xfb\xef\xff")
            yield (
                f"base64 in lines at {before}{turned}",
                grouped(b64encode(bytes(50 + before) + octets + bytes(60)).decode(), 64, "\n").encode(),
            )
            yield f"hexadecimal of base64 at {before}{turned}", inner.hex().encode()
        yield f"octets{turned}", octets
        yield f"decimal{turned}", str(int.from_bytes(octets, "big")).encode()
        yield f"decimal octets{turned}", json.dumps(list(octets)).encode()
        yield f"C array{turned}", ", ".join(f"0x{octet:02x}" for octet in octets).encode()


def text_forms(text: str) -> Iterator[tuple[str, bytes]]:
    for name, spelling in (("as it is", text), ("lower", text.lower()), ("upper", text.upper()), ("title", text.title())):
        yield name, spelling.encode()
        yield f"{name}, UTF-16", spelling.encode("utf-16-le")
        yield f"{name}, hexadecimal", spelling.encode().hex().encode()
        yield f"{name}, base64", b64encode(b"12" + spelling.encode() + b"after")
        yield from ((f"{name}, {kind} escapes", written) for kind, written in escapes(spelling).items())
        yield f"{name}, hexadecimal of UTF-16", spelling.encode("utf-16-be").hex().encode()
        yield f"{name}, dump", grouped(spelling.encode().hex(), 2, " ").encode()
    yield "underscores", re.sub("[ -]", "_", text).encode()
    yield "nothing between", re.sub("[ -]", "", text).encode()
    yield "over two lines", text.replace(" ", "\r\n").replace("-", " ").encode()


FORMS = [
    *(pytest.param("EUI-64", written, id=f"EUI-64 {name}") for name, written in octet_forms(EUI64)),
    *(pytest.param("key", written, id=f"key {name}") for name, written in octet_forms(POINT)),
    *(pytest.param("maker", written, id=f"maker {name}") for name, written in text_forms("Alder Instruments")),
    *(pytest.param("model", written, id=f"model {name}") for name, written in text_forms("alder-e1")),
]


@pytest.mark.parametrize(("kind", "written"), FORMS)
def test_a_value_is_found_in_every_form_wherever_it_stands(kind: str, written: bytes) -> None:
    for before in AROUND:
        found = LISTED.file("data/x.bin", before + b"|" + written + b"|" + before[::-1])
        assert kind in {leak.kind for leak in found}, before


def test_a_finding_says_where_and_never_what() -> None:
    octets = b"\n" * 40 + b'{"who":"' + EUI64.hex("-").upper().encode() + b'"}\n'
    leaks = LISTED.file("data/results/findings.jsonl", octets)
    assert {(leak.file, leak.offset, leak.kind) for leak in leaks} == {("data/results/findings.jsonl", 48, "EUI-64")}
    told = "".join(map(str, leaks)) + repr(leaks)
    assert "90B3" not in told.upper()
    assert "data/results/findings.jsonl: EUI-64 at offset 48 (hexadecimal)" in map(str, leaks)


def test_what_was_unwrapped_is_told_by_the_place_of_its_wrapping() -> None:
    wrapped = b64encode(b'{"name":"' + EUI64.hex().encode() + b'"}')
    (leak,) = [leak for leak in LISTED.file("x", b"=" * 9 + b" " + wrapped) if leak.form == "base64 > hexadecimal"]
    assert leak.offset == 10


@settings(max_examples=20, deadline=None)
@given(place=st.integers(0, 4096), long=st.booleans(), spaced=st.booleans())
def test_nothing_is_lost_where_one_piece_ends_and_the_next_begins(place: int, long: bool, spaced: bool) -> None:
    value = POINT if long else EUI64
    written = value.hex(" " if spaced else "-").encode() if spaced else value.hex().encode()
    filler = b"0123456789abcdef" * 65536 if long else b"some words " * 95325
    octets = filler[: (1 << 20) - 4200 + place] + b"." + written + b"." + filler[:9000]
    assert LISTED.file("x", octets), place


def test_thousands_of_values_are_looked_for_at_once() -> None:
    values = [sha256(bytes([number % 256, number // 256])).digest() for number in range(4000)]
    scan = LeakScan(Secret(kind="key", octets=value) for value in values)
    clean = b"\n".join(sha512(value).hexdigest().encode() for value in values)
    assert scan.file("x", clean) == ()
    for value in values[::2000]:
        assert scan.file("x", clean + value.hex().encode() + clean)


def test_a_large_file_is_never_held_whole(tmp_path: Path) -> None:
    line = b"a quiet line of text in which there is little to look for and nothing to find\n"
    with (tmp_path / "large.txt").open("wb") as stream:
        for _ in range(16):
            stream.write(line * 13000)
        stream.write(b"made of " + EUI64.hex().encode() + b"\n")
    tracemalloc.start()
    found = LISTED.file("large.txt", tmp_path / "large.txt")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {leak.offset for leak in found} == {16 * 13000 * len(line) + 8}
    assert peak < (tmp_path / "large.txt").stat().st_size // 2


@pytest.mark.parametrize("value", [b"\x02\x01", b"\0" * 8, b"\xff" * 8])
def test_what_is_everywhere_is_not_looked_for(value: bytes) -> None:
    assert list(needles(Secret(kind="serial", octets=value))) == []
    assert list(needles(Secret(kind="firmware", octets=b"1.2", is_text=True))) == []


def test_a_short_name_is_found_by_itself_and_not_within_a_word() -> None:
    scan = LeakScan([Secret(kind="maker", octets=b"Alder", is_text=True)])
    assert scan.file("x", b'maker = "ALDER"')
    assert scan.file("x", b"made by alder, 2030")
    assert scan.file("x", b"the calderas and the Alderney race") == ()


IDENTIFYING = {
    "EUI-64": [
        "90b3d51f301a2c47",
        "90B3D51F301A2C47",
        "90-b3-d5-1f-30-1a-2c-47",
        "90:B3:D5:1F:30:1A:2C:47",
        "90 b3 d5 1f 30 1a 2c 47",
        "0x90b3d51f301a2c47",
    ],
    "MPAN": ["1312345678907", "00 111 222 13 1234 5678 907", "001112221312345678907", "13 12345678 90 7"],
    "MPRN": ["MPRN: 3938424403", '"3938424403"', "mpxn=3938424403"],
    "postcode": ["SW1A 1AA", "M1 1AE", "ec1a 1bb", "B33 8TH", "CR26XH", "DN55 1PT", "W1A0AX"],
    "IPv4 address": ["10.1.2.3", "http://192.168.10.20/x"],
    "IPv6 address": ["fe80::1a2b:3c4d:5e6f:7a8b", "2001:db8:85a3:0:0:8a2e:370:7334", "[2a00:1450::200e]"],
    "e-mail address": ["a.householder@example.co.uk"],
    "X.509 certificate": ["-----BEGIN CERTIFICATE-----"],
    "private key": ["-----BEGIN PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----", "-----BEGIN ENCRYPTED PRIVATE KEY-----"],
}


def luhn_digit(body: str) -> str:
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in IDENTIFYING.items() for text in texts])
def test_what_identifies_by_its_form_needs_no_list(kind: str, text: str) -> None:
    for written in (text, f"before {text} after", f'{{"note":"{text}"}}', f"({text})"):
        if kind == "MPRN" and text.startswith('"') and written.startswith("{"):
            continue
        assert kind in {leak.kind for leak in UNLISTED.file("data/results/report.txt", written.encode())}, written


@pytest.mark.parametrize(
    ("kind", "body"),
    [("IMEI", "35209900176148"), ("IMEI", "86012345678901"), ("ICCID", "894453852300000000"), ("ICCID", "8944538523000000001")],
)
def test_numbers_with_a_check_digit_by_luhn_are_found_and_others_are_not(kind: str, body: str) -> None:
    right = body + luhn_digit(body)
    wrong = body + str((int(luhn_digit(body)) + 1) % 10)
    assert kind in {leak.kind for leak in UNLISTED.file("x.txt", f"card {right} in".encode())}
    assert kind not in {leak.kind for leak in UNLISTED.file("x.txt", f"card {wrong} in".encode())}


@pytest.mark.parametrize("mpan", ["1312345678908", "9912345678907", "131234567890", "13123456789071"])
def test_a_number_that_fails_the_check_of_an_mpan_is_none(mpan: str) -> None:
    assert UNLISTED.file("x.txt", f"number {mpan} here".encode()) == ()


def test_identifying_text_is_found_within_base64_and_hexadecimal() -> None:
    for written in (b"sent to SW1A 1AA today", b"mpan 1312345678907 of", b"mail a.householder@example.co.uk"):
        assert UNLISTED.file("x", b64encode(written))
        assert UNLISTED.file("x", written.hex().encode())
        assert UNLISTED.file("x", b64encode(written.hex().encode()))


HARMLESS = [
    sha256(b"1").hexdigest(),
    sha512(b"1").hexdigest(),
    f"{sha256(b'1').hexdigest()[:16]}… was expected",
    "t3f09ac51e2 dev-k7qd C3-S u=0 frequent",
    '{"at":1312345678907,"from":352099001761481,"step":600000000000}',
    '{"exact":"1312345678907/1","decimal":"1312345678907.000000"}',
    '{"seed":"1","root":"' + sha256(b"seed").hexdigest() + '"}',
    '{"device":"027ace0003000001","source":"027ace0041000001"}',
    '{"codes":{"0x8183":"0x0B","0x81A0":"0x0B","0x81A1":"0x0B","0x81A2":"0x0B","0x81A3":"0x0B","0x81A4":"0x0B","0x81A5":"0x0B"}}',
    '{"kind":"frame","octets":"190100000000dc05","tap":"han"}',
    "2030-01-07T00:00:00Z 12:34:56 10m 253.0 V 1-0:1.8.0.255",
    "h1::before, a::after { content: '' } version 1.2.3",
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
    "C4 A5 E2 GCS62 ECS24b CS02b SMETS2 V2 0x8F0A",
    '<path d="M 10 20 30 40 50 60 70 80 90 100 110 120 130" />',
    b32encode(b"no such thing").decode(),
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_is_let_through(text: str) -> None:
    assert LISTED.file("data/results/x.json", text.encode()) == ()


def test_random_octets_are_let_through() -> None:
    noise = b"".join(sha512(number.to_bytes(4, "big")).digest() for number in range(1 << 13))
    assert LISTED.file("x.bin", noise) == ()
    assert LISTED.file("x.jsonl", b"\n".join(noise[at : at + 300].hex().encode() for at in range(0, 1 << 17, 300))) == ()
    assert LISTED.file("x.txt", b64encode(noise[: 1 << 17])) == ()
    uuids = "\n".join(str(UUID(bytes=noise[at : at + 16])) for at in range(0, 1 << 14, 16))
    assert LISTED.file("x.txt", uuids.encode()) == ()


def test_an_address_made_with_a_key_is_a_pseudonym_only_where_journals_were_masked_so() -> None:
    line = b'{"source":"7a5f301a2c479012"}'
    assert UNLISTED.file("x.jsonl", line)
    assert LeakScan(pseudonym=is_keyed_pseudonym).file("x.jsonl", line) == ()
    assert LeakScan(pseudonym=is_keyed_pseudonym).file("x.jsonl", b'{"source":"90b3d51f301a2c47"}')


def test_a_message_from_somebody_real_is_found_in_hexadecimal() -> None:
    octets = b"df0903" + b"00" * 8 + b"08" + EUI64.hex().encode() + b"08027ace0041000001" + b"0002000b"
    assert UNLISTED.file("x.jsonl", b'{"octets":"' + octets + b'"}')
    masked = octets.replace(EUI64.hex().encode(), b"027ace0003000001")
    assert UNLISTED.file("x.jsonl", b'{"octets":"' + masked + b'"}') == ()


def test_private_keys_are_found_in_der_and_public_ones_let_through() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    private = ec.generate_private_key(ec.SECP256R1())
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        der = private.private_bytes(Encoding.DER, form, NoEncryption())
        for written in (der, der.hex().encode(), b64encode(der)):
            assert {leak.kind for leak in UNLISTED.file("x", b"ab " + written)} == {"private key"}
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for written in (spki, spki.hex().encode(), b64encode(spki)):
        assert UNLISTED.file("x", written) == ()


def test_a_kind_that_belongs_in_a_file_is_passed_over_there() -> None:
    assert UNLISTED.file("x", b"-----BEGIN CERTIFICATE-----", known=frozenset({"X.509 certificate"})) == ()
