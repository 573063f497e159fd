"""What is read of a file is found with its place, whatever the form; and a figure without a field is found."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BundleError
from harness.report import html, junit
from harness.report.legible import legible, spoken_findings
from harness.report.resolved import figures_in, printable, unresolved
from harness.vocab.canonical import document


def _read(path: str, octets: bytes) -> list[str]:
    return [passage.text for passage in legible(path, octets)]


def test_text_titles_and_what_is_spoken_are_read_and_style_is_not():
    page = b"""<html><head><title>One</title><style>p { content: "unsafe" }</style></head><body class="faulty">
<svg aria-labelledby="t"><title id="t">Two</title><text>Thr<tspan>ee</tspan></text></svg>
<p>Fo<strong>ur</strong> &amp; five</p><td data-label="Six">7</td></body></html>"""
    assert _read("a.html", page) == ["One", "Two", "Thr", "ee", "Four & five", "Six", "7"]


def test_a_passage_of_a_page_tells_its_line():
    (passage,) = legible("a.html", b"<p>\n\n</p>\n<p>three</p>")
    assert passage == ("line 4", "three")


def test_every_text_and_attribute_of_xml_is_read():
    found = _read("a.xml", b'<?xml version="1.0"?><a name="b"><property value="c"/>d<e>f &lt; g</e></a>')
    assert found == ["b", "c", "d", "f < g"]


def test_string_values_of_json_are_read_and_names_of_members_are_not():
    octets = document({"faulty": ["one", {"two": "three"}], "n": 4})
    assert [tuple(passage) for passage in legible("a.json", octets)] == [(".faulty[0]", "one"), (".faulty[1].two", "three")]
    lines = document({"a": "b"}) + document({"a": "c"})
    assert [passage.where for passage in legible("a.jsonl", lines)] == ["line 1 .a", "line 2 .a"]


def test_json_that_is_not_canonical_is_refused():
    with pytest.raises(BundleError, match="E-CANON-BYTES"):
        list(legible("a.json", b'{"a": "b"}\n'))


def test_octets_that_are_no_text_are_shown_and_not_obeyed():
    assert _read("a.txt", b"one\n\xff\xfe\n") == ["one", "\ufffd\ufffd"]


@given(st.binary(max_size=200))
def test_no_octets_break_the_reader(octets: bytes):
    for name in ("a.html", "a.xml", "a.txt"):
        assert all(isinstance(text, str) for text in _read(name, octets))


def test_a_report_is_read_whole(stories):
    story = stories["controlled"]
    words = " ".join(_read("report.html", html.render(story).encode()))
    for expected in (
        story.question,
        "Evidence against each control arm, block by block",
        "Skip to the verdict",
        "0x8085 from esme, counter 1001",
    ):
        assert expected in words
    assert "E = 102, needed 100" in " ".join(_read("junit.xml", junit.render(story).encode()))


def test_a_million_findings_are_a_handful_of_sentences():
    line = b'{"at":%d,"says":"0x8002 from 02a5e709e42a91%02x was observed at \'hub\' again, 9m53s after."}'
    octets = b"\n".join(line % (number, number % 256) for number in range(2_000))
    assert spoken_findings(octets) == {"# from # was observed at 'hub' again, # after."}


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (1234, {"1,234", "1234", "1,235"}),
        ({"exact": "555047/1000000", "decimal": "0.555047"}, {"55.5", "55.6", "0.55"}),
        ({"exact": "2046/20", "decimal": "102.300000"}, {"102", "102.3"}),
        ({"exact": "1/10", "decimal": "0.100000"}, {"10"}),
        ("4d12h", {"108"}),
        (86_400_000_000_000, {"24"}),
        (5_400_000_000_000, {"1", "30"}),
        (5_000, {"0.5"}),
        ("mean 253.000 V", {"253.000"}),
        ([7, 8, 9], {"3", "7", "8", "9"}),
        (True, set()),
        (None, set()),
    ],
)
def test_a_field_may_be_printed_in_these_ways(value, printed):
    assert printed <= printable(value)


def test_digits_inside_a_name_a_code_or_a_digest_are_no_figures():
    assert figures_in("0x8002 of dev-k7qd, t3f09ac51e2, smets-policy/2, C3-S") == frozenset()
    assert figures_in("plan  068524542243  5 arms, sha256 1234567e8901") == {"5"}
    assert figures_in("068,524,542,243 alerts") == {"068,524,542,243"}
    assert figures_in("9 of 9, 55.5 %, 1,234.5 and 9.78e11.") == {"9", "55.5", "1,234.5", "9.78e11"}


@given(st.fractions(min_value=0, max_value=1))
def test_a_percentage_of_an_exact_share_resolves(share: Fraction):
    from harness.report.figures import percent_down, percent_up

    known = printable({"exact": f"{share.numerator}/{share.denominator}", "decimal": "0"})
    assert unresolved(f"between {percent_down(share)} and {percent_up(share)}", known) == ()
