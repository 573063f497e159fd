"""The capture of a trial: octet for octet the same, readable to the bottom by tshark, and telling what the journal tells."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from tapes import dissected, read_tape

from harness.vocab.journal import TAPS
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import Epoch
from harness.wire.pcapng_writing import INBOUND, OUTBOUND, UNTOLD, ZIGBEE_APS_KEY, ZIGBEE_NWK_KEY
from harness.wire.tunnelling import TransferData, read_data, read_frame
from harness.wire.zigbee.following import Follower, Heard, Unread
from harness.wire.zigbee.mac import read_mac

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Bench, Shown
    from tapes import Tape

    from harness.interfaces.target import TrialOrder

BETWEEN_EPOCHS = 946_684_800
ROUGH = (
    ("hub", "han.key-update", {"switch-after": "5s"}),
    ("hub", "han.key-update", {"switch-after": "30m"}),
    ("hub", "han.channel-change", {}),
    ("hub", "han.interference", {"loss": "60 %", "for": "10m"}),
    ("hub", "han.knock", {"every": "3s", "times": 5}),
    ("hub", "han.neighbour", {"for": "5m"}),
    ("hub", "hub.restart", {"duration": "20m"}),
    ("esme", "han.attenuation", {"by": 45, "for": "20m"}),
    ("esme", "han.leave", {"duration": "2m"}),
    ("esme", "command.send", {"off": ["0x8002"]}),
    ("gsme", "command.send", {"off": ["0x8183"]}),
    ("gsme", "device.restart", {"duration": "50m"}),
    ("gsme", "han.loss", {"loss": "50 %", "acknowledgement-loss": "50 %", "for": "40m"}),
    ("ppmid", "device.restart", {"duration": "1s"}),
    ("ppmid", "han.loss", {"loss": "100 %", "for": "10m"}),
)
ALERT = 3
CODE = slice(18, 22)
"""Where the alert code stands in a data notification, whose content tshark leaves as it is."""
STIMULI = [
    ("6m", "esme", "han.loss", {"loss": "20 %", "acknowledgement-loss": "20 %", "for": "1h"}),
    ("10m", "hub", "han.key-update", {"switch-after": "1h"}),
    ("20m", "esme", "command.send", {"off": ["0x8002"]}),
    ("21m", "gsme", "command.send", {"off": ["0x8183"]}),
    ("30m", "ppmid", "device.restart", {}),
    ("40m", "gsme", "han.leave", {}),
    ("50m", "hub", "han.knock", {"times": 2}),
    ("60m", "hub", "han.neighbour", {"for": "1m"}),
    ("90m", "hub", "han.channel-change", {}),
]


def _order(bench: Bench, **more: object) -> TrialOrder:
    devices = [
        bench.device("hub"),
        bench.device("esme", known_emitter={"every": "20m"}),
        bench.device("gsme", known_emitter={"every": "40m"}),
        bench.device("ppmid"),
    ]
    return bench.order(*devices, codes=(0x8002, 0x8F36, 0x8183), stimuli=STIMULI, fidelity="frames", **more)  # type: ignore[arg-type]


def _taped(bench: Bench, order: TrialOrder) -> tuple[Shown, Tape, bytes]:
    stream = BytesIO()
    shown = bench.run(order, stream)
    return shown, read_tape(stream.getvalue()), stream.getvalue()


@pytest.fixture(scope="module")
def recorded(one_bench: Bench) -> tuple[Shown, Tape, bytes]:
    """A trial in which everything happens once, and its capture."""
    return _taped(one_bench, _order(one_bench))


def test_interfaces_name_the_taps_and_say_that_they_are_simulated(recorded: tuple[Shown, Tape, bytes]) -> None:
    _, tape, _ = recorded
    assert [name for _, name, _ in tape.interfaces] == list(TAPS)
    assert [kind for kind, _, _ in tape.interfaces] == [283, 252, 252, 252, 252]
    assert all("simulated" in told for _, _, told in tape.interfaces)


def test_packets_are_in_order_of_time_and_begin_with_the_joining_before_instant_0(recorded: tuple[Shown, Tape, bytes]) -> None:
    _, tape, _ = recorded
    instants = [packet.time for packet in tape.packets]
    start = (Epoch.parse("2030-01-07T00:00:00Z").seconds + BETWEEN_EPOCHS) * 10**9
    assert instants == sorted(instants)
    assert start - 60 * 10**9 <= instants[0] < start < instants[-1]


def test_tshark_reads_every_frame_to_the_bottom(recorded: tuple[Shown, Tape, bytes], tool: Callable[[str], str], tmp_path: Path) -> None:
    shown, _, octets = recorded
    rows = dissected(octets, tool("tshark"), tmp_path, "frame.interface_name", "frame.protocols", "_ws.malformed", "_ws.col.Info")
    assert not [row for row in rows if row[2]]
    undecrypted = [row for row in rows if "zbee_nwk:data" in row[1] or (row[1].endswith("zbee_aps:data") and "fragment" not in row[3])]
    assert not undecrypted
    carried = Counter(row[0] for row in rows if "gbcs_message" in row[1])
    told = Counter(str(record["tap"]) for record in shown.journal if record["kind"] == "message")
    assert told.pop("han") > carried.pop("han") > 30, "tshark puts a message together once, however often its last block is sent"
    assert carried == told
    infos = " ".join(row[3] for row in rows)
    steps = ("Beacon Request", "Association Request", "Transport Key", "Device Announcement", "Confirm Key", "Request Key", "Link Status")
    acts = ("Switch Key", "Rejoin Request", "Leave", "Network Update Request", "Data Request")
    assert not [step for step in (*steps, *acts) if step not in infos]


def test_tshark_tells_of_every_alert_what_we_tell(recorded: tuple[Shown, Tape, bytes], tool: Callable[[str], str], tmp_path: Path) -> None:
    shown, _, octets = recorded
    names = ("business_originator_id", "originator_counter", "message_code", "cra_flag")
    fields = ["frame.interface_name", *(f"gbcs_message.grouping_header.{name}" for name in names), "gbcs_gbz.alert_code", "data.data"]
    told = set()
    for tap, originator, counter, message_code, kind, gbz_code, rest in dissected(octets, tool("tshark"), tmp_path, *fields):
        if kind and int(kind, 0) == ALERT:
            code = int(gbz_code, 0) if gbz_code else int(rest[CODE], 16)
            told.add((tap, originator.replace(":", ""), int(counter), int(message_code, 0), code))
    ours = (sighting for tap in TAPS for sighting in shown.at(tap))
    assert told == {(s.tap, s.alert.originator, s.alert.counter, s.alert.message_code, s.alert.code) for s in ours}
    assert len(told) > 100


def test_who_listens_with_the_keys_hears_every_datagram_of_the_journal(recorded: tuple[Shown, Tape, bytes]) -> None:
    shown, tape, _ = recorded
    follower, heard = Follower(tape.keys), []
    for packet in tape.at("han"):
        heard += follower.feed(packet.time, packet.psdu)
    heard += follower.ended()
    assert not [event for event in heard if isinstance(event, Unread)]
    tunnelled = [event for event in heard if isinstance(event, Heard) and event.cluster == 0x0704]
    frames = Counter((event.source, event.destination, event.octets.hex()) for event in tunnelled if not _message(event.octets))
    messages = Counter((event.source, event.destination, _message(event.octets).hex()) for event in tunnelled if _message(event.octets))
    assert messages == _told(shown, "message")
    assert {entry: count for entry, count in frames.items() if entry in _told(shown, "frame")} == _told(shown, "frame")


def _told(shown: Shown, kind: str) -> Counter[tuple[str, str, str]]:
    records = [record for record in shown.journal if record["kind"] == kind and record["tap"] == "han"]
    return Counter((str(record["source"]), str(record["destination"]), str(record["octets"])) for record in records)


def _message(octets: bytes) -> bytes:
    command = read_frame(octets).command
    found: bytes = getattr(read_data(command.data), "message", b"") if isinstance(command, TransferData) else b""
    return found


def test_keys_stand_in_blocks_of_their_own(recorded: tuple[Shown, Tape, bytes]) -> None:
    _, tape, _ = recorded
    kinds = Counter(kind for kind, _ in tape.secrets)
    assert kinds == {ZIGBEE_NWK_KEY: 3, ZIGBEE_APS_KEY: 7}, "two of the home and a neighbour's; three install codes, three links, a pair"
    pans = {struct.unpack_from("<H", octets, 16)[0] for _, octets in tape.secrets}
    assert len(pans) == 2


def test_directions_are_those_that_the_hub_sees(recorded: tuple[Shown, Tape, bytes]) -> None:
    _, tape, _ = recorded
    seen = Counter()
    for packet in tape.at("han"):
        frame = read_mac(packet.psdu)
        if isinstance(frame.source, int) and isinstance(frame.destination, int):
            seen[frame.source == 0, frame.destination in (0, 0xFFFF), packet.direction] += 1
    neighbours = seen.pop((True, True, INBOUND))
    assert set(seen) == {(True, True, OUTBOUND), (True, False, OUTBOUND), (False, True, INBOUND), (False, False, UNTOLD)}
    assert neighbours == 4


def test_a_stimulus_is_remarked_on_at_the_next_packet(recorded: tuple[Shown, Tape, bytes]) -> None:
    shown, tape, _ = recorded
    start = (Epoch.parse("2030-01-07T00:00:00Z").seconds + BETWEEN_EPOCHS) * 10**9
    for record in shown.journal:
        if record["kind"] == "stimulus":
            words = f"stimulus {record['index']} {record['phase']}: {record['do']} on {record['on']}"
            following = next(packet for packet in tape.packets if packet.time - start > int(str(record["at"])))
            assert words in following.comment


@pytest.mark.parametrize("number", range(3))
def test_whatever_is_done_to_a_home_tshark_reads_every_frame(bench: Bench, number: int, tool: Callable[[str], str], tmp_path: Path) -> None:
    chance = Chance(subseed(b"rough", number))
    drawn = [(f"{chance.below(170)}m", *chance.shuffled(ROUGH)[0]) for _ in range(20)]
    order = replace(_order(bench, observe="3h"), stimuli=bench.order(stimuli=drawn).stimuli, seed=bytes([number]) * 32)
    _, _, octets = _taped(bench, order)
    rows = dissected(octets, tool("tshark"), tmp_path, "frame.protocols", "_ws.malformed", "_ws.col.Info")
    assert len(rows) > 3_000
    assert not [row for row in rows if "".join(row[1:2]) or "zbee_nwk:data" in row[0]]
    assert not [row for row in rows if row[0].endswith("zbee_aps:data") and "fragment" not in row[2]]


@pytest.mark.parametrize("fidelity", ["messages", "frames"])
def test_taps_that_nobody_asked_for_are_empty(bench: Bench, fidelity: str) -> None:
    _, tape, _ = _taped(bench, replace(_order(bench, observe="1h"), taps=("hub", "wan"), fidelity=fidelity))
    assert {tape.interfaces[packet.interface][1] for packet in tape.packets} == {"hub", "wan"}


def test_whole_messages_are_recorded_as_such(bench: Bench, tool: Callable[[str], str], tmp_path: Path) -> None:
    shown, tape, octets = _taped(bench, replace(_order(bench), fidelity="messages"))
    assert {kind for kind, _, _ in tape.interfaces} == {252}
    rows = dissected(octets, tool("tshark"), tmp_path, "frame.interface_name", "frame.protocols")
    assert all("gbcs_message" in protocols for _, protocols in rows)
    told = Counter(str(record["tap"]) for record in shown.journal if record["kind"] == "message")
    assert Counter(name for name, _ in rows) == told


def test_a_capture_changes_no_journal(bench: Bench) -> None:
    order = _order(bench, observe="1h")
    assert bench.run(order).octets == _taped(bench, order)[0].octets


def test_hash_seeds_and_locales_change_no_octet(isolated: Callable[..., str]) -> None:
    code = """
