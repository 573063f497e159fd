"""Notices: what leaves the lab for a manufacturer or for the parties, made of templates and fields alone."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Literal

from harness.report import sentences
from harness.report.figures import counted, ordinal, rate_interval
from harness.report.impact_text import impact_sentences
from harness.report.impact_words import band_words, quantiles_words
from harness.report.notice_wording import CAUSES, REMEDIATIONS, tell
from harness.report.plain import clean
from harness.report.wording import PLACES, say
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.report.story import Story, StoryArm

    Section = tuple[str, tuple[str, ...]]
    """A heading and its paragraphs; one that starts with two spaces is a command or a quotation, kept as it is."""

__all__ = ["Derivative", "Kind", "Notice", "render", "sections"]

Kind = Literal["manufacturer", "parties", "captures"]
"""Whom a notice is for: a maker, the parties, or whoever may have captures."""

WIDTH = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivative:
    """The derived bundle that goes with a notice."""

    name: str
    root: str
    """Its payload root, hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Everything a notice says."""

    kind: Kind
    story: Story
    """With the names that the recipient may read, and pseudonyms for everybody else's devices."""
    seal: str
    """SHA-256 of the bundle's tag manifest, hexadecimal; empty where no secret line blinds it.

    A digest of the payload itself would let whoever has all but one small file guess that one.
    """
    issue: str
    version: int
    date: str
    contact: str
    interim: bool = False
    about: str = ""
    """Role of the device whose manufacturer is addressed."""
    reply_by: str = ""
    derivative: Derivative | None = None
    reply: str | None = None
    """The manufacturer's reply, word for word, in a notice to the parties."""
    reply_digest: str = ""
    cause: str = "none"
    remediation: str = "none"


def render(notice: Notice) -> str:
    """Write the notice as plain text, at most 96 characters a line; equal notices give equal text."""
    title = f"{tell(f'title-{notice.kind}')}    {tell(f'tlp-{notice.kind}')}"
    lines = [title, "=" * len(title)]
    for heading, paragraphs in sections(notice):
        lines += ["", heading, "-" * len(heading)]
        for paragraph in paragraphs:
            lines += [paragraph] if paragraph.startswith("  ") else _wrapped(paragraph)
    return "".join(f"{line.replace(chr(0xA0), ' ').rstrip()}\n" for line in lines)


def _wrapped(paragraph: str) -> list[str]:
    bullet = paragraph[:2] in {"- ", "1.", "2.", "3.", "4.", "5.", "6.", "7.", "8.", "9."}
    return wrap(clean(paragraph), WIDTH, subsequent_indent="   " if bullet else "", break_on_hyphens=False)


def sections(notice: Notice) -> tuple[Section, ...]:
    """Return what a notice says, heading by heading, in the order in which it is read."""
    parts = [_tracking(notice), _concerns(notice), _observed(notice), _combination(notice), _condition(notice)]
    if notice.kind != "captures":
        parts += [_controls(notice), _impact(notice)]
    parts.append(("What was not shown", tuple(f"- {words}" for words in sentences.not_examined(notice.story))))
    if notice.kind == "parties":
        parts += [_status(notice), _reply(notice)]
    if notice.derivative is not None:
        parts.append(_derivative(notice.derivative))
    return (*parts, _help(notice), _answering(notice), ("What this notice does not say", (tell("asserts"),)))


def _tracking(notice: Notice) -> Section:
    policy = notice.story.policy
    return "Tracking", (
        f"- issue: {tell('tracking', issue=notice.issue, version=notice.version, date=notice.date)}",
        *([f"- status: {tell('status-interim' if notice.interim else 'status-final')}"] if notice.kind != "captures" else ()),
        f"- evidence: {tell('bundle' if notice.seal else 'bundle-plan', seal=notice.seal[:16], plan=notice.story.plan_digest[:16])}",
        f"- policy: {tell('policy', policy=policy.version, digest=policy.digest()[:16])}",
    )


def _concerns(notice: Notice) -> Section:
    realm = sentences.realm_words(notice.story.realm)
    if notice.kind == "captures":
        return "What this is about", (tell("concerns-captures"), realm)
    if notice.kind == "parties":
        return "What this is about", (tell("concerns-parties"), realm)
    device = dict(_treatment(notice.story).combination).get(notice.about, notice.about)
    return "What this is about", (tell("concerns", device=device), realm)


def _observed(notice: Notice) -> Section:
    story, measure = notice.story, notice.story.measure
    told = list(_counts(story))
    whose = "any device" if measure.role == "any" else f"the {measure.role}"
    rule = sentences.positive_rule(story).removesuffix(" in a trial")
    told.append(tell("counted", where=PLACES[measure.tap], role=whose, rule=rule))
    told += filter(None, (sentences.units_words(story), sentences.printed_words(story)))
    return "What was observed", tuple(told)


