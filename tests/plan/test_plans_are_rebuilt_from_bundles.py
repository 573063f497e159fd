"""A plan comes back from its files alone, and from no others."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import BundleError
from harness.plan import Plan
from harness.plan.model import ASSIGNMENT, PLAN
from harness.plan.order import assignment, laid_out, root_seed
from harness.vocab.canonical import document

RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RELAXED
@given(
    seed=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20),
    blocks=st.integers(1, 40),
    mean=st.integers(0, 400_000),
    left_out=st.lists(st.sampled_from([1, "hover"]), max_size=1),
)
def test_writing_then_reading_is_the_identity(planned, seed, blocks, mean, left_out) -> None:
    plan = planned(f'seed="{seed}"', f"stop.blocks={blocks}", f"stimulus.hover.with.mean={mean} mV", f"arms.sham.without={left_out}")
    again = Plan.from_files(plan.files())
    assert again == plan
    assert again.files() == plan.files()
    assert again.digest == plan.digest
    assert [again.order(trial) for trial in again.trials] == [plan.order(trial) for trial in plan.trials]


def test_other_files_of_a_bundle_are_passed_over_and_withheld_ones_may_lack(planned) -> None:
    plan = planned()
    files = {path: octets for path, octets in plan.files().items() if "/identity/" not in path and "/inputs/" not in path}
    again = Plan.from_files({**files, "data/trials/t0000000000.jsonl": b"", "data/plan/policy.json": b"{}\n"})
    assert again.digest == plan.digest
    assert dict(again.names) == {}
    assert again.files() == files
    assert again.blocks == plan.blocks


def _with(files: dict[str, bytes], **members: object) -> dict[str, bytes]:
    """Change members of plan.json and draw root and order again, as a forger would."""
    value = {**json.loads(files[PLAN]), **members}
    root = root_seed(value, value["seed"])
    value["root"] = root.hex()
    names = [arm["name"] for arm in value["arms"]]
    return {**files, PLAN: document(value), ASSIGNMENT: assignment(laid_out(root, value["stop"]["blocks"], len(names)), names)}


def _arm(files: dict[str, bytes], **members: object) -> list[object]:
    treatment, *others = json.loads(files[PLAN])["arms"]
    return [{**treatment, **members}, *others]


CHANGES = {
    "no plan": (lambda files: {ASSIGNMENT: files[ASSIGNMENT]}, "E-PLAN-MISSING", PLAN),
    "no assignment": (lambda files: {PLAN: files[PLAN]}, "E-PLAN-MISSING", ASSIGNMENT),
    "a space": (lambda files: {**files, PLAN: files[PLAN].replace(b",", b", ", 1)}, "E-CANON-BYTES", PLAN),
    "not an object": (lambda files: {**files, PLAN: b"[]\n"}, "E-PLAN-SHAPE", PLAN),
    "a lost member": (lambda files: {**files, PLAN: document({"format": "smets-plan/1"})}, "E-PLAN-SHAPE", PLAN),
    "an unknown member": (lambda files: _with(files, extra=1), "E-PLAN-SHAPE at 'extra'", PLAN),
    "a member of another type": (lambda files: _with(files, question=3), "E-PLAN-SHAPE at 'question'", PLAN),
    "an unknown device": (
        lambda files: _with(files, arms=_arm(files, devices={"hub": "dev-none"})),
        "E-PLAN-SHAPE at 'arms.0.devices.hub'",
        PLAN,
    ),
    "a setting that is none": (
        lambda files: _with(files, outcome={**json.loads(files[PLAN])["outcome"], "settings": {"x": [1]}}),
        "E-PLAN-SHAPE at 'outcome.settings.x'",
        PLAN,
    ),
    "another seed": (lambda files: {**files, PLAN: files[PLAN].replace(b'"seed":"1"', b'"seed":"2"')}, "E-PLAN-ROOT", PLAN),
    "another question": (lambda files: {**files, PLAN: files[PLAN].replace(b"threshold?", b"limit?")}, "E-PLAN-ROOT", PLAN),
    "a lost trial": (lambda files: {**files, ASSIGNMENT: files[ASSIGNMENT].partition(b"\n")[2]}, "E-PLAN-ORDER 59 trials", ASSIGNMENT),
    "a swapped arm": (
        lambda files: {**files, ASSIGNMENT: files[ASSIGNMENT].replace(b'"sham"', b'"treatment"', 1)},
        "E-PLAN-ORDER the trial does not follow",
        ASSIGNMENT,
    ),
    "changes that are none": (
        lambda files: {**files, "data/inputs/overrides.json": b'{"a":1}\n'},
        "E-PLAN-FILE not a list of changes",
        "data/inputs/overrides.json",
    ),
    "an identity of nobody": (
        lambda files: {**files, "data/identity/dev-none.json": b"{}\n"},
        "E-PLAN-FILE the plan has no device",
        "data/identity/dev-none.json",
    ),
}


@pytest.mark.parametrize(("change", "code", "where"), CHANGES.values(), ids=CHANGES)
def test_files_that_no_plan_gives_are_refused(planned, change, code, where) -> None:
    with pytest.raises(BundleError) as caught:
        Plan.from_files(change(planned().files()))
    assert caught.value.what.startswith(code)
    assert caught.value.where.startswith(where)


def test_a_forged_plan_is_another_plan(planned) -> None:
    """Drawing root and order again hides nothing: the digest that was sealed is another."""
    plan = planned()
    assert Plan.from_files(_with(plan.files(), question="Is it so?")).digest != plan.digest


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [("pseudonym", "dev-0000", "not about the device"), ("model", 3, "lacks its facts"), ("profile", {"path": "", "sha256": ""}, "")],
)
def test_an_identity_must_be_about_its_device(planned, member, value, words) -> None:
    plan = planned()
    path = next(path for path in plan.files() if "/identity/" in path)
    identity = {**json.loads(plan.files()[path]), member: value}
    if words:
        with pytest.raises(BundleError, match=words):
            Plan.from_files({**plan.files(), path: document(identity)})
    else:
        assert Plan.from_files({**plan.files(), path: document(identity)}).digest == plan.digest


def test_a_profile_must_be_the_one_its_identity_names(planned) -> None:
    plan = planned()
    path = next(path for path in plan.files() if "/profiles/" in path)
    with pytest.raises(BundleError, match="not the one that the identity names"):
        Plan.from_files({**plan.files(), path: b"# another\n"})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_give_a_bundle_error_or_the_same_plan(planned, data) -> None:
    files = planned("stop.blocks=2").files()
    path = data.draw(st.sampled_from([PLAN, ASSIGNMENT, *sorted(files)]))
    octets = files[path]
    place, cut = data.draw(st.integers(0, len(octets))), data.draw(st.integers(0, 30))
    damaged = (
        octets[:place] + data.draw(st.binary(max_size=8) | st.sampled_from([b"null", b'"x"', b"[]", b"{}", b"-1"])) + octets[place + cut :]
    )
    try:
        digest = Plan.from_files({**files, path: damaged}).digest
    except BundleError as error:
        digest = error.where
    assert digest
