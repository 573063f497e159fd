"""Both ends of a tunnel through the HAN: the device that serves it, and the hub that keeps one open.

The hub is the client of mains-powered devices, the gas meter is a client of the hub. Each end keeps its
own idea of whether the tunnel is open, and the two can come to disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comms_hub_sim.behaviour import text
from comms_hub_sim.ports import TUNNELING
from harness.wire.tunnelling import (
    Bare,
    CloseTunnel,
    GetResponse,
    Put,
    RequestTunnel,
    RequestTunnelResponse,
    TransferData,
    TunnelCommand,
    TunnelFrame,
    read_data,
    read_frame,
    write_data,
    write_frame,
)

if TYPE_CHECKING:
    from comms_hub_sim.ports import Datagram
    from comms_hub_sim.station import Station
    from harness.vocab.identity import Eui64
    from harness.wire.tunnelling import TunnelData

__all__ = ["TunnelClient", "TunnelServer", "message_in", "transfer", "tunnel_request"]

_REFUSED: Final = 2
"""Status of a refusal: no more tunnel ids."""


def _frame(sequence: int, command: TunnelCommand, *, from_client: bool) -> bytes:
    return write_frame(TunnelFrame(sequence=sequence, command=command, default_response=from_client))


def tunnel_request(sequence: int) -> bytes:
    """Return the frame that asks for a tunnel."""
    return _frame(sequence, RequestTunnel(), from_client=True)


def transfer(sequence: int, tunnel: int, data: TunnelData, *, from_client: bool) -> bytes:
    """Return the frame that carries data through a tunnel."""
    command = TransferData(tunnel=tunnel, data=write_data(data), from_server=not from_client)
    return _frame(sequence, command, from_client=from_client)


def message_in(octets: bytes) -> bytes | None:
    """Return the GBCS message that a frame carries, or ``None`` where it carries none."""
    command = read_frame(octets).command
    data = read_data(command.data) if isinstance(command, TransferData) else None
    return data.message or None if isinstance(data, (Bare, GetResponse, Put)) else None


class TunnelServer:
    """The end that grants tunnels; one tunnel at a time to each client."""

    __slots__ = ("_last", "_open", "_station")

    def __init__(self, station: Station) -> None:
        self._station = station
        self._open: dict[Eui64, int] = {}
        self._last = -1

    def tunnel_with(self, client: Eui64) -> int | None:
        """Return the tunnel that is open to a client, as this end sees it."""
        return self._open.get(client)

    def requested(self, client: Eui64, sequence: int) -> bool:
        """Answer a request, and return whether it was granted.

        A client whose tunnel is open gets the same one again, or is refused, as the setting
        ``tunnel-while-open`` has it; a role without that setting accepts.
        """
        station, known = self._station, self._open.get(client)
        if known is not None and station.settings.get("tunnel-while-open") == "refuse":
            station.send(client, TUNNELING, _frame(sequence, RequestTunnelResponse(tunnel=known, status=_REFUSED), from_client=False))
            return False
        if known is None:
            self._last = known = (self._last + 1) & 0xFFFF
            self._open[client] = known
        station.send(client, TUNNELING, _frame(sequence, RequestTunnelResponse(tunnel=known), from_client=False))
        return True

    def closed(self, client: Eui64, tunnel: int) -> bool:
        """Close a client's tunnel, and return whether there was such a tunnel."""
        if self._open.get(client) != tunnel:
            return False
        del self._open[client]
        return True

    def forget(self) -> None:
        """Lose every tunnel, as a restart does."""
        self._open.clear()


class TunnelClient:
    """The end that asks for tunnels: what it knows of each server."""

    __slots__ = ("_closing", "_kept", "_open", "_servers", "_station")

    def __init__(self, station: Station) -> None:
        self._station = station
        self._servers: list[Eui64] = []
        self._open: dict[Eui64, int] = {}
        self._kept: dict[Eui64, int] = {}  # survives a restart
        self._closing: dict[Eui64, Datagram] = {}

    def tunnel_to(self, server: Eui64) -> int | None:
        """Return the tunnel that is open to a server, as this end sees it."""
        return self._open.get(server)

    def appeared(self, server: Eui64) -> None:
        """Take note that a server is there, perhaps again: it has no tunnel, so ask for one."""
        if server not in self._servers:
            self._servers.append(server)
        self._open.pop(server, None)
        self._kept.pop(server, None)
        self.ask(server)

    def check(self) -> None:
        """Ask every known server that has no tunnel for one."""
        for server in self._servers:
            if server not in self._open:
                self.ask(server)

    def ask(self, server: Eui64) -> None:
        """Ask for a tunnel; where the policy is to close first, close the one that is remembered, and ask once that is done."""
        station = self._station
        kept = self._kept.pop(server, None)
        if kept is not None and text(station.settings, "tunnel-policy") == "close-first":
            close = _frame(station.sequence(), CloseTunnel(tunnel=kept), from_client=True)
            self._closing[server] = station.send(server, TUNNELING, close)
        else:
            station.send(server, TUNNELING, tunnel_request(station.sequence()))

    def confirmed(self, datagram: Datagram) -> None:
        """Take the answer to a datagram; whatever became of a request to close, the tunnel is asked for now."""
        if self._closing.get(datagram.destination) is datagram:
            del self._closing[datagram.destination]
            self.ask(datagram.destination)

    def answered(self, server: Eui64, answer: RequestTunnelResponse) -> None:
        """Take the answer to a request."""
        if answer.granted:
            self._open[server] = self._kept[server] = answer.tunnel

    def forget(self) -> None:
        """Lose what is in working memory, as a restart does."""
        self._open.clear()
        self._closing.clear()
