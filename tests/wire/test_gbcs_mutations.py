"""Spoilt messages by the ten thousand: each ends in a value or in the codec's own error, soon, and in little memory."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import message_mutator as mutator
import payload_specimens as made
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire.gbcs.message import Cra, Message
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.payloads import decode_payload

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNT = 40_000
MOST_MEMORY = 8 << 20


def test_the_mutator_is_the_same_for_the_same_seed_and_reaches_every_profile() -> None:
    messages = mutator.our_messages()
    assert list(mutator.spoilt(messages, 200, 5)) == list(mutator.spoilt(messages, 200, 5))
    assert list(mutator.spoilt(messages, 200, 5)) != list(mutator.spoilt(messages, 200, 6))
    toll = mutator.take_toll(mutator.spoilt(messages, 4_000, 5))
    assert toll.values > 500
    assert {"E02", "E06", "E31", "E33", "E34"} <= set(toll.refused)


def test_our_messages_spoilt_end_in_a_value_or_our_error() -> None:
    toll = mutator.take_toll(mutator.spoilt(mutator.our_messages(), COUNT, 1))
    assert toll.messages == COUNT
    assert toll.slowest_ns < mutator.LIMIT_NS, toll.slowest.hex()


def test_reference_messages_spoilt_end_in_a_value_or_our_error(vectors: Sequence[object]) -> None:
    toll = mutator.take_toll(mutator.spoilt([vector.octets for vector in vectors], COUNT, 2))
    assert toll.messages == COUNT
    assert toll.slowest_ns < mutator.LIMIT_NS, toll.slowest.hex()


def test_memory_does_not_grow_with_what_is_refused() -> None:
    messages = mutator.our_messages()
    mutator.take_toll(mutator.spoilt(messages, 2_000, 3))
    tracemalloc.start()
    try:
        mutator.take_toll(mutator.spoilt(messages, 3_000, 4))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY


@settings(max_examples=400)
@given(st.data())
def test_any_change_of_any_payload_ends_in_a_value_or_our_error(data: st.DataObject) -> None:
    specimen = data.draw(st.sampled_from(made.SPECIMENS))
    message = decode_message(made.message_of(specimen))
    payload = bytearray(message.payload)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(payload) - 1))
        payload[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        if not payload:
            return
    message.payload = bytes(payload)
    message.message_code = data.draw(st.sampled_from([message.message_code, 0x0008, 0x0102, 0x0012, 0x008B, 0x7FFF]))
    mutator.digest(message.encode())


BOMBS = {
    "nested arrays": b"\xda\x20\x00\x00\x00\x00\x00\x01" + b"\x01\x01" * 1500,
    "a count of four thousand million": b"\xda\x20\x00\x00\x00\x00\x00\x84\xff\xff\xff\xff",
    "a string of four thousand million": b"\xda\x20\x00\x00\x00\x00\x00\x01\x09\x84\xff\xff\xff\xff",
    "a bit-string of four thousand million": b"\xda\x20\x00\x00\x00\x00\x00\x01\x04\x84\xff\xff\xff\xff",
    "rows described as large as can be": b"\xda\x20\x00\x00\x00\x00\x00\x01\x13" + b"\x01\xff\xff" * 15 + b"\x11\x01\x00",
    "a row of many parts": b"\xda\x20\x00\x00\x00\x00\x00\x01\x13\x02\x82\x0f\xa0" + b"\x11" * 4000 + b"\x82\x0f\xa0" + bytes(4000),
    "many small compact-arrays": b"\xda\x20\x00\x00\x00\x00\x00\x82\x03\x20" + b"\x13\x11\x01\x00" * 800,
    "many nulls": b"\xda\x20\x00\x00\x00\x00\x00\x82\x08\x00" + bytes(2048) + b"\x82\x08\x00" + b"\x01\x00" * 2048,
    "many specifications": b"\xd9\x20\x00\x00\x00\x00\x82\x01\x90" + (b"\x01" + bytes(9)) * 400 + b"\x82\x01\x90" + bytes(400),
    "many components": b"\x01\x09\xff" + b"\x00\x07\x02\x00\x03\x00\x00\x00" * 500,
    "many rows": b"\x01\x09\x01\x01\x07\x00\x0f\xff\x09\x00\x05" + bytes(4092),
    "nested sequences": b"\x30\x82\x0b\xb8" + b"\x30\x80" * 1500,
    "a long integer": b"\x02\x82\x0f\xa0" + b"\x7f" * 4000,
    "many elements": b"\x30\x82\x0f\xa0" + b"\x05\x00" * 2000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_message_cannot_cost_much(name: str) -> None:
    for code in (0x0048, 0x000B, 0x7FFF):
        message = Message(Cra.RESPONSE, 1, made.ESME, made.SUPPLIER, code, BOMBS[name])
        messages = [wrapped(message)]
        tracemalloc.start()
        try:
            toll = mutator.take_toll(iter(messages * 3))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < MOST_MEMORY
        assert toll.slowest_ns < 10 * mutator.LIMIT_NS  # tracing memory makes everything several times slower


def wrapped(message: Message) -> bytes:
    message.mac, message.signature = bytes(12), b""
    octets = message.encode()
    assert decode_message(octets) == message
    return octets


def test_a_value_is_what_it_was_whether_or_not_others_came_before() -> None:
    octets = mutator.our_messages()
    before = [decode_payload(decode_message(one)) for one in octets]
    mutator.take_toll(mutator.spoilt(octets, 3_000, 9))
    assert [decode_payload(decode_message(one)) for one in octets] == before