import hashlib, io
from comms_hub_sim.target import Simulator
from harness.interfaces.setting import settle
from harness.interfaces.target import DeviceOrder, MechanismUse, TrialOrder
from harness.vocab.journal import TAPS, JournalWriter
simulator, journal, capture = Simulator(), io.BytesIO(), io.BytesIO()
emitter = (MechanismUse(name="known-emitter", settings={"every": 600 * 10**9}),)
devices = tuple(
    DeviceOrder(role=role, settings=settle(dict(simulator.device_settings(role)), {}), mechanisms=uses)
    for role, uses in (("hub", ()), ("esme", emitter), ("gsme", ()), ("ppmid", ()))
)
order = TrialOrder(trial="t", seed=b"s" * 32, epoch="2030-01-07T00:00:00Z", region="north", settle=0, observe=3600 * 10**9, taps=TAPS,
    devices=devices, stimuli=(), codes=(0x8002,), fidelity="frames")
simulator.run(order, JournalWriter(journal, capture))
print(hashlib.sha256(journal.getvalue()).hexdigest(), hashlib.sha256(capture.getvalue()).hexdigest())
"""
    printed = {
        isolated(code, PYTHONHASHSEED=seed, LC_ALL=locale, TZ=zone)
        for seed, locale, zone in (("1", "C", "UTC"), ("77", "tr_TR.UTF-8", "Asia/Tokyo"))
    }
    assert len(printed) == 1
