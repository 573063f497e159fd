"""A capture of a simulated trial as a target: it says of itself that it is simulated, so its evidence is of realm S and never of F."""

from __future__ import annotations

from typing import Final

from harness.fieldlog.target import FieldLog
from harness.vocab.roles import Realm

__all__ = ["TARGET", "SimulatedCapture"]


class SimulatedCapture(FieldLog):
    """Gives the journal of one capture; without a capture it only says what kind of target that was."""

    name = "simulated-capture"
    realm = Realm.SIMULATED


TARGET: Final = SimulatedCapture()
"""The target as a sealed bundle names it: there is no capture to read any more."""
