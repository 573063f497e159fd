"""``decode`` shows every field with its place, and says what it could not decode and why."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from payload_specimens import SPECIMENS, message_of

from harness.wire.gbcs.outer import GbcsError
from harness.wire.gbcs.text import octets_of

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Command = Callable[..., subprocess.CompletedProcess[str]]


def test_every_golden_alert_is_shown_field_by_field(smets_harness: Command, checkout: Path, our_alerts: dict[str, bytes]) -> None:
    done = smets_harness("decode", str(checkout / "tests" / "golden" / "gbcs_alerts.txt"))
    assert (done.returncode, done.stderr) == (0, "")
    blocks = done.stdout.split("\n\n")
    assert len(blocks) == len(our_alerts)
    for octets, block in zip(our_alerts.values(), blocks, strict=True):
        shown = "".join(line.split()[1] for line in block.splitlines() if _starts_with_octets(line))
        assert shown == octets.hex(), block


def _starts_with_octets(line: str) -> bool:
    """Tell a line that shows octets: two spaces, an offset, two spaces, octets where a heading has blanks."""
    return len(line) > 8 and line[:2] == "  " and line[6:8] == "  " and line[8] != " " and line[2:6].isalnum()


def test_an_outage_alert_reads_like_one(smets_harness: Command, our_alerts: dict[str, bytes]) -> None:
    done = smets_harness("decode", our_alerts["outage-restored"].hex())
    assert done.returncode == 0
    assert done.stdout.startswith("message 1: Alert 0x0067 with alert code 0x8F36, 152 octets\n")
    for piece in (
        "message-code                            0x0067  Supply Outage Restored (ECS80)",
        "interruption-time                       2030-01-01T12:00:00Z",
        "catalogue: 0x8F36 Supply restored, outage of 3 minutes or more",
        "opposite: 0x8F57",
    ):
        assert piece in done.stdout


def test_inferred_facts_are_marked(smets_harness: Command, our_alerts: dict[str, bytes]) -> None:
    done = smets_harness("decode", our_alerts["generic-non-critical-dlms"].hex())
    assert "WAN alert: y (inferred)" in done.stdout


def test_hex_base64_and_standard_input_are_the_same_message(smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    octets = our_alerts["generic-critical-gbz"]
    forms = (octets.hex(), octets.hex(":").upper(), "0x" + octets.hex(), base64.b64encode(octets).decode())
    (tmp_path / "messages.txt").write_text("# a comment\n\n" + "\n".join(forms) + "\n")
    shown = json.loads(smets_harness("decode", "--json", *forms).stdout)
    from_file = json.loads(smets_harness("decode", "--json", "messages.txt").stdout)
    piped = json.loads(smets_harness("decode", "--json", stdin="\n".join(forms)).stdout)
    assert [one["octets"] for one in shown] == [octets.hex()] * 4
    assert [one["where"] for one in from_file] == [f"messages.txt:{number}" for number in (3, 4, 5, 6)]
    for other in (from_file, piped):
        assert [{**one, "where": ""} for one in other] == [{**one, "where": ""} for one in shown]


def test_json_nests_fields_and_keeps_problems(smets_harness: Command, our_alerts: dict[str, bytes]) -> None:
    done = smets_harness("decode", "--json", our_alerts["integrity-dlms"].hex(), "DF0")
    good, bad = json.loads(done.stdout)
    assert done.returncode == 1
    assert (good["message"]["message-code"], good["alert-code"], good["problem"]) == ("0x00F0", "0x81A0", None)
    payload = next(field for field in good["fields"] if field["name"] == "payload")
    reason = {"name": "reason", "offset": 72, "size": 4, "value": "5", "meaning": "unexpected hardware reset", "fields": []}
    assert payload["fields"][-1] == reason
    assert good["message"]["payload"]["alert"]["body"] == {"reason": 5}
    assert good["catalogue"]["alert-code"]["name"] == "Meter integrity issue"
    text = "character 3: E43 3 hexadecimal digits; expected an even number of them"
    assert bad["problem"] == {"text": text, "rule": "E43", "offset": 3}
    assert (bad["message"], bad["fields"], bad["octets"]) == (None, [], "")


def test_one_bad_message_among_good_ones_is_named_and_the_others_are_shown(smets_harness: Command, our_alerts: dict[str, bytes]) -> None:
    good = our_alerts["generic-critical-gbz"]
    done = smets_harness("decode", stdin=f"{good.hex()}\nnot hex\n{good[:50].hex()}\n{good.hex()}\n")
    assert done.returncode == 1
    assert done.stdout.count("with alert code 0x8F30") == 2
    assert "standard input:2: not decoded: character 0: E43 'n' is not a hexadecimal digit; expected hexadecimal, or" in done.stdout
    assert "standard input:3: not decoded: octet 44: E02 the signature runs past the end" in done.stdout


def test_an_alert_with_a_spoilt_body_keeps_its_outer_layers(smets_harness: Command, our_alerts: dict[str, bytes]) -> None:
    spoilt = our_alerts["outage-restored"].hex().replace("128f36", "138f36", 1)
    done = smets_harness("decode", spoilt)
    assert done.returncode == 1
    assert "CRA flag                                3  Alert" in done.stdout
    assert "DLMS, kept as octets" in done.stdout
    assert "message 1: not decoded: octet 42: E31 no alert code, found 138f36; expected 12 and two octets" in done.stdout


def test_commands_and_responses_are_shown_field_by_field(smets_harness: Command) -> None:
    messages = {specimen.name: message_of(specimen).hex() for specimen in SPECIMENS}
    done = smets_harness("decode", stdin="\n".join(messages.values()))
    assert (done.returncode, done.stderr) == (0, "")
    blocks = done.stdout.split("\n\n")
    for octets, block in zip(messages.values(), blocks, strict=True):
        shown = "".join(line.split()[1] for line in block.splitlines() if _starts_with_octets(line))
        assert shown == octets, block


def test_objects_units_and_commands_have_their_names(smets_harness: Command) -> None:
    names = ("gbz-PublishTariffInformation", "dlms-selected-request", "asn1-join")
    chosen = [message_of(specimen).hex() for specimen in SPECIMENS if specimen.name in names]
    shown = smets_harness("decode", *chosen).stdout
    for piece in ("Price PublishTariffInformation", "get selected EventLog(CHF)", "3  method C", "GBZ", "7  profile generic"):
        assert piece in shown, piece


def test_an_unlisted_alert_code_and_message_code_are_said_to_be_unlisted(smets_harness: Command, our_alerts: dict[str, bytes]) -> None:
    octets = our_alerts["outage-restored"].hex().replace("020067", "02fffe", 1).replace("128f36", "12ffff", 1)
    done = smets_harness("decode", octets)
    assert done.returncode == 0
    assert "0xFFFE  not in the catalogue" in done.stdout
    assert "note: E30 no layout is known for alerts of message code 0xFFFE" in done.stdout
    assert "member 3                                octet-string, 2030-01-01T12:00:00Z" in done.stdout
    assert "the catalogue does not list alert code 0xFFFF" in done.stdout


@pytest.mark.parametrize("given", ["", "\n# nothing\n"])
def test_nothing_to_decode_exits_5(smets_harness: Command, given: str) -> None:
    done = smets_harness("decode", stdin=given)
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("error: there is no message to decode")


def test_a_folder_is_a_mistake_of_usage(smets_harness: Command, tmp_path: Path) -> None:
    done = smets_harness("decode", str(tmp_path))
    assert (done.returncode, done.stdout) == (4, "")


@pytest.mark.parametrize(
    ("text", "offset"),
    [("DF0", 3), ("DFG0", 2), ("0xDFzz", 4), ("  DF 0x", 6), ("3Q==!", 1), ("hello", 0), ("D\u00d6F", 1)],
)
def test_text_that_is_no_octets_is_refused_at_its_character(text: str, offset: int) -> None:
    with pytest.raises(GbcsError, match="E43") as caught:
        octets_of(text)
    assert (caught.value.rule, caught.value.offset) == ("E43", offset)


@pytest.mark.parametrize("text", ["df0903", "DF:09:03", "0xdf 09 03", " df-09_03\n", "3wkD"])
def test_the_same_octets_have_many_spellings(text: str) -> None:
    assert octets_of(text) == b"\xdf\x09\x03"


def test_base64_is_taken_only_where_a_message_starts() -> None:
    with pytest.raises(GbcsError, match="E43"):
        octets_of("aGVsbG8gd29ybGQ=")
