"""The page in a browser that others wrote: opened from disk, in light, dark, on a phone and on paper."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

import pytest
from browser import Browser

from harness.report import html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness.report.story import Story

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for the whole file."""
    started = Browser(tool("chromium"), tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def pages(stories: dict[str, Story], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every made-up report on disk."""
    folder = tmp_path_factory.mktemp("pages")
    for name, story in stories.items():
        (folder / f"{name}.html").write_text(html.render(story), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in stories}


@pytest.mark.parametrize("name", ["controlled", "nasty", "large", "interrupted"])
def test_it_opens_from_disk_without_a_request_or_a_complaint(browser: Browser, pages: dict[str, Path], name: str) -> None:
    browser.open(pages[name])
    browser.ask("Runtime.evaluate", expression="document.title")
    methods = [event["method"] for event in browser.events]
    assert "Log.entryAdded" not in methods
    assert "Runtime.consoleAPICalled" not in methods
    assert "Runtime.exceptionThrown" not in methods
    assert "Page.javascriptDialogOpening" not in methods
    requested = [event["params"]["request"]["url"] for event in browser.events if event["method"] == "Network.requestWillBeSent"]
    assert requested == [pages[name].as_uri()]
    assert browser.evaluate("document.scripts.length + document.images.length") == 0
    assert browser.evaluate("document.compatMode") == "CSS1Compat"


@pytest.mark.parametrize("name", ["controlled", "nasty", "large", "not-reproduced"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    browser.open(pages[name])
    browser.screen(width, 900)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


def test_one_plot_of_each_pair_is_shown_and_the_other_is_not(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["controlled"])
    shown = (
        "[...document.querySelectorAll('svg')].filter(one => one.getBoundingClientRect().width > 0).map(one => one.viewBox.baseVal.width)"
    )
    browser.screen(1280, 900)
    assert browser.evaluate(shown) == [html.WIDE] * 6
    browser.screen(390, 900)
    assert browser.evaluate(shown) == [html.NARROW] * 6


@pytest.mark.parametrize("name", ["large", "eventful", "nasty"])
@pytest.mark.parametrize("width", [390, 1100])
def test_labels_stay_inside_their_plots_and_are_large_enough_to_read(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    browser.open(pages[name])
    browser.screen(width, 900)
    outside = """[...document.querySelectorAll('svg text')].filter(text => {
        const box = text.getBoundingClientRect(), frame = text.closest('svg').getBoundingClientRect();
        return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1);
    }).map(text => text.textContent)"""
    assert browser.evaluate(outside) == []
    smallest = "Math.min(...[...document.querySelectorAll('svg text')].map(text => text.getBoundingClientRect().height).filter(Boolean))"
    assert browser.evaluate(smallest) >= 9


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1100])
def test_it_is_painted_in_light_and_dark(browser: Browser, pages: dict[str, Path], scheme: str, width: int) -> None:
    browser.open(pages["controlled"])
    seen_width, seen_height, lines = browser.screen(width, 900, scheme)
    assert (seen_width, seen_height) == (width, 900)
    assert len(set(lines)) > 40
    ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(247, 246, 242)", "dark": "rgb(17, 22, 27)"}[scheme]


@pytest.mark.parametrize(("name", "least", "most"), [("controlled", 7, 13), ("large", 9, 18)])
def test_it_prints_on_a4_in_light_colours(browser: Browser, pages: dict[str, Path], name: str, least: int, most: int) -> None:
    browser.open(pages[name])
    browser.ask("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    pdf = b64decode(browser.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])
    assert pdf.startswith(b"%PDF")
    assert least <= pdf.count(b"/Type /Page\n") <= most
    boxes = {tuple(round(float(side)) for side in box.split()) for box in _media_boxes(pdf)}
    assert len(boxes) == 1
    (box,) = boxes
    assert box[2] in {594, 595, 596}
    assert box[3] in {841, 842, 843}
    browser.ask("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate("getComputedStyle(document.querySelector('.contents')).display") == "none"


def _media_boxes(pdf: bytes) -> list[str]:
    return [part.split(b"]")[0].decode() for part in pdf.split(b"/MediaBox [")[1:]]


def test_a_screen_reader_meets_headings_tables_and_named_pictures(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["controlled"])
    browser.screen(390, 900)
    nodes = [node for node in browser.ask("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")]
    roles = [node["role"]["value"] for node in nodes]
    pictures = [node for node in nodes if node["role"]["value"] in {"image", "img", "graphics-document"}]
    assert len(pictures) == 6
    assert all(node["name"]["value"] for node in pictures)
    tables = [node for node in nodes if node["role"]["value"] == "table"]
    assert len(tables) == browser.evaluate("document.querySelectorAll('table').length")
    assert all(node["name"]["value"] for node in tables)
    assert roles.count("columnheader") == browser.evaluate("document.querySelectorAll('thead th').length")
    assert roles.count("rowheader") == browser.evaluate("document.querySelectorAll('tbody th').length")
    assert {"main", "banner", "contentinfo", "navigation"} <= set(roles)


def test_the_first_step_of_the_keyboard_leads_to_the_verdict(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["controlled"])
    browser.screen(1100, 900)
    for kind in ("rawKeyDown", "keyUp"):
        browser.ask("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert browser.evaluate("document.activeElement.textContent") == "Skip to the verdict"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
