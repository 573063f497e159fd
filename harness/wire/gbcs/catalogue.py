"""What public sources say about alert codes and message codes: 190 and 240 of them, as data with their sources.

``data/alert_codes.csv`` was put together from the code tables of two public parsers, the reference messages (RTDS
4.5.0), two makers' ESME manuals and public use-case tables; the table in the specification itself was not at hand. So
every row names its ``sources``, a ``confidence``, and in ``inferred_fields`` the columns that rest on analogy. A
judge asks :meth:`AlertFacts.fact`, which gives ``None`` for what is unknown or inferred; a page for people asks
:meth:`AlertFacts.told`, which says so in words. Files are read once, when first asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AlertFacts", "MessageFacts", "alert_codes", "alert_facts", "alert_name", "message_codes", "message_facts", "message_name"]

_FOLDER = Path(__file__).with_name("data")
_UNKNOWN = ("", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """One alert code as the sources have it.

    Columns: ``devices``, ``critical``, ``mandated``, ``wan_alert``, ``han_alert``, ``event_log``, ``security_log``,
    ``power_event_log``, ``alcs_log``, ``recipients``, ``recipients_rule``, ``alert_type``, ``always_on``,
    ``sensitive_data``, ``device_variant``, ``message_codes``, ``gsme_configuration``, ``esme_configuration``.
    Several values in one column are parted by semicolons.
    """

    code: int
    name: str
    columns: Mapping[str, str]
    pairs: tuple[tuple[int, str], ...]
    """Codes that belong to this one, with the relation: ``opposite``, ``alternative-outcome``, ``leads-to``, …"""
    sources: tuple[str, ...]
    confidence: str
    """``high``, ``medium`` or ``low``."""
    inferred: frozenset[str]
    """Columns that rest on analogy or on absence of evidence."""

    def fact(self, column: str) -> str | None:
        """Return what a source says, or ``None`` where nothing is known or the value is only inferred."""
        value = self._column(column)
        return None if value in _UNKNOWN or column in self.inferred else value

    def told(self, column: str) -> str:
        """Return the value for people to read: ``y``, ``y (inferred)`` or ``unknown``."""
        value = self._column(column)
        if value in _UNKNOWN:
            return "unknown"
        return f"{value} (inferred)" if column in self.inferred else value

    @property
    def opposites(self) -> tuple[int, ...]:
        """Codes that report the end of what this one reports, or the reverse: true opposites only."""
        return tuple(code for code, relation in self.pairs if relation == "opposite")

    def _column(self, column: str) -> str:
        try:
            return self.columns[column]
        except KeyError:
            raise InternalError(f"the alert catalogue has no column '{column}'", expected=", ".join(self.columns)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """One message code as the sources have it."""

    code: int
    use_case: str
    """Such as ``ECS80``; empty where it has no customary short name."""
    name: str
    devices: tuple[str, ...]
    payload: str
    """``DLMS``, ``GBZ``, ``ASN.1``, or several parted by a slash."""
    message_type: str
    """``SME.A.C`` (alert, critical), ``SME.A.NC``, ``SME.C.C``, ``SME.C.NC`` or another."""
    direction: str
    """``A`` alert, ``C`` command, ``R`` response; empty where not seen."""
    alert_codes: tuple[int, ...]
    sources: tuple[str, ...]


def alert_facts(code: int) -> AlertFacts | None:
    """Return what is known about an alert code, or ``None`` where the catalogue does not list it."""
    return _alerts().get(code)


def message_facts(code: int) -> MessageFacts | None:
    """Return what is known about a message code, or ``None`` where the catalogue does not list it."""
    return _messages().get(code)


def alert_name(code: int) -> str | None:
    """Return the name of an alert code, or ``None`` where the catalogue does not list it."""
    facts = _alerts().get(code)
    return facts.name if facts else None


def message_name(code: int) -> str | None:
    """Return the name of a message code, or ``None`` where the catalogue does not list it."""
    facts = _messages().get(code)
    return facts.name if facts else None


def alert_codes() -> tuple[int, ...]:
    """Return every alert code of the catalogue, in order."""
    return tuple(_alerts())


def message_codes() -> tuple[int, ...]:
    """Return every message code of the catalogue, in order."""
    return tuple(_messages())


@cache
def _alerts() -> dict[int, AlertFacts]:
    return {facts.code: facts for facts in map(_alert, _rows("alert_codes.csv"))}


@cache
def _messages() -> dict[int, MessageFacts]:
    return {facts.code: facts for facts in map(_message, _rows("message_codes.csv"))}


def _rows(name: str) -> list[dict[str, str]]:
    import csv

    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _alert(row: dict[str, str]) -> AlertFacts:
    code, name = int(row.pop("code"), 16), row.pop("name")
    pairs = zip(_codes(row.pop("pairs_with")), _several(row.pop("pair_relation")), strict=True)
    return AlertFacts(
        code=code,
        name=name,
        pairs=tuple(pairs),
        sources=_several(row.pop("sources")),
        confidence=row.pop("confidence"),
        inferred=frozenset(_several(row.pop("inferred_fields"))),
        columns=row,
    )


def _message(row: dict[str, str]) -> MessageFacts:
    return MessageFacts(
        code=int(row["code"], 16),
        use_case=row["use_case"],
        name=row["name"],
        devices=_several(row["devices"]),
        payload=row["payload"],
        message_type=row["message_type"],
        direction=row["direction"],
        alert_codes=_codes(row["alert_codes"]),
        sources=_several(row["sources"]),
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


def _codes(text: str) -> tuple[int, ...]:
    return tuple(int(code, 16) for code in _several(text))
