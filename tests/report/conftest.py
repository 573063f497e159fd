"""A builder of realistic stories: the figures follow the published formulas, computed here a second time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import sha256
from math import comb
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from harness.judge.documents import certainty_document
from harness.judge.impact_document import impact_document
from harness.judge.policy import POLICY
from harness.report.contrast import Side, side
from harness.report.excerpt import Excerpt, ExcerptMessage, Seen
from harness.report.story import Code, Expectation, Mark, Measure, Story, StoryArm, StoryTrial, Timeline
from harness.scenario.model import StopRule, Window
from harness.vocab.canonical import document
from harness.vocab.impact import Impact, Point, Population, Share, Spread
from harness.vocab.journal import TAPS
from harness.vocab.outcome import LADDER, ArmCertainty, Certainty, Comparison, Grade, Meaning, TrialOutcome, graded
from harness.vocab.roles import ArmRole, Realm
from harness.vocab.time import HOUR, MILLISECOND, MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NEEDED = Fraction(100)
GRID = 1000
COMBINATION = (
    ("region", "north"),
    ("hub", "northgate-1@2.0, Northgate Communications"),
    ("esme", "alder-e1@1.2, Alder Instruments"),
    ("gsme", "birch-g1@1.0, Birch Metering"),
)
HOVER = "supply.voltage on esme at 0s: mean 253.0 V, deviation 0.6 V, correlation 10m"


def e_pair(more: int, less: int) -> Fraction:
    """The paired-sign e-value of the design, from its closed form."""
    blocks = more + less
    return Fraction(sum(comb(blocks + 1, j) for j in range(more + 1)), (blocks + 1) * comb(blocks, more))


def e_rate(hits: int, trials: int, base: Fraction = Fraction(1, 20)) -> Fraction:
    """Evidence that a rate exceeds ``base``, from its closed form."""
    below = sum(comb(trials + 1, j) * base**j * (1 - base) ** (trials + 1 - j) for j in range(hits + 1))
    return below / ((trials + 1) * comb(trials, hits) * base**hits * (1 - base) ** (trials - hits) * (1 - base))


def interval(hits: int, trials: int) -> tuple[Fraction, Fraction]:
    """The 95 % confidence sequence on a grid of thousandths, widened outwards."""
    inside = [
        step
        for step in range(GRID + 1)
        if comb(trials, hits) * Fraction(step, GRID) ** hits * Fraction(GRID - step, GRID) ** (trials - hits)
        > Fraction(1, 20 * (trials + 1))
    ]
    low = Fraction(0) if hits == 0 else Fraction(max(0, inside[0] - 1), GRID)
    return low, Fraction(1) if hits == trials else Fraction(min(GRID, inside[-1] + 1), GRID)


@dataclass
class ArmPlan:
    """One arm to be made up: its role and how many superfluous alerts each block counts."""

    name: str
    role: ArmRole
    counts: Sequence[int]
    difference: str = ""
    combination: tuple[tuple[str, str], ...] = COMBINATION
    stimuli: tuple[str, ...] = (HOVER,)
    others: int = 6


@dataclass
class Recipe:
    """What a made-up story is to hold; everything else follows."""

    arms: Sequence[ArmPlan]
    level: str
    stopped: str
    status: str = "complete"
    realm: Realm = Realm.SIMULATED
    void: Mapping[int, str] = field(default_factory=dict)
    missing: int = 0
    """Trials missing from the end of the last block."""
    changes: Mapping[str, object] = field(default_factory=dict)


def _outcome(plan: ArmPlan, block: int, arm: int, void: str) -> TrialOutcome:
    count = plan.counts[block]
    return TrialOutcome(
        trial=f"t{block * 8 + arm + 1:05}",
        void=void,
        exposure=24 * HOUR,
        count=count,
        positive=count > 0,
        alerts=count + plan.others,
        lost=0,
        by_detector={"pair-chatter": count, "repeat": count // 4},
        by_code={"0x8002": (count + plan.others + 1) // 2, "0x8085": (count + plan.others) // 2} if count + plan.others else {},
        standings={"permitted": plan.others, "unfounded": count},
    )


def _timeline(plan: ArmPlan, arm: int) -> Timeline:
    window = 24 * HOUR
    count = plan.counts[0]
    draw = iter(sha256(f"{plan.name}/{place}".encode()).digest() for place in range(100_000))
    spread = [30 * MINUTE + int.from_bytes(next(draw)[:6], "big") * window // (1 << 48) for _ in range(count + plan.others)]
    codes = ("0x8002", "0x8085")
    marks = [
        Mark(at=at, kind="superfluous" if place < count else "alert", label=codes[place % 2], code=codes[place % 2])
        for place, at in enumerate(spread)
    ]
    marks += [Mark(at=0, until=24 * HOUR + 30 * MINUTE, kind="stimulus", label=words.split(":")[0]) for words in plan.stimuli]
    return Timeline(arm=arm, trial=f"t{arm + 1:05}", marks=tuple(sorted(marks, key=lambda mark: mark.at)))


def _eventful() -> tuple[Timeline, ...]:
    """Stimuli of every kind: lone, crowded, lasting, overlapping, at either end of the window; and a storm."""
    crowd = [Mark(at=place * 10 * MINUTE, kind="stimulus", label="supply.interruption on esme") for place in range(12)]
    lasting = [Mark(at=place * HOUR, until=(place + 9) * HOUR, kind="stimulus", label="wan.outage on hub") for place in range(6, 11)]
    late = Mark(at=24 * HOUR + 30 * MINUTE, kind="stimulus", label="clock.step on gsme")
    lone = Mark(at=0, kind="stimulus", label="supply.voltage on esme")
    storm = [Mark(at=12 * HOUR + place * SECOND, kind="superfluous", label="0x8002", code="0x8002") for place in range(5_000)]
    last = [Mark(at=24 * HOUR + 30 * MINUTE, kind="alert", label="0x8085", code="0x8085")]
    return (
        Timeline(arm=0, trial="t00001", marks=(*crowd, *lasting, *storm, *last, late)),
        Timeline(arm=1, trial="t00002", marks=(lone,)),
    )


def _certainty(recipe: Recipe, blocks: Sequence[int]) -> Certainty:
    valid = [block for block in blocks if block not in recipe.void]
    arms = []
    for index, plan in enumerate(recipe.arms):
        seen = [plan.counts[block] for block in valid]
        hits = [count for count in seen if count]
        low, high = interval(len(hits), len(seen))
        kind = "consistent" if low >= Fraction(9, 10) else "frequent" if low >= Fraction(1, 2) else "intermittent"
        arms.append(
            ArmCertainty(
                arm=index,
                role=plan.role,
                trials=len(seen),
                positive=len(hits),
                count_low=min(hits, default=0),
                count_high=max(hits, default=0),
                rate_low=low,
                rate_high=high,
                e_rate=e_rate(len(hits), len(seen)),
                excluded=None if hits or not seen else 1 - Fraction(str(round(0.05 ** (1 / len(seen)), 4))),
                grade=_grade(recipe, recipe.level if plan.role is ArmRole.TREATMENT else "C2" if hits else "NR", kind),
            )
        )
    compared = [index for index, plan in enumerate(recipe.arms) if plan.role.compares]
    treated = next((plan.counts for plan in recipe.arms if plan.role is ArmRole.TREATMENT), ())
    steps = []
    for upto in blocks:
        here = [block for block in valid if block <= upto]
        low, high = interval(sum(treated[block] > 0 for block in here), len(here))
        step = {"block": str(upto), "low": str(low), "high": str(high)}
        steps.append(step | {f"e-{index}": str(_pairs(treated, recipe.arms[index].counts, here)[3]) for index in compared})
    treatment = next((arm for arm in arms if arm.role is ArmRole.TREATMENT), None)
    pairs = {index: _pairs(treated, recipe.arms[index].counts, valid) for index in compared}
    weakest = min((index for index in compared if recipe.arms[index].role.controls), key=lambda index: pairs[index][3], default=None)
    return Certainty(
        grade=_grade(recipe, recipe.level, treatment.rate_class if treatment else ""),
        worst_case=_grade(recipe, recipe.level, treatment.rate_class if treatment else ""),
        blocks=len(blocks),
        void_blocks=dict(recipe.void),
        arms=tuple(arms),
        comparisons=tuple(
            Comparison(arm=index, treatment_more=more, control_more=less, ties=ties, e_value=value, needed=NEEDED)
            for index, (more, less, ties, value) in pairs.items()
        ),
        stopped=recipe.stopped,
        steps=tuple(steps),
        meaning=None if weakest is None else _meaning(weakest, pairs[weakest][3]),
    )


def _meaning(arm: int, value: Fraction) -> Meaning:
    return Meaning(arm=arm, evidence=value, prior_odds=Fraction(1, 10), posterior_odds=value / 10)


def _grade(recipe: Recipe, level: str, rate_class: str) -> Grade:
    return graded(level, recipe.realm, units=1, rate_class=rate_class if level in LADDER[1:] else "")


def _pairs(treated: Sequence[int], control: Sequence[int], blocks: Sequence[int]) -> tuple[int, int, int, Fraction]:
    more = sum(treated[block] > control[block] for block in blocks)
    less = sum(treated[block] < control[block] for block in blocks)
    return more, less, len(blocks) - more - less, e_pair(more, less)


def _excerpt(arm: int) -> Excerpt:
    """Three messages on their way: one unremarkable, one superfluous that the user met twice, one that no tap north of the hub saw."""
    messages = tuple(
        ExcerptMessage(code=code, role="esme", counter=1_000 + place, superfluous=place == 1)
        for place, code in enumerate(("0x8002", "0x8085", "0x8002"))
    )
    seen = [
        Seen(at=(place + 1) * HOUR + step * 250 * MILLISECOND, tap=tap, message=place, superfluous=place == 1 and tap == "hub")
        for place in range(3)
        for step, tap in enumerate(TAPS[: 2 if place == 2 else 5])
    ]
    seen.insert(10, Seen(at=2 * HOUR + 2 * SECOND, tap="user", message=1, superfluous=False))
    return Excerpt(arm=arm, trial=f"t{arm + 1:05}", messages=messages, seen=tuple(seen), earlier=4, later=31)


def _impact(realm: Realm, trials: Sequence[StoryTrial]) -> Impact:
    """An impact with a stated share: five counting points, each thinner than the one before it."""
    points = tuple(
        Point(
            tap=tap,
            gain=Fraction(5 - place, 5),
            rate=Fraction(68 * (5 - place), 5),
            rate_spread=Spread(p5=Fraction(26), p50=Fraction(67), p95=Fraction(121)).times(Fraction(5 - place, 5)),
            load=Spread(p5=Fraction(545), p50=Fraction(2057), p95=Fraction(5430)).times(Fraction(5 - place, 5)),
            peak=None,
        )
        for place, tap in enumerate(TAPS)
    )
    treated = [trial.outcome for trial in trials if trial.arm == 0]
    return Impact(
        realm=realm,
        counted_at="hub",
        trials=len(treated),
        positive=sum(outcome.positive for outcome in treated),
        exposure=sum(outcome.exposure for outcome in treated),
        count=sum(outcome.count for outcome in treated),
        replicates=10_000,
        population=Population(share=Share(low=5_000, mode=20_000, high=80_000), counting_point="wan"),
        points=points,
        against=None,
        band="",
    )


def build(recipe: Recipe) -> Story:
    """Make the story of a recipe."""
    total = max(len(plan.counts) for plan in recipe.arms)
    blocks = list(range(total))
    trials = [
        StoryTrial(
            block=block,
            position=(arm + block) % len(recipe.arms),
            arm=arm,
            outcome=_outcome(plan, block, arm, recipe.void.get(block, "") if plan.role is ArmRole.POSITIVE_CONTROL else ""),
        )
        for block in blocks
        for arm, plan in enumerate(recipe.arms)
    ]
    complete = blocks[:-1] if recipe.missing else blocks
    story = Story(
        scenario="average-voltage-chatter",
        question="Does this meter alert on every crossing of its average-voltage threshold while the supply hovers there?",
        origin="M05",
        codes=(
            Code(text="0x8002", name="Average RMS Voltage above Average RMS Over Voltage Threshold"),
            Code(text="0x8085", name="Average RMS Voltage below Average RMS Over Voltage Threshold"),
        ),
        plan_digest=sha256(b"plan").hexdigest(),
        seed="1",
        harness_version="0.1.0",
        harness_digest=sha256(b"harness").hexdigest(),
        realm=recipe.realm,
        target="simulator",
        measure=Measure(
            detector="pair-chatter",
            sentence="Opposite edges of one quantity, again and again within a short time.",
            settings=(("pairs", "3"), ("within", "6h")),
            tap="hub",
            role="esme",
            more_than=0,
        ),
        window=Window(start="2030-01-07T00:00:00Z", settle=30 * MINUTE, observe=24 * HOUR, taps=("han", "hub", "wan", "dsp", "user")),
        stop=StopRule(at="C3", blocks=60, zero_blocks=29),
        policy=POLICY,
        arms=tuple(
            StoryArm(
                index=index, name=plan.name, role=plan.role, combination=plan.combination, stimuli=plan.stimuli, difference=plan.difference
            )
            for index, plan in enumerate(recipe.arms)
        ),
        trials=tuple(trials[: len(trials) - recipe.missing]),
        certainty=_certainty(recipe, complete),
        timelines=tuple(_timeline(plan, index) for index, plan in enumerate(recipe.arms)),
        excerpt=_excerpt(0),
        impact=_impact(recipe.realm, trials),
        detectors={
            "pair-chatter": "Opposite edges of one quantity, again and again within a short time.",
            "repeat": "The same message, octet for octet, seen more than once.",
        },
        not_examined=("a real device", "other firmware", "per-phase codes", "storm protection on"),
        expectations=(
            Expectation(arm=0, expected="C3", observed=recipe.level, met=recipe.level == "C3"),
            *([Expectation(arm=1, expected="NR", observed="NR", met=True)] if len(recipe.arms) > 1 else []),
        ),
        repeat="smets-harness replay .",
        verify="smets-harness verify .",
        status=recipe.status,
    )
    return replace(story, **recipe.changes)


def five_arms(treatment: Sequence[int], condition: Sequence[int] | None = None, device: Sequence[int] | None = None) -> list[ArmPlan]:
    """The five arms of the shipped scenarios, with the counts of the three that matter."""
    blocks = len(treatment)
    calm = HOVER.replace("253.0", "240.0")
    return [
        ArmPlan("treatment", ArmRole.TREATMENT, treatment),
        ArmPlan(
            "condition-control",
            ArmRole.CONDITION_CONTROL,
            condition or [0] * blocks,
            "hover: mean 240.0 V instead of 253.0 V",
            COMBINATION,
            (calm,),
            0,
        ),
        ArmPlan("device-control", ArmRole.DEVICE_CONTROL, device or [0] * blocks, "esme: cedar-e1@3.1 instead of alder-e1@1.2", others=4),
        ArmPlan("positive-control", ArmRole.POSITIVE_CONTROL, [12] * blocks, "esme: known-emitter@1.0 instead of alder-e1@1.2", others=2),
        ArmPlan("sham", ArmRole.SHAM, [0] * blocks, "esme left empty", COMBINATION[:2] + COMBINATION[3:], (), 0),
    ]


def _recipes() -> dict[str, Recipe]:
    busy = [41, 66, 97, 58, 73, 44, 81, 90, 52]
    rare = [3 if block in {7, 31, 52} else 0 for block in range(1, 61)]
    storm = [max(0, (block * 7919) % 641 - 320) for block in range(1, 61)]
    noise = [(block * 104729) % 23 if block % 9 == 0 else 0 for block in range(1, 61)]
    six = [
        *five_arms(storm, noise),
        ArmPlan("hub-control", ArmRole.DEVICE_CONTROL, noise[::-1], "hub: bridgewater-2@1.4 instead of northgate-1@2.0"),
    ]
    nasty = (
        "<script>alert(\"x\")</script> & 'q' \u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 "
        "${meaning} $x e\u0301 \x1b[31m\x00 ]]> -->"
    )
    return {
        "controlled": Recipe(five_arms(busy), "C3", "grade"),
        "not-reproduced": Recipe(five_arms([0] * 29), "NR", "zero"),
        "observed": Recipe(five_arms(rare), "C1", "blocks"),
        "inconclusive": Recipe(five_arms([0] * 12), "inconclusive", "futile"),
        "interrupted": Recipe(five_arms(busy[:5]), "C2", "interrupted", status="interrupted", missing=3),
        "void": Recipe(
            five_arms([*busy, 39, 61]),
            "C3",
            "grade",
            void={2: "the positive control stayed silent", 7: "a stimulus came 2.4 s late"},
            changes={"unread": 4, "notes": ("Tap wan was recorded with a gap of 12 s in trial t00019.",)},
        ),
        "large": Recipe(six, "C3", "blocks"),
        "eventful": Recipe(five_arms(busy), "C3", "grade", changes={"timelines": _eventful()}),
        "uncontrolled": Recipe([five_arms(busy)[0]], "C1", "grade"),
        "nasty": Recipe(
            five_arms(busy),
            "C3",
            "grade",
            changes={
                "question": nasty * 3,
                "origin": nasty,
                "scenario": nasty,
                "notes": (nasty,),
                "not_examined": (nasty,),
                "repeat": nasty,
                "target": nasty,
                "codes": (Code(text="0x8002", name=nasty),),
                "arms": tuple(
                    StoryArm(index=i, name=f"{nasty}{i}", role=a.role, combination=((nasty, nasty),), stimuli=(nasty,), difference=nasty)
                    for i, a in enumerate(five_arms(busy))
                ),
                "detectors": {"pair-chatter": nasty, "repeat": nasty},
            },
        ),
    }


@pytest.fixture(scope="session")
def recipes() -> dict[str, Recipe]:
    """Every made-up experiment by name."""
    return _recipes()


@pytest.fixture(scope="session")
def stories() -> dict[str, Story]:
    """Every made-up story by name."""
    return {name: build(recipe) for name, recipe in _recipes().items()}


@pytest.fixture(scope="session")
def maker() -> SimpleNamespace:
    """The builder's own parts, for stories that one test alone needs."""
    return SimpleNamespace(build=build, Recipe=Recipe, ArmPlan=ArmPlan, five_arms=five_arms, e_pair=e_pair)


