"""General block transfer: messages cut into blocks and joined again, and every way of not joining; tshark joins them, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import payload_specimens as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.gbcs.block_transfer import MOST_BLOCKS, MOST_OCTETS, Block, BlockError, Reassembly, split_message
from harness.wire.gbcs.crypto import protect
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import Cra, Message
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def long_message(size: int, counter: int = made.COUNTER) -> bytes:
    """Build a Response whose payload has so many octets."""
    payload = b"\xda" + bytes(size - 1)
    message = Message(Cra.RESPONSE, counter, made.ESME, made.SUPPLIER, 0x0048, payload)
    return protect(message.unsigned(), critical=False, originator=made.ESME, target=made.SUPPLIER, keys=made.KEYS)


def joined(blocks: Sequence[bytes]) -> bytes | None:
    reassembly = Reassembly()
    found = [reassembly.receive(block) for block in blocks]
    assert not any(found[:-1])
    return found[-1]


def changed(octets: bytes, **fields: object) -> bytes:
    """Return a block with other fields."""
    block = Block.decode(octets)
    values = {name: getattr(block, name) for name in block.__slots__}
    return Block(**{**values, **fields}).encode()


@given(st.integers(1100, 60_000))
def test_a_message_is_cut_into_full_blocks_and_joined_again(size: int) -> None:
    octets = long_message(size)
    blocks = split_message(octets)
    if len(octets) <= MOST_OCTETS:
        assert blocks == (octets,)
        return
    assert all(len(block) == MOST_OCTETS for block in blocks[:-1])
    assert len(blocks[-1]) <= MOST_OCTETS
    read = [Block.decode(block) for block in blocks]
    assert [block.number for block in read] == list(range(1, len(blocks) + 1))
    assert [block.last for block in read] == [False] * (len(blocks) - 1) + [True]
    assert {block.key for block in read} == {(made.ESME, Cra.RESPONSE, made.COUNTER)}
    assert [block.encode() for block in read] == list(blocks)
    assert joined(blocks) == octets


def test_blocks_of_two_messages_may_come_between_each_other() -> None:
    one, other = long_message(3000, 1), long_message(2500, 2)
    reassembly = Reassembly()
    found = [reassembly.receive(block) for pair in zip(split_message(one), split_message(other), strict=True) for block in pair]
    assert [octets for octets in found if octets] == [one, other]
    assert reassembly.incomplete == ()


def test_an_acknowledgement_carries_nothing_and_completes_nothing() -> None:
    block = split_message(long_message(3000))[0]
    assert Reassembly().receive(changed(block, data=b"", acknowledged=2, last=True)) is None


@pytest.mark.parametrize(
    ("order", "what"),
    [
        ((0, 0), "the block came twice; expected block 2"),
        ((0, 1, 0), "the block came twice; expected block 3"),
        ((1,), "block 1 is missing; expected block 1"),
        ((2,), "blocks 1 to 2 are missing"),
        ((0, 2), "block 2 is missing"),
    ],
)
def test_blocks_out_of_turn_are_refused_and_nothing_is_lost(order: tuple[int, ...], what: str) -> None:
    octets = long_message(3000)
    blocks = split_message(octets)
    reassembly = Reassembly()
    for place in order[:-1]:
        assert reassembly.receive(blocks[place]) is None
    with pytest.raises(BlockError, match=what):
        reassembly.receive(blocks[order[-1]])
    taken = len(order) - 1
    assert [reassembly.receive(block) for block in blocks[taken:]][-1] == octets


def test_a_block_that_comes_again_and_differs_is_told_apart() -> None:
    first, *_ = split_message(long_message(3000))
    reassembly = Reassembly()
    reassembly.receive(first)
    with pytest.raises(BlockError, match="came twice, and differs"):
        reassembly.receive(changed(first, data=b"other"))


@pytest.mark.parametrize(("number", "what"), [(0, "a block number 0"), (MOST_BLOCKS + 1, "out of range")])
def test_block_numbers_have_a_range(number: int, what: str) -> None:
    with pytest.raises(BlockError, match=what):
        Reassembly().receive(changed(split_message(long_message(3000))[0], number=number))


def test_too_many_messages_at_a_time_are_refused_until_one_is_forgotten() -> None:
    reassembly = Reassembly(most=2)
    firsts = [split_message(long_message(3000, counter))[0] for counter in range(3)]
    for first in firsts[:2]:
        reassembly.receive(first)
    with pytest.raises(BlockError, match="blocks of 2 messages already"):
        reassembly.receive(firsts[2])
    reassembly.forget(reassembly.incomplete[0])
    assert reassembly.receive(firsts[2]) is None


def test_joined_octets_must_be_the_message_that_the_blocks_name() -> None:
    blocks = split_message(long_message(3000))
    for fields, what in (({"message_code": 0x0049}, "the blocks make message"), ({"target": made.ACB}, "the blocks make message")):
        with pytest.raises(BlockError, match=what):
            joined([changed(block, **fields) for block in blocks])
    with pytest.raises(BlockError, match="3 blocks make no message: octet"):
        joined([*blocks[:-1], changed(blocks[-1], data=b"short")])


def test_a_message_of_too_many_blocks_is_not_sent() -> None:
    with pytest.raises(BlockError, match=r"at most 72387"):
        split_message(long_message(73_000))


def test_what_is_no_message_is_not_cut() -> None:
    with pytest.raises(GbcsError, match="E03"):
        split_message(bytes(2000))


def test_where_a_message_is_expected_a_block_is_named() -> None:
    with pytest.raises(GbcsError, match="E04 block 2 of a block transfer"):
        decode_message(split_message(long_message(3000))[1])


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda block: block[:30], "a block breaks off"),
        (lambda block: block + b"\x00", "a block of 1201 octets"),
        (lambda block: b"\xdf" + block[1:], "not the header of a block"),
        (lambda block: block[:2] + b"\x04" + block[3:], "not the header of a block"),
        (lambda block: block[:34] + b"\x80" + block[35:], "shortest form"),
        (lambda block: block[:-1], "a length of 1163"),
        (lambda block: block[:42] + b"\xe1" + block[43:], "no general-block-transfer"),
        (lambda block: block[:48] + b"\x82\x04\x00" + block[51:], "a length of 1024"),
    ],
)
def test_a_malformed_block_is_refused(spoil: Callable[[bytes], bytes], what: str) -> None:
    block = split_message(long_message(3000))[0]
    with pytest.raises(BlockError, match=what) as caught:
        Block.decode(spoil(block))
    assert caught.value.where.startswith("octet")


def test_values_that_do_not_fit_a_block_are_not_written() -> None:
    block = Block.decode(split_message(long_message(3000))[0])
    for fields in ({"window": 64}, {"security_header": b""}):
        with pytest.raises(ValueError, match="do not fit a block"):
            changed(block.encode(), **fields)


def test_tshark_joins_our_blocks_to_the_message(dissected: Callable[..., list[list[str]]]) -> None:
    octets = long_message(4000)
    header = "gbcs_message.grouping_header."
    fields = ("message_code", "originator_counter")
    whole = dissected([octets], *(header + name for name in fields))
    assert whole[0][1] == str(made.COUNTER)
    rows = dissected(split_message(octets), *(header + name for name in fields), "_ws.malformed")
    assert [row[-1] for row in rows] == [""] * len(rows)
    assert rows[-1][:2] == whole[0]


def test_the_long_reference_messages_are_cut_and_joined(vectors: Sequence[object]) -> None:
    long = [vector.octets for vector in vectors if len(vector.octets) > MOST_OCTETS]
    assert len(long) > 20
    for octets in long:
        assert joined(split_message(octets)) == octets
