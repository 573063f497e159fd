"""On every shipped scenario the trace of a trial is judged as its journal is, and shows nobody of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from casts import ALERTS, OTHERS, windows
from message_mutator import spoilt

from harness.cli.compose import prepare
from harness.interfaces.registry import detectors, target
from harness.judge.assess import assess
from harness.masking.messages import masked_message
from harness.masking.ordinals import Ordinals
from harness.masking.trace import trace
from harness.vocab.identity import Eui64
from harness.vocab.journal import Journal, JournalWriter
from harness.wire.gbcs.alerts import read_alert
from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.message import Message
from harness.wire.gbcs.outer import decode_message
from harness.wire.reading import read_trial

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*/*.toml"))


@pytest.fixture(scope="module", params=SCENARIOS, ids=lambda path: path.stem)
def block(request: pytest.FixtureRequest):
    """The plan of a scenario and the journals of its first block, one of each arm."""
    plan = prepare(str(request.param), target_name="simulator", overrides=[], seed="masking")
    journals = []
    for trial in plan.blocks[0].trials:
        stream = BytesIO()
        target("simulator").run(plan.order(trial.trial), JournalWriter(stream))
        journals.append(stream.getvalue())
    return plan, journals


def test_every_detector_finds_the_same(block):
    plan, journals = block
    for octets in journals:
        before, after = (assess(Journal(form), plan.outcome, plan.codes, detectors=detectors()) for form in (octets, trace(octets)))
        assert before.outcome == after.outcome
        assert before.unread == after.unread
        roles = [read_trial(Journal(form)) for form in (octets, trace(octets))]
        nobody = Eui64("")
        assert [replace(finding, originator=nobody) for finding in before.findings] == [
            replace(finding, originator=nobody) for finding in after.findings
        ]
        assert [roles[0].role_of(finding.originator) for finding in before.findings] == [
            roles[1].role_of(finding.originator) for finding in after.findings
        ]


def test_something_is_found_in_some_of_them(block):
    plan, journals = block
    assert any(assess(Journal(octets), plan.outcome, plan.codes, detectors=detectors()).findings for octets in journals)


def secrets(octets: bytes) -> set[bytes]:
    """Return every 6 octets of the EUI-64s, key points, signatures and MACs of a journal."""
    found: set[bytes] = set()
    facts = read_trial(Journal(octets))
    for one in (*facts.devices.values(), *facts.parties.values()):
        found |= windows(bytes.fromhex(one.signing_key)) | windows(bytes.fromhex(one.agreement_key))
    for who in (*facts.devices, *facts.parties):
        found |= windows(bytes.fromhex(who)) | windows(bytes.fromhex(who)[::-1])
    for record in Journal(octets):
        if record["kind"] == "message":
            message = decode_message(bytes.fromhex(str(record["octets"])))
            found |= windows(message.signature or b"") | windows(message.mac or b"")
    return found


def test_no_identity_key_signature_or_mac_is_left(block):
    for octets in block[1]:
        named = secrets(octets)
        assert len(named) > 500
        shown = trace(octets)
        messages = [bytes.fromhex(digits.decode()) for digits in re.findall(rb'"octets":"([0-9a-f]*)"', shown)]
        assert not [window for message in messages for window in windows(message) & named]
        assert not {window.hex().encode() for window in named} & windows(shown, 12)
        assert not named & windows(shown)


def test_another_home_with_the_same_trial_has_the_same_trace(block):
    for octets in block[1]:
        assert trace(moved(octets, Random(octets[:60]))) == trace(octets)


def moved(octets: bytes, chance: Random) -> bytes:
    """Return a journal as other devices and parties with other keys would have given it."""
    facts = read_trial(Journal(octets))
    for who in (*facts.devices, *facts.parties):
        octets = octets.replace(who.encode(), chance.randbytes(8).hex().encode())
    protections: dict[bytes, bytes] = {}

    def protected(found: re.Match[bytes]) -> bytes:
        if found[1] not in protections:
            message = decode_message(bytes.fromhex(found[1].decode()))
            members = {name: getattr(message, name) for name in message.__slots__}
            members["signature"] = chance.randbytes(len(message.signature or b""))
            members["mac"] = None if message.mac is None else chance.randbytes(12)
            protections[found[1]] = Message(**members).encode().hex().encode()
        return b'"octets":"' + protections[found[1]] + b'"'

    octets = re.sub(rb'"octets":"(d[df][0-9a-f]*)"', protected, octets)
    return re.sub(rb'_key":"04[0-9a-f]*"', lambda _: b'_key":"04' + chance.randbytes(64).hex().encode() + b'"', octets)


def test_spoilt_messages_lose_their_octets_and_stay_what_they_were():
    names, again = Ordinals(), Ordinals()
    kinds: Counter[str] = Counter()
    for octets in spoilt([*ALERTS, *OTHERS], 4_000, "masking"):
        hidden = masked_message(octets, names)
        assert len(hidden) == len(octets)
        assert kind_of(hidden) == kind_of(octets)
        assert masked_message(hidden, again) == hidden
        kinds[kind_of(octets)] += 1
    assert min(kinds[kind] for kind in ("alert", "message", "none")) > 300


def kind_of(octets: bytes) -> str:
    for read, kind in ((read_alert, "alert"), (decode_message, "message")):
        try:
            read(octets)
        except GbcsError:
            continue
        return kind
    return "none"
