"""When alerts came: one lane an arm, one exemplary trial each, superfluous alerts up and other alerts down."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.report.figures import counted, spelt_duration
from harness.report.markup import Markup, joined, tag
from harness.report.svg import GLYPH, Scale, clipped, drawing, label, legend, line, marker, path, time_ticks
from harness.report.wording import say
from harness.vocab.time import MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.report.story import Mark, Story, Timeline

__all__ = ["bin_duration", "draw_timeline"]

MARGIN = 10
BIN = 8
"""User units of time that share one mark."""
TITLE, BAND, HEAD, QUIET, GAP = 22, 17, 12, 18, 12
UP, DOWN = 7, 5
"""User units of one step in height, above and below the base line."""
MOST_BANDS = 6
TALLEST = 7
"""Steps of the tallest mark: 64 and more in one bin look alike."""


def draw_timeline(story: Story, width: int, key: str) -> Markup:
    """Draw one lane for every timeline of the story, over a common axis of time."""
    total = max(1, story.window.settle + story.window.observe)
    time = Scale(0, total, MARGIN, width - MARGIN)
    key_drawn, top = legend(_entries(story), 12, width)
    heights = tuple(max((_height(timeline, kind, time) for timeline in story.timelines), default=0) for kind in ("superfluous", "alert"))
    y = top + 4
    lanes = []
    for timeline in story.timelines:
        lane, height = _lane(story, timeline, time, y, heights)
        lanes.append(lane)
        y += height + GAP
    settled = tag("rect", x=MARGIN, y=top + 4, width=time.at(story.window.settle) - MARGIN, height=y - top - 4, class_="settling")
    backdrop = settled if story.window.settle else Markup("")
    title = "When alerts came, one trial of each arm"
    return drawing(key, title, _description(story), width, y + 36, key_drawn, backdrop, *lanes, *_axis(time, total, y, width))


def bin_duration(story: Story, width: int) -> str:
    """Say how much time shares one mark at this width, rounded to whole minutes where that is honest."""
    share = (story.window.settle + story.window.observe) * BIN // (width - 2 * MARGIN)
    unit = MINUTE if share > 10 * MINUTE else SECOND
    return spelt_duration(share if share < SECOND else (share + unit // 2) // unit * unit)


def _entries(story: Story) -> list[tuple[Markup, str]]:
    """Return what the legend explains: only what this story shows."""
    entries = [
        (joined(line((0, 8), (0, -2), "stem treatment"), marker("diamond", (0, -4), 4, "treatment")), "superfluous, upwards"),
        (joined(line((0, -8), (0, 2), "stem control"), marker("circle", (0, 4), 3, "control hollow")), "other alerts, downwards"),
    ]
    marks = [mark for timeline in story.timelines for mark in timeline.marks if mark.kind == "stimulus"]
    if any(mark.until is not None for mark in marks):
        entries.append((tag("rect", x=-6, y=-6, width=12, height=12, class_="band"), "stimulus, while it lasted"))
    if any(mark.until is None for mark in marks):
        entries.append((_instant(0, -4), "stimulus, when done"))
    if story.window.settle:
        entries.append((tag("rect", x=-6, y=-6, width=12, height=12, class_="settling"), "settling, not counted"))
    return entries


def _instant(x: int, y: int) -> Markup:
    return path(((x - 5, y), (x + 5, y), (x, y + 9)), "band", closed=True)


def _axis(time: Scale, total: int, y: int, width: int) -> list[Markup]:
    drawn = [line((MARGIN, y), (width - MARGIN, y), "axis")]
    for at, words in time_ticks(total, max(2, width // 90)):
        x = time.at(at)
        anchor = "start" if x < 24 else "end" if x > width - 24 else "middle"
        drawn += [line((x, y), (x, y + 5), "axis"), label((x, y + 18), words, "tick", anchor)]
    drawn.append(label((width - MARGIN, y + 33), "time from the trial's start", "tick", "end"))
    return drawn


def _lane(story: Story, timeline: Timeline, time: Scale, top: int, heights: tuple[int, ...]) -> tuple[Markup, int]:
    """Draw one arm's trial below ``top``; return it with the height it takes."""
    arm = story.arms[timeline.arm]
    superfluous, other = _instants(timeline, "superfluous"), _instants(timeline, "alert")
    summary = f"{len(superfluous):,} superfluous, {len(other):,} other"
    room = time.end - time.start - GLYPH * (len(summary) + 2)
    bands, band_height = _bands([mark for mark in timeline.marks if mark.kind == "stimulus"], time, top + TITLE)
    base = top + TITLE + band_height + max(QUIET, UP * heights[0] + HEAD)
    pieces = [
        label((time.start, top + 14), clipped(arm.name, room), "label strong"),
        label((time.end, top + 14), summary, "label", "end"),
        bands,
        line((time.start, base), (time.end, base), "axis"),
        _lollipops(superfluous, time, base, upwards=True),
        _lollipops(other, time, base, upwards=False),
    ]
    if not superfluous and not other:
        pieces.append(label(((time.start + time.end) // 2, base - 6), "no alert at the counting point", "tick", "middle"))
    return joined(*pieces), base + DOWN * heights[1] + HEAD - top


def _instants(timeline: Timeline, kind: str) -> list[int]:
    return [mark.at for mark in timeline.marks if mark.kind == kind]


def _bins(instants: Sequence[int], time: Scale) -> Counter[int]:
    return Counter((time.at(at) - time.start) // BIN for at in instants)


def _height(timeline: Timeline, kind: str, time: Scale) -> int:
    """Return the steps of the tallest mark of one kind: the binary digits of the fullest bin, up to a limit."""
    return min(TALLEST, max(_bins(_instants(timeline, kind), time).values(), default=0).bit_length())


def _lollipops(instants: Sequence[int], time: Scale, base: int, *, upwards: bool) -> Markup:
    """Draw stems with heads: one for each bin of time, a step higher for every doubling of what it holds."""
    shape, size, style, step = ("diamond", 4, "treatment", -UP) if upwards else ("circle", 3, "control hollow", DOWN)
    drawn = []
    for place, number in sorted(_bins(instants, time).items()):
        x = min(time.start + place * BIN + BIN // 2, time.end)
        tip = base + step * min(TALLEST, number.bit_length()) + step // 2
        drawn += [line((x, base), (x, tip), f"stem {style.split()[0]}"), marker(shape, (x, tip), size, style)]
    return joined(*drawn)


def _bands(stimuli: Sequence[Mark], time: Scale, top: int) -> tuple[Markup, int]:
    """Draw stimuli in rows, so that those that overlap do not hide each other; return them and their height.

    One that lasts is a band with its words inside, one that does not a triangle with its words beside
    it; words that find no room are left out, and stand in the table of arms.
    """
    ordered = sorted(stimuli, key=lambda mark: (mark.at, mark.label))
    starts = [time.at(mark.at) for mark in ordered]
    ends: list[int] = []
    drawn = []
    for place, (mark, x) in enumerate(zip(ordered, starts, strict=True)):
        end = x + 11 if mark.until is None else max(x + 3, time.at(mark.until))
        row = min(next((row for row, taken in enumerate(ends) if taken <= x), len(ends)), MOST_BANDS - 1)
        ends[row : row + 1] = [end]
        y = top + row * BAND
        words = x + 8 if mark.until is None else x + 4
        room = min([time.end, *starts[place + 1 : place + 2]]) if mark.until is None else end
        drawn.append(_instant(x, y + 1) if mark.until is None else tag("rect", x=x, y=y, width=end - x, height=BAND - 4, class_="band"))
        if words + GLYPH * len(mark.label) <= room:
            drawn.append(label((words, y + 10), mark.label, "band-label"))
    return joined(*drawn), len(ends) * BAND


def _description(story: Story) -> str:
    """Say in words what the lanes show."""
    said = []
    for timeline in story.timelines:
        kinds = Counter(mark.kind for mark in timeline.marks)
        said.append(
            say(
                "spoken-timeline",
                arm=story.arms[timeline.arm].name,
                superfluous=counted(kinds["superfluous"], "superfluous alert"),
                other=counted(kinds["alert"], "other alert"),
                stimuli=counted(kinds["stimulus"], "stimulus", "stimuli"),
            )
        )
    return " ".join(said) or say("no-timeline")
