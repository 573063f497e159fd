"""The report for build servers: a test suite for each scenario, a test case for each expectation.

Only the scenario's own expectations become cases. A device is never graded here: an unmet expectation
says that what was observed differs from what the scenario's author wrote down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness.report import sentences, text
from harness.report.plain import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.report.story import Expectation, Story

__all__ = ["render", "render_suites"]


def render(story: Story) -> str:
    """Write the JUnit document of one scenario; no time and no host is in it, so equal stories give equal text."""
    return render_suites([story])


def render_suites(stories: Iterable[Story]) -> str:
    """Write one JUnit document with a test suite for each story.

    The shape is the one Jenkins, GitLab and GitHub reporters read: ``testsuites``, ``testsuite`` with
    counts and properties, ``testcase`` with ``failure`` or ``skipped``, and the verdict as ``system-out``.
    """
    root = Element("testsuites", name="smets-harness")
    for story in stories:
        _suite(root, story)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, story: Story) -> None:
    suite = SubElement(root, "testsuite", name=clean(story.scenario))
    properties = SubElement(suite, "properties")
    for name, value in _properties(story):
        SubElement(properties, "property", name=name, value=clean(value))
    for expectation in story.expectations:
        _case(suite, story, expectation)
    if not story.expectations:
        case = SubElement(suite, "testcase", classname=clean(story.scenario), name="carried out")
        if story.status == "interrupted":
            _skipped(case, story)
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    SubElement(suite, "system-out").text = text.render(story)


def _properties(story: Story) -> Iterable[tuple[str, str]]:
    return (
        ("grade", str(story.grade)),
        ("realm", sentences.realm_words(story.realm)),
        ("status", story.status),
        ("plan", story.plan_digest),
        ("harness", f"{story.harness_version} {story.harness_digest}"),
    )


def _case(suite: Element, story: Story, expectation: Expectation) -> None:
    arm = story.arms[expectation.arm]
    name = clean(f"{arm.name} expected {expectation.expected}")
    case = SubElement(suite, "testcase", classname=clean(story.scenario), name=name)
    if expectation.met:
        return
    if story.status == "interrupted":
        _skipped(case, story)
        return
    words = clean(sentences.expectation_words(expectation, arm))
    told = SubElement(case, "failure", message=words, type="not-as-expected")
    told.text = f"{words}. {sentences.realm_words(story.realm)}"


def _skipped(case: Element, story: Story) -> None:
    SubElement(case, "skipped", message=sentences.stopped_words(story))
