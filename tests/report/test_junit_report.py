"""The JUnit document: read by parsers that others wrote, neutral in its words."""

from __future__ import annotations

from xml.dom import minidom

import pytest

from harness.report import junit
from harness.report.plain import clean
from harness.report.story import Story


def _suites(source: str) -> list[minidom.Element]:
    return minidom.parseString(source.encode()).getElementsByTagName("testsuite")


def test_counts_add_up(story: Story) -> None:
    root = minidom.parseString(junit.render(story).encode()).documentElement
    (suite,) = root.getElementsByTagName("testsuite")
    cases = suite.getElementsByTagName("testcase")
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        found = [case for case in cases if case.getElementsByTagName(kind)]
        assert suite.getAttribute(name) == root.getAttribute(name) == str(len(found))
    assert suite.getAttribute("tests") == str(len(cases))
    assert suite.getAttribute("name") == clean(story.scenario)
    assert all(case.getAttribute("classname") and case.getAttribute("name") for case in cases)


def test_an_unmet_expectation_is_told_neutrally(stories: dict[str, Story]) -> None:
    (suite,) = _suites(junit.render(stories["observed"]))
    (failure,) = suite.getElementsByTagName("failure")
    assert failure.getAttribute("message") == "treatment: expected C3, observed C1, not as expected"
    assert failure.getAttribute("type") == "not-as-expected"
    assert "grades no device" in failure.firstChild.data


def test_an_interrupted_campaign_skips_what_it_cannot_tell(stories: dict[str, Story]) -> None:
    (suite,) = _suites(junit.render(stories["interrupted"]))
    assert suite.getAttribute("failures") == "0"
    assert suite.getElementsByTagName("skipped")[0].getAttribute("message") == "interrupted before the stop rule was met"


def test_a_scenario_without_expectations_still_has_a_case(maker, recipes) -> None:
    from dataclasses import replace

    story = replace(maker.build(recipes["controlled"]), expectations=())
    (suite,) = _suites(junit.render(story))
    assert [case.getAttribute("name") for case in suite.getElementsByTagName("testcase")] == ["carried out"]
    broken_off = replace(story, status="interrupted")
    assert _suites(junit.render(broken_off))[0].getAttribute("skipped") == "1"


def test_several_scenarios_are_several_suites(stories: dict[str, Story]) -> None:
    chosen = [stories["controlled"], stories["observed"]]
    root = minidom.parseString(junit.render_suites(chosen).encode()).documentElement
    assert len(root.getElementsByTagName("testsuite")) == 2
    assert (root.getAttribute("tests"), root.getAttribute("failures")) == ("4", "1")


def test_the_verdict_and_the_realm_travel_with_the_result(stories: dict[str, Story]) -> None:
    (suite,) = _suites(junit.render(stories["controlled"]))
    properties = {one.getAttribute("name"): one.getAttribute("value") for one in suite.getElementsByTagName("property")}
    assert properties["grade"] == "C3-S u=0 frequent"
    assert "grades no device" in properties["realm"]
    assert "E = 102, needed 100" in suite.getElementsByTagName("system-out")[0].firstChild.data


def test_a_library_made_for_such_files_reads_it(stories: dict[str, Story]) -> None:
    junitparser = pytest.importorskip("junitparser", reason="junitparser is not installed")
    suites = junitparser.JUnitXml.fromstring(junit.render(stories["observed"]).encode())
    (suite,) = list(suites)
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (2, 1, 0, 0)
    assert [case.is_passed for case in suite] == [False, True]
