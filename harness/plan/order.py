"""The random order of the experiment: every block holds each arm once, in an order drawn for that block."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from harness.plan.model import Block, Trial
from harness.vocab.canonical import canonical, lines
from harness.vocab.seed import Chance, subseed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.vocab.canonical import Json

__all__ = ["assignment", "laid_out", "root_seed"]

_APART = {"seed", "root", "harness", "policy", "plugins", "impact"}
"""Members of ``plan.json`` on which chance does not depend.

A repeat by other code draws the same order, and what is said of the field changes no trial.
"""

_ID_DIGITS = 10


def root_seed(plan: Mapping[str, Json], seed: str) -> bytes:
    """Return the seed of all chance: SHA-256 over the canonical scenario value, a line feed and the seed text.

    The scenario value is ``plan.json`` without its members ``seed``, ``root``, ``harness``, ``policy``,
    ``plugins`` and ``impact``. A change to anything that is asked, set or done gives other chance, so nobody can keep a
    lucky order and change the question; the names of device models are no part of it.
    """
    value = {name: member for name, member in plan.items() if name not in _APART}
    return sha256(canonical(value) + b"\n" + seed.encode()).digest()


def laid_out(root: bytes, blocks: int, arms: int) -> tuple[Block, ...]:
    """Return every block that the experiment may come to.

    Randomised complete blocks: whatever drifts, drifts alike for all arms of a block, so within a block
    only the drawn order decides which arm it meets (``docs/explanation/certainty.md``). A trial's id is a
    function of its place alone, so it tells nothing about the arm.
    """
    taken: set[str] = set()
    design = []
    for number in range(blocks):
        order = Chance(subseed(root, "order", number)).shuffled(range(arms))
        trials = tuple(
            Trial(trial=_id(root, number, place, taken), block=number, position=place, arm=arm) for place, arm in enumerate(order)
        )
        design.append(Block(index=number, trials=trials))
    return tuple(design)


def _id(root: bytes, block: int, position: int, taken: set[str]) -> str:
    """Return ``t`` and ten hexadecimal digits that no other trial of the plan has."""
    attempt = 0
    while (found := "t" + subseed(root, "trial-id", block, position, attempt).hex()[:_ID_DIGITS]) in taken:
        attempt += 1
    taken.add(found)
    return found


def assignment(blocks: Sequence[Block], arms: Sequence[str]) -> bytes:
    """Write which arm each trial belongs to, one canonical JSON object a trial, in the order of the plan."""
    return lines(
        {"trial": trial.trial, "block": trial.block, "position": trial.position, "arm": arms[trial.arm]}
        for block in blocks
        for trial in block.trials
    )
