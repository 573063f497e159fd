"""The sourced part of the alert-code catalogue: the only part that anybody is judged by."""

from __future__ import annotations

from functools import cache

from harness.wire.gbcs.catalogue import alert_facts

__all__ = ["fact", "opposites"]


@cache
def fact(code: int, column: str) -> str | None:
    """Return what a source says of a code; ``None`` where that is unknown, inferred, or the code is not listed."""
    facts = alert_facts(code)
    return facts.fact(column) if facts else None


@cache
def opposites(code: int) -> tuple[int, ...]:
    """Return the codes that report the end of what a code reports, or the reverse; none where it is not listed."""
    facts = alert_facts(code)
    return facts.opposites if facts else ()
