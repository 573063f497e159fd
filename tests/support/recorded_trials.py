"""Trials of shipped scenarios with their captures, and what tshark, given the keys, says of each packet."""

from __future__ import annotations

import io
import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.capture.keys import key_lines
from harness.cli.compose import prepare
from harness.interfaces.registry import target
from harness.vocab.journal import Journal, JournalWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENARIOS = sorted((Path(__file__).resolve().parents[2] / "scenarios").glob("*/*.toml"))
HEADER = "gbcs_message.grouping_header."
FIELDS = (
    "frame.interface_name",
    "frame.time_epoch",
    "frame.protocols",
    "frame.comment",
    "_ws.expert.severity",
    f"{HEADER}business_originator_id",
    f"{HEADER}originator_counter",
    f"{HEADER}message_code",
    "gbcs_gbz.alert_code",
    "data.data",
)
WARNING = 0x00600000
"""Severity from which on tshark does not merely remark."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One trial as its target left it."""

    trial: str
    journal: bytes
    capture: bytes

    @property
    def records(self) -> Journal:
        return Journal(self.journal)


@dataclass(frozen=True, slots=True)
class Shown:
    """What tshark shows of one packet."""

    tap: str
    time: str
    """Seconds since 1970, with nine decimals."""
    protocols: str
    comment: str
    is_doubted: bool
    """Whether tshark warns of it, or worse: malformed, left encrypted."""
    key: tuple[str, int, int] | None
    """Originator, originator counter and message code, where it is a GBCS message."""
    alert: int | None
    """Alert code, of a GBZ alert by tshark's own dissector, of a DLMS alert by its place in the payload that tshark cuts out."""


def record(scenario: Path, *overrides: str, observe: int | None = None) -> Iterator[Recorded]:
    """Carry out the trials of a scenario's first block, a trial for each arm, and record their packets; for ``observe`` ns where given."""
    plan = prepare(str(scenario), target_name="simulator", overrides=overrides, seed=None)
    for trial in plan.blocks[0].trials:
        order, journal, capture = plan.order(trial.trial), io.BytesIO(), io.BytesIO()
        order = replace(order, observe=order.observe if observe is None else observe)
        target("simulator").run(order, JournalWriter(journal, capture))
        yield Recorded(trial.trial, journal.getvalue(), capture.getvalue())


def settings(capture: bytes, folder: Path) -> Path:
    """Write the keys of a capture where a Wireshark looks for them that is told of ``folder``."""
    path = folder / "wireshark" / "zigbee_pc_keys"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(key_lines([capture]))
    return folder


def tshark(tool: str, capture: Path, keys: Path, *options: str) -> str:
    """Run tshark with no settings but the keys in ``keys``, and return what it prints."""
    command = [tool, "-n", "-r", str(capture), *options]
    env = {**os.environ, "XDG_CONFIG_HOME": str(keys)}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=300).stdout


def shown(tool: str, capture: bytes, folder: Path) -> list[Shown]:
    """Return what tshark shows of every packet."""
    path = folder / "trial.pcapng"
    path.write_bytes(capture)
    return shown_with(tool, path, settings(capture, folder / "settings"))


def shown_with(tool: str, capture: Path, keys: Path) -> list[Shown]:
    """Return what tshark shows of every packet of a file, with the settings in a folder."""
    asked = [word for field in FIELDS for word in ("-e", field)]
    printed = tshark(tool, capture, keys, "-T", "fields", "-E", "separator=|", "-E", "aggregator=~", *asked)
    return [_shown(*line.split("|")) for line in printed.splitlines()]


def _shown(tap: str, time: str, protocols: str, comment: str, severities: str, *message: str) -> Shown:
    originator, counter, code, *alert = (values.partition("~")[0] for values in message)
    key = (originator.replace(":", ""), int(counter, 0), int(code, 0)) if originator else None
    gbz, payload = alert[0], bytes.fromhex(alert[1].replace(":", ""))
    of_dlms = int.from_bytes(payload[9:11], "big") if key and payload[:1] == b"\x0f" else None
    is_doubted = any(int(value, 0) >= WARNING for value in severities.split("~") if value)
    return Shown(tap, time, protocols, comment, is_doubted, key, int(gbz, 0) if gbz else of_dlms)
