"""The catalogue keeps apart what a source says and what was inferred; only the first can be judged on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from harness.errors import InternalError
from harness.wire.gbcs import catalogue
from harness.wire.gbcs.catalogue import (
    alert_codes,
    alert_facts,
    alert_name,
    message_codes,
    message_facts,
    message_name,
)
from harness.wire.gbcs.layouts import LAYOUTS

DATA = Path(catalogue.__file__).with_name("data")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_codes_are_listed_in_order_and_once() -> None:
    for codes, count in ((alert_codes(), 190), (message_codes(), 240)):
        assert len(codes) == count
        assert list(codes) == sorted(set(codes))


def test_every_row_names_its_sources_and_a_confidence() -> None:
    for code in alert_codes():
        facts = alert_facts(code)
        assert facts is not None
        assert facts.sources
        assert facts.confidence in {"high", "medium", "low"}
        assert facts.inferred <= set(facts.columns)
        assert facts.name


def test_names_are_short_and_each_means_one_code() -> None:
    names = [alert_name(code) for code in alert_codes()]
    assert len(set(names)) == len(names)
    assert max(len(name or "") for name in names) <= 75


def test_what_is_inferred_is_no_fact_and_is_told_as_inferred() -> None:
    facts = alert_facts(0x8002)
    assert facts is not None
    assert "wan_alert" in facts.inferred
    assert facts.fact("wan_alert") is None
    assert facts.told("wan_alert") == "y (inferred)"
    assert facts.fact("power_event_log") == "y"
    assert facts.told("power_event_log") == "y"


def test_no_inferred_or_unknown_value_ever_is_a_fact() -> None:
    for row in rows("alert_codes.csv"):
        facts = alert_facts(int(row["code"], 16))
        assert facts is not None
        for column in facts.columns:
            sourced = row[column] not in ("", "unknown") and column not in row["inferred_fields"].split(";")
            assert facts.fact(column) == (row[column] if sourced else None)
            assert facts.told(column).endswith("(inferred)") == (column in facts.inferred and row[column] not in ("", "unknown"))


def test_a_code_that_may_or_may_not_be_sent_names_its_message_code_as_inferred() -> None:
    facts = alert_facts(0x819D)
    assert facts is not None
    assert facts.told("message_codes") == "0x1001 (inferred)"


def test_only_true_opposites_are_opposites() -> None:
    expected = {
        0x8002: (0x8085,),
        0x8F57: (0x8F35, 0x8F36),
        0x8F35: (0x8F57,),
        0x8F66: (),
        0x8F77: (),
        0x8F33: (0x8F34,),
    }
    assert {code: facts.opposites for code in expected if (facts := alert_facts(code))} == expected


def test_opposites_are_listed_codes_and_mostly_say_so_of_each_other() -> None:
    for code in alert_codes():
        facts = alert_facts(code)
        assert facts is not None
        for other in facts.opposites:
            back = alert_facts(other)
            assert back is not None
            assert code in back.opposites, f"{code:04X} {other:04X}"


def test_every_alert_layout_is_a_message_code_of_the_catalogue() -> None:
    for code, layouts in LAYOUTS.items():
        facts = message_facts(code)
        assert facts is not None
        assert facts.direction == "A"
        assert {str(layout.profile) for layout in layouts} == set(facts.payload.split("/"))


def test_what_is_not_listed_is_none() -> None:
    assert alert_facts(0xFFFF) is None
    assert alert_name(0xFFFF) is None
    assert message_facts(0xFFFF) is None
    assert message_name(0xFFFF) is None
    assert message_name(0x0067) == "Supply Outage Restored"


def test_a_column_that_does_not_exist_is_our_own_mistake() -> None:
    facts = alert_facts(0x8002)
    assert facts is not None
    with pytest.raises(InternalError, match="no column 'wan'"):
        facts.fact("wan")


def test_reference_alerts_agree_with_the_catalogue_on_criticality(reference_alerts: list[tuple[str, bytes, object]]) -> None:
    from harness.wire.gbcs.alerts import read_alert

    compared = 0
    for file, octets, _ in reference_alerts:
        alert = read_alert(octets)
        facts = alert_facts(alert.code)
        assert facts is not None, file
        if facts.fact("critical") is not None:
            assert (facts.fact("critical") == "critical") == alert.critical, file
            compared += 1
    assert compared > 50
