"""What a plan holds: every default, no name, and an order that nobody chose."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from itertools import permutations

import pytest
import rfc8785
from scipy.stats import chisquare

from harness.errors import ScenarioError, UnavailableError
from harness.interfaces import registry
from harness.plan.design import reseeded
from harness.plan.order import assignment, laid_out
from harness.vocab.roles import ArmRole
from harness.vocab.seed import subseed
from harness.vocab.time import HOUR
from tests.fake_bench import PROFILES, SCENARIO


def test_every_block_holds_every_arm_once(planned) -> None:
    plan = planned()
    assert len(plan.blocks) == plan.stop.blocks == 12
    for number, block in enumerate(plan.blocks):
        assert block.index == number
        assert [trial.position for trial in block.trials] == [0, 1, 2, 3, 4]
        assert sorted(trial.arm for trial in block.trials) == [0, 1, 2, 3, 4]
        assert {trial.block for trial in block.trials} == {number}


def test_every_order_of_the_arms_is_equally_likely() -> None:
    """6,000 blocks of three arms against the uniform distribution; a fixed root, so the figure stands."""
    orders = Counter(tuple(trial.arm for trial in block.trials) for block in laid_out(bytes(32), 6_000, 3))
    assert set(orders) == set(permutations(range(3)))
    assert chisquare(list(orders.values())).pvalue > 0.01


def test_a_trial_id_is_opaque_unique_and_a_function_of_the_place_alone(planned) -> None:
    plan = planned()
    assert len(plan.trials) == 60
    for trial in plan.trials.values():
        assert trial.trial == "t" + subseed(plan.root, "trial-id", trial.block, trial.position, 0).hex()[:10]
    two, five = laid_out(plan.root, 12, 2), laid_out(plan.root, 12, 5)
    for small, large in zip(two, five, strict=True):
        assert [trial.trial for trial in small.trials] == [trial.trial for trial in large.trials[:2]]


def test_the_assignment_tells_trial_block_position_and_arm(planned) -> None:
    plan = planned()
    rows = [json.loads(row) for row in plan.assignment.splitlines()]
    assert len(rows) == 60
    first = plan.blocks[0].trials[0]
    assert rows[0] == {"trial": first.trial, "block": 0, "position": 0, "arm": plan.arms[first.arm].name}
    assert assignment(plan.blocks, [arm.name for arm in plan.arms]) == plan.assignment


def test_plan_and_assignment_are_canonical_by_somebody_elses_code(planned) -> None:
    plan = planned()
    assert plan.octets == rfc8785.dumps(json.loads(plan.octets)) + b"\n"
    assert plan.assignment == b"".join(rfc8785.dumps(json.loads(row)) + b"\n" for row in plan.assignment.splitlines())


def test_the_digest_is_what_coreutils_print(planned, tmp_path, tool) -> None:
    import subprocess

    tool("sha256sum")
    plan = planned()
    for path, octets in plan.files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(octets)
    command = "sha256sum data/plan/assignment.jsonl data/plan/plan.json | sha256sum"
    told = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert told.split()[0] == plan.digest


def test_no_name_of_a_model_or_maker_stands_in_what_is_shared(planned) -> None:
    plan = planned()
    shared = b"".join(octets for path, octets in plan.files().items() if path.startswith(("data/plan/", "data/subject/")))
    for name in [*(model for _, model in PROFILES), "Fable Works"]:
        assert name.encode() not in shared
    assert sorted(plan.names.values()) == ["birch-g9@1.0", "gate-1@2.0", "oak-e1@3.1", "pine-e1@1.2", "siren-e1@1.0"]


def test_a_pseudonym_is_drawn_from_what_the_plan_tells_and_not_from_the_name(planned, shelf) -> None:
    """Were it a function of the name, anybody with a list of names could confirm a guess."""
    before = planned()
    for path in shelf.rglob("*.toml"):
        path.write_text(path.read_text().replace("oak-e1", "elder-e1"))
    (shelf / "device_profiles" / "esme" / "oak_e1.toml").rename(shelf / "device_profiles" / "esme" / "elder_e1.toml")
    after = planned(text=SCENARIO.replace("oak-e1", "elder-e1"))
    assert after.digest == before.digest
    assert after.octets == before.octets
    assert set(after.names.values()) - set(before.names.values()) == {"elder-e1@3.1"}


def test_models_that_differ_only_in_name_have_pseudonyms_of_their_own(planned) -> None:
    plan = planned("arms.device-control.combination.hub=gate-1@2.1", "arms.device-control.combination.esme=pine-e1@1.2")
    hubs = {name for name, device in plan.devices.items() if device.role == "hub"}
    assert {plan.names[name] for name in hubs} == {"gate-1@2.0", "gate-1@2.1"}
    assert plan.arms[0].devices["hub"] != plan.arms[2].devices["hub"]


def test_an_identity_file_names_one_device_and_its_profile(planned) -> None:
    plan = planned()
    files = plan.files()
    for name, model in plan.names.items():
        identity = json.loads(files[f"data/identity/{name}.json"])
        assert f"{identity['model']}@{identity['firmware']}" == model
        assert identity["maker"] == "Fable Works"
        assert identity["profile"]["sha256"] == sha256(files[identity["profile"]["path"]]).hexdigest()
        subject = json.loads(files[f"data/subject/{name}.json"])
        able = {"hub": ["supply.cut"], "esme": ["supply.cut", "supply.voltage"]}.get(subject["role"], [])
        assert subject == {
            "format": "smets-subject/1",
            "pseudonym": name,
            "role": plan.devices[name].role,
            "realm": "S",
            "capabilities": able,
        }
    assert files["data/inputs/scenario.toml"].decode() == SCENARIO


def test_every_default_and_every_setting_is_written_out(planned) -> None:
    value = json.loads(planned().octets)
    assert value["stop"] == {"at": "C3", "blocks": 12, "zero-blocks": 29}
    assert value["outcome"] == {
        "detector": "pair-counter",
        "settings": {"pairs": 4, "within": 6 * HOUR},
        "tap": "hub",
        "role": "any",
        "more-than": 0,
    }
    assert value["window"]["start"] == "2030-01-07T00:00:00Z"
    assert {device["role"]: device["settings"] for device in value["devices"].values()}["esme"].keys() == {"hysteresis", "mode", "loss"}
    assert value["arms"][0]["stimuli"][1] == {
        "name": "supply.cut-1",
        "at": HOUR,
        "on": "hub",
        "do": "supply.cut",
        "settings": {"lasting": 60_000_000_000},
        "every": 2 * HOUR,
        "times": 3,
        "told": "supply.cut at 1h, every 2h, 3 times: lasting 1m",
    }


def test_an_order_says_everything_but_the_arm(planned) -> None:
    plan = planned()
    by_arm = {plan.arms[trial.arm].name: plan.order(trial.trial) for trial in plan.blocks[3].trials}
    treatment, control, sham = by_arm["treatment"], by_arm["condition-control"], by_arm["sham"]
    assert [device.role for device in treatment.devices] == ["hub", "esme", "gsme"]
    assert [device.role for device in sham.devices] == ["hub", "gsme"]
    assert treatment.devices == control.devices
    assert [(stimulus.index, stimulus.at // HOUR, stimulus.do) for stimulus in treatment.stimuli] == [
        (0, 0, "supply.voltage"),
        (1, 1, "supply.cut"),
        (2, 3, "supply.cut"),
        (3, 5, "supply.cut"),
    ]
    assert control.stimuli[0].settings["mean"] == 240_000
    assert treatment.devices[1].mechanisms[0].settings["codes"] == (0x8002,)
    assert (treatment.codes, treatment.region, treatment.taps[1]) == ((0x8002, 0x8085), "north", "hub")
    assert len({order.seed for order in by_arm.values()}) == 5
    told = repr(treatment)
    assert not any(name in told for name in ("treatment", "control", "sham", *plan.devices, *plan.names.values()))


def test_a_trial_of_another_plan_is_refused(planned) -> None:
    with pytest.raises(UnavailableError, match="no trial 't0000000000'"):
        planned().order("t0000000000")


def test_roles_are_known_by_number_alone(planned) -> None:
    assert planned().roles == dict(enumerate(tuple(ArmRole)[:5]))


@pytest.mark.parametrize(
    "override",
    [
        "seed='2'",
        "stop.blocks=11",
        "stimulus.hover.with.mean=253.1 V",
        "window.observe=23h",
        "outcome.more-than=1",
        "codes=['0x8002']",
        "expect={}",
    ],
)
def test_everything_that_is_asked_set_or_done_moves_the_root_and_the_digest(planned, override) -> None:
    before, after = planned(), planned(override)
    assert after.root != before.root
    assert after.digest != before.digest
    assert [trial.arm for block in after.blocks for trial in block.trials] != [
        trial.arm for block in before.blocks for trial in block.trials
    ]


def test_another_harness_draws_the_same_order_under_another_digest(planned) -> None:
    before, after = planned(), planned(harness={"version": "9", "digest": "9" * 64})
    assert after.root == before.root
    assert after.assignment == before.assignment
    assert after.digest != before.digest


def test_overrides_are_kept_beside_the_scenario(planned) -> None:
    plan = planned("stop.blocks=11")
    assert json.loads(plan.files()["data/inputs/overrides.json"]) == ["stop.blocks=11"]
    assert "data/inputs/overrides.json" not in planned().files()


def test_a_plan_laid_out_anew_is_the_scenario_with_another_seed(planned) -> None:
    again = reseeded(planned("stop.blocks=11"), "another")
    fresh = planned("stop.blocks=11", 'seed="another"')
    assert again == fresh
    with pytest.raises(ScenarioError):
        reseeded(fresh, "two\nlines")


def test_plugins_that_can_take_part_are_written_down_with_their_digest(planned) -> None:
    found = registry.plugins_with(registry.target("simulator"))
    rows = {(row["kind"], row["name"]): row for row in planned(plugins=found).plugins}
    assert {name for kind, name in rows if kind == "detector"} == {"pair-counter", *registry.detectors()}
    assert {name for kind, name in rows if kind == "mechanism"} == {"chatter", "known-emitter"}
    known = next(plugin for plugin in found if plugin.name == "known-emitter")
    assert rows["mechanism", "known-emitter"]["digest"] == known.digest
    assert rows["target", "fake"] == {"kind": "target", "name": "fake", "package": "", "source": "not found by the registry", "digest": ""}
