from __future__ import annotations

import re

from harness.oracle.weighing import FAMILIES, RULES


def test_no_two_families_speak_of_one_code_and_every_rule_names_its_source():
    codes = [code for family in FAMILIES for code in family.codes]
    assert len(codes) == len(set(codes))
    assert all(rule.source and rule.says.endswith(".") for rule in RULES.values())


def test_rules_are_told_in_neutral_words():
    loaded = re.compile(r"\b(faulty|defective|non-compliant|caused by|fixed|always|never|proves|bug)\b", re.IGNORECASE)
    assert not [rule.id for rule in RULES.values() if loaded.search(rule.says)]


def test_every_ground_cites_a_rule_that_there_is(trial, builder):
    trial.switches(0)
    trial.stimulus(builder.HOUR, "supply.cut", duration=builder.MINUTE)
    for code in (0x8F35, 0x8F35, 0x8F36, 0x81BA, 0x8089, 0x8F57, 0x8F3F):
        trial.alert(builder.HOUR + 2 * builder.MINUTE, code)
    for ground in trial.grounds().of.values():
        assert ground.rule in RULES or (ground.rule == "" and ground.standing.value == "unknown")


def test_copies_share_the_ground_of_the_first_wherever_they_are_seen(trial, builder):
    trial.stimulus(builder.HOUR, "supply.cut", duration=builder.MINUTE)
    octets = trial.alert(builder.HOUR + 2 * builder.MINUTE, 0x8F35, tap="han")
    for tap in ("hub", "hub", "wan", "hub"):
        trial.message(builder.HOUR + 3 * builder.MINUTE, octets, tap=tap)
    assert trial.standings() == ["required"] * 3
    assert len(trial.grounds().of) == 1


def test_a_code_that_is_in_no_catalogue_is_unknown(trial, builder):
    trial.alert(builder.HOUR, 0x8FFE)
    assert trial.standings() == ["unknown"]


def test_an_alert_of_a_device_that_is_not_of_the_trial_is_unknown(trial, builder):
    octets = trial.alert(builder.HOUR, 0x8F35)
    trial.records.pop()
    trial.message(builder.HOUR, octets.replace(bytes.fromhex(builder.DEVICES["esme"]), b"\x01" * 8))
    assert trial.standings() == ["unknown"]
