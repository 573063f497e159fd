"""From a simulated trial to a DUIS log and back: what a service user's adapter sees is what the journal says reached the user."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

from harness.vocab.journal import Journal
from harness.vocab.time import SECOND, Epoch
from harness.wire.duis import DeviceAlert, read_messages, write_device_alert
from harness.wire.duis.user_tap import user_tap

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    Run = Callable[..., subprocess.CompletedProcess[str]]


def test_every_alert_at_the_tap_is_a_message_with_the_same_octets(trial: object, builder: ModuleType) -> None:
    sent = [trial.alert(second * SECOND, 0x8F30 if second % 2 else 0x8002, tap="user") for second in range(3600, 3605)]
    trial.alert(3700 * SECOND, 0x8F30, tap="wan")
    alerts, left_out = user_tap(trial.journal())
    assert [alert.payload for alert in alerts] == sent
    assert left_out == ()
    epoch = Epoch.parse(builder.EPOCH).seconds
    assert [alert.header.response_time for alert in alerts] == [(epoch + second) * SECOND for second in range(3600, 3605)]
    assert {alert.header.response_id.originator for alert in alerts} == {builder.DEVICES["esme"]}
    assert {alert.header.response_id.target for alert in alerts} == {builder.SUPPLIER}
    assert [alert.alert_code for alert in alerts] == [0x8002, 0x8F30] * 2 + [0x8002]
    log = b"\n".join(map(write_device_alert, alerts))
    assert tuple(read_messages(BytesIO(log))) == alerts


def test_what_no_device_alert_carries_is_named(trial: object) -> None:
    trial.alert(3600 * SECOND, 0x8F66, tap="user")
    trial.message(3601 * SECOND, b"\xdf\x09\x02", tap="user")
    trial.alert(3602 * SECOND, 0x8F30, tap="user")
    journal = trial.journal()
    alerts, left_out = user_tap(journal)
    assert [alert.alert_code for alert in alerts] == [0x8F30]
    assert [journal[line]["at"] for line in left_out] == [3600 * SECOND, 3601 * SECOND]


def test_a_simulated_trial_is_read_back_from_its_log(smets_harness: Run, tmp_path: Path) -> None:
    """The chain of a user: run, show the tap as DUIS, read the log, and find the journal's octets at the journal's instants."""
    done = smets_harness("run", "average-voltage-chatter", "--out", "out")
    bundle = next((tmp_path / "out").glob("average-voltage-chatter-*"))
    journals = {path.stem: path.read_bytes() for path in (bundle / "data" / "trials").glob("*.jsonl")}
    name, octets = max(journals.items(), key=lambda item: item[1].count(b'"tap":"user"'))
    shown = smets_harness("show", str(bundle), "--trial", name, "--duis")
    assert shown.returncode == 0, done.stderr + shown.stderr
    lines = shown.stdout.splitlines()
    assert all(line.endswith("<?simulated by smets-harness?></sr:Response>") for line in lines)

    journal = Journal(octets)
    seen = [record for record in journal if record["kind"] == "message" and record["tap"] == "user"]
    read = list(read_messages(BytesIO(shown.stdout.encode())))
    assert len(read) == len(lines) == len(seen) > 10
    epoch = Epoch.parse(journal[1]["epoch"]).seconds * SECOND
    for line, (message, record) in enumerate(zip(read, seen, strict=True), 1):
        assert isinstance(message, DeviceAlert)
        assert message.simulated
        assert message.payload.hex() == record["octets"]
        assert message.header.response_time == epoch + record["at"]
        assert message.header.response_id.originator == record["source"]
        assert message.header.response_id.target == record["destination"]
        assert message.line == line

    as_json = smets_harness("show", str(bundle), "--trial", name, "--duis", "--json")
    assert json.loads(as_json.stdout) == lines
    for arguments, code, words in (
        (("--duis",), 4, "--trial"),
        (("--trial", name, "--duis", "--tap", "hub"), 4, "not allowed"),
        (("--trial", "t0", "--duis"), 5, "no trial 't0'"),
    ):
        refused = smets_harness("show", str(bundle), *arguments)
        assert (refused.returncode, words in refused.stderr) == (code, True), refused.stderr
