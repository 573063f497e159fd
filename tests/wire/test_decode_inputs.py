"""``decode`` tells what it is given by its content, reads all of it, and says what it could not read and why."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from captures import pcap, pcapng, upper_pdu

from harness.vocab.identity import Eui64
from harness.wire.duis import DccAlert, DeviceAlert, Element, Header, RequestId, write_dcc_alert, write_device_alert
from harness.wire.gbcs.block_transfer import split_message
from harness.wire.gbcs.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Command = Callable[..., subprocess.CompletedProcess[str]]

ESME, SUPPLIER = Eui64("02a5e70000000001"), Eui64("02a5e70000000100")
HEADER = Header(response_id=RequestId(originator=ESME, target=SUPPLIER, counter=7), response_time=946_771_200_000_000_000)
ENCRYPTED = bytes.fromhex("41880134120000 0100 0802000001001e01 28") + bytes(30)
ACKNOWLEDGEMENT = bytes.fromhex("020001")


def device_alert(octets: bytes, code: int = 0x8F30) -> bytes:
    return write_device_alert(DeviceAlert(header=HEADER, alert_code=code, payload=octets))


def entries(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(done.stdout)
    return read


def test_one_message_is_the_same_in_every_form_it_comes_in(smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    octets = our_alerts["generic-critical-gbz"]
    forms = {
        "lines.txt": b"\xef\xbb\xbf# exported\r\n" + octets.hex().upper().encode() + b"\r\n",
        "base64": base64.b64encode(octets),
        "capture.pcap": pcap([upper_pdu(octets)]),
        "capture.pcapng": pcapng([upper_pdu(octets)], order=">"),
        "user.pcap": pcap([octets], link_type=147),
        "log.xml": b" \r\n" + device_alert(octets),
        "utf16.xml": ("\ufeff" + device_alert(octets).decode().replace("UTF-8", "UTF-16")).encode("utf-16-le"),
        "octets": octets,
        "masked": our_alerts["integrity-gbz"],
    }
    for name, content in forms.items():
        (tmp_path / name).write_bytes(content)
    done = smets_harness("decode", "--json", octets.hex(), *forms)
    assert (done.returncode, done.stderr) == (0, "")
    found = entries(done)
    assert [one["octets"] for one in found] == [octets.hex()] * 9 + [our_alerts["integrity-gbz"].hex()]
    assert [one["where"] for one in found] == [
        "message 1",
        "lines.txt:2",
        "base64:1",
        "capture.pcap: packet 1",
        "capture.pcapng: packet 1",
        "user.pcap: packet 1",
        "log.xml:2:39",
        "utf16.xml:1:40",
        "octets",
        "masked",
    ]
    assert all(one["message"] == found[0]["message"] for one in found[:9])


def test_standard_input_is_told_by_its_content_too(our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    octets = our_alerts["generic-critical-gbz"]
    for given in (octets, octets.hex().encode(), pcapng([upper_pdu(octets)]), device_alert(octets)):
        done = subprocess.run(
            [sys.executable, "-m", "harness", "decode", "--json"], input=given, capture_output=True, check=True, timeout=60, cwd=tmp_path
        )
        (found,) = json.loads(done.stdout)
        assert found["octets"] == octets.hex()
        assert found["where"].startswith("standard input")


def test_a_pipe_that_gives_an_octet_at_a_time_is_read_to_its_end(our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    octets = our_alerts["generic-critical-gbz"]
    with subprocess.Popen(
        [sys.executable, "-m", "harness", "decode", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, bufsize=0
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for octet in pcapng([upper_pdu(octets)]):
            running.stdin.write(bytes((octet,)))
        running.stdin.close()
        (found,) = json.load(running.stdout)
    assert found["octets"] == octets.hex()


def test_an_envelope_is_shown_and_what_it_says_otherwise_is_noted(
    smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "log.xml").write_bytes(device_alert(our_alerts["outage-restored"], code=0x8F57) + device_alert(b"\xdf\x09\x03"))
    done = smets_harness("decode", "log.xml")
    assert done.returncode == 1
    assert "DUIS: message DeviceAlert, alert-code 0x8F57, response-id 02-A5-E7-00-00-00-00-01:02-A5-" in done.stdout
    assert "response-time 2030-01-01T00:00:00.000Z" in done.stdout
    assert "note: the envelope says alert code 0x8F57" in done.stdout
    assert "E02 the grouping header runs past the end" in done.stdout.splitlines()[-2]
    assert done.stdout.splitlines()[-2].startswith("log.xml:1:")


def test_an_alert_of_the_dcc_is_shown_though_no_message_is_in_it(smets_harness: Command, tmp_path: Path) -> None:
    content = (Element(name="UpdateHANDeviceLogResult", children=(Element(name="DeviceID", text="02-A5-E7-00-00-00-00-01"),)),)
    (tmp_path / "log.xml").write_bytes(write_dcc_alert(DccAlert(header=HEADER, code="N24", content=content)))
    done = smets_harness("decode", "log.xml")
    assert done.returncode == 0
    assert "a DUIS message without a GBCS message: DCCAlert" in done.stdout
    assert "meaning N24 HAN device log update succeeded" in done.stdout
    assert "    DeviceID  02-A5-E7-00-00-00-00-01" in done.stdout
    (found,) = entries(smets_harness("decode", "--json", "log.xml"))
    assert (found["message"], found["problem"], found["carrier"]["alert-code"]) == (None, None, "N24")
    assert found["carrier"]["content"][0]["content"][0]["name"] == "DeviceID"


def test_damaged_xml_is_named_with_line_and_column_and_the_rest_is_read(
    smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path
) -> None:
    good = device_alert(our_alerts["generic-critical-gbz"])
    (tmp_path / "log.xml").write_bytes(good + b"\n" + good.replace(b"</sr:Header>", b"</sr:Haeder>") + b"\n" + good)
    done = smets_harness("decode", "--json", "log.xml")
    found = entries(done)
    assert done.returncode == 1
    assert [bool(one["message"]) for one in found] == [True, False, True]
    assert found[1]["where"].startswith("log.xml:2:")
    assert "line 2" in found[1]["problem"]["text"]


def test_packets_that_give_no_message_are_accounted_for(smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    octets = our_alerts["generic-critical-gbz"]
    others = [upper_pdu(b"GET /", b"http")] * 2
    (tmp_path / "a.pcap").write_bytes(pcap([*others, upper_pdu(octets), *others[:1]]))
    done = smets_harness("decode", "a.pcap")
    assert done.returncode == 0
    assert "a.pcap: packet 3: Alert 0x1000" in done.stdout
    assert "a.pcap: packets 1-2, 4: no message, 3 in all: an upper PDU for the dissector 'http', not 'gbcs_message'" in done.stdout
    found = entries(smets_harness("decode", "--json", "a.pcap"))
    reason = "an upper PDU for the dissector 'http', not 'gbcs_message'"
    assert found[-1]["carrier"] == {"kind": "packets", "count": 3, "reason": reason, "may-hold-messages": False}


def test_encrypted_zigbee_frames_are_said_not_to_be_read(smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "air.pcap").write_bytes(pcap([ENCRYPTED, ACKNOWLEDGEMENT] * 40, link_type=230))
    done = smets_harness("decode", "air.pcap")
    assert done.returncode == 5
    numbers = ", ".join(str(number) for number in range(1, 24, 2))
    assert (
        f"air.pcap: packets {numbers}, …: not read, 40 in all: a ZigBee frame that is encrypted at the network layer, under" in done.stdout
    )
    assert "no message, 40 in all: an IEEE 802.15.4 frame that carries no message of its own: an acknowledgement" in done.stdout
    assert "there is no message to decode" in done.stderr
    assert smets_harness("decode", our_alerts["generic-critical-gbz"].hex(), "air.pcap").returncode == 6


def test_a_damaged_capture_keeps_the_messages_before_the_damage(
    smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path
) -> None:
    octets = our_alerts["generic-critical-gbz"]
    (tmp_path / "a.pcapng").write_bytes(pcapng([upper_pdu(octets)] * 3)[:-10])
    done = smets_harness("decode", "a.pcapng", octets.hex())
    assert done.returncode == 1
    assert done.stdout.count("with alert code 0x8F30") == 3
    assert "a.pcapng: not decoded: octet 376: block 5 (Enhanced Packet) breaks off after" in done.stdout


def long_message() -> bytes:
    payload = b"\x0f\x20\x00\x00\x07\x00\x02\x03\x12\xff\xf0\x09\x0c" + bytes(12) + b"\x09\x82\x0b\xb8" + bytes(range(250)) * 12
    return Message(3, 7, ESME, SUPPLIER, 0xFFF0, payload, signature=bytes(64)).encode()


def test_blocks_are_put_together_in_whatever_order_they_come(smets_harness: Command, tmp_path: Path) -> None:
    octets = long_message()
    first, second, third = split_message(octets)
    (tmp_path / "a.pcap").write_bytes(pcap([upper_pdu(block) for block in (third, first, first, second)]))
    done = smets_harness("decode", "--json", "a.pcap")
    found = entries(done)
    assert (done.returncode, done.stderr) == (0, "")
    assert [one["block"]["number"] for one in found if one["block"]] == [3, 1, 1, 2]
    assert [(one["where"], one["octets"]) for one in found if one["message"]] == [
        ("a.pcap: packet 4, put together from its blocks", octets.hex())
    ]
    shown = smets_harness("decode", "a.pcap").stdout
    assert "a.pcap: packet 1: block 3 of message 7 from 02a5e70000000001" in shown
    assert "block number                            3" in shown


def test_blocks_that_are_missing_or_contradict_each_other_are_named(smets_harness: Command, tmp_path: Path) -> None:
    first, second, third = split_message(long_message())
    other = second[:-1] + bytes((second[-1] ^ 1,))
    lines = [third.hex(), first.hex(), "DD0903", second.replace(b"\x00\x02\x00\x00\x82", b"\x00\x40\x00\x00\x82").hex()]
    (tmp_path / "gap.txt").write_text("\n".join(lines))
    done = smets_harness("decode", "gap.txt")
    assert done.returncode == 1
    assert "gap.txt:3: not decoded: octet 3: a block breaks off" in done.stdout
    assert "gap.txt:4: not decoded: block number 64; expected 1 to 63" in done.stdout
    assert "gap.txt:1: not decoded: block 2 of message 7 from 02a5e70000000001 not found" in done.stdout
    (tmp_path / "two.txt").write_text("\n".join(block.hex() for block in (second, other)))
    shown = smets_harness("decode", "two.txt").stdout
    assert "two.txt:2: not decoded: another block 2 than came before (from two.txt:1 on); expected the same octets" in shown
    assert "block 1 and the last block of message 7" in shown


def test_fields_of_a_block_cover_its_octets(smets_harness: Command) -> None:
    block = split_message(long_message())[0]
    shown = smets_harness("decode", block.hex()).stdout.splitlines()
    assert "".join(line.split()[1] for line in shown if line[2:6].isalnum() and line[6:8] == "  " and line[8:9] != " ") == block.hex()


def test_a_line_too_long_is_named_and_the_lines_around_it_are_read(
    smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path
) -> None:
    good = our_alerts["generic-critical-gbz"].hex()
    with (tmp_path / "huge.txt").open("w") as file:
        file.write(f"{good}\n")
        for _ in range(64):
            file.write("df" * (1 << 19))
        file.write(f"\n{good}\n" + "00" * (1 << 19))
    done = smets_harness("decode", "--json", "huge.txt")
    found = entries(done)
    assert [one["where"] for one in found] == [f"huge.txt:{line}" for line in (1, 2, 3, 4)]
    assert [bool(one["message"]) for one in found] == [True, False, True, False]
    assert "a line of more than 1048576 characters; expected one message a line" in found[1]["problem"]["text"]
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x1f\x8b\x08\x00" + bytes(20), "this is compressed; expected what gunzip makes of it"),
        (b'[{"message": 1}]', "this is JSON; expected octets to decode; 'smets-harness encode' reads"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "starts 89504e47; expected hex or base64 in ASCII or UTF-8, pcap"),
        ("df09".encode("utf-16"), "starts fffe6400; expected hex or base64 in ASCII or UTF-8"),
        (b"\xdf\x09" + bytes(1 << 20), "more than 1048576 octets; expected one message"),
    ],
)
def test_a_file_of_something_else_is_said_to_be_none_of_the_forms(
    content: bytes, words: str, smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "what").write_bytes(content)
    done = smets_harness("decode", "what", our_alerts["generic-critical-gbz"].hex())
    assert done.returncode == 1
    assert f"what: not decoded: {words}" in done.stdout
    assert "message 2: Alert 0x1000" in done.stdout


@pytest.mark.parametrize(
    ("inputs", "code", "words"),
    [
        (["nowhere.txt"], 4, "nowhere.txt: no such file; expected a file, a message in hex or base64, or -"),
        (["lines.tx"], 4, "did you mean 'lines.txt'?"),
        (["DF09", "folder"], 4, "folder: a folder holds no messages"),
        (["empty"], 5, "there is no message to decode"),
        (["DF09", "--broker", "02a5e70000000102"], 4, "--broker without --keys"),
        (["DF09", "--keys", "nowhere"], 4, "nowhere: is no folder"),
        (["DF09", "--keys", "folder"], 4, "folder: holds no certificate and no key"),
    ],
)
def test_a_mistake_of_usage_is_answered_before_anything_is_decoded(
    inputs: list[str], code: int, words: str, smets_harness: Command, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "lines.txt").write_text("DF09")
    done = smets_harness("decode", *inputs)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_text_from_a_message_cannot_speak_to_the_terminal(smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    octets = our_alerts["operational-update"].replace(b"outputState", b"\x1b[2Jut\x07tate")
    (tmp_path / "a.pcap").write_bytes(pcap([upper_pdu(octets), upper_pdu(b"", b"\x1b[31m")]))
    (tmp_path / "log.xml").write_bytes(write_dcc_alert(DccAlert(header=HEADER, code="N24")).replace(b"N24", b"N24&#x9b;2J"))
    shown = smets_harness("decode", "a.pcap", "log.xml").stdout
    assert not set(shown) & set("\x1b\x07\x9b")
    assert "\\x1b[2Jut\\x07tate" in shown


def test_a_file_whose_name_is_no_text_is_read(smets_harness: Command, our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text(our_alerts["generic-critical-gbz"].hex())
    done = smets_harness("decode", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("caf\ufffd.txt:1: Alert 0x1000")


PEAK = """
import sys
from harness.cli import main
assert main(sys.argv[1:]) == 0
sys.stdout.flush()
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


