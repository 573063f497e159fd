"""The census of a folder of messages: its table, its faults, and how it is called."""

from __future__ import annotations

import csv
import subprocess
import sys
from typing import TYPE_CHECKING

import payload_specimens as made
import pytest

from harness.errors import UsageError
from harness.wire.gbcs.census import main, read_keys, read_messages, take_census

if TYPE_CHECKING:
    from pathlib import Path

DER_OF_A_BROKER = bytes.fromhex("060355040b0c023034")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of our own messages and keys, as a vector folder has them."""
    with (tmp_path / "messages.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("use_case_folder", "file", "hex"))
        writer.writerows(("", specimen.name, made.message_of(specimen).hex()) for specimen in made.SPECIMENS)
    with (tmp_path / "keys.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "eui64", "use", "public_point", "private_scalar", "certificate_der"))
        for owner in (made.ESME, made.GSME, made.GPF, made.SUPPLIER, made.ACB, made.STRANGER):
            for use, private in (("ds", made.KEYS.signing_private(owner)), ("ka", made.KEYS.agreement_private(owner))):
                assert private is not None
                certificate = DER_OF_A_BROKER.hex() if owner == made.ACB else ""
                writer.writerow((f"{owner}-{use}", owner, use, private.public.point.hex(), private.scalar.hex(), certificate))
            writer.writerow((f"{owner}-pp-ka", owner, "ka", private.public.point.hex(), "", ""))
    return tmp_path


def test_our_own_messages_are_typed_but_for_those_made_opaque(folder: Path) -> None:
    table = read_keys(folder)
    assert table.broker == made.ACB
    census = take_census(read_messages(folder), table.keys, table.broker)
    assert [name for name, _ in census.faults] == ["gbz-attributes", "gbz-from-date-time"]
    assert (census.messages, census.typed, census.identical) == (len(made.SPECIMENS), len(made.SPECIMENS) - 2, len(made.SPECIMENS))
    assert (census.bodies, census.opened, census.resealed) == (5, 5, 5)


def test_each_way_of_falling_short_is_counted_and_named(folder: Path) -> None:
    table = read_keys(folder)
    octets = dict(read_messages(folder))
    spoilt_mac = octets["dlms-response"][:-1] + bytes((octets["dlms-response"][-1] ^ 1,))
    spoilt_body = bytearray(octets["gbz-encrypted"])
    spoilt_body[80] ^= 1
    rows = [("cut", octets["dlms-response"][:50]), ("mac", spoilt_mac), ("body", bytes(spoilt_body)), ("good", octets["dlms-response"])]
    census = take_census(rows, table.keys, table.broker)
    assert [(name, what.split(" ")[0]) for name, what in census.faults] == [
        ("cut", "octet"),
        ("mac", "MAC:"),
        ("body", "MAC:"),
        ("body", "octet"),
    ]
    assert census.macs["invalid"] == 2
    blind = take_census([*rows[3:], ("sealed", octets["gbz-encrypted"])], type(table.keys)(), None)
    assert {what for _, what in blind.faults} == {"MAC: unknown-key", "encrypted body: unknown-key"}


def test_the_program_prints_the_table_and_tells_by_its_exit_code(folder: Path, checkout: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "harness.wire.gbcs.census", str(folder)],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["messages", str(len(made.SPECIMENS))]
    assert any(line.startswith("decoded to typed values") and "%" in line for line in lines)
    assert any(line.startswith("gbz-attributes: E33 component 4") for line in lines)
    assert done.stderr == ""


def test_a_key_that_is_not_known_is_no_fault_of_the_codec(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (folder / "messages.csv").read_text().splitlines()
    (folder / "messages.csv").write_text(
        "\n".join(line for line in text if "opaque" not in line and ",gbz-attributes," not in line and "from-date" not in line)
    )
    (folder / "keys.csv").write_text("name,eui64,use,public_point,private_scalar\nx,02a5e70000000999,ds,04,\n")
    assert main([str(folder)]) == 0
    assert "unknown-key" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("messages.csv", "file\na\n", "has no column hex"),
        ("messages.csv", "file,hex\n", "is empty"),
        ("messages.csv", "file,hex\na,zz\n", "line 2: 'hex' is not hexadecimal"),
        ("keys.csv", "name,eui64,use,public_point,private_scalar\na,02a5e70000000001,xx,04,\n", "line 2: use 'xx'"),
        ("keys.csv", None, "cannot be read"),
    ],
)
def test_tables_that_cannot_be_used_are_said_to_be_so(folder: Path, name: str, text: str | None, what: str) -> None:
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    with pytest.raises(UsageError, match=what):
        (read_keys if name == "keys.csv" else read_messages)(folder)


def test_wrong_use_is_exit_4(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 4
    assert "usage" in capsys.readouterr().err
    assert main([str(folder / "absent")]) == 4
    assert capsys.readouterr().err.startswith("error: ")


def test_the_reference_messages_all_decode_verify_and_open(vectors_folder: Path) -> None:
    table = read_keys(vectors_folder)
    messages = read_messages(vectors_folder)
    census = take_census(messages, table.keys, table.broker)
    assert census.messages == census.typed == census.identical == len(messages) >= 900
    assert census.signatures["invalid"] == census.signatures["unknown-key"] == census.macs["invalid"] == 0
    assert census.bodies == census.opened == census.resealed >= 50
    assert [name[:5] for name, what in census.faults] == ["PCS01", "PCS01", "PCS02", "PCS02"]
