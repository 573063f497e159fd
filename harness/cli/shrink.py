"""``smets-harness shrink``: the smallest set of conditions that still reproduces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.searching import Plans, Stage, arguments, carry_out, claimed, subject_of, telling, write_out
from harness.errors import ScenarioError, UsageError
from harness.vocab.identity import ROLES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from harness.cli.console import Console
    from harness.interfaces.target import Target
    from harness.run.trial import Task
    from harness.scenario.model import Level, Scenario
    from harness.shrink.candidates import Candidate
    from harness.shrink.narrowing import Edge, Range
    from harness.shrink.search import Seen, Shrunk, Wanted
    from harness.vocab.canonical import Json

SUMMARY = "find the smallest set of conditions that still reproduces"
DESCRIPTION = """Find the smallest set of conditions that still reproduces.

Conditions that can be left out are the differences between treatment and
controls, the treatment's stimuli, the scenario's [factors], and what --factor
adds. First the positive control, the sham and the whole are looked at; then
conditions are left out, one at a time up to 12 of them and by halving above,
each question decided by a sequential test of 4 % against 25 %.

What is found is a claim, observed at most (C1). 'smets-harness isolate' puts it
to the test on trials of its own. Exit code 0 where a trigger was found, 6 where the
whole does not reproduce often enough or needs none of them, 7 where the
controls failed."""
EXAMPLES = """examples:
  smets-harness shrink average-voltage-chatter
  smets-harness shrink average-voltage-chatter --factor combination.gsme=none --workers 2
  smets-harness shrink average-voltage-chatter --inside esme
  smets-harness shrink mine.toml --keep stimulus.swing --narrow 6
  smets-harness shrink average-voltage-chatter --resume"""


_MOST_HALVINGS = 40


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what to search in, and what may be left out."""
    arguments(parser, kind="shrink")
    parser.add_argument(
        "--factor",
        action="append",
        default=[],
        metavar="PATH[=VALUE]",
        help="one more condition to leave out, and what replaces it",
    )
    parser.add_argument(
        "--inside", action="append", default=[], choices=ROLES, help="take the simulated device of this role apart: settings, mechanisms"
    )
    parser.add_argument(
        "--narrow", type=int, default=0, metavar="N", help="halve the range of each number that is needed so often (default: 0)"
    )
    parser.add_argument("--keep", action="append", default=[], metavar="PATH", help="a condition that stays; repeatable")


def run(args: argparse.Namespace, console: Console) -> int:
    """Search, write record and smallest scenario, and tell."""
    from harness.interfaces.registry import target
    from harness.scenario.loading import load, opened
    from harness.shrink.candidates import candidates, chosen
    from harness.shrink.narrowing import range_of

    on = target(args.target)
    scenario = load(args.scenario, target=on, overrides=args.overrides)
    value = opened(args.scenario, overrides=args.overrides).value
    whole = candidates(value, args.factor)
    every = candidates(value, args.factor, {role: _inside(role, scenario, whole, on) for role in args.inside})
    kept = chosen(every, args.keep, value)
    factors = tuple(candidate for candidate in every if candidate not in kept)
    if not factors:
        raise ScenarioError("nothing can be left out", where=args.scenario, expected="arms that differ, [factors], or --factor PATH=VALUE")
    if not 0 <= args.narrow <= _MOST_HALVINGS:
        raise UsageError(f"--narrow {args.narrow}", expected=f"0 to {_MOST_HALVINGS}")
    ranges = {number: found for number, one in enumerate(factors) if (found := range_of(one, scenario, on))}
    return _Shrinking(value, factors, ranges, args=args, on=on).run(console)


def _inside(role: str, scenario: Scenario, known: Sequence[Candidate], on: Target) -> tuple[Candidate, ...]:
    """Return what a device of the treatment holds that its reference does not; raises :class:`UsageError` where there is nothing."""
    from harness.shrink.candidates import inside_device
    from harness.vocab.roles import ArmRole, Realm

    if on.realm is not Realm.SIMULATED:
        raise UsageError("a real device cannot be taken apart", where=f"--inside {role}", expected="a simulated one")
    treatment = next(arm for arm in scenario.arms if arm.role is ArmRole.TREATMENT)
    model = treatment.combination.devices[role]
    references = {str(one.reference) for one in known if one.path == ("combination", role)}
    reference = next((profile for other, profile in scenario.profiles.items() if str(other) in references), None)
    found = inside_device(scenario.profiles[model], reference, on.device_settings(role)) if model else ()
    if not found:
        raise UsageError("this device holds nothing that could be left out", where=f"--inside {role}", expected="a setting or a mechanism")
    return found


