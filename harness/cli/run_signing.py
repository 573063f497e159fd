"""What ``run`` signs: the plan before the first trial, run and selftest once the bundle is sealed."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import BenchError, UsageError
from harness.evidence.dsse import Envelope, read_envelope
from harness.evidence.instants import is_instant
from harness.evidence.signing import RunTimes, plan_envelope, sign
from harness.evidence.statement import read_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from harness.evidence.signing_keys import SigningKey

__all__ = ["RunSigner", "take_up_signed_plan", "write_plan_envelope"]

_FOLDER = "attestations"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSigner:
    """Signs around one run; what it must remember stands in the run's work folder."""

    key: SigningKey
    lab_key: bytes
    clock: Callable[[], str]
    """Gives the present instant."""
    ask: Callable[[bytes], bytes] | None = None
    """Gives an authority's reply to a query for a time stamp; ``None`` where none is asked."""

    def sign_plan(self, folder: Path, files: Mapping[str, bytes]) -> None:
        """Sign the plan, and have it stamped, unless that was done; ``files`` are what stands of the plan in the work folder."""
        if _plan(folder) is None and not _has_trials(folder):
            envelope = plan_envelope(self.key, files, time=self.clock())
            write_plan_envelope(folder, envelope if self.ask is None else replace(envelope, stamp=self._stamped(envelope)))

    def _stamped(self, envelope: Envelope) -> bytes:
        """Return a stamp over the plan."""
        from harness.evidence.time_stamp import stamp_query

        return self.ask(stamp_query(envelope.signature)) if self.ask else b""

    def start(self, folder: Path) -> None:
        """Note when the first trial begins, where the plan was signed before it and nothing was noted yet.

        Raises :class:`BenchError` where the plan's time stamp says that it is later than that: no trial should
        begin under a clock that will look as if the plan had come after it.
        """
        plan = _plan(folder)
        if plan is None or _started(folder):
            return
        here = self.clock()
        if plan.stamp:
            from harness.evidence.time_stamp import stamp_time

            time = stamp_time(plan.stamp, plan.signature)
            if time > here:
                raise BenchError(f"by the plan's time stamp it is {time}, by the clock here {here}", expected="a clock that is not behind")
        _write(folder / _FOLDER / "started", here.encode() + b"\n")

    def finish(self, folder: Path, bundle: Path) -> tuple[str, ...]:
        """Sign the sealed bundle as its operator; return the stems of what was signed."""
        started, now = _started(folder), self.clock()
        times = RunTimes(started=started, ended=now) if started else RunTimes()
        return sign(bundle, self.key, role="operator", time=now, lab_key=self.lab_key, plan=_plan(folder), times=times)


def take_up_signed_plan(folder: Path, bundle: Path) -> None:
    """Bring the signed plan of an interrupted run, and when its trials began, from its bundle back into a work folder."""
    envelopes = {kind: bundle / _FOLDER / f"{kind}.dsse.json" for kind in ("plan", "run")}
    if all(place.is_file() for place in envelopes.values()):
        plan, run = (read_envelope(place.read_bytes(), where=str(place)) for place in envelopes.values())
        write_plan_envelope(folder, plan)
        started = read_statement(run.payload, "run", where=str(envelopes["run"])).text("started")
        if started:
            _write(folder / _FOLDER / "started", started.encode() + b"\n")


def write_plan_envelope(folder: Path, envelope: Envelope) -> None:
    """Keep a signed plan in a work folder, flushed to the disk."""
    _write(_place(folder), envelope.octets)


def _place(folder: Path) -> Path:
    return folder / _FOLDER / "plan.dsse.json"


def _plan(folder: Path) -> Envelope | None:
    place = _place(folder)
    return read_envelope(place.read_bytes(), where=str(place)) if place.is_file() else None


def _has_trials(folder: Path) -> bool:
    return any((folder / "data" / "trials").glob("*.jsonl"))


def _started(folder: Path) -> str:
    """Return when the first trial began; empty where nobody noted it."""
    place = folder / _FOLDER / "started"
    noted = place.read_text(encoding="ascii").strip() if place.is_file() else ""
    if noted and not is_instant(noted):
        raise UsageError("is not an instant", where=str(place), expected="what 'run --key' noted there")
    return noted


def _write(path: Path, octets: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(octets)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise BenchError(f"could not be written: {error.strerror}", where=str(path)) from error
