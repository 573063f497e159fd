"""Oracle and detectors against the simulator, which knows nothing of them: a healthy home on a day when much happens."""

from __future__ import annotations

from io import BytesIO

import pytest

from harness.cli.compose import prepare
from harness.interfaces.registry import detectors, target
from harness.judge.assess import assess
from harness.vocab.journal import Journal, JournalWriter

ROUGH_DAY = """
format = "smets-scenario/1"
id = "rough-day"
family = "healthy"
question = "Does a rough day make a healthy combination look superfluous?"
codes = ["0x8002", "0x8085", "0x8F35", "0x8F36"]
origin = "negative control"
exploratory = true

[combination]
region = "south"
hub = "bridgewater-2@1.4"
esme = "cedar-e1@3.1"
gsme = "birch-g1@1.0"
ppmid = "rowan-p1@1.0"

[window]
settle = "30m"
observe = "24h"

[[stimulus]]
at = "1h"
on = "esme"
do = "supply.voltage"
with = { mean = "253.0 V", deviation = "1 V", correlation = "30m", for = "20h" }

[[stimulus]]
at = "2h3m"
on = "esme"
do = "supply.cut"
with = { duration = "150s" }
every = "1h"
times = 20

[[stimulus]]
at = "2h33m"
on = "esme"
do = "supply.cut"
with = { duration = "20m" }
every = "3h"
times = 6

[[stimulus]]
at = "2h10m"
on = "hub"
do = "hub.restart"
every = "2h"
times = 10

[[stimulus]]
at = "2h20m"
on = "esme"
do = "device.restart"
every = "2h"
times = 10

[[stimulus]]
at = "6h10m"
on = "esme"
do = "time.step"
with = { by = "20m" }

[[stimulus]]
at = "10h10m"
on = "hub"
do = "time.step"
with = { by = "-15m" }

[[stimulus]]
at = "12h10m"
on = "hub"
do = "wan.loss"
with = { for = "4h" }

[[stimulus]]
at = "17h10m"
on = "esme"
do = "han.loss"
with = { loss = "40 %", acknowledgement-loss = "40 %", for = "3h" }

[arms.treatment]

[outcome]
detector = "unfounded"
role = "any"

[stop]
at = "C1"
blocks = 8
zero-blocks = 8
"""


@pytest.fixture(scope="module")
def assessments(tmp_path_factory):
    path = tmp_path_factory.mktemp("scenario") / "rough_day.toml"
    path.write_text(ROUGH_DAY, encoding="utf-8")
    plan = prepare(str(path), target_name="simulator", overrides=[], seed=None)
    found = []
    for trial in plan.trials:
        stream = BytesIO()
        target("simulator").run(plan.order(trial), JournalWriter(stream))
        found.append(assess(Journal(stream.getvalue(), where=trial), plan.outcome, plan.codes, detectors=detectors()))
    return found


def test_everything_that_was_seen_could_be_read_and_nothing_was_void(assessments):
    assert {(assessment.unread, assessment.outcome.void) for assessment in assessments} == {(0, "")}


def test_no_alert_of_a_healthy_home_is_without_ground(assessments):
    for assessment in assessments:
        assert set(assessment.outcome.standings) <= {"required", "permitted"}


def test_no_detector_but_the_one_for_copies_or_for_pairs_speaks(assessments):
    """A supply that hovers at the threshold for 20 hours may pass it often, and a lossy HAN may make copies."""
    spoke = {name for assessment in assessments for name, count in assessment.outcome.by_detector.items() if count}
    assert spoke <= {"transport-duplicate", "pair-chatter"}


def test_outages_are_told_of_once_each_by_the_code_of_their_length(assessments):
    """Alerts may be lost while the HAN is; there are never more of them than outages."""
    for assessment in assessments:
        short, long = (assessment.outcome.by_code[code] for code in ("0x8F35", "0x8F36"))
        assert 17 <= short <= 20
        assert 5 <= long <= 6
