from __future__ import annotations

from io import BytesIO

import pytest

from harness.errors import BundleError
from harness.vocab.journal import FORMAT, Journal, JournalWriter
from harness.vocab.roles import Realm
from harness.vocab.time import HOUR, MINUTE
from harness.wire.gbcs.message import Message
from harness.wire.reading import read_trial
from harness.wire.tunnelling import CLUSTER, RequestTunnelResponse, TunnelFrame, write_frame


def journal(*records, **head):
    stream = BytesIO()
    writer = JournalWriter(stream)
    writer.record(
        0, "journal", **({"format": FORMAT, "trial": "t1", "realm": "L", "clock": "virtual", "epoch": "2030-01-07T00:00:00Z"} | head)
    )
    for at, kind, members in records:
        writer.record(at, kind, **members)
    writer.record(max([0, *[at for at, _, _ in records]]), "end", reason="window closed")
    return Journal(stream.getvalue())


def test_every_kind_of_record_becomes_a_fact(trial, builder):
    esme = builder.DEVICES["esme"]
    trial.record(0, "party", party=builder.SUPPLIER, role="supplier", signing_key="04ab", agreement_key="")
    trial.switches(0, 0x8085)
    trial.averages(240_000, 241_000)
    trial.record(MINUTE, "stimulus", index=0, phase="due", on="esme", do="supply.cut", **{"with": {"duration": HOUR}})
    trial.record(2 * MINUTE, "stimulus", index=0, phase="done", on="esme", do="supply.cut", **{"with": {"duration": HOUR}})
    trial.record(3 * MINUTE, "stimulus", index=0, phase="ended", on="esme", do="supply.cut", **{"with": {"duration": HOUR}})
    refusal = TunnelFrame(sequence=9, command=RequestTunnelResponse(tunnel=0xFFFF, status=1), default_response=False)
    frame = {"tap": "han", "source": esme, "destination": builder.DEVICES["hub"], "cluster": CLUSTER, "octets": write_frame(refusal).hex()}
    trial.record(HOUR, "frame", **frame)
    trial.alert(HOUR, 0x8085)
    trial.record(HOUR, "log", device=esme, log="event", entries=[[947_293_200, "0x8183"]])
    trial.record(HOUR, "gap", tap="wan", **{"from": 5, "until": 9}, lost=2, reason="buffer full")
    facts = trial.facts()
    assert (facts.trial, facts.realm, facts.opened, facts.until) == ("t0001", Realm.SIMULATED, 30 * MINUTE, trial.end)
    assert facts.role_of(esme) == "esme"
    assert facts.parties[builder.SUPPLIER].signing_key == "04ab"
    assert facts.settings_of(esme, "alert-behaviour")[0].members["scope"] == "network-operator"
    assert facts.supplies[0].millivolts == (240_000,) * 10 + (241_000,) * 10
    stimulus = facts.stimuli[0]
    assert (stimulus.due, stimulus.done, stimulus.ended, stimulus.settings) == (MINUTE, 2 * MINUTE, 3 * MINUTE, {"duration": HOUR})
    assert trial.journal()[stimulus.line]["phase"] == "done"
    assert not facts.tunnelling[0].frame.command.granted
    assert facts.sightings[0].alert.code == 0x8085
    assert facts.logs[0].entries == ((947_293_200, 0x8183),)
    assert (facts.gaps[0].start, facts.gaps[0].until, facts.gaps[0].lost) == (5, 9, 2)


def test_a_message_that_is_no_alert_is_kept_as_a_message_and_octets_that_are_none_as_unread(trial, builder):
    command = Message(
        cra=1,
        counter=4,
        originator=builder.SUPPLIER,
        target=builder.DEVICES["esme"],
        message_code=0x0021,
        payload=b"\xd9\x20",
        mac=bytes(12),
    )
    trial.message(HOUR, command.encode(), tap="dsp")
    trial.message(HOUR, b"\x00\x01", tap="wan")
    trial.message(HOUR, trial.alert(HOUR, 0x8085)[:-1], tap="user")
    frame = {"source": builder.DEVICES["esme"], "destination": builder.DEVICES["hub"], "tap": "han"}
    trial.record(HOUR, "frame", **frame, cluster="0x0702", octets="00")
    trial.record(HOUR, "frame", **frame, cluster=CLUSTER, octets="00")
    facts = trial.facts()
    assert [(seen.tap, seen.message.message_code) for seen in facts.messages] == [("dsp", 0x0021)]
    assert [unread.tap for unread in facts.unread] == ["wan", "user", "han", "han"]
    assert all(unread.problem and trial.journal()[unread.line]["tap"] == unread.tap for unread in facts.unread)


def test_an_alert_whose_payload_is_broken_is_unread_and_says_why(trial, builder):
    broken = Message(
        cra=3,
        counter=4,
        originator=builder.DEVICES["esme"],
        target=builder.SUPPLIER,
        message_code=0x1001,
        payload=b"\x0f\x00",
        mac=bytes(12),
    )
    trial.message(HOUR, broken.encode())
    (unread,) = trial.facts().unread
    assert "E3" in unread.problem


DEVICE = {"device": "00db123456789002", "role": "esme", "signing_key": "", "agreement_key": ""}
STIMULUS = {"index": 0, "phase": "due", "on": "esme", "do": "supply.cut", "with": {}}


@pytest.mark.parametrize(
    ("kind", "members", "problem"),
    [
        ("device", DEVICE | {"role": 5}, "'role' is 5"),
        ("device", {"device": "00"}, "'role' is None"),
        ("window", {"event": "ajar"}, "'event' is 'ajar'"),
        ("stimulus", STIMULUS | {"phase": "undone"}, "'phase' is 'undone'"),
        ("stimulus", STIMULUS | {"with": []}, "'with' is \\[\\]"),
        ("supply", {"device": "00", "from": 0, "step": 0, "millivolts": [1]}, "the trace is none"),
        ("supply", {"device": "00", "from": 0, "step": 1, "millivolts": ["1"]}, "the trace is none"),
        ("supply", {"device": "00", "from": True, "step": 1, "millivolts": [1]}, "'from' is True"),
        ("message", {"tap": "hub", "source": "", "destination": "", "octets": "0g"}, "not hexadecimal"),
        ("log", {"device": "00", "log": "event", "entries": [["x"]]}, "an entry is \\['x'\\]"),
        ("gap", {"tap": "hub", "from": 1, "until": 2, "lost": "3", "reason": ""}, "'lost' is '3'"),
    ],
)
def test_a_record_that_lacks_what_it_must_have_is_named_by_its_line(kind, members, problem):
    with pytest.raises(BundleError, match=problem) as raised:
        read_trial(journal((0, kind, members)))
    assert raised.value.where == "line 2"


def test_a_phase_that_is_told_twice_is_refused():
    with pytest.raises(BundleError, match="stimulus 0 is 'due' twice"):
        read_trial(journal((0, "stimulus", STIMULUS), (1, "stimulus", STIMULUS)))


@pytest.mark.parametrize("head", [{"realm": "X"}, {"epoch": "today"}, {"trial": 7}])
def test_a_head_that_is_none_is_refused(head):
    with pytest.raises(BundleError):
        read_trial(journal(**head))