def test_ten_thousand_messages_stream_through_in_flat_memory(our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    alerts = [octets.hex() for name, octets in our_alerts.items() if len(octets) < 200]
    lines = [alerts[number % len(alerts)] for number in range(10_000)]
    (tmp_path / "many.txt").write_text("\n".join(lines))
    (tmp_path / "few.txt").write_text("\n".join(lines[:1000]))

    def most(*arguments: str, output: str) -> int:
        """Return the most memory, in KiB, that a run of the command held; getrusage would begin with the memory of whoever starts it."""
        with (tmp_path / output).open("wb") as stream:
            command = [sys.executable, "-c", PEAK, *arguments]
            done = subprocess.run(command, stdout=stream, stderr=subprocess.PIPE, check=True, timeout=120)
        return int(done.stderr.split()[-1])

    few = most("decode", "--json", str(tmp_path / "few.txt"), output="few.json")
    assert most("decode", "--json", str(tmp_path / "many.txt"), output="many.json") < 1.3 * few
    few = most("encode", str(tmp_path / "few.json"), output="few-again.txt")
    assert most("encode", str(tmp_path / "many.json"), output="again.txt") < 1.3 * few
    assert (tmp_path / "again.txt").read_text().split() == lines


def test_a_reader_that_leaves_early_is_no_error(our_alerts: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "many.txt").write_text("\n".join([our_alerts["generic-critical-gbz"].hex()] * 2000))
    with subprocess.Popen(
        [sys.executable, "-m", "harness", "decode", "many.txt"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0
