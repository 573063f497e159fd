"""One page that needs nothing but itself: no script, no request, the same bytes on any machine."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from harness.report import sentences, tables
from harness.report.figures import counted, percent_up, rate_interval, spelt_duration, threshold
from harness.report.impact_text import impact_sentences
from harness.report.impact_words import unit_words
from harness.report.markup import Markup, foreign, joined, tag
from harness.report.plots.counts import draw_counts
from harness.report.plots.evidence import draw_evidence
from harness.report.plots.impact import draw_impact
from harness.report.plots.rate import draw_rate
from harness.report.plots.sequence import draw_sequence
from harness.report.plots.timeline import bin_duration, draw_timeline
from harness.report.wording import GRADES, LADDER, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.report.story import Story

__all__ = ["NARROW", "WIDE", "render"]

WIDE, NARROW = 760, 350
"""User units of a plot on a page or screen, and on a phone; both are drawn, one is shown."""

TEMPLATES = Path(__file__).parent / "templates"
"""The page's skeleton and its style sheet; part of the harness's own digest."""

EMPTY = Markup("")


def render(story: Story) -> str:
    """Write the whole page; equal stories give equal text."""
    page = Template((TEMPLATES / "report.html").read_text(encoding="utf-8"))
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    pieces: dict[str, Markup] = {}
    for part in (_head, _verdict, _design, _results, _trial_by_trial, _passage, _impact, _limits, _origin):
        pieces |= part(story)
    return page.substitute(pieces, style=style)


def _head(story: Story) -> Mapping[str, Markup]:
    kind, _, rest = sentences.realm_words(story.realm).partition(": ")
    banner = tag("p", tag("strong", "Interrupted."), say("note-interrupted"), class_="banner")
    return {
        "scenario": joined(story.scenario),
        "question": foreign(story.question),
        "claim": foreign(sentences.claim(story)),
        "title": joined(f"{story.grade} {story.scenario} ({kind.lower()})"),
        "realm": tag("p", tag("strong", f"{kind}."), f"{rest[:1].upper()}{rest[1:]}", class_=f"realm realm-{story.realm.value}"),
        "interrupted": banner if story.status == "interrupted" else EMPTY,
    }


def _verdict(story: Story) -> Mapping[str, Markup]:
    grade = story.grade
    level = grade.level if grade.level in {*LADDER, "NR"} else "\u2013"
    above = sentences.inconclusive_above(story)
    spoken = tag("span", f"Grade {grade}. ", class_="spoken")
    suffix = tag("p", " ".join(filter(None, (f"u={grade.units}", grade.rate_class))), class_="suffixes", aria_hidden="true")
    shown = tag("span", level, tag("span", f"-{grade.realm.value}", class_="suffix"), aria_hidden="true")
    further = (sentences.units_words(story), sentences.printed_words(story), sentences.odds_words(story))
    return {
        "grade": joined(spoken, shown),
        "grade_suffixes": suffix,
        "grade_name": joined(sentences.grade_name(grade)),
        "above": tag("p", above, class_="above") if above else EMPTY,
        "meaning": joined(sentences.meaning(story)),
        "further": joined(*(tag("p", words) for words in further if words)),
        "ladder": _ladder(level),
        "key_figures": _key_figures(story),
    }


def _ladder(level: str) -> Markup:
    held = LADDER.index(level) if level in LADDER else -1
    steps = []
    for place, name in enumerate(LADDER):
        state = "reached" if place <= held else "open"
        spoken = tag("span", ", reached" if place <= held else ", not reached", class_="spoken")
        steps.append(tag("li", f"{name} {GRADES[name]}", spoken, class_=f"step {state}", aria_current="step" if place == held else None))
    return tag("ol", *steps, class_="ladder", aria_label="Grades that one campaign can reach")


def _key_figures(story: Story) -> Markup:
    cards = []
    for name, figure, words in _cards(story):
        cards.append(tag("div", tag("dt", name), tag("dd", figure, class_="figure"), tag("dd", words), class_="card"))
    return tag("dl", *cards, class_="key-figures")


def _cards(story: Story) -> Iterable[tuple[str, str, str]]:
    certainty, treatment = story.certainty, story.treatment
    if treatment is not None:
        much = sentences.count_words(treatment)
        each = f"{much} superfluous alerts each" if much else ""
        yield "Treatment trials positive", f"{treatment.positive:,} of {treatment.trials:,}", each
        yield "Rate", rate_interval(treatment), "95\u00a0%, valid at any stop"
    if treatment is not None and treatment.excluded is not None:
        yield "Excluded", f"{percent_up(treatment.excluded)} or more", "rates of the treatment (95\u00a0%)"
    for one in certainty.comparisons if treatment is not None and treatment.positive else ():
        yield (
            joined("Against ", foreign(story.arms[one.arm].name)),
            sentences.evidence_words(one.e_value),
            f"needed {threshold(one.needed)}",
        )
    for words in sentences.controls_words(story)[:-2]:
        name, _, figure = words.partition(" in ")
        if figure:
            first, _, done = name.rpartition(" ")
            yield f"{first[:1].upper()}{first[1:]}", figure.removesuffix(" trials").removesuffix(" trial"), done
    yield "Blocks", f"{certainty.blocks:,}", "; ".join(sentences.controls_words(story)[-2:])


def _design(story: Story) -> Mapping[str, Markup]:
    measure, window = story.measure, story.window
    codes = [tag("li", tag("code", code.text), " ", foreign(code.name)) for code in story.codes] or [tag("li", "any")]
    settings = ", ".join(f"{name} {value}" for name, value in measure.settings)
    whose = "any device" if measure.role == "any" else f"the {measure.role}"
    observed, settled = spelt_duration(window.observe), spelt_duration(window.settle)
    treatment = [arm for arm in story.arms if arm.role == "treatment"]
    facts = [
        *(("Combination", tables.combination_list(arm)) for arm in treatment),
        *(("Condition", tables.stimuli_list(arm)) for arm in treatment),
        ("Alert codes", tag("ul", *codes)),
        ("Counted by", joined(tag("strong", foreign(measure.detector)), ": ", foreign(measure.sentence))),
        ("Settings", foreign(settings or tables.NOTHING)),
        ("Counting point", joined(say("counting-point", tap=measure.tap, whose=whose))),
        ("A trial is positive", joined(sentences.positive_rule(story))),
        ("Window", joined(say("window", observe=observed, settle=settled), " ", tag("code", window.start, class_="whole"))),
        ("Stop rule", joined(sentences.stop_rule_words(story))),
        ("Ended", joined(f"{sentences.carried_out(story)}; {sentences.stopped_words(story)}")),
        ("Carried out by", joined(foreign(story.target), f" (realm {story.realm.value})")),
        ("Origin of the question", foreign(story.origin)),
    ]
    words = joined(sentences.said_of("design", story.realm))
    return {"facts": _pairs(facts), "design_words": words, "arms": tables.arms_table(story)}


def _pairs(facts: Iterable[tuple[str, Markup]]) -> Markup:
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", words)) for name, words in facts), class_="facts")


def _results(story: Story) -> Mapping[str, Markup]:
    compared, stepped = bool(story.certainty.comparisons), bool(story.certainty.steps)
    return {
        "pairing_words": joined(sentences.said_of("pairing", story.realm)),
        "results": tables.results_table(story),
        "counts": _figure(story, 1, "counts", draw_counts, say("caption-counts")) if story.trials else tag("p", say("no-trial")),
        "comparisons": tables.comparisons_table(story) if compared else tag("p", say("no-control")),
        "evidence": _figure(story, 2, "evidence", draw_evidence, say("caption-evidence")) if compared and stepped else EMPTY,
        "rate": _figure(story, 3, "rate", draw_rate, say("caption-rate")) if stepped else EMPTY,
    }


def _trial_by_trial(story: Story) -> Mapping[str, Markup]:
    caption = say("caption-timeline", share=bin_duration(story, WIDE), narrow=bin_duration(story, NARROW))
    return {
        "timeline": _figure(story, 4, "timeline", draw_timeline, caption) if story.timelines else tag("p", say("no-timeline")),
        "standings": tables.standings_table(story),
        "codes": tables.codes_table(story),
        "detectors": tables.detectors_table(story),
        "trials": tables.trials_table(story),
        "steps": tables.steps_table(story) if story.certainty.steps else EMPTY,
        "full_arms": tables.full_arms_table(story),
    }


def _passage(story: Story) -> Mapping[str, Markup]:
    excerpt = story.excerpt
    if excerpt is None:
        return {"sequence": tag("p", say("no-excerpt")), "sequence_words": EMPTY}
    caption = say(
        "caption-sequence",
        trial=excerpt.trial,
        messages=counted(len(excerpt.messages), "message"),
        earlier=f"{excerpt.earlier:,}",
        later=f"{excerpt.later:,}",
    )
    words = joined(caption, tag("a", "the table of this passage", href="#sequence-words"), ".")
    return {
        "sequence": _figure(story, 5, "sequence", draw_sequence, words),
        "sequence_words": tag("div", tables.excerpt_table(excerpt), id="sequence-words"),
    }


def _impact(story: Story) -> Mapping[str, Markup]:
    impact = story.impact
    if impact is None:
        return {"impact": tag("p", say("impact-none"))}
    *said, conditional = impact_sentences(impact)
    pieces = [
        tag("p", conditional, class_="caveat"),
        _figure(story, 6, "impact", draw_impact, say("caption-impact", unit=unit_words(impact))),
        *(tag("p", foreign(words)) for words in said),
        tables.impact_table(impact),
    ]
    return {"impact": joined(*pieces)}


def _figure(story: Story, number: int, name: str, draw: Callable[[Story, int, str], Markup], caption: str) -> Markup:
    return tag(
        "figure",
        tag("div", draw(story, WIDE, f"{name}-wide"), class_="wide"),
        tag("div", draw(story, NARROW, f"{name}-narrow"), class_="narrow"),
        tag("figcaption", tag("strong", f"Figure {number}."), " ", caption),
        id=f"figure-{name}",
    )


def _limits(story: Story) -> Mapping[str, Markup]:
    told = sentences.notes(story)
    return {
        "controls": _items(sentences.controls_words(story)),
        "void": tables.void_table(story) if story.certainty.void_blocks else EMPTY,
        "notes": _items(told) if told else tag("p", say("note-none")),
        "expectations": tables.expectations_table(story) if story.expectations else tag("p", say("no-expectation")),
        "not_examined": _items(sentences.not_examined(story)),
    }


def _items(lines: Iterable[str]) -> Markup:
    return tag("ul", *(tag("li", foreign(words)) for words in lines))


def _origin(story: Story) -> Mapping[str, Markup]:
    policy = story.policy
    facts = (
        ("Scenario", tag("code", story.scenario)),
        ("Plan, SHA-256", tag("code", story.plan_digest, class_="digest")),
        ("Seed", tag("code", story.seed)),
        ("Harness", joined(f"smets-harness {story.harness_version}")),
        ("Harness source, SHA-256", tag("code", story.harness_digest, class_="digest")),
        ("Policy", tag("code", policy.version)),
        ("Policy, SHA-256", tag("code", policy.digest(), class_="digest")),
    )
    return {
        "repeat_words": joined(sentences.said_of("repeat", story.realm)),
        "repeat": tag("pre", tag("code", story.repeat), tabindex=0),
        "verify": tag("pre", tag("code", story.verify), tabindex=0),
        "grades": tables.grades_table(story),
        "background": joined(percent_up(policy.background_rate)),
        "needed": joined(threshold(policy.needed)),
        "consistent": joined(percent_up(policy.consistent)),
        "frequent": joined(percent_up(policy.frequent)),
        "rare": joined(percent_up(policy.rare)),
        "provenance": _pairs(facts),
        "version": joined(story.harness_version),
        "realm_again": joined(sentences.realm_words(story.realm)),
        "carried_out": joined(counted(len(story.trials), "trial")),
    }
