"""The section ``[impact]``: read strictly, each problem at its place, and the same in the JSON Schema."""

from __future__ import annotations

import tomllib

import pytest
from jsonschema import Draft202012Validator

from harness.scenario.schema import scenario_schema
from harness.vocab.impact import Population, Share
from tests.fake_bench import SCENARIO

SECTION = """
[impact]
share = { low = "0.5 %", mode = "2 %", high = "8 %" }
basis = "assumed, no source"
counting-point = "wan"
common-cause = "restoration"
together-fraction = "20 %"
installed = 400000
capacity = 60000000
documented-degradation = "report 12"
"""
LINE = SCENARIO.count("\n") + 2
"""Of ``[impact]``."""

CASES = [
    ("an unknown name", "basis =", "bassis =", [(f"{LINE + 2}:1", "bassis", "no key 'bassis' in impact", "basis")]),
    ("an unknown name of a share", "mode =", "mod =", [(f"{LINE + 1}:26", "mod", "no key 'mod' in share", "mode")]),
    ("a share without its mode", 'mode = "2 %", ', "", [(f"{LINE + 1}:1", "share", "'mode' is missing", "")]),
    ("a share as a number", '"2 %"', "0.02", [(f"{LINE + 1}:33", "0.02", "0.02 does not fit", "")]),
    ("more than everything", '"8 %"', '"108 %"', [(f"{LINE + 1}:47", '"108 %"', "does not fit", "")]),
    ("a mode below the low", '"2 %"', '"0.2 %"', [(f"{LINE + 1}:33", '"0.2 %"', "'mode' lies below", "")]),
    ("a high below the mode", '"8 %"', '"1 %"', [(f"{LINE + 1}:47", '"1 %"', "'high' lies below", "")]),
    ("an unknown counting point", '"wan"', '"wann"', [(f"{LINE + 3}:18", '"wann"', "no choice 'wann'", "wan")]),
    ("an unknown common cause", '"restoration"', '"restauration"', [(f"{LINE + 4}:16", '"restauration"', "no choice", "restoration")]),
    (
        "a fraction of nothing",
        'common-cause = "restoration"\n',
        "",
        [(f"{LINE + 4}:1", "together-fraction", "'together-fraction' without 'common-cause'", "")],
    ),
    (
        "a basis of nothing",
        'share = { low = "0.5 %", mode = "2 %", high = "8 %" }\n',
        "",
        [(f"{LINE + 1}:1", "basis", "'basis' without 'share'", "")],
    ),
    ("nothing installed", "400000", "0", [(f"{LINE + 6}:13", "0", "0 is out of range", "")]),
    ("a capacity in words", "60000000", '"plenty"', [(f"{LINE + 7}:12", '"plenty"', "does not fit", "")]),
    ("a basis that names a maker", "no source", "Fable Works said so", [(f"{LINE + 2}:9", "", "the text names 'Fable Works'", "")]),
    ("a report that names a model", "report 12", "of pine-e1", [(f"{LINE + 8}:26", "", "the text names 'pine-e1'", "")]),
]


@pytest.mark.parametrize(("right", "wrong", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_mistake_is_told_where_it_stands(problems_of, right, wrong, expected) -> None:
    assert SECTION.count(right) == 1
    problems = problems_of(SCENARIO + SECTION.replace(right, wrong))
    assert [(f"{problem.line}:{problem.column}", problem.nearest) for problem in problems] == [(case[0], case[3]) for case in expected]
    for problem, (_, token, words, _) in zip(problems, expected, strict=True):
        assert words in problem.what
        if token:
            assert problem.source[problem.column - 1 :][: problem.width] == token


def test_a_counting_point_must_be_listened_at(problems_of) -> None:
    (problem,) = problems_of(SCENARIO.replace("observe =", 'taps = ["han", "hub"]\nobserve =') + SECTION)
    assert "nobody listens at tap 'wan'" in problem.what


def test_what_is_said_is_read_in_base_units(loaded) -> None:
    assert loaded(SCENARIO + SECTION).population == Population(
        share=Share(low=5_000, mode=20_000, high=80_000),
        basis="assumed, no source",
        counting_point="wan",
        common_cause="restoration",
        together=200_000,
        installed=400_000,
        capacity=60_000_000,
        degradation="report 12",
    )


def test_what_is_left_out_is_not_stated(loaded) -> None:
    assert loaded(SCENARIO).population == Population(counting_point="hub")
    share = '[impact]\nshare = { low = "1 %", mode = "1 %", high = "1 %" }\n'
    assert loaded(f"{SCENARIO}\n{share}").population == Population(share=Share(low=10_000, mode=10_000, high=10_000), counting_point="hub")


@pytest.mark.parametrize(("right", "wrong"), [case[1:3] for case in CASES[:5] if "108" not in case[2]])
def test_what_the_table_refuses_the_schema_refuses(right, wrong) -> None:
    schema = Draft202012Validator(scenario_schema())
    schema.validate(tomllib.loads(SCENARIO + SECTION))
    assert not schema.is_valid(tomllib.loads(SCENARIO + SECTION.replace(right, wrong)))
