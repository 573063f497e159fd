"""A gas meter: it sleeps, wakes, puts and gets; its alerts reach the WAN through the hub."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from comms_hub_sim.behaviour import SETTINGS
from comms_hub_sim.commands import USE_CASES, build_command, event_configuration
from comms_hub_sim.credentials import PARTIES, Credentials
from comms_hub_sim.frames import TUNNEL_MESSAGE_PENDING, mirror_answer, mirror_flags
from comms_hub_sim.gsme import Gsme
from comms_hub_sim.ports import METERING, TUNNELING, Datagram
from comms_hub_sim.speech import Voice
from comms_hub_sim.station import Station
from comms_hub_sim.tunnel import message_in, transfer
from harness.interfaces.setting import settle
from harness.vocab.seed import Chance
from harness.vocab.time import HOUR, MINUTE, SECOND, Epoch
from harness.wire.gbcs.alerts import read_alert
from harness.wire.tunnelling import (
    Get,
    GetResponse,
    Put,
    RequestTunnel,
    RequestTunnelResponse,
    TransferData,
    TunnelFrame,
    read_data,
    read_frame,
    write_frame,
)

if TYPE_CHECKING:
    from conftest import Bench

EPOCH = Epoch.parse("2030-01-07T00:00:00Z")


class Sleeper:
    """A gas meter with a hand on its timers and on its hub."""

    def __init__(self) -> None:
        self.credentials = Credentials(b"gsme")
        for role in (*PARTIES, "hub", "gpf", "gsme"):
            self.credentials.enrol(role)
        self.station = Station(self.credentials.of["gsme"], settle(dict(SETTINGS["gsme"]), {}), EPOCH)
        self.voice = Voice("gsme", self.credentials, b"gsme")
        self.hub, self.gpf = self.credentials.of["hub"], self.credentials.of["gpf"]
        self.gsme = Gsme(self.station, self.voice, self.hub, self.gpf, Chance(b"gsme"))
        self.sent: list[Datagram] = []
        self.gsme.start(0)
        self.collect(0)
        self.hand(TUNNELING, write_frame(TunnelFrame(sequence=1, command=RequestTunnelResponse(tunnel=5), default_response=False)), SECOND)

    def collect(self, now: int) -> None:
        """Take what was sent, and let the radio confirm it."""
        sent = [output for output in self.gsme.outgoing() if isinstance(output, Datagram)]
        self.sent += sent
        for datagram in sent:
            self.gsme.confirm(datagram, True, now)

    def hand(self, cluster: int, octets: bytes, now: int) -> None:
        source = self.gpf if cluster == METERING else self.hub
        self.gsme.receive(Datagram(source, self.station.address, cluster, octets), now)
        self.collect(now)

    def wake(self) -> int:
        now = self.gsme.next_timer()
        assert now is not None
        self.gsme.handle_timer(now)
        self.collect(now)
        return now

    def put(self) -> list[bytes]:
        """Messages that were put into the tunnel."""
        return [message for d in self.sent if d.cluster == TUNNELING if (message := message_in(d.octets))]


def test_it_asks_for_a_tunnel_then_sleeps_and_wakes_every_half_hour() -> None:
    sleeper = Sleeper()
    assert read_frame(sleeper.sent[0].octets).command == RequestTunnel()
    assert not sleeper.gsme.hears(5 * SECOND)
    wakes = [sleeper.wake() for _ in range(4)]
    assert [later - sooner for sooner, later in itertools.pairwise(wakes)] == [30 * MINUTE] * 3
    assert wakes[0] < 30 * MINUTE
    assert sleeper.gsme.hears(wakes[-1] + SECOND)
    assert not sleeper.gsme.hears(wakes[-1] + 3 * SECOND)
    reports = [datagram for datagram in sleeper.sent if datagram.cluster == METERING]
    assert [datagram.destination for datagram in reports] == [sleeper.gpf] * 4


def test_an_alert_waits_for_the_next_wake_up_and_bears_the_time_of_its_event() -> None:
    sleeper = Sleeper()
    sleeper.gsme.raise_alert(0x8183, MINUTE)
    sleeper.collect(MINUTE)
    assert sleeper.put() == []
    sleeper.wake()
    (message,) = sleeper.put()
    alert = read_alert(message)
    assert (alert.code, alert.event_seconds, alert.critical) == (0x8183, EPOCH.seconds + 60, False)
    assert isinstance(read_data(_data(sleeper.sent[-1])), Put)


def test_while_something_is_on_the_air_it_stays_awake() -> None:
    sleeper = Sleeper()
    sleeper.gsme.raise_alert(0x8183, MINUTE)
    now = sleeper.gsme.next_timer() or 0
    sleeper.gsme.handle_timer(now)
    on_air = [output for output in sleeper.gsme.outgoing() if isinstance(output, Datagram)]
    assert len(on_air) == 2
    assert sleeper.gsme.hears(now + MINUTE)
    for datagram in on_air:
        sleeper.gsme.confirm(datagram, False, now + MINUTE)
    assert not sleeper.gsme.hears(now + MINUTE + 3 * SECOND)


def test_a_flag_of_the_mirror_makes_it_get_what_waits_and_the_rest() -> None:
    sleeper = Sleeper()
    now = sleeper.wake()
    sleeper.hand(METERING, mirror_answer(1, 0), now)
    assert not [d for d in sleeper.sent if d.cluster == TUNNELING and _is_get(d)]
    sleeper.hand(METERING, mirror_answer(1, TUNNEL_MESSAGE_PENDING), now)
    assert len([d for d in sleeper.sent if d.cluster == TUNNELING and _is_get(d)]) == 1
    for waiting in (1, 0):
        payload = event_configuration(((0x03, (0x8183,)), (0x0B, (0x81A1, 0x81A2))), 1)
        command = build_command(USE_CASES["gcs20"], sleeper.station.address, 1, payload, sleeper.credentials)
        sleeper.hand(TUNNELING, transfer(1, 5, GetResponse(waiting, command), from_client=False), now)
    assert len([d for d in sleeper.sent if d.cluster == TUNNELING and _is_get(d)]) == 2
    assert len(sleeper.put()) == 2, "each command is answered"
    sleeper.gsme.raise_alert(0x8183, now)
    sleeper.collect(now)
    assert len(sleeper.put()) == 2, "the code no longer goes to the WAN"
    assert sleeper.gsme.logs.read()["event"][-1] == (EPOCH.seconds + now // SECOND, 0x8183)


def test_the_mirrors_answer_says_what_it_was_given_and_other_frames_say_nothing() -> None:
    assert mirror_flags(mirror_answer(3, TUNNEL_MESSAGE_PENDING)) == 1 << 21
    assert mirror_flags(b"\x18\x03\x0a") is None
    assert mirror_flags(b"\x18" + mirror_answer(3, 0)[1:]) is None


def test_after_a_restart_it_asks_for_a_tunnel_again_and_keeps_what_it_had_to_say() -> None:
    sleeper = Sleeper()
    sleeper.gsme.raise_alert(0x8183, MINUTE)
    sleeper.gsme.restart(MINUTE, 10 * SECOND)
    assert sleeper.wake() == MINUTE + 10 * SECOND
    assert read_frame(sleeper.sent[-1].octets).command == RequestTunnel()
    assert sleeper.put() == []
    sleeper.hand(
        TUNNELING, write_frame(TunnelFrame(sequence=1, command=RequestTunnelResponse(tunnel=6), default_response=False)), 2 * MINUTE
    )
    assert len(sleeper.put()) == 1


def _data(datagram: Datagram) -> bytes:
    command = read_frame(datagram.octets).command
    assert isinstance(command, TransferData)
    return command.data


def _is_get(datagram: Datagram) -> bool:
    command = read_frame(datagram.octets).command
    return isinstance(command, TransferData) and command.data[:1] == b"\x01" and isinstance(read_data(command.data), Get)


def test_its_alerts_arrive_at_the_user_through_the_hub(bench: Bench) -> None:
    shown = bench.run(bench.order(observe="24h30m"))
    gas = [sighting for tap in ("han", "hub", "wan", "dsp", "user") for sighting in shown.at(tap, "gsme")]
    assert {sighting.tap for sighting in gas} == {"han", "hub", "wan", "dsp", "user"}
    assert {(sighting.alert.code, sighting.alert.message_code) for sighting in gas} == {(0x8F0A, 0x008B)}
    event = shown.facts.event_instant(gas[0])
    assert event == 24 * HOUR
    assert 0 < min(sighting.at for sighting in gas) - event <= 30 * MINUTE + MINUTE


def test_a_command_reaches_the_gas_meter_at_its_next_wake_up(bench: Bench) -> None:
    stimuli = [("10m", "gsme", "command.send", {"off": ["0x8183"]})]
    shown = bench.run(bench.order(stimuli=stimuli))
    settings = [record for record in shown.journal if record.get("item") == "event-configuration"]
    assert [record["codes"]["0x8183"] for record in settings] == ["0x0B", "0x03"]
    assert 10 * MINUTE < settings[1]["at"] <= 41 * MINUTE
    answers = [message for message in shown.facts.messages if message.message.cra == 2]
    assert [message.tap for message in answers] == ["han", "hub", "wan", "dsp", "user"]