class _Shrinking:
    """One search, with the folder it works in."""

    def __init__(
        self,
        value: Mapping[str, object],
        factors: Sequence[Candidate],
        ranges: Mapping[int, Range],
        *,
        args: argparse.Namespace,
        on: Target,
    ) -> None:

        self._value = value
        self._factors = factors
        self._ranges = ranges
        self._args = args
        self._on = on
        self._subject = subject_of("shrink", value, args, on)

    def run(self, console: Console) -> int:
        from harness.cli.interrupts import interruptible

        folder = self._args.out / (self._args.name or self._name())
        place = claimed(folder, self._args)
        plans = Plans(self._on, place)
        if not console.as_json:
            console.talk(f"shrink     {len(self._factors)} conditions may be left out: {', '.join(one.name for one in self._factors)}")
        with place.locked():
            try:
                with interruptible():
                    found, edges = self._search(plans, console)
            except KeyboardInterrupt:
                console.talk(f"interrupted; trials are kept in {place.folder}; to go on, repeat the command with --resume")
                return exit_codes.INTERRUPTED
            record = self._write(found, edges, plans, folder)
        place.remove()
        return _tell(found, record, folder, console)

    def _name(self) -> str:
        from hashlib import sha256

        from harness.vocab.canonical import canonical

        left_out: Json = [f"{one.name}={one.reference}" for one in self._factors]
        subject = {name: member for name, member in self._subject.document("shrink").items() if name != "harness"}
        asked = {**subject, "without": left_out, "narrow": self._args.narrow}
        return f"{self._subject.scenario}-shrink-{sha256(canonical(asked)).hexdigest()[:6]}"

    def _search(self, plans: Plans, console: Console) -> tuple[Shrunk, tuple[Edge, ...]]:
        from dataclasses import replace

        from harness.run.executors import executor
        from harness.shrink.narrowing import narrowed
        from harness.shrink.search import minimal
        from harness.shrink.sprt import SPRT
        from harness.shrink.variants import controls_of

        tell = telling(console)
        count = 0

        def told(wanted: Wanted, found: Seen) -> None:
            nonlocal count
            count += 1
            tell(f"trial {count}: {len(wanted.kept)} of {len(self._factors)} conditions kept, {found.count} superfluous")

        try:
            return carry_out(
                Stage(narrowed(minimal(len(self._factors), controls=controls_of(self._value)), self._ranges, self._args.narrow)),
                lambda wanted: self._task(wanted, plans),
                lambda wanted: replace(wanted, turn=wanted.turn + 1) if wanted.turn + 1 < SPRT.blocks else None,
                executor(self._args.workers),
                told,
            )
        finally:
            tell("")

    def _task(self, wanted: Wanted, plans: Plans) -> Task:
        """Return a wanted trial; raises :class:`ScenarioError` that names what cannot stand together."""
        from harness.scenario.problem import ScenarioProblemsError

        try:
            return plans.task(self._source(wanted.kept, wanted.level), wanted.turn, wanted.role)
        except ScenarioProblemsError as error:
            without = ", ".join(one.name for number, one in enumerate(self._factors) if number not in wanted.kept)
            what = f"this combination cannot be carried out: {error.problems[0].what}"
            raise ScenarioError(what, where=f"without {without}", expected="--keep for one of these") from None

    def _source(self, kept: frozenset[int], level: tuple[int, int] | None) -> str:
        """Return the scenario of one combination as TOML; the whole has the harness's own controls beside it."""
        from harness.shrink.sprt import SPRT
        from harness.shrink.variants import arm_at, searching

        left_out = [(one.path, one.reference) for number, one in enumerate(self._factors) if number not in kept]
        if level is not None:
            left_out.append((self._factors[level[0]].path, self._written(*level)))
        return searching(self._value, arm_at(self._value, left_out), seed=self._subject.seed, blocks=SPRT.blocks, controls=not left_out)

    def _written(self, factor: int, value: int) -> Level:
        """Write a value of a numeric factor as a scenario has it."""
        written = self._ranges[factor].setting.write(value)
        return written if isinstance(written, (str, int)) else str(written)

    def _write(self, found: Shrunk, edges: tuple[Edge, ...], plans: Plans, folder: Path) -> dict[str, Json]:
        from harness.shrink.record import shrink_document
        from harness.shrink.variants import smallest
        from harness.vocab.canonical import document

        record = shrink_document(
            self._subject,
            self._factors,
            found,
            edges,
            plan=lambda asked: plans.of(self._source(asked.kept, asked.level)).digest,
            write=self._written,
        )
        files = {"search.json": document(record)}
        if found.ending.value == "found":
            dropped = [candidate for number, candidate in enumerate(self._factors) if number not in found.needed]
            files["smallest.toml"] = smallest(self._value, dropped).encode()
        write_out(folder, files)
        return record


def _tell(found: Shrunk, record: Mapping[str, Json], folder: Path, console: Console) -> int:
    from harness.shrink.search import Ending
    from harness.shrink.words import shrink_lines

    is_found = found.ending is Ending.FOUND and bool(found.needed)
    code = exit_codes.AS_EXPECTED if is_found else exit_codes.INCONCLUSIVE
    if found.ending is Ending.CONTROLS_FAILED:
        code = exit_codes.VOID
    if console.as_json:
        console.json({**record, "folder": str(folder), "exit-code": code})
        return code
    for line in shrink_lines(record):
        console.data(line)
    console.data(f"record     {folder}/search.json")
    if is_found:
        console.data(f"smallest   {folder}/smallest.toml")
        console.data(f"isolate    smets-harness isolate {folder}/search.json")
    return code
