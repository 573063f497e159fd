"""One home for one trial: its devices, the air between them, its supply and its WAN, with everything journalled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comms_hub_sim.behaviour import text
from comms_hub_sim.credentials import PARTIES, Credentials
from comms_hub_sim.esme import Esme
from comms_hub_sim.gsme import Gsme
from comms_hub_sim.han.tape import INBOUND, OUTBOUND, UNTOLD, Tape
from comms_hub_sim.hub import Hub
from comms_hub_sim.kernel import Kernel
from comms_hub_sim.medium import Air
from comms_hub_sim.mounted import Lodger, Mounted
from comms_hub_sim.ports import TUNNELING, Configured, Datagram, Northbound
from comms_hub_sim.ppmid import Ppmid
from comms_hub_sim.speech import Voice
from comms_hub_sim.station import Station
from comms_hub_sim.supply import STEP, Supply
from comms_hub_sim.tunnel import message_in
from comms_hub_sim.wan import Wan
from harness.errors import BenchError
from harness.vocab.alert import code_text
from harness.vocab.seed import Chance, subseed
from harness.vocab.time import Epoch
from harness.wire.tunnelling import CLUSTER, TransferData, read_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comms_hub_sim.han.air import FrameAir
    from comms_hub_sim.ports import Device, Output, Vocal
    from harness.interfaces.mechanism import Mechanism
    from harness.interfaces.target import DeviceOrder, TrialOrder
    from harness.vocab.identity import Eui64
    from harness.vocab.journal import JournalWriter

__all__ = ["Home"]


class Home:
    """Everything of one trial; built from its order, it is set to work by :meth:`start`."""

    def __init__(self, order: TrialOrder, journal: JournalWriter, mechanisms: Mapping[str, Mechanism]) -> None:
        self.kernel = Kernel()
        self.journal = journal
        self.credentials = Credentials(order.seed)
        self.mounted: dict[str, Mounted] = {}
        self.hub: Hub | None = None
        self.esme: Esme | None = None
        self.gsme: Gsme | None = None
        self.supply: Supply | None = None
        self.tape = Tape(journal.capture, Epoch.parse(order.epoch), frozenset(order.taps), frames=order.fidelity == "frames")
        self.frames = self._frame_air(order) if order.fidelity == "frames" else None
        """The air at frame fidelity; ``None`` at message fidelity."""
        self.air: Air | FrameAir = self.frames or Air(self.kernel, order.seed, self._on_air)
        self.wan = Wan(self.kernel, order.region, order.seed, self._on_the_way)
        self._order = order
        self._epoch = Epoch.parse(order.epoch)
        self._taps = frozenset(order.taps)
        self._stations: dict[str, Station] = {}
        for role in (*PARTIES, "hub", "gpf", "esme", "gsme", "ppmid"):
            self.credentials.enrol(role)
        for device in order.devices:
            self._install(device)
        for device in order.devices:
            self._lodge(device, mechanisms)

    def _frame_air(self, order: TrialOrder) -> FrameAir:
        from comms_hub_sim.han.air import FrameAir
        from comms_hub_sim.han.band import BANDS
        from comms_hub_sim.han.network import Network

        bands = [text(device.settings, "band") for device in order.devices if device.role == "hub"]
        network = Network(order.seed, BANDS[bands[0] if bands else next(iter(BANDS))])
        return FrameAir(self.kernel, order.seed, self._on_air, network, self.tape)

    @property
    def seed(self) -> bytes:
        """The seed of the trial."""
        return self._order.seed

    def address(self, role: str) -> Eui64:
        """Return the EUI-64 of a role; the hub's is that of its CHF."""
        return self.credentials.of[role]

    def start(self) -> None:
        """Write down who takes part, and set every device to work."""
        for party in PARTIES:
            address = self.address(party)
            self.journal.record(0, "party", party=address, role=party, **self.credentials.points(address))
        for role in self.mounted:
            for name in (role, "gpf") if role == "hub" else (role,):
                address = self.address(name)
                self.journal.record(0, "device", device=address, role=name, **self.credentials.points(address))
        self.air.form([(self.address("ppmid"), self.address("esme"))] if {"esme", "ppmid"} <= self.mounted.keys() else [])
        if self.supply is not None:
            self.supply.start(0)
        for mounted in self.mounted.values():
            mounted.start(0)

    def remark(self, now: int, words: str) -> None:
        """Have the next packet of the capture bear a remark."""
        self.air.catch_up(now)
        self.tape.note(now, words)

    def refuse(self, stranger: Eui64, now: int) -> None:
        """Tell the hub that it refused a device that asked to join."""
        if "hub" in self.mounted and self.mounted["hub"].hears(now):
            self._stations["hub"].report("join-refused", now, device=stranger)
            self.mounted["hub"].settle(now)

    def close(self, now: int) -> None:
        """Write down what instruments and logs still hold."""
        self.air.catch_up(now)
        if self.supply is not None:
            self.supply.close(now)
        for role, device in (("esme", self.esme), ("gsme", self.gsme)):
            for name, entries in device.logs.read().items() if device is not None else ():
                told = tuple((seconds, code_text(code)) for seconds, code in entries)
                self.journal.record(now, "log", device=self.address(role), log=name, entries=told)

    def _install(self, order: DeviceOrder) -> None:
        role, seed = order.role, self._order.seed
        if role in self.mounted:
            raise BenchError(f"two devices fill the role '{role}'", where="simulator", expected="one")
        station = Station(self.address(role), dict(order.settings), self._epoch)
        device = self._device(role, station, Chance(subseed(seed, "phase", role)))
        mounted = Mounted(device, station.settings, self.kernel, self._carry)
        mounted.radio = self.air.attach(device.addresses, mounted, station.settings)
        self.mounted[role] = mounted
        self._stations[role] = station

    def _device(self, role: str, station: Station, phase: Chance) -> Device:
        seed, hub = self._order.seed, self.address("hub")
        if role == "hub":
            known = {self.address(device.role): device.role for device in self._order.devices if device.role != "hub"}
            self.hub = Hub(station, Voice("hub", self.credentials, seed), self.address("gpf"), known)
            return self.hub
        if role == "esme":
            self.esme = Esme(station, Voice("esme", self.credentials, seed), hub)
            self.supply = Supply(self.kernel, Chance(subseed(seed, "supply")), self._measure, self._trace)
            return self.esme
        if role == "gsme":
            self.gsme = Gsme(station, Voice("gsme", self.credentials, seed), hub, self.address("gpf"), phase)
            return self.gsme
        if role == "ppmid":
            meter = self.address("esme") if any(device.role == "esme" for device in self._order.devices) else None
            return Ppmid(station, hub, meter, phase)
        raise BenchError(f"no device of role '{role}' is modelled", where="simulator", expected="hub, esme, gsme, ppmid")

    def _lodge(self, order: DeviceOrder, mechanisms: Mapping[str, Mechanism]) -> None:
        """Let the mechanisms of a device's profile move in."""
        vocal: dict[str, Vocal | None] = {"hub": self.hub, "esme": self.esme, "gsme": self.gsme}
        for use in order.mechanisms:
            device, mechanism = vocal.get(order.role), mechanisms.get(use.name)
            if device is None or mechanism is None or order.role not in mechanism.roles:
                raise BenchError(f"mechanism '{use.name}' cannot live in a device of role '{order.role}'", where="simulator")
            chance = Chance(subseed(self._order.seed, "mechanism", order.role, use.name))
            station = self._stations[order.role]
            lodger = Lodger(
                role=order.role,
                device=device,
                station=station,
                mounted=self.mounted[order.role],
                kernel=self.kernel,
                chance=chance,
                codes=self._order.codes,
            )
            mechanism.attach(lodger, use.settings)

    def _carry(self, output: Output, now: int) -> None:
        if isinstance(output, Datagram):
            self.air.submit(output, now)
        elif isinstance(output, Northbound):
            self.wan.hand_over(output, now)
        else:
            self._configured(output, now)

    def _configured(self, output: Configured, now: int) -> None:
        self.journal.record(now, "configuration", device=output.device, item=output.item, **output.members)

    def _on_air(self, datagram: Datagram, now: int) -> None:
        if datagram.cluster != TUNNELING or "han" not in self._taps:
            return
        if isinstance(read_frame(datagram.octets).command, TransferData):
            message = message_in(datagram.octets)
            if message:
                self.journal.message(now, "han", datagram.source, datagram.destination, message)
                if self._order.fidelity == "messages":
                    hub = self.credentials.of["hub"]
                    direction = OUTBOUND if datagram.source == hub else INBOUND if datagram.destination == hub else UNTOLD
                    self.tape.message(now, "han", message, direction)
        else:
            self.journal.record(
                now,
                "frame",
                tap="han",
                source=datagram.source,
                destination=datagram.destination,
                cluster=CLUSTER,
                octets=datagram.octets.hex(),
            )

    def _on_the_way(self, tap: str, message: Northbound, now: int) -> None:
        if tap in self._taps:
            self.journal.message(now, tap, message.originator, message.recipient, message.octets)
            self.air.catch_up(now)
            self.tape.message(now, tap, message.octets, OUTBOUND)

    def _measure(self, millivolts: int, now: int) -> None:
        if self.esme is not None:
            self.esme.measure(millivolts, now)

    def _trace(self, now: int, since: int, millivolts: list[int]) -> None:
        self.journal.record(now, "supply", device=self.address("esme"), **{"from": since}, step=STEP, millivolts=millivolts)
