"""The verdict on a terminal: plain text, at most 100 characters a line, colour only if a caller paints it."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from harness.report import sentences
from harness.report.figures import counted, ordinal, percent_up, rate_interval
from harness.report.impact_text import impact_sentences
from harness.report.plain import clean
from harness.report.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.report.story import Story, StoryArm
    from harness.vocab.outcome import ArmCertainty

    Style = Callable[[str, str], str]
    """Paints a piece of text in ``bold``, ``dim``, ``good``, ``bad`` or ``accent``."""

__all__ = ["WIDTH", "render", "unpainted"]

WIDTH = 100
"""Characters a line, at most."""

_FIELD = 14
_LONGEST_NAME = 22


def unpainted(text: str, name: str) -> str:
    """Leave text as it is, whatever the style's name."""
    return text


def render(story: Story, style: Style = unpainted) -> str:
    """Write the whole verdict, ending in a line feed; without ``style`` there is no escape sequence in it."""
    lines = [*_asked(story, style), "", *_verdict(story, style), *_arms(story, style), "", *_rest(story, style)]
    return "".join(f"{line.replace(chr(0xA0), ' ').rstrip()}\n" for line in lines)


def _field(name: str, words: str, style: Style, paint: str = "") -> Iterator[str]:
    """Give one named fact, its further lines indented below the first."""
    for place, line in enumerate(wrap(clean(words), WIDTH - _FIELD, break_on_hyphens=False) or [""]):
        head = style(name.ljust(_FIELD), "dim") if place == 0 else " " * _FIELD
        yield head + (style(line, paint) if paint else line)


def _asked(story: Story, style: Style) -> Iterator[str]:
    yield from _field("question", story.question, style)
    yield from _field("claim", sentences.claim(story), style)
    yield from _field("plan", f"{story.plan_digest[:12]}  {counted(len(story.arms), 'arm')}, {sentences.stop_rule_words(story)}", style)
    yield from _field("policy", f"{story.policy.version}  sha256 {story.policy.digest()[:12]}", style)
    yield from _field("target", f"{story.target} (realm {story.realm.value})", style)
    yield from _field("carried out", f"{sentences.carried_out(story)}; {sentences.stopped_words(story)}", style)


def _verdict(story: Story, style: Style) -> Iterator[str]:
    grade = story.grade
    above = sentences.inconclusive_above(story)
    name = sentences.grade_name(grade) + (f", {above}" if above else "")
    yield f"{style(str(grade), 'bold')}  {style(name, 'bold')}"
    yield f"  ({story.realm.words})"
    for words in (sentences.meaning(story), sentences.units_words(story), sentences.printed_words(story)):
        yield from _indented(words)


def _indented(words: str, indent: str = "  ") -> list[str]:
    return wrap(clean(words), WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _arms(story: Story, style: Style) -> Iterator[str]:
    """Give each arm a line with its figures; a name too long for the column stands on a line of its own."""
    named = [(clean(arm.name), arm, result) for arm, result in story.results()]
    column = 2 + min(_LONGEST_NAME, max((len(name) for name, _, _ in named), default=0)) + 2
    for name, arm, result in named:
        figures = wrap("   ".join(_figures(story, arm, result)), WIDTH - column, break_on_hyphens=False)
        if len(name) + 4 > column:
            yield from (style(line, "accent") for line in _indented(name))
        else:
            figures[0] = f"  {style(name.ljust(column - 4), 'accent')}  {figures[0]}"
        for line in figures:
            yield line if line.startswith("  ") else " " * column + line
    yield from _indented("; ".join(sentences.controls_words(story)))
    yield from _indented(sentences.odds_words(story))


def _figures(story: Story, arm: StoryArm, result: ArmCertainty) -> Iterator[str]:
    much = sentences.count_words(result)
    yield sentences.result_words(result) + (f", {much} superfluous alerts each" if much else "")
    if arm.role == "treatment":
        yield f"rate {rate_interval(result)} (95\u00a0%, valid at any stop)".replace(" ", "\u00a0")
    yield from (sentences.comparison_words(one).replace(" ", "\u00a0") for one in story.certainty.comparisons if one.arm == arm.index)
    if result.excluded is not None and arm.role.is_graded:
        yield say("excluded-short", excluded=percent_up(result.excluded)).replace(" ", "\u00a0")


def _rest(story: Story, style: Style) -> Iterator[str]:
    for place, words in enumerate(impact_sentences(story.impact, brief=True) if story.impact else ()):
        yield from _field("" if place else "impact", words, style)
    yield from _field("not shown", "; ".join(sentences.not_examined(story)), style)
    for one in story.expectations:
        yield from _field("expectation", sentences.expectation_words(one, story.arms[one.arm]), style, "good" if one.met else "bad")
    for block, reason in sorted(story.certainty.void_blocks.items()):
        yield from _field("void", f"block {ordinal(block)}: {reason}", style)
    for words in sentences.notes(story):
        yield from _field("note", words, style)
    if not story.trials:
        yield from _field("note", say("no-trial"), style)
    yield from _field("repeat", story.repeat, style)
    yield from _field("verify", story.verify, style)
