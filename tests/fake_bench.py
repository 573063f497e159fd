"""A small bench that nobody ships: a target, its mechanisms, detectors and a library, for tests of rooms left of the simulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.interfaces.setting import Setting
from harness.interfaces.target import Capability
from harness.vocab.roles import Realm
from harness.vocab.seed import Chance
from harness.vocab.time import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.interfaces.setting import Value
    from harness.interfaces.target import TrialOrder
    from harness.vocab.journal import JournalWriter

HUB, METER = "00db1234567890a0", "00db1234567890a1"


@dataclass
class FakeMechanism:
    """Raises its alert every so often."""

    name: str
    roles: frozenset[str] = frozenset({"esme"})
    origin: str = "M00"
    doc: str = "Says its code again and again."
    settings: Mapping[str, Setting] = field(
        default_factory=lambda: {
            "every": Setting(kind="duration", doc="time between alerts", default=HOUR, minimum=SECOND),
            "codes": Setting(kind="codes", doc="what it says", default=(0x8002,)),
        }
    )

    def attach(self, device, settings) -> None:
        """Nothing to move into: the fake target acts for its mechanisms."""


MECHANISMS = {name: FakeMechanism(name) for name in ("chatter", "known-emitter")}


@dataclass
class FakeDetector:
    """Finds every alert."""

    name: str = "pair-counter"
    doc: str = "Counts pairs."
    settings: Mapping[str, Setting] = field(
        default_factory=lambda: {
            "pairs": Setting(kind="count", doc="so many pairs", default=3, minimum=1),
            "within": Setting(kind="duration", doc="within so long", default=6 * HOUR),
        }
    )

    def detect(self, facts, grounds, tap, settings):
        return []


class FakeTarget:
    """Writes one message for every alert of every mechanism, and one for every stimulus."""

    name = "fake"
    realm = Realm.SIMULATED
    clock = "virtual"

    def capabilities(self):
        volts = {
            "mean": Setting(kind="voltage", doc="mean of the voltage"),
            "deviation": Setting(kind="voltage", doc="standard deviation", default=0),
            "correlation": Setting(kind="duration", doc="correlation time", default=MINUTE),
        }
        return {
            "supply.voltage": Capability(name="supply.voltage", doc="Set the supply.", roles=frozenset({"esme"}), settings=volts),
            "supply.cut": Capability(
                name="supply.cut",
                doc="Cut the supply.",
                roles=frozenset({"esme", "hub"}),
                settings={"lasting": Setting(kind="duration", doc="for how long", default=MINUTE, minimum=SECOND)},
            ),
        }

    def device_settings(self, role: str):
        if role == "esme":
            return {
                "hysteresis": Setting(kind="voltage", doc="how far to come back", default=1000),
                "mode": Setting(kind="choice", doc="how it counts", default="plain", choices=("plain", "fancy")),
                "loss": Setting(kind="ratio", doc="share of frames lost", default=0),
            }
        return {}

    def mechanisms(self):
        return MECHANISMS

    def run(self, order: TrialOrder, journal: JournalWriter) -> None:
        end = order.settle + order.observe
        journal.record(
            0, "journal", format="smets-journal/1", trial=order.trial, realm=self.realm.value, clock=self.clock, epoch=order.epoch
        )
        events = [(order.settle, ("window", {"event": "opened"}))]
        for stimulus in order.stimuli:
            facts = {"index": stimulus.index, "on": stimulus.on, "do": stimulus.do, "with": _written(stimulus.settings)}
            events += [(stimulus.at, ("stimulus", {**facts, "phase": phase})) for phase in ("due", "done")]
        for device in order.devices:
            for use in device.mechanisms:
                chance = Chance(order.seed)
                every = use.settings["every"]
                for at in range(every, end, every):
                    octets = chance.octets(8).hex()
                    events.append((at, ("message", {"tap": "hub", "source": METER, "destination": HUB, "octets": octets})))
        for at, (kind, members) in sorted(events, key=lambda event: event[0]):
            journal.record(at, kind, **members)
        journal.record(end, "window", event="closed")
        journal.record(end, "end", reason="window closed")


def _written(settings: Mapping[str, Value]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}


PROFILES = {
    ("hub", "gate-1"): '[firmware."2.0"]\n[firmware."2.1"]\n',
    ("esme", "pine-e1"): '[firmware."1.2"]\nwith = { hysteresis = "0 V" }\n[[firmware."1.2".mechanism]]\nname = "chatter"\n',
    ("esme", "oak-e1"): '[firmware."3.1"]\n',
    ("esme", "siren-e1"): '[firmware."1.0"]\n[[firmware."1.0".mechanism]]\nname = "known-emitter"\nwith = { every = "10m" }\n',
    ("gsme", "birch-g9"): '[firmware."1.0"]\n',
}

SCENARIO = """\
format = "smets-scenario/1"
id = "hover"
family = "voltage"
question = "Does this meter alert on every crossing of its threshold?"
codes = ["0x8002", "0x8085"]
origin = "M05"

[combination]
region = "north"
hub = "gate-1@2.0"
esme = "pine-e1@1.2"
gsme = "birch-g9@1.0"

[window]
settle = "30m"
observe = "24h"

[[stimulus]]
name = "hover"
at = "0s"
on = "esme"
do = "supply.voltage"
with = { mean = "253.0 V", deviation = "0.6 V", correlation = "10m" }

[[stimulus]]
at = "1h"
on = "hub"
do = "supply.cut"
every = "2h"
times = 3

[arms.treatment]

[arms.condition-control]
stimulus.hover.with.mean = "240.0 V"

[arms.device-control]
combination.esme = "oak-e1@3.1"

[arms.positive-control]
combination.esme = "siren-e1@1.0"

[arms.sham]
combination.esme = "none"

[outcome]
detector = "pair-counter"
with = { pairs = 4 }

[stop]
at = "C3"
blocks = 12

[expect]
treatment = "C3"
condition-control = "NR"

[factors]
"combination.hub" = ["gate-1@2.0", "gate-1@2.1"]
"""

DETECTORS = {"pair-counter": FakeDetector(), "storm-finder": FakeDetector(name="storm-finder")}


def profile_text(role: str, model: str, rest: str) -> str:
    return (
        f'format = "smets-device/1"\nrole = "{role}"\nmodel = "{model}"\nmaker = "Fable Works"\nsummary = "A device of a fable."\n\n{rest}'
    )


def write_library(root: Path) -> Path:
    """Write the fake profiles and the scenario as a library below ``root``."""
    for (role, model), rest in PROFILES.items():
        path = root / "device_profiles" / role / f"{model.replace('-', '_')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(profile_text(role, model, rest), encoding="utf-8")
    path = root / "scenarios" / "voltage" / "hover.toml"
    path.parent.mkdir(parents=True)
    path.write_text(SCENARIO, encoding="utf-8")
    return root
