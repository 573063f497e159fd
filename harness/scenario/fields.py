"""Every name that a scenario or a device profile may hold: one truth for checking, defaults, schema and help."""

from __future__ import annotations

from harness.interfaces.target import FIDELITIES
from harness.scenario import form
from harness.scenario.devices import DEVICE
from harness.scenario.model import FORMAT
from harness.scenario.population import IMPACT
from harness.scenario.shape import Leaf, Many, Named, Node, Open, Table
from harness.vocab.identity import NO_DEVICE, ROLES
from harness.vocab.journal import TAPS
from harness.vocab.roles import ArmRole

__all__ = ["GRADES", "MOST_BLOCKS", "NO_REGION", "PROFILE", "PROFILE_FORMAT", "REGIONS", "SCENARIO", "STOP_GRADES"]

PROFILE_FORMAT = "smets-device/1"
REGIONS = ("north", "central", "south")
NO_REGION = "not-stated"
"""Written in a plan in place of a region where a field log does not tell one."""
STOP_GRADES = ("C1", "C2", "C3", "C4")
GRADES = ("C0", *STOP_GRADES, "NR", "inconclusive")

MOST_TIMES = 100_000
MOST_BLOCKS = 10_000

_WITH = Open(doc="settings by name; 'smets-harness plugin list' and the reference tell which there are")


def _stimulus() -> dict[str, Node]:
    return {
        "name": Leaf(form=form.NAME, doc="a name by which arms refer to it"),
        "at": Leaf(form=form.duration(), doc="when, counted from the start of settling, such as '0s'", required=True),
        "on": Leaf(form=form.choice(*ROLES), doc="the role it acts on, such as 'esme'", required=True),
        "do": Leaf(form=form.text(), doc="a capability of the target, such as 'supply.voltage'", required=True),
        "with": _WITH,
        "every": Leaf(form=form.duration(1), doc="the time between repetitions"),
        "times": Leaf(form=form.count(1, MOST_TIMES), doc="how often in all, with 'every'"),
    }


def _combination(*, partial: bool) -> dict[str, Node]:
    region = Leaf(form=form.choice(*REGIONS), doc="the WAN's region: north, central or south", required=not partial)
    role = Leaf(form=form.MODEL, doc="model@firmware, or 'none'", default=None if partial else NO_DEVICE)
    return {"region": region, **dict.fromkeys(ROLES, role)}


_ARM = Table(
    doc="one way of carrying out the trial",
    fields={
        "role": Leaf(form=form.choice(*ArmRole), doc="what the arm is for; left out, its name tells"),
        "combination": Table(doc="roles that this arm fills otherwise", fields=_combination(partial=True)),
        "device": DEVICE,
        "stimulus": Named(
            doc="stimuli, by name or number, that this arm changes",
            of=Table(
                doc="what is changed",
                fields={name: _stimulus()[name] for name in ("with", "every", "times")}
                | {
                    "at": Leaf(form=form.duration(), doc="when, counted from the start of settling"),
                },
            ),
        ),
        "without": Many(
            of=Leaf(form=form.REFERENCE, doc="the name or number of a stimulus"), doc="stimuli that this arm leaves out", distinct=True
        ),
    },
)

