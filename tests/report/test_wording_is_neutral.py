"""The wording lint: it bites on every banned phrase, and nothing that leaves the lab is bitten."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.detect.sentences import SENTENCES
from harness.evidence.readme import README
from harness.report import document, html, junit, notice_wording, text, wording
from harness.report.story import Story
from harness.report.words import BANNED, lint

ROOT = Path(__file__).resolve().parents[2]

PHRASES = [
    *("faulty", "fault", "faults", "defective", "defect", "defects", "fail", "fails", "failed", "failing", "failure", "failures"),
    *("broken", "bug", "bugs", "buggy", "malfunction", "malfunctions", "malfunctioned", "malfunctioning"),
    *("non-compliant", "noncompliant", "non-compliance", "negligent", "negligence", "unsafe"),
    *("dangerous", "hazard", "hazards", "hazardous"),
    *("causes", "caused", "causing", "due to", "root cause is", "root cause was", "responsible for", "responsibility", "to blame"),
    *("always", "never", "all", "every time", "fix", "fixed", "fixes", "resolved", "resolves", "eliminated", "eliminates", "cured"),
    *("no issue", "no issues"),
    *("proves", "proved", "proven", "proof", "confirms", "confirmed", "confirmation", "not affected", "unaffected"),
]


@pytest.mark.parametrize("phrase", PHRASES)
def test_each_banned_phrase_is_found_in_whatever_case(phrase: str) -> None:
    for spelt in (phrase, phrase.upper(), phrase.capitalize()):
        (found,) = lint(f"The meter\nis {spelt}, it seems.")
        assert (found.line, found.column, found.phrase) == (2, 4, spelt)
        assert found.instead
        assert str(found).startswith(f"2:4 '{spelt}': say ")


def test_each_pattern_of_the_table_has_an_example_here() -> None:
    for rule in BANNED:
        for pattern in rule.phrases:
            assert any(re.fullmatch(pattern, phrase) for phrase in PHRASES), pattern


@pytest.mark.parametrize(
    "neutral",
    [
        "not at all",
        "small, shall, alley, allowed",
        "the cause was not examined",
        "prefix and suffix",
        "debug",
        "defaults apply",
        "approve the waterproof bugle",
        "because it was so",
        "issues are listed",
    ],
)
def test_words_that_only_look_alike_are_left_alone(neutral: str) -> None:
    assert lint(neutral) == ()


def test_what_the_catalogue_calls_a_code_may_be_quoted() -> None:
    name = "Trusted Source Authentication Failure"
    assert lint(f"0x8F3D {name}", quoted=[name]) == ()
    (found,) = lint(f"0x8F3D {name}, a failure", quoted=[name])
    assert found.column == len(f"0x8F3D {name}, a ") + 1


def test_phrases_are_reported_in_order_of_place() -> None:
    assert [found.phrase for found in lint("proves it\nnever fails")] == ["proves", "never", "fails"]


def test_every_sentence_a_report_can_say_is_neutral() -> None:
    sentences = {**wording.TEMPLATES, **wording.GRADES, **wording.PLACES, **wording.LIFELINES}
    sentences |= {role.value: words for role, words in wording.PURPOSES.items()}
    sentences |= {**notice_wording.NOTICES, **notice_wording.CAUSES, **notice_wording.REMEDIATIONS}
    sentences |= SENTENCES
    assert {name: lint(words) for name, words in sentences.items() if lint(words)} == {}
    assert lint(" ".join(wording.BEYOND)) == ()


class _Words(HTMLParser):
    """Collects what a reader sees or hears."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.inside = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.words += [value for name, value in attrs if name in {"aria-label", "data-label", "title"} and value]

    def handle_data(self, data: str) -> None:
        if self.inside != "style":
            self.words.append(data)


@pytest.mark.parametrize(("name", "heading"), [("report.html", "What was not shown"), ("contrast.html", "Two bundles side by side")])
def test_templates_are_neutral(name: str, heading: str) -> None:
    source = (ROOT / "harness" / "report" / "templates" / name).read_text(encoding="utf-8")
    words = " ".join(_Words(source).words)
    assert heading in words
    assert [str(found) for found in lint(words)] == []


def test_the_readme_of_a_bundle_is_neutral() -> None:
    assert [str(found) for found in lint(README.decode())] == []


def test_rendered_reports_are_neutral(story: Story) -> None:
    seen = "\n".join(_Words(html.render(story)).words)
    xml = "\n".join(re.findall(r'message="([^"]*)"|<system-out>(.*)</system-out>', junit.render(story), re.DOTALL)[0])
    for rendered in (seen, text.render(story), xml, document.render(story)):
        assert [str(found) for found in lint(rendered)] == []


@pytest.mark.parametrize("folder", ["scenarios", "device_profiles"])
def test_what_is_shipped_is_neutral(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.toml"))
    if not files:
        pytest.skip(f"nothing stands in {folder} yet")
    found = {}
    for path in files:
        source = path.read_text(encoding="utf-8")
        tomllib.loads(source)
        found[str(path.relative_to(ROOT))] = [str(one) for one in lint(source)]
    assert {path: phrases for path, phrases in found.items() if phrases} == {}
