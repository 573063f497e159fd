"""The page as markup: balanced, self-contained, linked only to itself, and equal on every machine."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

from harness.interfaces.oracle import Standing
from harness.report import html
from harness.report.story import Story

VOID = {"meta", "br", "hr", "col"}


class Page(HTMLParser):
    """A strict reader: every tag that opens must close, in order."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.references: list[str] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(source)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice in {tag}: {names}"
        for name, value in attrs:
            self.attributes.append((tag, name, value))
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
            if name in {"aria-labelledby", "aria-describedby"}:
                self.references += (value or "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another tag, line {self.getpos()[0]}"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def test_markup_is_balanced_and_ids_are_unique(story: Story) -> None:
    page = Page(html.render(story))
    assert len(page.ids) == len(set(page.ids))
    assert set(page.references) <= set(page.ids)


def test_links_lead_nowhere_but_into_the_page(story: Story) -> None:
    page = Page(html.render(story))
    assert page.links
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)


def test_nothing_is_loaded_and_nothing_runs(story: Story) -> None:
    source = html.render(story)
    page = Page(source)
    assert not {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "base", "form", "image", "use"} & set(page.tags)
    assert not any(name.startswith("on") or name in {"src", "srcset", "xlink:href", "style"} for _, name, _ in page.attributes)
    style = source.partition("<style>")[2].partition("</style>")[0]
    assert not re.search(r"url\(|@import|@font-face|expression\(|image-set", style)
    assert not re.search(r"https?:|//[a-z]", source)


def test_foreign_text_is_shown_and_not_obeyed(stories: dict[str, Story]) -> None:
    source = html.render(stories["nasty"])
    page = Page(source)
    assert "script" not in page.tags
    assert '<script>alert("x")</script>' in "".join(page.text)
    assert "${meaning}" in "".join(page.text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", source)


def test_the_structure_serves_readers_who_do_not_see_it(story: Story) -> None:
    page = Page(html.render(story))
    attributes = set(page.attributes)
    assert ("html", "lang", "en-GB") in attributes
    assert page.tags.count("h1") == 1
    assert page.tags.count("main") == 1
    assert page.links[0] == "#verdict"
    assert page.tags.count("table") == page.tags.count("caption") == page.tags.count("thead")
    assert page.tags.count("figure") == page.tags.count("figcaption")
    assert page.tags.count("svg") == 2 * page.tags.count("figure")
    assert page.tags.count("svg") == page.tags.count("desc") == sum(part == ("svg", "role", "img") for part in page.attributes)
    heads = [value for tag, name, value in page.attributes if tag == "th" and name == "scope"]
    assert len(heads) == page.tags.count("th")
    assert set(heads) == {"col", "row"}


def test_headings_do_not_skip_a_level(story: Story) -> None:
    levels = [int(tag[1]) for tag in Page(html.render(story)).tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_realm_stands_before_the_verdict_and_again_at_the_end(stories: dict[str, Story]) -> None:
    title, _, words = "".join(Page(html.render(stories["controlled"])).text).partition("Evidence report")
    assert "C3-S u=0 frequent average-voltage-chatter (simulated)" in title
    assert words.index("Shows what the model does, and grades no device.") < words.index("C3")
    assert words.rindex("Simulated: shows what the model does, and grades no device.") > words.index("Trial by trial")


def test_a_complete_page_says_everything_that_the_certainty_holds(stories: dict[str, Story]) -> None:
    words = " ".join("".join(Page(html.render(stories["void"])).text).replace("\u00a0", " ").split())
    for expected in (
        "E = 102",
        "at least 55.5 %",
        "worst-case recount C3-S",
        "the positive control stayed silent",
        "smets-harness replay .",
        "smets-harness verify .",
        stories["void"].plan_digest,
        stories["void"].harness_digest,
        "conformity to any requirement",
        "Average RMS Voltage above Average RMS Over Voltage Threshold",
    ):
        assert expected in words
    for trial in stories["void"].trials:
        assert trial.outcome.trial in words


def test_a_campaign_without_one_trial_still_has_a_page(maker, recipes) -> None:
    story = maker.build(replace(recipes["uncontrolled"], level="C0", stopped="", status="interrupted"))
    empty = replace(
        story, trials=(), timelines=(), certainty=replace(story.certainty, arms=(), comparisons=(), steps=(), blocks=0), expectations=()
    )
    words = "".join(Page(html.render(empty)).text)
    assert "No complete block was carried out." in words
    assert "No trial was carried out." in words
    assert "Interrupted." in words


def test_every_standing_of_an_alert_is_explained(stories: dict[str, Story]) -> None:
    source = html.render(stories["controlled"])
    assert [standing for standing in Standing if f"<em>{standing}</em>" not in source] == []


def test_the_page_is_small_enough_to_mail(stories: dict[str, Story]) -> None:
    assert len(html.render(stories["large"]).encode()) < 400_000


def test_equal_stories_give_equal_bytes_whatever_the_process(isolated, checkout: Path) -> None:
    code = f"""
import hashlib, importlib.util, locale, sys
sys.path.insert(0, {str(checkout)!r})
spec = importlib.util.spec_from_file_location("made_up", {str(checkout / "tests" / "report" / "conftest.py")!r})
made_up = importlib.util.module_from_spec(spec); sys.modules["made_up"] = made_up; spec.loader.exec_module(made_up)
from harness.report import document, html, junit, text
for name, recipe in made_up._recipes().items():
    story = made_up.build(recipe)
    for form in (html, text, junit, document):
        print(name, form.__name__, hashlib.sha256(form.render(story).encode()).hexdigest())
"""
    first = isolated(code, PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C.UTF-8")
    second = isolated(code, PYTHONHASHSEED="4242", TZ="Pacific/Chatham", LC_ALL="C")
    assert first == second
    assert len(first.splitlines()) == 10 * 4
