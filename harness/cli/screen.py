"""``smets-harness screen``: vary the factors of a scenario together, and say which levels to follow up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import exit_codes
from harness.cli.searching import Plans, Stage, arguments, carry_out, claimed, subject_of, telling, write_out
from harness.errors import ScenarioError, UsageError, nearest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator, Mapping, Sequence
    from fractions import Fraction

    from harness.cli.console import Console
    from harness.interfaces.target import Target
    from harness.scenario.model import Level
    from harness.shrink.covering import Array
    from harness.shrink.screening import Cell
    from harness.shrink.search import Seen
    from harness.vocab.canonical import Json

SUMMARY = "vary the factors of a scenario together, and say which levels to follow up"
DESCRIPTION = """Vary the factors of a scenario together, and say which levels to follow up.

The scenario's [factors] are varied in the treatment by a covering array: every
two levels (--strength 2) meet in some row. There are as many rounds as a
behaviour of --rate needs to be seen once with the probability --detect, and at
least as many as one level needs to stand out among all. In each round the levels
are dealt anew, so chance decides what stands together.
Evidence for each level is exact; e-BH chooses what to follow up, with 5 % of
chance findings among it. Combinations that cannot be carried out are told.

What a screen finds was observed, no more (C1). Exit code 0 where a level is to
be followed up, 6 where none stands out, 7 where the controls failed."""
EXAMPLES = """examples:
  smets-harness screen mine.toml
  smets-harness screen mine.toml --strength 3 --rate 50% --workers 2
  smets-harness screen mine.toml --only combination.hub --only combination.esme
  smets-harness screen mine.toml --rounds 20 --json"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what to screen, how densely, and how often."""
    arguments(parser, kind="screen")
    parser.add_argument("--strength", type=int, default=2, choices=(1, 2, 3), help="how many levels meet in some row (default: 2)")
    parser.add_argument("--only", action="append", default=[], metavar="PATH", help="screen this factor and others so named; repeatable")
    parser.add_argument("--rate", default="30%", metavar="SHARE", help="a behaviour of this rate is to be seen (default: 30%%)")
    parser.add_argument("--detect", default="95%", metavar="SHARE", help="with this probability at least once (default: 95%%)")
    parser.add_argument("--rounds", type=int, metavar="N", help="so many rounds, in place of --rate and --detect")


def run(args: argparse.Namespace, console: Console) -> int:
    """Screen, write the record, and tell."""
    from harness.interfaces.registry import target
    from harness.scenario.loading import load, opened
    from harness.shrink.screening import fewest_rounds, repeats

    on = target(args.target)
    scenario = load(args.scenario, target=on, overrides=args.overrides)
    value = opened(args.scenario, overrides=args.overrides).value
    factors = _chosen(scenario.factors, args.only, args.scenario)
    wished = repeats(_share(args.rate, "--rate"), _share(args.detect, "--detect"))
    rounds = args.rounds if args.rounds is not None else max(wished, fewest_rounds(sum(map(len, factors.values()))))
    if rounds < 1:
        raise UsageError(f"{rounds} rounds", expected="at least 1")
    return _Screening(value, factors, args=args, on=on, rounds=rounds).run(console)


def _chosen(factors: Mapping[str, tuple[Level, ...]], only: Sequence[str], where: str) -> dict[str, tuple[Level, ...]]:
    """Return the factors asked for; raises :class:`ScenarioError` with the nearest name for one that is none."""
    if not factors:
        expected = """a table [factors], such as "combination.hub" = ["northgate-1@2.0", "bridgewater-2@1.4"]"""
        raise ScenarioError("the scenario names no factors", where=where, expected=expected)
    for name in only:
        if name not in factors:
            raise ScenarioError(f"no factor '{name}'", where=where, expected=", ".join(factors), nearest=nearest(name, factors))
    return {name: levels for name, levels in factors.items() if not only or name in only}


def _share(text: str, option: str) -> Fraction:
    from fractions import Fraction

    number = text.strip().removesuffix("%").strip()
    if text.strip().endswith("%") and number.replace(".", "", 1).isdecimal() and number.isascii():
        share = Fraction(number) / 100
        if 0 < share < 1:
            return share
    raise UsageError(f"'{text}' is not a share", where=option, expected="more than 0 % and less than 100 %, such as '30%'")


