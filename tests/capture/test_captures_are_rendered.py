"""A journal, or its trace, as a capture: the same messages at the same taps and instants, and nobody named in the latter."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING

import pytest
import recorded_trials as recorded
from trial_builder import DEVICES, SECOND, TrialBuilder

from harness.capture.keys import key_lines
from harness.capture.rendering import render
from harness.errors import BundleError
from harness.masking.trace import trace
from harness.vocab.journal import Journal
from harness.vocab.time import HOUR, Epoch
from harness.wire.pcap import Described, read_packets
from harness.wire.tap_capture import unix_nanoseconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def rendered(journal: bytes, source: str = "the journal") -> bytes:
    stream = io.BytesIO()
    render(Journal(journal), stream, source=source)
    return stream.getvalue()


def packets_of(capture: bytes) -> list[tuple[str, int | None, bytes]]:
    """Return interface, time and octets behind the tags of every packet."""
    names: dict[int, str] = {}

    def take(one: Described) -> None:
        names[one.interface] = one.name

    found = []
    for packet in read_packets([capture], described=take):
        octets = packet.octets.partition(bytes(4))[2] if packet.link_type == 252 else packet.octets
        found.append((names[packet.interface], packet.time, octets))
    return found


def test_every_message_is_there_at_its_tap_and_instant() -> None:
    made = TrialBuilder()
    made.alert(3 * HOUR, 0x8F0A, tap="han")
    made.alert(3 * HOUR + SECOND, 0x8F0A, tap="hub")
    made.alert(3 * HOUR + 2 * SECOND, 0x8002, tap="user")
    since = unix_nanoseconds(Epoch.parse(str(made.journal()[1]["epoch"])))
    messages = [record for record in made.journal() if record["kind"] == "message"]
    expected = [(record["tap"], since + record["at"], bytes.fromhex(record["octets"])) for record in messages]
    assert packets_of(rendered(made.octets())) == expected
    assert len(expected) == 3


def test_tshark_reads_messages_frames_comments_and_what_stands_behind_them(tool: Callable[[str], str], tmp_path: Path) -> None:
    for trial in recorded.record(recorded.SCENARIOS[-1], observe=3 * HOUR):
        for octets, source in ((trial.journal, "the journal"), (trace(trial.journal), "the trace")):
            capture = rendered(octets, source)
            packets = recorded.shown(tool("tshark"), capture, tmp_path)
            records = [record for record in trial.records if record["kind"] in {"message", "frame"}]
            assert [packet.tap for packet in packets] == ["zcl" if one["kind"] == "frame" else one["tap"] for one in records]
            assert not [packet for packet in packets if packet.is_doubted]
            for packet, record in zip(packets, records, strict=True):
                assert "zbee_zcl_se.tun" in packet.protocols if record["kind"] == "frame" else packet.key is not None
            told = " ".join(packet.comment for packet in packets)
            stimuli = [record for record in trial.records if record["kind"] == "stimulus" and record["phase"] == "done"]
            early = [one for one in stimuli if any(int(str(record["at"])) > int(str(one["at"])) for record in records)]
            assert all(f"stimulus {one['index']} done: {one['do']} on {one['on']}" in told for one in early)
            (tmp_path / "rendered.pcapng").write_bytes(capture)
            command = [tool("capinfos"), str(tmp_path / "rendered.pcapng")]
            described = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
            assert described.count(f"simulated, rendered from {source}") == described.count("Description = ") == 6


def test_what_is_rendered_from_a_trace_names_nobody() -> None:
    for trial in recorded.record(recorded.SCENARIOS[-1], observe=3 * HOUR):
        names = {str(record[kind]) for record in trial.records for kind in ("device", "party") if record["kind"] == kind}
        keys = {str(record[key])[2:66] for record in trial.records if record["kind"] in {"device", "party"} for key in ("signing_key",)}
        spelt = [part for name in names | keys for part in (bytes.fromhex(name), bytes.fromhex(name)[::-1], name.encode())]
        plain, masked = rendered(trial.journal), rendered(trace(trial.journal))
        assert any(part in plain for part in spelt)
        assert not [part for part in spelt if part in masked]


def test_the_same_journal_gives_the_same_octets() -> None:
    one, again = (list(recorded.record(recorded.SCENARIOS[-1], "window.fidelity=frames", observe=HOUR)) for _ in range(2))
    assert [trial.capture for trial in one] == [trial.capture for trial in again]
    assert [rendered(trial.journal) for trial in one] == [rendered(trial.journal) for trial in again]
    assert len({trial.capture for trial in one}) == len(one)


def test_capinfos_counts_what_we_count(tool: Callable[[str], str], tmp_path: Path) -> None:
    for trial in recorded.record(recorded.SCENARIOS[0], "window.fidelity=frames", observe=HOUR):
        secrets = len(key_lines([trial.capture]).splitlines())
        packets = sum(1 for _ in read_packets([trial.capture]))
        path = tmp_path / "trial.pcapng"
        path.write_bytes(trial.capture)
        done = subprocess.run([tool("capinfos"), "-M", str(path)], capture_output=True, text=True, check=True, timeout=60)
        told = dict(line.split(":", 1) for line in done.stdout.splitlines() if ":" in line)
        assert int(told["Number of packets"].split()[0]) == packets > 100
        assert int(told["Number of interfaces in file"]) == 5
        assert int(told["Number of decryption secrets in file"]) == secrets > 0


def test_a_long_frame_goes_in_blocks_and_a_gap_is_told(tool: Callable[[str], str], tmp_path: Path) -> None:
    made = TrialBuilder()
    frame = bytes.fromhex("0907020300") + bytes(200)
    made.record(2 * HOUR, "gap", tap="hub", **{"from": HOUR}, until=2 * HOUR, lost=3, reason="the sniffer restarted")
    made.record(3 * HOUR, "frame", tap="han", source=DEVICES["esme"], destination=DEVICES["hub"], cluster="0x0704", octets=frame.hex())
    packets = recorded.shown(tool("tshark"), rendered(made.octets()), tmp_path)
    assert len(packets) == 4
    assert packets[0].comment == "not recorded at hub: 3, the sniffer restarted"
    assert not [packet for packet in packets if packet.is_doubted]
    assert "zbee_zcl_se.tun" in packets[-1].protocols, "the blocks were put together"


@pytest.mark.parametrize("record", [{"octets": "0g"}, {"tap": "elsewhere"}, {"cluster": "tunnel"}, {"source": 3}])
def test_a_record_that_is_none_is_named(record: dict[str, object]) -> None:
    made = TrialBuilder()
    members = {"tap": "han", "source": DEVICES["esme"], "destination": DEVICES["hub"], "cluster": "0x0704", "octets": "0102"}
    kind = "message" if "tap" in record else "frame"
    made.record(HOUR, kind, **{**members, **record})
    with pytest.raises(BundleError, match="line "):
        rendered(made.octets())
