"""JSON objects are cut out of a stream one at a time, however they are laid out, and in memory of one object."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from harness.cli.json_stream import json_objects
from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

OBJECTS: list[dict[str, Any]] = [
    {},
    {"a": [1, {"b": '}]\\"{['}], "c": None},
    {"text": "größer\n" * 9000},
    {"nested": {"deep": [[[{"x": True}]]]}},
    {"number": 1 << 70, "fraction": -1.5e9},
]


def read(text: str) -> list[tuple[int, dict[str, Any]]]:
    return list(json_objects(io.StringIO(text), "given"))


@pytest.mark.parametrize("indent", [None, 0, 3])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_every_layout_gives_the_same_objects(indent: int | None, ensure_ascii: bool) -> None:
    spelt = [json.dumps(one, indent=indent, ensure_ascii=ensure_ascii) for one in OBJECTS]
    for text in (
        json.dumps(OBJECTS, indent=indent, ensure_ascii=ensure_ascii),
        "".join(spelt),
        "\n".join(spelt) + "\n\n",
        "[" + " ,\t".join(spelt) + "]  ",
    ):
        assert [one for _, one in read(text)] == OBJECTS


def test_objects_know_the_line_they_start_on() -> None:
    assert [line for line, _ in read('\n[\n{"a":\n1},\n\n{}\n,{}]')] == [3, 6, 7]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[", 1, "the input ends; expected ']'"),
        ("[{}", 1, "the input ends; expected ']'"),
        ("[{},", 1, "the input ends; expected an object"),
        ("[{}{}]", 1, "found '{'; expected ',' or ']'"),
        ("[{}]\n{}", 2, "found '{' after the array; expected nothing more"),
        ("{},{}", 1, "found ','; expected an object"),
        ("[\n{},]", 2, "found ']'; expected an object"),
        ('{"a": 1', 1, "expecting ',' delimiter; expected JSON"),
        ('{"a": "b', 1, "unterminated string"),
        ('{\n"a": 1,\n"b": 2,\n}', 4, "expecting property name"),
        ('{"a": 1, "a": 2}', 1, "member 'a' stands twice in one object"),
        ('{"a": NaN}', 1, "NaN is not JSON"),
        ('{"a": ' + "[" * 100_000, 1, "nested too deep"),
        ('{"a": ' + "1" * 5000 + "}", 1, "in the object that starts here"),
    ],
)
def test_what_is_not_json_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert str(caught.value).startswith(f"given:{line}: "), caught.value
    assert words in str(caught.value)


def test_octets_that_are_not_utf_8_are_refused() -> None:
    stream = io.TextIOWrapper(io.BytesIO(b'[{"a": "\xff"}]'), encoding="utf-8")
    with pytest.raises(UsageError, match="given:1: not UTF-8"):
        list(json_objects(stream, "given"))


def test_damaged_json_ends_in_objects_or_an_error_of_usage() -> None:
    draw = random.Random(11)
    source = json.dumps(OBJECTS[:2] + OBJECTS[3:], indent=1)
    refused = 0
    for _ in range(3000):
        text = list(source)
        for _ in range(draw.randrange(1, 4)):
            text[draw.randrange(len(text))] = draw.choice('{}[]",:1 \\x')
        try:
            read("".join(text))
        except UsageError:
            refused += 1
    assert refused > 2000


def test_memory_is_that_of_one_object() -> None:
    class Endless(io.StringIO):
        """A stream of as many objects as are asked for, none of them kept."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self._pieces: Iterator[str] = iter(["[", *['{"text": "' + "x" * 5000 + '"},'] * count, "{}]"])

        def read(self, count: int | None = -1) -> str:
            return next(self._pieces, "")

    def peak(count: int) -> int:
        tracemalloc.start()
        assert sum(1 for _ in json_objects(Endless(count), "given")) == count + 1
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(3000) < 2 * peak(300) + 50_000
