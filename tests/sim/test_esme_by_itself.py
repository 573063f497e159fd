"""An electricity meter without kernel and medium: datagrams and instants in, datagrams out."""

from __future__ import annotations

import pytest

from comms_hub_sim.behaviour import SETTINGS
from comms_hub_sim.commands import USE_CASES, build_command, voltage_thresholds, wan_alerts
from comms_hub_sim.credentials import PARTIES, Credentials
from comms_hub_sim.esme import Esme
from comms_hub_sim.frames import is_announcement, read_request
from comms_hub_sim.ports import DEVICE_OBJECT, METERING, TUNNELING, Configured, Datagram
from comms_hub_sim.speech import Voice
from comms_hub_sim.station import Station
from comms_hub_sim.tunnel import message_in, transfer, tunnel_request
from harness.interfaces.setting import settle
from harness.vocab.alert import Alert
from harness.vocab.time import DAY, HOUR, MINUTE, SECOND, Epoch
from harness.wire.gbcs.alerts import read_alert
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.outer import decode_message
from harness.wire.tunnelling import Bare, CloseTunnel, RequestTunnelResponse, TunnelFrame, read_frame, write_frame

EPOCH = Epoch.parse("2030-01-07T00:00:00Z")


class Meter:
    """A meter with a hand on its timers and on its hub's side of the tunnel."""

    def __init__(self, **settings: object) -> None:
        self.credentials = Credentials(b"esme")
        for role in (*PARTIES, "hub", "esme"):
            self.credentials.enrol(role)
        given = {name.replace("_", "-"): value for name, value in settings.items()}
        self.station = Station(self.credentials.of["esme"], settle(dict(SETTINGS["esme"]), given), EPOCH)
        self.voice = Voice("esme", self.credentials, b"esme")
        self.hub = self.credentials.of["hub"]
        self.esme = Esme(self.station, self.voice, self.hub)
        self.configured: list[Configured] = []
        self.sent: list[Datagram] = []
        self.esme.start(0)
        self._collect()

    def _collect(self) -> None:
        for output in self.esme.outgoing():
            (self.configured if isinstance(output, Configured) else self.sent).append(output)  # type: ignore[arg-type]

    def hand(self, octets: bytes, now: int, cluster: int = TUNNELING) -> None:
        self.esme.receive(Datagram(self.hub, self.station.address, cluster, octets), now)
        self._collect()

    def open_tunnel(self, now: int = 0) -> None:
        self.hand(tunnel_request(1), now)

    def until(self, instant: int) -> None:
        """Carry out every timer that is due by an instant."""
        while (due := self.esme.next_timer()) is not None and due <= instant:
            self.esme.handle_timer(due)
            self._collect()

    def alerts(self) -> list[Alert]:
        messages = [message_in(datagram.octets) for datagram in self.sent if datagram.cluster == TUNNELING]
        return [read_alert(message) for message in messages if message and decode_message(message).cra == 3]

    def codes(self) -> list[int]:
        return [alert.code for alert in self.alerts()]


def _period(meter: Meter, number: int, millivolts: int) -> None:
    """Measure one averaging period of ten minutes and close it."""
    for minute in range(10):
        meter.esme.measure(millivolts, number * 10 * MINUTE + (minute + 1) * MINUTE)
    meter.esme.handle_timer((number + 1) * 10 * MINUTE)
    meter._collect()


def test_a_meter_announces_itself_ever_more_rarely_until_there_is_a_tunnel() -> None:
    meter = Meter()
    meter.until(4 * HOUR)
    announced = [datagram for datagram in meter.sent if datagram.cluster == DEVICE_OBJECT]
    assert 8 <= len(announced) <= 13
    assert all(is_announcement(datagram.octets) and datagram.destination == meter.hub for datagram in announced)
    meter.open_tunnel(4 * HOUR)
    before = len(meter.sent)
    meter.until(8 * HOUR)
    assert [datagram.cluster for datagram in meter.sent[before:]] == []


def test_messages_wait_for_the_tunnel_and_then_go_in_order() -> None:
    meter = Meter()
    _period(meter, 0, 254_000)
    _period(meter, 1, 240_000)
    assert meter.codes() == []
    meter.open_tunnel(25 * MINUTE)
    assert meter.codes() == [0x8002, 0x8085]
    assert [alert.event_seconds for alert in meter.alerts()] == [EPOCH.seconds + 600, EPOCH.seconds + 1200]


def test_alerts_count_up_and_go_to_the_party_that_the_catalogue_names() -> None:
    meter = Meter()
    meter.open_tunnel()
    for code in (0x8002, 0x81BA, 0x8F3E, 0x8F35):
        meter.esme.raise_alert(code, SECOND)
    meter._collect()
    alerts = meter.alerts()
    assert [alert.counter - alerts[0].counter for alert in alerts] == [0, 1, 2, 3]
    assert [alert.critical for alert in alerts] == [False, False, True, True]
    of = {address: role for role, address in meter.credentials.of.items()}
    assert [of[alert.target] for alert in alerts] == ["network-operator", "supplier", "supplier", "network-operator"]


