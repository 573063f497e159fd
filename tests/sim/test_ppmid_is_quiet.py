"""A PPMID: it grants the hub its tunnel, reads the meter, and never puts a message into the tunnel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comms_hub_sim.behaviour import SETTINGS
from comms_hub_sim.frames import is_announcement, is_read_request
from comms_hub_sim.ports import DEVICE_OBJECT, METERING, TUNNELING, Datagram
from comms_hub_sim.ppmid import Ppmid
from comms_hub_sim.station import Station
from comms_hub_sim.tunnel import tunnel_request
from harness.interfaces.setting import settle
from harness.vocab.identity import Eui64
from harness.vocab.seed import Chance
from harness.vocab.time import HOUR, MINUTE, SECOND, Epoch
from harness.wire.tunnelling import CloseTunnel, RequestTunnelResponse, TunnelFrame, read_frame, write_frame

if TYPE_CHECKING:
    from conftest import Bench

OWN, HUB, METER = (Eui64(f"02a5e7000000000{digit}") for digit in "123")


def _ppmid(meter: Eui64 | None = METER) -> Ppmid:
    station = Station(OWN, settle(dict(SETTINGS["ppmid"]), {}), Epoch.parse("2030-01-07T00:00:00Z"))
    return Ppmid(station, HUB, meter, Chance(b"ppmid"))


def _sent(ppmid: Ppmid) -> list[Datagram]:
    return [output for output in ppmid.outgoing() if isinstance(output, Datagram)]


def _until(ppmid: Ppmid, instant: int) -> list[Datagram]:
    while (due := ppmid.next_timer()) is not None and due <= instant:
        ppmid.handle_timer(due)
    return _sent(ppmid)


def test_it_announces_itself_and_reads_every_five_minutes() -> None:
    ppmid = _ppmid()
    ppmid.start(0)
    first, *readings = _until(ppmid, HOUR)
    assert (first.destination, first.cluster, is_announcement(first.octets)) == (HUB, DEVICE_OBJECT, True)
    assert len(readings) == 12
    assert all(r.destination == METER and r.cluster == METERING and is_read_request(r.octets) for r in readings)


def test_without_a_meter_it_reads_nothing() -> None:
    ppmid = _ppmid(None)
    ppmid.start(0)
    assert [datagram.cluster for datagram in _until(ppmid, HOUR)] == [DEVICE_OBJECT]


def test_it_grants_and_closes_tunnels_and_forgets_them_in_a_restart() -> None:
    ppmid = _ppmid()
    close = write_frame(TunnelFrame(sequence=1, command=CloseTunnel(tunnel=0), default_response=True))
    tunnels = []
    for octets in (tunnel_request(1), tunnel_request(2), close, tunnel_request(3)):
        ppmid.receive(Datagram(HUB, OWN, TUNNELING, octets), SECOND)
        tunnels += [read_frame(datagram.octets).command for datagram in _sent(ppmid)]
    assert tunnels == [RequestTunnelResponse(tunnel=number) for number in (0, 0, 1)]
    ppmid.restart(MINUTE, MINUTE)
    assert not ppmid.hears(2 * MINUTE - 1)
    assert [d.cluster for d in _until(ppmid, 2 * MINUTE)] == [DEVICE_OBJECT]
    ppmid.receive(Datagram(HUB, OWN, TUNNELING, tunnel_request(4)), 3 * MINUTE)
    assert read_frame(_sent(ppmid)[0].octets).command == RequestTunnelResponse(tunnel=2)


def test_in_a_home_it_adds_no_message_anywhere(bench: Bench) -> None:
    with_it = bench.run(bench.order())
    ppmid = with_it.facts.devices_with("ppmid")[0]
    assert not [record for record in with_it.journal if record["kind"] == "message" and ppmid in (record["source"], record["destination"])]
    frames = [seen for seen in with_it.facts.tunnelling if ppmid in (seen.source, seen.destination)]
    assert len(frames) == 2, "the request for its tunnel and the answer"