SCENARIO = Table(
    doc="a scenario",
    fields={
        "format": Leaf(form=form.choice(FORMAT), doc=f"'{FORMAT}'", required=True),
        "id": Leaf(form=form.NAME, doc="the scenario's name, such as 'average-voltage-chatter'", required=True),
        "family": Leaf(form=form.NAME, doc="the family of alerts it belongs to, such as 'voltage'", required=True),
        "question": Leaf(form=form.text(), doc="the question that the experiment answers, in one sentence", required=True),
        "codes": Many(
            of=Leaf(form=form.CODE, doc="an alert code"), doc="alert codes, such as ['0x8002']", required=True, at_least=1, distinct=True
        ),
        "origin": Leaf(form=form.text(), doc="where the suspicion comes from, such as 'M05'", default="not stated"),
        "not-examined": Many(of=Leaf(form=form.text(), doc="a few words"), doc="what the result says nothing about", distinct=True),
        "exploratory": Leaf(form=form.flag(), doc="true for a look around that may lack controls", default=False),
        "seed": Leaf(form=form.text(), doc="text that the random order and all chance depend on", default="1"),
        "combination": Table(doc="the devices and the region", fields=_combination(partial=False), required=True),
        "window": Table(
            doc="how long to settle and to observe",
            required=True,
            fields={
                "start": Leaf(form=form.INSTANT, doc="UTC on the wall clock when settling begins", default="2030-01-07T00:00:00Z"),
                "settle": Leaf(form=form.duration(), doc="how long the devices settle before anything is counted", default="30m"),
                "observe": Leaf(form=form.duration(1), doc="how long is counted, such as '24h'", required=True),
                "taps": Many(
                    of=Leaf(form=form.choice(*TAPS), doc="a counting point"),
                    doc="where is listened",
                    at_least=1,
                    distinct=True,
                    default=TAPS,
                ),
                "fidelity": Leaf(
                    form=form.choice(*FIDELITIES),
                    doc="how much of the home area network is carried out: whole messages, or every frame of them",
                    default=FIDELITIES[0],
                ),
                "capture": Leaf(
                    form=form.flag(),
                    doc="true to keep a capture of every trial's packets; with fidelity 'frames' there is one anyway",
                    default=False,
                ),
            },
        ),
        "stimulus": Many(of=Table(doc="one thing done to one device", fields=_stimulus()), doc="what is done to the devices"),
        "arms": Named(of=_ARM, doc="the arms, such as [arms.treatment]", names=form.NAME, required=True),
        "outcome": Table(
            doc="what is counted",
            required=True,
            fields={
                "detector": Leaf(form=form.text(), doc="the name of a detector", required=True),
                "with": _WITH,
                "tap": Leaf(form=form.choice(*TAPS), doc="the counting point", default="hub"),
                "role": Leaf(form=form.choice(*ROLES, "any"), doc="whose alerts are counted", default="any"),
                "more-than": Leaf(form=form.count(0, 1_000_000), doc="a trial is positive above this count", default=0),
            },
        ),
        "stop": Table(
            doc="when the experiment is over",
            filled=True,
            fields={
                "at": Leaf(form=form.choice(*STOP_GRADES), doc="the grade at which to stop; C3, or C1 where exploratory"),
                "blocks": Leaf(form=form.count(1, MOST_BLOCKS), doc="at most this many blocks", default=60),
                "zero-blocks": Leaf(
                    form=form.count(1, MOST_BLOCKS), doc="stop after so many blocks without a positive treatment", default=29
                ),
            },
        ),
        "impact": IMPACT,
        "expect": Named(of=Leaf(form=form.choice(*GRADES), doc="a grade"), doc="the grade expected of an arm"),
        "search": Table(
            doc="the search whose result this scenario puts to the test; 'isolate' writes it",
            fields={
                "record": Leaf(form=form.plain_text(), doc="SHA-256 of the search's record; empty where a claim rests on none"),
                "seed": Leaf(form=form.text(), doc="the seed of the search, which must not be used again", required=True),
                "plans": Many(of=Leaf(form=form.text(), doc="SHA-256 of a plan"), doc="digests of the search's plans", distinct=True),
            },
        ),
        "factors": Named(
            of=Many(of=Leaf(form=form.LEVEL, doc="a value"), doc="two levels or more", at_least=2, distinct=True),
            doc="values to screen or to shrink, by path: devices, stimuli or the window",
        ),
    },
)

PROFILE = Table(
    doc="a device profile",
    fields={
        "format": Leaf(form=form.choice(PROFILE_FORMAT), doc=f"'{PROFILE_FORMAT}'", required=True),
        "role": Leaf(form=form.choice(*ROLES), doc="the role that the device fills, such as 'esme'", required=True),
        "model": Leaf(form=form.MODEL_NAME, doc="the model's name, such as 'alder-e1'", required=True),
        "maker": Leaf(form=form.text(), doc="who makes it", required=True),
        "summary": Leaf(form=form.text(), doc="what sets it apart, in one sentence", required=True),
        "firmware": Named(
            doc='firmware versions, such as [firmware."1.0"]',
            names=form.FIRMWARE,
            required=True,
            of=Table(
                doc="one firmware version",
                fields={
                    "with": _WITH,
                    "mechanism": Many(
                        doc="mechanisms that the firmware carries",
                        of=Table(
                            doc="a mechanism",
                            fields={
                                "name": Leaf(form=form.NAME, doc="the name of a mechanism", required=True),
                                "with": _WITH,
                            },
                        ),
                    ),
                },
            ),
        ),
    },
)
