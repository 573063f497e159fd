"""Scales, ticks and plots: integers only, inside the picture, and told in words as well."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.html import NARROW, WIDE
from harness.report.plots.counts import draw_counts
from harness.report.plots.evidence import draw_evidence
from harness.report.plots.rate import draw_rate, observed_shares
from harness.report.plots.timeline import bin_duration, draw_timeline
from harness.report.story import Story
from harness.report.svg import Scale, block_ticks, clipped, round_step, time_ticks
from harness.vocab.time import DAY

PLOTS = (draw_counts, draw_evidence, draw_rate, draw_timeline)
widths = pytest.mark.parametrize("width", [WIDE, NARROW])
plots = pytest.mark.parametrize("draw", PLOTS, ids=lambda draw: draw.__name__)


@widths
@plots
def test_every_coordinate_is_a_whole_number_inside_the_picture(story: Story, draw, width: int) -> None:
    picture = ElementTree.fromstring(draw(story, width, "plot"))
    _, _, wide, high = (int(part) for part in picture.attrib["viewBox"].split())
    assert wide == width
    for element in picture.iter():
        for name in ("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "width", "height"):
            if name in element.attrib:
                assert -10 <= int(element.attrib[name]) <= max(wide, high)
        points = re.findall(r"[ML](\S+) (\d+|-\d+)", element.attrib.get("d", "").replace("L", " L").replace("M", " M"))
        assert all(-10 <= int(x) <= wide and -10 <= int(y) <= high for x, y in points)
        assert "." not in element.attrib.get("d", "")


@plots
def test_every_plot_has_a_title_and_says_in_words_what_it_shows(story: Story, draw) -> None:
    picture = ElementTree.fromstring(draw(story, WIDE, "plot"))
    title, description = picture.find("title"), picture.find("desc")
    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-labelledby"] == f"{title.attrib['id']} {description.attrib['id']}"
    assert title.text
    assert re.search(r"\d", description.text or "") or "no " in description.text.lower()


def test_superfluous_and_other_alerts_differ_in_shape_not_only_in_colour(stories: dict[str, Story]) -> None:
    picture = ElementTree.fromstring(draw_timeline(stories["controlled"], WIDE, "plot"))
    styles = {
        element.attrib.get("class"): element.tag
        for element in picture.iter()
        if element.attrib.get("class") in {"treatment", "control hollow"}
    }
    assert styles == {"treatment": "path", "control hollow": "circle"}


def test_a_block_is_drawn_for_each_pair_and_a_cross_for_each_void_one(stories: dict[str, Story]) -> None:
    story = stories["void"]
    picture = ElementTree.fromstring(draw_counts(story, WIDE, "plot"))
    classes = [element.attrib.get("class") for element in picture.iter()]
    controls = len(story.certainty.comparisons)
    assert classes.count("pair") == controls * (len(story.blocks()) - 2)
    assert classes.count("void-line") == controls * 2


def test_the_share_that_is_drawn_is_the_share_that_is_told(story: Story) -> None:
    shares = observed_shares(story)
    treatment = story.treatment
    complete = [share for block, share in shares.items() if block <= max((int(step["block"]) for step in story.certainty.steps), default=0)]
    assert complete[-1].limit_denominator() * treatment.trials == treatment.positive


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**9), st.integers(0, 800), st.integers(0, 800), st.integers())
def test_a_scale_stays_between_its_ends_and_keeps_its_direction(low: int, span: int, start: int, end: int, value: int) -> None:
    scale = Scale(low, low + span, start, end)
    assert min(start, end) <= scale.at(value) <= max(start, end)
    if span:
        assert (scale.at(low), scale.at(low + span)) == (start, end)
    assert (scale.at(value + 1) - scale.at(value)) * (1 if end >= start else -1) >= 0


@given(st.integers(1, 10**12), st.integers(2, 20))
def test_a_round_step_is_the_smallest_that_is_enough(span: int, most: int) -> None:
    step = round_step(span, most)
    assert re.fullmatch(r"(1|2|5)0*", str(step))
    assert step * most >= span
    smaller = [candidate for power in range(13) for candidate in (10**power, 2 * 10**power, 5 * 10**power) if candidate < step]
    assert all(candidate * most < span for candidate in smaller)


@given(st.integers(1, 400 * DAY), st.integers(2, 9))
def test_ticks_of_time_are_few_and_within_the_window(total: int, most: int) -> None:
    ticks = time_ticks(total, most)
    assert 1 <= len(ticks) <= most + 1
    assert all(0 <= at <= total for at, _ in ticks)
    assert len({words for _, words in ticks}) == len(ticks)


@given(st.integers(0, 3), st.integers(1, 400), st.integers(2, 13))
def test_ticks_of_blocks_name_blocks_that_are_there(first: int, number: int, most: int) -> None:
    blocks = list(range(first, first + number))
    ticks = block_ticks(blocks, most)
    assert ticks
    assert len(ticks) <= most + 2
    assert all(blocks[place] == block for place, block in ticks)


def test_long_names_are_shortened_visibly() -> None:
    assert clipped("condition-control", 400) == "condition-control"
    assert clipped("condition-control", 70) == "condition\u2026"


@widths
def test_words_beside_a_stimulus_do_not_run_into_the_next(stories: dict[str, Story], width: int) -> None:
    picture = ElementTree.fromstring(draw_timeline(stories["eventful"], width, "plot"))
    words = [element.text for element in picture.iter() if element.attrib.get("class") == "band-label"]
    assert words.count("supply.interruption on esme") <= 1
    assert "supply.voltage on esme" in words
    assert "clock.step on gsme" not in words
    bands = [element for element in picture.iter("rect") if element.attrib.get("class") == "band"]
    assert len({(band.attrib["x"], band.attrib["y"]) for band in bands}) == len(bands)


def test_a_storm_is_one_mark_of_bounded_height(stories: dict[str, Story]) -> None:
    picture = ElementTree.fromstring(draw_timeline(stories["eventful"], WIDE, "plot"))
    stems = [element for element in picture.iter("line") if element.attrib.get("class") == "stem treatment"]
    drawn = [abs(int(stem.attrib["y2"]) - int(stem.attrib["y1"])) for stem in stems[1:]]
    assert 1 <= len(drawn) <= 7
    assert max(drawn) < 60


def test_how_much_time_shares_a_mark_is_told(stories: dict[str, Story]) -> None:
    assert bin_duration(stories["controlled"], WIDE) == "16 minutes"