@pytest.fixture(params=sorted(_recipes()))
def story(request: pytest.FixtureRequest, stories: dict[str, Story]) -> Story:
    """Each made-up story in turn."""
    return stories[request.param]


def _files_of(story: Story, *, seed: str = "1", hub: str = "dev-h001") -> dict[str, bytes]:
    """The files of a bundle that would tell this story, as far as a comparison reads them."""
    devices = {"hub": hub, "esme": "dev-e001"}
    plan = {
        "arms": [{"name": arm.name, "role": arm.role.value, "devices": devices, "region": "north", "stimuli": []} for arm in story.arms],
        "devices": {name: {"role": role} for role, name in devices.items()},
        "scenario": story.scenario,
        "question": story.question,
        "target": {"name": "simulator", "realm": story.realm.value, "clock": "virtual"},
        "policy": {"id": story.policy.version, "digest": story.policy.digest()},
        "harness": {"version": story.harness_version, "digest": story.harness_digest},
        "seed": seed,
    }
    found = {
        "data/plan/plan.json": document(plan),
        "data/results/certainty.json": document(certainty_document(story.certainty)),
        "data/identity/dev-e001.json": document({"maker": "Alder Instruments", "model": "alder-e1", "firmware": "1.2"}),
    }
    return found | ({"data/results/impact.json": document(impact_document(story.impact))} if story.impact else {})


@pytest.fixture(scope="session")
def files_of() -> Callable[..., dict[str, bytes]]:
    """Makes the files of a bundle that would tell a story."""
    return _files_of


@pytest.fixture(scope="session")
def sealed_side() -> Callable[..., Side]:
    """Makes one side of a comparison out of a story."""

    def make(letter: str, story: Story, *, named: bool = False, **changes: str) -> Side:
        files = _files_of(story, **changes)
        return side(letter, "ab" * 32, files, files.__getitem__, named=named)

    return make
