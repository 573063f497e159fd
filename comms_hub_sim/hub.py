"""A Comms Hub: the Comms Hub Function (CHF) and the Gas Proxy Function (GPF), two devices behind one radio.

The CHF keeps a tunnel to every mains-powered device, serves the gas meter's, hands every message that
comes out of a tunnel to the WAN, and stores while the WAN is away. It takes a message by the device it comes from,
not by the tunnel's number, as public hub code does [Gecko SDK ``comms-hub-function``], so two ends that
disagree about a tunnel still pass messages.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from comms_hub_sim.behaviour import number
from comms_hub_sim.frames import TUNNEL_MESSAGE_PENDING, is_announcement, mirror_answer
from comms_hub_sim.ports import DEVICE_OBJECT, METERING, TUNNELING, Datagram, Northbound
from comms_hub_sim.speech import envelope
from comms_hub_sim.tunnel import TunnelClient, TunnelServer, transfer
from harness.wire.tunnelling import (
    Bare,
    CloseTunnel,
    Get,
    GetResponse,
    Put,
    RequestTunnel,
    RequestTunnelResponse,
    TransferData,
    read_data,
    read_frame,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comms_hub_sim.ports import Output
    from comms_hub_sim.speech import Spoken, Voice
    from comms_hub_sim.station import Station
    from harness.vocab.identity import Eui64
    from harness.wire.tunnelling import TunnelData

__all__ = ["Hub"]

_WAITING_AT_MOST: Final = 255
"""A GET-RESPONSE counts the messages that wait in one octet."""


class Hub:
    """One Comms Hub with the devices it was commissioned with: by address, the role of each."""

    __slots__ = (
        "_clients",
        "_devices",
        "_for_sleeper",
        "_gpf",
        "_passed",
        "_sent",
        "_served",
        "_station",
        "_stored",
        "_undelivered",
        "_voice",
        "_wan_up",
    )

    def __init__(self, station: Station, voice: Voice, gpf: Eui64, devices: dict[Eui64, str]) -> None:
        self._station = station
        self._voice = voice
        self._gpf = gpf
        self._devices = devices
        self._clients = TunnelClient(station)
        self._served = TunnelServer(station)
        self._passed: deque[tuple[Eui64, int]] = deque()
        self._stored: deque[Northbound] = deque()
        """What waits for the WAN; it survives a restart."""
        self._for_sleeper: deque[bytes] = deque()
        self._undelivered: dict[Eui64, list[bytes]] = {}
        self._sent: dict[int, Spoken] = {}
        self._wan_up = True

    @property
    def addresses(self) -> Sequence[Eui64]:
        """The EUI-64s of CHF and GPF."""
        return self._station.address, self._gpf

    def start(self, now: int) -> None:
        """Begin the periodic check of tunnels."""
        self._station.agenda.at(now + number(self._station.settings, "tunnel-check"), self._check)

    def hears(self, now: int) -> bool:
        """Mains-powered: on unless it restarts."""
        return self._station.is_on(now)

    def next_timer(self) -> int | None:
        """Return the instant of the next check."""
        return self._station.agenda.next()

    def handle_timer(self, now: int) -> None:
        """Check the tunnels."""
        self._station.agenda.run(now)

    def outgoing(self) -> Sequence[Output]:
        """Take away what is to be sent, on the HAN and to the WAN."""
        return self._station.outgoing()

    def receive(self, datagram: Datagram, now: int) -> None:
        """Take a datagram from a device of the device log; others are not heard."""
        del now
        if datagram.source not in self._devices:
            return
        if datagram.cluster == DEVICE_OBJECT and is_announcement(datagram.octets):
            self._clients.appeared(datagram.source)
        elif datagram.cluster == METERING and datagram.destination == self._gpf:
            flags = TUNNEL_MESSAGE_PENDING if self._for_sleeper else 0
            self._station.emit(Datagram(self._gpf, datagram.source, METERING, mirror_answer(datagram.octets[1], flags)))
        elif datagram.cluster == TUNNELING:
            self._tunnel_frame(datagram)

    def confirm(self, datagram: Datagram, acknowledged: bool, now: int) -> None:
        """Go on where a tunnel was closed; let what the radio gave up be lost, for tunnels are checked."""
        del acknowledged, now
        self._clients.confirmed(datagram)

    def wan_changed(self, available: bool, now: int) -> None:
        """Take note that the WAN is there or not; what was stored goes out in order when it is back."""
        self._wan_up = available
        if available and self._station.is_on(now):
            self._forward()

    def from_wan(self, octets: bytes, device: Eui64) -> None:
        """Take a message for a device: through its tunnel, or kept until it is there or awake.

        A message for the gas meter leaves the queue when it is sent, not when that is confirmed, so it
        is sent once at most, as public hub code has it.
        """
        if self._devices.get(device) == "gsme":
            self._for_sleeper.append(octets)
        else:
            self._deliver(device, octets)

    def restart(self, now: int, duration: int) -> None:
        """Lose power for ``duration``: tunnels and caches are gone, the device log, counters and what is stored stay."""
        self._clients.forget()
        self._served.forget()
        self._passed.clear()
        self._station.agenda.at(self._station.switch_off(now + duration), self._begin_again)

    def step_clock(self, by: int, now: int) -> None:
        """Set the clock forward; nothing here goes by it but the times inside the hub's own alerts."""
        del now
        self._station.step_clock(by)

    def raise_alert(self, code: int, now: int, body: bytes = b"") -> None:
        """Send an alert of the CHF's own."""
        spoken = self._voice.alert(code, self._station.seconds(now), body)
        self._sent[code] = spoken
        self._pass_up(spoken.octets, self._station.address)

    def resend(self, code: int, now: int) -> None:
        """Hand the last message of this code to the WAN again, octet for octet."""
        del now
        if code in self._sent:
            self._pass_up(self._sent[code].octets, self._station.address)

    def _begin_again(self, now: int) -> None:
        self._forward()
        self._check(now)

    def _check(self, now: int) -> None:
        self._clients.check()
        self._station.agenda.at(now + number(self._station.settings, "tunnel-check"), self._check)

    def _tunnel_frame(self, datagram: Datagram) -> None:
        device, frame = datagram.source, read_frame(datagram.octets)
        match frame.command:
            case RequestTunnel():
                self._served.requested(device, frame.sequence)
            case CloseTunnel(tunnel=tunnel):
                self._served.closed(device, tunnel)
            case RequestTunnelResponse() as answer:
                self._clients.answered(device, answer)
                for octets in self._undelivered.pop(device, ()) if answer.granted else ():
                    self._deliver(device, octets)
            case TransferData(tunnel=tunnel, data=data):
                self._data_came(device, tunnel, read_data(data))

    def _data_came(self, device: Eui64, tunnel: int, data: TunnelData) -> None:
        if isinstance(data, Get):
            message = self._for_sleeper.popleft() if self._for_sleeper else b""
            response = GetResponse(min(len(self._for_sleeper), _WAITING_AT_MOST), message)
            frame = transfer(self._station.sequence(), tunnel, response, from_client=False)
            self._station.send(device, TUNNELING, frame)
        elif isinstance(data, (Bare, Put)):
            self._came_up(data.message, device)

    def _deliver(self, device: Eui64, octets: bytes) -> None:
        tunnel = self._clients.tunnel_to(device)
        if tunnel is None:
            self._undelivered.setdefault(device, []).append(octets)
        else:
            self._station.send(device, TUNNELING, transfer(self._station.sequence(), tunnel, Bare(octets), from_client=True))

    def _came_up(self, octets: bytes, device: Eui64) -> None:
        """Hand a message to the WAN, unless the cache of the last ones knows it."""
        room = number(self._station.settings, "duplicate-cache")
        if room:
            key = device, envelope(octets).counter
            if key in self._passed:
                return
            self._passed.append(key)
            while len(self._passed) > room:
                self._passed.popleft()
        self._pass_up(octets, device)

    def _pass_up(self, octets: bytes, originator: Eui64) -> None:
        self._stored.append(Northbound(originator=originator, recipient=envelope(octets).target, octets=octets))
        self._forward()

    def _forward(self) -> None:
        while self._wan_up and self._stored:
            self._station.emit(self._stored.popleft())
