"""Key establishment against the published numbers of 07-5356 annex C.5 (suite 1) and C.6 (suite 2), and against OpenSSL's curves."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from harness.vocab.identity import Eui64
from harness.vocab.seed import Chance, subseed
from harness.wire.zigbee.cbke import (
    SUITE_1,
    SUITE_2,
    Credentials,
    Suite,
    agree,
    extract_public,
    issue,
    mac_u,
    mac_v,
    read_certificate,
)
from harness.wire.zigbee.koblitz import SECT163K1, SECT283K1, CurveError, Koblitz

if TYPE_CHECKING:
    from collections.abc import Callable

CURVES = pytest.mark.parametrize("curve", [SECT163K1, SECT283K1], ids=lambda curve: curve.name)


@dataclass(frozen=True)
class Side:
    """One side of the exchange that the annex works through."""

    certificate: bytes
    private: int
    public: str
    ephemeral: int
    ephemeral_public: str

    def credentials(self, issuer: bytes) -> Credentials:
        return Credentials(certificate=read_certificate(self.certificate), private=self.private, issuer_public=issuer)


@dataclass(frozen=True)
class Annex:
    suite: Suite
    issuer: str
    responder: Side
    initiator: Side
    link_key: str
    mac_key: str
    mac_u: str
    mac_v: str


C5 = Annex(
    suite=SUITE_1,
    issuer="0200fde8a7f3d1084224962a4e7c54e69ac3f04da6b8",
    responder=Side(
        certificate=bytes.fromhex(
            "03045fdfc8d85ffb8b3993cb72ddcaa55f00b3e87d6d0000000000000001544553545345434101090006000000000000",
        ),
        private=0x00B8A900FCADEBABBFA383B540FCE9ED438395EAA7,
        public="030290a1f5c08dad5f2945e335620c7a98fac46666a1",
        ephemeral=0x03D48C7210DDBCC4FB2E5E7A0AA16A0DB89540820B,
        ephemeral_public="0306ab52062201d995b8b8591f3f086a3a2e214d845e",
    ),
    initiator=Side(
        certificate=bytes.fromhex(
            "020615e07d30eca2dad58002e667d94bc1b4223983070000000000000002544553545345434101090006000000000000",
        ),
        private=0x01E9DDB5580CF72ECE7F215F0AE594E48DF3E7FEE8,
        public="03025bba38d0c7b5436b68df728f093e7a1d6c437e6d",
        ephemeral=0x0013D36DE4B1EA8E22739C381370823F404BFF8862,
        ephemeral_public="0300e117c86d0e7cd128b2f34e9076cff24af46d7288",
    ),
    link_key="86d58aaa998e2faefaf9fef49606543a",
    mac_key="90f967b22c8357c10c1c04788de9e848",
    mac_u="b82f1f9774740c32f80fcfc3921b6420",
    mac_v="79d5f2ad1c31d4d1ee7cb719ac683c3c",
)
C6 = Annex(
    suite=SUITE_2,
    issuer="0207a445022d9f39f49bdc38380026a27a9e0a1799313ab28c5c1a1c6b605154db1dff6752",
    responder=Side(
        certificate=bytes.fromhex(
            "002622a505e8938f270d08111213141516171800"
            "5292a35bffffffff0a0b0c0d0e0f1011880303b4e9dc543a64333c982308022b54e67e2f15f532551b0a11e2e2c1c1d3097a4324e7ed",
        ),
        private=0x0151CD0DBCB80474BF7AC9FEEBE39C7A32A63518938FCA9754AAE132BC9C73BE94A7E1BE,
        public="0202f4fa2a3040433c6820299d182a1042e41404e337c57f47716b42dfaf970f1580a04c9b",
        # The annex prints a number above the order; what counts is its remainder.
        ephemeral=0x03D48C7210DDBCC4FB2E5E7A0AA16A0DB89540820B8DC091AB521EA824AFE117CADE995B % SECT283K1.order,
        ephemeral_public="03009a5131cf5b92a016378c0f7f284ecd47f94010f875d43bf1e9a65474adbfc63696a930",
    ),
    initiator=Side(
        certificate=bytes.fromhex(
            "0084a933b37f018dec0d08111213141516171800"
            "5292a38affffffff0a0b0c0d0e0f101288030762"
            "77e2f7e2252b16a0e92b6e8771bb3f207946cbd4a45d9a9df6edab8c796a48e89dec",
        ),
        private=0x00F2561ADB39EF49C1D62EF5186C6E0C158A5A45BFCE38660931ACC3694592D5ACDE9006,
        public="03030e56f7ade866e76372764ba20a9ff1fe4cae522f94839e70f2adfc1ca3e97f4ddcaf2e",
        ephemeral=0x0013D36DE4B1EA8E22739C381370823F404BFF8862B521FECA9871FB3691846D361304B4,
        ephemeral_public="0305f3394e15680660eecaa36788d9b6f312b971ce2c9617570bf7dfcd21c972017762c332",
    ),
    link_key="aa4689c70be0faf0c9be534abd9f4cdc",
    mac_key="ed380a00296600fb6b893025de5fd137",
    mac_u="bf7e1a26d4ef7038b56813e465a131c9",
    mac_v="c5b432a9995a092f4449f83613930064",
)
ANNEXES = pytest.mark.parametrize("annex", [C5, C6], ids=["annex-C.5", "annex-C.6"])


@ANNEXES
def test_keys_of_the_annex(annex: Annex) -> None:
    curve = annex.suite.curve
    for side in (annex.responder, annex.initiator):
        assert curve.public(side.private).hex() == side.public
        assert curve.public(side.ephemeral).hex() == side.ephemeral_public
        assert extract_public(side.certificate, bytes.fromhex(annex.issuer)).hex() == side.public


@ANNEXES
def test_agreement_of_the_annex(annex: Annex) -> None:
    issuer = bytes.fromhex(annex.issuer)
    responder, initiator = annex.responder, annex.initiator
    for own, peer in ((responder, initiator), (initiator, responder)):
        found = agree(own.credentials(issuer), own.ephemeral, peer.certificate, bytes.fromhex(peer.ephemeral_public))
        assert (found.mac_key.hex(), found.link_key.hex()) == (annex.mac_key, annex.link_key)
    parties = (
        read_certificate(initiator.certificate).subject,
        read_certificate(responder.certificate).subject,
        bytes.fromhex(initiator.ephemeral_public),
        bytes.fromhex(responder.ephemeral_public),
    )
    key = bytes.fromhex(annex.mac_key)
    assert mac_u(key, *parties).hex() == annex.mac_u
    assert mac_v(key, *parties).hex() == annex.mac_v


@CURVES
def test_openssl_gives_the_same_public_keys(curve: Koblitz, tool: Callable[[str], str]) -> None:
    """OpenSSL derives the public key of a private one that it is handed in SEC 1 form."""
    openssl = tool("openssl")
    oid = {"sect163k1": "06052b81040001", "sect283k1": "06052b81040010"}[curve.name]
    chance = Chance(subseed(b"tests", "koblitz", curve.name))
    for private in (1, 2, 3, curve.order - 1, *(1 + chance.below(curve.order - 1) for _ in range(5))):
        key = private.to_bytes(curve.private_size, "big")
        body = b"\x02\x01\x01\x04" + bytes((len(key),)) + key + b"\xa0\x07" + bytes.fromhex(oid)
        done = subprocess.run(
            [openssl, "ec", "-inform", "DER", "-text", "-noout", "-conv_form", "compressed"],
            input=b"\x30" + bytes((len(body),)) + body,
            capture_output=True,
            check=False,
            timeout=30,
        )
        found = re.search(rb"pub:\s*((?:[0-9a-f]{2}[:\s]*)+)", done.stdout)
        assert found, done.stderr
        assert re.sub(rb"[:\s]", b"", found[1]).decode() == curve.public(private).hex()


@CURVES
def test_points_form_a_group(curve: Koblitz) -> None:
    chance = Chance(subseed(b"tests", "group", curve.name))
    generator = curve.generator
    for _ in range(5):
        one, other = chance.below(curve.order), chance.below(curve.order)
        summed = curve.add(curve.multiply(one, generator), curve.multiply(other, generator))
        assert summed == curve.multiply(one + other, generator)
        assert curve.multiply(one, curve.multiply(other, generator)) == curve.multiply(one * other, generator)
    x, y = generator
    assert curve.multiply(curve.order, generator) is None
    assert curve.multiply(curve.order - 1, generator) == (x, x ^ y)
    assert curve.add(generator, (x, x ^ y)) is None
    assert curve.add(generator, generator) == curve.multiply(2, generator)
    assert curve.add(None, generator) == curve.add(generator, None) == generator
    assert curve.multiply(5, None) is None


@CURVES
def test_a_point_outside_the_subgroup_is_refused(curve: Koblitz) -> None:
    """The sum of a point of the subgroup and the point of order two is on the curve all the same."""
    for scalar in (1, 2, 77):
        outside = curve.compress(curve.add(curve.multiply(scalar, curve.generator), (0, 1)))
        with pytest.raises(CurveError, match="outside the subgroup"):
            curve.decompress(outside)
        inside = curve.compress(curve.multiply(scalar, curve.generator))
        assert curve.decompress(inside) == curve.multiply(scalar, curve.generator)


@CURVES
def test_traces_are_sums_of_conjugates(curve: Koblitz) -> None:
    def trace(value: int) -> int:
        total = 0
        for _ in range(curve.m):
            total ^= value
            value = curve._square(value)
        return total

    assert curve.traced == tuple(exponent for exponent in range(curve.m) if trace(1 << exponent))


@CURVES
@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "no compressed point"),
        (b"\x04" + bytes(100), "no compressed point"),
        (b"\x02", "no compressed point"),
    ],
)
def test_octets_that_are_no_point_are_refused(curve: Koblitz, octets: bytes, says: str) -> None:
    with pytest.raises(CurveError, match=says):
        curve.decompress(octets)


@CURVES
def test_half_of_all_coordinates_are_none_of_the_curve(curve: Koblitz) -> None:
    chance = Chance(subseed(b"tests", "coordinates", curve.name))
    outcomes = set()
    for _ in range(40):
        octets = b"\x02" + chance.below(1 << curve.m).to_bytes(curve.field_size, "big")
        try:
            point = curve.decompress(octets)
        except CurveError as error:
            outcomes.add(error.what.partition(" this ")[0])
        else:
            assert curve.compress(point) == octets
            outcomes.add("a point")
    assert len(outcomes) >= 3
    for x in (0, 1 << curve.m):
        with pytest.raises(CurveError, match="no element"):
            curve.decompress(b"\x02" + x.to_bytes(curve.field_size, "big"))


@pytest.mark.parametrize("suite", [SUITE_1, SUITE_2], ids=lambda suite: suite.name)
def test_what_a_test_authority_issues_agrees(suite: Suite) -> None:
    authority = Eui64("0250534500000001")
    hub, meter = (
        issue(suite, subject=Eui64(subject), issuer=authority, issuer_private=4711, serial=serial, chance=(31 * serial, 77 + serial))
        for serial, subject in enumerate(("00db123456789a01", "00db123456789a02"), 1)
    )
    for side in (hub, meter):
        public = extract_public(side.certificate.octets, side.issuer_public)
        assert public == suite.curve.public(side.private)
        assert len(side.certificate.octets) == suite.certificate_size
        assert side.certificate.issuer == authority
    ours = agree(hub, 1234, meter.certificate.octets, suite.curve.public(5678))
    theirs = agree(meter, 5678, hub.certificate.octets, suite.curve.public(1234))
    assert ours == theirs
    assert ours.link_key != ours.mac_key


def test_a_stranger_is_refused() -> None:
    authority, other = Eui64("0250534500000001"), Eui64("0250534500000002")
    subject = Eui64("00db123456789a01")
    own = issue(SUITE_2, subject=subject, issuer=authority, issuer_private=9, serial=1, chance=(1, 2))
    foreign = issue(SUITE_2, subject=subject, issuer=other, issuer_private=9, serial=1, chance=(1, 2))
    older = issue(SUITE_1, subject=subject, issuer=authority, issuer_private=9, serial=1, chance=(1, 2))
    ephemeral = SECT283K1.public(3)
    with pytest.raises(CurveError, match="was issued by"):
        agree(own, 3, foreign.certificate.octets, ephemeral)
    with pytest.raises(CurveError, match="suite 1"):
        agree(own, 3, older.certificate.octets, ephemeral)
    with pytest.raises(CurveError, match="74"):
        read_certificate(bytes(73))
    with pytest.raises(CurveError, match="00 00 00 00"):
        read_certificate(bytes(74))
    with pytest.raises(CurveError, match="out of range"):
        SECT283K1.public(0)
