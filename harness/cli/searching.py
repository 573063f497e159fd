"""What screen and shrink share: a search's folder, its plans, and the trials it asks for, some ahead of time."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from harness.errors import BenchError, InternalError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Generator, Iterator, Mapping

    from harness.cli.console import Console
    from harness.interfaces.target import Target
    from harness.plan.model import Plan
    from harness.run.executors import Executor
    from harness.run.trial import Task, TrialResult
    from harness.run.workplace import Workplace
    from harness.shrink.record import Subject
    from harness.shrink.search import Seen
    from harness.vocab.outcome import TrialOutcome
    from harness.vocab.roles import ArmRole

__all__ = ["Plans", "Stage", "arguments", "carry_out", "claimed", "seen", "subject_of", "telling", "write_out"]

RESULTS = ("search.json", "smallest.toml")
"""Files of a result, in its folder."""

W = TypeVar("W")
R = TypeVar("R")


def arguments(parser: argparse.ArgumentParser, *, kind: str) -> None:
    """Declare what every search is asked for."""
    parser.add_argument("scenario", help="a scenario's file or id")
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", dest="overrides", help="change one value of the scenario; repeatable"
    )
    parser.add_argument("--seed", metavar="TEXT", help=f"another seed for the {kind} (default: the scenario's, marked with '{kind}')")
    parser.add_argument("--target", default="simulator", metavar="NAME", help="what carries out the trials (default: simulator)")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder for results (default: out)")
    parser.add_argument(
        "--name", metavar="NAME", help=f"name of the result's folder (default: the scenario's id, '{kind}' and some digits)"
    )
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="trials at once (default: one for each processor)"
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--resume", action="store_true", help=f"go on with an interrupted {kind}: trials recorded already are taken up")
    either.add_argument("--replace", action="store_true", help="start again and replace a result of the same name")


def subject_of(kind: str, value: Mapping[str, object], args: argparse.Namespace, on: Target) -> Subject:
    """Return what a search of this kind is about; its seed is the scenario's, marked, unless another was given."""
    from harness.cli.compose import harness_identity
    from harness.scenario.writing import toml_text
    from harness.shrink.record import Subject

    return Subject(
        scenario=str(value["id"]),
        source=toml_text(value),
        seed=args.seed if args.seed is not None else f"{value.get('seed', '1')}/{kind}",
        target=on.name,
        realm=on.realm.value,
        harness=harness_identity(on.name),
    )


def claimed(folder: Path, args: argparse.Namespace) -> Workplace:
    """Return the work folder beside a result, cleared where asked for.

    Raises :class:`UsageError` where something stands there already and neither --resume nor --replace was given.
    """
    from harness.run.workplace import Workplace

    if args.workers < 1:
        raise UsageError(f"{args.workers} workers", expected="at least 1")
    place = Workplace(folder.with_name(f"{folder.name}.work"))
    if args.replace:
        place.remove()
        for name in RESULTS:
            (folder / name).unlink(missing_ok=True)
    elif args.resume and not place.folder.is_dir() and not _holds_result(folder):
        raise UsageError("nothing was interrupted here", where=str(folder), expected="an earlier search of the same name")
    elif not args.resume and (place.folder.is_dir() or _holds_result(folder)):
        what = "an interrupted search of this name is here" if place.folder.is_dir() else "there is a result already"
        raise UsageError(what, where=str(folder), expected="--resume to go on, --replace to start again, or another --name")
    return place


def _holds_result(folder: Path) -> bool:
    return any((folder / name).exists() for name in RESULTS)


