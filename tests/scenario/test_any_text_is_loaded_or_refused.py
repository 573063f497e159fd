"""Whatever a person writes, loading gives a scenario that can be planned or a :class:`ScenarioError`, and nothing else."""

from __future__ import annotations

import tomllib
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import ScenarioError
from harness.plan import design
from harness.scenario import load
from harness.scenario.place import Places
from tests.fake_bench import DETECTORS, SCENARIO, FakeTarget

ODD_WORDS = ["{}", "[]", "nan", "-1", "0x" + "f" * 5000, "1979-05-27", "07:32:00", '""', "'\u0301'"]
WORDS = [*sorted(set(SCENARIO.replace("=", " = ").split())), *ODD_WORDS]
LINES = SCENARIO.splitlines(keepends=True)
RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _loads_or_refuses(text: str, *overrides: str) -> None:
    outcome: object
    try:
        scenario = load(text + "\n", target=FakeTarget(), detectors=DETECTORS, overrides=overrides)
        short = replace(scenario, stop=replace(scenario.stop, blocks=1))
        outcome = design(short, FakeTarget(), harness={}, policy={}, plugins=()).digest
    except ScenarioError as error:
        outcome = str(error).strip()
    assert outcome


@RELAXED
@given(place=st.integers(0, len(SCENARIO)), cut=st.integers(0, 40), text=st.text(max_size=12) | st.sampled_from(WORDS))
def test_a_text_with_a_stretch_replaced(shelf, place, cut, text) -> None:
    _loads_or_refuses(SCENARIO[:place] + text + SCENARIO[place + cut :])


@RELAXED
@given(order=st.permutations(range(len(LINES))).map(lambda order: order[: len(order) - 3]))
def test_lines_shuffled_and_lost(shelf, order) -> None:
    _loads_or_refuses("".join(LINES[number] for number in order))


@RELAXED
@given(data=st.data())
def test_a_value_of_another_type_anywhere(shelf, data) -> None:
    number = data.draw(st.sampled_from([number for number, line in enumerate(LINES) if " = " in line]))
    left = LINES[number].partition(" = ")[0]
    value = data.draw(st.sampled_from([*WORDS, "[[1]]", "{ a = { b = [1] } }", '["x", 1]', "1e400", "-0x1"]))
    _loads_or_refuses("".join([*LINES[:number], f"{left} = {value}\n", *LINES[number + 1 :]]))


@RELAXED
@given(
    path=st.text(max_size=20) | st.sampled_from(["arms.sham", "stimulus.hover.with", "codes.0", "window", "factors"]),
    value=st.text(max_size=20),
)
def test_any_override(shelf, path, value) -> None:
    _loads_or_refuses(SCENARIO, f"{path}={value}")


def test_nesting_beyond_reading_is_refused(shelf) -> None:
    _loads_or_refuses(SCENARIO + "x = " + "[" * 20_000)


KEYS = st.text(max_size=6).filter(lambda key: "\r" not in key)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        st.integers(-9, 9) | st.booleans() | st.text(max_size=6),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def _written(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)} = {_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(letter if letter.isalnum() and letter.isascii() else f"\\U{ord(letter):08x}" for letter in value) + '"'
    return str(value)


def _paths(value: object, path: tuple[str | int, ...] = ()):
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, step), inner
        yield from _paths(inner, (*path, step))


@RELAXED
@given(tree=TREES)
def test_every_value_of_a_document_is_found_where_it_stands(tree) -> None:
    """The standard library's reader is the witness: the text under the carets must read as the value."""
    text = "".join(f"{_written(key)} = {_written(inner)}\n" for key, inner in tree.items())
    assert tomllib.loads(text) == tree
    places, rows = Places(text), text.split("\n")
    for path, value in _paths(tree):
        span = places.find(path, "value")
        assert span is not None
        shown = rows[span.line - 1][span.column - 1 :][: span.width]
        assert tomllib.loads(f"value = {shown}")["value"] == value
