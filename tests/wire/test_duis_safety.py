"""XML made to harm: every attack ends in a problem with its place, soon, in little memory, and the next message is read."""

from __future__ import annotations

import random
import tracemalloc
from io import BytesIO
from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import WireError
from harness.wire.duis import DeviceAlert, DuisError, DuisMessage, DuisProblem, Header, read_messages, write_device_alert
from harness.wire.duis.documents import MAX_SIZE
from harness.wire.duis.trees import MAX_AROUND, MAX_ATTRIBUTE, MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS

if TYPE_CHECKING:
    from pathlib import Path

GOOD = write_device_alert(DeviceAlert(header=Header(), alert_code=0x8F20, payload=b"\xdf\x09\x03"))
START, HEADER, BODY, ALERT = (GOOD.index(mark) for mark in (b"<sr:Response", b"<sr:Header>", b"<sr:Body>", b"<sr:AlertCode>"))


def read(octets: bytes) -> list[DuisMessage | DuisProblem]:
    return list(read_messages(BytesIO(octets)))


def refused(octets: bytes) -> DuisError:
    """Read an attack with a good message after it; return the one problem, the message being whole."""
    problem, message = read(octets + b"\n" + GOOD)
    assert isinstance(problem, DuisProblem)
    assert isinstance(message, DeviceAlert)
    assert message.payload == b"\xdf\x09\x03"
    assert isinstance(problem.error, WireError)
    assert problem.error.line >= problem.line >= 1
    assert problem.error.expected
    assert str(problem.error).startswith(f"line {problem.error.line}, column {problem.error.column}: ")
    return problem.error


def inserted(at: int, octets: bytes) -> bytes:
    return GOOD[:at] + octets + GOOD[at:]


def with_dtd(dtd: bytes, reference: bytes = b"") -> bytes:
    return inserted(ALERT, reference).replace(b"?><sr", b"?>\n" + dtd + b"<sr", 1)


LAUGHS = b'<!ENTITY l0 "lol">' + b"".join(b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))


@pytest.mark.parametrize(
    ("dtd", "reference"),
    [
        (b"<!DOCTYPE sr:Response [" + LAUGHS + b"]>", b"&l9;"),
        (b'<!DOCTYPE sr:Response [<!ENTITY big "' + b"A" * 50_000 + b'">]>', b"&big;" * 1000),
        (b'<!DOCTYPE sr:Response [<!ENTITY x SYSTEM "file:///etc/hostname">]>', b"&x;"),
        (b'<!DOCTYPE sr:Response [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]>', b""),
        (b'<!DOCTYPE sr:Response SYSTEM "http://127.0.0.1/duis.dtd">', b""),
        (b'<!DOCTYPE sr:Response PUBLIC "-//a//b" "http://127.0.0.1/duis.dtd">', b""),
        (b'<!DOCTYPE sr:Response [<!ATTLIST sr:Response schemaVersion CDATA "9.9">]>', b""),
        (b"<!DOCTYPE sr:Response>", b""),
    ],
    ids=["billion-laughs", "quadratic", "external", "parameter", "system", "public", "attribute-default", "bare"],
)
def test_a_document_type_declaration_is_refused_with_its_message(dtd: bytes, reference: bytes) -> None:
    began = process_time()
    error = refused(with_dtd(dtd, reference))
    assert process_time() - began < 1
    assert error.what == "a document type declaration"
    assert (error.line, error.column) == (2, 1)


@pytest.mark.parametrize("cut", range(1, 10))
def test_a_declaration_that_straddles_two_pieces_is_refused(cut: int) -> None:
    attack = with_dtd(b"<!DOCTYPE sr:Response [" + LAUGHS + b"]>", b"&l9;")
    padding = b" " * ((1 << 14) - attack.index(b"<!DOCTYPE") - cut)
    assert refused(attack.replace(b"?>\n", b"?>\n" + padding, 1)).what == "a document type declaration"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_declaration_is_refused_in_any_encoding(encoding: str) -> None:
    attack = with_dtd(b"<!DOCTYPE sr:Response [" + LAUGHS + b"]>", b"&l9;").decode().replace("UTF-8", "UTF-16")
    problem, message = read(f"{attack}\n{GOOD.decode()}".encode(encoding))
    assert isinstance(problem, DuisProblem)
    assert problem.error.what == "a document type declaration"
    assert isinstance(message, DeviceAlert)


