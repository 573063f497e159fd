"""One line in a thousand is damaged, each in its own way: exactly those lines are missing, and each is named."""

from __future__ import annotations

import re
from base64 import b64encode
from io import BytesIO

import pytest
from field_logs import KEY, START, alert, history, instant

from harness.fieldlog.lines import LONGEST
from harness.fieldlog.log import Log
from harness.fieldlog.pseudonyms import Pseudonyms
from harness.fieldlog.survey import Cutting, survey
from harness.fieldlog.target import FieldLog, Reading
from harness.interfaces.target import TrialOrder
from harness.masking.alerts import masked
from harness.vocab.journal import Journal, JournalWriter
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import DAY, MINUTE, SECOND, Epoch
from harness.wire.reading import read_trial

CUTTING = Cutting(span=DAY, gap=DAY, tolerance=MINUTE, most=3_000)


def _hex(at: int, octets: bytes) -> bytes:
    return f"{instant(at)} {octets.hex()}\n".encode()


def _garbage(chance: Chance, octets: bytes) -> bytes:
    """A MAC header as it should be, and behind it octets that mean nothing."""
    return octets[:13] + chance.octets(len(octets) - 13)


DAMAGE = {
    "hexadecimal cut at an odd digit": lambda at, octets, chance: _hex(at, octets)[: 60 + 2 * chance.below(60)] + b"f\n",
    "hexadecimal cut at an octet": lambda at, octets, chance: f"{instant(at)} {octets[: 1 + chance.below(80)].hex()}\n".encode(),
    "a letter that is no digit": lambda at, octets, chance: _hex(at, octets)[:80] + b"x" + _hex(at, octets)[81:],
    "base64 cut short": lambda at, octets, chance: f"{instant(at)} {b64encode(octets).decode()[: 41 + chance.below(3)]}\n".encode(),
    "base64 with a hole": lambda at, octets, chance: (
        f"{instant(at)} {b64encode(octets[:30]).decode()}*{b64encode(octets[30:]).decode()}\n".encode()
    ),
    "a month that is none": lambda at, octets, chance: _hex(at, octets).replace(b"2030-01", b"2030-17"),
    "a time without a zone": lambda at, octets, chance: _hex(at, octets).replace(b"Z ", b" "),
    "no time": lambda at, octets, chance: octets.hex().encode() + b"\n",
    "a time years ahead": lambda at, octets, chance: _hex(at, octets).replace(b"2030-", b"2039-"),
    "a time years ago": lambda at, octets, chance: _hex(at, octets).replace(b"2030-", b"2003-"),
    "octets after the end": lambda at, octets, chance: _hex(at, octets + chance.octets(1 + chance.below(4))),
    "garbage behind a MAC header": lambda at, octets, chance: _hex(at, _garbage(chance, alert(1))),
    "nothing at all": lambda at, octets, chance: b"\n",
    "another encoding": lambda at, octets, chance: _hex(at, octets).decode().strip().encode("utf-16-be") + b"\n",
    "octets that are no text": lambda at, octets, chance: chance.octets(90).replace(b"\n", b"\xff") + b"\n",
    "no end in sight": lambda at, octets, chance: _hex(at, octets).strip() + b"0" * (2 * LONGEST) + b"\n",
}


LINES = 1_000 * len(DAMAGE)


def read(text: bytes) -> list:
    """Return the facts of every journal that a log gives."""
    log = Log([BytesIO(text)])
    extents = survey(log, CUTTING)
    target = FieldLog(Reading(CUTTING.windows(log), extents, Pseudonyms(KEY)))
    found = []
    for number in range(len(extents)):
        stream = BytesIO()
        order = TrialOrder(
            trial=f"t{number:010}", seed=b"", epoch="", region="", settle=0, observe=DAY, taps=("dsp",), devices=(), stimuli=(), codes=()
        )
        target.run(order, JournalWriter(stream))
        found.append(read_trial(Journal(stream.getvalue())))
    return found


def seen(facts: list) -> list[tuple[int, bytes]]:
    """Return every alert with its instant after the start of the log."""
    origin = Epoch.parse("2030-01-07T00:00:00Z")
    return [
        (one.epoch.seconds * SECOND - origin.seconds * SECOND + sighting.at, sighting.alert.octets)
        for one in facts
        for sighting in one.at_tap("dsp")
    ]


def named(facts: list) -> list[int]:
    places = [re.match(r"line (\d+): ", gap.reason) for one in facts for gap in one.gaps]
    return sorted(int(place[1]) for place in places if place)


@pytest.mark.parametrize("seed", range(3))
def test_exactly_the_damaged_lines_are_missing_and_each_is_named(seed):
    chance = Chance(subseed(b"damage", seed))
    entries = history(LINES, copies=40, seed=f"damage {seed}")
    kinds = list(DAMAGE)
    places = sorted(chance.shuffled(range(20, LINES - 20))[: LINES // 1_000])
    damaged = dict(zip(places, kinds, strict=True))
    text = b"".join(DAMAGE[damaged[at]](*entry, chance) if at in damaged else _hex(*entry) for at, entry in enumerate(entries))
    pseudonyms = Pseudonyms(KEY)
    whole = [(at, masked(octets, pseudonyms)[2]) for number, (at, octets) in enumerate(entries) if number not in damaged]
    facts = read(text)
    assert named(facts) == [place + 1 for place in places]
    assert sorted(seen(facts)) == sorted(whole)
    assert [at for at, _ in seen(facts)] == [at for at, _ in whole]


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_of_one_kind_says_where_and_why_in_one_sentence(kind):
    entries = history(40, seed=kind)
    text = b"".join(DAMAGE[kind](*entry, Chance(b"one")) if at == 20 else _hex(*entry) for at, entry in enumerate(entries))
    (facts,) = read(text)
    (gap,) = facts.gaps
    assert gap.reason.startswith("line 21: ")
    assert gap.lost == (0 if kind == "nothing at all" else 1)
    assert len(gap.reason) < 160
    assert not any(octets.hex()[:12] in gap.reason for _, octets in entries)
    assert (gap.tap, gap.start, gap.until) == ("dsp", gap.start, gap.start)
    assert len(facts.sightings) == 39
    assert facts.void == ""


def test_a_window_in_which_nothing_could_be_read_is_void_and_not_quiet():
    good = history(10, seed="void")
    bad = b"".join(f"{instant(2 * DAY + at)} {octets.hex()[:-1]}\n".encode() for at, octets in good)
    first, second = read(b"".join(_hex(*entry) for entry in good) + bad)
    assert (first.void, len(first.sightings)) == ("", 10)
    assert second.void == "void: no line of this window held an alert"
    assert named([second]) == list(range(11, 21))


def test_a_sound_message_that_is_no_alert_is_left_out_and_nothing_is_lost_with_it():
    octets = alert(1, code=0x8F3E)
    response = octets[:2] + b"\x02" + octets[3:]
    (facts,) = read(_hex(0, octets) + _hex(SECOND, response) + _hex(2 * SECOND, alert(2)))
    (gap,) = facts.gaps
    assert (gap.lost, gap.reason.startswith("line 2: E10 a Response, not an Alert")) == (0, True)


def test_the_journal_tells_when_the_log_began():
    (facts,) = read(_hex(1_500 * 1_000_000, alert(1)))
    assert facts.epoch.seconds == START.seconds + 1
    assert (facts.opened, facts.closed, facts.sightings[0].at) == (0, SECOND // 2, SECOND // 2)
