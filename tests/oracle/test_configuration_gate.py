from __future__ import annotations


def test_a_code_whose_bit_is_off_is_switched_off(trial, builder):
    trial.switches(0, 0x8006)
    trial.alert(builder.HOUR, 0x8089)
    trial.alert(builder.HOUR, 0x8006)
    assert trial.standings() == ["switched-off", "unknown"]


def test_an_inferred_column_is_no_ground_to_hold_a_bit_against_a_device(trial, builder):
    """0x8002: wan_alert and always_on rest on analogy, so its bit judges nothing."""
    trial.switches(0)
    trial.thresholds()
    trial.averages(*[240_000] * 5, 255_000, *[240_000] * 6)
    trial.alert(builder.HOUR + builder.SECOND, 0x8002)
    assert trial.standings() == ["permitted"]


def test_the_bit_of_the_other_party_says_nothing(trial, builder):
    trial.switches(0, scope="supplier")
    trial.alert(builder.HOUR, 0x8089)
    trial.switches(2 * builder.HOUR, scope="network-operator")
    trial.alert(3 * builder.HOUR, 0x8089)
    assert trial.standings() == ["unknown", "switched-off"]


def test_codes_without_a_switch_are_sent_whatever_the_bits_say(trial, builder):
    trial.switches(0, scope="supplier")
    trial.switches(0, scope="network-operator")
    trial.alert(builder.HOUR, 0x8F3F)
    assert trial.standings() == ["unknown"]


def test_a_bit_that_was_on_at_the_event_is_not_held_against_a_late_alert(trial, builder):
    trial.switches(0, 0x8089)
    trial.switches(2 * builder.HOUR)
    trial.alert(3 * builder.HOUR, 0x8089, event=builder.HOUR)
    trial.alert(4 * builder.HOUR, 0x8089)
    assert trial.standings() == ["unknown", "switched-off"]


def test_a_bit_that_went_on_between_event_and_sighting_is_not_held_against_the_device(trial, builder):
    trial.switches(0)
    trial.switches(2 * builder.HOUR, 0x8089)
    trial.alert(3 * builder.HOUR, 0x8089, event=builder.HOUR)
    assert trial.standings() == ["unknown"]


def test_a_gas_meter_is_gated_by_its_event_configuration_octet(trial, builder):
    octets = {"0x8183": "0x0B", "0x81BA": "0x03"}
    trial.record(0, "configuration", device=builder.DEVICES["gsme"], item="event-configuration", codes=octets)
    for code in (0x8183, 0x81BA, 0x81A4):
        trial.alert(builder.HOUR, code, by="gsme")
    assert trial.standings() == ["unknown", "switched-off", "unknown"]


def test_a_code_that_only_goes_to_a_log_is_unfounded_as_an_alert(trial, builder):
    trial.alert(builder.HOUR, 0x8F57)
    assert trial.standings() == ["unfounded"]
    assert trial.kinds() == {"unfounded": 1}


def test_a_mask_that_is_no_number_switches_nothing(trial, builder):
    zeros = "0" * 64
    members = {"item": "alert-behaviour", "scope": "network-operator", "wan": "nonsense", "han": zeros, "log": zeros}
    trial.record(0, "configuration", device=builder.DEVICES["esme"], **members)
    trial.alert(builder.HOUR, 0x8089)
    assert trial.standings() == ["unknown"]
