"""Billing alerts: what goes in encrypted comes out again, for the recipient only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.errors import InternalError
from harness.vocab.identity import Eui64
from harness.wire.gbcs.alerts import decode_alert
from harness.wire.gbcs.axdr import CompactArray, Data, Description, Tag
from harness.wire.gbcs.billing import (
    BillingEntry,
    build_esme_billing,
    build_gsme_billing,
    open_body,
    read_entries,
    write_entries,
)
from harness.wire.gbcs.crypto import body_key, encrypt
from harness.wire.gbcs.gbz import PublishSnapshot
from harness.wire.gbcs.keys import MemoryKeyStore
from harness.wire.gbcs.outer import GbcsError, Message, decode_message

ESME, GSME, SUPPLIER = Eui64("02a5e70000000001"), Eui64("02a5e70000000002"), Eui64("02a5e70000000100")
SECONDS = 946_771_200
SINGLE = BillingEntry(time=SECONDS, imported=7, tariffs=(1,) * 48, blocks=((2,) * 8,) * 4)
TWIN = replace(SINGLE, secondary_imported=8, secondary_tariffs=(1, 2, 3, 4))
SNAPSHOT = PublishSnapshot(snapshot_id=1, time=SECONDS, cause=2, summation=3, tiers=(4, 5, 6, 7), blocks=(8, 9, 10, 11))


@pytest.mark.parametrize("entries", [(SINGLE,), (TWIN,), (SINGLE, SINGLE), (TWIN, TWIN)])
def test_an_electricity_meter_s_entries_come_out_as_they_went_in(entries: tuple[BillingEntry, ...], key_store: MemoryKeyStore) -> None:
    unsigned = build_esme_billing(entries, originator=ESME, target=SUPPLIER, counter=9, time=SECONDS, keys=key_store)
    plaintext = open_body(decode_message(unsigned + b"\x40" + bytes(64)), key_store)
    assert plaintext is not None
    assert read_entries(plaintext) == entries


def test_a_gas_meter_s_snapshot_comes_out_as_it_went_in(key_store: MemoryKeyStore) -> None:
    unsigned = build_gsme_billing(SNAPSHOT, originator=GSME, target=SUPPLIER, counter=9, time=SECONDS, keys=key_store)
    plaintext = open_body(decode_message(unsigned + b"\x40" + bytes(64)), key_store)
    assert plaintext is not None
    assert PublishSnapshot.decode(plaintext) == SNAPSHOT


def test_reference_billing_alerts_decrypt_and_encrypt_again_to_the_same_octets(
    reference_alerts: list[tuple[str, bytes, Message]], reference_keys: MemoryKeyStore
) -> None:
    opened = 0
    for file, _, message in reference_alerts:
        if message.message_code not in (0x0061, 0x008B):
            continue
        plaintext, key = open_body(message, reference_keys), body_key(message, reference_keys)
        assert plaintext is not None
        assert key is not None
        sealed = encrypt(plaintext, key, message.originator)
        assert message.payload.endswith(sealed), file
        order = {
            "originator": message.originator,
            "target": message.target,
            "counter": message.counter,
            "time": decode_alert(message).time,
            "keys": reference_keys,
        }
        if message.message_code == 0x0061:
            entries = read_entries(plaintext)
            assert write_entries(entries) == plaintext
            assert (entries[0].secondary_imported is not None) == ("TWIN" in file)
            assert build_esme_billing(entries, **order) == message.unsigned()
        else:
            assert build_gsme_billing(PublishSnapshot.decode(plaintext), **order) == message.unsigned()
        opened += 1
    assert opened >= 3


def test_who_has_no_key_learns_nothing(our_alerts: dict[str, bytes], key_store: MemoryKeyStore) -> None:
    message = decode_message(our_alerts["billing-gsme"])
    assert open_body(message, MemoryKeyStore()) is None
    for build in (
        lambda: build_esme_billing((SINGLE,), originator=ESME, target=Eui64("02a5e7ffffffffff"), counter=1, time=0, keys=key_store),
        lambda: build_gsme_billing(SNAPSHOT, originator=GSME, target=Eui64("02a5e7ffffffffff"), counter=1, time=0, keys=key_store),
    ):
        with pytest.raises(InternalError, match="no agreement keys"):
            build()


def test_an_alert_without_an_encrypted_body_is_refused(our_alerts: dict[str, bytes], key_store: MemoryKeyStore) -> None:
    with pytest.raises(GbcsError, match="E42 no encrypted body"):
        open_body(decode_message(our_alerts["outage-restored"]), key_store)


@pytest.mark.parametrize("name", ["billing-esme-single", "billing-gsme"])
def test_a_changed_body_is_refused_at_its_tag(our_alerts: dict[str, bytes], key_store: MemoryKeyStore, name: str) -> None:
    message = decode_message(our_alerts[name])
    message.payload = message.payload[:-1] + bytes((message.payload[-1] ^ 1,))
    with pytest.raises(GbcsError, match="E42") as caught:
        open_body(message, key_store)
    assert caught.value.offset == message.payload_offset + len(message.payload) - 12


@pytest.mark.parametrize(
    "data",
    [
        Data(Tag.STRUCTURE, ()),
        Data(Tag.STRUCTURE, (Data(Tag.UNSIGNED, 1),)),
        Data(Tag.STRUCTURE, (Data(Tag.COMPACT_ARRAY, CompactArray(Description(Tag.UNSIGNED), ())),)),
        Data(Tag.ARRAY, (Data(Tag.COMPACT_ARRAY, CompactArray(Description(Tag.UNSIGNED), ())),)),
    ],
)
def test_a_log_of_another_shape_is_refused(data: Data) -> None:
    with pytest.raises(GbcsError, match="E31 another billing data log"):
        read_entries(data.encode())


@pytest.mark.parametrize("spoil", [(15, 7), (22, 5), (47, 0x13)])
def test_a_snapshot_of_another_kind_is_refused(spoil: tuple[int, int]) -> None:
    octets = bytearray(SNAPSHOT.encode())
    octets[spoil[0]] = spoil[1]
    with pytest.raises(GbcsError, match="E33"):
        PublishSnapshot.decode(bytes(octets))
    with pytest.raises(GbcsError, match="E33 block registers of 23 octets"):
        PublishSnapshot.decode(SNAPSHOT.encode()[:-1])


def test_single_and_twin_entries_do_not_mix() -> None:
    with pytest.raises(ValueError, match="a compact-array row holds"):
        write_entries((SINGLE, TWIN))
