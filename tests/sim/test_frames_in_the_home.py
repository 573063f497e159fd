"""A home at frame fidelity: joining, losses and who mends them, sleep, new keys, other channels, distance and duty cycles."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from tapes import read_tape

from comms_hub_sim.han.band import BANDS
from comms_hub_sim.han.duty import DutyCycle
from harness.vocab.time import HOUR, MINUTE, SECOND, Epoch
from harness.wire.zigbee import nwk
from harness.wire.zigbee.derivations import install_code_key
from harness.wire.zigbee.following import Follower, Heard, Settled
from harness.wire.zigbee.mac import COMMAND, DATA, read_mac
from harness.wire.zigbee.mac_commands import (
    AssociationRequest,
    AssociationResponse,
    BeaconRequest,
    DataRequest,
    read_mac_command,
)
from harness.wire.zigbee.security import NETWORK_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conftest import Bench, Shown
    from tapes import Tape

    from harness.interfaces.target import DeviceOrder

START = (Epoch.parse("2030-01-07T00:00:00Z").seconds + 946_684_800) * SECOND
QUIET_LINKS = {"han-loss": "0 %", "han-acknowledgement-loss": "0 %", "mac-loss": "0 %"}
Stimulus = tuple[str, str, str, "Mapping[str, object]"]


class Trial:
    """One trial at frame fidelity, its journal and its capture."""

    def __init__(self, bench: Bench, *devices: DeviceOrder, stimuli: Sequence[Stimulus] = (), observe: str = "2h") -> None:
        stream = BytesIO()
        order = bench.order(*devices, stimuli=stimuli, observe=observe, settle_for="0s", fidelity="frames")
        self.shown: Shown = bench.run(order, stream)
        self.tape: Tape = read_tape(stream.getvalue())
        self.address = {facts.role: device for device, facts in self.shown.facts.devices.items()}

    def frames(self, since: int = -HOUR, until: int = 1000 * HOUR) -> list[bytes]:
        """The MAC frames between two instants of the trial."""
        return [packet.psdu for packet in self.tape.at("han") if since <= packet.time - START < until]

    def heard(self) -> list[object]:
        """What one hears who has the keys."""
        follower = Follower(self.tape.keys)
        told = [event for packet in self.tape.at("han") for event in follower.feed(packet.time - START, packet.psdu)]
        return [*told, *follower.ended()]

    def commands(self) -> list[object]:
        """The MAC commands, in order."""
        return [read_mac_command(frame.payload) for frame in map(read_mac, self.frames()) if frame.kind == COMMAND]

    def network_keys(self, since: int, until: int = 1000 * HOUR) -> Counter[tuple[int, int]]:
        """By short address of the sender: sequence numbers of the network keys in use."""
        found: Counter[tuple[int, int]] = Counter()
        for frame in map(read_mac, self.frames(since, until)):
            security = nwk.read_nwk(frame.payload).security if frame.kind == DATA else None
            if security is not None and security.key == NETWORK_KEY:
                assert isinstance(frame.source, int)
                found[frame.source, security.sequence or 0] += 1
        return found


def _quiet(bench: Bench, **more: Mapping[str, object]) -> list[DeviceOrder]:
    """Devices on links that lose nothing."""
    return [bench.device(role, {**QUIET_LINKS, **more.get(role, {})}) for role in ("hub", "esme", "gsme", "ppmid")]


def test_every_device_joins_before_the_trial_begins(bench: Bench) -> None:
    trial = Trial(bench, *_quiet(bench), observe="1m")
    kinds = Counter(type(command) for command in trial.commands())
    assert kinds[BeaconRequest] == kinds[AssociationRequest] == kinds[AssociationResponse] == 3
    assert kinds[DataRequest] > 3, "three for their addresses, the rest of the sleepy gas meter"
    before = [event for event in trial.heard() if isinstance(event, Heard) and event.time < 0]
    established = Counter((event.source, event.destination) for event in before if event.cluster == 0x0800)
    hub = trial.address["hub"]
    assert established == {
        pair: 3 for role in ("esme", "gsme", "ppmid") for pair in ((trial.address[role], hub), (hub, trial.address[role]))
    }
    announced = Counter(event.source for event in before if event.cluster == 0x0013)
    assert announced == {trial.address[role]: 1 for role in ("esme", "gsme", "ppmid")}


def test_link_keys_are_what_key_establishment_came_to_and_no_install_code(bench: Bench) -> None:
    from comms_hub_sim.han.band import GHZ_2_4
    from comms_hub_sim.han.network import Network

    trial = Trial(bench, *_quiet(bench), observe="1m")
    network = Network(bytes(range(32)), GHZ_2_4)
    codes = {install_code_key(network.install_code(trial.address[role])) for role in ("esme", "gsme", "ppmid")}
    assert codes < set(trial.tape.keys)
    assert len(trial.tape.keys) == 1 + 3 + 3 + 1
    without = Follower([network.key(), *codes])
    told = [event for packet in trial.tape.at("han") for event in without.feed(packet.time, packet.psdu)]
    read = {event.cluster for event in told if isinstance(event, Heard)}
    assert read == {0x0013, 0x0800}, "smart energy clusters are under link keys of their own"


def test_single_frames_that_are_lost_are_mended_by_the_mac(bench: Bench) -> None:
    def repeats(share: str) -> int:
        trial = Trial(bench, *_quiet(bench, esme={"mac-loss": share}), stimuli=[("5m", "esme", "supply.cut", {"duration": "20s"})])
        assert trial.shown.codes("hub", "esme") == [0x8F35]
        octets = Counter(frame for frame in trial.frames(0) if len(frame) > 5)
        return sum(octets.values()) - len(octets)

    assert repeats("0 %") == 0
    assert repeats("10 %") > 5


def test_a_lost_attempt_is_four_frames_that_nobody_acknowledges_and_another_attempt(bench: Bench) -> None:
    stimuli = [
        ("2m", "esme", "han.loss", {"loss": "100 %", "for": "3s"}),
        ("2m", "esme", "command.send", {"off": ["0x8002"]}),
    ]
    trial = Trial(bench, *_quiet(bench), stimuli=stimuli)
    settled = [event for event in trial.heard() if isinstance(event, Settled) and event.attempts > 1]
    assert settled
    assert all(event.acknowledged for event in settled)
    lost = Counter(frame for frame in trial.frames(2 * MINUTE, 2 * MINUTE + 10 * SECOND) if len(frame) > 5)
    assert set(lost.values()) == {1, 4}


def test_an_acknowledgement_that_is_lost_costs_the_last_block_again(bench: Bench) -> None:
    stimuli = [
        ("20m", "esme", "supply.cut", {"duration": "20s"}),
        ("20m", "esme", "han.loss", {"acknowledgement-loss": "100 %", "for": "80s"}),
    ]
    trial = Trial(bench, *_quiet(bench), stimuli=stimuli)
    assert trial.shown.codes("han", "esme") == [0x8F35] * 4
    assert trial.shown.codes("hub", "esme") == [0x8F35]


def test_a_sleepy_meter_asks_before_it_is_sent_anything(bench: Bench) -> None:
    trial = Trial(bench, *_quiet(bench), stimuli=[("5m", "gsme", "command.send", {"off": ["0x8183"]})])
    short = {eui: address for (_, address), eui in _addresses(trial).items()}[trial.address["gsme"]]
    asked, sent = False, 0
    for frame in map(read_mac, trial.frames(0)):
        if frame.kind == COMMAND and frame.source == short:
            asked = True
        elif frame.kind == DATA and frame.destination == short:
            assert asked
            asked, sent = False, sent + 1
    assert sent > 10
    assert trial.shown.facts.messages[-1].message.cra == 2, "the meter has obeyed and answered"


def _addresses(trial: Trial) -> dict[tuple[int, int], str]:
    follower = Follower(trial.tape.keys)
    for packet in trial.tape.at("han"):
        follower.feed(packet.time, packet.psdu)
    return dict(follower.addresses)


def test_without_a_hub_nothing_is_on_the_air(bench: Bench) -> None:
    trial = Trial(bench, bench.device("esme"), bench.device("ppmid"))
    assert trial.tape.packets == []


def test_a_new_network_key_is_in_use_by_everybody_in_the_end(bench: Bench) -> None:
    trial = Trial(bench, *_quiet(bench), stimuli=[("10m", "hub", "han.key-update", {"switch-after": "20m"})], observe="3h")
    assert {sequence for _, sequence in trial.network_keys(0, 30 * MINUTE)} == {0}
    late = trial.network_keys(90 * MINUTE)
    assert {sequence for _, sequence in late} == {1}
    assert len(late) == 4


@pytest.mark.parametrize("role", ["esme", "gsme", "ppmid"])
def test_a_device_that_missed_new_keys_gets_the_newest_when_it_is_back(bench: Bench, role: str) -> None:
    updates = [(at, "hub", "han.key-update", {"switch-after": "1m"}) for at in ("12m", "20m", "28m")]
    stimuli = [("10m", role, "device.restart", {"duration": "30m"}), *updates]
    trial = Trial(bench, *_quiet(bench), stimuli=stimuli, observe="3h")
    assert {sequence for _, sequence in trial.network_keys(100 * MINUTE)} == {3}
    assert len(trial.network_keys(100 * MINUTE)) == 4


@pytest.mark.parametrize(("role", "duration"), [("esme", "10s"), ("gsme", "10s"), ("ppmid", "10s"), ("hub", "60s")])
def test_after_a_loss_of_power_devices_find_their_place_again(bench: Bench, role: str, duration: str) -> None:
    act = "hub.restart" if role == "hub" else "device.restart"
    trial = Trial(
        bench, *_quiet(bench), stimuli=[("20m", role, act, {"duration": duration}), ("80m", "esme", "supply.cut", {"duration": "5s"})]
    )
    commands = [nwk.open_nwk(frame.payload, _keys(trial)) for frame in map(read_mac, trial.frames(20 * MINUTE)) if frame.kind == DATA]
    rejoined = Counter(frame.source for frame in commands if frame.kind == nwk.COMMAND and frame.payload[0] == 6)
    short = {eui: address for (_, address), eui in _addresses(trial).items()}
    back = {"esme": ["esme"], "gsme": ["gsme"], "ppmid": ["ppmid"], "hub": ["gsme"]}[role]
    assert rejoined == Counter([short[trial.address[name]] for name in (*back, "esme")])
    assert trial.shown.codes("hub", "esme") == [0x8F35]


def _keys(trial: Trial) -> dict[int, object]:
    from harness.wire.zigbee.security import AesKey

    return {0: AesKey(trial.tape.secrets[0][1][:16])}


@pytest.mark.parametrize("role", ["esme", "gsme", "ppmid", "hub"])
def test_a_device_without_power_sends_nothing(bench: Bench, role: str) -> None:
    act = "hub.restart" if role == "hub" else "device.restart"
    stimuli = [
        ("18m", "hub", "han.key-update", {"switch-after": "5m"}),
        ("20m", role, act, {"duration": "40m"}),
        ("25m", "esme", "command.send", {"off": ["0x8002"]}),
        ("25m", "gsme", "command.send", {"off": ["0x8183"]}),
        ("30m", "hub", "han.key-update", {"switch-after": "5m"}),
        ("40m", "hub", "han.channel-change", {}),
    ]
    trial = Trial(bench, *_quiet(bench), stimuli=stimuli)
    sent = [frame.source for frame in map(read_mac, trial.frames(20 * MINUTE, 60 * MINUTE)) if frame.source is not None]
    dark = trial.address[role]
    short = {eui: address for (_, address), eui in _addresses(trial).items()}[dark]
    assert short not in sent
    assert sent
    assert short in [frame.source for frame in map(read_mac, trial.frames(60 * MINUTE))]


def test_interference_and_distance_cost_attempts_and_are_over_when_they_end(bench: Bench) -> None:
    def attempts(*stimuli: Stimulus) -> int:
        devices = [*_quiet(bench)[2:], bench.device("hub", QUIET_LINKS), bench.device("esme", QUIET_LINKS, known_emitter={"every": "5m"})]
        trial = Trial(bench, *devices, stimuli=stimuli)
        events = [event for event in trial.heard() if isinstance(event, Settled)]
        assert all(event.acknowledged for event in events if event.time > HOUR)
        return sum(event.attempts - 1 for event in events)

    assert attempts() == 0
    assert attempts(("5m", "hub", "han.interference", {"loss": "60 %", "for": "40m"})) > 5
    assert attempts(("5m", "esme", "han.attenuation", {"by": 60, "for": "40m"})) > 20


def test_a_channel_change_is_told_and_followed(bench: Bench) -> None:
    trial = Trial(bench, *_quiet(bench), stimuli=[("20m", "hub", "han.channel-change", {})])
    channels = [(packet.time - START >= 20 * MINUTE + SECOND, packet.octets[24]) for packet in trial.tape.at("han")]
    assert len({channel for late, channel in channels if not late} | {channel for late, channel in channels if late}) == 2
    assert len({channel for late, channel in channels if late}) == 1
    assert any(isinstance(event, Heard) and event.cluster == 0x0038 for event in trial.heard())


def test_the_band_is_the_hubs_and_slower_where_it_is_below_a_gigahertz(bench: Bench) -> None:
    def seen(band: str) -> tuple[int, int]:
        trial = Trial(bench, *_quiet(bench, hub={"band": band}), stimuli=[("20m", "esme", "supply.cut", {"duration": "20s"})])
        (sent,), (came,) = trial.shown.at("han", "esme"), trial.shown.at("hub", "esme")
        pages = {packet.octets[26] for packet in trial.tape.at("han")}
        assert pages == {BANDS[band].page}
        return came.at - sent.at, len(trial.frames())

    fast, slow = seen("2.4-ghz"), seen("868-mhz")
    assert 2 * fast[0] < slow[0] < 4 * fast[0]
    assert abs(fast[1] - slow[1]) < 100


def test_a_node_waits_once_its_hour_is_used_up() -> None:
    duty = DutyCycle(6 * SECOND)
    for minute in range(3):
        assert duty.ready(7, minute * MINUTE) == minute * MINUTE
        duty.spend(7, minute * MINUTE, 2 * SECOND)
    assert duty.ready(7, 3 * MINUTE) == 61 * MINUTE, "when the first of the three minutes is an hour old"
    assert duty.ready(8, 3 * MINUTE) == 3 * MINUTE, "another node has an hour of its own"
    duty.spend(7, 61 * MINUTE, SECOND)
    assert duty.ready(7, 61 * MINUTE) == 61 * MINUTE
