"""What an arm is for. Roles are known to the judge; the names that people gave to arms are not."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ArmRole", "Realm"]


class ArmRole(StrEnum):
    """Why an arm is part of the experiment (``docs/explanation/certainty.md``)."""

    TREATMENT = "treatment"
    """The combination under the suspected condition."""
    CONDITION_CONTROL = "condition-control"
    """The same combination, the condition absent."""
    DEVICE_CONTROL = "device-control"
    """One component swapped, the condition present."""
    POSITIVE_CONTROL = "positive-control"
    """A known emitter: the harness can see such alerts today."""
    SHAM = "sham"
    """No device under test: the harness makes no such alerts itself."""
    FACTOR_CONTROL = "factor-control"
    """The treatment without one factor of the claimed trigger: shows whether that factor is needed."""
    FACTORS_ALONE = "factors-alone"
    """The claimed trigger alone, on the reference baseline: shows whether it is enough, and follows the component."""

    @property
    def compares(self) -> bool:
        """Whether the treatment is compared with this arm, block by block."""
        return self.controls or self is ArmRole.FACTOR_CONTROL

    @property
    def controls(self) -> bool:
        """Whether the treatment must beat this arm for its behaviour to be controlled."""
        return self in {ArmRole.CONDITION_CONTROL, ArmRole.DEVICE_CONTROL}

    @property
    def is_graded(self) -> bool:
        """Whether what the arm's own trials amount to is of interest; of a known emitter or a sham it is not."""
        return self not in {ArmRole.POSITIVE_CONTROL, ArmRole.SHAM}


class Realm(StrEnum):
    """Where evidence comes from; part of every grade, never dropped."""

    SIMULATED = "S"
    LABORATORY = "L"
    FIELD = "F"

    @property
    def words(self) -> str:
        """What a reader must know about evidence of this realm."""
        return {
            Realm.SIMULATED: "simulated: shows what the model does, and grades no device",
            Realm.LABORATORY: "laboratory: real devices under controlled conditions",
            Realm.FIELD: "field capture: nothing was controlled",
        }[self]
