"""What others wrote cannot steer a terminal, a page or a parser."""

from __future__ import annotations

from html.parser import HTMLParser
from unicodedata import is_normalized
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from harness.report.markup import Markup, foreign, joined, tag
from harness.report.plain import clean

anything = st.text(st.characters(), max_size=60)


@given(anything)
def test_cleaned_text_is_one_line_that_xml_and_terminals_accept(text: str) -> None:
    cleaned = clean(text)
    assert "\n" not in cleaned
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in cleaned)
    assert is_normalized("NFC", cleaned)
    assert ElementTree.fromstring(ElementTree.tostring(_element(cleaned))).text == (cleaned or None)
    assert clean(cleaned) == cleaned


def _element(text: str) -> ElementTree.Element:
    element = ElementTree.Element("text")
    element.text = text
    return element


def test_controls_that_reorder_text_are_shown_instead_of_obeyed() -> None:
    assert clean("rate \u202e%19\u202c") == "rate \ufffd%19\ufffd"


def test_an_escape_sequence_is_shown_instead_of_obeyed() -> None:
    assert clean("\x1b[31mred\x1b[0m\x00") == "\ufffd[31mred\ufffd[0m\ufffd"


def test_writing_of_other_directions_is_left_as_it_is() -> None:
    assert clean("\u05e9\u05dc\u05d5\u05dd e\u0301") == "\u05e9\u05dc\u05d5\u05dd \u00e9"


class _Reader(HTMLParser):
    """Collects what an HTML parser makes of markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.attributes: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(anything)
def test_text_and_attributes_come_back_from_a_parser_as_they_went_in(text: str) -> None:
    reader = _Reader()
    reader.feed(tag("p", foreign(text), data_label=text))
    reader.close()
    assert reader.tags == ["p", "bdi"]
    assert reader.text == clean(text)
    assert reader.attributes["data-label"] == clean(text)


def test_markup_is_escaped_once_and_only_text_is() -> None:
    assert joined("a < b ", Markup("<b>"), tag("i", "&")) == "a &lt; b <b><i>&amp;</i>"
    assert tag("td", class_=None, hidden=True, aria_label="x") == '<td hidden aria-label="x"></td>'
    assert tag("br") == "<br>"
