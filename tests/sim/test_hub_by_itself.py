"""A hub without kernel and medium: tunnels kept, messages passed up once and stored, answers to the sleeper."""

from __future__ import annotations

import pytest

from comms_hub_sim.behaviour import SETTINGS
from comms_hub_sim.credentials import PARTIES, Credentials
from comms_hub_sim.frames import TUNNEL_MESSAGE_PENDING, announcement, mirror_flags, summation_report
from comms_hub_sim.hub import Hub
from comms_hub_sim.ports import DEVICE_OBJECT, METERING, TUNNELING, Datagram, Northbound
from comms_hub_sim.speech import Voice
from comms_hub_sim.station import Station
from comms_hub_sim.tunnel import transfer
from harness.interfaces.setting import settle
from harness.vocab.identity import Eui64
from harness.vocab.time import MINUTE, SECOND, Epoch
from harness.wire.gbcs.alerts import read_alert
from harness.wire.tunnelling import (
    Bare,
    CloseTunnel,
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


class Desk:
    """A hub, and hands for the devices around it."""

    def __init__(self, **settings: object) -> None:
        self.credentials = Credentials(b"hub")
        for role in (*PARTIES, "hub", "gpf", "esme", "gsme"):
            self.credentials.enrol(role)
        of = self.credentials.of
        given = {name.replace("_", "-"): value for name, value in settings.items()}
        station = Station(of["hub"], settle(dict(SETTINGS["hub"]), given), Epoch.parse("2030-01-07T00:00:00Z"))
        voice = Voice("hub", self.credentials, b"hub")
        self.esme, self.gsme, self.gpf = of["esme"], of["gsme"], of["gpf"]
        self.meter = Voice("esme", self.credentials, b"hub")
        self.hub = Hub(station, voice, self.gpf, {self.esme: "esme", self.gsme: "gsme"})
        self.air: list[Datagram] = []
        self.up: list[Northbound] = []
        self.hub.start(0)

    def collect(self) -> None:
        for output in self.hub.outgoing():
            (self.air if isinstance(output, Datagram) else self.up).append(output)  # type: ignore[arg-type]

    def hand(self, source: Eui64, octets: bytes, cluster: int = TUNNELING, destination: Eui64 | None = None) -> None:
        self.hub.receive(Datagram(source, destination or self.hub.addresses[0], cluster, octets), SECOND)
        self.collect()

    def announce(self) -> None:
        self.hand(self.esme, announcement(1, self.esme), DEVICE_OBJECT)

    def grant(self, tunnel: int = 4, status: int = 0) -> None:
        self.hand(self.esme, _frame(RequestTunnelResponse(tunnel=tunnel, status=status)))

    def say(self, octets: bytes) -> None:
        self.hand(self.esme, transfer(1, 4, Bare(octets), from_client=False))

    def commands(self) -> list[object]:
        return [read_frame(datagram.octets).command for datagram in self.air if datagram.cluster == TUNNELING]

    def check(self) -> None:
        due = self.hub.next_timer()
        assert due is not None
        self.hub.handle_timer(due)
        self.collect()


def _frame(command: RequestTunnelResponse | RequestTunnel) -> bytes:
    return write_frame(TunnelFrame(sequence=1, command=command, default_response=False))


def test_a_device_that_announces_itself_is_asked_for_a_tunnel_and_not_again_once_it_granted() -> None:
    desk = Desk()
    desk.check()
    assert desk.commands() == []
    desk.announce()
    desk.check()
    assert desk.commands() == [RequestTunnel(), RequestTunnel()], "unanswered, so the check asks again"
    desk.grant()
    desk.check()
    assert len(desk.commands()) == 2


@pytest.mark.parametrize(("policy", "first"), [("ask-again", RequestTunnel()), ("close-first", CloseTunnel(tunnel=4))])
def test_after_a_restart_the_policy_decides_whether_a_tunnel_is_closed_first(policy: str, first: object) -> None:
    desk = Desk(tunnel_policy=policy)
    desk.announce()
    desk.grant()
    desk.air.clear()
    desk.hub.restart(MINUTE, MINUTE)
    assert not desk.hub.hears(2 * MINUTE - 1)
    assert desk.hub.next_timer() == 2 * MINUTE
    desk.check()
    assert desk.commands() == [first]
    desk.hub.confirm(desk.air[-1], True, 3 * MINUTE)
    desk.collect()
    assert desk.commands()[-1] == RequestTunnel()
    desk.grant(status=2)
    desk.check()
    assert desk.commands()[-1] == RequestTunnel(), "refused, so the check asks again"


def test_a_message_is_passed_up_to_the_party_it_is_for_whatever_the_tunnels_number() -> None:
    desk = Desk()
    spoken = desk.meter.alert(0x8002, 100)
    desk.hand(desk.esme, transfer(1, 99, Bare(spoken.octets), from_client=False))
    desk.hand(desk.gsme, transfer(1, 99, Put(spoken.octets), from_client=True))
    assert [(message.octets, message.recipient) for message in desk.up] == [(spoken.octets, desk.credentials.of["network-operator"])] * 2


def test_a_stranger_is_not_heard() -> None:
    desk = Desk()
    stranger = Eui64("02a5e7ffffffffff")
    desk.hand(stranger, transfer(1, 4, Bare(desk.meter.alert(0x8002, 100).octets), from_client=False))
    desk.hand(stranger, announcement(1, stranger), DEVICE_OBJECT)
    assert (desk.up, desk.air) == ([], [])


def test_the_cache_keeps_copies_from_the_wan_until_it_is_full_or_the_hub_restarts() -> None:
    desk = Desk(duplicate_cache=2)
    messages = [desk.meter.alert(0x8002, second).octets for second in range(3)]
    for octets in (messages[0], messages[0], messages[1], messages[0]):
        desk.say(octets)
    assert [message.octets for message in desk.up] == messages[:2]
    desk.say(messages[2])
    desk.say(messages[0])
    assert [message.octets for message in desk.up] == [*messages, messages[0]], "two newer ones drove it out"
    desk.hub.restart(MINUTE, SECOND)
    desk.say(messages[0])
    assert len(desk.up) == 5


def test_without_a_cache_every_copy_goes_up() -> None:
    desk = Desk()
    octets = desk.meter.alert(0x8002, 0).octets
    for _ in range(3):
        desk.say(octets)
    assert [message.octets for message in desk.up] == [octets] * 3


def test_what_comes_up_while_the_wan_is_away_is_stored_through_a_restart_and_forwarded_in_order() -> None:
    desk = Desk()
    desk.hub.wan_changed(False, 0)
    messages = [desk.meter.alert(0x8002, second).octets for second in range(4)]
    for octets in messages[:2]:
        desk.say(octets)
    desk.hub.restart(MINUTE, MINUTE)
    desk.hub.wan_changed(True, MINUTE + SECOND)
    desk.collect()
    assert desk.up == [], "the hub has no power"
    desk.check()
    desk.say(messages[2])
    assert [message.octets for message in desk.up] == messages[:3]


def test_a_message_for_a_meter_waits_for_its_tunnel() -> None:
    desk = Desk()
    desk.announce()
    desk.hub.from_wan(b"\xdf\x01", desk.esme)
    desk.collect()
    assert desk.commands() == [RequestTunnel()]
    desk.grant(tunnel=9)
    assert desk.commands()[-1] == TransferData(tunnel=9, data=b"\xdf\x01")


def test_the_gas_meter_gets_its_messages_one_by_one_with_the_number_that_waits() -> None:
    desk = Desk()
    for octet in (1, 2):
        desk.hub.from_wan(bytes([0xDF, octet]), desk.gsme)
    desk.hand(desk.gsme, summation_report(3, 1000), METERING, desk.gpf)
    assert mirror_flags(desk.air[-1].octets) == TUNNEL_MESSAGE_PENDING
    assert desk.air[-1].source == desk.gpf
    answers = []
    for _ in range(3):
        desk.hand(desk.gsme, transfer(1, 4, Get(), from_client=True))
        command = desk.commands()[-1]
        assert isinstance(command, TransferData)
        answers.append(read_data(command.data))
    assert answers == [GetResponse(1, b"\xdf\x01"), GetResponse(0, b"\xdf\x02"), GetResponse(0, b"")]
    desk.hand(desk.gsme, summation_report(4, 1000), METERING, desk.gpf)
    assert mirror_flags(desk.air[-1].octets) == 0


def test_the_gas_meters_own_tunnel_is_served_and_closed() -> None:
    desk = Desk()
    desk.hand(desk.gsme, _frame(RequestTunnel()))
    assert desk.commands()[-1] == RequestTunnelResponse(tunnel=0)
    desk.hand(desk.gsme, _frame(RequestTunnel()))
    assert desk.commands()[-1] == RequestTunnelResponse(tunnel=0)
    desk.hand(desk.gsme, write_frame(TunnelFrame(sequence=1, command=CloseTunnel(tunnel=0), default_response=True)))
    desk.hand(desk.gsme, _frame(RequestTunnel()))
    assert desk.commands()[-1] == RequestTunnelResponse(tunnel=1)


def test_the_hubs_own_alerts_go_to_the_access_control_broker() -> None:
    desk = Desk()
    desk.hub.raise_alert(0x8F3E, MINUTE)
    desk.hub.resend(0x8F3E, MINUTE)
    desk.hub.resend(0x8F12, MINUTE)
    desk.collect()
    first, copy = desk.up
    assert first == copy
    alert = read_alert(first.octets)
    assert (alert.originator, alert.target, alert.critical) == (desk.credentials.of["hub"], desk.credentials.of["acb"], True)
