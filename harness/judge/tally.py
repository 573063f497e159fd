"""Counts of a campaign so far: complete blocks, void blocks, arms, and arms compared block by block."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.errors import ScenarioError
from harness.vocab.roles import ArmRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.vocab.outcome import Row

__all__ = ["ArmTally", "PairTally", "Tally", "begin", "complete_blocks"]

Block = tuple["Row", ...]
"""The trials of one complete block, by arm number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTally:
    """One arm's trials in blocks that count."""

    role: ArmRole
    trials: int = 0
    positive: int = 0
    count_low: int = 0
    count_high: int = 0
    """Smallest and largest count of a positive trial."""
    units: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Physical units that took part, by role."""
    positive_units: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Those of them that took part in a positive trial."""

    @property
    def unit_count(self) -> int:
        """How many distinct units the trials rest on: of several roles, that with the fewest."""
        return min((len(units) for units in self.units.values()), default=0)

    def plus(self, row: Row) -> ArmTally:
        """Return the tally with one more trial."""
        seen = replace(self, trials=self.trials + 1, units=_united(self.units, row.units))
        if not row.positive:
            return seen
        low = min(self.count_low, row.count) if self.positive else row.count
        high, units = max(self.count_high, row.count), _united(self.positive_units, row.units)
        return replace(seen, positive=self.positive + 1, count_low=low, count_high=high, positive_units=units)


def _united(known: Mapping[str, frozenset[str]], seen: Mapping[str, tuple[str, ...]]) -> Mapping[str, frozenset[str]]:
    """Return the units of both; what is known already where nothing is new."""
    if all(known.get(role, frozenset()).issuperset(units) for role, units in seen.items()):
        return known
    return {**known, **{role: known.get(role, frozenset()).union(units) for role, units in seen.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTally:
    """The treatment against one control arm: in how many blocks which of the two counted more."""

    more: int = 0
    less: int = 0
    ties: int = 0

    def plus(self, treatment: int, control: int) -> PairTally:
        """Return the tally with one more block."""
        if treatment > control:
            return replace(self, more=self.more + 1)
        return replace(self, less=self.less + 1) if treatment < control else replace(self, ties=self.ties + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Everything the grades need, after some number of complete blocks."""

    treatment: int
    """Number of the treatment arm."""
    arms: Mapping[int, ArmTally]
    pairs: Mapping[int, PairTally]
    """By number of the control arm."""
    blocks: int = 0
    """Complete blocks, void ones included."""
    voids: Mapping[int, str] = field(default_factory=dict)
    """Void blocks and why they are void."""

    @property
    def treated(self) -> ArmTally:
        """The treatment arm's own tally."""
        return self.arms[self.treatment]

    def plus(self, block: Sequence[Row]) -> Tally:
        """Return the tally with one more complete block; a void block adds nothing but itself."""
        blocks = self.blocks + 1
        reason = void_reason(block)
        if reason:
            return replace(self, blocks=blocks, voids={**self.voids, block[0].block: reason})
        counts = {row.arm: row.count for row in block}
        arms = {row.arm: self.arms[row.arm].plus(row) for row in block}
        pairs = {control: pair.plus(counts[self.treatment], counts[control]) for control, pair in self.pairs.items()}
        return replace(self, blocks=blocks, arms=arms, pairs=pairs)

    def ahead(self, blocks: int) -> Tally:
        """Return the tally if each of the next ``blocks`` spoke for the claim: for the treatment, and against every control."""
        for_it = {
            number: replace(arm, trials=arm.trials + blocks, positive=arm.positive + blocks)
            for number, arm in self.arms.items()
            if arm.role in {ArmRole.TREATMENT, ArmRole.FACTORS_ALONE}
        }
        pairs = {control: replace(pair, more=pair.more + blocks) for control, pair in self.pairs.items()}
        return replace(self, blocks=self.blocks + blocks, arms={**self.arms, **for_it}, pairs=pairs)

    def recounted(self) -> Tally:
        """Return the tally with every void block counted against the claim: the treatment negative, the controls positive."""
        lost = len(self.voids)
        against = {
            number: replace(arm, trials=arm.trials + lost)
            for number, arm in self.arms.items()
            if arm.role in {ArmRole.TREATMENT, ArmRole.FACTORS_ALONE}
        }
        pairs = {control: replace(pair, less=pair.less + lost) for control, pair in self.pairs.items()}
        return replace(self, arms={**self.arms, **against}, pairs=pairs)


def begin(roles: Mapping[int, ArmRole]) -> Tally:
    """Return the tally before the first block; ``roles`` gives every arm of the plan.

    Raises :class:`ScenarioError` where there is not exactly one treatment arm.
    """
    treatments = [arm for arm, role in roles.items() if role is ArmRole.TREATMENT]
    if len(treatments) != 1:
        raise ScenarioError(f"{len(treatments)} treatment arms", expected="exactly one arm with the role 'treatment'")
    return Tally(
        treatment=treatments[0],
        arms={arm: ArmTally(role=roles[arm]) for arm in sorted(roles)},
        pairs={arm: PairTally() for arm in sorted(roles) if roles[arm].compares},
    )


def complete_blocks(rows: Iterable[Row], roles: Mapping[int, ArmRole]) -> list[Block]:
    """Return the blocks in which every arm has its trial, in order; a block that broke off is no evidence.

    Raises :class:`ScenarioError` where an arm has two trials in one block, or is not in the plan.
    """
    by_block: dict[int, dict[int, Row]] = {}
    for row in rows:
        if roles.get(row.arm) is not row.role:
            raise ScenarioError(f"arm {row.arm} is not a {row.role.value} of this plan", where=f"trial {row.trial}")
        block = by_block.setdefault(row.block, {})
        if row.arm in block:
            raise ScenarioError(f"arm {row.arm} has two trials in block {row.block}", where=f"trial {row.trial}", expected="one")
        block[row.arm] = row
    return [tuple(block[arm] for arm in sorted(block)) for _, block in sorted(by_block.items()) if len(block) == len(roles)]


def void_reason(block: Sequence[Row]) -> str:
    """Say why a complete block counts for nothing, or return an empty string.

    A block is void where a trial of it is, where the known emitter was not seen, or where alerts
    were seen with no device under test: then the harness could not be trusted on that day.
    """
    for row in block:
        if row.void:
            return f"trial {row.trial} is void: {row.void}"
    for row in block:
        if row.role is ArmRole.POSITIVE_CONTROL and not row.positive:
            return f"positive control {row.trial} was silent"
        if row.role is ArmRole.SHAM and row.positive:
            return f"sham {row.trial} was not silent"
    return ""
