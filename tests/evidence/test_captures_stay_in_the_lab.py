"""Captures hold identities and keys: they are withheld from everybody, and their keys are looked for in what goes out."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import disclosed_bundles as small
import pytest
import signed_bundles as made

from harness.capture.keys import key_lines
from harness.errors import UsageError
from harness.evidence.disclosing import LeakError
from harness.evidence.recipients import CLASSES, Reason, reason_for
from harness.wire.pcapng_writing import ZIGBEE_APS_KEY, ZIGBEE_NWK_KEY, PcapngWriter

if TYPE_CHECKING:
    from pathlib import Path

KEY, LINK = bytes.fromhex("90c7d51f301a2c47aa01b2c3d4e5f607"), bytes.fromhex("5d1b2e4f60718293a4b5c6d7e8f90a1b")
CAPTURE, KEYS = "data/captures/t00.pcapng", "data/captures/t00.keys"


def capture() -> bytes:
    stream = io.BytesIO()
    writer = PcapngWriter(stream)
    writer.interface("han", 283, description="HAN air, simulated")
    writer.secrets(ZIGBEE_NWK_KEY, KEY + bytes(2))
    writer.secrets(ZIGBEE_APS_KEY, LINK + bytes(6))
    return stream.getvalue()


@pytest.fixture
def files() -> dict[str, bytes]:
    return {**small.payload(), CAPTURE: capture(), KEYS: key_lines([capture()])}


@pytest.mark.parametrize("to", ["sec-parties", "manufacturer:Alder Instruments", "dcc", "public"])
def test_a_derivative_holds_no_capture_and_says_why(to: str, files: dict[str, bytes], tmp_path: Path) -> None:
    made.make_signed(tmp_path / "original", files)
    found = small.derived(tmp_path / "original", tmp_path / "out", small.order(to))
    assert {path: found.withheld[path] for path in (CAPTURE, KEYS)} == dict.fromkeys((CAPTURE, KEYS), Reason.SECURITY_MATERIAL)
    spelt = [spelling for key in (KEY, LINK) for spelling in small.spellings(key)]
    assert not small.found_in(small.contents(tmp_path / "out"), spelt)
    assert small.found_in(small.contents(tmp_path / "original"), spelt), "the search would have found them"


def test_nobody_can_decide_otherwise(files: dict[str, bytes], tmp_path: Path) -> None:
    made.make_signed(tmp_path / "original", files)
    for path in (CAPTURE, KEYS):
        with pytest.raises(UsageError, match="R-SECURITY-MATERIAL"):
            small.derived(tmp_path / "original", tmp_path / "out", small.order(also=(path,)))
    assert all(entry.withheld >= {Reason.SECURITY_MATERIAL} for entry in CLASSES.values())
    assert reason_for(CAPTURE, masked=True) is Reason.SECURITY_MATERIAL


@pytest.mark.parametrize("key", [KEY, LINK])
def test_a_key_that_stands_in_another_file_keeps_everything_in(key: bytes, files: dict[str, bytes], tmp_path: Path) -> None:
    files["data/results/report.txt"] = f"the key was {key.hex(':')}\n".encode()
    made.make_signed(tmp_path / "original", files)
    with pytest.raises(LeakError, match=r"report\.txt"):
        small.derived(tmp_path / "original", tmp_path / "out")
    assert not (tmp_path / "out").exists()
