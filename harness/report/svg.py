"""Drawing in whole numbers: the same bytes on any machine, readable without colour and by screen readers.

Colours are classes of the page's style sheet, so that a plot follows light, dark and print; what a
colour says, a shape or a dash says too. Coordinates are whole user units, y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.report.markup import Markup, joined, tag
from harness.vocab.time import DAY, HOUR, MINUTE, SECOND, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Scale", "block_ticks", "clipped", "drawing", "label", "legend", "line", "marker", "path", "round_step", "time_ticks"]

MARKERS = ("circle", "square", "triangle", "cross")
"""Shapes that tell control arms apart, in order; the treatment is a ``diamond``."""

GLYPH = 7
"""Width that is allowed for one character of a label, in user units; generous, as fonts differ."""

_TIME_STEPS = tuple(
    unit * count
    for unit, counts in ((SECOND, (1, 2, 5, 10, 30)), (MINUTE, (1, 2, 5, 10, 30)), (HOUR, (1, 2, 3, 6, 12)), (DAY, (1, 2, 7, 14, 28)))
    for count in counts
)
_TIME_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight map from whole data units to whole user units."""

    low: int
    high: int
    start: int
    end: int

    def at(self, value: int) -> int:
        """Return where ``value`` lies; values outside the scale lie at its ends."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) * (self.end - self.start) // max(1, self.high - self.low)


def drawing(key: str, title: str, description: str, width: int, height: int, *children: str) -> Markup:
    """Make a whole inline picture with its spoken title and description; ``key`` makes its ids unique."""
    return tag(
        "svg",
        tag("title", title, id=f"{key}-title"),
        tag("desc", description, id=f"{key}-desc"),
        *children,
        class_="plot",
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
    )


def line(start: tuple[int, int], end: tuple[int, int], style: str) -> Markup:
    """Draw a straight line."""
    return tag("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], class_=style)


def path(points: Iterable[tuple[int, int]], style: str, *, closed: bool = False) -> Markup:
    """Draw straight lines through the points, back to the first where ``closed``."""
    drawn = "L".join(f"{x} {y}" for x, y in points)
    return tag("path", d=f"M{drawn}{'Z' if closed else ''}", class_=style)


def label(at: tuple[int, int], text: str, style: str = "label", anchor: str = "start") -> Markup:
    """Write text at a point; ``anchor`` is ``start``, ``middle`` or ``end``."""
    return tag("text", text, x=at[0], y=at[1], class_=style, text_anchor=None if anchor == "start" else anchor)


def marker(shape: str, at: tuple[int, int], size: int, style: str) -> Markup:
    """Draw one of the shapes, ``size`` units from its middle to its edge."""
    x, y = at
    if shape == "circle":
        return tag("circle", cx=x, cy=y, r=size, class_=style)
    if shape == "cross":
        return tag("path", d=f"M{x - size} {y - size}L{x + size} {y + size}M{x - size} {y + size}L{x + size} {y - size}", class_=style)
    corners = {
        "diamond": ((x, y - size), (x + size, y), (x, y + size), (x - size, y)),
        "square": ((x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size)),
        "triangle": ((x, y - size), (x + size, y + size), (x - size, y + size)),
    }[shape]
    return path(corners, style, closed=True)


def legend(entries: Sequence[tuple[Markup, str]], top: int, width: int) -> tuple[Markup, int]:
    """Lay out symbols, drawn around (0, 0), with their words in rows; return them and the height they take."""
    drawn = []
    x, y = 8, top
    for symbol, words in entries:
        shown = clipped(words, width - 40)
        need = 28 + GLYPH * len(shown)
        if x > 8 and x + need > width:
            x, y = 8, y + 20
        drawn.append(tag("g", symbol, label((14, 4), shown), transform=f"translate({x} {y})"))
        x += need
    return joined(*drawn), y + 20 - top


def clipped(text: str, width: int) -> str:
    """Return the text, shortened with an ellipsis where it may not fit into ``width`` units."""
    room = max(2, width // GLYPH)
    return text if len(text) <= room else text[: room - 1] + "\u2026"


def round_step(span: int, most: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50, … that cuts ``span`` into at most ``most`` steps."""
    scale = 1
    while True:
        for step in (scale, 2 * scale, 5 * scale):
            if step * most >= span:
                return step
        scale *= 10


def time_ticks(total: int, most: int) -> list[tuple[int, str]]:
    """Return instants from 0 to ``total`` ns, at most ``most`` steps, each with its label in one unit."""
    step = next((step for step in _TIME_STEPS if step * most >= total), DAY * round_step(-(-total // DAY), most))
    if total < SECOND:
        return [(0, "0"), (total, duration_text(total))]
    unit, name = next((unit, name) for unit, name in _TIME_UNITS if step % unit == 0)
    return [(at, f"{at // unit:,} {name}") for at in range(0, total + 1, step)]


def block_ticks(blocks: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Return (place, block) for the blocks to be labelled, at most about ``most``: the first, then round numbers.

    Blocks count from 0 and are shown from 1, so what is round is the number shown.
    """
    if not blocks:
        return []
    step = round_step(len(blocks), most)
    chosen = [(place, block) for place, block in enumerate(blocks) if (block + 1) % step == 0]
    if not chosen or (chosen[0][0] and chosen[0][0] * most >= len(blocks)):
        return [(0, blocks[0]), *chosen]
    return chosen
