"""Configuration commands: the official reference messages as witnesses, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comms_hub_sim.commands import (
    USE_CASES,
    AlertBits,
    EventOctet,
    VoltageSetting,
    answer,
    build_command,
    event_configuration,
    read_command,
    voltage_thresholds,
    wan_alerts,
)
from comms_hub_sim.credentials import PARTIES, Credentials
from harness.vocab.time import MINUTE, SECOND
from harness.wire.gbcs.message import Message
from harness.wire.gbcs.outer import decode_message

if TYPE_CHECKING:
    from conftest import Vector


@pytest.fixture
def credentials() -> Credentials:
    known = Credentials(b"commands")
    for role in (*PARTIES, "esme", "gsme"):
        known.enrol(role)
    return known


def _reference(vectors: list[Vector], start: str) -> Message:
    return decode_message(next(vector.octets for vector in vectors if vector.file.startswith(start)))


def _understood(credentials: Credentials, name: str, payload: bytes) -> tuple[object, ...]:
    """Wrap a payload into a command of our own keys, and let the device read it."""
    use_case = USE_CASES[name]
    device = credentials.of[use_case.role]
    command = read_command(build_command(use_case, device, 7, payload, credentials), device, credentials)
    assert command is not None
    return command.writes


def test_the_reference_alert_behaviours_are_understood_and_written_alike(vectors: list[Vector], credentials: Credentials) -> None:
    reference = _reference(vectors, "ECS25b_6.22_SUCCESS_COMMAND")
    assert reference.message_code == USE_CASES["ecs25b"].message_code
    (bits,) = _understood(credentials, "ecs25b", reference.payload)
    assert isinstance(bits, AlertBits)
    assert bits.scope == "network-operator"
    on, off = (
        [0x8000 + bit for bit in range(256) if bits.mask >> bit & 1 and bool(bits.action >> bit & 1) is wanted] for wanted in (True, False)
    )
    assert wan_alerts("network-operator", on, off, reference.counter) == reference.payload


def test_the_reference_event_configuration_is_understood(vectors: list[Vector], credentials: Credentials) -> None:
    reference = _reference(vectors, "GCS20_6.22_SUCCESS_COMMAND")
    writes = _understood(credentials, "gcs20", reference.payload)
    assert [(write.octet, write.codes) for write in writes if isinstance(write, EventOctet)] == [
        (0x5B, (0x81AA, 0x81AB, 0x81C4)),
        (0x08, (0x810E,)),
        (0x4B, (0x81BD, 0x81BE, 0x81BF, 0x81C0)),
        (0x43, (0x8161, 0x8162, 0x81C6)),
    ]


def test_an_event_configuration_is_written_as_the_reference_writes_it(vectors: list[Vector]) -> None:
    reference = _reference(vectors, "GCS20_6.22_SUCCESS_COMMAND")
    settings = (
        (0x5B, (0x81AA, 0x81AB, 0x81C4)),
        (0x08, (0x810E,)),
        (0x4B, (0x81BD, 0x81BE, 0x81BF, 0x81C0)),
        (0x43, (0x8161, 0x8162, 0x81C6)),
    )
    assert event_configuration(settings, 0x1C374A80) == reference.payload


def test_voltage_settings_name_the_objects_of_the_reference_in_its_order(vectors: list[Vector], credentials: Credentials) -> None:
    reference = _reference(vectors, "ECS29a_6.5_SUCCESS_COMMAND").payload
    ours = voltage_thresholds(264_000, 200_000, 30 * SECOND, 1)
    places = slice(7, 7 + 11 * 10)
    assert ours[places] == reference[places], "ECS29c is ECS29a without its two counter resets"
    assert _understood(credentials, "ecs29c", reference)[:3] == (
        VoltageSetting(name="period", value=30 * SECOND),
        VoltageSetting(name="over", value=264_000),
        VoltageSetting(name="under", value=200_000),
    )


@pytest.mark.parametrize(
    ("start", "name"), [("ECS25b_6.22_SUCCESS", "ecs25b"), ("ECS29a_6.5_SUCCESS", "ecs29c"), ("GCS20_6.22_SUCCESS", "gcs20")]
)
def test_the_response_is_that_of_the_reference(vectors: list[Vector], credentials: Credentials, start: str, name: str) -> None:
    asked, answered = _reference(vectors, f"{start}_COMMAND"), _reference(vectors, f"{start}_RESPONSE")
    use_case, device = USE_CASES[name], credentials.of[USE_CASES[name].role]
    command = read_command(build_command(use_case, device, asked.counter, asked.payload, credentials), device, credentials)
    assert command is not None
    ours = decode_message(answer(command, credentials))
    resets = 4 if name == "ecs29c" else 0
    expected = answered.payload if not resets else answered.payload[:-resets] + b"\x02\x00" * 2
    assert ours.payload == expected, "but for the two counter resets of ECS29a, which are actions"
    assert (ours.counter, ours.target) == (asked.counter, command.message.originator)


def test_thresholds_are_sent_in_volts_and_seconds_and_understood_in_our_units(credentials: Credentials) -> None:
    writes = _understood(credentials, "ecs29c", voltage_thresholds(254_000, 210_000, 30 * MINUTE, 3))
    assert writes == (
        VoltageSetting(name="period", value=30 * MINUTE),
        VoltageSetting(name="over", value=254_000),
        VoltageSetting(name="under", value=210_000),
    )
