"""``data/results/``: a pure function of the plan and the trials' journals, octet for octet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.judge.documents import certainty_document, finding_document, outcome_document
from harness.report import document as document_form
from harness.report import html, junit, text
from harness.report.telling import judged, tell
from harness.vocab.canonical import document, lines

if TYPE_CHECKING:
    from harness.report.story import Story
    from harness.report.telling import Told

__all__ = ["RESULTS", "render", "results"]

RESULTS = "data/results/"


def results(told: Told) -> tuple[Story, dict[str, bytes]]:
    """Return the story of a campaign and every file under ``data/results/``, by path."""
    plan, campaign = told.plan, told.campaign
    verdict = judged(plan, campaign)
    story = tell(told, verdict)
    order = [trial.trial for block in campaign.blocks for trial in block.trials]
    found = [campaign.results[trial] for trial in order]
    return story, {
        f"{RESULTS}certainty.json": document(certainty_document(verdict)),
        f"{RESULTS}outcomes.jsonl": lines(outcome_document(result.outcome) for result in found),
        f"{RESULTS}findings.jsonl": lines(finding_document(result.trial, finding) for result in found for finding in result.findings),
        f"{RESULTS}report.html": render(story, "html").encode(),
        f"{RESULTS}report.txt": render(story, "text").encode(),
        f"{RESULTS}junit.xml": render(story, "junit").encode(),
    }


def render(story: Story, form: str) -> str:
    """Write a story as ``html``, ``text``, ``junit`` or ``json``."""
    return {"html": html.render, "text": text.render, "junit": junit.render, "json": document_form.render}[form](story)
