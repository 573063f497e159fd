"""What can be done to the devices of a simulated home, with units and defaults."""

from __future__ import annotations

from typing import Final

from harness.interfaces.setting import Setting
from harness.interfaces.target import Capability
from harness.vocab.time import MINUTE, SECOND

__all__ = ["CAPABILITIES"]

_ON_HAN: Final = frozenset({"hub", "esme", "gsme", "ppmid"})
_HUB: Final = frozenset({"hub"})
_JOINED: Final = frozenset({"esme", "gsme", "ppmid"})
"""Every device but the hub."""
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
            name="han.interference",
            doc="Something disturbs single MAC frames of everybody in the home; it shows at frame fidelity.",
            roles=_HUB,
            settings={"loss": Setting(kind="ratio", doc="share of single frames lost on every link"), "for": _LASTS},
        ),
        Capability(
            name="han.attenuation",
            doc="Something stands between a device and the others, so frames are weaker, or lost; it shows at frame fidelity.",
            roles=_JOINED,
            settings={"by": Setting(kind="count", doc="how many dB weaker", minimum=1, maximum=60), "for": _LASTS},
        ),
        Capability(
            name="han.key-update",
            doc="The trust centre sends every device a new network key, and switches to it later; it shows at frame fidelity.",
            roles=_HUB,
            settings={
                "switch-after": Setting(kind="duration", doc="from sending the key to switching", default=10 * MINUTE, minimum=SECOND)
            },
        ),
        Capability(
            name="han.channel-change",
            doc="The hub moves its network to the next channel of its band; it shows at frame fidelity.",
            roles=_HUB,
        ),
        Capability(
            name="han.leave",
            doc="A device leaves the network and joins again, as after a loss of power: tunnels are gone, all else stays.",
            roles=_JOINED,
            settings={"duration": Setting(kind="duration", doc="until it joins again", default=5 * SECOND, minimum=SECOND)},
        ),
        Capability(
            name="han.neighbour",
            doc="A network next door is heard on the same channel; it shows at frame fidelity.",
            roles=_HUB,
            settings={"for": Setting(kind="duration", doc="how long it is heard", minimum=SECOND)},
        ),
        Capability(
            name="han.knock",
            doc="A device that the hub does not know asks to join, again and again, and is refused.",
            roles=_HUB,
            settings={
                "every": Setting(kind="duration", doc="from one attempt to the next", default=MINUTE, minimum=2 * SECOND),
                "times": Setting(kind="count", doc="how many attempts", default=10, minimum=1, maximum=100_000),
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
