"""The tables of the page: a caption, headed columns and rows, and a card for each row on a narrow screen."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from harness.interfaces.oracle import Standing
from harness.report import sentences
from harness.report.figures import clock, evidence, ordinal, percent_down, percent_up, rate_interval, rounded, threshold
from harness.report.markup import Markup, foreign, joined, tag
from harness.report.tally import names_of, tally
from harness.report.wording import GRADES, PLACES, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.report.excerpt import Excerpt
    from harness.report.story import Story, StoryArm, StoryTrial
    from harness.report.tally import Tally
    from harness.vocab.impact import Impact

__all__ = [
    "arms_table",
    "codes_table",
    "combination_list",
    "comparisons_table",
    "detectors_table",
    "excerpt_table",
    "expectations_table",
    "full_arms_table",
    "grades_table",
    "impact_table",
    "results_table",
    "standings_table",
    "steps_table",
    "stimuli_list",
    "table",
    "trials_table",
    "void_table",
]

NOTHING = "\u2013"


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, style: str = "cards") -> Markup:
    """Make a table whose first column heads its rows; a column title that ends in ``#`` holds figures.

    The roles are spelt out, since a style sheet that lays rows out as cards takes the implied ones away.
    """
    titles = [title.removesuffix("#") for title in columns]
    numeric = ["num" if title.endswith("#") else None for title in columns]
    heads = [tag("th", title, scope="col", role="columnheader", class_=style) for title, style in zip(titles, numeric, strict=True)]
    body = []
    for row in rows:
        cells = [tag("th", row[0], scope="row", role="rowheader")]
        cells += [tag("td", row[at], role="cell", class_=numeric[at], data_label=titles[at]) for at in range(1, len(row))]
        body.append(tag("tr", *cells, role="row"))
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption),
            tag("thead", tag("tr", *heads, role="row"), role="rowgroup"),
            tag("tbody", *body, role="rowgroup"),
            class_=style,
            role="table",
        ),
        class_="scroll",
        role="region",
        aria_label=caption,
        tabindex=0,
    )


def arms_table(story: Story) -> Markup:
    """Say what each arm is for, and how it differs from the treatment."""
    rows = [(foreign(arm.name), sentences.purpose(arm, story.realm), foreign(arm.difference or NOTHING)) for arm in story.arms]
    return table("The arms", ("Arm", "Purpose", "Differs from the treatment in"), rows)


def full_arms_table(story: Story) -> Markup:
    """List every arm's combination and what was done to it, in full."""
    rows = [(foreign(arm.name), combination_list(arm), stimuli_list(arm)) for arm in story.arms]
    return table("The arms in full", ("Arm", "Combination", "What was done"), rows)


def combination_list(arm: StoryArm) -> Markup:
    """List what fills each role of an arm."""
    return tag("ul", *(tag("li", tag("span", role, class_="key"), " ", foreign(words)) for role, words in arm.combination))


def stimuli_list(arm: StoryArm) -> Markup:
    """List what was done in an arm, one line each."""
    return tag("ul", *(tag("li", foreign(words)) for words in arm.stimuli or ("no stimulus",)))


def results_table(story: Story) -> Markup:
    """Say what each arm's trials came to."""
    rows = [
        (
            foreign(arm.name),
            f"{result.positive:,} of {result.trials:,}",
            sentences.count_words(result) or NOTHING,
            joined(rate_interval(result), tag("small", result.rate_class) if result.rate_class else Markup("")),
            percent_up(result.excluded) if result.excluded is not None else NOTHING,
            evidence(result.e_rate),
            str(result.grade),
        )
        for arm, result in story.results()
    ]
    columns = ("Arm", "Positive trials#", "Alerts when positive#", "Rate (95\u00a0%)#", "Excluded from#", "E (rate)#", "Grade")
    return table("What each arm came to", columns, rows)


def comparisons_table(story: Story) -> Markup:
    """Say how the treatment compares with each control, paired by block."""
    rows = [
        (
            foreign(story.arms[comparison.arm].name),
            f"{comparison.treatment_more:,}",
            f"{comparison.control_more:,}",
            f"{comparison.ties:,}",
            evidence(comparison.e_value),
            threshold(comparison.needed),
            "reached" if comparison.e_value >= comparison.needed else "not reached",
        )
        for comparison in story.certainty.comparisons
    ]
    columns = ("Control arm", "Treatment more#", "Control more#", "Equal#", "E#", "Needed#", "Evidence")
    return table("The treatment against each control, in blocks", columns, rows)


def standings_table(story: Story) -> Markup:
    """Say how the alerts at the counting point stand before the specification."""
    tallies = tally(story)
    seen = names_of(tallies, lambda one: one.by_standing)
    known = [standing.value for standing in Standing]
    standings = [*(name for name in known if name in seen), *(name for name in seen if name not in known)]
    rows = []
    for one in tallies:
        stood = (f"{one.by_standing.get(name, 0):,}" for name in standings)
        rows.append((foreign(story.arms[one.arm].name), f"{one.trials:,}", f"{one.alerts:,}", *stood))
    columns = ("Arm", "Trials#", "Alerts#", *(f"{name}#" for name in standings))
    return table("Alerts at the counting point, by standing, over valid trials", columns, rows)


def codes_table(story: Story) -> Markup:
    """Say which codes the alerts at the counting point carried, in each arm."""
    tallies = tally(story)
    codes = names_of(tallies, lambda one: one.by_code)
    rows = [(tag("code", code), *(f"{one.by_code.get(code, 0):,}" for one in tallies)) for code in codes]
    columns = ("Code", *(f"{arm.name}#" for arm in story.arms))
    return table("Alerts at the counting point, by code, over valid trials", columns, rows) if rows else Markup("")


