"""Every detector that is shipped is found by itself and passes the kit that plug-in authors use."""

from __future__ import annotations

import pytest

from harness.interfaces.kit import check_detector
from harness.interfaces.registry import detectors
from harness.oracle.weighing import weigh
from harness.vocab.time import HOUR, MINUTE, SECOND

SHIPPED = (
    "burst",
    "pair-chatter",
    "re-raised-event",
    "rebuilt-alert",
    "switched-off-yet-sent",
    "transport-duplicate",
    "unfounded",
)


def eventful(builder):
    """A trial in which every detector finds something, by two devices at several counting points."""
    trial = builder.TrialBuilder()
    trial.switches(0, 0x8085)
    trial.thresholds()
    trial.averages(*[(253_400, 252_600)[period % 2] for period in range(148)])
    trial.stimulus(2 * HOUR, "hub.restart", on="hub")
    for meter in ("esme", "gsme"):
        for minute in range(40, 400, 10):
            trial.alert(minute * MINUTE + SECOND, (0x8002, 0x8085)[minute // 10 % 2], by=meter)
            octets = trial.alert(minute * MINUTE + SECOND, 0x81BA, by=meter)
            trial.message(minute * MINUTE + 2 * SECOND, octets)
            trial.message(minute * MINUTE + 2 * SECOND, octets, tap="wan")
        for second in range(40):
            trial.alert(8 * HOUR + second * SECOND, 0x8F75, by=meter)
        for _ in range(3):
            trial.alert(9 * HOUR, 0x8089, by=meter, event=9 * HOUR - SECOND)
    return trial.facts()


def test_the_registry_finds_every_shipped_detector():
    assert tuple(name for name in detectors() if name in SHIPPED) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_detector_conforms_and_is_documented(name, builder):
    detector = detectors()[name]
    check_detector(detector, [builder.TrialBuilder().facts(), eventful(builder)], grounds=weigh)
    assert detector.doc.endswith(".")
    assert type(detector).__doc__
    assert all(setting.doc and setting.default is not None for setting in detector.settings.values())
