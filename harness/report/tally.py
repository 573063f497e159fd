"""Sums over an arm's trials, for the reader: what was seen beside the outcome that was judged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.report.story import Story, StoryTrial

__all__ = ["Tally", "names_of", "tally"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the valid trials of one arm add up to; trials of void blocks are left out."""

    arm: int
    trials: int
    alerts: int
    """Alerts at the counting point, superfluous or not."""
    superfluous: int
    """By the outcome's detector."""
    by_detector: Mapping[str, int]
    by_code: Mapping[str, int]
    by_standing: Mapping[str, int]


def tally(story: Story) -> tuple[Tally, ...]:
    """Add up the valid trials of every arm, in the order of the arms."""
    valid = [trial for trial in story.trials if not trial.outcome.void and trial.block not in story.certainty.void_blocks]
    return tuple(_of_arm(arm.index, [trial for trial in valid if trial.arm == arm.index]) for arm in story.arms)


def _of_arm(index: int, trials: list[StoryTrial]) -> Tally:
    by_detector: Counter[str] = Counter()
    by_code: Counter[str] = Counter()
    by_standing: Counter[str] = Counter()
    for trial in trials:
        by_detector.update(trial.outcome.by_detector)
        by_code.update(trial.outcome.by_code)
        by_standing.update(trial.outcome.standings)
    return Tally(
        arm=index,
        trials=len(trials),
        alerts=sum(trial.outcome.alerts for trial in trials),
        superfluous=sum(trial.outcome.count for trial in trials),
        by_detector=by_detector,
        by_code=by_code,
        by_standing=by_standing,
    )


def names_of(tallies: tuple[Tally, ...], which: Callable[[Tally], Mapping[str, int]]) -> tuple[str, ...]:
    """Return, sorted, every name that one of the tallies' mappings counts."""
    return tuple(sorted({name for one in tallies for name in which(one)}))
