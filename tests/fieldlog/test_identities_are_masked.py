"""Alerts under pseudonyms: nobody is named, everything else is as it was, and what was equal stays equal."""

from __future__ import annotations

import pytest
from field_logs import DEVICES, KEY, PARTIES, START, alert
from hypothesis import given
from hypothesis import strategies as st

from harness.fieldlog.pseudonyms import Pseudonyms
from harness.masking.alerts import masked, problem_text
from harness.vocab.identity import Eui64
from harness.wire.gbcs.alert_reading import read_alert
from harness.wire.gbcs.alerts import build_alert, decode_alert
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.crypto import Check, authenticate, protect
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.keys import MemoryKeyStore
from harness.wire.gbcs.keys import test_keys as keys_from
from harness.wire.gbcs.message import Message, Profile, wrap
from harness.wire.gbcs.outer import decode_message

PSEUDONYMS = Pseudonyms(KEY)
METER, HUB, SUPPLIER = DEVICES[0], DEVICES[1], PARTIES[0]
NOON = CosemDateTime.from_seconds(START.seconds)
SUBJECTS = {
    "existing-subject": SUPPLIER,
    "existing-subject-key": b"key-id-1",
    "replacing-subject": PARTIES[1],
    "replacing-subject-key": b"key-id-2",
}
OUTCOME = {
    "authorising-counter": 5,
    "replacement-mode": 2,
    "counter-changes": (),
    "replacements": ({"cell": {"role": 2, "key-usage": b"\x07\x80"}, "status": 0, **SUBJECTS},),
}
LOST = {"originator": SUPPLIER, "target": METER, "cra": 1, "originator-counter": 77}
BODIES = {
    "plain DLMS": (0x1001, {"profile": Profile.DLMS}),
    "plain GBZ": (0x1001, {"profile": Profile.GBZ}),
    "under a supplementary party": (0x1001, {"profile": Profile.DLMS, "supplementary": bytes.fromhex(HUB) + (9).to_bytes(8, "big")}),
    "a device": (0x0110, {"fields": {"device": METER}}),
    "an undelivered message": (0x00D5, {"fields": {"undelivered-message": LOST}}),
    "a log of devices": (0x00B2, {"fields": {"entries": ({"device": METER, "device-type": 0}, {"device": HUB, "device-type": 5})}}),
    "credentials": (0x00CB, {"fields": {"execution-outcome": OUTCOME}}),
    "a backup": (
        0x0018,
        {
            "fields": {
                "backup": {
                    "backup-time": NOON,
                    "extended-pan-id": bytes.fromhex(HUB),
                    "devices": ({"device": METER, "hashed-link-key": b"sixteen octets.."},),
                }
            }
        },
    ),
    "a text": (0x0123, {"fields": {"update": f"hub {HUB}"}}),
    "a body of no known layout": (0x7EEE, {"profile": Profile.DLMS, "body": b"\x09\x08" + bytes.fromhex(METER)}),
}


def built(name: str, *, critical: bool = False, originator: Eui64 = METER) -> bytes:
    code, more = BODIES[name]
    unsigned = build_alert(originator=originator, target=SUPPLIER, counter=1001, message_code=code, code=0x8F3E, time=START.seconds, **more)
    return protect(unsigned, critical=critical, originator=originator, target=SUPPLIER, keys=keys())


def keys() -> MemoryKeyStore:
    store = MemoryKeyStore()
    for owner in (METER, HUB, SUPPLIER):
        store.add_private(owner, signing=keys_from(b"mask", f"{owner} signing"), agreement=keys_from(b"mask", f"{owner} agreement"))
    return store


def names_nobody(octets: bytes) -> bool:
    real = [bytes.fromhex(party) for party in (METER, HUB, SUPPLIER, PARTIES[1])]
    spelt = [spelling for one in real for spelling in (one, one[::-1], one.hex().encode(), b"key-id-1", b"key-id-2", b"sixteen octets..")]
    return not any(spelling in octets for spelling in spelt)


@pytest.mark.parametrize("critical", [False, True], ids=["MAC", "signed"])
@pytest.mark.parametrize("name", BODIES)
def test_nobody_is_named_and_the_alert_says_the_same(name, critical):
    octets = built(name, critical=critical)
    originator, target, hidden = masked(octets, PSEUDONYMS)
    before, after = read_alert(octets), read_alert(hidden)
    assert names_nobody(hidden)
    assert not names_nobody(octets)
    assert len(hidden) == len(octets)
    assert (after.originator, after.target) == (originator, target)
    for member in ("counter", "message_code", "code", "event_seconds", "critical"):
        assert getattr(after, member) == getattr(before, member), member
    one, other = decode_alert(decode_message(octets)), decode_alert(decode_message(hidden))
    assert (one.known, one.time, list(one.fields)) == (other.known, other.time, list(other.fields))


def test_a_party_has_one_pseudonym_wherever_it_is_named():
    meter = masked(built("plain DLMS"), PSEUDONYMS)[0]
    supplier = masked(built("plain DLMS"), PSEUDONYMS)[1]
    device = decode_alert(decode_message(masked(built("a device"), PSEUDONYMS)[2])).fields["device"]
    lost = decode_alert(decode_message(masked(built("an undelivered message"), PSEUDONYMS)[2])).fields["undelivered-message"]
    party = decode_message(masked(built("under a supplementary party"), PSEUDONYMS)[2]).supplementary_party
    assert device == lost["target"] == meter
    assert lost["originator"] == supplier
    assert party == masked(built("plain DLMS", originator=HUB), PSEUDONYMS)[0]


