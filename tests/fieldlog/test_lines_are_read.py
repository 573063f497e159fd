"""Lines of text: every form in which time and message may stand, and what is said of those that cannot be read."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import pytest
from field_logs import START, alert, instant, line
from hypothesis import given
from hypothesis import strategies as st

from harness.fieldlog.entry import Entry, Missing
from harness.fieldlog.lines import LONGEST, columns_of, read_lines
from harness.vocab.time import HOUR, MINUTE, SECOND

ALERT = alert(7)
HEX, BASE64 = ALERT.hex(), b64encode(ALERT).decode()
ORIGIN = START.seconds * SECOND


def read(text: str | bytes) -> list[Entry | Missing]:
    return list(read_lines(BytesIO(text if isinstance(text, bytes) else text.encode())))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (f"2030-01-07T00:00:00Z {HEX}", 0),
        (f"2030-01-07T00:00:00Z {HEX.upper()}", 0),
        (f"2030-01-07T00:00:00Z\t{BASE64}", 0),
        (f"2030-01-07 00:00:12.345Z {HEX}", 12 * SECOND + 345_000_000),
        (f"2030-01-07T00:00:12,345Z {HEX}", 12 * SECOND + 345_000_000),
        (f"2030-01-07T00:00:00.000000001Z {HEX}", 1),
        (f"2030-01-07T01:00:00+01:00 {HEX}", 0),
        (f"2030-01-06T23:30:00-0045 {HEX}", 15 * MINUTE),
        (f"2030-01-07T23:59:59.9Z;{HEX};more;fields", 24 * HOUR - SECOND // 10),
        (f'"2030-01-07T00:00:00Z","{BASE64}","a note, with a comma"', 0),
        (f"  2030-01-07T00:00:00Z   {HEX}   whatever follows", 0),
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_line_in_any_of_its_forms_gives_the_same_message(text, after, end):
    assert read(text + end) == [Entry(0, 1, ORIGIN + after, ALERT)]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("id;Received;Message", f"17;2030-01-07T00:00:00Z;{HEX}"),
        ("message,device,timestamp", f"{BASE64},meter,2030-01-07T00:00:00Z"),
        ("GBCS Payload\tReceived_At", f"{HEX}\t2030-01-07T00:00:00Z"),
        ('"note","time","hex"', f'"one, two; three","2030-01-07T00:00:00Z","{HEX}"'),
    ],
)
def test_a_first_line_that_names_columns_tells_which_to_read(header, row):
    assert read(f"{header}\n{row}\n") == [Entry(0, 2, ORIGIN, ALERT)]


def test_the_columns_that_are_not_read_are_named():
    assert columns_of(b"id;Received;Message;Household\n").others == ("id", "household")
    assert columns_of(f"2030-01-07T00:00:00Z,{HEX}".encode()) is None


def test_a_byte_order_mark_does_no_harm():
    assert read(b"\xef\xbb\xbf" + f"2030-01-07T00:00:00Z {HEX}\n".encode()) == [Entry(0, 1, ORIGIN, ALERT)]


@pytest.mark.parametrize(
    ("text", "lost", "reason"),
    [
        ("\n", 0, "empty"),
        ("# a comment\n", 0, "a comment"),
        (f"{HEX}\n", 1, "does not begin with a time"),
        (f"2030-01-07T00:00:00 {HEX}\n", 1, "does not begin with a time and its zone"),
        (f"2030-02-30T00:00:00Z {HEX}\n", 1, "not one of the calendar"),
        (f"2030-01-07T24:00:00Z {HEX}\n", 1, "not one of the calendar"),
        (f"1999-12-31T23:59:59Z {HEX}\n", 1, "not one of the calendar"),
        (f"2030-01-07T00:00:60Z {HEX}\n", 1, "does not begin with a time"),
        (f"2030-01-07T00:00:00+99:00 {HEX}\n", 1, "not one of the calendar"),
        ("2030-01-07T00:00:00Z\n", 1, "no message"),
        (f"2030-01-07T00:00:00Z {HEX[:-1]}\n", 1, "neither hexadecimal"),
        (f"2030-01-07T00:00:00Z {HEX[:9]}x{HEX[9:]}\n", 1, "neither hexadecimal"),
        (f"2030-01-07T00:00:00Z {BASE64[:-3]}\n", 1, "nor base64"),
        (f"2030-01-07T00:00:00Z {BASE64[:20]}?{BASE64[20:]}\n", 1, "no message in hexadecimal or base64"),
        (f"2030-01-07T00:00:00Z {HEX}\n".encode("utf-16"), 1, "another encoding"),
    ],
)
def test_a_line_that_cannot_be_read_says_why_and_repeats_nothing_of_itself(text, lost, reason):
    found = read(text)[0]
    assert isinstance(found, Missing)
    assert (found.line, found.lost) == (1, lost)
    assert reason in found.reason
    assert HEX[:12] not in found.reason


def test_a_line_whose_message_alone_is_damaged_keeps_its_time():
    found = read(f"2030-01-07T00:00:12Z {HEX[:-1]}\n2030-01-07T00:00:13Z !\n")
    assert [item.at for item in found] == [ORIGIN + 12 * SECOND, ORIGIN + 13 * SECOND]


def test_a_line_longer_than_any_message_is_passed_over_whole():
    good = f"{line(0, ALERT)}\n"
    found = read(good + "2030-01-07T00:00:00Z " + "d" * (3 * LONGEST) + "\n" + good)
    assert [type(item) for item in found] == [Entry, Missing, Entry]
    assert [item.line for item in found] == [1, 2, 3]
    assert "longer" in found[1].reason


@given(st.lists(st.one_of(st.binary(max_size=80), st.just(line(0, ALERT).encode()))))
def test_whatever_a_line_holds_it_costs_no_other(lines):
    lines = [piece.replace(b"\n", b"") for piece in lines]
    found = read(b"\n".join([line(0, ALERT).encode(), *lines, b""]))
    assert [item.line for item in found] == list(range(1, len(lines) + 2))
    assert all(isinstance(item, Entry) for item, piece in zip(found[1:], lines, strict=True) if piece == line(0, ALERT).encode())


@given(st.integers(0, 10**17 // 1_000))
def test_times_are_read_as_they_were_written(microseconds):
    (found,) = read(f"{instant(microseconds * 1_000)} {HEX}")
    assert found.at == ORIGIN + microseconds * 1_000
