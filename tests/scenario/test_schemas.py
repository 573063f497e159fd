"""The JSON Schemas that editors use: made from the table that checks, and agreeing with it."""

from __future__ import annotations

import json
import tomllib

import pytest
from jsonschema import Draft202012Validator

from harness.interfaces import library
from harness.scenario.schema import profile_schema, scenario_schema
from tests.fake_bench import PROFILES, SCENARIO, profile_text

SCHEMAS = {"scenario": scenario_schema(), "device": profile_schema()}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_committed_schema_is_the_one_that_the_table_gives(checkout, name) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    path = checkout / "docs" / "reference" / f"{name}.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == SCHEMAS[name], "write it anew: python -m harness.scenario.schema docs/reference"


def test_sound_documents_are_valid() -> None:
    Draft202012Validator(SCHEMAS["scenario"]).validate(tomllib.loads(SCENARIO))
    for (role, model), rest in PROFILES.items():
        Draft202012Validator(SCHEMAS["device"]).validate(tomllib.loads(profile_text(role, model, rest)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("question =", "qestion ="),
        ('"24h"', '"24 hours"'),
        ('"north"', '"nroth"'),
        ('"0x8085"', '"0x80Z5"'),
        ("blocks = 12", "blocks = 0"),
        ("[arms.sham]", "[arms.Sham]"),
        ('"none"', '"None"'),
        ('treatment = "C3"', 'treatment = "C9"'),
        ('detector = "pair-counter"\n', ""),
    ],
)
def test_what_the_table_refuses_the_schema_refuses(problems_of, right, wrong) -> None:
    text = SCENARIO.replace(right, wrong, 1)
    assert problems_of(text)
    assert not Draft202012Validator(SCHEMAS["scenario"]).is_valid(tomllib.loads(text))


def test_everything_shipped_is_valid() -> None:
    found = {"scenario": library.scenario_files(), "device": library.profile_files()}
    for name, paths in found.items():
        for path in paths:
            Draft202012Validator(SCHEMAS[name]).validate(tomllib.loads(path.read_text(encoding="utf-8")))
