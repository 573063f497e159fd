"""The design of the experiment: arms, blocks and their random order, sealed before the first trial."""

from harness.plan.design import design
from harness.plan.model import Block, Plan, PlannedArm, PlannedDevice, Trial

__all__ = ["Block", "Plan", "PlannedArm", "PlannedDevice", "Trial", "design"]
