"""What can be done to the devices of a simulated home, with units and defaults."""

from __future__ import annotations

from typing import Final

from harness.interfaces.setting import Setting
from harness.interfaces.target import Capability
from harness.vocab.time import MINUTE, SECOND

__all__ = ["CAPABILITIES"]

_ON_HAN: Final = frozenset({"hub", "esme", "gsme", "ppmid"})
_LASTS: Final = Setting(kind="duration", doc="how long it lasts", default=0, minimum=0, zero="the rest of the trial")

CAPABILITIES: Final[dict[str, Capability]] = {
    capability.name: capability
    for capability in (
        Capability(
            name="supply.voltage",
            doc="The supply wanders about a mean, one value a minute.",
            roles=frozenset({"esme"}),
            settings={
                "mean": Setting(kind="voltage", doc="mean of the RMS voltage"),
                "deviation": Setting(kind="voltage", doc="standard deviation", default=0),
                "correlation": Setting(
                    kind="duration", doc="time in which the voltage forgets where it was", default=10 * MINUTE, minimum=SECOND
                ),
                "for": _LASTS,
            },
        ),
        Capability(
            name="supply.cut",
            doc="The electricity meter loses its supply; the hub is fed separately, as on a bench.",
            roles=frozenset({"esme"}),
            settings={"duration": Setting(kind="duration", doc="how long the supply is away", minimum=SECOND)},
        ),
        Capability(
            name="han.loss",
            doc="The HAN links of a device lose datagrams, or acknowledgements, or both.",
            roles=_ON_HAN,
            settings={
                "loss": Setting(kind="ratio", doc="share of datagrams lost, either way", default=0),
                "acknowledgement-loss": Setting(kind="ratio", doc="share of acknowledgements lost, either way", default=0),
                "for": _LASTS,
            },
        ),
        Capability(
            name="wan.loss",
            doc="The hub has no WAN service; it stores what comes up.",
            roles=frozenset({"hub"}),
            settings={"for": Setting(kind="duration", doc="how long there is no service", minimum=SECOND)},
        ),
        Capability(
            name="command.send",
            doc="Users send configuration commands, which the meter takes over and answers: ECS25a, ECS25b and ECS29c, or GCS20.",
            roles=frozenset({"esme", "gsme"}),
            settings={
                "on": Setting(kind="codes", doc="codes whose WAN alerts are switched on", default=()),
                "off": Setting(kind="codes", doc="codes whose WAN alerts are switched off", default=()),
                "over": Setting(kind="voltage", doc="average RMS over-voltage threshold in whole volts", default=0, zero="as it is"),
                "under": Setting(kind="voltage", doc="average RMS under-voltage threshold in whole volts", default=0, zero="as it is"),
                "period": Setting(kind="duration", doc="averaging period in whole minutes", default=0, minimum=0, zero="as it is"),
            },
        ),
        Capability(
            name="time.step",
            doc="A device's clock is set forward, or back where negative.",
            roles=_ON_HAN,
            settings={"by": Setting(kind="duration", doc="how far")},
        ),
        Capability(
            name="hub.restart",
            doc="The hub loses power: tunnels and caches are gone, counters and stored messages stay.",
            roles=frozenset({"hub"}),
            settings={"duration": Setting(kind="duration", doc="until it is back", default=60 * SECOND, minimum=SECOND)},
        ),
        Capability(
            name="device.restart",
            doc="A device loses power: tunnels are gone, counters, logs and settings stay.",
            roles=frozenset({"esme", "gsme", "ppmid"}),
            settings={"duration": Setting(kind="duration", doc="until it is back", default=10 * SECOND, minimum=SECOND)},
        ),
    )
}
"""By name: what :meth:`comms_hub_sim.target.Simulator.capabilities` returns."""
