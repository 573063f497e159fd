"""tshark, given the shipped key file, reads every packet of every shipped scenario: none malformed, none left encrypted, and as we do.

One block of each scenario is carried out, a trial for each arm, with nothing shortened.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
import recorded_trials as recorded

from harness.errors import WireError
from harness.vocab.journal import TAPS
from harness.vocab.time import HOUR, MINUTE, Epoch
from harness.wire.gbcs.alerts import read_alert
from harness.wire.gbcs.outer import decode_message
from harness.wire.tap_capture import unix_nanoseconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.vocab.journal import Journal

Key = tuple[str, int, int, int | None]
"""Originator, counter, message code, alert code."""


def ours(journal: Journal, tap: str) -> list[tuple[str, Key]]:
    """Return the messages of a journal at a tap, each with its time as tshark prints it."""
    since = unix_nanoseconds(Epoch.parse(str(journal[1]["epoch"])))
    found = []
    for record in journal:
        if record["kind"] == "message" and record["tap"] == tap:
            octets = bytes.fromhex(str(record["octets"]))
            message = decode_message(octets)
            try:
                code = read_alert(octets).code
            except WireError:
                code = None
            seconds, nanoseconds = divmod(since + int(str(record["at"])), 1_000_000_000)
            found.append((f"{seconds}.{nanoseconds:09}", (message.originator, message.counter, message.message_code, code)))
    return found


def theirs(packets: list[recorded.Shown], tap: str) -> list[tuple[str, Key]]:
    """Return the messages that tshark finds at a tap."""
    return [(packet.time, (*packet.key, packet.alert)) for packet in packets if packet.key and packet.tap == tap]


@pytest.mark.slow
@pytest.mark.parametrize("fidelity", ["messages", "frames"])
@pytest.mark.parametrize("scenario", recorded.SCENARIOS, ids=lambda path: path.stem)
def test_every_packet_is_dissected_and_every_message_is_the_one_in_the_journal(
    scenario: Path, fidelity: str, tool: Callable[[str], str], tmp_path: Path
) -> None:
    alerts = 0
    for trial in recorded.record(scenario, f"window.fidelity={fidelity}", "window.capture=true"):
        packets = recorded.shown(tool("tshark"), trial.capture, tmp_path)
        assert not [packet for packet in packets if packet.is_doubted], "malformed, or left encrypted"
        unread = Counter(packet.protocols for packet in packets if "zbee_nwk:data" in packet.protocols or "malformed" in packet.protocols)
        assert not unread
        for tap in TAPS[1:]:
            assert theirs(packets, tap) == ours(trial.records, tap)
        han, seen = ours(trial.records, "han"), theirs(packets, "han")
        if fidelity == "messages":
            assert seen == han
        else:
            assert {key for _, key in seen} == {key for _, key in han}
            assert any("zbee_zcl_se.tun:gbcs_tunnel:gbcs_message" in packet.protocols for packet in packets) or not han
        alerts += sum(key[3] is not None for tap in TAPS for _, key in ours(trial.records, tap))
    assert alerts > 20, "there were alerts to agree on"


@pytest.mark.parametrize("fidelity", ["messages", "frames"])
def test_a_comment_on_the_packet_after_it_tells_of_each_stimulus(fidelity: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    chatter = next(path for path in recorded.SCENARIOS if path.stem == "average_voltage_chatter")
    followed = 0
    for trial in recorded.record(chatter, f"window.fidelity={fidelity}", "window.capture=true", observe=4 * HOUR):
        since = unix_nanoseconds(Epoch.parse(str(trial.records[1]["epoch"])))
        packets = recorded.shown(tool("tshark"), trial.capture, tmp_path)
        times = [int(packet.time.replace(".", "")) - since for packet in packets]
        expected: dict[int, list[str]] = {}
        for record in trial.records:
            after = [place for place, at in enumerate(times) if at > int(str(record["at"]))]
            if record["kind"] == "stimulus" and after:
                expected.setdefault(after[0], []).append(f"stimulus {record['index']} {record['phase']}: {record['do']} on {record['on']}")
        told = {place: packet.comment.split("; ") for place, packet in enumerate(packets) if packet.comment}
        assert told == expected
        followed += len(told)
    assert followed > 1


def test_without_its_keys_a_capture_is_told_to_be_encrypted(tool: Callable[[str], str], tmp_path: Path) -> None:
    trial = next(recorded.record(recorded.SCENARIOS[0], "window.fidelity=frames", observe=MINUTE))
    path = tmp_path / "trial.pcapng"
    path.write_bytes(trial.capture)
    (tmp_path / "wireshark").mkdir()
    assert any(packet.is_doubted for packet in recorded.shown_with(tool("tshark"), path, tmp_path))
