"""A bench for tests of what only physical units can show: the simulator behind the label of a laboratory.

It numbers its units, and ``MODEL_BENCH`` names the laboratory, so that two of them have other units and another day.
"""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256

from comms_hub_sim.target import Simulator
from comms_hub_sim.trial import carry_out
from harness.vocab.journal import FORMAT
from harness.vocab.roles import Realm


class _Numbered:
    """A journal in which each device has its unit's number: odd trials are carried out on one set of units, even ones on another."""

    def __init__(self, journal, unit):
        self._journal, self._unit = journal, unit

    def __getattr__(self, name):
        return getattr(self._journal, name)

    def record(self, at, kind, /, **members):
        self._journal.record(at, kind, **members, **({"unit": self._unit} if kind == "device" else {}))


class ModelBench(Simulator):
    """Carries out trials as the simulator does, and says that a laboratory did."""

    name = "model-bench"
    realm = Realm.LABORATORY

    def run(self, order, journal):
        day = sha256(order.seed + os.environ["MODEL_BENCH"].encode()).digest()
        header = {"format": FORMAT, "realm": self.realm.value, "clock": self.clock}
        carry_out(replace(order, seed=day), _Numbered(journal, 1 + day[0] % 2), header=header, mechanisms=self.mechanisms())
