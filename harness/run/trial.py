"""Carrying out one trial: the only place where a target is set to work.

A trial is kept in two forms (:mod:`harness.run.forms`): the journal as the target wrote it, and its trace. What
is assessed is the trace, so nothing that follows from a trial can hold an identity. Where the plan asks for it, the
target's packets are kept beside both.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import BenchError
from harness.interfaces.registry import detectors, target
from harness.judge.assess import assess
from harness.masking.trace import trace
from harness.run.forms import TRACES, TRIALS
from harness.run.workplace import Workplace
from harness.vocab.journal import Journal, JournalWriter

if TYPE_CHECKING:
    from typing import BinaryIO

    from harness.interfaces.target import Target, TrialOrder
    from harness.scenario.model import Outcome
    from harness.vocab.alert import Finding
    from harness.vocab.outcome import TrialOutcome

__all__ = ["Task", "TrialResult", "carry_out", "result_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a worker needs for one trial; it crosses process borders, so it is plain values."""

    order: TrialOrder
    target: str
    folder: str
    outcome: Outcome
    codes: tuple[int, ...]
    recorded: bool
    """Whether the journal is there already, from a run that was interrupted."""
    traced: bool
    """Whether a trace is derived from the journal and assessed in its place; not where the journal names nobody."""
    captured: bool = False
    """Whether the packets that the target records are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What one trial came to."""

    trial: str
    outcome: TrialOutcome
    findings: tuple[Finding, ...]
    unread: int
    """Messages at the counting point, within the window, that could not be decoded."""


class _Tee:
    """Keeps what is written to a stream, so that a journal need not be read back from the disk."""

    __slots__ = ("_stream", "parts")

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.parts: list[bytes] = []

    def write(self, octets: bytes) -> int:
        """Write through to the stream and keep a copy."""
        self.parts.append(octets)
        return self._stream.write(octets)


def carry_out(task: Task, on: Target | None = None) -> TrialResult:
    """Carry out one trial, or take up its journal where it is recorded already, derive its trace, and assess it.

    ``on`` is the target that carries it out; where none is given, the one of the task's name is looked up. A
    target that gives up with :class:`BenchError` leaves a whole journal whose last record says why; the
    trial is void, not negative.
    """
    place = Workplace(Path(task.folder))
    trial = task.order.trial
    octets = place.journal_path(trial).read_bytes() if task.recorded else _record(task, place, on or target(task.target))
    where = f"{TRIALS}{trial}.jsonl"
    if task.traced:
        octets, where = trace(octets, where=where), f"{TRACES}{trial}.jsonl"
        place.keep_trace(trial, octets)
    return result_of(Journal(octets, where=where), task.outcome, task.codes)


def result_of(journal: Journal, outcome: Outcome, codes: tuple[int, ...]) -> TrialResult:
    """Assess one journal with every detector there is."""
    found = assess(journal, outcome, codes, detectors=detectors())
    return TrialResult(trial=journal.trial, outcome=found.outcome, findings=found.findings, unread=found.unread)


def _record(task: Task, place: Workplace, on: Target) -> bytes:
    trial = task.order.trial
    with ExitStack() as stack:
        tee = _Tee(stack.enter_context(place.journal(trial)))
        writer = JournalWriter(tee, stack.enter_context(place.capture(trial)) if task.captured else None)
        try:
            on.run(task.order, writer)
        except BenchError as error:
            writer.record(writer.last, "end", reason=f"void: {error}")
        return b"".join(tee.parts)
