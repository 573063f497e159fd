"""0x8F0A: one alert for every scheduled billing entry of a meter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.interfaces.oracle import Allowance
from harness.oracle.configuration_gate import calls_for
from harness.oracle.family import Causes, Family, Rule
from harness.vocab.time import HOUR

if TYPE_CHECKING:
    from harness.vocab.identity import Eui64
    from harness.wire.facts import TrialFacts

__all__ = ["BILLING_CODE", "FAMILY"]

BILLING_CODE: Final = 0x8F0A
"""Billing Data Log Updated: legitimate bulk, one a meter a day; no detector calls it superfluous."""

_DUE: Final = Rule(
    id="billing-entry-due",
    says="A meter announces each scheduled billing entry once, within the hour in which it is due.",
    source="catalogue 0x8F0A; BillingCalendar (ECS30, ECS30a, GCS25, GCS25a)",
)


def _causes(facts: TrialFacts) -> Causes:
    """Return one allowance an entry; entries may be written for other reasons too, so nothing is known beyond them.

    A meter says its calendar anew where that changes, as after a restart or a step of its clock.
    """
    found = []
    for device in facts.devices_with("esme", "gsme"):
        calendars = facts.settings_of(device, "billing")
        for entry, following in zip(calendars, [*calendars[1:], None], strict=False):
            first, every = entry.members.get("first"), entry.members.get("every")
            until = following.at if following else facts.until + 1
            if isinstance(first, int) and isinstance(every, int) and every > 0:
                found += [_allowance(facts, device, due) for due in range(first, until, every)]
    return Causes(allowances=tuple(found))


def _allowance(facts: TrialFacts, device: Eui64, due: int) -> Allowance:
    return Allowance(
        device=device,
        code=BILLING_CODE,
        not_before=due,
        not_after=due + HOUR,
        required=calls_for(facts, device, BILLING_CODE, due),
        rule=_DUE.id,
        cause=0,
    )


FAMILY: Final = Family(codes=frozenset({BILLING_CODE}), rules=(_DUE,), causes=_causes)
