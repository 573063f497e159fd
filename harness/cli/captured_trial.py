"""The simulated trial that a capture was taken of: its question, what was done in it, and whether the capture shows the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.cli.compose import plan_of
from harness.errors import UnavailableError, UsageError, nearest
from harness.evidence.bundle import Bundle
from harness.judge.assess import assess
from harness.masking.trace import trace
from harness.run.forms import TRACES, TRIALS
from harness.vocab.journal import TAPS, Journal
from harness.vocab.roles import Realm
from harness.vocab.time import SECOND
from harness.wire.reading import read_trial

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from pathlib import Path

    from harness.judge.assess import Assessment
    from harness.plan.model import Plan
    from harness.vocab.journal import Record

__all__ = ["CapturedTrial", "taken_of"]

_PASSING = frozenset({"journal", "frame", "message", "gap"})
"""What a capture tells in place of the journal."""
_FIGURES = ("alerts", "count", "positive", "by_detector", "by_code", "standings", "unmet", "void")
_AIR_TIME = SECOND
"""What begins so shortly before the end of a trial may be on the air only after it, and in no capture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedTrial:
    """A trial of a sealed bundle."""

    trial: str
    plan: Plan
    octets: bytes
    """Its journal."""

    @property
    def records(self) -> tuple[Record, ...]:
        """What its journal tells beside what passed the counting points."""
        return tuple(record for record in Journal(self.octets, where=self.trial) if record["kind"] not in _PASSING)

    def differences(self, bundle: Path) -> tuple[str, ...]:
        """Say in what the one trial of a bundle differs from this one: alerts at each counting point, findings, verdict."""
        sealed = Bundle.open(bundle)
        (path,) = (path for path in sealed.files if path.startswith(TRACES))
        ours, theirs = Journal(trace(self.octets, where=self.trial)), Journal(sealed.read(path), where=path)
        return tuple(self._differences(ours, theirs))

    def _differences(self, ours: Journal, theirs: Journal) -> Iterator[str]:
        for tap in self.plan.window.taps:
            yield from _told(f"alerts at '{tap}'", *(_alerts(journal, tap) for journal in (ours, theirs)))
        one, other = self._assessed(ours), self._assessed(theirs)
        yield from _told("findings", *(_findings(found) for found in (one, other)))
        for figure in _FIGURES:
            mine, yours = getattr(one.outcome, figure), getattr(other.outcome, figure)
            if mine != yours:
                yield f"{figure}: {mine} in the trial, {yours} in the capture"

    def _assessed(self, journal: Journal) -> Assessment:
        from harness.interfaces.registry import detectors

        return assess(journal, self.plan.outcome, self.plan.codes, detectors=detectors())


def _alerts(journal: Journal, tap: str) -> Counter[Hashable]:
    facts = read_trial(journal)
    until = facts.until - _AIR_TIME if tap == TAPS[0] else facts.until
    return Counter((one.alert.originator, one.alert.counter, one.alert.code) for one in facts.at_tap(tap) if one.at <= until)


def _findings(found: Assessment) -> Counter[Hashable]:
    return Counter((one.detector, one.rule, one.originator, one.codes, one.superfluous) for one in found.findings)


def _told(what: str, ours: Counter[Hashable], theirs: Counter[Hashable]) -> Iterator[str]:
    missing, more = (ours - theirs).total(), (theirs - ours).total()
    if missing or more:
        counts = f"{ours.total():,} in the trial, {theirs.total():,} in the capture"
        yield f"{what}: {counts}; {missing:,} not in the capture, {more:,} only there"


def taken_of(folder: Path, trial: str) -> CapturedTrial:
    """Return a trial of a bundle by its id.

    Raises :class:`UsageError` where the bundle is of no simulated trials, and :class:`UnavailableError` where it holds no such trial,
    or not its journal.
    """
    bundle = Bundle.open(folder)
    plan = plan_of(bundle.files, bundle.read)
    if plan.realm is not Realm.SIMULATED:
        raise UsageError(f"its trials are of realm {plan.realm.value}", where=str(folder), expected="a bundle of simulated trials")
    path = f"{TRIALS}{trial}.jsonl"
    if path not in bundle.files:
        known = [name.removeprefix(TRIALS).removesuffix(".jsonl") for name in bundle.files if name.startswith(TRIALS)]
        what = f"it holds no journal of a trial '{trial}'"
        raise UnavailableError(what, where=str(folder), expected="--trial and the id of one of its trials", nearest=nearest(trial, known))
    return CapturedTrial(trial=trial, plan=plan, octets=bundle.read(path))
