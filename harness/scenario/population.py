"""What a scenario says of the field, so that a load can be worked out: sealed with the plan, and never measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario import form
from harness.scenario.shape import Leaf, Table, part, table
from harness.vocab.impact import ASSUMED, CAUSES, NO_CAUSE, Population, Share
from harness.vocab.journal import TAPS

if TYPE_CHECKING:
    from harness.scenario.model import Outcome
    from harness.scenario.problem import Issues
    from harness.scenario.shape import Settled

__all__ = ["IMPACT", "MOST_A_DAY", "MOST_INSTALLED", "read_population"]

MOST_INSTALLED = 1_000_000_000
MOST_A_DAY = 1_000_000_000_000
"""What may be stated at most: devices installed, and alerts a day as capacity."""


def _share(which: str) -> Leaf:
    return Leaf(form=form.ratio(), doc=f"the {which} share, such as '2 %'", required=True)


IMPACT = Table(
    doc="what is said of the field, so that a load can be worked out; nothing of it is measured",
    fields={
        "share": Table(
            doc="share of device-days in the condition; left out, no load is claimed",
            fields={"low": _share("lowest"), "mode": _share("likeliest"), "high": _share("highest")},
        ),
        "basis": Leaf(form=form.text(), doc="where the share comes from; left out: assumed"),
        "counting-point": Leaf(form=form.choice(*TAPS), doc="the counting point that is asked about; left out: the outcome's tap"),
        "common-cause": Leaf(form=form.choice(*CAUSES), doc="what puts many devices into the condition at one moment", default=NO_CAUSE),
        "together-fraction": Leaf(form=form.ratio(), doc="share of the devices that are in the condition at one moment"),
        "installed": Leaf(form=form.count(1, MOST_INSTALLED), doc="how many are installed; sealed where stated, and often confidential"),
        "capacity": Leaf(
            form=form.count(1, MOST_A_DAY),
            doc="alerts a day that the counting point can carry; sealed where stated, and often confidential",
        ),
        "documented-degradation": Leaf(form=form.text(), doc="where a degradation of a service is documented"),
    },
)


def read_population(settled: Settled, outcome: Outcome | None, issues: Issues) -> Population:
    """Return what the section ``[impact]`` says, its counting point settled; what does not fit together goes to ``issues``."""
    found, path = table(settled, "impact"), ("impact",)
    share = _read_share(table(found, "share"), issues)
    basis, cause = part(found, "basis", str), part(found, "common-cause", str) or NO_CAUSE
    together = part(found, "together-fraction", int)
    point = part(found, "counting-point", str) or (outcome.tap if outcome else "")
    taps = part(table(settled, "window"), "taps", list) or []
    if "counting-point" in found and point not in taps and not issues.about(("window", "taps")):
        expected = f"one of the window's taps: {', '.join(map(str, taps))}"
        issues.say((*path, "counting-point"), f"nobody listens at tap '{point}'", expected=expected)
    if basis and "share" not in found and not issues.about((*path, "share")):
        issues.say((*path, "basis"), "'basis' without 'share'", expected="share = { low = '0.5 %', mode = '2 %', high = '8 %' }", on="key")
    if together is not None and cause == NO_CAUSE and not issues.about((*path, "common-cause")):
        expected = f"common-cause, one of {', '.join(CAUSES[1:])}"
        issues.say((*path, "together-fraction"), "'together-fraction' without 'common-cause'", expected=expected, on="key")
    return Population(
        share=share,
        basis=basis or ASSUMED,
        counting_point=point,
        common_cause=cause,
        together=together,
        installed=part(found, "installed", int),
        capacity=part(found, "capacity", int),
        degradation=part(found, "documented-degradation", str) or "",
    )


def _read_share(found: Settled, issues: Issues) -> Share | None:
    low, mode, high = (part(found, name, int) for name in ("low", "mode", "high"))
    if low is None or mode is None or high is None:
        return None
    for name, lower, upper in (("mode", low, mode), ("high", mode, high)):
        if lower > upper:
            issues.say(
                ("impact", "share", name), f"'{name}' lies below what comes before it", expected="low, mode and high in rising order"
            )
            return None
    return Share(low=low, mode=mode, high=high)
