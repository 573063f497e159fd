"""The kits pass what conforms and catch, one by one, what does not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from harness.interfaces.kit import check_detector, check_mechanism, check_target, journal_octets
from harness.interfaces.oracle import Grounds
from harness.interfaces.setting import Setting
from harness.interfaces.target import DeviceOrder, TrialOrder
from harness.vocab.alert import Alert, Finding, Sighting
from harness.vocab.identity import Eui64
from harness.vocab.journal import Journal
from harness.vocab.roles import Realm
from harness.vocab.time import HOUR, MINUTE, SECOND, Epoch
from harness.wire.facts import TrialFacts
from tests.fake_bench import HUB, METER, FakeMechanism, FakeTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.vocab.journal import JournalWriter

ORDER = TrialOrder(
    trial="t0123456789",
    seed=bytes(32),
    epoch="2030-01-07T00:00:00Z",
    region="north",
    settle=30 * MINUTE,
    observe=6 * HOUR,
    taps=("hub",),
    devices=(
        DeviceOrder(role="hub", settings={}),
        DeviceOrder(role="esme", settings={"hysteresis": 0, "mode": "plain", "loss": 0}),
    ),
    stimuli=(),
    codes=(0x8002,),
)
SAMPLES = {"supply.voltage": {"mean": "230.0 V"}}


def _write(journal: JournalWriter, octets: bytes) -> None:
    for record in map(json.loads, octets.splitlines()):
        journal.record(record.pop("at"), record.pop("kind"), **record)


class Altered(FakeTarget):
    """The fake target with one thing wrong: a function gets journal octets and how often it was called."""

    def __init__(self, wrong: Callable[[bytes, int], bytes]) -> None:
        self.wrong, self.calls = wrong, 0

    def run(self, order, journal) -> None:
        self.calls += 1
        _write(journal, self.wrong(journal_octets(FakeTarget(), order), self.calls))


def test_a_target_that_keeps_its_promises_passes() -> None:
    check_target(FakeTarget(), ORDER, samples=SAMPLES)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda octets, calls: octets.replace(b'"reason"', b'"reason%d"' % calls), "the trial is void"),
        (lambda octets, calls: octets.replace(b'"clock":"virtual"', b'"call":%d,"clock":"virtual"' % calls), "two different journals"),
        (lambda octets, calls: octets.rpartition(b'{"at"')[0], "breaks off before its last record"),
        (lambda octets, calls: octets.replace(b"t0123456789", b"t9999999999"), "the first record says trial 't9999999999'"),
        (lambda octets, calls: octets.replace(b'"realm":"S"', b'"realm":"L"'), "the first record says realm 'L'"),
        (lambda octets, calls: octets.replace(b'"opened"', b'"ajar"'), "the window is"),
        (
            lambda octets, calls: b"".join(line for line in octets.splitlines(keepends=True) if b'"phase":"done"' not in line),
            "not journalled as done",
        ),
        (lambda octets, calls: octets.replace(b'"do":"supply.cut"', b'"do":"supply.dip"'), "journalled as"),
    ],
)
def test_a_target_that_breaks_a_promise_is_caught(wrong, words) -> None:
    with pytest.raises(AssertionError, match=words):
        check_target(Altered(wrong), ORDER, samples=SAMPLES)


def test_an_order_that_cannot_try_a_capability_is_told() -> None:
    with pytest.raises(AssertionError, match=r"no device on which 'supply\.voltage' could act"):
        check_target(FakeTarget(), replace(ORDER, devices=ORDER.devices[:1]), samples=SAMPLES)


def test_a_capability_without_a_sample_is_told() -> None:
    with pytest.raises(AssertionError, match=r"in 'samples'.*'mean' is missing"):
        check_target(FakeTarget(), ORDER)


class Lab(FakeTarget):
    """The fake target with a mechanism of its own, and a way of carrying it out."""

    def __init__(self, mechanism: FakeMechanism, effect: Callable[[TrialOrder, bytes], bytes]) -> None:
        self._mechanism, self._effect = mechanism, effect

    def mechanisms(self):
        return {self._mechanism.name: self._mechanism}

    def run(self, order, journal) -> None:
        _write(journal, self._effect(order, journal_octets(FakeTarget(), order)))


EMITTER = FakeMechanism("emitter")


def _carried(order: TrialOrder) -> bool:
    return any(device.mechanisms for device in order.devices)


class _Leaking:
    """Remembers that a mechanism was on, and lets it show afterwards."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, order: TrialOrder, octets: bytes) -> bytes:
        shown = octets.replace(b'"clock"', b'"after":1,"clock"') if self.seen and not _carried(order) else octets
        self.seen |= _carried(order)
        return shown


