"""How much was counted: the treatment and one control arm, joined block by block, a panel for each control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.figures import counted, ordinal
from harness.report.markup import Markup, joined
from harness.report.svg import Scale, block_ticks, clipped, drawing, label, legend, line, marker, round_step
from harness.report.wording import say

if TYPE_CHECKING:
    from harness.report.story import Story

__all__ = ["draw_counts"]

LEFT, RIGHT, PANEL, TITLE, FOOT = 52, 10, 118, 26, 40


Counts = dict[int, int]
"""By block: superfluous alerts of one arm's trial."""


def draw_counts(story: Story, width: int, key: str) -> Markup:
    """Draw a panel for every compared arm; one panel of the treatment alone where there is none."""
    by_arm: dict[int, Counts] = {}
    for trial in story.trials:
        by_arm.setdefault(trial.arm, {})[trial.block] = trial.outcome.count
    treated = next((by_arm.get(arm.index, {}) for arm in story.arms if arm.role == "treatment"), {})
    panels = [(f"treatment and {arm.name}", by_arm[arm.index]) for arm in story.arms if arm.role.compares and arm.index in by_arm]
    key_drawn, y = legend(_entries(story), 12, width)
    y += 4
    drawn = []
    for title, control in panels or [("treatment alone", {})]:
        drawn.append(label((LEFT, y + 14), clipped(title, width - LEFT - RIGHT), "label strong"))
        drawn.append(_panel(story, (treated, control), y + TITLE, width))
        y += TITLE + PANEL + FOOT
    return drawing(key, "Superfluous alerts in each block, paired by block", _description(story), width, y, key_drawn, *drawn)


def _entries(story: Story) -> list[tuple[Markup, str]]:
    entries = [(marker("diamond", (0, 0), 5, "treatment"), "treatment"), (marker("circle", (0, 0), 5, "control hollow"), "control arm")]
    if story.certainty.void_blocks:
        entries.append((marker("cross", (0, 0), 4, "void"), "void block, not compared"))
    return entries


def _panel(story: Story, pair: tuple[Counts, Counts], top: int, width: int) -> Markup:
    """Draw the blocks of one pair of arms, the treatment first, on a scale from nothing to their highest count."""
    blocks = story.blocks()
    highest = max((count for counts in pair for count in counts.values()), default=0)
    step = round_step(max(1, highest), 4)
    top_level = max(step, -(-highest // step) * step)
    count = Scale(0, top_level, top + PANEL, top)
    place = Scale(0, max(1, 2 * len(blocks)), LEFT, width - RIGHT)
    size = min(5, max(2, (width - LEFT - RIGHT) // max(1, len(blocks)) // 3))
    drawn = []
    for level in range(0, top_level + 1, step):
        y = count.at(level)
        drawn += [line((LEFT, y), (width - RIGHT, y), "grid"), label((LEFT - 6, y + 4), f"{level:,}", "tick", "end")]
    for index, block in enumerate(blocks):
        x = place.at(2 * index + 1)
        void = block in story.certainty.void_blocks
        drawn.append(_void(x, count, size) if void else _block([counts.get(block) for counts in pair], x, count, size))
    for index, block in block_ticks(blocks, max(2, width // 60)):
        drawn.append(label((place.at(2 * index + 1), top + PANEL + 16), ordinal(block), "tick", "middle"))
    return joined(*drawn, label((width - RIGHT, top + PANEL + 30), "block", "tick", "end"))


def _void(x: int, count: Scale, size: int) -> Markup:
    return joined(line((x, count.start), (x, count.end), "void-line"), marker("cross", (x, count.start), size, "void"))


def _block(pair: list[int | None], x: int, count: Scale, size: int) -> Markup:
    """Draw one block: a hollow circle for the control, a diamond for the treatment, a line between them."""
    treated, control = pair
    drawn = []
    if treated is not None and control is not None:
        drawn.append(line((x, count.at(treated)), (x, count.at(control)), "pair"))
    if control is not None:
        drawn.append(marker("circle", (x, count.at(control)), size, "control hollow"))
    if treated is not None:
        drawn.append(marker("diamond", (x, count.at(treated)), size, "treatment"))
    return joined(*drawn)


def _description(story: Story) -> str:
    """Say in words what the panels show."""
    said = [
        say(
            "spoken-counts",
            arm=story.arms[one.arm].name,
            more=counted(one.treatment_more, "block"),
            less=f"{one.control_more:,}",
            ties=f"{one.ties:,}",
        )
        for one in story.certainty.comparisons
    ]
    return " ".join(said) or say("spoken-counts-alone", blocks=counted(len(story.blocks()), "block"))