@pytest.mark.parametrize(("duration", "code"), [(SECOND, 0x8F35), (3 * MINUTE - SECOND, 0x8F35), (3 * MINUTE, 0x8F36), (HOUR, 0x8F36)])
def test_the_end_of_an_outage_is_reported_by_how_long_it_was(duration: int, code: int) -> None:
    meter = Meter()
    meter.open_tunnel()
    counter = meter.voice.counter
    meter.esme.lose_supply(MINUTE, duration)
    assert not meter.esme.hears(MINUTE + duration - 1)
    assert meter.esme.next_timer() == MINUTE + duration
    meter.until(MINUTE + duration + SECOND)
    assert meter.codes() == [], "the tunnel is gone with the power"
    meter.open_tunnel(MINUTE + duration + SECOND)
    (alert,) = meter.alerts()
    times = [CosemDateTime.from_seconds(EPOCH.seconds + (MINUTE + extra) // SECOND).encode() for extra in (0, duration)]
    assert (alert.code, alert.message_code, alert.critical, alert.counter) == (code, 0x0067, True, counter)
    assert alert.body == b"".join(b"\x09\x0c" + time for time in times)
    assert [entry for _, entry in meter.esme.logs.read()["power-event"]] == [0x8F57, code]


def test_counters_logs_and_settings_outlive_a_restart_and_the_running_average_does_not() -> None:
    meter = Meter()
    meter.open_tunnel()
    _period(meter, 0, 254_000)
    first = meter.alerts()[0]
    for minute in range(5):
        meter.esme.measure(240_000, 10 * MINUTE + (minute + 1) * MINUTE)
    meter.esme.restart(15 * MINUTE, 10 * SECOND)
    meter.until(30 * MINUTE)
    meter.open_tunnel(30 * MINUTE)
    assert meter.codes() == [0x8002], "the period with the restart in it decides nothing"
    _period(meter, 3, 240_000)
    assert meter.alerts()[-1].counter == first.counter + 1
    assert [code for _, code in meter.esme.logs.read()["power-event"]] == [0x8002, 0x8085]


def test_logs_are_circular_so_a_storm_overwrites_its_own_beginning() -> None:
    meter = Meter(log_entries=5)
    for number in range(9):
        meter.esme.raise_alert(0x8002, number * SECOND)
    assert [seconds - EPOCH.seconds for seconds, _ in meter.esme.logs.read()["power-event"]] == [4, 5, 6, 7, 8]


def test_a_code_that_is_switched_off_is_neither_sent_nor_logged() -> None:
    meter = Meter(codes_off=["0x8002", "0x81BA"])
    meter.open_tunnel()
    for code in (0x8002, 0x81BA, 0x8085):
        meter.esme.raise_alert(code, SECOND)
    meter._collect()
    assert meter.codes() == [0x8085]
    assert {name: [code for _, code in log] for name, log in meter.esme.logs.read().items()} == {
        "power-event": [0x8085],
        "event": [],
        "security": [],
    }
    masks = {entry.members["scope"]: int(str(entry.members["wan"]), 16) for entry in meter.configured if entry.item == "alert-behaviour"}
    assert masks["network-operator"] == (1 << 256) - 1 - (1 << 0x02)
    assert masks["supplier"] == (1 << 256) - 1 - (1 << 0xBA)


def test_a_second_tunnel_is_granted_or_refused_as_the_meter_is_set() -> None:
    for policy, statuses, codes in (("accept", [0, 0], []), ("refuse", [0, 2], [0x81BA])):
        meter = Meter(tunnel_while_open=policy)
        meter.open_tunnel()
        meter.open_tunnel(MINUTE)
        answers = [read_frame(datagram.octets).command for datagram in meter.sent if datagram.cluster == TUNNELING]
        assert [answer.status for answer in answers if isinstance(answer, RequestTunnelResponse)] == statuses
        assert meter.codes() == codes


def test_closing_a_tunnel_that_is_not_there_is_refused_and_told_of() -> None:
    meter = Meter()
    meter.open_tunnel()
    for tunnel in (7, 0):
        meter.hand(write_frame(TunnelFrame(sequence=1, command=CloseTunnel(tunnel=tunnel), default_response=True)), MINUTE)
    assert meter.codes() == [0x81A4], "the first is refused, the second closes"
    meter.open_tunnel(2 * MINUTE)
    assert read_frame(meter.sent[-1].octets).command == RequestTunnelResponse(tunnel=1)


def test_what_the_radio_gave_up_is_reported_inside_the_meter_only() -> None:
    meter, heard = Meter(), []
    meter.station.on("unacknowledged", lambda now, facts: heard.append((now, dict(facts))))
    meter.open_tunnel()
    meter.esme.raise_alert(0x8002, SECOND)
    meter._collect()
    message = meter.sent[-1]
    meter.esme.confirm(message, True, 2 * SECOND)
    meter.esme.confirm(message, False, 8 * SECOND)
    meter.esme.confirm(meter.sent[0], False, 9 * SECOND)
    assert heard == [(8 * SECOND, {"code": 0x8002, "counter": meter.alerts()[0].counter})]
    assert meter.sent[-1] is message


def test_a_message_is_sent_again_octet_for_octet() -> None:
    meter = Meter()
    meter.open_tunnel()
    meter.esme.resend(0x8002, SECOND)
    meter.esme.raise_alert(0x8002, SECOND)
    meter.esme.raise_alert(0x8085, 2 * SECOND)
    meter.esme.resend(0x8002, 3 * SECOND)
    meter._collect()
    assert meter.codes() == [0x8002, 0x8085, 0x8002]
    assert meter.alerts()[0].octets == meter.alerts()[2].octets


def test_a_billing_entry_is_written_at_midnight_of_the_meters_own_clock() -> None:
    meter = Meter()
    meter.open_tunnel()
    meter.esme.step_clock(30 * SECOND, HOUR)
    meter._collect()
    meter.until(2 * DAY)
    assert meter.codes() == [0x8F0A, 0x8F0A]
    assert [alert.event_seconds for alert in meter.alerts()] == [EPOCH.seconds + 86_400, EPOCH.seconds + 2 * 86_400]
    due = [entry.members for entry in meter.configured if entry.item == "billing"]
    assert due == [{"first": DAY, "every": DAY}, {"first": DAY - 30 * SECOND, "every": DAY}]


def test_a_reading_is_answered_with_the_register() -> None:
    meter = Meter()
    meter.hand(read_request(9), HOUR, METERING)
    answer = meter.sent[-1]
    assert (answer.cluster, answer.octets[:4], len(answer.octets)) == (METERING, b"\x18\x09\x01\x00", 13)


def _command(meter: Meter, name: str, payload: bytes, counter: int = 1) -> bytes:
    return build_command(USE_CASES[name], meter.station.address, counter, payload, meter.credentials)


def _send(meter: Meter, command: bytes, now: int) -> None:
    meter.hand(transfer(3, 0, Bare(command), from_client=True), now)


def test_a_command_switches_a_code_off_and_on_and_is_answered() -> None:
    meter = Meter()
    meter.open_tunnel()
    _send(meter, _command(meter, "ecs25b", wan_alerts("network-operator", (), (0x8002,), 1)), MINUTE)
    meter.esme.raise_alert(0x8002, 2 * MINUTE)
    _send(meter, _command(meter, "ecs25b", wan_alerts("network-operator", (0x8002,), (), 2), 2), 3 * MINUTE)
    meter.esme.raise_alert(0x8002, 4 * MINUTE)
    meter._collect()
    assert meter.codes() == [0x8002]
    masks = [int(str(e.members["wan"]), 16) >> 2 & 1 for e in meter.configured if e.members.get("scope") == "network-operator"]
    assert masks == [1, 0, 1]
    answers = [decode_message(message_in(d.octets) or b"") for d in meter.sent if d.cluster == TUNNELING and message_in(d.octets)]
    assert [(a.counter, a.message_code, a.target) for a in answers if a.cra == 2] == [
        (counter, 0x00B0, meter.credentials.of["network-operator"]) for counter in (1, 2)
    ]


def test_a_command_sets_thresholds_and_period_and_the_running_period_decides_nothing() -> None:
    meter = Meter()
    meter.open_tunnel()
    meter.esme.measure(250_000, MINUTE)
    _send(meter, _command(meter, "ecs29c", voltage_thresholds(245_000, 210_000, 5 * MINUTE, 1)), 2 * MINUTE)
    meter.until(5 * MINUTE)
    assert meter.codes() == []
    for minute in range(5, 10):
        meter.esme.measure(250_000, (minute + 1) * MINUTE)
    meter.until(10 * MINUTE)
    assert meter.codes() == [0x8002]
    told = [entry.members for entry in meter.configured if entry.item == "average-voltage"]
    assert told[-1] == {"over": 245_000, "under": 210_000, "period": 5 * MINUTE}


def test_a_command_with_another_mac_or_for_another_device_is_not_obeyed() -> None:
    meter = Meter()
    meter.open_tunnel()
    payload = wan_alerts("network-operator", (), (0x8002,), 1)
    good = _command(meter, "ecs25b", payload)
    other = build_command(USE_CASES["ecs25b"], meter.hub, 1, payload, meter.credentials)
    before = len(meter.sent)
    for octets in (good[:-1] + bytes([good[-1] ^ 1]), other, b"\xdd" + bytes(40)):
        _send(meter, octets, MINUTE)
    assert len(meter.sent) == before
    assert len([entry for entry in meter.configured if entry.item == "alert-behaviour"]) == 2
