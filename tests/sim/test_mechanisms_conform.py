"""Every mechanism against the kit, and the two that need a partner with and without it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.errors import BenchError
from harness.interfaces.kit import check_mechanism
from harness.interfaces.target import FIDELITIES, MechanismUse
from harness.vocab.journal import Journal
from harness.vocab.time import MINUTE, SECOND

if TYPE_CHECKING:
    from conftest import Bench

HOVER = ("0s", "esme", "supply.voltage", {"mean": "253.0 V", "deviation": "0.6 V"})
DEAF = ("0s", "esme", "han.loss", {"acknowledgement-loss": "90 %"})
SWINGS = [(f"{hour}h", "esme", "supply.voltage", {"mean": "256 V", "for": "30m"}) for hour in (1, 2, 3, 4)]
RESTART = ("10m", "hub", "hub.restart", {"duration": "60s"})
KNOCK = ("10m", "hub", "han.knock", {"every": "10m", "times": 10})
FORGETFUL = {"tunnel-policy": "ask-again"}


def _copies(journal: Journal) -> int:
    """Count messages that the WAN got more than once."""
    seen = Counter(record["octets"] for record in journal if record["kind"] == "message" and record["tap"] == "hub")
    return sum(count - 1 for count in seen.values())


def _home(
    bench: Bench, hub: dict[str, object] | None = None, esme: dict[str, object] | None = None, **mechanisms: dict[str, object]
) -> tuple:
    return bench.device("hub", hub or {}), bench.device("esme", esme or {}, **mechanisms), bench.device("gsme"), bench.device("ppmid")


def test_the_folder_is_the_list(bench: Bench) -> None:
    assert {mechanism.origin for mechanism in bench.simulator.mechanisms().values()} == {"M05", "M09", "M11", "M17", "positive control"}


def test_average_voltage_chatter_conforms(bench: Bench) -> None:
    order = bench.order(*_home(bench), stimuli=[HOVER], observe="12h")
    check_mechanism(bench.simulator.mechanisms()["average-voltage-chatter"], bench.simulator, order, role="esme")


def test_retransmission_duplicates_conforms(bench: Bench) -> None:
    order = bench.order(*_home(bench), stimuli=[DEAF, *SWINGS], observe="6h")
    check_mechanism(bench.simulator.mechanisms()["retransmission-duplicates"], bench.simulator, order, role="esme", rate=_copies)


def test_tunnel_disagreement_conforms(bench: Bench) -> None:
    order = bench.order(*_home(bench, hub=FORGETFUL), stimuli=[RESTART], observe="3h")
    check_mechanism(bench.simulator.mechanisms()["tunnel-disagreement"], bench.simulator, order, role="esme")


def test_join_refusal_alerts_conforms(bench: Bench) -> None:
    order = bench.order(*_home(bench), codes=(0x8F3E,), stimuli=[KNOCK], observe="3h")
    check_mechanism(bench.simulator.mechanisms()["join-refusal-alerts"], bench.simulator, order, role="hub")


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_every_refusal_is_an_alert_at_the_cadence_of_who_knocks(bench: Bench, fidelity: str) -> None:
    hub = bench.device("hub", join_refusal_alerts={})
    stimuli = [KNOCK, ("30m", "hub", "hub.restart", {"duration": "15m"})]
    shown = bench.run(bench.order(hub, bench.device("esme"), stimuli=stimuli, observe="3h", fidelity=fidelity))
    instants = [sighting.at // MINUTE for sighting in shown.at("hub", "hub")]
    assert instants == [10, 20, *range(50, 110, 10)], "ten attempts; a hub without power refuses nobody"


@pytest.mark.parametrize("role", ["esme", "gsme", "hub"])
def test_known_emitter_conforms_wherever_it_lives(bench: Bench, role: str) -> None:
    order = bench.order(*_home(bench), codes=(0x8183, 0x8F3E), observe="3h")
    rate = {"hub": "hub"}.get(role, "han")
    check_mechanism(
        bench.simulator.mechanisms()["known-emitter"],
        bench.simulator,
        order,
        role=role,
        rate=lambda journal: sum(record["kind"] == "message" and record["tap"] == rate for record in journal),
    )


def test_chatter_is_bounded_by_one_decision_an_averaging_period(bench: Bench) -> None:
    order = bench.order(*_home(bench, average_voltage_chatter={}), stimuli=[HOVER], observe="24h")
    codes = [code for code in bench.run(order).codes("hub", "esme") if code in (0x8002, 0x8085)]
    assert 30 <= len(codes) <= 144
    assert codes == [(0x8002, 0x8085)[place % 2] for place in range(len(codes))]


@pytest.mark.parametrize(
    ("esme", "hub", "restart", "alerts"),
    [(True, True, True, True), (False, True, True, False), (True, False, True, False), (True, True, False, False)],
)
def test_the_tunnel_takes_two_and_a_restart(bench: Bench, esme: bool, hub: bool, restart: bool, alerts: bool) -> None:
    mechanisms = {"tunnel_disagreement": {}} if esme else {}
    home = _home(bench, hub=FORGETFUL if hub else {"tunnel-policy": "close-first"}, **mechanisms)
    shown = bench.run(bench.order(*home, stimuli=[RESTART] if restart else [], observe="3h"))
    refusals = shown.codes("hub", "esme").count(0x81BA)
    assert refusals >= 15 if alerts else refusals == 0


@pytest.mark.parametrize(
    ("esme", "cache", "deaf", "copies"), [(True, 0, True, True), (False, 0, True, False), (True, 64, True, False), (True, 0, False, False)]
)
def test_copies_take_a_sender_that_insists_a_hub_that_forgets_and_lost_acknowledgements(
    bench: Bench, esme: bool, cache: int, deaf: bool, copies: bool
) -> None:
    mechanisms = {"retransmission_duplicates": {}} if esme else {}
    home = _home(bench, hub={"duplicate-cache": cache}, **mechanisms)
    shown = bench.run(bench.order(*home, stimuli=[DEAF, *SWINGS] if deaf else SWINGS, observe="6h"))
    assert (_copies(shown.journal) > 0) is copies
    assert set(shown.codes("hub", "esme")) == {0x8002, 0x8085}


def test_copies_keep_their_originator_counter_and_come_after_the_duplicate_entry_expired(bench: Bench) -> None:
    shown = bench.run(bench.order(*_home(bench, retransmission_duplicates={}), stimuli=[DEAF, *SWINGS], observe="6h"))
    firsts: dict[bytes, int] = {}
    for sighting in shown.at("hub", "esme"):
        first = firsts.setdefault(sighting.alert.octets, sighting.at)
        assert sighting.at == first or sighting.at - first > 8 * SECOND
    assert len({sighting.alert.counter for sighting in shown.at("hub", "esme")}) == len(firsts)


def test_a_message_is_sent_again_no_more_often_than_the_setting_allows(bench: Bench) -> None:
    lost = ("0s", "esme", "han.loss", {"acknowledgement-loss": "100 %"})
    home = _home(bench, retransmission_duplicates={"times": 2, "wait": "30s"})
    shown = bench.run(bench.order(*home, stimuli=[lost, SWINGS[0]], observe="2h"))
    assert Counter(Counter(sighting.alert.octets for sighting in shown.at("hub", "esme")).values()) == {3: 2}


def test_a_known_emitter_shows_pairs_repeats_and_copies(bench: Bench) -> None:
    shown = bench.run(bench.order(*_home(bench, known_emitter={"every": "10m"}), observe="1h"))
    messages = {sighting.alert.octets: sighting.alert.code for sighting in shown.at("han", "esme")}
    assert list(messages.values())[:4] == [0x8002, 0x8085, 0x8002, 0x8085]
    assert _copies(shown.journal) >= 5
    alone = bench.run(bench.order(*_home(bench, known_emitter={"every": "10m"}), codes=(0x81BA,), observe="1h"))
    assert len({sighting.alert.octets for sighting in alone.at("hub", "esme")}) >= 10


def test_a_known_emitter_speaks_again_after_an_outage(bench: Bench) -> None:
    home = _home(bench, known_emitter={"every": "10m"})
    shown = bench.run(bench.order(*home, stimuli=[("20m", "esme", "supply.cut", {"duration": "45m"})], observe="3h"))
    instants = [sighting.at for sighting in shown.at("han", "esme") if sighting.alert.code == 0x8002]
    assert not [at for at in instants if 20 * MINUTE <= at < 65 * MINUTE]
    assert [at for at in instants if at > 66 * MINUTE]


def test_a_mechanism_that_cannot_live_there_voids_the_trial(bench: Bench) -> None:
    home = _home(bench)
    use = MechanismUse(name="average-voltage-chatter", settings={})
    broken = [replace(device, mechanisms=(use,)) if device.role == "gsme" else device for device in home]
    with pytest.raises(BenchError, match="cannot live"):
        bench.run(bench.order(*broken))
