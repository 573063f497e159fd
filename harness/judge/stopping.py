"""When a campaign is over: the sealed stop rule, looked at after every complete block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.judge.grading import attainable, lower
from harness.vocab.outcome import LADDER
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from harness.judge.progress import Progress

__all__ = ["stop_reason"]


def stop_reason(progress: Progress) -> str:
    """Say why the campaign is over after these blocks, or return an empty string to go on.

    ==========  ===========================================================================
    ``grade``   the grade asked for is held, and the worst-case recount holds it too
    ``zero``    as many blocks count as the rule says, and no treatment trial was positive
    ``blocks``  every block of the plan was carried out
    ``futile``  neither of the first two can be reached in the blocks that are left,
                whatever they bring (curtailment)
    ==========  ===========================================================================

    A plan that cannot reach the grade it asks for stops at the highest it can. Looking costs
    nothing (Ville's inequality), so this may be asked as often as one likes. A field log was kept before
    anybody looked, so nothing is saved by stopping before its last window.
    """
    stop, tally = progress.question.stop, progress.tally
    if progress.question.realm is Realm.FIELD:
        return "blocks" if tally.blocks >= stop.blocks else ""
    target = lower(stop.at, attainable(progress.question))
    if _holds(progress, target):
        return "grade"
    treated = tally.treated
    if not treated.positive and treated.trials >= stop.zero_blocks:
        return "zero"
    left = stop.blocks - tally.blocks
    if left <= 0:
        return "blocks"
    may_end_at_zero = not treated.positive and treated.trials + left >= stop.zero_blocks
    return "" if may_end_at_zero or _holds(progress.ahead(left), target) else "futile"


def _holds(progress: Progress, target: str) -> bool:
    held = progress.printed
    return held in LADDER and lower(held, target) == target
