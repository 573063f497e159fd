"""How the evidence grew: the e-value against every control, block by block, each unit of height a doubling."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from harness.report.figures import log2, odds, ordinal, threshold
from harness.report.markup import Markup, joined
from harness.report.sentences import comparison_words
from harness.report.svg import MARKERS, Scale, block_ticks, drawing, label, legend, line, marker, path
from harness.report.wording import say

if TYPE_CHECKING:
    from harness.report.story import Story

__all__ = ["draw_evidence"]

LEFT, RIGHT, HEIGHT, FOOT = 52, 10, 190, 40
UNITS = 64
"""Whole steps in one doubling."""
MARK_ROOM = 26
"""User units from one mark of a line to its next, at least."""
LEAST = Fraction(1, 64)
"""Evidence below this is drawn at the bottom."""


def draw_evidence(story: Story, width: int, key: str) -> Markup:
    """Draw one line for each comparison and one for every level that was needed."""
    steps, comparisons = story.certainty.steps, story.certainty.comparisons
    tracks = [[max(LEAST, Fraction(step[f"e-{one.arm}"])) for step in steps] for one in comparisons]
    needed = sorted({one.needed for one in comparisons})
    entries = [(_sample(index), f"{story.arms[one.arm].name}: {comparison_words(one)}") for index, one in enumerate(comparisons)]
    key_drawn, top = legend(entries, 12, width)
    top += 12
    height = _doublings([*needed, *(value for track in tracks for value in track)], top)
    place = Scale(0, max(1, len(steps)), LEFT, width - RIGHT - 12)
    drawn = [*_grid(height, width), *_blocks([int(step["block"]) for step in steps], place, top + HEIGHT, width)]
    for level in needed:
        y = height.at(log2(level, UNITS))
        drawn.append(line((LEFT, y), (width - RIGHT, y), "needed"))
        drawn.append(label((LEFT + 6, y - 7), f"needed: {threshold(level)}", "label strong halo"))
    for index, track in enumerate(tracks):
        points = [(place.at(at), height.at(log2(value, UNITS))) for at, value in enumerate([Fraction(1), *track])]
        drawn.append(_track(index, points, len(tracks), width))
    title = "Evidence against each control arm, block by block"
    return drawing(key, title, _description(story), width, top + HEIGHT + FOOT, key_drawn, *drawn)


def _blocks(blocks: list[int], place: Scale, bottom: int, width: int) -> list[Markup]:
    ticks = block_ticks(blocks, max(2, width // 60))
    drawn = [label((place.at(index + 1), bottom + 16), ordinal(block), "tick", "middle") for index, block in ticks]
    return [*drawn, label((width - RIGHT, bottom + 30), "after block", "tick", "end")]


def _doublings(values: list[Fraction], top: int) -> Scale:
    """Return a scale of logarithms, in whole doublings, that holds every value and 1."""
    logarithms = [0, *(log2(value, UNITS) for value in values)]
    low = min(logarithms) // UNITS * UNITS
    high = (max(logarithms) // UNITS + 2) * UNITS
    return Scale(low, high, top + HEIGHT, top)


def _grid(height: Scale, width: int) -> list[Markup]:
    doublings = (height.high - height.low) // UNITS
    step = next(step for step in (1, 2, 4, 8, 16, 32, 64, 128, 1 << 20) if doublings <= 9 * step)
    drawn = []
    for exponent in range(-(-height.low // UNITS // step) * step, height.high // UNITS + 1, step):
        y = height.at(exponent * UNITS)
        words = f"1/{1 << -exponent}" if exponent < 0 else odds(Fraction(1 << exponent))
        drawn += [line((LEFT, y), (width - RIGHT, y), "grid"), label((LEFT - 6, y + 4), words, "tick", "end")]
    return drawn


def _shape(index: int) -> tuple[str, str]:
    return MARKERS[index % len(MARKERS)], f"track track-{index % len(MARKERS)}"


def _sample(index: int) -> Markup:
    shape, style = _shape(index)
    return joined(line((-8, 0), (8, 0), style), marker(shape, (0, 0), 4, "control hollow"))


def _track(index: int, points: list[tuple[int, int]], tracks: int, width: int) -> Markup:
    """Draw one line, marked at every so many blocks; tracks take turns, so that one on top hides no other."""
    shape, style = _shape(index)
    apart = max(tracks, len(points) * MARK_ROOM // width)
    turn = index * apart // tracks
    marks = [marker(shape, point, 4, "control hollow") for place, point in enumerate(points) if place and place % apart == turn]
    return joined(path(points, style), *marks)


def _description(story: Story) -> str:
    """Say in words where the evidence stood at the end."""
    said = [say("spoken-evidence", arm=story.arms[one.arm].name, comparison=comparison_words(one)) for one in story.certainty.comparisons]
    return " ".join(said) or say("no-control")
