"""What ``import`` makes of its command line: a log opened, surveyed and put as a question, ready to be judged."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.zigbee_keys import zigbee_keys
from harness.errors import ScenarioError, UsageError, nearest
from harness.fieldlog.log import Log
from harness.fieldlog.pseudonyms import Pseudonyms
from harness.fieldlog.question import capture_question, question
from harness.fieldlog.simulated import SimulatedCapture
from harness.fieldlog.survey import Cutting, Extent, survey
from harness.fieldlog.target import FieldLog, Reading
from harness.scenario.model import Outcome, Window
from harness.vocab.alert import alert_code
from harness.vocab.journal import TAPS
from harness.vocab.time import DAY, MINUTE, SECOND, Epoch, duration_text, parse_duration

if TYPE_CHECKING:
    import argparse
    from contextlib import ExitStack
    from typing import BinaryIO

    from harness.cli.captured_trial import CapturedTrial
    from harness.interfaces.setting import Setting
    from harness.scenario.model import Scenario

__all__ = ["Asked", "asked_of"]

_SHORTEST = MINUTE
_LONGEST = 100 * DAY
_WHOLE = 100_000 * DAY
"""Longer than any capture: a simulated one is one trial."""
_EXPECTED = "one or the other in all of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A log with the question that it is asked."""

    log: Log
    scenario: Scenario
    target: FieldLog
    """Carries the windows out, as its trials."""
    reading: Reading
    captured: CapturedTrial | None = None
    """The trial that a capture was taken of, where it is named."""


def asked_of(args: argparse.Namespace, stack: ExitStack) -> Asked:
    """Open a log, look through it once, and return the question that the command line asks of it.

    Raises :class:`UsageError` for a command line that cannot be carried out, before anything is made, and :class:`UnavailableError`
    where the log holds nothing that could be judged.
    """
    from harness.fieldlog.key import secret_key

    cutting = Cutting(span=_span(args.window), gap=_duration("--gap", args.gap), tolerance=_duration("--tolerance", args.tolerance))
    keys, codes = zigbee_keys(args.zigbee_keys), tuple(map(alert_code, args.codes))
    outcome = _outcome(args)
    log = Log([_opened(name, stack) for name in args.logs], keys=keys, tap=outcome.tap)
    is_simulated = log.is_simulated
    if args.of is not None and not is_simulated:
        raise UsageError("this does not say of itself that it is simulated", where=args.logs[0], expected="a capture of a simulated trial")
    if log.accounts:
        cutting = replace(cutting, tolerance=max(cutting.tolerance, MINUTE))
    if is_simulated:
        cutting = replace(cutting, span=_WHOLE, gap=_WHOLE, most=sys.maxsize)
    extents = survey(log, cutting, may_be_quiet=args.of is not None)
    if log.is_simulated != is_simulated:
        raise UsageError("only a part of the capture says of itself that it is simulated", where=args.logs[0], expected=_EXPECTED)
    if log.captures_only and args.tap is None:
        outcome = replace(outcome, tap=max(log.taps, key=TAPS.index, default=outcome.tap))
    key = secret_key(args.key)
    if is_simulated:
        told, captured = _capture_question(args, log, extents[0], outcome, log.fingerprint(key))
        records = () if captured is None else captured.records
        reading = Reading(cutting.windows(log), extents, None, tap=told.outcome.tap, records=records)
        return Asked(log=log, scenario=told, target=SimulatedCapture(reading), reading=reading, captured=captured)
    taps = tuple(tap for tap in TAPS if tap in log.taps | {outcome.tap})
    asked = question(extents, cutting, outcome, codes=codes, region=args.region, fingerprint=log.fingerprint(key), taps=taps)
    reading = Reading(cutting.windows(log), extents, Pseudonyms(key), tap=outcome.tap)
    return Asked(log=log, scenario=asked, target=FieldLog(reading), reading=reading)


def _capture_question(
    args: argparse.Namespace, log: Log, extent: Extent, outcome: Outcome, fingerprint: str
) -> tuple[Scenario, CapturedTrial | None]:
    """Ask a capture of a simulated trial what that trial was asked, where it is named, or else what the command line says."""
    if args.of is None:
        taps = tuple(tap for tap in TAPS if tap in log.taps | {outcome.tap})
        start, observe = Epoch(extent.opened // SECOND).text(), max(extent.closed - extent.opened, SECOND)
        window = Window(start=start, settle=0, observe=observe, taps=taps)
        codes = tuple(map(alert_code, args.codes))
        return capture_question(window, outcome, codes=codes, of="", region=args.region, fingerprint=fingerprint), None
    from harness.cli.captured_trial import taken_of

    captured = taken_of(args.of, args.trial or Path(args.logs[0]).stem)
    plan, told = captured.plan, f", of trial {captured.trial} of plan {captured.plan.digest}"
    asked = capture_question(plan.window, plan.outcome, codes=plan.codes, of=told, region=args.region, fingerprint=fingerprint)
    return asked, captured


def _opened(name: str, stack: ExitStack) -> BinaryIO:
    """Open one file of the log so that it can be gone through twice; what cannot be rewound is put aside first."""
    try:
        stream = sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))  # noqa: SIM115
    except OSError as error:
        raise UsageError(f"could not be read: {error.strerror}", where=name, expected="a file of the log, or -") from error
    if name != "-" and stream.seekable():
        return stream
    aside = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    shutil.copyfileobj(stream, aside)
    return aside


def _outcome(args: argparse.Namespace) -> Outcome:
    from harness.interfaces.registry import detectors
    from harness.interfaces.setting import settle

    known = detectors()
    if args.detector not in known:
        raise UsageError(f"no detector '{args.detector}'", expected=", ".join(sorted(known)), nearest=nearest(args.detector, known))
    if args.more_than < 0:
        raise UsageError(f"--more-than {args.more_than}", expected="at least 0")
    declared = dict(known[args.detector].settings)
    given = dict(_setting(declared, text) for text in args.settings)
    settings = settle(declared, given, where=args.detector)
    return Outcome(detector=args.detector, settings=settings, tap=args.tap or TAPS[-1], role="any", more_than=args.more_than)


def _setting(declared: dict[str, Setting], text: str) -> tuple[str, object]:
    """Read ``name=value`` as a scenario would hold it: a number, a flag, codes parted by commas, or text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}", expected="NAME=VALUE")
    kind = declared[name].kind if name in declared else ""
    if kind == "count" and value.isascii() and value.isdecimal():
        return name, int(value)
    if kind == "flag" and value in {"true", "false"}:
        return name, value == "true"
    return name, value.split(",") if kind == "codes" else value


def _span(text: str) -> int:
    span = _duration("--window", text)
    if not _SHORTEST <= span <= _LONGEST or span % SECOND:
        expected = f"whole seconds from {duration_text(_SHORTEST)} to {duration_text(_LONGEST)}"
        raise UsageError(f"a window of {text}", where="--window", expected=expected)
    return span


def _duration(option: str, text: str) -> int:
    try:
        duration = parse_duration(text)
    except ScenarioError as error:
        raise UsageError(error.what, where=option, expected=error.expected) from None
    if duration < 0:
        raise UsageError(f"'{text}' is negative", where=option, expected="a duration of 0 s or more")
    return duration
