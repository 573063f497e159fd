"""``decode --keys`` says of every protection whether it holds, with which keys, or which key it would take."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from key_files import private_key_file, write_key_folder
from payload_specimens import ACB, ESME, GPF, GSME, KEYS, NETWORK, PPMID, SPECIMENS, STRANGER, SUPPLIER, message_of

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Command = Callable[..., subprocess.CompletedProcess[str]]

MESSAGES = {specimen.name: message_of(specimen) for specimen in SPECIMENS}
EVERYBODY = (ESME, GSME, GPF, PPMID, SUPPLIER, NETWORK, ACB, STRANGER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_key_folder(tmp_path / "keys", KEYS, EVERYBODY)


def checks(done: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
    """Return what each message's protections came to, by name."""
    return [{check["name"]: check["outcome"] for check in one["checks"]} for one in json.loads(done.stdout)]


def test_every_protection_of_our_messages_holds(smets_harness: Command, folder: Path) -> None:
    done = smets_harness(
        "decode", "--json", "--keys", str(folder), "--broker", ACB, stdin="\n".join(octets.hex() for octets in MESSAGES.values())
    )
    assert done.returncode == 0, done.stderr
    found = checks(done)
    assert len(found) == len(MESSAGES)
    for name, told in zip(MESSAGES, found, strict=True):
        assert set(told.values()) <= {"valid", "absent"}, name
        assert "valid" in told.values(), name
    assert sum("encryption" in told for told in found) >= 3


def test_an_encrypted_body_is_shown_in_clear(smets_harness: Command, folder: Path) -> None:
    done = smets_harness("decode", "--keys", str(folder), MESSAGES["gbz-encrypted"].hex())
    assert done.returncode == 0
    assert "  decrypted from offset " in done.stdout
    assert f"encryption: valid, by the keys agreed between {GSME} and {SUPPLIER}" in done.stdout
    (found,) = json.loads(smets_harness("decode", "--json", "--keys", str(folder), MESSAGES["dlms-protected-response"].hex()).stdout)
    (opened,) = found["opened"]
    plaintext = opened["fields"][0]
    assert (plaintext["name"], plaintext["offset"], 2 * plaintext["size"]) == ("plaintext", 0, len(opened["octets"]))
    assert found["octets"][2 * opened["offset"] :].startswith("3100000000")


def test_nothing_is_said_of_protections_without_keys(smets_harness: Command) -> None:
    (found,) = json.loads(smets_harness("decode", "--json", MESSAGES["gbz-encrypted"].hex()).stdout)
    assert (found["checks"], found["opened"]) == ([], [])


SPOILT = [
    ("signature", MESSAGES["asn1-set-clock"], -20),
    ("MAC", MESSAGES["gbz-GetSnapshot"], -1),
    ("encryption", MESSAGES["gbz-encrypted"], -90),
]


@pytest.mark.parametrize(("name", "octets", "at"), SPOILT, ids=[name for name, _, _ in SPOILT])
def test_a_protection_that_does_not_hold_is_not_as_expected(
    name: str, octets: bytes, at: int, smets_harness: Command, folder: Path
) -> None:
    spoilt = bytearray(octets)
    spoilt[at] ^= 1
    done = smets_harness("decode", "--keys", str(folder), "--broker", ACB, spoilt.hex())
    assert done.returncode == 1
    assert f"{name}: invalid, " in done.stdout


MISSING: list[tuple[str, dict[str, object], tuple[str, ...], str]] = [
    (
        "asn1-set-clock",
        {"owners": [ACB, GPF, SUPPLIER], "uses": ["ka"]},
        ("--broker", ACB),
        f"signature: unknown-key, no signing key of {SUPPLIER}",
    ),
    (
        "gbz-GetSnapshot",
        {"owners": EVERYBODY},
        (),
        "MAC: unknown-key, a Command's MAC is the Access Control Broker's, and which one that is",
    ),
    ("gbz-GetSnapshot", {"owners": [SUPPLIER]}, ("--broker", ACB), f"MAC: unknown-key, no key agreement key of {ACB} or {GSME}"),
    ("gbz-GetSnapshot", {"owners": [ACB]}, ("--broker", ACB), f"MAC: unknown-key, no key agreement key of {GSME}"),
    ("gbz-encrypted", {"owners": [GSME]}, (), f"encryption: unknown-key, no key agreement key of {SUPPLIER}"),
]


@pytest.mark.parametrize(("name", "given", "options", "words"), MISSING, ids=[f"{row[0]} {number}" for number, row in enumerate(MISSING)])
def test_a_key_that_is_missing_is_named(
    name: str, given: dict[str, Any], options: tuple[str, ...], words: str, smets_harness: Command, tmp_path: Path
) -> None:
    folder = write_key_folder(tmp_path / "some", KEYS, **given)
    done = smets_harness("decode", "--keys", str(folder), *options, MESSAGES[name].hex())
    assert done.returncode == 6
    assert words in done.stdout


def test_commands_between_devices_are_said_to_be_unresolved(smets_harness: Command, folder: Path) -> None:
    octets = MESSAGES["gbz-GetSnapshot"]
    (found,) = json.loads(smets_harness("decode", "--json", octets.hex()).stdout)
    code = bytes.fromhex(found["message"]["message-code"][2:])
    between = octets.replace(b"\x02" + code, b"\x02\x00\x90", 1)
    done = smets_harness("decode", "--keys", str(folder), between.hex())
    assert done.returncode == 1
    assert "MAC: invalid, by the keys agreed between" in done.stdout
    assert "between two devices of a home; which keys make it is not public, and was taken to be theirs" in done.stdout


def test_remarks_on_the_folder_go_to_standard_error(smets_harness: Command, folder: Path) -> None:
    (folder / "readme.txt").write_text("not a key")
    done = smets_harness("decode", "--keys", str(folder), MESSAGES["asn1-clock-set"].hex())
    assert done.returncode == 0
    assert "readme.txt: not read" in done.stderr


def test_reference_messages_verify_but_for_those_between_devices(
    smets_harness: Command, vectors: list[object], vector_keys: list[object], checkout: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    for key in vector_keys:
        if key.private_scalar:
            (folder / f"{key.name}.key").write_bytes(private_key_file(key.private_scalar))
    table = Path(os.environ.get("SMETS_HARNESS_VECTORS", checkout.parent / "shared" / "vectors")) / "rtds" / "keys.csv"
    with table.open(encoding="ascii", newline="") as file:
        for row in csv.DictReader(file):
            if row["certificate_der"]:
                (folder / f"{row['name']}.der").write_bytes(bytes.fromhex(row["certificate_der"]))
    given = "\n".join(vector.octets.hex() for vector in vectors)
    done = smets_harness("decode", "--json", "--keys", str(folder), stdin=given)
    found = checks(done)
    assert done.returncode == 6
    outcomes = [(name, outcome) for told in found for name, outcome in told.items()]
    assert not [one for one in outcomes if one[1] == "invalid"]
    assert outcomes.count(("MAC", "unknown-key")) <= 4
    assert ("signature", "unknown-key") not in outcomes
    assert ("encryption", "unknown-key") not in outcomes
