"""Logs as users keep them: many messages in one stream, some of them damaged; each is read or named, and memory stays flat."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vocab.identity import Eui64
from harness.wire.duis import (
    DccAlert,
    DeviceAlert,
    DuisMessage,
    DuisProblem,
    Header,
    OtherMessage,
    RequestId,
    read_messages,
    write_dcc_alert,
    write_device_alert,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

METER, SUPPLIER = Eui64("02a5e70000000001"), Eui64("02a5e70000000100")
PAYLOAD = bytes(range(90))


def alert(number: int) -> DeviceAlert:
    identity = RequestId(originator=METER, target=SUPPLIER, counter=number)
    return DeviceAlert(header=Header(response_id=identity, response_time=number * 10**9), alert_code=0x8F20, payload=PAYLOAD)


def written(number: int) -> bytes:
    return write_device_alert(alert(number))


def bare(number: int) -> bytes:
    """A message without its XML declaration."""
    return written(number).partition(b"?>")[2]


def read(octets: bytes) -> list[DuisMessage | DuisProblem]:
    return list(read_messages(BytesIO(octets)))


def counters(found: Sequence[DuisMessage | DuisProblem]) -> list[int | None]:
    """Return the counter of each message, and ``None`` for each problem."""
    return [None if isinstance(one, DuisProblem) else one.header.response_id.counter for one in found]


LAID_OUT = bare(0).replace(b"><", b">\n  <")


@pytest.mark.parametrize(
    "log",
    [
        b"".join(map(written, range(5))),
        b"\n".join(map(written, range(5))),
        b"\r\n\r\n".join(map(written, range(5))) + b"\r\n",
        b"\n\n" + b"\n".join(map(written, range(5))),
        b"\n".join(map(bare, range(5))),
        b"\xef\xbb\xbf" + b"\n\xef\xbb\xbf".join(map(written, range(5))),
        b"<log>" + b"".join(map(bare, range(5))) + b"</log>",
        b"<?xml version='1.0'?><a:log xmlns:a='urn:a'>\n"
        + b"\n".join(b"<a:entry at='2030'><a:note>&lt;</a:note>" + bare(number) + b"</a:entry>" for number in range(5))
        + b"\n</a:log>\n",
        b"<log xmlns:sr='http://www.dccinterface.co.uk/ServiceUserGateway'>"
        + b"".join(bare(number).replace(b' xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway"', b"") for number in range(5))
        + b"</log>",
        b"<!-- a log -->\n" + b"<?note one?>".join(map(bare, range(5))) + b"<!-- over -->",
    ],
    ids=["joined", "lines", "crlf", "blank-first", "no-declaration", "bom", "one-document", "entries", "shared-namespace", "comments"],
)
def test_a_log_may_be_one_document_or_many(log: bytes) -> None:
    assert read(log) == list(map(alert, range(5)))


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8-sig", "UTF-8"),
        ("utf-8", "utf-8"),
        ("utf-16", "UTF-16"),
        ("utf-16", "utf-8"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16"),
        ("ascii", "US-ASCII"),
        ("latin-1", "ISO-8859-1"),
        ("cp1252", "windows-1252"),
        ("utf-8", "UTF-16"),
    ],
)
def test_encodings(encoding: str, declared: str) -> None:
    note = "<sr:Note>größer</sr:Note>" if encoding != "ascii" else "<sr:Note>gr&#xF6;&#xDF;er</sr:Note>"
    lines = [written(n).decode().replace("UTF-8", declared).replace("</sr:Body>", f"</sr:Body>{note}") for n in range(400)]
    found = read("\n".join(lines).encode(encoding))
    assert counters(found) == list(range(400)), found[0]
    assert {one.unrecognised[0].element.text for one in found} == {"größer"}


def test_a_sign_of_no_encoding_costs_one_message() -> None:
    first, middle, last = (f"{written(n).decode()}\n".encode("utf-16-le") for n in range(3))
    at = middle.index("8F20".encode("utf-16-le"))
    assert counters(read(first + middle[:at] + b"\x00\xd8" + middle[at + 2 :] + last)) == [0, None, 2]
    assert counters(read(first + middle + last + b"<")) == [0, 1, 2, None]


# Damage

DAMAGE = {
    "cut-in-a-tag": lambda octets: octets[: octets.index(b"<sr:Body") + 4],
    "cut-in-an-attribute": lambda octets: octets[: octets.index(b"schemaVersion") + 16],
    "cut-in-a-text": lambda octets: octets[: octets.index(b"</sr:GBCS") - 9],
    "cut-between-tags": lambda octets: octets[: octets.index(b"</sr:Body")],
    "cut-in-the-declaration": lambda octets: octets[:12],
    "cut-after-the-declaration": lambda octets: octets[:38],
    "cut-in-the-first-tag": lambda octets: octets[:44],
    "start-lost": lambda octets: octets[200:],
    "start-lost-in-a-tag": lambda octets: octets[octets.index(b"Body>") :],
    "tag-spoilt": lambda octets: octets.replace(b"</sr:Header>", b"</sr:Heaxer>"),
    "octet-spoilt": lambda octets: octets.replace(b"8F20", b"8F\x0020"),
    "no-utf-8": lambda octets: octets.replace(b"8F20", b"8F\xff\xfe20"),
    "ampersand": lambda octets: octets.replace(b"8F20", b"8F&20"),
    "comment-open": lambda octets: octets.replace(b"<sr:Body>", b"<sr:Body><!--"),
    "cdata-open": lambda octets: octets.replace(b"<sr:AlertCode>", b"<sr:AlertCode><![CDATA["),
    "prefix-lost": lambda octets: octets.replace(b"xmlns:sr", b"xmlns:xx"),
    "attribute-twice": lambda octets: octets.replace(b" schemaVersion", b" schemaVersion='1' schemaVersion"),
    "no-base64": lambda octets: octets.replace(b"AAEC", b"A*EC"),
    "payload-lost": lambda octets: octets.replace(b"GBCSPayload", b"GBCSPayl"),
    "not-xml": lambda _octets: b"the adapter was restarted",
    "other-xml": lambda _octets: b"<restart reason='upgrade'/>",
    "declared-twice": lambda octets: octets[:38] + octets,
}


NEEDS_DECLARATION = {"cut-in-the-declaration", "cut-after-the-declaration", "declared-twice"}
LINES = [(damage, True) for damage in DAMAGE] + [(damage, False) for damage in DAMAGE if damage not in NEEDS_DECLARATION]


@pytest.mark.parametrize(("damage", "declared"), LINES)
def test_a_damaged_line_costs_that_line_and_is_named(damage: str, declared: bool) -> None:
    make = written if declared else bare
    count, every = 400, 7
    lines = [DAMAGE[damage](make(number)) if number % every == 3 else make(number) for number in range(count)]
    found = read(b"\n".join(lines))
    problems = [one for one in found if isinstance(one, DuisProblem)]
    whole = [one for one in found if isinstance(one, DeviceAlert)]
    damaged = [number for number in range(count) if number % every == 3]
    lost = [] if damage == "declared-twice" else damaged
    assert counters(whole) == [number for number in range(count) if number not in lost]
    assert [one.line for one in whole] == [one.header.response_id.counter + 1 for one in whole]
    assert [one.line for one in problems] == [number + 1 for number in damaged]
    assert all(one.error.expected and one.error.line >= one.line for one in problems)


@pytest.mark.parametrize(
    "damage", sorted(set(DAMAGE) - {"cut-in-the-declaration", "cut-after-the-declaration", "declared-twice", "not-xml", "other-xml"})
)
def test_a_damaged_entry_of_one_document_costs_that_entry(damage: str) -> None:
    def entry(number: int) -> bytes:
        message = bare(number).replace(b' xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway"', b"")
        if number == 3 and damage != "prefix-lost":
            message = DAMAGE[damage](message)
        elif number == 3:
            message = message.replace(b"<sr:", b"<xx:").replace(b"</sr:", b"</xx:")
        return b"<entry>" + message + b"</entry>"

    lines = [b"<log xmlns:sr='http://www.dccinterface.co.uk/ServiceUserGateway'>", *map(entry, range(12)), b"</log>"]
    found = read(b"\n".join(lines))
    whole = [one for one in found if isinstance(one, DeviceAlert)]
    assert counters(whole) == [number for number in range(12) if number != 3]
    assert [one.line for one in whole] == [number + 2 for number in range(12) if number != 3]
    assert {one.line for one in found if isinstance(one, DuisProblem)} & {5, 6}


def test_a_log_that_ends_in_the_midst_of_a_message_says_so() -> None:
    whole, problem = read(written(1) + b"\n" + written(2)[:-20])
    assert whole == alert(1)
    assert isinstance(problem, DuisProblem)
    assert (problem.line, problem.error.line) == (2, 2)
    assert problem.error.expected == "the rest of the message"


def test_a_document_that_ends_in_the_midst_of_its_entries_says_so() -> None:
    found = read(b"<log>\n" + written(1).partition(b"?>")[2] + b"\n")
    assert counters(found) == [1, None]


@pytest.mark.parametrize("log", [b"", b"\n \t\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"<", b"\xef"])
def test_short_logs(log: bytes) -> None:
    assert len(read(log)) == (log in (b"<", b"\xef"))


def test_places_are_counted_from_one_in_octets() -> None:
    text = b"<log>\n  <!-- \xc3\xa4 -->" + bare(1) + b"\n" + LAID_OUT.replace(b"8F20", b"8G20").replace(b"AAEC", b"A*EC") + b"</log>"
    first, second = read(text)
    assert (first.line, first.column) == (2, 14)
    assert isinstance(second, DuisProblem)
    assert (second.line, second.column) == (3, 1)
    assert text.splitlines()[second.error.line - 1][second.error.column - 1 :].startswith(b"<sr:GBCSPayload>")


# Kinds that stand side by side


def test_alerts_stand_among_other_messages() -> None:
    identity = RequestId(originator=SUPPLIER, target=METER, counter=9)
    dcc = DccAlert(header=Header(response_id=identity), code="AD1")
    response = written(2).replace(b"DeviceAlertMessage", b"ResponseMessage")
    request = bare(4).replace(b"Response ", b"Request ").replace(b"/sr:Response>", b"/sr:Request>")
    found = read(b"\n".join((written(1), response, write_dcc_alert(dcc), request, written(5))))
    assert [type(one) for one in found] == [DeviceAlert, OtherMessage, DccAlert, OtherMessage, DeviceAlert]
    assert found[1].payloads == (PAYLOAD,)


def test_a_request_after_damage_is_not_lost() -> None:
    request = bare(2).replace(b"Response ", b"Request ").replace(b"/sr:Response>", b"/sr:Request>")
    assert counters(read(bare(1)[:300] + b"\n" + request + b"\n" + bare(3))) == [None, 2, 3]


def test_a_request_inside_a_response_is_no_message() -> None:
    coverage = b"<sr:DSPWANMatrix>\n<sr:Request><sr:UPRN>123</sr:UPRN></sr:Request></sr:DSPWANMatrix>"
    found = read(written(1).replace(b"<sr:GBCSPayload>", coverage + b"<sr:GBCSPayload>") + written(2))
    assert counters(found) == [1, 2]


# Streams


class Dribble(RawIOBase):
    """A stream that gives few octets at a time, as a pipe may."""

    def __init__(self, octets: bytes, sizes: Iterator[int]) -> None:
        self.octets, self.sizes = BytesIO(octets), sizes

    def read(self, size: int = -1) -> bytes:
        return self.octets.read(min(size, next(self.sizes, size)))


@given(st.lists(st.integers(1, 700), min_size=1, max_size=40), st.sampled_from(sorted(set(DAMAGE) - {"declared-twice"})))
def test_how_a_stream_comes_changes_nothing(sizes: list[int], damage: str) -> None:
    log = b"\n".join((written(0), bare(1), DAMAGE[damage](written(2)), written(3), bare(4)))
    whole = read(log)
    assert counters(whole) == [0, 1, None, 3, 4]
    parted = list(read_messages(Dribble(log, iter(sizes))))
    assert [one.line if isinstance(one, DuisProblem) else one for one in parted] == [
        one.line if isinstance(one, DuisProblem) else one for one in whole
    ]
    assert [(one.line, one.column) for one in parted] == [(one.line, one.column) for one in whole]


class Endless(RawIOBase):
    """A log of many messages that is nowhere whole."""

    def __init__(self, line: bytes, count: int) -> None:
        self.line, self.left, self.rest = line, count, b""

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and self.left:
            self.rest += self.line * min(100, self.left)
            self.left -= min(100, self.left)
        octets, self.rest = self.rest[:size], self.rest[size:]
        return octets


@pytest.mark.parametrize("form", ["lines", "one-document", "one-line"])
def test_memory_does_not_grow_with_the_log(form: str) -> None:
    def peak(count: int) -> int:
        line = {"lines": written(7) + b"\n", "one-document": bare(7) + b"\n", "one-line": bare(7)}[form]
        stream = Endless(line, count)
        stream.rest = b"<log>" if form == "one-document" else b""
        tracemalloc.start()
        read_so_far = sum(isinstance(one, DeviceAlert) for one in read_messages(stream))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert read_so_far == count
        return used

    peak(50)
    few, many = peak(500), peak(5_000)
    assert many <= few * 1.2
    assert many < 1 << 20


def test_an_error_of_the_stream_passes_through() -> None:
    class Broken(RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(read_messages(Broken()))


def test_equal_messages_on_other_lines_are_equal() -> None:
    one, other = read(written(1) + b"\n" + written(1))
    assert one == other
    assert (one.line, other.line) == (1, 2)
    assert one != replace(other, payload=b"\xdf")
