"""Two bundles on one page: verdicts side by side, rates and evidence on one axis, where plans and files part."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from harness.report import sentences
from harness.report.contrast import plan_differences
from harness.report.figures import counted, evidence, percent_down, percent_up, rounded, threshold
from harness.report.html import NARROW, TEMPLATES, WIDE
from harness.report.markup import Markup, foreign, joined, tag
from harness.report.plots.contrast import draw_evidences, draw_rates
from harness.report.tables import NOTHING, table
from harness.report.wording import LADDER, PLACES, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.evidence.diff import FileDifference
    from harness.report.contrast import Side, SideArm, SideComparison

__all__ = ["Contrast", "render"]

_ROWS = 40
"""Rows of a table of differences, at most; what is beyond is counted."""
_CUT = 160
"""Characters of a value that a row shows, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Everything the page says."""

    a: Side
    b: Side
    same: int
    """Files that are the same in both."""
    files: tuple[FileDifference, ...]
    names: tuple[str, str]
    """What the reader calls the two bundles: the last part of each path."""
    version: str
    """Of the harness that writes the page."""


def render(contrast: Contrast) -> str:
    """Write the page; equal bundles give equal text."""
    a, b = sides = (contrast.a, contrast.b)
    page = Template((TEMPLATES / "contrast.html").read_text(encoding="utf-8"))
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    realms = [_realm(side) for side in ([a] if a.realm is b.realm else sides)]
    return page.substitute(
        style=style,
        version=joined(contrast.version),
        title=joined(f"{a.grade} and {b.grade}: {a.scenario} and {b.scenario}"),
        heading=joined(foreign(a.question), *([] if a.question == b.question else [" / ", foreign(b.question)])),
        realms=joined(*realms, *(tag("p", say(name), class_="banner") for name in _cautions(a, b))),
        as_sealed=joined(say("contrast-as-sealed")),
        sides=joined(*(_card(side, name) for side, name in zip(sides, contrast.names, strict=True))),
        rates=joined(_figure(1, "rates", draw_rates, sides, say("contrast-caption-rates")), _rates_table(sides)),
        evidence=_evidence(sides),
        loads=_loads(sides),
        plans=_plans(a, b),
        files=_files(contrast),
        verify=tag("pre", tag("code", "\n".join(f"smets-harness verify {name}" for name in contrast.names)), tabindex=0),
        realms_again=joined(*(tag("p", f"{side.letter}: {sentences.realm_words(side.realm)}") for side in sides)),
    )


def _cautions(a: Side, b: Side) -> list[str]:
    found = [] if a.realm is b.realm else ["contrast-realms"]
    return found if a.policy == b.policy else [*found, "contrast-policies"]


def _realm(side: Side) -> Markup:
    kind, _, rest = sentences.realm_words(side.realm).partition(": ")
    return tag("p", tag("strong", f"{kind}."), f"{rest[:1].upper()}{rest[1:]}", class_=f"realm realm-{side.realm.value}")


def _card(side: Side, name: str) -> Markup:
    grade = side.grade
    level = grade.level if grade.level in {*LADDER, "C5", "NR"} else NOTHING
    badge = tag(
        "div",
        tag("p", tag("span", level, tag("span", f"-{grade.realm.value}", class_="suffix")), class_="grade", aria_hidden="true"),
        tag("p", " ".join(filter(None, (f"u={grade.units}", grade.rate_class))), class_="suffixes", aria_hidden="true"),
        tag("p", tag("span", f"Grade {grade}: ", class_="spoken"), sentences.grade_name(grade), class_="grade-name"),
        class_="badge",
    )
    treatment = side.treatment
    facts = [
        ("Scenario", tag("code", side.scenario)),
        ("Treatment", joined(_positive(treatment)) if treatment else joined(NOTHING)),
        ("Blocks", joined(f"{side.blocks:,}, {counted(side.voids, 'block') if side.voids else 'none'} void")),
        ("Devices", _devices(treatment)),
        ("Policy", tag("code", side.policy)),
        ("Harness", tag("code", side.harness)),
        ("Payload root", tag("code", side.root[:16])),
    ]
    shown = tag("dl", *(tag("div", tag("dt", key), tag("dd", words)) for key, words in facts), class_="facts")
    return tag("div", tag("h3", f"{side.letter} \u00b7 ", foreign(name)), badge, shown, class_="side")


def _positive(arm: SideArm) -> str:
    return f"{arm.positive:,} of {arm.trials:,} positive, {percent_down(arm.low)} to {percent_up(arm.high)}"


def _devices(arm: SideArm | None) -> Markup:
    rows = arm.devices if arm else ()
    return tag("ul", *(tag("li", tag("span", role, class_="key"), " ", foreign(device)) for role, device in rows))


def _figure(number: int, name: str, draw: Callable[[Sequence[Side], int, str], Markup], sides: Sequence[Side], caption: str) -> Markup:
    return tag(
        "figure",
        tag("div", draw(sides, WIDE, f"{name}-wide"), class_="wide"),
        tag("div", draw(sides, NARROW, f"{name}-narrow"), class_="narrow"),
        tag("figcaption", tag("strong", f"Figure {number}."), " ", caption),
        id=f"figure-{name}",
    )


def _rates_table(sides: Sequence[Side]) -> Markup:
    rows = [
        (
            foreign(arm.name),
            side.letter,
            f"{arm.positive:,} of {arm.trials:,}",
            percent_down(arm.low),
            percent_up(arm.high),
            arm.grade,
        )
        for name in dict.fromkeys(arm.name for side in sides for arm in side.arms)
        for side in sides
        for arm in side.arms
        if arm.name == name
    ]
    return table("What each arm came to", ("Arm", "Bundle", "Positive trials#", "Rate from#", "Rate to#", "Grade"), rows)


def _evidence(sides: Sequence[Side]) -> Markup:
    rows = [
        (
            foreign(one.arm),
            side.letter,
            evidence(one.e_value),
            threshold(one.needed),
            "reached" if one.e_value >= one.needed else "not reached",
        )
        for name in dict.fromkeys(one.arm for side in sides for one in side.comparisons)
        for side in sides
        for one in side.comparisons
        if one.arm == name
    ]
    if not rows:
        return tag("p", say("no-control"))
    columns = ("Control arm", "Bundle", "E#", "Needed#", "Evidence")
    figure = _figure(2, "evidences", draw_evidences, sides, say("contrast-caption-evidence"))
    return joined(figure, table("The treatment against each control", columns, rows))


def _reached(one: SideComparison) -> str:
    return "reached" if one.e_value >= one.needed else "not reached"


def _loads(sides: Sequence[Side]) -> Markup:
    rows = [
        (PLACES.get(tap, tap), side.letter, *map(rounded, side.loads[tap]))
        for tap in dict.fromkeys(tap for side in sides for tap in side.loads)
        for side in sides
        if tap in side.loads
    ]
    if not rows:
        return tag("p", say("impact-none"))
    return table("Alerts a day for each 1,000 installed", ("Counting point", "Bundle", "P5#", "P50#", "P95#"), rows)


def _plans(a: Side, b: Side) -> Markup:
    found = plan_differences(a, b)
    if not found:
        return tag("p", say("contrast-same-plan"))
    rows = [(tag("code", one.member), _value(one.a), _value(one.b)) for one in found[:_ROWS]]
    words = say("contrast-plans", members=counted(len(found), "member"))
    return joined(tag("p", words), table("Members of the plan that differ", ("Member", "A", "B"), rows), _more(len(found)))


def _files(contrast: Contrast) -> Markup:
    if not contrast.files:
        return tag("p", say("contrast-same-files"))
    rows = [(tag("code", one.path), _how(one), _value(one.a), _value(one.b)) for one in contrast.files[:_ROWS]]
    words = say("contrast-files", same=counted(contrast.same, "file"), different=counted(len(contrast.files), "file"))
    columns = ("File", "Where they part", "A", "B")
    return joined(tag("p", words), table("Files that differ", columns, rows), _more(len(contrast.files)))


def _how(one: FileDifference) -> str:
    if not one.byte:
        return one.kind
    place = f"byte {one.byte:,}" + (f", line {one.line:,}" if one.line else "")
    return f"{place}, {one.member}" if one.member else place


def _value(text: str) -> Markup:
    shown = text if len(text) <= _CUT else f"{text[:_CUT]}\u2026"
    return tag("span", foreign(shown or NOTHING), class_="value")


def _more(rows: int) -> Markup:
    return tag("p", say("contrast-more", rows=f"{rows - _ROWS:,}"), class_="aside") if rows > _ROWS else Markup("")
