"""Grades as values: what is written with them, what cannot be, and that simulated evidence has no way to a device."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InternalError, ScenarioError
from harness.vocab.outcome import LADDER, LEVELS, RATE_CLASSES, DeviceGrade, ModelGrade, graded, parse_grade
from harness.vocab.roles import Realm


def possible() -> st.SearchStrategy[ModelGrade | DeviceGrade]:
    """Every grade there can be."""
    levels = [(level, kind) for level in LEVELS for kind in (RATE_CLASSES if level in LADDER[1:] else ("",))]
    kinds = [(*one, realm) for one in levels for realm in Realm if (one[0], realm) != ("C5", Realm.SIMULATED)]
    return st.builds(
        lambda kind, units: graded(kind[0], kind[2], units=units, rate_class=kind[1]), st.sampled_from(kinds), st.integers(1, 10_000)
    )


def grades_of_a_model() -> st.SearchStrategy[str]:
    """Every level that a model can reach."""
    return st.sampled_from([level for level in LEVELS if level != "C5"])


@pytest.mark.parametrize(
    ("level", "realm", "units", "rate_class", "text"),
    [
        ("C3", Realm.SIMULATED, 0, "frequent", "C3-S u=0 frequent"),
        ("C3", Realm.LABORATORY, 2, "intermittent", "C3-L u=2 intermittent"),
        ("C1", Realm.FIELD, 5, "rare", "C1-F u=5 rare"),
        ("NR", Realm.SIMULATED, 0, "", "NR-S u=0"),
        ("NR", Realm.LABORATORY, 1, "", "NR-L u=1"),
        ("inconclusive", Realm.FIELD, 0, "", "inconclusive-F u=0"),
        ("C0", Realm.LABORATORY, 0, "", "C0-L u=0"),
    ],
)
def test_a_grade_is_never_written_without_its_realm_and_its_units(level, realm, units, rate_class, text):
    assert str(graded(level, realm, units=units, rate_class=rate_class)) == text


@given(possible())
def test_what_was_written_is_read_as_the_same_grade(grade):
    assert parse_grade(str(grade)) == grade


NO_GRADES = """

C3
C3-S
C3-S frequent
C3-S u=2 frequent
C5-S u=0 frequent
C6-S u=0 rare
C3-X u=0 rare
C3-L u=0 rare
NR-S u=0 rare
C3-L u=02 rare
C3-L u=2
C3-L u=2 often
C3-L  u=2 rare
C3-L u=x rare
C3-L u=-1 rare
"""


@pytest.mark.parametrize("text", [*NO_GRADES.splitlines(), "NR-S u=0 ", "C3-L u=2 rare\n"])
def test_what_no_grade_is_written_as_is_refused_with_examples(text):
    with pytest.raises(ScenarioError, match="is not a grade; expected such as 'C3-L u=2 intermittent'"):
        parse_grade(text)


@given(grades_of_a_model(), st.integers(0, 9))
def test_simulated_evidence_has_no_units_whatever_is_said_of_them(level, units):
    grade = graded(level, Realm.SIMULATED, units=units, rate_class="rare" if level in LADDER[1:] else "")
    assert isinstance(grade, ModelGrade)
    assert (grade.realm, grade.units) == (Realm.SIMULATED, 0)


def test_a_grade_of_a_model_has_no_member_by_which_it_could_speak_of_a_device():
    grade = graded("C3", Realm.SIMULATED, rate_class="frequent")
    assert {member.name for member in fields(grade)} == {"level", "rate_class"}
    with pytest.raises(TypeError, match="unexpected keyword argument 'realm'"):
        replace(grade, realm=Realm.LABORATORY)
    with pytest.raises((FrozenInstanceError, AttributeError)):
        object.__setattr__(grade, "realm", Realm.LABORATORY)


def test_a_grade_of_a_device_is_refused_for_simulated_evidence_and_without_units():
    with pytest.raises(InternalError, match="simulated evidence grades no device"):
        DeviceGrade(level="C3", realm=Realm.SIMULATED, units=1, rate_class="rare")
    with pytest.raises(InternalError, match="at least one physical unit"):
        graded("C1", Realm.LABORATORY, units=0, rate_class="rare")
    with pytest.raises(InternalError, match="at least one physical unit"):
        graded("inconclusive", Realm.FIELD, units=-1)


def test_levels_and_rate_classes_that_do_not_go_together_are_refused():
    for level, rate_class in (("C9", ""), ("C1", ""), ("NR", "rare"), ("C0", "rare"), ("C3", "often")):
        with pytest.raises(InternalError):
            graded(level, Realm.SIMULATED, rate_class=rate_class)


def test_the_type_checker_refuses_a_simulated_grade_where_a_gate_asks_for_one_of_a_device(tmp_path):
    """What holds by type needs nobody to remember a check: mypy is the witness."""
    program = tmp_path / "program.py"
    program.write_text(
        "from harness.judge.gates import GATES\n"
        "from harness.vocab.outcome import DeviceGrade, ModelGrade, graded\n"
        "from harness.vocab.roles import Realm\n"
        'GATES[0].opens(ModelGrade(level="C3", rate_class="rare"), "I4")\n'
        'GATES[0].opens(graded("C3", Realm.SIMULATED, rate_class="rare"), "I4")\n'
        'DeviceGrade(level="C3", realm=Realm.SIMULATED, units=1, rate_class="rare")\n'
        'GATES[0].opens(DeviceGrade(level="C3", realm=Realm.FIELD, units=1, rate_class="rare"), "I4")\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(program)], capture_output=True, text=True, check=False, timeout=300
    )
    refused = [line.split(":")[1] for line in done.stdout.splitlines() if "program.py" in line and "error:" in line]
    assert refused == ["4", "5", "6"], done.stdout
