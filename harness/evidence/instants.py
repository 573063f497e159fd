"""Instants as attestations write them: UTC, whole seconds, ``2030-01-07T09:00:00Z``; in text order they are in time order."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from harness.errors import UsageError

__all__ = ["instant", "is_instant"]

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def is_instant(text: object) -> bool:
    """Tell whether this is an instant that exists, in its one spelling."""
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def instant(given: datetime | str) -> str:
    """Return the instant of a time, fractions of a second cut off; raises :class:`UsageError` for text that is none."""
    if isinstance(given, str):
        if is_instant(given):
            return given
        raise UsageError(f"'{given}' is not an instant", expected="UTC to the second, such as '2030-01-07T09:00:00Z'")
    return given.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
