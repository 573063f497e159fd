"""Carrying out what is done to the devices of a simulated home, one act a capability."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from comms_hub_sim.behaviour import number
from comms_hub_sim.capabilities import CAPABILITIES
from comms_hub_sim.commands import build_command
from comms_hub_sim.han_stimuli import HAN_ACTS
from comms_hub_sim.kernel import STIMULUS
from comms_hub_sim.lasting import Lasting, lasting
from comms_hub_sim.requests import requested
from comms_hub_sim.supply import NOMINAL, VoltageProfile
from harness.errors import BenchError
from harness.vocab.time import MINUTE
from harness.wire.tap_capture import stimulus_comment

if TYPE_CHECKING:
    from collections.abc import Callable

    from comms_hub_sim.home import Home
    from harness.interfaces.target import StimulusOrder
    from harness.vocab.canonical import Json
    from harness.vocab.identity import Eui64

__all__ = ["Stimuli"]

_AGAIN: Final = MINUTE
"""Until a command that found its hub without power is brought again."""


class Stimuli:
    """Carries out a trial's stimuli at their instants, and journals each as due, done and ended."""

    __slots__ = ("_home", "_latest", "_sent")

    def __init__(self, home: Home) -> None:
        self._home = home
        self._latest: dict[tuple[str, str], int] = {}
        self._sent = 0

    def schedule(self, order: StimulusOrder) -> None:
        """Put a stimulus on the agenda; raises :class:`BenchError` where it cannot be carried out."""
        capability = CAPABILITIES.get(order.do)
        if capability is None or order.on not in capability.roles or order.on not in self._home.mounted:
            raise BenchError(f"'{order.do}' cannot be done to '{order.on}'", where="simulator", expected=", ".join(CAPABILITIES))
        if order.do == "command.send":
            requested(order.on, order.settings, self._home.mounted[order.on].settings)
        self._home.kernel.at(order.at, STIMULUS, lambda now: self._carry_out(order, now))

    def _carry_out(self, order: StimulusOrder, now: int) -> None:
        self._journal(order, "due", now)
        self._latest[order.do, order.on] = order.index
        act = _ACTS.get(order.do)
        left = act(self, order, now) if act is not None else HAN_ACTS[order.do](self._home, order, now)
        self._journal(order, "done", now)
        if left is not None:
            self._home.kernel.at(left.until, STIMULUS, lambda at: self._end(order, left, at))

    def _end(self, order: StimulusOrder, left: Lasting, now: int) -> None:
        """End what lasted, unless a later one of its kind took its place meanwhile."""
        if self._latest[order.do, order.on] == order.index:
            left.end(now)
        self._journal(order, "ended", now)

    def _journal(self, order: StimulusOrder, phase: str, now: int) -> None:
        told: dict[str, Json] = {name: list(value) if isinstance(value, tuple) else value for name, value in order.settings.items()}
        members: dict[str, Json] = {"with": told}
        self._home.journal.record(now, "stimulus", index=order.index, phase=phase, on=order.on, do=order.do, **members)
        self._home.remark(now, stimulus_comment(order.index, phase, order.do, order.on))

    def supply_voltage(self, order: StimulusOrder, now: int) -> Lasting | None:
        """Have the supply follow another profile."""
        supply, settings = self._home.supply, order.settings
        if supply is None:
            return None
        mean, deviation, correlation = (number(settings, name) for name in ("mean", "deviation", "correlation"))
        supply.follow(VoltageProfile(mean=mean, deviation=deviation, correlation=correlation))
        return lasting(settings, now, lambda _: supply.follow(NOMINAL))

    def supply_cut(self, order: StimulusOrder, now: int) -> Lasting | None:
        """Cut the electricity meter's supply."""
        supply, esme, duration = self._home.supply, self._home.esme, number(order.settings, "duration")
        if supply is not None and esme is not None:
            mounted = self._home.mounted["esme"]
            supply.cut(now, duration)
            mounted.went_dark()
            esme.lose_supply(now, duration)
            mounted.settle(now)
        return Lasting(until=now + duration, end=lambda _: None)

    def han_loss(self, order: StimulusOrder, now: int) -> Lasting | None:
        """Make the HAN links of a device lose more, or less."""
        radio = self._home.mounted[order.on].radio
        if radio is None:
            return None
        radio.loss = number(order.settings, "loss")
        radio.acknowledgement_loss = number(order.settings, "acknowledgement-loss")
        return lasting(order.settings, now, lambda _: radio.settle())

    def wan_loss(self, order: StimulusOrder, now: int) -> Lasting | None:
        """Take the WAN away from the hub."""
        duration = number(order.settings, "for")
        self._home.kernel.at(self._home.wan.interrupt(now, duration), STIMULUS, self._tell_hub)
        self._tell_hub(now)
        return Lasting(until=now + duration, end=lambda _: None)

    def _tell_hub(self, now: int) -> None:
        home = self._home
        if home.hub is not None:
            home.hub.wan_changed(home.wan.available(now), now)
            home.mounted["hub"].settle(now)

    def command_send(self, order: StimulusOrder, now: int) -> Lasting | None:
        """Have users send commands, which the WAN brings to the hub."""
        home, device = self._home, self._home.address(order.on)
        for use_case, write_payload in requested(order.on, order.settings, home.mounted[order.on].settings):
            self._sent += 1
            octets = build_command(use_case, device, self._sent, write_payload(self._sent), home.credentials)
            home.wan.bring(partial(self._deliver, octets, device), home.address(use_case.party), now)
        return None

    def _deliver(self, octets: bytes, device: Eui64, now: int) -> None:
        home = self._home
        hub = home.hub
        if hub is not None and hub.hears(now):
            hub.from_wan(octets, device)
            home.mounted["hub"].settle(now)
        elif hub is not None:
            home.kernel.at(now + _AGAIN, STIMULUS, partial(self._deliver, octets, device))

    def time_step(self, order: StimulusOrder, now: int) -> Lasting | None:
        """Set a device's clock."""
        mounted = self._home.mounted[order.on]
        mounted.device.step_clock(number(order.settings, "by"), now)
        mounted.settle(now)
        return None

    def restart(self, order: StimulusOrder, now: int) -> Lasting | None:
        """Take a device's power away for a while."""
        duration = number(order.settings, "duration")
        self._home.mounted[order.on].restart(now, duration)
        return Lasting(until=now + duration, end=lambda _: None)


_ACTS: Final[dict[str, Callable[[Stimuli, StimulusOrder, int], Lasting | None]]] = {
    "supply.voltage": Stimuli.supply_voltage,
    "supply.cut": Stimuli.supply_cut,
    "han.loss": Stimuli.han_loss,
    "wan.loss": Stimuli.wan_loss,
    "command.send": Stimuli.command_send,
    "time.step": Stimuli.time_step,
    "hub.restart": Stimuli.restart,
    "device.restart": Stimuli.restart,
}
