"""A trace shows the same trial, and nobody who was in it."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from casts import Cast, windows
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import BundleError
from harness.masking.ordinals import PSEUDONYM_PREFIX, is_pseudonym
from harness.masking.trace import trace
from harness.vocab.canonical import canonical, parse_line
from harness.vocab.journal import KINDS, Journal
from harness.wire.gbcs.outer import decode_message
from harness.wire.reading import read_trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.vocab.canonical import Json

seeds = st.integers(0, 10**6).map(str)
_TEXT = re.compile(r"[0-9A-Za-z+/_-]{8,}={0,2}")


def texts(value: Json) -> Iterator[str]:
    """Yield every text in a value, names of members included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from texts(one)


def meanings(text: str) -> Iterator[bytes]:
    """Yield the octets that a text, or a word of it, spells in ASCII, hexadecimal or Base64."""
    yield text.encode()
    folded = re.sub(r"0x|[^0-9A-Fa-f]", "", text)
    yield bytes.fromhex(folded[: len(folded) // 2 * 2])
    yield bytes.fromhex(folded[1 : 1 + (len(folded) - 1) // 2 * 2] if folded else "")
    for word in _TEXT.findall(text):
        for start in range(4):
            part = word[start:].rstrip("=").replace("-", "+").replace("_", "/")
            yield b64decode(part[: len(part) // 4 * 4])


def spelt(journal: bytes) -> set[bytes]:
    """Return every 6 octets that stand in a journal, whatever they are encoded in."""
    found = windows(journal)
    for line in journal.splitlines(keepends=True):
        for text in texts(parse_line(line)):
            for octets in meanings(text):
                found |= windows(octets)
    return found


def hidden(cast: Cast) -> set[bytes]:
    """Return every 6 octets of whatever a cast has given out, in either order."""
    return {window for given in cast.given for octets in (given, given[::-1]) for window in windows(octets)}


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_nothing_of_an_identity_is_left_in_any_encoding(seed):
    cast = Cast(seed)
    journal = cast.journal()
    assert len(hidden(cast) & spelt(journal)) > 5_000, "what is looked for is there to be found"
    assert not hidden(cast) & spelt(trace(journal))


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_masking_a_trace_gives_the_trace_again(seed):
    once = trace(Cast(seed).journal())
    assert trace(once) == once


@settings(max_examples=8, deadline=None)
@given(seeds, seeds)
def test_journals_that_differ_in_identities_only_have_one_trace(one, other):
    journals = [Cast(seed, encodes=False).journal() for seed in (one, other)]
    assert (journals[0] == journals[1]) == (one == other)
    assert trace(journals[0]) == trace(journals[1])


def test_it_is_the_same_trial_line_for_line():
    journal = Cast("line for line").journal()
    before, after = Journal(journal), Journal(trace(journal))
    assert [(one["at"], one["kind"], one.get("tap")) for one in before] == [(one["at"], one["kind"], one.get("tap")) for one in after]
    one, other = read_trial(before), read_trial(after)
    for member in ("trial", "realm", "epoch", "opened", "closed", "until", "stimuli"):
        assert getattr(one, member) == getattr(other, member) or member == "stimuli", member
    assert [(stimulus.do, stimulus.done, stimulus.settings["for"]) for stimulus in other.stimuli] == [("supply.cut", one.opened, 60)]
    assert [supply.millivolts for supply in one.supplies] == [supply.millivolts for supply in other.supplies]
    assert [(log.log, log.entries) for log in one.logs] == [(log.log, log.entries) for log in other.logs]
    assert [(gap.start, gap.until, gap.lost) for gap in one.gaps] == [(gap.start, gap.until, gap.lost) for gap in other.gaps]
    assert [(unread.line, unread.tap) for unread in one.unread] == [(unread.line, unread.tap) for unread in other.unread]
    assert [facts.role for facts in one.devices.values()] == [facts.role for facts in other.devices.values()]
    assert one.configurations[0].members["wan"] == other.configurations[0].members["wan"]
    assert other.void.startswith("void: ")
    assert " gave up after 4m30s; key [hidden " in other.void


def test_every_alert_says_the_same_and_copies_stay_copies():
    journal = Cast("alerts").journal()
    one, other = (read_trial(Journal(octets)).sightings for octets in (journal, trace(journal)))
    assert len(one) > 90
    for before, after in zip(one, other, strict=True):
        assert (before.at, before.tap, before.line) == (after.at, after.tap, after.line)
        for member in ("counter", "message_code", "code", "event_seconds", "critical"):
            assert getattr(before.alert, member) == getattr(after.alert, member), member
        assert len(before.alert.octets) == len(after.alert.octets)
        assert is_pseudonym(after.alert.originator)
        assert is_pseudonym(after.alert.target)
    for view in (
        lambda sighting: sighting.alert.octets,
        lambda sighting: sighting.alert.body,
        lambda sighting: sighting.alert.originator,
        lambda sighting: sighting.alert.target,
    ):
        assert partition(map(view, one)) == partition(map(view, other))


def partition(values) -> list[int]:
    """Return for each value the place of the first equal one."""
    listed = list(values)
    first = {value: place for place, value in reversed(list(enumerate(listed)))}
    return [first[value] for value in listed]


def test_commands_and_responses_keep_their_headers_and_nothing_else():
    journal = Cast("commands").journal()
    one, other = (read_trial(Journal(octets)).messages for octets in (journal, trace(journal)))
    assert len(one) > 150
    for before, after in ((before.message, after.message) for before, after in zip(one, other, strict=True)):
        for member in (
            "cra",
            "counter",
            "message_code",
            "date_time",
            "profile",
            "supplementary_counter",
            "supplementary_originator_counter",
        ):
            assert getattr(before, member) == getattr(after, member), member
        assert len(before.encode()) == len(after.encode())
        assert (before.certificate is None) == (after.certificate is None)
        assert len(windows(before.payload) & windows(after.payload)) <= 2, "but for zeros"
        assert (before.signature is None, before.mac is None) == (after.signature is None, after.mac is None)
    assert partition(seen.message.encode() for seen in one) == partition(seen.message.encode() for seen in other)


def test_tunnels_are_told_of_as_before():
    journal = Cast("tunnels").journal()
    one, other = (read_trial(Journal(octets)).tunnelling for octets in (journal, trace(journal)))
    assert [(seen.line, type(seen.frame.command), seen.frame.sequence) for seen in one] == [
        (seen.line, type(seen.frame.command), seen.frame.sequence) for seen in other
    ]
    assert one[0].frame == other[0].frame, "a request that names no maker stays"
    assert one[1].frame != other[1].frame


def test_pseudonyms_go_by_role_and_number():
    names = [record for record in Journal(trace(Cast("roles").journal())) if record["kind"] in {"device", "party"}]
    assert [(record["role"], record[record["kind"]]) for record in names] == [
        ("hub", "027ace0001000001"),
        ("gpf", "027ace0002000001"),
        ("esme", "027ace0003000001"),
        ("gsme", "027ace0004000001"),
        ("supplier", "027ace0041000001"),
        ("acb", "027ace0043000001"),
    ]
    assert {(record["signing_key"], record["agreement_key"]) for record in names} == {("", "")}
    assert [record.get("unit") for record in names] == [1, 2, 3, 4, None, None], "the lab's own number of a device stays"
    assert not [record for record in names if "serial" in record], "what no such record has is left out"


def test_whoever_was_not_declared_is_counted_in_order_of_appearance():
    journal = Journal(trace(Cast("strangers").journal()))
    seen = Counter(str(record["destination"]) for record in journal if record["kind"] == "message" and record["tap"] == "user")
    assert len(seen) == 3
    assert all(name.startswith(f"{PSEUDONYM_PREFIX}00") for name in seen)
    assert int(PSEUDONYM_PREFIX[:2], 16) & 3 == 2, "locally administered, nobody's own"


def test_lines_known_by_their_form_are_masked_like_any_other():
    """The short way and the long way: a member that no message has makes a line take the long one, and is left out."""
    journal = Cast("forms").journal()
    longer = [
        canonical({**parse_line(line), "zz": 0}) + b"\n" if b'"kind":"message"' in line or b'"kind":"supply"' in line else line
        for line in journal.splitlines(keepends=True)
    ]
    assert trace(b"".join(longer)) == trace(journal)


def test_a_message_in_a_tunnel_is_masked_like_one_in_the_open():
    cast = Cast("one message")
    frames = [read_trial(Journal(trace(cast.journal()))).tunnelling[place].frame.command.data for place in (2, 3)]
    assert frames[0][1:] == frames[1]
    (in_the_open,) = {seen.alert.octets for seen in read_trial(Journal(trace(cast.journal()))).sightings if seen.alert.octets == frames[1]}
    assert decode_message(in_the_open)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_record_can_be_masked(kind):
    line = canonical({"at": 5, "kind": kind, "octets": "", "unheard-of": 1}) + b"\n"
    shown = parse_line(trace(line))
    assert (shown["at"], shown["kind"]) == (5, kind)
    assert ("unheard-of" in shown) == (kind == "configuration"), "whose members are the item's own"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b'{"at":1,"kind":"message","octets":"0","tap":"hub"}\n', "not hexadecimal"),
        (b'{"at":1,"kind":"frame","octets":7,"tap":"hub"}\n', "not hexadecimal"),
        (b'{"at":1,"kind":"photograph"}\n', "unknown kind 'photograph'"),
        (b'{"at":1, "kind":"end"}\n', "E-CANON"),
        (b"nothing of the kind\n", "E-CANON"),
    ],
)
def test_a_record_that_is_none_is_named_by_its_line(line, what):
    octets = Cast("broken").journal().splitlines(keepends=True)
    with pytest.raises(BundleError, match=what) as refused:
        trace(b"".join([*octets[:3], line, *octets[3:]]), where="data/trials/t1.jsonl")
    assert refused.value.where.startswith("data/trials/t1.jsonl:4")