def test_a_declaration_inside_a_message_is_refused() -> None:
    assert refused(inserted(BODY, b"<!DOCTYPE x>")).what == "a document type declaration"


def test_an_entity_that_nobody_declared_is_refused() -> None:
    assert "undefined entity" in refused(inserted(ALERT, b"&lol;")).what


def test_no_file_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("8F20")
    attack = with_dtd(f'<!DOCTYPE sr:Response [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()).replace(b"8F20", b"&x;")
    assert [type(found) for found in read(attack)] == [DuisProblem]


@pytest.mark.parametrize("at", [HEADER, BODY, ALERT])
def test_deep_nesting_is_refused(at: int) -> None:
    deep = 100_000
    error = refused(inserted(at, b"<a>" * deep + b"</a>" * deep))
    assert error.expected == f"at most {MAX_DEPTH}"
    assert error.column < at + 3 * (MAX_DEPTH + 1)


def test_deep_nesting_around_messages_is_refused() -> None:
    problem, *others = read(b"<a>" * 100_000)
    assert isinstance(problem, DuisProblem)
    assert problem.error.expected == f"at most {MAX_DEPTH}"
    assert others == []


@pytest.mark.parametrize("size", [MAX_ATTRIBUTE, 1 << 22])
def test_a_huge_attribute_is_refused(size: int) -> None:
    assert refused(GOOD.replace(b"<sr:Body>", b'<sr:Body a="' + b"A" * size + b'">')).expected in (
        f"at most {MAX_ATTRIBUTE} characters",
        "a message, comment or tag of at most that many",
    )


@pytest.mark.parametrize("element", [b"<sr:Response ", b"<sr:Body "])
def test_many_attributes_are_refused(element: bytes) -> None:
    many = b"".join(b'a%d="" ' % number for number in range(MAX_ATTRIBUTES + 1))
    error = refused(GOOD.replace(b"<sr:Body>", b"<sr:Body >").replace(element, element + many))
    assert error.expected == f"at most {MAX_ATTRIBUTES}"


def test_many_elements_are_refused() -> None:
    assert refused(inserted(ALERT, b"<a/>" * (MAX_ELEMENTS + 1))).expected == f"at most {MAX_ELEMENTS}"


@pytest.mark.parametrize(
    "long",
    [
        inserted(ALERT, b"A" * (MAX_SIZE + 1)),
        inserted(ALERT, b"<!--" + b"A" * (MAX_SIZE + 1) + b"-->"),
        inserted(ALERT, b"<?a " + b"A" * (MAX_SIZE + 1) + b"?>"),
        inserted(ALERT, b"<" + b"A" * (MAX_SIZE + 1) + b"/>"),
        inserted(ALERT, b"<![CDATA[" + b"A" * (MAX_SIZE + 1) + b"]]>"),
        inserted(BODY, b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">' + b"<a>" * MAX_SIZE),
    ],
    ids=["text", "comment", "instruction", "name", "cdata", "signature"],
)
def test_a_long_message_is_refused(long: bytes) -> None:
    error = refused(long)
    assert error.what == f"more than {MAX_SIZE} octets"
    assert (error.line, error.column) == (1, START + 1)


def test_an_endless_comment_hides_no_message_for_good() -> None:
    assert refused(b"<!-- " + b"-" * 10).what.startswith("not well-formed")
    found = read(b"<!-- never closed\n" + (GOOD + b"\n") * 3000)
    assert [type(one) for one in found] == [DuisProblem] + [DeviceAlert] * 3000


@pytest.mark.parametrize(
    "unit",
    [
        b"<Response><![CDATA[",
        b"<Response><?a ",
        b"<sr:Response>",
        b"<Response>",
        b"<a/>",
        b"<!DOCTYPE",
        b"<?xml ",
        b"</Response>",
        b"<Response a='",
    ],
)
def test_damage_upon_damage_takes_time_in_proportion(unit: bytes) -> None:
    began = process_time()
    for _ in read_messages(BytesIO(unit * ((1 << 20) // len(unit)) + GOOD)):
        pass
    assert process_time() - began < 20


def test_long_tags_around_messages_are_refused() -> None:
    problem, _ = read(b"<log xmlns:a='" + b"A" * MAX_AROUND + b"'>" + GOOD[START:] + b"</log>")
    assert isinstance(problem, DuisProblem)
    assert problem.error.what == "too long tags around messages"


@pytest.mark.parametrize("encoding", ["UTF-7", "EBCDIC-CP-US", "x-unknown", "UTF-32"])
def test_an_encoding_that_could_hide_markup_is_refused(encoding: str) -> None:
    error = refused(GOOD.replace(b"UTF-8", encoding.encode(), 1))
    assert error.what == f"encoding '{encoding}'"
    assert "ISO-8859-1" in error.expected


def test_memory_is_bounded_whatever_comes() -> None:
    attacks = (
        GOOD[:ALERT] + b"A" * (1 << 24),
        GOOD[:ALERT] + b"<a/>" * (1 << 22),
        GOOD[:START] + b"<sr:Response a='" + b"A" * (1 << 24),
        b"<log>" + b"text " * (1 << 22),
        b"<" + b"A" * (1 << 24),
        b"\n" * (1 << 24),
        b"\0" * (1 << 24),
    )
    for attack in attacks:
        stream = BytesIO(attack)
        tracemalloc.start()
        began = process_time()
        problems = sum(isinstance(found, DuisProblem) for found in read_messages(stream))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert problems <= 2
        assert peak < 16 * MAX_SIZE
        assert process_time() - began < 20


@given(st.binary(max_size=300))
def test_random_octets_raise_nothing(octets: bytes) -> None:
    for found in read(octets):
        assert isinstance(found, DuisProblem)
        assert found.error.line >= 1
        assert found.error.column >= 1


PARTS = [
    *(
        b"<",
        b">",
        b"/",
        b'"',
        b"&",
        b";",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"-->",
        b"<?xml ",
        b"?>",
        b"\n",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
    ),
    *(
        b"<!DOCTYPE a [",
        b"<!ENTITY a 'b'>",
        b"<sr:Response>",
        b"</sr:Response>",
        b"<sr:Body>",
        b"</sr:Body>",
        b"<a>",
        b"</a>",
        b"xmlns:sr=''",
    ),
    *(GOOD, GOOD[:ALERT], GOOD[ALERT:], GOOD[START:], b"encoding='latin1'"),
]


@given(st.lists(st.sampled_from(PARTS) | st.binary(max_size=4), max_size=20))
def test_shuffled_markup_raises_nothing_and_hides_nothing_after_it(parts: list[bytes]) -> None:
    found = read(b"\n" + b"".join(parts) + b"\n\n" + GOOD)
    assert all(isinstance(one, DuisProblem) or one.line >= 1 for one in found)
    assert any(isinstance(one, DeviceAlert) and one.payload == b"\xdf\x09\x03" for one in found) or b"<!DOCTYPE" in b"".join(parts)


def test_mutated_messages_raise_nothing() -> None:
    """Seeded: 4,000 messages with one to eight octets changed, lost or doubled, each followed by one that is whole."""
    chance = random.Random(20300101)
    for _ in range(4_000):
        octets = bytearray(GOOD)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(octets) + 1)
            kind = chance.randrange(4)
            if kind == 0:
                octets[at : at + 1] = chance.randbytes(1)
            elif kind == 1:
                del octets[at : at + 1]
            elif kind == 2:
                octets[at:at] = octets[at : at + chance.randint(1, 40)]
            else:
                del octets[at : at + chance.randint(1, 200)]
        found = read(bytes(octets) + b"\n" + GOOD)
        assert isinstance(found[-1], DeviceAlert)
        assert found[-1].payload == b"\xdf\x09\x03"
