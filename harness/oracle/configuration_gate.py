"""Whether a device was set to send a code to the WAN at all.

0x80nn is switched by the network operator and 0x81nn by the supplier, one bit a code; 0x8Fnn is not
switched. A bit is held against a device only where the catalogue's own columns say, from a source,
that the code goes to the WAN and has a switch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.interfaces.oracle import Ground, Standing
from harness.oracle.clock import clock_tolerance
from harness.oracle.family import Rule
from harness.oracle.sourced import fact
from harness.vocab.alert import code_text

if TYPE_CHECKING:
    from harness.vocab.alert import Sighting
    from harness.vocab.canonical import Json
    from harness.vocab.identity import Eui64
    from harness.wire.facts import Configured, TrialFacts

__all__ = ["RULES", "calls_for", "gate"]

RULES: Final = (
    Rule(
        id="wan-bit-off",
        says="A code with a switch is not sent to the WAN while its WAN bit is off.",
        source="GBCS use cases ECS25a, ECS25b and GCS20; catalogue columns wan_alert and always_on",
    ),
    Rule(
        id="code-is-log-only",
        says="A code that has no WAN alert is not sent to the WAN.",
        source="catalogue column wan_alert",
    ),
)
_BIT_OFF, _LOG_ONLY = RULES

_SCOPE: Final = {0x80: "network-operator", 0x81: "supplier"}
_GSME_WAN: Final = 1 << 3
"""Bit of the GSME event configuration octet that sends an event to the WAN (GCS20)."""


def gate(facts: TrialFacts, sighting: Sighting) -> Ground | None:
    """Return the ground on which an alert should not have been sent at all, or ``None`` where there is none.

    A bit must have been off from the event (with the clock's tolerance) until the alert was seen; where it
    was on at any moment in between, the device has the benefit of the doubt.
    """
    alert = sighting.alert
    goes_to_wan = fact(alert.code, "wan_alert")
    if goes_to_wan == "n":
        return Ground(standing=Standing.UNFOUNDED, rule=_LOG_ONLY.id)
    if goes_to_wan != "y" or fact(alert.code, "always_on") != "n":
        return None
    settings = [entry for entry in _settings(facts, alert.originator, alert.code) if entry.line < sighting.line]
    if not settings:
        return None
    since = facts.event_instant(sighting) - clock_tolerance(facts, sighting)
    in_force = _in_force(settings, since)
    if in_force is None or any(_wan_bit(entry, alert.code) is not False for entry in settings[in_force:]):
        return None
    return Ground(standing=Standing.SWITCHED_OFF, rule=_BIT_OFF.id, cause=settings[-1].line)


def calls_for(facts: TrialFacts, device: Eui64, code: int, at: int) -> bool:
    """Tell whether a device that sees the trigger of ``code`` at an instant has to send it.

    It does where the code is mandated, goes to the WAN, and is always on or has its bit on, all of it
    from sourced columns; otherwise it may.
    """
    if fact(code, "mandated") != "mandated" or fact(code, "wan_alert") != "y":
        return False
    always_on = fact(code, "always_on")
    if always_on == "n":
        settings = _settings(facts, device, code)
        in_force = _in_force(settings, at)
        return in_force is not None and _wan_bit(settings[in_force], code) is True
    return always_on == "y"


def _settings(facts: TrialFacts, device: Eui64, code: int) -> list[Configured]:
    """Return the records that switch a code on a device, oldest first."""
    scope = _SCOPE.get(code >> 8)
    behaviour = [entry for entry in facts.settings_of(device, "alert-behaviour") if entry.members.get("scope") == scope]
    return behaviour or list(facts.settings_of(device, "event-configuration"))


def _in_force(settings: list[Configured], at: int) -> int | None:
    """Return the position of the record in force at an instant, or ``None`` where none was yet."""
    found = [position for position, entry in enumerate(settings) if entry.at <= at]
    return found[-1] if found else None


def _wan_bit(entry: Configured, code: int) -> bool | None:
    """Return whether a record sends a code to the WAN; ``None`` where it does not say."""
    if entry.item == "alert-behaviour":
        mask = _number(entry.members.get("wan"))
        return None if mask is None else bool(mask >> (code & 0xFF) & 1)
    codes = entry.members.get("codes")
    octet = _number(codes.get(code_text(code))) if isinstance(codes, dict) else None
    return None if octet is None else bool(octet & _GSME_WAN)


def _number(text: Json) -> int | None:
    try:
        return int(text, 16) if isinstance(text, str) else None
    except ValueError:
        return None
