"""A radio that is a node of a network: what it loses frame by frame, and the devices behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comms_hub_sim.behaviour import number
from comms_hub_sim.medium import Radio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comms_hub_sim.han.air import FrameAir
    from comms_hub_sim.han.node import Node
    from comms_hub_sim.medium import Receiver
    from harness.interfaces.setting import Value
    from harness.vocab.identity import Eui64

__all__ = ["FrameRadio"]


class FrameRadio(Radio):
    """A radio that is also a node of the network."""

    __slots__ = ("_air", "devices", "endpoints", "faintness", "is_estranged", "mac_loss", "node")

    def __init__(self, behind: Receiver, settings: Mapping[str, Value], air: FrameAir, node: Node, endpoints: dict[Eui64, int]) -> None:
        self.mac_loss = 0
        """Share of single frames lost on every link of this radio, either way, in parts per million; the MAC mends it."""
        self.faintness = 0
        """Share of single frames lost likewise because they are too weak."""
        super().__init__(behind, settings)
        self._air = air
        self.node = node
        self.endpoints = endpoints
        """Endpoint of each device behind this radio."""
        self.devices = {endpoint: device for device, endpoint in endpoints.items()} | {0: node.eui}
        """The device behind each endpoint."""
        self.is_estranged = False
        """Whether it has lost its place in the network and is to rejoin before anything else."""

    def settle(self) -> None:
        """Lose as much as the device's settings say."""
        super().settle()
        self.mac_loss = number(self._settings, "mac-loss")

    def restart(self) -> None:
        """Lose the duplicate table, everything under way, what is half received, and the place in the network."""
        self._air.catch_up(self._air.kernel.now)
        super().restart()
        self.node.restart()
        self._air.went_dark(self)
