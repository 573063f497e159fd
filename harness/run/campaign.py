"""Carrying out a campaign: block after block in the plan's order, until the sealed rule says stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.judge.progress import outset
from harness.judge.question import Question
from harness.judge.stopping import stop_reason
from harness.run.forms import is_traced
from harness.run.ledger import Ledger
from harness.run.trial import Task
from harness.vocab.outcome import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.plan.model import Block, Plan, Trial
    from harness.run.executors import Executor
    from harness.run.sinks import Sink
    from harness.run.trial import TrialResult
    from harness.run.workplace import Workplace
    from harness.vocab.outcome import TrialOutcome

__all__ = ["Campaign", "block_rows", "carry_out_campaign", "question_of", "task_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What was carried out: whole blocks only, in the plan's order."""

    blocks: tuple[Block, ...]
    results: Ledger
    """What every trial of those blocks came to."""
    stopped: str
    """What the stop rule said last; empty where the campaign was interrupted before it said anything."""


def carry_out_campaign(plan: Plan, *, place: Workplace, executor: Executor, sink: Sink, limit: int | None = None) -> Campaign:
    """Carry out a plan, taking up whatever trials are recorded in ``place`` already; at most ``limit`` blocks where given.

    The rule is asked after every whole block and sees only the blocks up to there, so what it says
    does not depend on how many trials were under way. Trials beyond the stop are left unjudged.
    An interrupt (``KeyboardInterrupt``) ends the campaign after the last whole block.
    """
    blocks = plan.blocks[:limit]
    sink.tell("campaign.began", plan=plan.digest, blocks=len(blocks), trials=len(blocks) * len(plan.arms))
    question = question_of(plan)
    progress = outset(question)
    done: list[Block] = []
    results = Ledger(place.folder)
    stopped = ""
    stream = executor.results(_tasks(plan, blocks, place))
    try:
        for block in blocks:
            results.enter(_take(block, stream, sink))
            done.append(block)
            progress = progress.plus(block_rows(plan, block, results.outcomes))
            stopped = stop_reason(progress)
            sink.tell("block.judged", block=block.index, grade=progress.printed, void=len(progress.tally.voids), stopped=stopped)
            if stopped:
                break
    except KeyboardInterrupt:
        sink.tell("campaign.interrupted", blocks=len(done))
    finally:
        stream.close()
    sink.tell("campaign.ended", blocks=len(done), stopped=stopped)
    return Campaign(blocks=tuple(done), results=results, stopped=stopped)


def question_of(plan: Plan) -> Question:
    """Return what the judge may know of a plan."""
    return Question(roles=plan.roles, realm=plan.realm, stop=plan.stop, exploratory=plan.exploratory)


def block_rows(plan: Plan, block: Block, outcomes: Mapping[str, TrialOutcome]) -> tuple[Row, ...]:
    """Return one block's trials as the judge sees them, by arm number."""
    rows = [
        Row(
            block=block.index,
            arm=trial.arm,
            role=plan.roles[trial.arm],
            trial=trial.trial,
            count=outcomes[trial.trial].count,
            positive=outcomes[trial.trial].positive,
            void=outcomes[trial.trial].void,
            units=outcomes[trial.trial].units,
        )
        for trial in block.trials
    ]
    return tuple(sorted(rows, key=lambda row: row.arm))


def task_of(plan: Plan, trial: Trial, place: Workplace, *, captured: bool) -> Task:
    """Return one trial of a plan as a worker carries it out; what ``place`` has recorded of it is taken up."""
    return Task(
        order=plan.order(trial.trial),
        target=plan.target,
        folder=str(place.folder),
        outcome=plan.outcome,
        codes=plan.codes,
        recorded=place.journal_path(trial.trial).is_file(),
        traced=is_traced(plan.realm),
        captured=captured,
    )


def _tasks(plan: Plan, blocks: Sequence[Block], place: Workplace) -> Iterator[Task]:
    for block in blocks:
        for trial in block.trials:
            yield task_of(plan, trial, place, captured=plan.window.is_captured)


def _take(block: Block, stream: Iterator[TrialResult], sink: Sink) -> list[TrialResult]:
    """Take the results of one block and tell of each."""
    batch = []
    for trial in block.trials:
        result = next(stream)
        outcome = result.outcome
        batch.append(result)
        sink.tell(
            "trial.ended",
            block=block.index,
            trial=trial.trial,
            count=outcome.count,
            alerts=outcome.alerts,
            void=outcome.void,
            lost=outcome.lost,
        )
    return batch
