"""The comparison page: read from what two bundles sealed, names only where they are wanted, everything inside one file."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from harness.errors import BundleError
from harness.evidence.diff import FileDifference
from harness.report.contrast import plan_differences, side
from harness.report.contrast_page import Contrast, render
from harness.report.legible import legible
from harness.report.words import lint
from harness.vocab.canonical import document, parse
from harness.vocab.roles import Realm

FILES = (
    FileDifference(path="data/plan/plan.json", kind="differs", byte=41, line=1, member=".seed", a='"1"', b='"2"'),
    FileDifference(path="data/traces/t00001.jsonl", kind="only in a"),
)


def contrast(one, other, files=FILES, **changes):
    told = {"a": one, "b": other, "same": 7, "files": files, "names": ("mine", "theirs"), "version": "0.1.0"}
    return Contrast(**{**told, **changes})


@pytest.fixture
def page(stories, sealed_side):
    return render(contrast(sealed_side("A", stories["controlled"]), sealed_side("B", stories["observed"], seed="2", hub="dev-z999")))


class Tags(HTMLParser):
    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.names = [], [], [], []
        self.feed(source)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def words(source):
    return " ".join(passage.text for passage in legible("a.html", source.encode())).replace("\u00a0", " ")


def test_what_was_sealed_is_read_back_exactly(stories, sealed_side):
    story = stories["void"]
    found = sealed_side("A", story)
    assert found.grade == story.grade
    assert found.realm is story.realm
    assert [(arm.name, arm.positive, arm.trials, arm.low, arm.high) for arm in found.arms] == [
        (arm.name, result.positive, result.trials, result.rate_low, result.rate_high) for arm, result in story.results()
    ]
    assert [one.e_value for one in found.comparisons] == [one.e_value for one in story.certainty.comparisons]
    assert (found.blocks, found.voids) == (11, 2)
    assert found.loads["wan"] == tuple(Fraction(value * 3, 5) for value in (545, 2057, 5430))


def test_it_stands_alone_and_is_sound(page):
    tags = Tags(page)
    assert len(tags.ids) == len(set(tags.ids))
    assert all(link.startswith("#") and link[1:] in tags.ids for link in tags.links)
    assert not {"script", "link", "img", "iframe", "form"} & set(tags.names)
    assert not re.search(r"https?:|url\(|@import", page)
    assert tags.names.count("svg") == 2 * tags.names.count("figure") == 4
    assert tags.names.count("h1") == tags.names.count("main") == 1


def test_it_says_both_verdicts_with_their_figures(page):
    said = words(page)
    for part in (
        "Grade C3-S u=0 frequent: controlled",
        "Grade C1-S u=0 intermittent: observed",
        "9 of 9",
        "3 of 60",
        "A: Simulated: shows what the model does, and grades no device.",
        "nothing was judged anew",
        "smets-harness verify mine",
        "data/traces/t00001.jsonl",
        "byte 41, line 1, .seed",
        "The plans part in 1 member.",
    ):
        assert part in said, part
    assert [str(found) for found in lint(said)] == []


def test_pseudonyms_of_two_plans_are_no_difference_of_the_plans(stories, sealed_side):
    one, other = sealed_side("A", stories["controlled"]), sealed_side("B", stories["controlled"], hub="dev-z999")
    assert plan_differences(one, other) == ()
    assert "The two plans are the same." in render(contrast(one, other, ()))
    assert "Each file is the same in both." in render(contrast(one, other, ()))


def test_names_are_said_only_where_they_are_wanted_and_at_hand(stories, page, sealed_side):
    assert "alder" not in page.lower()
    named = sealed_side("A", stories["controlled"], named=True)
    assert dict(named.treatment.devices) == {"hub": "dev-h001", "esme": "alder-e1@1.2"}


def test_verdicts_of_two_realms_are_not_taken_for_the_same_kind(stories, maker, recipes, sealed_side):
    other = maker.build(replace(recipes["controlled"], realm=Realm.LABORATORY))
    said = words(render(contrast(sealed_side("A", stories["controlled"]), sealed_side("B", other))))
    assert "The two verdicts come from different realms" in said
    assert "Laboratory." in said


def test_an_arm_that_one_side_lacks_is_said_to_be_absent(stories, sealed_side):
    said = render(contrast(sealed_side("A", stories["controlled"]), sealed_side("B", stories["uncontrolled"])))
    assert "no such arm in B" in said


def test_long_lists_are_cut_and_what_is_left_out_is_counted(stories, sealed_side):
    one = sealed_side("A", stories["controlled"])
    files = tuple(FileDifference(path=f"data/traces/t{number:05}.jsonl", kind="only in a") for number in range(1_000))
    said = render(contrast(one, one, files))
    assert "960 more are left out here" in said
    assert len(said) < 200_000


def test_foreign_text_is_shown_and_not_obeyed(stories, sealed_side):
    story = stories["controlled"]
    script = "<script>alert(1)</script>"
    arms = tuple(replace(arm, name=f"{script}{arm.index}") for arm in story.arms)
    one = sealed_side("A", replace(story, question=script, scenario=script, arms=arms))
    said = render(contrast(one, one, names=("<script>alert(1)</script>", "b")))
    assert "<script" not in said
    Tags(said)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value.pop("worst-case"),
        lambda value: value.update({"worst-case": "C3-S"}),
        lambda value: value["arms"][0].update(arm=99),
        lambda value: value["arms"][0].update({"rate-low": "0.5"}),
        lambda value: value["arms"][0].update(positive="9"),
        lambda value: value["comparisons"][0].update({"e-value": {"exact": "1/0", "decimal": "0"}}),
    ],
)
def test_a_verdict_that_is_none_is_refused_by_name(stories, spoil, files_of):
    files = files_of(stories["controlled"])
    value = parse(files["data/results/certainty.json"])
    spoil(value)
    files["data/results/certainty.json"] = document(value)
    with pytest.raises(BundleError, match=r"certainty\.json"):
        side("A", "ab" * 32, files, files.__getitem__)
