"""Reading DUIS logs against the parser that it cannot do without: Expat, with handlers that do nothing.

A ratio is asserted, so that a slower machine changes nothing. On one core of a two-core EPYC virtual machine that others worked on,
CPython 3.11.7 built without PGO, Expat 2.5.0: 25,000 messages of 0.6 kB a second, one document each, 19,000 where each bears a signature,
and 34,000 inside one document; 60,000 written a second.
"""

from __future__ import annotations

from io import BytesIO
from statistics import median
from time import process_time
from typing import TYPE_CHECKING
from xml.parsers import expat

import pytest

from harness.vocab.identity import Eui64
from harness.wire.duis import DeviceAlert, Header, RequestId, read_messages, write_device_alert

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

COUNT, ROUNDS = 2_000, 7
SIGNATURE = (
    b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="urn:a"/>'
    b'<ds:SignatureMethod Algorithm="urn:b"/><ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="urn:c"/></ds:Transforms>'
    b'<ds:DigestMethod Algorithm="urn:d"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>'
    b"<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>"
)


def _messages(*, signed: bool) -> list[bytes]:
    made = []
    for number in range(COUNT):
        identity = RequestId(originator=Eui64("02a5e70000000001"), target=Eui64("02a5e70000000100"), counter=number)
        header = Header(response_id=identity, response_time=number * 10**9)
        octets = write_device_alert(DeviceAlert(header=header, alert_code=0x8F20, payload=bytes(range(90))))
        made.append(octets.replace(b"</sr:Body>", b"</sr:Body>" + SIGNATURE) if signed else octets)
    return made


def _parsed(messages: list[bytes]) -> None:
    """Have Expat parse each message in a parser of its own, with handlers that do nothing."""
    for octets in messages:
        parser = expat.ParserCreate("UTF-8", "}")
        parser.buffer_text = True
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = lambda *_: None
        parser.Parse(octets, True)


def _rate(act: Callable[[], object]) -> float:
    rounds = []
    for _ in range(ROUNDS):
        began = process_time()
        act()
        rounds.append(COUNT / (process_time() - began))
    return median(rounds)


@pytest.mark.benchmark(group="duis")
@pytest.mark.parametrize("form", ["lines", "signed-lines", "one-document"])
def test_reading_a_log_costs_a_few_times_what_its_parser_does(benchmark: BenchmarkFixture, form: str) -> None:
    messages = _messages(signed=form == "signed-lines")
    log = b"\n".join(messages)
    if form == "one-document":
        log = b"<log>" + b"\n".join(octets.partition(b"?>")[2] for octets in messages) + b"</log>"
    read = _rate(lambda: sum(isinstance(one, DeviceAlert) for one in read_messages(BytesIO(log))))
    parsed = _rate(lambda: _parsed(messages))
    benchmark.extra_info.update({"messages/s": round(read), "parsed/s": round(parsed), "ratio": round(parsed / read, 2)})
    benchmark.pedantic(lambda: list(read_messages(BytesIO(log))), rounds=3)
    assert parsed / read <= 7


@pytest.mark.benchmark(group="duis")
def test_writing_a_message_costs_less_than_reading_it(benchmark: BenchmarkFixture) -> None:
    log = b"\n".join(_messages(signed=False))
    values = [one for one in read_messages(BytesIO(log)) if isinstance(one, DeviceAlert)]
    read = _rate(lambda: list(read_messages(BytesIO(log))))
    written = _rate(lambda: [write_device_alert(value) for value in values])
    benchmark.extra_info.update({"written/s": round(written), "read/s": round(read)})
    benchmark.pedantic(write_device_alert, args=(values[0],), rounds=ROUNDS, iterations=100)
    assert written > read
