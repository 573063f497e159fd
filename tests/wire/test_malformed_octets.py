"""Whatever the octets: a value that is written again as it was, or a GbcsError that names a place inside them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire.gbcs.alerts import decode_alert, encode_payload, read_alert
from harness.wire.gbcs.outer import Cra, GbcsError, decode_message
from harness.wire.gbcs.tree import message_tree, walk

if TYPE_CHECKING:
    from collections.abc import Iterator


def digest(octets: bytes) -> str:
    """Decode by every entrance; return the rule that refused, or an empty string. Anything else than GbcsError escapes."""
    try:
        message = decode_message(octets)
        assert message.encode() == octets
        if message.cra == Cra.ALERT:
            read_alert.__wrapped__(octets)
            payload = decode_alert(message)
            assert encode_payload(payload) == message.payload
    except GbcsError as error:
        return checked(error, octets)
    tree = message_tree(octets)
    assert [octets[field.offset : field.end] for field in tree.fields] == list(_cut(octets, [field.end for field in tree.fields]))
    assert all(0 <= field.offset <= field.end <= len(octets) for _, field in walk(tree.fields))
    return ""


def checked(error: GbcsError, octets: bytes) -> str:
    """Insist that an error names a rule, and a place where the octets it shows do stand."""
    assert error.rule[0] == "E"
    assert 0 <= error.offset <= len(octets)
    assert octets[error.offset :].startswith(error.octets), str(error)
    assert str(error).startswith(f"octet {error.offset}: {error.rule}")
    return error.rule


def _cut(octets: bytes, ends: list[int]) -> Iterator[bytes]:
    for start, end in zip([0, *ends], ends, strict=False):
        yield octets[start:end]
    assert ends[-1] == len(octets)


@given(st.binary(max_size=200))
def test_random_octets(octets: bytes) -> None:
    digest(octets)


@given(
    st.sampled_from([b"\xdd\x00\x00\x00\x00\x00\x00", b"\xdf\x09\x03" + bytes(8) + b"\x08" + bytes(8) + b"\x08" + bytes(8)]),
    st.binary(max_size=120),
)
def test_octets_that_start_well(start: bytes, rest: bytes) -> None:
    digest(start + rest)


def test_every_octet_of_every_alert_changed_once(our_alerts: dict[str, bytes]) -> None:
    rules = set()
    for octets in our_alerts.values():
        for at in range(len(octets)):
            for value in (octets[at] ^ 1, octets[at] ^ 0x80, 0xFF - octets[at]):
                rules.add(digest(octets[:at] + bytes((value,)) + octets[at + 1 :]))
    assert {"", "E03", "E05", "E06", "E07", "E08", "E09", "E10", "E11", "E12", "E13", "E15", "E17", "E19", "E31", "E33", "E34"} <= rules


def test_every_alert_cut_short_anywhere(our_alerts: dict[str, bytes]) -> None:
    for octets in our_alerts.values():
        assert all(digest(octets[:size]) for size in range(len(octets)))


def test_payloads_changed_in_many_places(our_alerts: dict[str, bytes]) -> None:
    """Payloads are spoilt and the outer layers put right around them, so that the inner decoders see the fault."""
    drawn = random.Random(1)
    outcomes = []
    for octets in our_alerts.values():
        for _ in range(60):
            message = decode_message(octets)
            spoilt = bytearray(message.payload)
            for _ in range(drawn.randint(1, 4)):
                spoilt[drawn.randrange(len(spoilt))] = drawn.randrange(256)
            cut = drawn.choice([0, 0, 1, drawn.randrange(len(spoilt))])
            message.payload = bytes(spoilt[: len(spoilt) - cut])
            outcomes.append(digest(message.encode()))
    assert {"", "E30", "E31", "E33", "E34"} <= set(outcomes)


@settings(max_examples=50)
@given(st.data())
def test_two_messages_spliced(our_alerts: dict[str, bytes], data: st.DataObject) -> None:
    names = sorted(our_alerts)
    one, other = our_alerts[data.draw(st.sampled_from(names))], our_alerts[data.draw(st.sampled_from(names))]
    digest(one[: data.draw(st.integers(0, len(one)))] + other[data.draw(st.integers(0, len(other))) :])


def test_reference_messages_changed_anywhere(vectors: list[object]) -> None:
    drawn = random.Random(2)
    for vector in vectors:
        for _ in range(4):
            at = drawn.randrange(len(vector.octets))
            digest(vector.octets[:at] + bytes((drawn.randrange(256),)) + vector.octets[at + 1 :])