class _Counting:
    """Writes how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, order: TrialOrder, octets: bytes) -> bytes:
        self.calls += 1
        return octets.replace(b'"clock"', b'"call":%d,"clock"' % self.calls)


def test_a_mechanism_that_speaks_when_on_and_not_when_off_passes() -> None:
    check_mechanism(EMITTER, Lab(EMITTER, lambda order, octets: octets), ORDER, role="esme", settings={"every": "1h"}, off={"every": "9h"})


@pytest.mark.parametrize(
    ("effect", "role", "off", "words"),
    [
        (_Leaking, "esme", None, "left something behind"),
        (_Counting, "esme", None, "the same seed gave two different journals"),
        (
            lambda: lambda order, octets: b"".join(row for row in octets.splitlines(keepends=True) if b'"message"' not in row),
            "esme",
            None,
            "more",
        ),
        (lambda: lambda order, octets: octets, "esme", {"every": "2h"}, "changes the journal at line"),
        (lambda: lambda order, octets: octets, "hub", None, "does not live in role 'hub'"),
    ],
)
def test_a_mechanism_that_does_not_conform_is_caught(effect, role, off, words) -> None:
    with pytest.raises(AssertionError, match=words):
        check_mechanism(EMITTER, Lab(EMITTER, effect()), ORDER, role=role, settings={"every": "1h"}, off=off)


def test_a_mechanism_that_the_target_does_not_find_is_caught() -> None:
    with pytest.raises(AssertionError, match="does not find mechanism 'emitter'"):
        check_mechanism(EMITTER, FakeTarget(), ORDER, role="esme")


def _sighting(number: int, at: int, *, code: int = 0x8002, originator: str = METER) -> Sighting:
    alert = Alert(
        originator=Eui64(originator),
        counter=number,
        target=Eui64("90b3d51f30000001"),
        message_code=0x1000,
        code=code,
        event_seconds=None,
        body=b"",
        critical=False,
        octets=bytes([number]),
    )
    return Sighting(at=at, tap="hub", line=number + 2, alert=alert)


TRIAL = TrialFacts(
    trial="t0123456789",
    void="",
    realm=Realm.SIMULATED,
    epoch=Epoch.parse("2030-01-07T00:00:00Z"),
    opened=0,
    closed=24 * HOUR,
    until=24 * HOUR,
    sightings=tuple(_sighting(number, number * 100 * SECOND // 300, originator=(METER, HUB)[number % 2]) for number in range(1, 30)),
)


@dataclass
class Finder:
    """A detector given by one function of the sightings."""

    of: Callable[[TrialFacts], list[Finding]]
    name: str = "finder"
    doc: str = "Finds."
    settings: Mapping[str, Setting] = field(default_factory=lambda: {"more": Setting(kind="count", doc="more", default=0)})

    def detect(self, facts, grounds, tap, settings):
        return self.of(facts)


def _finding(*sightings: Sighting, detector: str = "finder", **members: object) -> Finding:
    last = sightings[-1]
    facts = {"at": last.at, "lines": tuple(sighting.line for sighting in sightings), "superfluous": 1, **members}
    return Finding(detector=detector, originator=last.alert.originator, codes=(last.alert.code,), rule="seen", **facts)


def _repeats(facts: TrialFacts) -> list[Finding]:
    last: dict[str, Sighting] = {}
    found = []
    for sighting in facts.sightings:
        before = last.get(sighting.alert.originator)
        last[sighting.alert.originator] = sighting
        if before is not None:
            found.append(_finding(before, sighting))
    return found


def _grounds(facts: TrialFacts) -> Grounds:
    return Grounds(of={}, unmet=())


def test_a_detector_that_conforms_passes() -> None:
    check_detector(Finder(_repeats), [TRIAL], grounds=_grounds)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (lambda facts: [], "found nothing in 1 trials"),
        (lambda facts: [_finding(TRIAL.sightings[0])], "in a trial without a single alert"),
        (
            lambda facts: [found for found in _repeats(facts) if len(facts.sightings) < 29 or found.originator == HUB],
            "takes back its finding",
        ),
        (lambda facts: [replace(found, detector="other") for found in _repeats(facts)], "signs a finding as 'other'"),
        (lambda facts: [replace(found, lines=()) for found in _repeats(facts)], "shows no line"),
        (lambda facts: [replace(found, lines=(1,)) for found in _repeats(facts)], "points at lines"),
        (lambda facts: [replace(found, at=25 * HOUR) for found in _repeats(facts)], "outside of the window"),
        (lambda facts: [replace(found, superfluous=-1) for found in _repeats(facts)], "counts -1"),
        (lambda facts: _repeats(facts)[::-1], "out of order of time"),
        (
            lambda facts: [_finding(facts.sightings[place]) for place in range(0, len(facts.sightings), 4)],
            "order of sightings at one instant",
        ),
        (lambda facts, calls=[]: calls.append(1) or _repeats(facts)[len(calls) % 2 :], "found something else in the same trial"),
    ],
)
def test_a_detector_that_does_not_conform_is_caught(of, words) -> None:
    with pytest.raises(AssertionError, match=words):
        check_detector(Finder(of), [TRIAL], grounds=_grounds)


def test_what_the_fake_target_writes_is_a_journal() -> None:
    assert not Journal(journal_octets(FakeTarget(), ORDER)).void
