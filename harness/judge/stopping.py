"""When a campaign is over: the sealed stop rule, looked at after every complete block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.judge.grading import LADDER, attainable, lower, printed_level
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from harness.judge.question import Question
    from harness.judge.tally import Tally

__all__ = ["stop_reason"]


def stop_reason(tally: Tally, question: Question) -> str:
    """Say why the campaign is over after these blocks, or return an empty string to go on.

    ==========  ===========================================================================
    ``grade``   the grade asked for is held, and the worst-case recount holds it too
    ``zero``    as many blocks count as the rule says, and no treatment trial was positive
    ``blocks``  every block of the plan was carried out
    ``futile``  neither of the first two can be reached in the blocks that are left
    ==========  ===========================================================================

    A plan that cannot reach the grade it asks for stops at the highest it can. Looking costs
    nothing (Ville's inequality), so this may be asked as often as one likes. A field log was kept before
    anybody looked, so nothing is saved by stopping before its last window.
    """
    if question.realm is Realm.FIELD:
        return "blocks" if tally.blocks >= question.stop.blocks else ""
    target = lower(question.stop.at, attainable(question))
    treated, stop = tally.treated, question.stop
    if _holds(tally, target, question):
        return "grade"
    if not treated.positive and treated.trials >= stop.zero_blocks:
        return "zero"
    left = stop.blocks - tally.blocks
    if left <= 0:
        return "blocks"
    may_end_at_zero = not treated.positive and treated.trials + left >= stop.zero_blocks
    return "" if may_end_at_zero or _holds(tally.ahead(left), target, question) else "futile"


def _holds(tally: Tally, target: str, question: Question) -> bool:
    held = printed_level(tally, question)
    return held in LADDER and lower(held, target) == target
