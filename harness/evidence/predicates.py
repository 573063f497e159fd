"""What a lab says about a bundle: how it was run, whether the bench could see, which grade was recomputed.

Every member is either public from the outset (plan and policy are never withheld), salted, or a claim that
is made in order to be known: the grade, and whether positive control and sham came out as they must.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

from harness.errors import BundleError, ScenarioError
from harness.evidence.commitments import merkle_root
from harness.evidence.problem import Problem
from harness.vocab.canonical import parse, parse_line
from harness.vocab.outcome import parse_grade
from harness.vocab.roles import ArmRole, Realm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.evidence.attestations import Attestations
    from harness.vocab.canonical import Json

    Read = Callable[[str], bytes]
    """Gives a payload file as it was sealed."""

__all__ = [
    "PLAN",
    "PLAN_FILES",
    "claim_problems",
    "grade_predicate",
    "plan_predicate",
    "run_predicate",
    "selftest_predicate",
]

PLAN, ASSIGNMENT, POLICY = "data/plan/plan.json", "data/plan/assignment.jsonl", "data/plan/policy.json"
"""Files of a sealed plan."""
_CERTAINTY, _OUTCOMES = "data/results/certainty.json", "data/results/outcomes.jsonl"

PLAN_FILES = (ASSIGNMENT, PLAN, POLICY)
"""What a plan statement is about; no bundle withholds these, whoever it is for."""

_REVIEWER = "https://smets-harness.invalid/sae/reviewer/"
_NAMES = {
    "C0": "C0_REPORTED",
    "C1": "C1_OBSERVED",
    "C2": "C2_REPRODUCED",
    "C3": "C3_CONTROLLED",
    "C4": "C4_ISOLATED",
    "C5": "C5_REPLICATED",
    "NR": "NR",
    "inconclusive": "INCONCLUSIVE",
}


def plan_predicate(*, time: str) -> dict[str, Json]:
    """Return what is said of the plan: that it stood at this instant."""
    return {"role": "operator", "time": time}


def run_predicate(
    plan: Mapping[str, Json], commitments: bytes, *, time: str, started: str, ended: str, statements: Mapping[str, bytes]
) -> dict[str, Json]:
    """Return what is said of a run: its realm and tools, its times where they are known, and the root over its commitments.

    ``statements`` are the payloads of the other statements of the same operator; their digests keep one
    of them from being dropped later.
    """
    return {
        **_setting(plan),
        "merkleRoot": merkle_root(commitments.decode("ascii").split()),
        "role": "operator",
        "statements": {name: sha256(octets).hexdigest() for name, octets in statements.items()},
        "time": time,
        **({"started": started, "ended": ended} if started else {}),
    }


def _setting(plan: Mapping[str, Json]) -> dict[str, Json]:
    """Return in what setting a plan is carried out, as the plan has it."""
    target = cast("dict[str, Json]", plan["target"])
    return {"clock": target["clock"], "harness": plan["harness"], "realm": target["realm"], "target": target["name"]}


def selftest_predicate(read: Read, files: Iterable[str]) -> dict[str, Json] | None:
    """Return whether positive control and sham came out as they must, in every block; ``None`` where the plan has neither.

    It is a test of the bench: a known emitter must be seen, and nothing where there is nothing. It says
    nothing about a device under test.
    """
    arms = {str(arm["name"]): str(arm["role"]) for arm in cast("list[dict[str, Json]]", _object(read, PLAN)["arms"])}
    wanted = {ArmRole.POSITIVE_CONTROL.value: True, ArmRole.SHAM.value: False}
    if not wanted.keys() & set(arms.values()) or _OUTCOMES not in files:
        return None
    roles = {row["trial"]: arms[str(row["arm"])] for row in _rows(read, ASSIGNMENT)}
    seen: dict[str, list[bool | None]] = {}
    for row in _rows(read, _OUTCOMES):
        role = roles[row["trial"]]
        if role in wanted:
            seen.setdefault(role, []).append(None if row["void"] else bool(row["positive"]) is wanted[role])
    failed = sorted(role for role, came in seen.items() if False in came)
    warned = sorted(role for role, came in seen.items() if role not in failed and (None in came or not came))
    passed = sorted(role for role in seen if role not in failed and role not in warned)
    return {
        "configuration": [{"digest": {"sha256": sha256(read(path)).hexdigest()}, "name": path} for path in PLAN_FILES],
        "failedTests": failed,
        "passedTests": passed,
        "result": "FAILED" if failed else "WARNED" if warned or not passed else "PASSED",
        "warnedTests": warned,
    }


def grade_predicate(read: Read, *, keyid: str, time: str) -> dict[str, Json]:
    """Return the grade as a simple verification result: who recomputed it, by which policy, and what it is."""
    policy: Json = {"digest": {"sha256": sha256(read(POLICY)).hexdigest()}, "name": POLICY}
    return {
        "properties": list(_grade_properties(read)),
        "timeCreated": time,
        "verifier": {"id": f"{_REVIEWER}{keyid}", "policies": [policy]},
    }


def _grade_properties(read: Read) -> tuple[str, ...]:
    """Return the grade that reports print as properties, such as ``SAE_C3_CONTROLLED_L``, ``SAE_RATE_FREQUENT``, ``SAE_UNITS_2``.

    What is printed, and hence signed, is the worst case, with void blocks counted against the claim. A
    simulated grade is ``…_S`` with ``SAE_MODEL_ONLY``: it grades no device. Raises :class:`BundleError` where
    the bundle has no grade.
    """
    try:
        grade = parse_grade(str(_object(read, _CERTAINTY).get("worst-case")))
    except ScenarioError as error:
        raise BundleError(error.what, where=_CERTAINTY, expected=error.expected) from error
    found = ["SAE_RESULTS_RECOMPUTED", f"SAE_{_NAMES[grade.level]}_{grade.realm.value}"]
    found += [f"SAE_RATE_{grade.rate_class.upper()}"] if grade.rate_class else []
    found += ["SAE_MODEL_ONLY"] if grade.realm is Realm.SIMULATED else [f"SAE_UNITS_{grade.units}"]
    return tuple(sorted(found))


def claim_problems(attestations: Attestations, read: Read, files: Iterable[str]) -> list[Problem]:
    """Return statements that say otherwise than the sealed payload gives; their times and the keys' names apart.

    Raises as ``read`` does.
    """
    found = []
    for signed in attestations.signed.values():
        said = signed.statement.predicate
        given: Mapping[str, Json] | None = said
        if signed.statement.kind == "run":
            given = {**said, **_setting(_object(read, PLAN))}
        elif signed.statement.kind == "selftest":
            given = selftest_predicate(read, files)
        elif signed.statement.kind == "grade":
            given = grade_predicate(read, keyid=signed.envelope.keyid, time=signed.statement.time)
        if given != said:
            sentence = f"says otherwise than the sealed payload gives: {_apart(said, given or {})}"
            found.append(Problem(code="E-GRADE", file=signed.file, sentence=sentence))
    return found


def _apart(said: Mapping[str, Json], given: Mapping[str, Json]) -> str:
    return ", ".join(sorted(member for member in said.keys() | given.keys() if said.get(member) != given.get(member)))


def _object(read: Read, path: str) -> dict[str, Json]:
    value = parse(read(path), where=path)
    if not isinstance(value, dict):
        raise BundleError("is no JSON object", where=path)
    return value


def _rows(read: Read, path: str) -> Iterable[dict[str, Json]]:
    return [parse_line(line, where=path) for line in read(path).splitlines(keepends=True)]
