"""Two bundles on one axis: the rate of every arm with its interval, and the evidence against every control."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from harness.report.figures import evidence, log2, odds, percent_down, percent_up, threshold
from harness.report.markup import Markup, joined, tag
from harness.report.svg import Scale, clipped, drawing, label, legend, line, marker
from harness.report.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.report.contrast import Side, SideArm

__all__ = ["draw_evidences", "draw_rates"]

LEFT, RIGHT, FOOT, PAIR, BETWEEN = 150, 16, 40, 18, 14
"""Room for names, at the right, below; between the two rows of a pair, and between pairs."""
NARROW = 500
WHOLE = 10_000
UNITS = 64
STYLES = (("diamond", "treatment", 5), ("circle", "control", 4))
"""Shape, style and size of the marks of A and of B."""


def draw_rates(sides: Sequence[Side], width: int, key: str) -> Markup:
    """Draw each arm's 95 % interval as a bar with the observed share as a mark: A above, B below."""
    names = list(dict.fromkeys(arm.name for side in sides for arm in side.arms))
    key_drawn, top, left = _frame(width)
    room, lead = (2 * PAIR + BETWEEN, 0) if width > NARROW else (2 * PAIR + 2 * BETWEEN, BETWEEN + 4)
    bottom = top + len(names) * room
    scale = Scale(0, WHOLE, left, width - RIGHT)
    drawn = [_tick(scale.at(part * WHOLE // 4), f"{part * 25}\u00a0%", top, bottom, scale) for part in range(5)]
    for place, name in enumerate(names):
        y = top + place * room + lead + PAIR // 2
        drawn.append(_name(name, y + PAIR // 2, left, width))
        for row, side in enumerate(sides):
            arm = next((arm for arm in side.arms if arm.name == name), None)
            drawn.append(_interval(arm, scale, y + row * PAIR, row) if arm else _absent(scale, y + row * PAIR, side))
    title = "Rate of positive trials in each arm, with its interval"
    return drawing(key, title, _rates_said(sides), width, bottom + FOOT, key_drawn, *drawn)


def draw_evidences(sides: Sequence[Side], width: int, key: str) -> Markup:
    """Draw the evidence against each control on a scale of equal factors, with what was needed as a dashed line."""
    names = list(dict.fromkeys(one.arm for side in sides for one in side.comparisons))
    key_drawn, top, left = _frame(width)
    room, lead = (2 * PAIR + BETWEEN, 0) if width > NARROW else (2 * PAIR + 2 * BETWEEN, BETWEEN + 4)
    bottom = top + len(names) * room
    values = [value for side in sides for one in side.comparisons for value in (one.e_value, one.needed) if value > 0]
    logarithms = [0, *(log2(value, UNITS) for value in values)]
    scale = Scale(min(logarithms) // UNITS * UNITS, (max(logarithms) // UNITS + 1) * UNITS, left, width - RIGHT)
    drawn = _powers(scale, top, bottom)
    for needed in sorted({one.needed for side in sides for one in side.comparisons}):
        x = scale.at(log2(needed, UNITS))
        drawn += [line((x, top), (x, bottom), "needed"), label((x, bottom + 30), f"needed: {threshold(needed)}", "label strong", "middle")]
    for place, name in enumerate(names):
        y = top + place * room + lead + PAIR // 2
        drawn.append(_name(name, y + PAIR // 2, left, width))
        for row, side in enumerate(sides):
            here = y + row * PAIR
            found = next((one.e_value for one in side.comparisons if one.arm == name), None)
            drawn.append(_absent(scale, here, side) if found is None else _mark(scale.at(_low_log(found, scale)), here, row))
    title = "Evidence against each control arm"
    return drawing(key, title, _evidences_said(sides), width, bottom + FOOT, key_drawn, *drawn)


def _frame(width: int) -> tuple[Markup, int, int]:
    """Return the legend, the height it takes, and where the axis starts."""
    entries = [(marker(shape, (0, 0), size, _style(row)), f"bundle {'AB'[row]}") for row, (shape, _, size) in enumerate(STYLES)]
    key_drawn, top = legend(entries, 12, width)
    return key_drawn, top + 8, LEFT if width > NARROW else 16


def _style(row: int) -> str:
    return STYLES[row][1] if row == 0 else f"{STYLES[row][1]} hollow"


def _name(name: str, y: int, left: int, width: int) -> Markup:
    """Write an arm's name beside its rows, or above them on a narrow screen."""
    if width > NARROW:
        return label((8, y + 4), clipped(name, left - 12), "label strong")
    return label((left, y - 18), clipped(name, width - left), "label strong halo")


def _tick(x: int, words: str, top: int, bottom: int, scale: Scale) -> Markup:
    anchor = "start" if x < scale.start + 8 else "end" if x > scale.end - 8 else "middle"
    return joined(line((x, top), (x, bottom), "grid"), label((x, bottom + 16), words, "tick", anchor))


def _powers(scale: Scale, top: int, bottom: int) -> list[Markup]:
    doublings = (scale.high - scale.low) // UNITS
    most = max(2, (scale.end - scale.start) // 70)
    step = next(step for step in (1, 2, 4, 8, 16, 32, 64, 1 << 20) if doublings <= most * step)
    first = -(-scale.low // UNITS // step) * step
    return [
        _tick(scale.at(power * UNITS), f"1/{1 << -power}" if power < 0 else odds(Fraction(1 << power)), top, bottom, scale)
        for power in range(first, scale.high // UNITS + 1, step)
    ]


def _interval(arm: SideArm, scale: Scale, y: int, row: int) -> Markup:
    low = scale.at(arm.low.numerator * WHOLE // arm.low.denominator)
    high = scale.at(-(-arm.high.numerator * WHOLE // arm.high.denominator))
    style = STYLES[row][1]
    bar = tag("rect", x=low, y=y - 4, width=max(1, high - low), height=8, class_=f"span {style}-span")
    share = scale.at(arm.positive * WHOLE // max(1, arm.trials))
    return joined(bar, _mark(share, y, row) if arm.trials else Markup(""))


def _mark(x: int, y: int, row: int) -> Markup:
    shape, _, size = STYLES[row]
    return marker(shape, (x, y), size, _style(row))


def _absent(scale: Scale, y: int, side: Side) -> Markup:
    return label((scale.start + 6, y + 4), f"no such arm in {side.letter}", "tick halo")


def _low_log(value: Fraction, scale: Scale) -> int:
    return log2(value, UNITS) if value > 0 else scale.low


def _rates_said(sides: Sequence[Side]) -> str:
    return " ".join(
        say(
            "spoken-contrast-rate",
            letter=side.letter,
            arm=arm.name,
            positive=f"{arm.positive:,}",
            trials=f"{arm.trials:,}",
            low=percent_down(arm.low),
            high=percent_up(arm.high),
        )
        for side in sides
        for arm in side.arms
    )


def _evidences_said(sides: Sequence[Side]) -> str:
    return " ".join(
        say("spoken-contrast-evidence", letter=side.letter, arm=one.arm, e=evidence(one.e_value), needed=threshold(one.needed))
        for side in sides
        for one in side.comparisons
    )
