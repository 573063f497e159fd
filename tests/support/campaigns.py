"""Made-up campaigns: rows without journals."""

from __future__ import annotations

from harness.judge.certainty import certainty
from harness.judge.policy import POLICY
from harness.judge.question import Question
from harness.scenario.model import StopRule
from harness.vocab.outcome import Row
from harness.vocab.roles import ArmRole, Realm

ROLES = dict(
    enumerate(
        (ArmRole.TREATMENT, ArmRole.CONDITION_CONTROL, ArmRole.DEVICE_CONTROL, ArmRole.POSITIVE_CONTROL, ArmRole.SHAM),
    )
)
"""Arms 0 to 4: treatment, condition control, device control, positive control, sham."""


def question(roles=ROLES, *, at="C3", blocks=60, zero_blocks=29, exploratory=False, realm=Realm.SIMULATED, policy=POLICY):
    stop = StopRule(at=at, blocks=blocks, zero_blocks=zero_blocks)
    return Question(roles=roles, realm=realm, stop=stop, exploratory=exploratory, policy=policy)


def block(number, *counts, void="", unit="u1"):
    """One block: counts of the five arms; controls that are left out fire and keep silent as they should."""
    counts = [*counts, *[0, 0, 0, 1, 0][len(counts) :]]
    return [
        Row(
            block=number,
            arm=arm,
            role=ROLES[arm],
            trial=f"t{number}-{arm}",
            count=count,
            positive=count > 0,
            void=void if arm == 0 else "",
            units={"esme": (unit,)},
        )
        for arm, count in enumerate(counts)
    ]


def campaign(*blocks):
    """Rows of blocks given as tuples of counts."""
    return [row for number, counts in enumerate(blocks) for row in block(number, *counts)]


def judge(*blocks, **asked):
    return certainty(campaign(*blocks), question(**asked))


__all__ = ["ROLES", "block", "campaign", "certainty", "judge", "question"]
