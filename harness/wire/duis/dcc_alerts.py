"""What is known of the DCC's own alert codes: two from a source, thirteen from recollection only, which is always told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["DccAlertFacts", "dcc_alert_codes", "dcc_alert_facts", "dcc_alert_told"]

_FILE = Path(__file__).with_name("data") / "dcc_alerts.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class DccAlertFacts:
    """One DCC alert code as the sources have it."""

    code: str
    meaning: str
    trigger: str
    """Empty where not known."""
    content: str
    """The element that such an alert carries; empty where none was seen."""
    related: tuple[int, ...]
    """Codes of device alerts that go with it."""
    source: str
    verified: bool
    """Whether it rests on a source; nothing is judged on one that does not."""


def dcc_alert_facts(code: str) -> DccAlertFacts | None:
    """Return what is known of a DCC alert code, or ``None`` where nothing is."""
    return _alerts().get(code)


def dcc_alert_codes() -> tuple[str, ...]:
    """Return every DCC alert code that something is known of; those from a source first."""
    return tuple(_alerts())


def dcc_alert_told(code: str) -> str:
    """Return code and meaning for people to read, saying so where they rest on no source."""
    facts = dcc_alert_facts(code)
    if facts is None:
        return f"{code} (not known here)"
    return f"{code} {facts.meaning}" if facts.verified else f"{code} {facts.meaning} (unverified: from recollection only)"


@cache
def _alerts() -> dict[str, DccAlertFacts]:
    import csv

    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: _facts(row) for row in csv.DictReader(file)}


def _facts(row: dict[str, str]) -> DccAlertFacts:
    return DccAlertFacts(
        code=row["code"],
        meaning=row["meaning"],
        trigger=row["trigger"],
        content=row["content"],
        related=tuple(int(code, 16) for code in row["related"].split(";") if code),
        source=row["source"],
        verified=row["verified"] == "y",
    )
