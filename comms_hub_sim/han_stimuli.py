"""Carrying out what is done to the home area network itself; most of it shows at frame fidelity only, and is journalled at either."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from comms_hub_sim.behaviour import number
from comms_hub_sim.kernel import STIMULUS
from comms_hub_sim.lasting import Lasting, lasting
from harness.vocab.identity import Eui64
from harness.vocab.seed import subseed

if TYPE_CHECKING:
    from collections.abc import Callable

    from comms_hub_sim.home import Home
    from harness.interfaces.target import StimulusOrder

__all__ = ["HAN_ACTS"]


def _key_update(home: Home, order: StimulusOrder, now: int) -> Lasting | None:
    """Renew the network key."""
    if home.frames is not None:
        from comms_hub_sim.han.acts import update_key

        update_key(home.frames, number(order.settings, "switch-after"), now)
    return None


def _channel_change(home: Home, order: StimulusOrder, now: int) -> Lasting | None:
    """Move the network to another channel."""
    del order
    if home.frames is not None:
        from comms_hub_sim.han.acts import change_channel

        home.frames.request(partial(change_channel, home.frames), now)
    return None


def _interference(home: Home, order: StimulusOrder, now: int) -> Lasting | None:
    """Disturb single frames of everybody."""
    air = home.frames

    def settle(share: int) -> None:
        if air is not None:
            air.interference = share

    settle(number(order.settings, "loss"))
    return lasting(order.settings, now, lambda _: settle(0))


def _attenuation(home: Home, order: StimulusOrder, now: int) -> Lasting | None:
    """Put something between a device and the others."""

    def settle(decibels: int) -> None:
        radio = home.frames.radio(home.address(order.on)) if home.frames is not None else None
        if home.frames is not None and radio is not None:
            from comms_hub_sim.han.acts import attenuate

            attenuate(home.frames, radio, decibels)

    settle(number(order.settings, "by"))
    return lasting(order.settings, now, lambda _: settle(0))


def _leave(home: Home, order: StimulusOrder, now: int) -> Lasting | None:
    """Have a device leave, and come back after a while as after a loss of power."""
    duration = number(order.settings, "duration")
    radio = home.frames.radio(home.address(order.on)) if home.frames is not None else None
    if home.frames is not None and radio is not None:
        from comms_hub_sim.han.acts import leave

        leave(home.frames, radio, now)
    home.mounted[order.on].restart(now, duration)
    return Lasting(until=now + duration, end=lambda _: None)


def _neighbour(home: Home, order: StimulusOrder, now: int) -> Lasting | None:
    """Have the network next door be heard for a while."""
    duration = number(order.settings, "for")
    if home.frames is not None:
        home.frames.neighbour.speak(now, now + duration)
    return Lasting(until=now + duration, end=lambda _: None)


def _knock(home: Home, order: StimulusOrder, now: int) -> Lasting | None:
    """Have a device that the hub does not know ask to join, again and again."""
    every, times = number(order.settings, "every"), number(order.settings, "times")
    stranger = Eui64("02" + subseed(home.seed, "stranger").hex()[:14])

    def once(at: int) -> None:
        if home.frames is not None:
            from comms_hub_sim.han.acts import knock

            home.frames.request(partial(knock, home.frames, stranger), at)
        home.refuse(stranger, at)

    once(now)
    for turn in range(1, times):
        home.kernel.at(now + turn * every, STIMULUS, once)
    return Lasting(until=now + times * every, end=lambda _: None)


HAN_ACTS: Final[dict[str, Callable[[Home, StimulusOrder, int], Lasting | None]]] = {
    "han.key-update": _key_update,
    "han.channel-change": _channel_change,
    "han.interference": _interference,
    "han.attenuation": _attenuation,
    "han.leave": _leave,
    "han.neighbour": _neighbour,
    "han.knock": _knock,
}
"""By capability."""
