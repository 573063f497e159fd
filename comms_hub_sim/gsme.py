"""A gas meter: asleep but for a short while every half hour, when it delivers and fetches messages.

A wake-up is: report the register to the mirror in the GPF; put what waits into the tunnel to the CHF; where
the mirror's flags say that a message waits, get it, and the next while there are more.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from comms_hub_sim.alerting import EventConfiguration
from comms_hub_sim.behaviour import codes, number
from comms_hub_sim.billing import BillingCalendar
from comms_hub_sim.commands import EventOctet
from comms_hub_sim.eventlog import EventLogs
from comms_hub_sim.frames import TUNNEL_MESSAGE_PENDING, mirror_flags, summation_report
from comms_hub_sim.ports import METERING, TUNNELING
from comms_hub_sim.speech import BILLING, alert_in, log_of
from comms_hub_sim.tunnel import message_in, transfer, tunnel_request
from harness.wire.tunnelling import Get, GetResponse, Put, RequestTunnelResponse, TransferData, read_data, read_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comms_hub_sim.ports import Datagram, Output
    from comms_hub_sim.speech import Spoken, Voice
    from comms_hub_sim.station import Station
    from harness.vocab.identity import Eui64
    from harness.vocab.seed import Chance

__all__ = ["Gsme"]

_SECONDS_PER_LITRE: Final = 20
"""Gas drawn on average [assumed], so that the register moves."""


class Gsme:
    """One gas meter behind one hub; CHF and GPF are two addresses of that hub."""

    __slots__ = (
        "_awake_until",
        "_behaviour",
        "_billing",
        "_gpf",
        "_hub",
        "_in_flight",
        "_logs",
        "_phase",
        "_sent",
        "_station",
        "_tunnel",
        "_voice",
        "_waiting",
    )

    def __init__(self, station: Station, voice: Voice, hub: Eui64, gpf: Eui64, chance: Chance) -> None:
        self._station = station
        self._voice = voice
        self._hub = hub
        self._gpf = gpf
        self._phase = chance.below(number(station.settings, "wake-interval"))
        self._behaviour = EventConfiguration(codes(station.settings, "codes-off"))
        self._billing = BillingCalendar(station, self._bill)
        self._logs = EventLogs(number(station.settings, "log-entries"))
        self._waiting: deque[bytes] = deque()
        self._sent: dict[int, Spoken] = {}
        self._tunnel: int | None = None
        self._awake_until = 0
        self._in_flight = 0

    @property
    def addresses(self) -> Sequence[Eui64]:
        """The meter's EUI-64."""
        return (self._station.address,)

    @property
    def logs(self) -> EventLogs:
        """The event logs, to be read back."""
        return self._logs

    def start(self, now: int) -> None:
        """Say what the meter is set to, open a tunnel while the installer is there, then sleep."""
        self._station.emit(self._behaviour.configured(self._station.address))
        self._billing.plan(now)
        self._begin(now)

    def hears(self, now: int) -> bool:
        """Whether the receiver is on: awake, or with something of its own on the air."""
        return self._station.is_on(now) and (now <= self._awake_until or self._in_flight > 0)

    def next_timer(self) -> int | None:
        """Return the instant of the next timer."""
        return self._station.agenda.next()

    def handle_timer(self, now: int) -> None:
        """Wake up, write billing entries."""
        self._station.agenda.run(now)

    def outgoing(self) -> Sequence[Output]:
        """Take away what is to be sent."""
        return self._station.outgoing()

    def receive(self, datagram: Datagram, now: int) -> None:
        """Take the mirror's flags, or a frame of the tunnel."""
        self._stay_awake(now)
        if datagram.cluster == METERING:
            flags = mirror_flags(datagram.octets)
            if flags is not None and flags & TUNNEL_MESSAGE_PENDING:
                self._get()
        elif datagram.cluster == TUNNELING:
            self._tunnel_frame(datagram, now)

    def confirm(self, datagram: Datagram, acknowledged: bool, now: int) -> None:
        """Count down what is on the air; report inside the meter what the radio gave up."""
        self._in_flight -= 1
        self._stay_awake(now)
        if acknowledged or datagram.cluster != TUNNELING:
            return
        message = message_in(datagram.octets)
        alert = alert_in(message) if message else None
        if alert is not None:
            self._station.report("unacknowledged", now, code=alert.code, counter=alert.counter)

    def restart(self, now: int, duration: int) -> None:
        """Lose power for ``duration``: the tunnel is gone, counters, logs, settings and messages stay."""
        self._tunnel = None
        self._in_flight = 0
        self._awake_until = now
        self._station.agenda.at(self._station.switch_off(now + duration), self._begin_again)

    def step_clock(self, by: int, now: int) -> None:
        """Set the clock forward, and the next billing entry by it."""
        self._station.step_clock(by)
        if self._station.is_on(now):
            self._billing.plan(now)

    def raise_alert(self, code: int, now: int, body: bytes = b"") -> None:
        """Log the code and keep its alert for the next wake-up, as the meter's settings and the code demand."""
        self._note(code, now)
        if self._behaviour.asks(code, "wan"):
            self._keep(self._voice.alert(code, self._station.seconds(now), body), now)

    def resend(self, code: int, now: int) -> None:
        """Send the last message of this code again, octet for octet."""
        if code in self._sent:
            self._waiting.append(self._sent[code].octets)
            self._put_all(now)

    def _note(self, code: int, now: int) -> None:
        log = log_of(code)
        if log is not None and self._behaviour.asks(code, "log"):
            self._logs.add(log, self._station.seconds(now), code)

    def _keep(self, spoken: Spoken, now: int) -> None:
        self._sent[spoken.code] = spoken
        self._waiting.append(spoken.octets)
        if now <= self._awake_until:
            self._put_all(now)

    def _begin_again(self, now: int) -> None:
        self._billing.plan(now)
        self._begin(now)

    def _begin(self, now: int) -> None:
        interval = number(self._station.settings, "wake-interval")
        self._station.agenda.at(now + (self._phase - now) % interval, self._wake)
        self._stay_awake(now)
        self._send(self._hub, TUNNELING, tunnel_request(self._station.sequence()))

    def _wake(self, now: int) -> None:
        station = self._station
        self._stay_awake(now)
        self._send(self._gpf, METERING, summation_report(station.sequence(), station.seconds(now) // _SECONDS_PER_LITRE))
        if self._tunnel is None:
            self._send(self._hub, TUNNELING, tunnel_request(station.sequence()))
        self._put_all(now)
        station.agenda.at(now + number(station.settings, "wake-interval"), self._wake)

    def _put_all(self, now: int) -> None:
        self._stay_awake(now)
        while self._waiting and self._tunnel is not None:
            self._through(self._tunnel, Put(self._waiting.popleft()))

    def _through(self, tunnel: int, data: Put | Get) -> None:
        self._send(self._hub, TUNNELING, transfer(self._station.sequence(), tunnel, data, from_client=True))

    def _get(self) -> None:
        if self._tunnel is not None:
            self._through(self._tunnel, Get())

    def _tunnel_frame(self, datagram: Datagram, now: int) -> None:
        match read_frame(datagram.octets).command:
            case RequestTunnelResponse(tunnel=tunnel) as answer if answer.granted:
                self._tunnel = tunnel
                self._put_all(now)
            case TransferData(data=data):
                response = read_data(data)
                if isinstance(response, GetResponse):
                    self._got(response, now)

    def _got(self, response: GetResponse, now: int) -> None:
        command = self._voice.command_in(response.message)
        if command is not None:
            for write in command.writes:
                if isinstance(write, EventOctet):
                    self._behaviour.write(write.octet, write.codes)
            self._station.emit(self._behaviour.configured(self._station.address))
            self._waiting.append(self._voice.answer(command))
            self._put_all(now)
        if response.waiting:
            self._get()

    def _send(self, destination: Eui64, cluster: int, octets: bytes) -> None:
        self._in_flight += 1
        self._station.send(destination, cluster, octets)

    def _stay_awake(self, now: int) -> None:
        self._awake_until = max(self._awake_until, now + number(self._station.settings, "stay-awake"))

    def _bill(self, now: int) -> None:
        seconds = self._station.seconds(now)
        self._note(BILLING, now)
        self._keep(self._voice.billing_alert(seconds, seconds // _SECONDS_PER_LITRE), now)
