"""An electricity meter: metrology, alert settings, event logs, and the serving end of the hub's tunnel."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from comms_hub_sim.alerting import AlertBehaviour
from comms_hub_sim.behaviour import codes, number
from comms_hub_sim.billing import BillingCalendar
from comms_hub_sim.commands import AlertBits, VoltageSetting
from comms_hub_sim.eventlog import EventLogs
from comms_hub_sim.frames import announcement, is_read_request, read_answer
from comms_hub_sim.ports import DEVICE_OBJECT, METERING, TUNNELING, Configured
from comms_hub_sim.speech import BILLING, alert_in, log_of
from comms_hub_sim.tunnel import TunnelServer, message_in, transfer
from comms_hub_sim.voltage import AverageVoltage
from harness.vocab.time import MINUTE
from harness.wire.tunnelling import Bare, CloseTunnel, RequestTunnel, TransferData, read_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comms_hub_sim.commands import Command
    from comms_hub_sim.ports import Datagram, Output
    from comms_hub_sim.speech import Spoken, Voice
    from comms_hub_sim.station import Station
    from harness.vocab.identity import Eui64

__all__ = ["Esme"]

RESTORED: Final = 0x8F35
RESTORED_LATE: Final = 0x8F36
SUPPLY_LOST: Final = 0x8F57
TUNNEL_REFUSED: Final = 0x81BA
CLOSE_REFUSED: Final = 0x81A4

_LONG_OUTAGE: Final = 3 * MINUTE
_ANNOUNCE: Final = MINUTE
_ANNOUNCE_AT_MOST: Final = 30 * MINUTE
_LOAD: Final = 350
"""Watts drawn on average [assumed], so that registers move."""


class Esme:
    """One electricity meter; its announcements stop once the hub has opened a tunnel."""

    __slots__ = (
        "_behaviour",
        "_billing",
        "_hub",
        "_interrupted",
        "_logs",
        "_patience",
        "_period_ends",
        "_sent",
        "_station",
        "_tunnel",
        "_voice",
        "_voltage",
        "_waiting",
    )

    def __init__(self, station: Station, voice: Voice, hub: Eui64) -> None:
        self._station = station
        self._voice = voice
        self._hub = hub
        self._tunnel = TunnelServer(station)
        self._voltage = AverageVoltage(station.settings)
        self._behaviour = AlertBehaviour(codes(station.settings, "codes-off"))
        self._billing = BillingCalendar(station, self._bill)
        self._logs = EventLogs(number(station.settings, "log-entries"))
        self._waiting: deque[bytes] = deque()
        """Messages until there is a tunnel; they survive a restart, as counters and logs do."""
        self._sent: dict[int, Spoken] = {}
        self._patience = _ANNOUNCE
        self._interrupted: tuple[int, int] | None = None
        self._period_ends = 0

    @property
    def addresses(self) -> Sequence[Eui64]:
        """The meter's EUI-64."""
        return (self._station.address,)

    @property
    def logs(self) -> EventLogs:
        """The event logs, to be read back."""
        return self._logs

    def start(self, now: int) -> None:
        """Begin to measure; say what the meter is set to; announce it to the hub."""
        for scope in ("supplier", "network-operator"):
            self._station.emit(self._behaviour.configured(self._station.address, scope))
        self._configured_voltage()
        self._billing.plan(now)
        self._begin(now)

    def hears(self, now: int) -> bool:
        """Mains-powered: on as long as there is a supply."""
        return self._station.is_on(now)

    def next_timer(self) -> int | None:
        """Return the instant of the next timer."""
        return self._station.agenda.next()

    def handle_timer(self, now: int) -> None:
        """Close averaging periods, write billing entries, announce."""
        self._station.agenda.run(now)

    def outgoing(self) -> Sequence[Output]:
        """Take away what is to be sent."""
        return self._station.outgoing()

    def receive(self, datagram: Datagram, now: int) -> None:
        """Take a tunnel frame from the hub, or answer a reading."""
        if datagram.cluster == TUNNELING:
            self._tunnel_frame(datagram, now)
        elif datagram.cluster == METERING and is_read_request(datagram.octets):
            summation = self._summation(self._station.seconds(now))
            self._station.send(datagram.source, METERING, read_answer(datagram.octets[1], summation))

    def confirm(self, datagram: Datagram, acknowledged: bool, now: int) -> None:
        """Report inside the meter that the radio gave a message up; whether it arrived is not known."""
        if acknowledged or datagram.cluster != TUNNELING:
            return
        message = message_in(datagram.octets)
        alert = alert_in(message) if message else None
        if alert is not None:
            self._station.report("unacknowledged", now, code=alert.code, counter=alert.counter)

    def measure(self, millivolts: int, now: int) -> None:
        """Take the RMS voltage of the minute that ends now."""
        if self._station.is_on(now):
            self._voltage.take(millivolts)

    def lose_supply(self, now: int, duration: int) -> None:
        """Go dark for ``duration``: log the loss, and report the outage when the supply is back."""
        if self._interrupted is None:
            self._interrupted = now, self._station.seconds(now)
            self._note(SUPPLY_LOST, now)
        self.restart(now, duration)

    def restart(self, now: int, duration: int) -> None:
        """Lose power for ``duration``: tunnels and the running average are gone, counters, logs and settings stay."""
        self._tunnel.forget()
        self._voltage.interrupt()
        self._station.agenda.at(self._station.switch_off(now + duration), self._begin_again)

    def step_clock(self, by: int, now: int) -> None:
        """Set the clock forward, and the next billing entry by it."""
        self._station.step_clock(by)
        if self._station.is_on(now):
            self._billing.plan(now)

    def raise_alert(self, code: int, now: int, body: bytes = b"") -> None:
        """Log the code and send its alert, as the meter's settings and the code demand."""
        self._note(code, now)
        if self._behaviour.asks(code, "wan"):
            self._transmit(self._voice.alert(code, self._station.seconds(now), body))

    def resend(self, code: int, now: int) -> None:
        """Send the last message of this code again, octet for octet."""
        del now
        if code in self._sent:
            self._pass_on(self._sent[code].octets)

    def _note(self, code: int, now: int) -> None:
        log = log_of(code)
        if log is not None and self._behaviour.asks(code, "log"):
            self._logs.add(log, self._station.seconds(now), code)

    def _transmit(self, spoken: Spoken) -> None:
        self._sent[spoken.code] = spoken
        self._pass_on(spoken.octets)

    def _pass_on(self, octets: bytes) -> None:
        tunnel = self._tunnel.tunnel_with(self._hub)
        if tunnel is None:
            self._waiting.append(octets)
        else:
            frame = transfer(self._station.sequence(), tunnel, Bare(octets), from_client=False)
            self._station.send(self._hub, TUNNELING, frame)

    def _tunnel_frame(self, datagram: Datagram, now: int) -> None:
        frame = read_frame(datagram.octets)
        match frame.command:
            case RequestTunnel():
                if not self._tunnel.requested(datagram.source, frame.sequence):
                    self.raise_alert(TUNNEL_REFUSED, now)
                elif datagram.source == self._hub:
                    self._flush()
            case CloseTunnel(tunnel=tunnel):
                if not self._tunnel.closed(datagram.source, tunnel):
                    self.raise_alert(CLOSE_REFUSED, now)
            case TransferData(data=data):
                command = self._voice.command_in(data)
                if command is not None:
                    self._obey(command, now)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, deque()
        for octets in waiting:
            self._pass_on(octets)

    def _obey(self, command: Command, now: int) -> None:
        """Take a command over, say so in the journal, and answer it."""
        station = self._station
        for write in command.writes:
            if isinstance(write, AlertBits):
                self._behaviour.write(write.scope, write.mask, write.action)
                station.emit(self._behaviour.configured(station.address, write.scope))
            elif isinstance(write, VoltageSetting):
                station.settings[f"average-voltage-{write.name}"] = write.value
        if any(isinstance(write, VoltageSetting) for write in command.writes):
            self._voltage.interrupt()
            self._plan_period(now)
            self._configured_voltage()
        self._pass_on(self._voice.answer(command))

    def _configured_voltage(self) -> None:
        settings = self._station.settings
        members = {name: number(settings, f"average-voltage-{name}") for name in ("over", "under", "period")}
        self._station.emit(Configured(device=self._station.address, item="average-voltage", members=members))

    def _begin_again(self, now: int) -> None:
        if self._interrupted is not None:
            self._report_outage(*self._interrupted, now)
        self._billing.plan(now)
        self._begin(now)

    def _report_outage(self, since: int, begun: int, now: int) -> None:
        """Report an outage: since which instant, and at which reading of the meter's clock it began."""
        self._interrupted = None
        code = RESTORED_LATE if now - since >= _LONG_OUTAGE else RESTORED
        ended = self._station.seconds(now)
        self._note(code, now)
        self._transmit(self._voice.outage_alert(code, ended, begun, ended))

    def _begin(self, now: int) -> None:
        self._plan_period(now)
        self._patience = _ANNOUNCE
        self._announce(now)

    def _announce(self, now: int) -> None:
        """Tell the hub that the meter is there, again and ever more rarely until there is a tunnel."""
        if self._tunnel.tunnel_with(self._hub) is None:
            self._station.send(self._hub, DEVICE_OBJECT, announcement(self._station.sequence(), self._station.address))
            self._station.agenda.at(now + self._patience, self._announce)
            self._patience = min(2 * self._patience, _ANNOUNCE_AT_MOST)

    def _plan_period(self, now: int) -> None:
        """Plan the end of the averaging period; periods are counted from the trial's start."""
        period = number(self._station.settings, "average-voltage-period")
        self._period_ends = now - now % period + period
        self._station.agenda.at(self._period_ends, self._close_period)

    def _close_period(self, now: int) -> None:
        if now >= self._period_ends:
            for code in self._voltage.close_period():
                self.raise_alert(code, now)
            self._plan_period(now)

    def _bill(self, now: int) -> None:
        seconds = self._station.seconds(now)
        self._note(BILLING, now)
        self._transmit(self._voice.billing_alert(seconds, self._summation(seconds)))

    def _summation(self, seconds: int) -> int:
        """Return the import register in watt-hours."""
        return _LOAD * seconds // 3600
