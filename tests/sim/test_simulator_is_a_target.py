"""The simulator as a target: the kit, repeatability, blindness, and randomness by address."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.errors import BenchError
from harness.interfaces.kit import check_target
from harness.interfaces.target import FIDELITIES
from harness.vocab.roles import Realm
from harness.vocab.time import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

SAMPLES = {
    "supply.voltage": {"mean": "253 V", "deviation": "0.5 V", "for": "20m"},
    "supply.cut": {"duration": "20s"},
    "han.loss": {"loss": "50 %", "for": "10m"},
    "han.interference": {"loss": "20 %", "for": "10m"},
    "han.attenuation": {"by": 20},
    "han.neighbour": {"for": "10m"},
    "wan.loss": {"for": "10m"},
    "command.send": {"off": ["0x8183"]},
    "time.step": {"by": "-3s"},
}


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_the_kit_finds_nothing_amiss(bench: Bench, fidelity: str) -> None:
    check_target(bench.simulator, bench.order(observe="1h", fidelity=fidelity), samples=SAMPLES)


def test_it_enters_by_the_entry_point_and_says_what_it_is(bench: Bench) -> None:
    from harness.interfaces.registry import target

    found = target("simulator")
    assert (found.name, found.realm, found.clock) == ("simulator", Realm.SIMULATED, "virtual")
    assert found.device_settings("toaster") == {}


def test_the_same_seed_gives_the_same_octets_and_another_seed_others(bench: Bench) -> None:
    order = bench.order(observe="3h")
    one, other = bench.run(order), bench.run(replace(order, seed=bytes(32)))
    assert bench.run(order).octets == one.octets
    assert set(one.facts.devices) & set(other.facts.devices) == set()
    assert one.facts.supplies[0].millivolts != other.facts.supplies[0].millivolts


def test_hash_seeds_and_locales_change_nothing(isolated: Callable[..., str]) -> None:
    code = """
import hashlib, io
from comms_hub_sim.target import Simulator
from harness.interfaces.setting import settle
from harness.interfaces.target import DeviceOrder, MechanismUse, StimulusOrder, TrialOrder
from harness.vocab.journal import TAPS, JournalWriter
simulator, stream = Simulator(), io.BytesIO()
emitter = (MechanismUse(name="known-emitter", settings={"every": 600 * 10**9}),)
devices = tuple(
    DeviceOrder(role=role, settings=settle(dict(simulator.device_settings(role)), {}), mechanisms=uses)
    for role, uses in (("hub", ()), ("esme", emitter), ("gsme", ()), ("ppmid", ()))
)
order = TrialOrder(trial="t", seed=b"s" * 32, epoch="2030-01-07T00:00:00Z", region="north", settle=0, observe=7200 * 10**9, taps=TAPS,
    devices=devices, stimuli=(), codes=(0x8002, 0x8F36))