class _Screening:
    """One screen, with the folder it works in."""

    def __init__(
        self,
        value: Mapping[str, object],
        factors: Mapping[str, tuple[Level, ...]],
        *,
        args: argparse.Namespace,
        on: Target,
        rounds: int,
    ) -> None:
        from harness.scenario.factors import factor_path

        self._value = value
        self._factors = factors
        self._levels = list(factors.values())
        self._paths = tuple(factor_path(name, value) for name in factors)
        self._args = args
        self._on = on
        self._rounds = rounds
        self._subject = subject_of("screen", value, args, on)

    def run(self, console: Console) -> int:
        from harness.cli.interrupts import interruptible
        from harness.shrink.covering import array
        from harness.shrink.screening import schedule
        from harness.shrink.variants import controls_of
        from harness.vocab.seed import subseed

        counts = [len(levels) for levels in self._levels]
        rows = array(counts, self._args.strength, self._problem)
        digest = self._digest()
        cells = schedule(rows, counts, self._rounds, subseed(digest, "screen"), controls_of(self._value))
        folder = self._args.out / (self._args.name or f"{self._subject.scenario}-screen-{digest.hex()[:6]}")
        place = claimed(folder, self._args)
        plans = Plans(self._on, place)
        if not console.as_json:
            console.talk(f"screen     {len(counts)} factors, {len(rows.rows)} rows in {self._rounds} rounds, {len(cells)} trials")
        with place.locked():
            try:
                with interruptible():
                    seen = self._carry_out(cells, plans, console)
            except KeyboardInterrupt:
                console.talk(f"interrupted; trials are kept in {place.folder}; to go on, repeat the command with --resume")
                return exit_codes.INTERRUPTED
            record = self._record(rows, cells, seen, plans)
            write_out(folder, {"search.json": _octets(record)})
        place.remove()
        return _tell(record, str(folder), console)

    def _digest(self) -> bytes:
        """Return what all chance of the screen comes from: the question, the seed, and how it is asked."""
        from hashlib import sha256

        from harness.vocab.canonical import canonical

        subject = {name: member for name, member in self._subject.document("screen").items() if name != "harness"}
        how: dict[str, Json] = {"strength": self._args.strength, "rounds": self._rounds, "varied": list(self._factors)}
        return sha256(canonical({**subject, **how})).digest()

    def _problem(self, levels: Mapping[int, int]) -> str:
        """Say what is wrong with some factors at these levels, or return an empty text."""
        from harness.scenario.loading import check

        found = check(self._source(levels), target=self._on)
        return found[0].what if found else ""

    def _source(self, levels: Mapping[int, int], *, controls: bool = False) -> str:
        from harness.shrink.variants import arm_at, searching

        stand = [(self._paths[factor], self._levels[factor][level]) for factor, level in levels.items()]
        window: dict[str, object] = {str(path[1]): level for path, level in stand if path[0] == "window"}
        arm = arm_at(self._value, [(path, level) for path, level in stand if path[0] != "window"])
        return searching(self._value, arm, seed=self._subject.seed, blocks=self._rounds, controls=controls, window=window)

    def _source_of(self, cell: Cell) -> str:
        return self._source(dict(enumerate(cell.levels)), controls=not cell.levels)

    def _carry_out(self, cells: Sequence[Cell], plans: Plans, console: Console) -> tuple[Seen, ...]:
        from harness.run.executors import executor

        tell = telling(console)
        place = {cell: number for number, cell in enumerate(cells)}

        def following(cell: Cell) -> Cell | None:
            return cells[place[cell] + 1] if place[cell] + 1 < len(cells) else None

        try:
            return carry_out(
                Stage(_all(cells)),
                lambda cell: plans.task(self._source_of(cell), cell.turn, cell.role),
                following,
                executor(self._args.workers),
                lambda cell, found: tell(f"round {cell.round + 1} of {self._rounds}, {place[cell] + 1} of {len(cells)} trials"),
            )
        finally:
            tell("")

    def _record(self, rows: Array, cells: Sequence[Cell], seen: Sequence[Seen], plans: Plans) -> dict[str, Json]:
        from harness.shrink.record import screen_document
        from harness.shrink.screening import evidence

        counts = [len(levels) for levels in self._levels]
        trials = [(cell, found, plans.of(self._source_of(cell)).digest) for cell, found in zip(cells, seen, strict=True)]
        return screen_document(self._subject, self._factors, rows, trials, evidence(cells, seen, counts, rows.bound))


def _all(cells: Sequence[Cell]) -> Generator[Cell, Seen, tuple[Seen, ...]]:
    """Ask for every trial of a screen in turn."""
    seen: list[Seen] = []
    for cell in cells:
        found = yield cell
        seen.append(found)
    return tuple(seen)


def _octets(record: Mapping[str, Json]) -> bytes:
    from harness.vocab.canonical import document

    return document(record)


def _tell(record: Mapping[str, Json], folder: str, console: Console) -> int:
    from harness.shrink.record import controls_held
    from harness.shrink.words import screen_lines

    levels = record["levels"]
    follow = any(one["follow"] for one in levels if isinstance(one, dict)) if isinstance(levels, (list, tuple)) else False
    code = exit_codes.VOID if not controls_held(record) else exit_codes.AS_EXPECTED if follow else exit_codes.INCONCLUSIVE
    if console.as_json:
        console.json({**record, "folder": folder, "exit-code": code})
        return code
    for line in screen_lines(record):
        console.data(line)
    console.data(f"record     {folder}/search.json")
    return code
