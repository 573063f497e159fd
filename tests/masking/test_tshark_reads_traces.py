"""tshark finds in masked alerts what it finds in the alerts: kind, counter, message code, alert code; and other parties."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from captures import pcap, upper_pdu
from casts import ALERTS, Cast

from harness.masking.messages import masked_message
from harness.masking.ordinals import PSEUDONYM_PREFIX, Ordinals
from harness.wire.gbcs.alerts import read_alert

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

HEADER = "gbcs_message.grouping_header."
SAME = (f"{HEADER}cra_flag", f"{HEADER}originator_counter", f"{HEADER}message_code", "gbcs_gbz.alert_code", "_ws.col.info", "_ws.malformed")
DLMS = "data.data"
"""The payload, which tshark cuts out and does not read."""
PARTIES = (f"{HEADER}business_originator_id", f"{HEADER}business_target_id")


@pytest.fixture
def dissected(tool: Callable[[str], str], tmp_path: Path) -> Callable[..., list[list[str]]]:
    """Have tshark read GBCS messages and return fields of each."""
    path = tool("tshark")

    def run(messages: Sequence[bytes], *fields: str) -> list[list[str]]:
        capture = tmp_path / "messages.pcap"
        capture.write_bytes(pcap([upper_pdu(octets) for octets in messages]))
        asked = [word for field in fields for word in ("-e", field)]
        done = subprocess.run([path, "-n", "-r", capture, "-T", "fields", *asked], capture_output=True, text=True, check=True, timeout=60)
        return [line.split("\t") for line in done.stdout.splitlines()]

    return run


def test_codes_and_counters_are_the_same_and_parties_are_numbers(dissected):
    names, cast = Ordinals(), Cast("tshark")
    alerts = [cast.plays(octets) for octets in ALERTS]
    hidden = [masked_message(octets, names) for octets in alerts]
    one, other = (dissected(messages, *SAME, DLMS, *PARTIES) for messages in (alerts, hidden))
    assert len(one) == len(other) == len(alerts)
    seen = 0
    for octets, before, after in zip(alerts, one, other, strict=True):
        alert = read_alert(octets)
        assert after[: len(SAME)] == before[: len(SAME)]
        assert (int(after[0], 0), int(after[1]), int(after[2], 0)) == (3, alert.counter, alert.message_code)
        assert after[5] == "", "nothing malformed"
        payload = bytes.fromhex(after[6].replace(":", ""))
        if after[3] or payload[:1] == b"\x0f":
            assert alert.code == (int(after[3], 0) if after[3] else int.from_bytes(payload[9:11], "big"))
            seen += 1
        assert all(party.replace(":", "").startswith(PSEUDONYM_PREFIX) for party in after[-2:])
        assert not set(after[-2:]) & set(before[-2:])
    assert seen > len(alerts) // 2, "tshark shows the code of most of them"
