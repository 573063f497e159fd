"""How the rate narrowed: the treatment's 95 % interval after every block, with the share that was seen."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from harness.report.figures import counted, ordinal, rate_interval
from harness.report.markup import Markup, joined, tag
from harness.report.svg import Scale, block_ticks, drawing, label, legend, line, marker, path
from harness.report.wording import say

if TYPE_CHECKING:
    from harness.report.story import Story

__all__ = ["draw_rate", "observed_shares"]

LEFT, RIGHT, HEIGHT, FOOT = 52, 10, 170, 40
WHOLE = 10_000


def draw_rate(story: Story, width: int, key: str) -> Markup:
    """Draw the interval as a band of steps, one a block, and the observed share as marks."""
    steps = story.certainty.steps
    entries = [
        (tag("rect", x=-6, y=-6, width=12, height=12, class_="interval"), "95\u00a0% interval, valid at any stop"),
        (marker("diamond", (0, 0), 4, "treatment"), "share of treatment trials that were positive"),
    ]
    key_drawn, top = legend(entries, 12, width)
    top += 12
    share = Scale(0, WHOLE, top + HEIGHT, top)
    place = Scale(0, max(1, 2 * len(steps)), LEFT, width - RIGHT)
    lows = [share.at(_down(Fraction(step["low"]))) for step in steps]
    highs = [share.at(_up(Fraction(step["high"]))) for step in steps]
    drawn = [_band(lows, highs, place), *_axes([int(step["block"]) for step in steps], share, place, width)]
    size = min(4, max(2, (width - LEFT - RIGHT) // max(1, len(steps)) // 3))
    seen = observed_shares(story)
    for index, step in enumerate(steps):
        block = int(step["block"])
        if block in seen:
            drawn.append(marker("diamond", (place.at(2 * index + 1), share.at(_down(seen[block]))), size, "treatment"))
    title = "Rate of positive treatment trials as it narrowed"
    return drawing(key, title, _description(story), width, top + HEIGHT + FOOT, key_drawn, *drawn)


def _axes(blocks: list[int], share: Scale, place: Scale, width: int) -> list[Markup]:
    drawn = []
    for quarter in range(5):
        y = share.at(quarter * WHOLE // 4)
        drawn += [line((LEFT, y), (width - RIGHT, y), "grid"), label((LEFT - 6, y + 4), f"{quarter * 25}\u00a0%", "tick", "end")]
    for index, block in block_ticks(blocks, max(2, width // 60)):
        drawn.append(label((place.at(2 * index + 1), share.start + 16), ordinal(block), "tick", "middle"))
    return [*drawn, label((width - RIGHT, share.start + 30), "after block", "tick", "end")]


def observed_shares(story: Story) -> dict[int, Fraction]:
    """Return, by block, the share of valid treatment trials up to and including it that were positive."""
    treatment = {arm.index for arm in story.arms if arm.role == "treatment"}
    positive = trials = 0
    shares = {}
    for trial in sorted(story.trials, key=lambda trial: (trial.block, trial.position)):
        if trial.arm in treatment and trial.block not in story.certainty.void_blocks and not trial.outcome.void:
            positive += trial.outcome.positive
            trials += 1
            shares[trial.block] = Fraction(positive, trials)
    return shares


def _down(value: Fraction) -> int:
    return value.numerator * WHOLE // value.denominator


def _up(value: Fraction) -> int:
    return -(-value.numerator * WHOLE // value.denominator)


def _band(lows: list[int], highs: list[int], place: Scale) -> Markup:
    """Draw the band between two rows of levels, each as wide as its block."""
    if not lows:
        return Markup("")
    upper, lower = [], []
    for index, (low, high) in enumerate(zip(lows, highs, strict=True)):
        for x in (place.at(2 * index), place.at(2 * index + 2)):
            upper.append((x, high))
            lower.append((x, low))
    return joined(path([*upper, *reversed(lower)], "interval", closed=True), path(upper, "interval-edge"), path(lower, "interval-edge"))


def _description(story: Story) -> str:
    """Say in words where the interval stood at the end."""
    treatment = story.treatment
    if treatment is None:
        return say("no-trial")
    return say(
        "spoken-rate",
        blocks=counted(story.certainty.blocks, "block"),
        rate=rate_interval(treatment),
        positive=f"{treatment.positive:,}",
        trials=counted(treatment.trials, "trial"),
    )
