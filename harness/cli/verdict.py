"""From a story to the exit code that says whether it came out as expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import exit_codes

if TYPE_CHECKING:
    from harness.report.story import Story

__all__ = ["exit_code"]

_RECORDED = frozenset({"field-log", "simulated-capture"})
"""Targets that carry nothing out: they read what was recorded before."""


def exit_code(story: Story) -> int:
    """Return what the table of exit codes says of a campaign.

    Interrupted outweighs everything. With every block void nothing was learnt (void); where it had been recorded before, no
    bench failed, and it is only inconclusive. An arm that came out otherwise than expected differs, unless all that can be
    said of it is that it is inconclusive.
    """
    verdict = story.certainty
    if story.status == "interrupted":
        return exit_codes.INTERRUPTED
    if verdict.blocks and len(verdict.void_blocks) == verdict.blocks:
        return exit_codes.INCONCLUSIVE if story.target in _RECORDED else exit_codes.VOID
    unmet = [row for row in story.expectations if not row.met]
    if unmet:
        undecided = all(row.observed == "inconclusive" for row in unmet)
        return exit_codes.INCONCLUSIVE if undecided else exit_codes.DIFFERS
    if not story.expectations and verdict.grade.level == "inconclusive":
        return exit_codes.INCONCLUSIVE
    return exit_codes.AS_EXPECTED