def detectors_table(story: Story) -> Markup:
    """Say what every detector counted in each arm."""
    tallies = tally(story)
    names = sorted({*names_of(tallies, lambda one: one.by_detector), *story.detectors})
    rows = [(_detector(story, name), *(_found(one, name) for one in tallies)) for name in names]
    columns = ("Detector", *(f"{arm.name}#" for arm in story.arms))
    return table("Superfluous alerts found by each detector, over valid trials", columns, rows)


def _detector(story: Story, name: str) -> Markup:
    judged = tag("span", "judged", class_="chip") if name == story.measure.detector else Markup("")
    return joined(foreign(name), judged, tag("small", foreign(story.detectors.get(name, ""))))


def _found(one: Tally, name: str) -> str:
    return f"{one.by_detector.get(name, 0):,}"


def void_table(story: Story) -> Markup:
    """List the blocks that count for nothing, and why."""
    rows = [(ordinal(block), foreign(reason)) for block, reason in sorted(story.certainty.void_blocks.items())]
    return table("Void blocks", ("Block", "Reason"), rows, style="plain")


def expectations_table(story: Story) -> Markup:
    """Set what the scenario expected beside what was observed."""
    rows = [
        (foreign(story.arms[one.arm].name), foreign(one.expected), foreign(one.observed), "as expected" if one.met else "not as expected")
        for one in story.expectations
    ]
    return table("What the scenario expected", ("Arm", "Expected", "Observed", "Outcome"), rows, style="plain")


def grades_table(story: Story) -> Markup:
    """Define every grade and mark the one that was reached."""
    rows = []
    for level, name in GRADES.items():
        here = tag("span", "this report", class_="chip") if level == story.grade.level else Markup("")
        rows.append((joined(level, here), name, sentences.grade_meaning(level, story.policy)))
    return table("Grades", ("Grade", "Name", "What must hold"), rows, style="plain")


def trials_table(story: Story) -> Markup:
    """Lay out every trial: a row for each block, a column for each arm."""
    if not story.trials:
        return tag("p", say("no-trial"))
    by_place = {(trial.block, trial.arm): trial for trial in story.trials}
    rows = []
    for block in story.blocks():
        void = tag("span", "void", class_="chip void-chip") if block in story.certainty.void_blocks else Markup("")
        rows.append((joined(ordinal(block), void), *(_trial(by_place.get((block, arm.index))) for arm in story.arms)))
    columns = ("Block", *(f"{arm.name}#" for arm in story.arms))
    caption = "Superfluous alerts in each trial, with the trial and its place in the block's random order"
    return table(caption, columns, rows, style="dense")


def _trial(trial: StoryTrial | None) -> Markup:
    if trial is None:
        return joined(NOTHING)
    outcome = trial.outcome
    count = tag("span", f"{outcome.count:,}", class_="positive" if outcome.positive else "silent")
    void = tag("small", foreign(f"void: {outcome.void}")) if outcome.void else Markup("")
    return joined(count, void, tag("small", f"{outcome.trial}, place {ordinal(trial.position)}"))


def excerpt_table(excerpt: Excerpt) -> Markup:
    """Say the sequence diagram in words: every sighting, in order of time."""
    rows = []
    for one in excerpt.seen:
        message = excerpt.messages[one.message]
        sent = joined(tag("code", message.code), f" from {message.role or 'another device'}")
        kind = "superfluous" if one.superfluous else ""
        rows.append((clock(one.at), one.tap, PLACES[one.tap], ordinal(one.message), sent, f"{message.counter:,}", kind))
    columns = ("Time", "Counting point", "Where", "Message#", "Alert", "Counter#", "Classed")
    return table(f"The passage of trial {excerpt.trial} in words", columns, rows, style="dense")


def impact_table(impact: Impact) -> Markup:
    """Say what comes to each counting point."""
    rows = []
    for point in impact.points:
        spread = point.load or point.rate_spread
        quantiles = (rounded(value) for value in (spread.p5, spread.p50, spread.p95)) if spread else (NOTHING, NOTHING, NOTHING)
        gain = rounded(point.gain) if point.gain is not None else NOTHING
        peak = rounded(point.peak.p50) if point.peak else NOTHING
        rows.append((PLACES[point.tap], rounded(point.rate), gain, *quantiles, peak))
    per = "alerts a day per 1,000" if impact.named.load else "alerts a device-day"
    columns = ("Counting point", "Rate a device-day#", "For each on the HAN#", f"P5, {per}#", "P50#", "P95#", "Peak, 5 min per 1,000#")
    return table("Impact at each counting point, from the device outwards", columns, rows)


def steps_table(story: Story) -> Markup:
    """Give the figures behind the plots of rate and evidence."""
    compared = [comparison.arm for comparison in story.certainty.comparisons]
    rows = []
    for step in story.certainty.steps:
        grown = (evidence(Fraction(step[f"e-{arm}"])) for arm in compared)
        rows.append((ordinal(int(step["block"])), percent_down(Fraction(step["low"])), percent_up(Fraction(step["high"])), *grown))
    columns = ("After block", "Rate from#", "Rate to#", *(f"E against {story.arms[arm].name}#" for arm in compared))
    return table("Rate bounds and evidence after every block", columns, rows, style="dense")
