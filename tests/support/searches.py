"""Made-up searches: toys with a known trigger, and scenarios to search in."""

from __future__ import annotations

from harness.shrink.search import Seen
from harness.vocab.roles import ArmRole
from harness.vocab.seed import Chance, subseed


def toy(trigger, chance, rate, background=0):
    """Answer trials like a device that shows the behaviour at ``rate`` (ppm) with the whole trigger, and else at the background."""
    numbers = iter(range(10**9))

    def answer(wanted):
        if wanted.role is not ArmRole.TREATMENT:
            return Seen(trial=f"t{next(numbers)}", count=0, positive=wanted.role is ArmRole.POSITIVE_CONTROL)
        fired = chance.happens(background) or (trigger <= wanted.kept and chance.happens(rate))
        return Seen(trial=f"t{next(numbers)}", count=int(fired), positive=fired)

    return answer


def play(search, answer):
    """Carry a search out to its end; return what it came to."""
    try:
        wanted = next(search)
        while True:
            wanted = search.send(answer(wanted))
    except StopIteration as done:
        return done.value


def case(number, factors, size):
    """Return a seeded trigger of so many factors, and the chance that goes with it."""
    chance = Chance(subseed(b"shrink", factors, size, number))
    return frozenset(chance.shuffled(range(factors))[:size]), chance


SCENARIO = """\
format   = "smets-scenario/1"
id       = "mine"
family   = "voltage"
question = "Does this meter alert on every crossing of its average-voltage threshold while the supply hovers there?"
codes    = ["0x8002", "0x8085"]

[combination]
region = "north"
hub    = "northgate-1@2.0"
esme   = "alder-e1@1.2"
gsme   = "birch-g1@1.0"

[window]
settle  = "30m"
observe = "24h"

[[stimulus]]
name = "hover"
at   = "0s"
on   = "esme"
do   = "supply.voltage"
with = { mean = "253.0 V", deviation = "0.6 V", correlation = "10m" }

[[stimulus]]                          # superfluous: loss that loses no alert for good
name = "deaf"
at   = "2h"
on   = "esme"
do   = "han.loss"
with = { acknowledgement-loss = "10 %", for = "1h" }

[[stimulus]]                          # superfluous: the meter goes on without the hub
name = "restart"
at   = "5h"
on   = "hub"
do   = "hub.restart"
with = { duration = "60s" }

[arms.treatment]

[arms.condition-control]
stimulus.hover.with.mean = "240.0 V"
stimulus.deaf.with.acknowledgement-loss = "0 %"

[arms.device-control]
combination.esme = "cedar-e1@3.1"

[arms.positive-control]
combination.esme = "known-emitter@1.0"

[arms.sham]
combination.esme = "none"

[outcome]
detector = "pair-chatter"
with = { pairs = 3, within = "6h" }
role = "esme"

[stop]
at = "C3"
blocks = 30

[factors]
"combination.esme" = ["alder-e1@1.2", "cedar-e1@3.1"]
"combination.region" = ["north", "central"]
"stimulus.hover.with.mean" = ["253.0 V", "240.0 V"]
"stimulus.restart" = ["present", "absent"]
"stimulus.restart.at" = ["5h", "11h"]
"window.observe" = ["24h", "10h"]
"""
"""The hover of average-voltage-chatter with superfluous stimuli and settings; two levels of its factors cannot stand together."""

__all__ = ["SCENARIO", "case", "play", "toy"]
