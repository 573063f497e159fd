"""Raw records to typed facts: a journal is read once, and everything after the device reads the facts.

Messages are decoded here and nowhere else. What cannot be decoded is kept as
:class:`~harness.wire.facts.Unread`; a record that is not what the journal format says is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from harness.errors import BundleError, ScenarioError, WireError
from harness.vocab.alert import Sighting, alert_code
from harness.vocab.identity import Eui64
from harness.vocab.roles import Realm
from harness.vocab.time import Epoch
from harness.wire.facts import (
    Configured,
    DeviceFacts,
    Gap,
    LogRead,
    MessageSeen,
    PartyFacts,
    StimulusFacts,
    SupplyTrace,
    TrialFacts,
    TunnelSeen,
    Unread,
)
from harness.wire.gbcs.alerts import read_alert
from harness.wire.gbcs.outer import Cra, decode_message
from harness.wire.tunnelling import CLUSTER, read_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.vocab.canonical import Json
    from harness.vocab.journal import Journal, Record

__all__ = ["TrialFacts", "read_trial"]

_T = TypeVar("_T")

_MOST_UNITS = 9_999


def read_trial(journal: Journal) -> TrialFacts:
    """Return what a journal shows.

    Raises :class:`BundleError` naming the line where a record lacks what its kind must have.
    """
    reading = _Reading()
    handlers: dict[Json, Callable[[_Line], None]] = {
        "device": reading.device,
        "party": reading.party,
        "configuration": reading.configuration,
        "window": reading.window,
        "stimulus": reading.stimulus,
        "supply": reading.supply,
        "frame": reading.frame,
        "message": reading.message,
        "log": reading.log,
        "gap": reading.gap,
    }
    first = last = _Line(journal[1], 1)
    for number, record in enumerate(journal, 1):
        last = _Line(record, number)
        handler = handlers.get(record["kind"])
        if handler is not None:
            handler(last)
    return reading.facts(journal, first, last.at)


class _Line:
    """One record with its line number; every access says what was expected."""

    __slots__ = ("at", "number", "record")

    def __init__(self, record: Record, number: int) -> None:
        self.record = record
        self.number = number
        self.at = self.member("at", int)

    def member(self, name: str, kind: type[_T]) -> _T:
        """Return a member of the record that is exactly of ``kind``."""
        value = self.record.get(name)
        if type(value) is not kind:
            raise self.problem(f"'{name}' is {value!r}", f"a value of type {kind.__name__}")
        return value

    def text(self, name: str) -> str:
        return self.member(name, str)

    def number_of(self, name: str) -> int:
        return self.member(name, int)

    def eui(self, name: str) -> Eui64:
        return Eui64(self.member(name, str))

    def octets(self, name: str) -> bytes:
        text = self.member(name, str)
        try:
            return bytes.fromhex(text)
        except ValueError:
            raise self.problem(f"'{name}' is not hexadecimal", "two digits an octet") from None

    def parsed(self, text: str, parse: Callable[[str], _T]) -> _T:
        try:
            return parse(text)
        except ScenarioError as error:
            raise self.problem(error.what, error.expected) from None

    def problem(self, what: str, expected: str) -> BundleError:
        return BundleError(f"in a record of kind '{self.record['kind']}' {what}", where=f"line {self.number}", expected=expected)


def _unit(line: _Line) -> int:
    """Return the number of a physical unit; too small to be one that a maker or a network gave it."""
    number = line.number_of("unit")
    if not 1 <= number <= _MOST_UNITS:
        raise line.problem(f"'unit' is {number}", f"the bench's own number of the unit, from 1 to {_MOST_UNITS:,}")
    return number


class _Phases:
    """The phases of one stimulus, as they come."""

    __slots__ = ("at", "first", "lines")

    def __init__(self, first: _Line) -> None:
        self.first = first
        self.at: dict[str, int] = {}
        self.lines: dict[str, int] = {}

    def facts(self) -> StimulusFacts:
        settings: Mapping[str, Json] = self.first.member("with", dict)
        return StimulusFacts(
            index=self.first.number_of("index"),
            on=self.first.text("on"),
            do=self.first.text("do"),
            settings=settings,
            due=self.at.get("due"),
            done=self.at.get("done"),
            ended=self.at.get("ended"),
            line=self.lines.get("done", self.first.number),
        )


class _Reading:
    """Facts on their way: one list a kind, filled in the order of the journal."""

    def __init__(self) -> None:
        self.opened: int | None = None
        self.closed: int | None = None
        self.devices: dict[Eui64, DeviceFacts] = {}
        self.parties: dict[Eui64, PartyFacts] = {}
        self.configurations: list[Configured] = []
        self.phases: dict[int, _Phases] = {}
        self.supplies: list[SupplyTrace] = []
        self.tunnelling: list[TunnelSeen] = []
        self.sightings: list[Sighting] = []
        self.messages: list[MessageSeen] = []
        self.unread: list[Unread] = []
        self.gaps: list[Gap] = []
        self.logs: list[LogRead] = []

    def device(self, line: _Line) -> None:
        device = line.eui("device")
        self.devices[device] = DeviceFacts(
            device=device,
            role=line.text("role"),
            signing_key=line.text("signing_key"),
            agreement_key=line.text("agreement_key"),
            unit=_unit(line) if "unit" in line.record else None,
        )

    def party(self, line: _Line) -> None:
        party = line.eui("party")
        self.parties[party] = PartyFacts(
            party=party, role=line.text("role"), signing_key=line.text("signing_key"), agreement_key=line.text("agreement_key")
        )

    def configuration(self, line: _Line) -> None:
        self.configurations.append(
            Configured(at=line.at, line=line.number, device=line.eui("device"), item=line.text("item"), members=line.record)
        )

    def window(self, line: _Line) -> None:
        event = line.text("event")
        if event == "opened":
            self.opened = line.at
        elif event == "closed":
            self.closed = line.at
        else:
            raise line.problem(f"'event' is '{event}'", "'opened' or 'closed'")

    def stimulus(self, line: _Line) -> None:
        phase = line.text("phase")
        if phase not in ("due", "done", "ended"):
            raise line.problem(f"'phase' is '{phase}'", "'due', 'done' or 'ended'")
        phases = self.phases.setdefault(line.number_of("index"), _Phases(line))
        if phase in phases.at:
            raise line.problem(f"stimulus {line.record['index']} is '{phase}' twice", "once")
        phases.at[phase] = line.at
        phases.lines[phase] = line.number

    def supply(self, line: _Line) -> None:
        millivolts = line.member("millivolts", list)
        step = line.number_of("step")
        if step < 1 or not set(map(type, millivolts)) <= {int}:
            raise line.problem("the trace is none", "a step of at least 1 ns and whole millivolts")
        self.supplies.append(
            SupplyTrace(device=line.eui("device"), start=line.number_of("from"), step=step, millivolts=tuple(millivolts), line=line.number)
        )

    def frame(self, line: _Line) -> None:
        octets, tap, cluster = line.octets("octets"), line.text("tap"), line.text("cluster")
        if cluster != CLUSTER:
            self._not_read(line, tap, f"frames of cluster {cluster} are not decoded")
            return
        try:
            frame = read_frame(octets)
        except WireError as error:
            self._not_read(line, tap, str(error))
            return
        self.tunnelling.append(
            TunnelSeen(at=line.at, line=line.number, tap=tap, source=line.eui("source"), destination=line.eui("destination"), frame=frame)
        )

    def message(self, line: _Line) -> None:
        octets, tap = line.octets("octets"), line.text("tap")
        try:
            alert = read_alert(octets)
        except WireError as error:
            self._other_message(line, tap, octets, error)
        else:
            self.sightings.append(Sighting(at=line.at, tap=tap, line=line.number, alert=alert))

    def _other_message(self, line: _Line, tap: str, octets: bytes, problem: WireError) -> None:
        """Keep a command or a response; what is neither is unread, for the reason that it is no alert."""
        try:
            message = decode_message(octets)
        except WireError as error:
            self._not_read(line, tap, str(error))
            return
        if message.cra == Cra.ALERT:
            self._not_read(line, tap, str(problem))
        else:
            self.messages.append(MessageSeen(at=line.at, line=line.number, tap=tap, message=message))

    def _not_read(self, line: _Line, tap: str, problem: str) -> None:
        self.unread.append(Unread(at=line.at, line=line.number, tap=tap, problem=problem))

    def log(self, line: _Line) -> None:
        entries = []
        for entry in line.member("entries", list):
            match entry:
                case [int(seconds), str(code)]:
                    entries.append((seconds, line.parsed(code, alert_code)))
                case _:
                    raise line.problem(f"an entry is {entry!r}", "seconds since 2000 and a code")
        self.logs.append(LogRead(at=line.at, line=line.number, device=line.eui("device"), log=line.text("log"), entries=tuple(entries)))

    def gap(self, line: _Line) -> None:
        self.gaps.append(
            Gap(
                line=line.number,
                tap=line.text("tap"),
                start=line.number_of("from"),
                until=line.number_of("until"),
                lost=line.number_of("lost"),
                reason=line.text("reason"),
                unread="unread" in line.record and line.member("unread", bool),
            )
        )

    def facts(self, journal: Journal, first: _Line, until: int) -> TrialFacts:
        """Return everything read so far as one frozen value."""
        realm = first.text("realm")
        if realm not in set(Realm):
            raise first.problem(f"'realm' is '{realm}'", ", ".join(Realm))
        return TrialFacts(
            trial=first.text("trial"),
            void=journal.void,
            realm=Realm(realm),
            epoch=first.parsed(first.text("epoch"), Epoch.parse),
            opened=self.opened,
            closed=self.closed,
            until=until,
            devices=self.devices,
            parties=self.parties,
            configurations=tuple(self.configurations),
            stimuli=tuple(phases.facts() for phases in self.phases.values()),
            supplies=tuple(self.supplies),
            tunnelling=tuple(self.tunnelling),
            sightings=tuple(self.sightings),
            messages=tuple(self.messages),
            unread=tuple(self.unread),
            gaps=tuple(self.gaps),
            logs=tuple(self.logs),
        )
