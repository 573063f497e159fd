"""One trial from its first record to its last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comms_hub_sim.home import Home
from comms_hub_sim.kernel import OBSERVATION
from comms_hub_sim.stimuli import Stimuli

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces.mechanism import Mechanism
    from harness.interfaces.target import TrialOrder
    from harness.vocab.canonical import Json
    from harness.vocab.journal import JournalWriter

__all__ = ["carry_out"]


def carry_out(order: TrialOrder, journal: JournalWriter, *, header: Mapping[str, Json], mechanisms: Mapping[str, Mechanism]) -> None:
    """Build the home, let it settle, observe it, and write down what happened.

    Raises :class:`harness.errors.BenchError` where the order asks for something that is not modelled.
    """
    journal.record(0, "journal", trial=order.trial, epoch=order.epoch, **header)
    home = Home(order, journal, mechanisms)
    stimuli = Stimuli(home)
    for stimulus in order.stimuli:
        stimuli.schedule(stimulus)

    def opened(now: int) -> None:
        journal.record(now, "window", event="opened")

    def closed(now: int) -> None:
        home.close(now)
        journal.record(now, "window", event="closed")
        journal.record(now, "end", reason="window closed")

    closes = order.settle + order.observe
    home.kernel.at(order.settle, OBSERVATION, opened)
    home.kernel.at(closes, OBSERVATION, closed)
    home.start()
    home.kernel.run(closes)
