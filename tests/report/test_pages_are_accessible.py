"""WCAG 2.2 AA: what axe-core finds in a browser, and what can be said of the markup alone."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import Browser

from harness.report import html
from harness.report.contrast_page import Contrast, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AXE = "axe-core@4.10.3"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STORIES = ("controlled", "not-reproduced", "void", "nasty", "interrupted", "eventful")
LOOKED_AT = ("controlled", "void", "nasty", "contrast")
"""Pages that the checker reads; it takes seconds for each."""
SHEET = Path(html.__file__).parent / "templates" / "report.css"


@pytest.fixture(scope="session")
def axe(npm: Callable[..., Path]) -> str:
    """The checker's source, from the npm registry."""
    return (npm(AXE) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for the whole file."""
    started = Browser(tool("chromium"), tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def pages(stories, sealed_side, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports and a comparison, on disk."""
    folder = tmp_path_factory.mktemp("pages")
    one, other = sealed_side("A", stories["controlled"]), sealed_side("B", stories["observed"])
    contrast = Contrast(a=one, b=other, same=3, files=(), names=("mine", "theirs"), version="0.1.0")
    texts = {name: html.render(stories[name]) for name in STORIES} | {"contrast": render(contrast)}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOKED_AT)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 1100), ("light", 360)])
def test_axe_finds_nothing(browser: Browser, pages: dict[str, Path], axe: str, name: str, scheme: str, width: int) -> None:
    browser.open(pages[name])
    browser.screen(width, 900, scheme)
    found = _checked(browser, axe)
    told = [(one["id"], node["html"][:200], node["failureSummary"]) for one in found["violations"] for node in one["nodes"]]
    assert told == []
    assert len(found["passes"]) > 20


def _checked(browser: Browser, axe: str) -> dict[str, list[dict]]:
    browser.ask("Runtime.evaluate", expression=axe)
    run = f"axe.run(document, {{runOnly: {{type: 'tag', values: {json.dumps(TAGS)}}}}}).then(found => JSON.stringify(found))"
    answer = browser.ask("Runtime.evaluate", expression=run, awaitPromise=True, returnByValue=True)
    return json.loads(answer["result"]["value"])


@pytest.mark.slow
def test_axe_finds_what_is_put_there(browser: Browser, axe: str, pages: dict[str, Path], tmp_path: Path) -> None:
    spoilt = pages["controlled"].read_text(encoding="utf-8")
    spoilt = spoilt.replace(' lang="en-GB"', "").replace("--muted: #55606e", "--muted: #c5c0be").replace('scope="row"', 'scope="rows"')
    (tmp_path / "spoilt.html").write_text(spoilt, encoding="utf-8")
    browser.open(tmp_path / "spoilt.html")
    browser.screen(1100, 900)
    assert {"html-has-lang", "color-contrast", "scope-attr-valid"} <= {one["id"] for one in _checked(browser, axe)["violations"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["controlled", "contrast"])
def test_the_keyboard_reaches_each_link_and_each_stretch_that_scrolls_in_order_and_shows_where_it_is(browser, pages, name) -> None:
    browser.open(pages[name])
    browser.screen(1100, 900)
    wanted = browser.evaluate("[...document.querySelectorAll('a[href], [tabindex]')].length")
    reached = []
    for _ in range(wanted):
        for kind in ("rawKeyDown", "keyUp"):
            browser.ask("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        reached.append(
            browser.evaluate(
                "(() => { const all = [...document.querySelectorAll('a[href], [tabindex]')], one = document.activeElement,"
                " style = getComputedStyle(one); return [all.indexOf(one), style.outlineStyle, parseFloat(style.outlineWidth)] })()"
            )
        )
    assert [place for place, _, _ in reached] == list(range(wanted))
    assert all(style == "solid" and width >= 2 for _, style, width in reached)


@pytest.mark.slow
def test_text_of_twice_the_size_still_fits(browser, pages) -> None:
    browser.open(pages["controlled"])
    browser.screen(640, 900)
    browser.evaluate("document.documentElement.style.fontSize = '200%'")
    assert browser.evaluate("document.documentElement.scrollWidth") <= 640


def test_nothing_moves(pages: dict[str, Path]) -> None:
    style = SHEET.read_text(encoding="utf-8")
    assert not re.search(r"transition|animation|@keyframes|scroll-behavior", style)
    assert "marquee" not in pages["controlled"].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*STORIES, "contrast"])
def test_landmarks_language_and_headings_are_in_order(pages: dict[str, Path], name: str) -> None:
    source = pages[name].read_text(encoding="utf-8")
    assert '<html lang="en-GB">' in source
    for landmark in ("header", "main", "nav", "footer"):
        assert len(re.findall(rf"<{landmark}[ >]", source)) == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", source)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize("name", [*STORIES, "contrast"])
def test_each_table_has_a_caption_and_headers_with_a_scope(pages: dict[str, Path], name: str) -> None:
    source = pages[name].read_text(encoding="utf-8")
    for one in re.findall(r"<table.*?</table>", source, re.DOTALL):
        assert one.count("<caption>") == 1
        assert one.count("<th ") == one.count('scope="col"') + one.count('scope="row"')
        assert one.count("<tr ") - 1 == one.count('scope="row"')


@pytest.mark.parametrize("name", [*STORIES, "contrast"])
def test_each_picture_has_a_name_and_a_description_that_says_its_figures(pages: dict[str, Path], name: str) -> None:
    source = pages[name].read_text(encoding="utf-8")
    for one in re.findall(r"<svg.*?</svg>", source, re.DOTALL):
        title, described = re.search(r"<title id=[^>]+>([^<]+)</title><desc id=[^>]+>([^<]+)</desc>", one).groups()
        assert len(title) > 10
        assert len(described) > 10


def test_the_sequence_has_its_text_equivalent(stories) -> None:
    source = html.render(stories["controlled"])
    table = re.search(r'<div id="sequence-words">.*?</table>', source, re.DOTALL)[0]
    excerpt = stories["controlled"].excerpt
    assert table.count('scope="row"') == len(excerpt.seen)
    assert '<a href="#sequence-words">' in source