def test_a_pseudonym_is_marked_as_local_and_follows_from_the_key_alone():
    real = bytes.fromhex(METER)
    assert PSEUDONYMS.eui64(real) == Pseudonyms(KEY).eui64(real)
    assert PSEUDONYMS.eui64(real) != Pseudonyms(KEY[::-1]).eui64(real)
    assert all(PSEUDONYMS.eui64(bytes.fromhex(device))[0] & 3 == 2 for device in DEVICES)


@pytest.mark.parametrize("critical", [False, True], ids=["MAC", "signed"])
def test_signature_and_mac_of_the_original_are_gone(critical):
    """They are functions of what is hidden: with a certificate at hand, a guess could be confirmed by them."""
    octets = built("plain DLMS", critical=critical)
    before, after = decode_message(octets), decode_message(masked(octets, PSEUDONYMS)[2])
    members = {name: getattr(before, name) for name in before.__slots__}
    guessed = Message(**members | {"signature": after.signature, "mac": after.mac})
    assert Check.VALID in checks(before)
    assert Check.VALID not in checks(guessed)
    assert Check.VALID not in checks(after)


@pytest.mark.parametrize("last", [0, 1, 64])
def test_a_signature_under_a_mac_goes_as_well_whatever_it_ends_with(last):
    unsigned = built("plain DLMS", critical=True)[: -64 - 1]
    signature = bytes(range(100, 163)) + bytes((last,))
    octets = wrap(unsigned + b"\x40" + signature, b"twelve octet")
    hidden = decode_message(masked(octets, PSEUDONYMS)[2])
    assert not [at for at in range(61) if signature[at : at + 4] in hidden.encode()]
    assert hidden.mac != b"twelve octet"
    assert len(hidden.encode()) == len(octets)


def checks(message: Message) -> set[Check]:
    found = authenticate(message, keys())
    return {found.signature, found.mac}


@given(st.data())
def test_equal_messages_stay_equal_and_different_ones_different(data):
    counters = data.draw(st.lists(st.integers(0, 5), min_size=2, max_size=2))
    codes = data.draw(st.lists(st.sampled_from((0x8002, 0x8F3E)), min_size=2, max_size=2))
    devices = data.draw(st.lists(st.sampled_from(DEVICES[:3]), min_size=2, max_size=2))
    one, other = (alert(counter, code=code, device=device) for counter, code, device in zip(counters, codes, devices, strict=True))
    assert (masked(one, PSEUDONYMS) == masked(other, PSEUDONYMS)) == (one == other)


def test_a_message_signed_again_is_another_message():
    one = built("plain DLMS", critical=True)
    other = one[:-1] + bytes((one[-1] ^ 1,))
    hidden = [masked(octets, PSEUDONYMS)[2] for octets in (one, other)]
    assert hidden[0] != hidden[1]
    assert hidden[0][:-64] == hidden[1][:-64]


def test_a_body_that_breaks_its_layout_is_hidden_as_a_whole():
    body = b"\x09\x07" + b"meter 7"
    octets = build_alert(originator=METER, target=SUPPLIER, counter=1, message_code=0x0110, code=0x8F3E, time=START.seconds, body=body)
    hidden = masked(octets + b"\x40" + bytes(64), PSEUDONYMS)[2]
    assert read_alert(hidden).body == PSEUDONYMS.permuted(body)
    assert b"meter" not in hidden


def test_octets_that_are_no_alert_are_refused_and_not_passed_on():
    for octets in (b"", b"\xdf\x09\x01", alert(1)[:-1], alert(1) + b"\x00"):
        with pytest.raises(GbcsError):
            masked(octets, PSEUDONYMS)


@pytest.mark.parametrize("more", [b"", bytes(3), bytes(40)])
@pytest.mark.parametrize("critical", [False, True])
def test_what_is_wrong_is_said_without_any_of_the_octets(critical, more):
    named = bytes.fromhex(METER) + more
    for octets in (
        built("plain DLMS", critical=critical) + named,
        named,
        b"\xdd" + named,
        b"\xdf\x09\x03" + named,
        b"\xdd" + bytes(6) + named,
    ):
        with pytest.raises(GbcsError) as refused:
            masked(octets, PSEUDONYMS)
        told = problem_text(refused.value)
        assert METER not in told
        assert METER[:6] not in told
        assert told.startswith(refused.value.rule)
        assert f"octet {refused.value.offset}" in told


def test_two_octets_are_permuted():
    found = {PSEUDONYMS.permuted(number.to_bytes(2, "big")) for number in range(1 << 16)}
    assert len(found) == 1 << 16


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_octets_of_any_length_keep_their_length_and_their_difference(one, other):
    found = [PSEUDONYMS.permuted(octets) for octets in (one, other)]
    assert [len(octets) for octets in found] == [len(one), len(other)]
    assert (found[0] == found[1]) == (one == other)


def test_every_reference_alert_is_masked_and_still_read(vectors, vector_keys):
    real = {bytes.fromhex(key.eui64) for key in vector_keys}
    seen = 0
    for vector in vectors:
        try:
            before = read_alert(vector.octets)
        except GbcsError:
            continue
        seen += 1
        hidden = masked(vector.octets, PSEUDONYMS)[2]
        after = read_alert(hidden)
        assert (after.counter, after.code, after.event_seconds) == (before.counter, before.code, before.event_seconds)
        assert not any(party in hidden or party[::-1] in hidden for party in real), vector.file
        assert decode_message(hidden).encode() == hidden
    assert seen > 40
