"""Who saw what in which order: five lifelines from the device to the user, one row for each sighting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.report.figures import clock, counted, spelt_duration
from harness.report.markup import Markup, joined
from harness.report.svg import clipped, drawing, label, legend, line, marker, path
from harness.report.wording import LIFELINES, say
from harness.vocab.journal import TAPS
from harness.vocab.time import SECOND

if TYPE_CHECKING:
    from harness.report.excerpt import Excerpt, ExcerptMessage, Seen
    from harness.report.story import Story

__all__ = ["draw_sequence"]

GUTTER = 88
"""User units for the instants on the left."""
EDGE, HEAD, ROW, OPENING, PAUSE, FOOT = 30, 34, 20, 24, 26, 14
"""Room at the right, for the heads, a sighting, the line that opens a message, a pause, and below the last row."""
NARROW = 500
"""Up to this width a message is opened at the left edge, where there is more room."""
LONG = 30 * SECOND
"""A pause of at least this is told between two rows."""


def draw_sequence(story: Story, width: int, key: str) -> Markup:
    """Draw the story's excerpt; rows are in order of time and not to scale."""
    excerpt = story.excerpt
    if excerpt is None:
        return Markup("")
    places = {tap: GUTTER + place * (width - GUTTER - EDGE) // (len(TAPS) - 1) for place, tap in enumerate(TAPS)}
    key_drawn, top = legend(_entries(), 12, width)
    top += 6
    rows, bottom = _rows(excerpt, top + HEAD, places, width)
    lifelines = [_lifeline(story, tap, x, top, bottom) for tap, x in places.items()]
    title = "Messages around the first superfluous alerts, from the device to the user"
    return drawing(key, title, _description(story, excerpt), width, bottom + FOOT, key_drawn, *lifelines, rows)


def _entries() -> list[tuple[Markup, str]]:
    return [
        (marker("diamond", (0, 0), 5, "treatment"), "superfluous, where it was counted"),
        (marker("circle", (0, 0), 4, "control hollow"), "other alert"),
        (joined(line((-8, 0), (4, 0), "arrow control"), _head((8, 0), "control")), "the same octets, seen further on"),
    ]


def _lifeline(story: Story, tap: str, x: int, top: int, bottom: int) -> Markup:
    recorded = tap in story.window.taps
    drawn = [
        label((x, top + 12), LIFELINES[tap], "label strong", "middle"),
        label((x, top + 26), f"tap {tap}" if recorded else "no tap", "tick", "middle"),
        line((x, top + HEAD), (x, bottom), "lifeline" if recorded else "lifeline unseen"),
    ]
    return joined(*drawn)


def _rows(excerpt: Excerpt, top: int, places: dict[str, int], width: int) -> tuple[Markup, int]:
    """Draw every sighting below the one before it; return them with where they end."""
    y, before, opened = top, None, set()
    last: dict[tuple[int, str], tuple[int, int]] = {}
    arrows, drawn = [], []
    for one in excerpt.seen:
        if before is not None and one.at - before >= LONG:
            drawn.append(label((GUTTER + 4, y + 16), f"\u22ee {_about(one.at - before)} later", "tick halo"))
            y += PAUSE
        if one.message not in opened:
            opened.add(one.message)
            x, style = (GUTTER + 4, "label strong halo") if width > NARROW else (4, "label halo")
            drawn.append(label((x, y + 15), clipped(_opening(one.message, excerpt.messages[one.message]), width - x), style))
            y += OPENING
        point = (places[one.tap], y + ROW // 2)
        source = _source(one, last)
        style = "treatment" if excerpt.messages[one.message].superfluous else "control"
        if source is not None:
            arrows.append(_arrow(source, point, style))
        drawn += [label((GUTTER - 14, point[1] + 4), clock(one.at), "tick", "end"), _dot(one, point, style)]
        last[one.message, one.tap] = point
        before, y = one.at, y + ROW
    return joined(*arrows, *drawn), y + 6


def _source(one: Seen, last: dict[tuple[int, str], tuple[int, int]]) -> tuple[int, int] | None:
    """Return where the message was last seen nearer to the device, if it was."""
    nearer = TAPS[: TAPS.index(one.tap)]
    return next((last[one.message, tap] for tap in reversed(nearer) if (one.message, tap) in last), None)


def _arrow(start: tuple[int, int], end: tuple[int, int], style: str) -> Markup:
    tip = (end[0] - 6, end[1])
    return joined(line(start, (tip[0] - 6, tip[1]), f"arrow {style}"), _head(tip, style))


def _head(tip: tuple[int, int], style: str) -> Markup:
    x, y = tip
    return path(((x - 7, y - 4), (x, y), (x - 7, y + 4)), f"arrow-head {style}", closed=True)


def _dot(one: Seen, point: tuple[int, int], style: str) -> Markup:
    return marker("diamond", point, 5, style) if one.superfluous else marker("circle", point, 4, f"{style} hollow")


def _opening(place: int, message: ExcerptMessage) -> str:
    kind = ", superfluous" if message.superfluous else ""
    return f"{place + 1}  {message.code} from {message.role or 'another device'}, counter {message.counter}{kind}"


def _about(pause: int) -> str:
    """Say how long nothing of the excerpt was seen, in whole seconds, or whole minutes from an hour on."""
    unit = SECOND if pause < 3600 * SECOND else 60 * SECOND
    return spelt_duration(pause // unit * unit)


def _description(story: Story, excerpt: Excerpt) -> str:
    """Say in words which messages are shown and where each was seen."""
    said = []
    for place, message in enumerate(excerpt.messages):
        seen = [one for one in excerpt.seen if one.message == place]
        taps = ", ".join(dict.fromkeys(f"{one.tap} at {clock(one.at)}" for one in seen))
        said.append(say("spoken-message", opening=_opening(place, message), taps=taps))
    shown = counted(len(excerpt.messages), "message")
    return " ".join([say("spoken-sequence", messages=shown, trial=excerpt.trial, arm=story.arms[excerpt.arm].name), *said])
