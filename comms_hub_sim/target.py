"""The simulator as a target of the harness: trials in, journals out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comms_hub_sim.behaviour import SETTINGS
from comms_hub_sim.capabilities import CAPABILITIES
from harness.interfaces.registry import mechanisms_in
from harness.interfaces.target import FIDELITIES
from harness.vocab.journal import FORMAT
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.mechanism import Mechanism
    from harness.interfaces.setting import Setting
    from harness.interfaces.target import Capability, TrialOrder
    from harness.vocab.journal import JournalWriter

__all__ = ["Simulator"]


class Simulator:
    """Carries out trials in virtual time; the same order gives the same journal, octet for octet."""

    name = "simulator"
    realm = Realm.SIMULATED
    clock = "virtual"
    fidelities = FIDELITIES

    def capabilities(self) -> Mapping[str, Capability]:
        """Return what can be done to simulated devices, by name."""
        return CAPABILITIES

    def device_settings(self, role: str) -> Mapping[str, Setting]:
        """Return the settings that a device profile of this role may give; none for a role that is not modelled."""
        return SETTINGS.get(role, {})

    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Return the mechanisms that a device profile may name."""
        return mechanisms_in("comms_hub_sim.mechanisms")

    def run(self, order: TrialOrder, journal: JournalWriter) -> None:
        """Carry out one trial from its ``journal`` record to its ``end`` record, and write its packets where the journal has a capture.

        Raises :class:`harness.errors.BenchError` where the order asks for something that is not modelled.
        """
        from comms_hub_sim.trial import carry_out

        carry_out(order, journal, header={"format": FORMAT, "realm": self.realm.value, "clock": self.clock}, mechanisms=self.mechanisms())