class Plans:
    """The plan of every combination that a search has asked about, each made once and kept in a folder of its own."""

    def __init__(self, chosen: Target, place: Workplace) -> None:
        """Lay out plans for ``chosen``, keep them below the work folder ``place``."""
        self._target = chosen
        self._place = place
        self._plans: dict[str, tuple[Plan, Workplace]] = {}

    def of(self, source: str) -> Plan:
        """Return the plan of a scenario given as TOML."""
        return self._laid_out(source)[0]

    def task(self, source: str, turn: int, role: ArmRole) -> Task:
        """Return one trial of a scenario: of its arm with this role, the one with this number."""
        from harness.run.campaign import task_of

        plan, place = self._laid_out(source)
        trial = next(trial for trial in plan.blocks[turn].trials if plan.roles[trial.arm] is role)
        return task_of(plan, trial, place, captured=False)

    def _laid_out(self, source: str) -> tuple[Plan, Workplace]:
        if source not in self._plans:
            from harness.cli.compose import laid_out, sealed_files
            from harness.run.workplace import Workplace
            from harness.scenario.loading import load

            plan = laid_out(load(source, target=self._target), self._target)
            place = Workplace(self._place.folder / "plans" / plan.digest[:16])
            place.open(sealed_files(plan))
            self._plans[source] = (plan, place)
        return self._plans[source]


class Stage(Generic[W, R]):
    """A search on its way: what it wants now, and what it came to."""

    def __init__(self, search: Generator[W, Seen, R]) -> None:
        """Start the search up to the first trial that it wants."""
        self._search = search
        self._result: list[R] = []
        self.wanted: W | None = None
        self._advance(lambda: next(search))

    def take(self, found: Seen) -> None:
        """Tell the search what the wanted trial came to."""
        self._advance(lambda: self._search.send(found))

    @property
    def result(self) -> R:
        """What the search came to, once it wants nothing more."""
        if not self._result:
            raise InternalError("a search that still wants trials has no result")
        return self._result[0]

    def _advance(self, step: Callable[[], W]) -> None:
        try:
            self.wanted = step()
        except StopIteration as done:
            self.wanted = None
            self._result.append(done.value)


def carry_out(
    stage: Stage[W, R],
    task: Callable[[W], Task],
    following: Callable[[W], W | None],
    executor: Executor,
    tell: Callable[[W, Seen], None],
) -> R:
    """Carry out the trials that a search wants until it wants nothing more, and return what it came to.

    Workers are kept busy with the trials that would be wanted next if nothing changed; where the search decides
    otherwise, what they came to is left unread. So the result does not depend on how many there are.
    """
    while stage.wanted is not None:
        ahead: deque[W] = deque()
        stream = executor.results(map(task, _ahead(stage, ahead, following)))
        try:
            for result in stream:
                wanted = ahead.popleft()
                if wanted != stage.wanted:
                    continue
                found = seen(result)
                tell(wanted, found)
                stage.take(found)
                if stage.wanted is None:
                    break
        finally:
            stream.close()
    return stage.result


def _ahead(stage: Stage[W, R], ahead: deque[W], following: Callable[[W], W | None]) -> Iterator[W]:
    """Yield what is wanted now, and else what would be wanted after the last that was yielded."""
    while stage.wanted is not None:
        new = stage.wanted if stage.wanted not in ahead else following(ahead[-1])
        if new is None:
            return
        ahead.append(new)
        yield new


def seen(result: TrialResult) -> Seen:
    """Return what a search may know of a trial."""
    from harness.shrink.search import Seen

    outcome: TrialOutcome = result.outcome
    return Seen(trial=result.trial, count=outcome.count, positive=outcome.positive, void=outcome.void)


def telling(console: Console) -> Callable[[str], None]:
    """Return a way of telling progress: a line that is redrawn at a terminal, silence elsewhere."""
    if not console.live or console.as_json:
        return lambda _: None

    def tell(line: str) -> None:
        console.err.write(f"\r {line}\x1b[K" if line else "\r\x1b[K")
        console.err.flush()

    return tell


def write_out(folder: Path, files: dict[str, bytes]) -> None:
    """Write a result, each file whole or not at all; raises :class:`BenchError` where the disk refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, octets in files.items():
            part = folder / f".{name}.part"
            part.write_bytes(octets)
            part.replace(folder / name)
    except OSError as error:
        raise BenchError(
            f"could not be written: {error.strerror or error}", where=str(folder), expected="room and leave to write"
        ) from error
