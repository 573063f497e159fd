"""``data/results/``: a pure function of the plan and the trials' traces, octet for octet.

Nobody is named in it: devices go by their pseudonyms, whatever identities are at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.evidence.layout import RESULTS
from harness.judge.documents import certainty_document, outcome_document
from harness.judge.impact_document import impact_document
from harness.report import document as document_form
from harness.report import html, junit, text
from harness.report.telling import judged, named, tell
from harness.vocab.canonical import document, lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.report.story import Story
    from harness.report.telling import Told

__all__ = ["render", "results"]


def results(told: Told) -> tuple[Story, dict[str, bytes | Iterable[bytes]]]:
    """Return the story of a campaign and every file under ``data/results/``, by path; findings piece by piece.

    The story is for the lab: it says device models where the plan's identities are at hand. The files never do.
    """
    plan, campaign = told.plan, told.campaign
    verdict = judged(plan, campaign)
    story = tell(told, verdict)
    return named(story, plan), {
        f"{RESULTS}certainty.json": document(certainty_document(verdict)),
        **({f"{RESULTS}impact.json": document(impact_document(story.impact))} if story.impact else {}),
        f"{RESULTS}outcomes.jsonl": lines(outcome_document(trial.outcome) for trial in story.trials),
        f"{RESULTS}findings.jsonl": campaign.results,
        f"{RESULTS}report.html": render(story, "html").encode(),
        f"{RESULTS}report.txt": render(story, "text").encode(),
        f"{RESULTS}junit.xml": render(story, "junit").encode(),
    }


def render(story: Story, form: str) -> str:
    """Write a story as ``html``, ``text``, ``junit`` or ``json``."""
    return {"html": html.render, "text": text.render, "junit": junit.render, "json": document_form.render}[form](story)
