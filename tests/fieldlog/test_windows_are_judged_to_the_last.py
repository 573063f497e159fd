"""A field log was kept before anybody looked: every window is judged, whatever the first ones show, and C1 is the most."""

from __future__ import annotations

import pytest

from harness.errors import UnavailableError
from harness.fieldlog.question import question
from harness.fieldlog.survey import Cutting, Extent
from harness.fieldlog.target import TARGET, FieldLog
from harness.interfaces.registry import plugin_of, plugins_with, target, target_names
from harness.interfaces.target import Target
from harness.judge.certainty import certainty
from harness.judge.progress import outset
from harness.judge.question import Question
from harness.judge.stopping import stop_reason
from harness.plan.design import design
from harness.plan.model import Plan
from harness.scenario.model import Outcome, StopRule
from harness.vocab.outcome import Row
from harness.vocab.roles import ArmRole, Realm
from harness.vocab.time import DAY, MINUTE, SECOND

HARNESS = {"version": "1", "digest": "0" * 64}
POLICY = {"id": "smets-policy/2", "digest": "1" * 64}
CUTTING = Cutting(span=DAY, gap=DAY, tolerance=MINUTE)
OUTCOME = Outcome(detector="transport-duplicate", settings={}, tap="dsp", role="any", more_than=0)


def rows(*counts: int) -> list[Row]:
    return [
        Row(
            block=block,
            arm=0,
            role=ArmRole.TREATMENT,
            trial=f"t{block}",
            count=count,
            positive=count > 0,
            void="",
            units={"unknown": (f"meter {block % 3}",)},
        )
        for block, count in enumerate(counts)
    ]


def asked(blocks: int) -> Question:
    stop = StopRule(at="C1", blocks=blocks, zero_blocks=blocks)
    return Question(roles={0: ArmRole.TREATMENT}, realm=Realm.FIELD, stop=stop, exploratory=True)


@pytest.mark.parametrize("counts", [(5, 0, 0, 0), (0, 0, 0, 0), (9, 9, 9, 9), (0, 0, 0, 1)])
def test_nothing_stops_before_the_last_window(counts):
    progress = outset(asked(4))
    said = []
    for row in rows(*counts):
        progress = progress.plus([row])
        said.append(stop_reason(progress))
    assert said == ["", "", "", "blocks"]


def test_many_positive_windows_are_no_more_than_an_observation():
    assert str(certainty(rows(*[7] * 60), asked(60)).grade) == "C1-F u=3 frequent"
    assert str(certainty(rows(*[0] * 60), asked(60)).grade) == "NR-F u=3"


def plan(codes=(), region="not-stated", fingerprint="f" * 64) -> Plan:
    extents = [Extent(20 * SECOND + number * DAY, 20 * SECOND + (number + 1) * DAY, 7) for number in range(3)]
    scenario = question(extents, CUTTING, OUTCOME, codes=codes, region=region, fingerprint=fingerprint)
    chosen = target("field-log")
    return design(scenario, chosen, harness=HARNESS, policy=POLICY, plugins=plugins_with(chosen))


def test_a_plan_has_one_arm_one_block_a_window_and_says_how_the_log_was_cut():
    found = plan()
    assert (found.realm, found.target, found.exploratory, found.codes) == (Realm.FIELD, "field-log", True, ())
    assert [arm.role for arm in found.arms] == [ArmRole.TREATMENT]
    assert (len(found.blocks), len(found.trials), found.stop.blocks) == (3, 3, 3)
    assert (found.window.start, found.window.settle, found.window.observe) == ("2000-01-01T00:00:20Z", 0, DAY)
    for words in ("windows of 1d", "10,000 entries", "up to 1m out of order", "silence beyond 1d", "f" * 64):
        assert words in found.origin
    assert "data/inputs/scenario.toml" not in found.files()
    assert Plan.from_files(found.files()).digest == found.digest


def test_another_log_has_another_plan_and_other_trials():
    one, other = plan(), plan(fingerprint="e" * 64)
    assert one.digest != other.digest
    assert not set(one.trials) & set(other.trials)


def test_codes_and_region_are_kept():
    found = plan(codes=(0x8002,), region="north")
    assert (found.codes, found.arms[0].region) == ((0x8002,), "north")


def test_a_field_log_is_a_target_that_is_known_by_name_and_not_offered():
    assert target("field-log") is TARGET
    assert isinstance(TARGET, Target)
    assert plugin_of(TARGET).source == "harness/fieldlog/target.py"
    assert "field-log" not in target_names()
    assert (TARGET.realm, TARGET.clock) == (Realm.FIELD, "log")
    assert {**TARGET.capabilities(), **TARGET.mechanisms(), **TARGET.device_settings("esme")} == {}


def test_what_was_seen_once_is_not_carried_out_again():
    with pytest.raises(UnavailableError, match="seen once"):
        FieldLog().run(plan().order(next(iter(plan().trials))), None)
