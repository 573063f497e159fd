"""``encode`` writes back what ``decode --json`` told, protects it anew where asked to, and names what it cannot write."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from key_files import write_key_folder
from payload_specimens import ACB, ESME, GPF, GSME, KEYS, PPMID, SPECIMENS, SUPPLIER, message_of

from harness.wire.gbcs.crypto import Authentication, Check, authenticate
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Command = Callable[..., subprocess.CompletedProcess[str]]

MESSAGES = {specimen.name: message_of(specimen) for specimen in SPECIMENS}


@pytest.fixture
def decoded(smets_harness: Command) -> Callable[..., list[dict[str, Any]]]:
    """Decode messages to their entries."""

    def decode(*messages: bytes) -> list[dict[str, Any]]:
        read: list[dict[str, Any]] = json.loads(smets_harness("decode", "--json", *(octets.hex() for octets in messages)).stdout)
        return read

    return decode


def test_decode_and_encode_is_the_identity(
    smets_harness: Command, vectors: list[object], our_alerts: dict[str, bytes], tmp_path: Path
) -> None:
    lines = [octets.hex() for octets in (*(vector.octets for vector in vectors), *our_alerts.values(), *MESSAGES.values())]
    (tmp_path / "messages.txt").write_text("\n".join(lines))
    told = smets_harness("decode", "--json", "messages.txt")
    assert told.returncode == 0
    written = smets_harness("encode", "-", stdin=told.stdout)
    assert (written.returncode, written.stderr) == (0, "")
    assert written.stdout.split() == lines


def test_octets_are_written_in_the_form_that_is_asked_for(smets_harness: Command, decoded: Callable[..., Any]) -> None:
    octets = MESSAGES["asn1-join"]
    given = json.dumps(decoded(octets, octets))
    assert smets_harness("encode", stdin=given).stdout == f"{octets.hex()}\n" * 2
    assert smets_harness("encode", "--form", "base64", stdin=given).stdout == f"{base64.b64encode(octets).decode()}\n" * 2
    assert json.loads(smets_harness("encode", "--json", stdin=given).stdout) == [octets.hex()] * 2


@pytest.mark.parametrize("layout", ["array", "one a line", "pretty", "bare message", "one object", "byte-order mark"])
def test_the_layout_of_the_json_makes_no_difference(
    layout: str, smets_harness: Command, decoded: Callable[..., Any], tmp_path: Path
) -> None:
    entries = decoded(MESSAGES["asn1-join"], MESSAGES["dlms-request"])
    given = {
        "array": json.dumps(entries),
        "one a line": "\n".join(map(json.dumps, entries)),
        "pretty": json.dumps(entries, indent=4, ensure_ascii=False),
        "bare message": json.dumps([entry["message"] for entry in entries]),
        "one object": json.dumps(entries[0], indent=1),
        "byte-order mark": "\ufeff" + json.dumps(entries),
    }[layout]
    (tmp_path / "given.json").write_text(given, encoding="utf-8")
    expected = [MESSAGES["asn1-join"].hex(), MESSAGES["dlms-request"].hex()][: 1 if layout == "one object" else 2]
    for done in (smets_harness("encode", "given.json"), smets_harness("encode", stdin=given)):
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.split() == expected


def test_a_mistake_costs_its_own_message_only_and_is_named_with_line_and_path(
    smets_harness: Command, decoded: Callable[..., Any], tmp_path: Path
) -> None:
    good, bad, broken = decoded(MESSAGES["asn1-join"], MESSAGES["asn1-join"], b"\xdf\x09")
    bad["message"]["payload"]["asn1"]["value"]["metod"] = 1
    packets = {"where": "a.pcap: packet 2", "message": None, "problem": None}
    lines = [json.dumps(entry) for entry in (good, bad, broken, packets, {"mesage": {}}, good)]
    (tmp_path / "given.jsonl").write_text("\n".join(lines))
    done = smets_harness("encode", "given.jsonl")
    assert done.returncode == 4
    assert done.stdout.split() == [MESSAGES["asn1-join"].hex()] * 2
    first, second, third, fourth = done.stderr.splitlines()
    assert first.startswith("error: given.jsonl:2: $.message.payload.asn1.value: no member 'metod'; expected 'method', ")
    assert first.endswith("did you mean 'method'?")
    assert second == "error: given.jsonl:3: $.message: this message was not decoded; expected one that was"
    assert third == "note: given.jsonl:4: a.pcap: packet 2 holds no message"
    assert fourth.startswith("error: given.jsonl:5: $: member 'message' is missing")


def test_what_would_not_be_read_again_is_refused_unless_it_is_given_as_octets(smets_harness: Command, decoded: Callable[..., Any]) -> None:
    (entry,) = decoded(MESSAGES["gbz-GetSnapshot"])
    entry["message"]["payload"]["gbz"]["components"][0]["body"] = {"octets": "00"}
    refused = smets_harness("encode", stdin=json.dumps(entry))
    assert (refused.returncode, refused.stdout) == (4, "")
    assert "$.message: this would not be read again: octet " in refused.stderr
    entry["message"]["payload"] = {"octets": "0109ff"}
    assert smets_harness("encode", stdin=json.dumps(entry)).returncode == 0
    entry["message"] |= {"kind": "Alert", "signature": "", "mac": None}
    assert "E21 neither signature nor MAC" in smets_harness("encode", stdin=json.dumps(entry)).stderr


CHANGED = ("gbz-GetSnapshot", "asn1-set-clock", "asn1-clock-set", "dlms-response")


def test_changed_messages_are_protected_anew_and_the_same_way_each_time(
    smets_harness: Command, decoded: Callable[..., Any], tmp_path: Path
) -> None:
    folder = write_key_folder(tmp_path / "keys", KEYS, (ESME, GSME, GPF, PPMID, SUPPLIER, ACB))
    entries = decoded(*(MESSAGES[name] for name in CHANGED))
    for entry in entries:
        entry["message"]["originator-counter"] = "987654321"
    given = json.dumps(entries)
    plain = smets_harness("encode", stdin=given)
    done = smets_harness("encode", "--keys", str(folder), "--broker", ACB, "--protect", stdin=given)
    again = smets_harness("encode", "--keys", str(folder), "--broker", ACB, "--protect", stdin=given)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == again.stdout != plain.stdout
    for old, new, name in zip(plain.stdout.split(), done.stdout.split(), CHANGED, strict=True):
        message = decode_message(bytes.fromhex(new))
        had = decode_message(MESSAGES[name])
        expected = Authentication(
            signature=Check.VALID if had.signature else Check.ABSENT, mac=Check.ABSENT if had.mac is None else Check.VALID
        )
        assert authenticate(message, KEYS, broker=ACB) == expected
        assert authenticate(decode_message(bytes.fromhex(old)), KEYS, broker=ACB) != expected


def test_messages_that_were_not_changed_are_protected_to_the_same_octets(
    smets_harness: Command, decoded: Callable[..., Any], tmp_path: Path
) -> None:
    folder = write_key_folder(tmp_path / "keys", KEYS, (ESME, GSME, GPF, PPMID, SUPPLIER, ACB))
    chosen = [*CHANGED, "gbz-encrypted", "dlms-protected-response"]
    entries = decoded(*(MESSAGES[name] for name in chosen))
    done = smets_harness("encode", "--keys", str(folder), "--broker", ACB, "--protect", stdin=json.dumps(entries))
    assert done.stdout.split() == [MESSAGES[name].hex() for name in chosen]


@pytest.mark.parametrize(
    ("name", "owners", "options", "words"),
    [
        ("asn1-set-clock", (ACB,), (), f"$.message.signature: no private signing key of {SUPPLIER}"),
        ("gbz-GetSnapshot", (ACB, GSME), (), "$.message.mac: the Access Control Broker, who makes it, is not known; expected --broker"),
        ("gbz-GetSnapshot", (ACB,), ("--broker", ACB), f"$.message.mac: no private key agreement key of {ACB} or {GSME}, with the other's"),
        ("dlms-response", (SUPPLIER,), (), f"$.message.mac: no private key agreement key of {ESME} or "),
    ],
)
def test_a_private_key_that_is_missing_is_named(
    name: str,
    owners: tuple[Any, ...],
    options: tuple[str, ...],
    words: str,
    smets_harness: Command,
    decoded: Callable[..., Any],
    tmp_path: Path,
) -> None:
    folder = write_key_folder(tmp_path / "keys", KEYS, owners)
    given = json.dumps(decoded(MESSAGES[name]))
    done = smets_harness("encode", "--keys", str(folder), "--protect", *options, stdin=given)
    assert (done.returncode, done.stdout) == (4, "")
    assert words in done.stderr


def test_an_encrypted_body_of_another_header_is_refused(smets_harness: Command, decoded: Callable[..., Any], tmp_path: Path) -> None:
    folder = write_key_folder(tmp_path / "keys", KEYS, (ESME, GSME, SUPPLIER, ACB))
    (entry,) = decoded(MESSAGES["gbz-encrypted"])
    entry["message"]["originator-counter"] = "5"
    done = smets_harness("encode", "--keys", str(folder), "--protect", stdin=json.dumps(entry))
    assert done.returncode == 4
    assert "$.message.payload: an encrypted body does not open under this header: octet " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "given", "code", "words"),
    [
        (["nowhere.json"], "", 4, "nowhere.json: no such file; expected a file of JSON, or -"),
        (["--protect"], "[]", 4, "--protect without --keys"),
        (["--keys", "keys"], "[]", 4, "--keys without --protect"),
        (["--form", "octal"], "", 4, "invalid choice: 'octal'"),
        ([], "", 5, "standard input: there is no message to encode"),
        ([], "[]", 5, "there is no message to encode"),
        ([], "df0903", 4, "standard input:1: found 'd'; expected an object, '{'"),
        ([], "[1]", 4, "standard input:1: found '1'; expected an object, '{'"),
        ([], "[{}\n,\n{]", 4, "standard input:3: expecting property name enclosed in double quotes; expected JSON"),
    ],
)
def test_a_mistake_of_usage_is_answered_in_a_line(
    arguments: list[str], given: str, code: int, words: str, smets_harness: Command, tmp_path: Path
) -> None:
    write_key_folder(tmp_path / "keys", KEYS, (ACB,))
    done = smets_harness("encode", *arguments, stdin=given)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout
