"""Identities, alert codes, roles and grades are read and written one way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ScenarioError
from harness.vocab.alert import alert_code, code_text
from harness.vocab.identity import DeviceModel, eui64
from harness.vocab.roles import ArmRole, Realm


@pytest.mark.parametrize("text", ["00-DB-12-34-56-78-9A-BC", "00:db:12:34:56:78:9a:bc", "00db123456789abc", "00DB123456789ABC"])
def test_an_eui64_is_read_in_every_usual_spelling(text: str) -> None:
    assert eui64(text) == "00db123456789abc"


@pytest.mark.parametrize(
    "text", ["", "00db123456789ab", "00db123456789abcd", "00db123456789abg", "0x00db123456789abc", "00 db 12 34 56 78 9a bc"]
)
def test_what_is_no_eui64_is_told(text: str) -> None:
    with pytest.raises(ScenarioError, match="is not an EUI-64; expected 8 octets as 16 hexadecimal digits"):
        eui64(text)


@pytest.mark.parametrize("text", ["alder-e1@1.2", "northgate-1@2.0", "x@0+rc-1"])
def test_a_device_model_reads_and_writes_the_same(text: str) -> None:
    model = DeviceModel.parse(text)
    assert str(model) == text
    assert (model.model, model.firmware) == tuple(text.split("@"))


@pytest.mark.parametrize("text", ["", "alder-e1", "alder-e1@", "@1.2", "Alder@1", "alder e1@1", "a@1@2", "none", "a@1\n"])
def test_what_is_no_device_model_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"is not a device model; expected model@firmware in lower case, such as 'alder-e1@1\.2'"):
        DeviceModel.parse(text)


@given(st.integers(0, 0xFFFF))
def test_an_alert_code_reads_back_as_the_catalogue_writes_it(code: int) -> None:
    assert alert_code(code_text(code)) == code
    assert alert_code(code_text(code)[2:].lower()) == code
    assert alert_code(f"0X{code:04x}") == code


@pytest.mark.parametrize("text", ["", "0x", "0x812", "0x81234", "8f0g", "0x-123", "1_23", " 8f0a", "0x0x8f", "８１２３"])
def test_what_is_no_alert_code_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ScenarioError, match="is not an alert code; expected four hexadecimal digits, such as '0x8F0A'"):
        alert_code(text)


def test_the_treatment_is_compared_with_controls_and_with_leaving_out_a_factor() -> None:
    controls = [ArmRole.CONDITION_CONTROL, ArmRole.DEVICE_CONTROL]
    assert [role for role in ArmRole if role.controls] == controls
    assert [role for role in ArmRole if role.compares] == [*controls, ArmRole.FACTOR_CONTROL]


def test_every_realm_says_what_it_cannot_show() -> None:
    assert "simulated" in Realm.SIMULATED.words
    assert len({realm.words for realm in Realm}) == len(Realm)
