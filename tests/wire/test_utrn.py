"""Top-up tokens: check digits, tags, and the reference tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import payload_specimens as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vocab.identity import Eui64
from harness.wire.gbcs.census import read_keys, read_messages
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.outer import decode_message
from harness.wire.gbcs.payloads import decode_payload
from harness.wire.gbcs.utrn import TopUpClass, Utrn, build_utrn, check_digit, read_utrn, verify_utrn

if TYPE_CHECKING:
    from pathlib import Path

AGREED = bytes(range(32))
ENDS = {"supplier": made.SUPPLIER, "device": made.ESME}


@given(st.integers(0, (1 << 31) - 1), st.integers(0, 3), st.integers(0, 8191))
def test_a_token_tells_what_it_was_built_from_and_is_authentic(high: int, value_class: int, value: int) -> None:
    counter = high << 32
    token = build_utrn(AGREED, **ENDS, counter=counter, value_class=value_class, value=value)
    read = read_utrn(token)
    assert (read.counter_bits, read.value_class, read.value) == (high % 1024, value_class, value)
    assert verify_utrn(token, AGREED, **ENDS, counter=counter)
    assert not verify_utrn(token, AGREED, **ENDS, counter=counter + (1 << 32))
    assert not verify_utrn(token, AGREED, **ENDS, counter=counter + (1 << 42))
    assert not verify_utrn(token, bytes(32), **ENDS, counter=counter)
    assert not verify_utrn(token, AGREED, supplier=made.SUPPLIER, device=made.GSME, counter=counter)


def test_every_single_wrong_digit_and_swap_of_neighbours_is_found() -> None:
    token = build_utrn(AGREED, **ENDS, counter=5 << 32, value_class=TopUpClass.POUNDS, value=10)
    for at in range(20):
        for digit in "0123456789":
            if digit != token[at]:
                with pytest.raises(GbcsError, match="check digit"):
                    read_utrn(token[:at] + digit + token[at + 1 :])
        if at < 19 and token[at] != token[at + 1]:
            with pytest.raises(GbcsError, match="check digit"):
                read_utrn(token[:at] + token[at + 1] + token[at] + token[at + 2 :])


def closed(digits: str) -> str:
    return digits + str(check_digit(digits))


@pytest.mark.parametrize(
    ("token", "what"),
    [
        ("", "a token of 0 characters"),
        ("1234567890123456789", "a token of 19 characters"),
        ("7394614433204021731x", "20 digits"),
        ("٧394614433204021731 ", "20 digits"),
        (closed("7394156990786306047"), "out of range"),
        (closed("9999999999999999999"), "out of range"),
    ],
)
def test_what_is_no_token_is_refused(token: str, what: str) -> None:
    with pytest.raises(GbcsError, match=what) as caught:
        read_utrn(token)
    assert caught.value.rule == "E43"


@pytest.mark.parametrize(("counter", "value_class", "value"), [(1, 0, 0), (1 << 32, 4, 0), (1 << 32, 0, 8192), (1 << 32, -1, 0)])
def test_a_token_that_cannot_be_is_not_built(counter: int, value_class: int, value: int) -> None:
    with pytest.raises(ValueError, match="no token"):
        build_utrn(AGREED, **ENDS, counter=counter, value_class=value_class, value=value)


def test_the_reference_tokens_are_authentic_and_are_built_again_the_same(vectors_folder: Path) -> None:
    table, seen = read_keys(vectors_folder), 0
    for name, octets in read_messages(vectors_folder):
        message = decode_message(octets)
        if message.cra != 1 or message.message_code not in (0x0007, 0x0097) or "CS01b_2.2_ERROR" in name:
            continue
        payload = decode_payload(message)
        text = payload.data[0].value if message.message_code == 0x0007 else payload.components[0].body.fields["topup-code"]
        token = text.decode()
        private = table.prepayment.agreement_private(message.originator)
        agreed = private.agree(table.keys.agreement_public(message.target))
        ends = {"supplier": message.originator, "device": Eui64(message.target)}
        assert verify_utrn(token, agreed, **ends, counter=message.counter)
        read = read_utrn(token)
        again = build_utrn(agreed, **ends, counter=message.counter, value_class=read.value_class, value=read.value)
        assert again == token
        seen += 1
    assert seen == 3


def test_a_token_is_a_value() -> None:
    assert Utrn(counter_bits=1, value_class=0, value=2, tag=bytes(4)) == Utrn(counter_bits=1, value_class=0, value=2, tag=bytes(4))
