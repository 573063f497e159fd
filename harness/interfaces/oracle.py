"""What the oracle hands to detectors: on what ground each alert stood."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.vocab.identity import Eui64

__all__ = ["Allowance", "Ground", "Grounds", "Standing"]


class Standing(StrEnum):
    """How an alert stands before the specification."""

    REQUIRED = "required"
    """Something was done that calls for it, and its configuration says send."""
    PERMITTED = "permitted"
    """Something was done that explains it; whether it had to be sent is not known."""
    UNFOUNDED = "unfounded"
    """Every trigger of the code is known to the oracle, and none was there."""
    SWITCHED_OFF = "switched-off"
    """The device was configured not to send this code, and it was sent."""
    UNKNOWN = "unknown"
    """The oracle has no sourced rule for this code: it is not judged."""
    UNDECIDED = "undecided"
    """A rule there is, but what it needs to know was not journalled up to here: it is not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Leave to send one alert of a code because of one cause."""

    device: Eui64
    code: int
    not_before: int
    not_after: int
    """Instants (ns) between which the event time of the alert must lie."""
    required: bool
    rule: str
    cause: int
    """Journal line of the cause; 0 where the cause is a schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """How one alert (by originator and counter) stands, and by which rule."""

    standing: Standing
    rule: str
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """The oracle's answer for a whole trial."""

    of: Mapping[tuple[Eui64, int, int], Ground]
    """By (originator, counter, code): how that alert stands."""
    unmet: tuple[Allowance, ...]
    """Required alerts that were not seen; told, never counted against a device."""