simulator.run(order, JournalWriter(stream))
print(hashlib.sha256(stream.getvalue()).hexdigest())
"""
    printed = {
        isolated(code, PYTHONHASHSEED=seed, LC_ALL=locale, TZ=zone)
        for seed, locale, zone in (("1", "C", "UTC"), ("77", "tr_TR.UTF-8", "Asia/Tokyo"))
    }
    assert len(printed) == 1


def test_a_journal_names_no_model_no_firmware_no_mechanism_and_no_arm(bench: Bench) -> None:
    devices = [bench.device("hub"), bench.device("esme", known_emitter={}), bench.device("gsme"), bench.device("ppmid")]
    shown = bench.run(bench.order(*devices))
    names = {key for record in shown.journal for key in record} | {str(value) for record in shown.journal for value in record.values()}
    for word in ("mechanism", "emitter", "model", "firmware", "arm", "hysteresis", "treatment"):
        assert not [name for name in names if word in name.lower()], word


def test_addresses_are_of_nobody_and_the_same_whoever_fills_the_role(bench: Bench) -> None:
    plain = bench.run(bench.order())
    loud = bench.run(bench.order(bench.device("hub"), bench.device("esme", known_emitter={}), bench.device("gsme"), bench.device("ppmid")))
    assert set(plain.facts.devices) == set(loud.facts.devices)
    assert {facts.role for facts in plain.facts.devices.values()} == {"hub", "gpf", "esme", "gsme", "ppmid"}
    assert {facts.role for facts in plain.facts.parties.values()} == {"supplier", "network-operator", "acb", "wan-provider"}
    everybody = [*plain.facts.devices, *plain.facts.parties]
    assert len(set(everybody)) == 9
    assert all(int(address[:2], 16) & 0x03 == 0x02 for address in everybody), "locally administered, no group"


def test_a_neighbours_chatter_does_not_change_another_devices_history(bench: Bench) -> None:
    def gas(esme: dict[str, dict[str, object]]) -> list[tuple[str, int, bytes]]:
        devices = [
            bench.device("hub"),
            bench.device("esme", **esme),
            bench.device("gsme", known_emitter={"every": "40m"}),
            bench.device("ppmid"),
        ]
        loss = ("0s", "gsme", "han.loss", {"loss": "30 %", "acknowledgement-loss": "30 %"})
        shown = bench.run(bench.order(*devices, codes=(0x8183,), observe="12h", stimuli=[loss]))
        return [(s.tap, s.at, s.alert.octets) for tap in ("han", "hub") for s in shown.at(tap, "gsme")]

    assert gas({"known_emitter": {"every": "5m"}}) == gas({}) != []


def test_a_supply_trace_is_whole_and_what_the_averages_were_made_of(bench: Bench) -> None:
    shown = bench.run(bench.order(observe="2h30m"))
    traces = shown.facts.supplies
    assert [(trace.start, trace.step, len(trace.millivolts)) for trace in traces] == [
        (0, MINUTE, 60),
        (HOUR, MINUTE, 60),
        (2 * HOUR, MINUTE, 35),
    ]


@pytest.mark.parametrize(("duration", "code"), [("20s", 0x8F35), ("179s", 0x8F35), ("180s", 0x8F36), ("10m", 0x8F36)])
def test_an_outage_is_journalled_as_dark_and_reported_when_it_is_over(bench: Bench, duration: str, code: int) -> None:
    shown = bench.run(bench.order(stimuli=[("20m", "esme", "supply.cut", {"duration": duration})]))
    (stimulus,) = shown.facts.stimuli
    (sighting,) = shown.at("hub", "esme")
    assert (sighting.alert.code, sighting.alert.message_code) == (code, 0x0067)
    assert stimulus.ended is not None
    assert 0 <= sighting.at - stimulus.ended < 90 * SECOND
    dark = [index for index, value in enumerate(shown.facts.supplies[0].millivolts) if value == 0]
    assert dark == list(range(20, 20 + -(-int(stimulus.ended - 20 * MINUTE) // MINUTE)))


def test_nothing_is_lost_on_the_way_through_a_wan_outage(bench: Bench) -> None:
    devices = [bench.device("hub"), bench.device("esme", known_emitter={"every": "10m"}), bench.device("gsme"), bench.device("ppmid")]
    shown = bench.run(bench.order(*devices, stimuli=[("30m", "hub", "wan.loss", {"for": "90m"})], observe="4h"))
    at = {tap: [(s.alert.counter, s.at) for s in shown.at(tap, "esme")] for tap in ("hub", "wan", "user")}
    assert not [at for _, at in at["wan"] if 30 * MINUTE <= at < 120 * MINUTE]
    assert not [at for _, at in at["hub"] if 30 * MINUTE <= at < 120 * MINUTE]
    counters = [counter for counter, _ in at["hub"]]
    assert [counter for counter, _ in at["user"]] == counters[: len(at["user"])]
    assert len(counters) - len(at["user"]) <= 1
    assert sorted(set(counters)) == list(range(min(counters), max(counters) + 1))


def test_two_wan_outages_that_overlap_end_together(bench: Bench) -> None:
    devices = [bench.device("hub"), bench.device("esme", known_emitter={"every": "5m"})]
    stimuli = [("30m", "hub", "wan.loss", {"for": "60m"}), ("40m", "hub", "wan.loss", {"for": "10m"})]
    shown = bench.run(bench.order(*devices, stimuli=stimuli))
    instants = [sighting.at for sighting in shown.at("hub")]
    assert not [at for at in instants if 30 * MINUTE <= at < 90 * MINUTE]
    assert [at for at in instants if at >= 90 * MINUTE]


def test_a_command_is_journalled_as_configuration_and_silences_the_code(bench: Bench) -> None:
    swing = [(f"{minutes}m", "esme", "supply.voltage", {"mean": "256 V", "for": "20m"}) for minutes in (20, 80)]
    command = ("50m", "esme", "command.send", {"off": ["0x8002"]})
    shown = bench.run(bench.order(stimuli=[*swing, command]))
    assert shown.codes("hub", "esme") == [0x8002, 0x8085, 0x8085]
    records = [record for record in shown.journal if record.get("scope") == "network-operator"]
    assert [int(str(record["wan"]), 16) >> 2 & 1 for record in records] == [1, 0]
    assert 50 * MINUTE < records[1]["at"] < 51 * MINUTE
    southbound = [message for message in shown.facts.messages if message.message.cra == 1]
    assert [message.tap for message in southbound] == ["han"]
    assert [code for _, code in shown.log("power-event")] == [0x8002, 0x8085, 0x8002, 0x8085]


def test_a_command_waits_for_a_hub_without_power(bench: Bench) -> None:
    stimuli = [
        ("20m", "hub", "hub.restart", {"duration": "10m"}),
        ("21m", "esme", "command.send", {"over": "245 V", "period": "30m"}),
    ]
    shown = bench.run(bench.order(stimuli=stimuli))
    set_to = [record for record in shown.journal if record.get("item") == "average-voltage"]
    assert [(record["over"], record["under"], record["period"]) for record in set_to] == [
        (253_000, 216_000, 10 * MINUTE),
        (245_000, 216_000, 30 * MINUTE),
    ]
    assert 30 * MINUTE < set_to[1]["at"] < 33 * MINUTE


def test_a_clock_that_was_set_shows_inside_the_alerts_and_in_the_billing_calendar(bench: Bench) -> None:
    stimuli = [
        ("10m", "esme", "time.step", {"by": "7s"}),
        ("20m", "esme", "supply.voltage", {"mean": "256 V", "for": "20m"}),
        ("30s", "gsme", "time.step", {"by": "-2s"}),
        ("30s", "ppmid", "time.step", {"by": "1s"}),
        ("30s", "hub", "time.step", {"by": "1s"}),
    ]
    shown = bench.run(bench.order(stimuli=stimuli))
    assert [shown.facts.event_instant(s) for s in shown.at("hub", "esme")] == [30 * MINUTE + 7 * SECOND, 50 * MINUTE + 7 * SECOND]
    due = [(record["at"], record["first"]) for record in shown.journal if record.get("item") == "billing"]
    assert due == [(0, 24 * HOUR), (0, 24 * HOUR), (30 * SECOND, 24 * HOUR + 2 * SECOND), (10 * MINUTE, 24 * HOUR - 7 * SECOND)]


def test_every_attempt_on_the_air_is_a_record(bench: Bench) -> None:
    stimuli = [
        ("10m", "esme", "han.loss", {"acknowledgement-loss": "100 %", "for": "40m"}),
        ("10m", "esme", "supply.voltage", {"mean": "256 V", "for": "20m"}),
    ]
    shown = bench.run(bench.order(stimuli=stimuli))
    assert shown.codes("han", "esme") == [0x8002] * 4 + [0x8085] * 4
    assert shown.codes("hub", "esme") == [0x8002, 0x8085]
    apart = [sighting.at for sighting in shown.at("han", "esme")][:4]
    assert [later - sooner for sooner, later in itertools.pairwise(apart)] == [1_600_000_000] * 3


def test_only_the_taps_that_were_asked_for_are_recorded(bench: Bench) -> None:
    order = replace(bench.order(stimuli=[("20m", "esme", "supply.cut", {"duration": "20s"})]), taps=("wan",))
    shown = bench.run(order)
    assert {record["tap"] for record in shown.journal if "tap" in record} == {"wan"}


def test_an_empty_role_is_nobody(bench: Bench) -> None:
    shown = bench.run(bench.order(bench.device("hub"), bench.device("gsme"), observe="1h"))
    assert {facts.role for facts in shown.facts.devices.values()} == {"hub", "gpf", "gsme"}
    assert (shown.facts.supplies, shown.codes()) == ((), [])
    alone = bench.run(bench.order(bench.device("esme"), observe="1h", stimuli=[("10m", "esme", "supply.cut", {"duration": "20s"})]))
    assert [s.tap for s in alone.facts.sightings] == [], "without a hub there is no tunnel"


@pytest.mark.parametrize(
    ("stimulus", "problem"),
    [
        (("1m", "gsme", "han.loss", {}), "cannot be done to 'gsme'"),
        (("1m", "esme", "command.send", {"off": ["0x8F35"]}), "no command switches 0x8F35"),
        (("1m", "esme", "command.send", {"over": "250.5 V"}), "expected whole volts"),
    ],
)
def test_what_cannot_be_done_is_said_and_voids_the_trial(bench: Bench, stimulus: tuple, problem: str) -> None:
    with pytest.raises(BenchError, match=problem):
        bench.run(bench.order(bench.device("hub"), bench.device("esme"), stimuli=[stimulus]))


def test_two_devices_in_one_role_are_refused(bench: Bench) -> None:
    with pytest.raises(BenchError, match="two devices"):
        bench.run(bench.order(bench.device("esme"), bench.device("esme")))


def test_settings_are_written_as_they_were_settled(bench: Bench) -> None:
    shown = bench.run(bench.order(stimuli=[("1m", "esme", "command.send", {"off": ["0x81BA"]})]))
    (record,) = [r for r in shown.journal if r["kind"] == "stimulus" and r["phase"] == "done"]
    assert record["with"] == {"on": [], "off": [0x81BA], "over": 0, "under": 0, "period": 0}


def test_one_request_becomes_as_many_commands_as_there_are_parties_to_send_them(bench: Bench) -> None:
    stimuli = [
        ("1m", "esme", "command.send", {"on": ["0x81BA"], "off": ["0x8002", "0x8006"], "under": "210 V"}),
        ("1m", "esme", "command.send", {}),
        ("1m", "gsme", "command.send", {}),
    ]
    shown = bench.run(bench.order(stimuli=stimuli))
    sent = {message.message.counter: message.message for message in shown.facts.messages if message.message.cra == 1}
    assert [hex(sent[counter].message_code) for counter in sorted(sent)] == ["0xac", "0xb0", "0xd1", "0xb0", "0xad"]
    answered = [message.message.counter for message in shown.facts.messages if message.message.cra == 2 and message.tap == "user"]
    assert sorted(answered) == sorted(sent)


def test_thresholds_are_not_for_gas_meters(bench: Bench) -> None:
    with pytest.raises(BenchError, match="'over' cannot be set like this on 'gsme'"):
        bench.run(bench.order(stimuli=[("1m", "gsme", "command.send", {"over": "250 V"})]))
