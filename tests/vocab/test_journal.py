"""A journal is written in canonical form and in order of time, and read back only where it is whole."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BundleError
from harness.vocab.identity import Eui64
from harness.vocab.journal import FORMAT, KINDS, TAPS, Journal, JournalWriter

HEAD = b'{"at":0,"format":"smets-journal/1","kind":"journal","trial":"t00001"}\n'
END = b'{"at":9,"kind":"end","reason":"window closed"}\n'
DEVICE, HUB = Eui64("00db000000000001"), Eui64("00db000000000002")


def test_what_is_written_reads_back_record_by_record() -> None:
    stream = BytesIO()
    writer = JournalWriter(stream)
    writer.record(0, "journal", format=FORMAT, trial="t00007")
    writer.record(5, "gap", tap="hub", reason="fading", lost=3)
    writer.message(5, "hub", DEVICE, HUB, b"\xdd\x00")
    writer.record(6, "end", reason="window closed")
    journal = Journal(stream.getvalue())
    assert len(journal) == 4
    assert (journal.trial, journal.void, writer.last) == ("t00007", "", 6)
    assert journal[3] == {"at": 5, "kind": "message", "tap": "hub", "source": DEVICE, "destination": HUB, "octets": "dd00"}
    assert list(journal) == [journal[line] for line in range(1, 5)]


@given(
    st.integers(0, 10**18),
    st.sampled_from(TAPS),
    st.from_regex(r"\A[0-9a-f]{16}\Z"),
    st.from_regex(r"\A[0-9a-f]{16}\Z"),
    st.binary(max_size=80),
)
def test_the_short_way_to_write_a_message_gives_the_same_octets(at: int, tap: str, source: str, destination: str, octets: bytes) -> None:
    long, short = BytesIO(), BytesIO()
    JournalWriter(long).record(at % 2**53, "message", tap=tap, source=source, destination=destination, octets=octets.hex())
    JournalWriter(short).message(at % 2**53, tap, Eui64(source), Eui64(destination), octets)
    assert short.getvalue() == long.getvalue()


@pytest.mark.parametrize("short", [False, True])
def test_time_does_not_run_backwards(short: bool) -> None:
    writer = JournalWriter(BytesIO())
    writer.record(8, "gap")
    with pytest.raises(BundleError, match="a record at 7 ns follows one at 8 ns; expected records in order of time"):
        writer.message(7, "hub", DEVICE, HUB, b"") if short else writer.record(7, "gap")
    writer.record(8, "gap")


def test_a_value_without_a_canonical_form_is_not_written() -> None:
    stream = BytesIO()
    with pytest.raises(BundleError, match="E-CANON-FLOAT"):
        JournalWriter(stream).record(0, "supply", millivolts=[230_000.5])  # type: ignore[list-item]
    assert stream.getvalue() == b""


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", "does not end with a line feed"),
        (HEAD + END[:-1], "does not end with a line feed"),
        (HEAD, "breaks off before its last record; expected a record of kind 'end'"),
        (END, "not a smets-journal/1 journal"),
        (HEAD.replace(b"journal/1", b"journal/2") + END, "not a smets-journal/1 journal"),
        (HEAD.replace(b',"trial":"t00001"', b"") + END, "not a smets-journal/1 journal"),
        (HEAD.replace(b'"t00001"', b"1") + END, "not a smets-journal/1 journal"),
        (HEAD + END + END, "begins or ends twice"),
        (HEAD + HEAD + END, "begins or ends twice"),
        (HEAD + b'{"at":5,"kind":"gap"}\n{"at":4,"kind":"gap"}\n' + END, "f.jsonl:3: a record is out of order or has no time"),
        (HEAD + b'{"at":-1,"kind":"gap"}\n' + END, "f.jsonl:2: a record is out of order"),
        (HEAD + b'{"at":true,"kind":"gap"}\n' + END, "f.jsonl:2: a record is out of order"),
        (HEAD + b'{"at":"1","kind":"gap"}\n' + END, "f.jsonl:2: a record is out of order"),
        (HEAD + b'{"kind":"gap"}\n' + END, "f.jsonl:2: a record is out of order or has no time"),
        (HEAD + b'{"at":1,"kind":"rumour"}\n' + END, f"f.jsonl:2: unknown kind 'rumour'; expected {', '.join(KINDS)}"),
        (HEAD + b'{"at":1,"kind":["gap"]}\n' + END, "f.jsonl:2: unknown kind"),
        (HEAD + b'{"at":1, "kind":"gap"}\n' + END, "f.jsonl:2: E-CANON-BYTES not the canonical spelling"),
        (HEAD + b"\n" + END, "f.jsonl:2: E-CANON-BYTES not JSON"),
        (HEAD + b"[1]\n" + END, "f.jsonl:2: E-CANON-BYTES a line holds no object"),
        (HEAD + END.replace(b"\n", b"\r\n"), "f.jsonl:2: E-CANON-BYTES"),
    ],
)
def test_a_journal_that_is_not_whole_is_refused_with_its_line(octets: bytes, message: str) -> None:
    with pytest.raises(BundleError, match=message):
        Journal(octets, where="f.jsonl")


@pytest.mark.parametrize(
    ("reason", "void"), [("window closed", ""), ("the hub did not join", "the hub did not join"), ("", "no reason given")]
)
def test_a_journal_says_why_its_trial_is_void(reason: str, void: str) -> None:
    assert Journal(HEAD + END.replace(b"window closed", reason.encode())).void == void


@pytest.mark.parametrize("line", [0, -1, 3])
def test_lines_are_counted_from_1(line: int) -> None:
    journal = Journal(HEAD + END)
    assert journal[1]["kind"] == "journal"
    assert journal[2]["kind"] == "end"
    with pytest.raises(IndexError):
        journal[line]