def _counts(story: Story) -> Iterator[str]:
    treatment = story.treatment
    if treatment is None:
        return
    yield tell(
        "observed",
        grade=story.grade,
        name=sentences.grade_name(story.grade),
        codes=" and ".join(code.text for code in story.codes) or "any code",
        positive=f"{treatment.positive:,}",
        trials=counted(treatment.trials, "trial"),
        rate=rate_interval(treatment),
        detector=story.measure.detector,
        sentence=story.measure.sentence,
    )
    if much := sentences.count_words(treatment):
        yield tell("each", much=much)


def _treatment(story: Story) -> StoryArm:
    return next(arm for arm in story.arms if arm.role is ArmRole.TREATMENT)


def _combination(notice: Notice) -> Section:
    return "Combination", tuple(f"- {role}: {words}" for role, words in _treatment(notice.story).combination)


def _condition(notice: Notice) -> Section:
    steps = _treatment(notice.story).stimuli
    return "Condition, step by step", tuple(f"{place}. {words}" for place, words in enumerate(steps, 1)) or ("no condition applied",)


def _controls(notice: Notice) -> Section:
    story = notice.story
    told = [
        tell(
            "control",
            arm=story.arms[one.arm].name,
            purpose=sentences.purpose(story.arms[one.arm], story.realm),
            more=tell("control-more", blocks=counted(one.treatment_more, "block")),
            less=tell("control-less", blocks=counted(one.control_more, "block")),
            ties=tell("control-ties", blocks=counted(one.ties, "block")),
            comparison=sentences.comparison_words(one),
        )
        for one in story.certainty.comparisons
    ]
    if odds := sentences.odds_words(story):
        told.append(odds)
    told += sentences.controls_words(story)
    told += (tell("void", block=ordinal(block), reason=reason) for block, reason in sorted(story.certainty.void_blocks.items()))
    return "Controls and void blocks", tuple(f"- {words}" for words in told)


def _impact(notice: Notice) -> Section:
    """Say the impact for 1,000 installed and its band; what it comes to in a population is not for a notice."""
    impact = notice.story.impact
    if impact is None:
        return "Impact", (say("impact-none"),)
    said = dict(zip((point.tap for point in impact.points), quantiles_words(impact), strict=True))
    told = (said[impact.named.tap], band_words(impact), impact_sentences(impact)[-1])
    return "Impact", tuple(f"- {words}" for words in told if words)


def _status(notice: Notice) -> Section:
    cause, remediation = CAUSES[notice.cause], REMEDIATIONS[notice.remediation]
    return "Status", (f"- {tell('cause', status=cause)}", f"- {tell('remediation', status=remediation)}")


def _reply(notice: Notice) -> Section:
    if notice.reply is None:
        return "The manufacturer's reply", (tell("reply-none", date=notice.date),)
    quoted = tuple(f"  | {clean(line)}" for line in notice.reply.splitlines())
    return "The manufacturer's reply", (tell("reply-verbatim", digest=notice.reply_digest), *quoted)


def _derivative(derivative: Derivative) -> Section:
    words = tell("derivative", name=derivative.name, root=derivative.root[:16])
    return "What goes with this notice", (words, f"  smets-harness verify {derivative.name}", *_foreign_recipe(derivative.name))


def _foreign_recipe(name: str) -> Iterable[str]:
    return (f"  cd {name} && sha256sum -c --quiet manifest-sha256.txt && sha256sum manifest-sha256.txt",)


def _help(notice: Notice) -> Section:
    plan = notice.story.plan_digest[:16]
    asked: tuple[str, ...]
    if notice.kind == "manufacturer":
        asked = (tell("help-logs"), tell("help-notes"), tell("help-replicate", plan=plan))
    elif notice.kind == "parties":
        asked = (tell("help-parties-logs"), tell("help-parties-capture"))
    else:
        asked = (tell("help-captures"), tell("help-parties-capture"))
    return ("What a Party can check" if notice.kind == "parties" else "What is asked for"), tuple(f"- {words}" for words in asked)


def _answering(notice: Notice) -> Section:
    where = tell("reply-by", date=notice.reply_by, contact=notice.contact) if notice.reply_by else tell("reply-to", contact=notice.contact)
    if notice.kind == "manufacturer":
        return "Reply, and right of reply", (where, tell("right-of-reply"))
    return "Replies and corrections", (where, tell("correct"))
