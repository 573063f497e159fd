"""Executors: how many trials are carried out at once, and what happens when a worker dies.

Every trial is a function of its order, so a trial that was lost with its worker is simply carried
out again; results come back in order of submission whatever the number of workers.
"""

from __future__ import annotations

import signal
from collections import deque
from typing import TYPE_CHECKING, Protocol

from harness.errors import BenchError
from harness.run.trial import carry_out

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from concurrent.futures import Future, ProcessPoolExecutor

    from harness.interfaces.target import Target
    from harness.run.trial import Task, TrialResult

__all__ = ["Executor", "Inline", "Processes", "executor"]

_LIVES = 3


class Executor(Protocol):
    """Carries out tasks; closing the iterator leaves the rest undone."""

    def results(self, tasks: Iterable[Task]) -> Generator[TrialResult]:
        """Yield the result of each task, in the order of the tasks."""
        ...


class Inline:
    """One trial after another in this process."""

    def __init__(self, on: Target | None = None) -> None:
        """Carry out trials on a target that is at hand; where none is given, on the one that each task names."""
        self.on = on

    def results(self, tasks: Iterable[Task]) -> Generator[TrialResult]:
        """Yield each result as soon as its trial is over."""
        for task in tasks:
            yield carry_out(task, self.on)


class Processes:
    """Several trials at once, each in a process of its own that starts clean (spawn)."""

    def __init__(self, workers: int) -> None:
        """Use ``workers`` processes."""
        self.workers = workers

    def results(self, tasks: Iterable[Task]) -> Generator[TrialResult]:
        """Yield results in order; a pool that breaks is rebuilt and only the missing trials are repeated.

        Raises :class:`BenchError` where the same trial loses its worker three times.
        """
        source = iter(tasks)
        waiting: deque[Task] = deque()
        lives = _LIVES
        while True:
            pool = _pool(self.workers)
            try:
                for result in _drain(pool, waiting, source, ahead=2 * self.workers):
                    lives = _LIVES
                    yield result
                return
            except _BrokenError:
                _end_workers(pool)
                lives -= 1
                if not lives:
                    raise BenchError(
                        "its worker process died three times",
                        where=f"trial {waiting[0].order.trial}",
                        expected="enough memory; '--workers 1' shows what happens",
                    ) from None
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


class _BrokenError(Exception):
    """A worker process died; which trial it took along is not known."""


def _pool(workers: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _end_workers(pool: ProcessPoolExecutor) -> None:
    """End what is left of a broken pool.

    The pool ends its workers itself, but one that was being started at that instant is missed and
    waited for without end (seen on CPython 3.11). From 3.14 on this is ``kill_workers``.
    """
    for process in list((pool._processes or {}).values()):
        process.kill()


def _submit(pool: ProcessPoolExecutor, task: Task) -> Future[TrialResult]:
    """Hand a task to the pool; a worker that this starts never hears Ctrl-C, which is the parent's to answer.

    A blocked signal stays blocked in a process that is started meanwhile, and waits for the parent.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(carry_out, task)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _drain(pool: ProcessPoolExecutor, waiting: deque[Task], source: Iterator[Task], *, ahead: int) -> Generator[TrialResult]:
    """Keep ``ahead`` tasks in flight; ``waiting`` holds those whose result has not been yielded."""
    from concurrent.futures import BrokenExecutor

    try:
        futures: deque[Future[TrialResult]] = deque(_submit(pool, task) for task in waiting)
        while True:
            while len(futures) < ahead and (task := next(source, None)) is not None:
                waiting.append(task)
                futures.append(_submit(pool, task))
            if not futures:
                return
            result = futures[0].result()
            futures.popleft()
            waiting.popleft()
            yield result
    except BrokenExecutor as error:
        raise _BrokenError from error


def executor(workers: int) -> Executor:
    """Return the executor for this many workers; one worker needs no process of its own."""
    return Inline() if workers <= 1 else Processes(workers)
