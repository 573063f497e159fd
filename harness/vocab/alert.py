"""An alert as it was seen, and what was found about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.vocab.canonical import Json
    from harness.vocab.identity import Eui64

__all__ = ["Alert", "Finding", "Sighting", "alert_code", "code_text"]


def alert_code(text: str) -> int:
    """Read an alert code such as ``0x8F0A`` or ``8f0a``; raises :class:`ScenarioError` otherwise."""
    digits = text[2:] if text[:2].lower() == "0x" else text
    if len(digits) != 4 or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
        raise ScenarioError(f"'{text}' is not an alert code", expected="four hexadecimal digits, such as '0x8F0A'")
    return int(digits, 16)


def code_text(code: int) -> str:
    """Write an alert or message code the way the catalogue does: ``0x8F0A``."""
    return f"0x{code:04X}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One GBCS alert, decoded from octets that were seen.

    Two alerts are the same message where their ``octets`` are equal, and the same event report where
    originator, code, ``event_seconds`` and ``body`` are.
    """

    originator: Eui64
    counter: int
    """Originator counter, unsigned 64-bit (GBCS grouping header)."""
    target: Eui64
    message_code: int
    code: int
    event_seconds: int | None
    """Time inside the alert, seconds since 2000-01-01T00:00:00Z; ``None`` where not specified."""
    body: bytes
    """What follows code and time inside the payload; empty for a type 1 alert."""
    critical: bool
    """Signed, without a MAC wrapper (``domain``: protection gives criticality)."""
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An alert at one counting point, at one instant."""

    at: int
    tap: str
    line: int
    """Line of the journal, counted from 1, that shows it."""
    alert: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a detector found, with the journal lines that show it.

    ``superfluous`` counts the alerts that this finding alone calls superfluous; the pattern it is
    part of may hold more.
    """

    detector: str
    at: int
    originator: Eui64
    codes: tuple[int, ...]
    lines: tuple[int, ...]
    superfluous: int
    rule: str
    """One neutral sentence template id, explained in the detector's documentation."""
    facts: Mapping[str, Json] = field(default_factory=dict)
    """Figures that the sentence needs, as canonical JSON values."""
