"""What public sources call the COSEM objects of GBCS, and the units that values come in, as data with their sources.

``data/cosem_objects.csv`` has the 299 triples of class, logical name and attribute or method that reference commands use; names follow the
use-case tables, and are empty where those have none. ``data/units.csv`` has the units. Both are read once, when first asked.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["COSEM_CLASSES", "ObjectFacts", "object_facts", "object_name", "objects", "unit_name", "zcl_unit_name"]

_FOLDER = Path(__file__).with_name("data")

COSEM_CLASSES = {
    1: "data",
    3: "register",
    4: "extended register",
    7: "profile generic",
    8: "clock",
    9: "script table",
    10: "schedule",
    11: "special days table",
    20: "activity calendar",
    21: "register monitor",
    22: "single action schedule",
    30: "data protection",
    70: "disconnect control",
    71: "limiter",
    104: "ZigBee network control",
    111: "account",
    112: "credit",
    113: "charge",
    115: "token gateway",
    9000: "GBCS extended data",
}
"""Names of classes by their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectFacts:
    """One attribute or method of an object as the sources have it."""

    class_id: int
    instance: bytes
    """Logical name: six octets."""
    is_method: bool
    member: int
    name: str
    """Empty where no source names it."""
    written: tuple[str, ...]
    """Types of the values written, or of the parameter; empty where it is only read."""
    message_codes: tuple[int, ...]
    """Of the commands that use it."""
    sources: tuple[str, ...]


def object_facts(class_id: int, instance: bytes, member: int, *, is_method: bool = False) -> ObjectFacts | None:
    """Return what is known of an attribute or method, or ``None`` where no reference command uses it."""
    return _objects().get((class_id, instance, is_method, member))


def object_name(class_id: int, instance: bytes, member: int, *, is_method: bool = False) -> str | None:
    """Return the name of an attribute or method, or ``None`` where no source has one."""
    facts = _objects().get((class_id, instance, is_method, member))
    return facts.name or None if facts else None


def objects() -> tuple[ObjectFacts, ...]:
    """Return every attribute and method of the catalogue, in order."""
    return tuple(_objects().values())


def unit_name(code: int) -> str | None:
    """Return the unit that a COSEM scaler-unit names, such as ``Wh``, or ``None`` where the list has it not."""
    return _units().get(("COSEM", code))


def zcl_unit_name(code: int) -> str | None:
    """Return the unit that a ZCL unit of measure names, such as ``m3``, or ``None`` where the list has it not."""
    return _units().get(("ZCL", code))


@cache
def _objects() -> dict[tuple[int, bytes, bool, int], ObjectFacts]:
    found = map(_object, _rows("cosem_objects.csv"))
    return {(facts.class_id, facts.instance, facts.is_method, facts.member): facts for facts in found}


@cache
def _units() -> dict[tuple[str, int], str]:
    return {(row["system"], int(row["code"])): row["unit"] for row in _rows("units.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _object(row: dict[str, str]) -> ObjectFacts:
    return ObjectFacts(
        class_id=int(row["class"]),
        instance=bytes(int(part) for part in row["instance"].replace("-", ".").replace(":", ".").split(".")),
        is_method=row["kind"] == "method",
        member=int(row["member"]),
        name=row["name"],
        written=_several(row["written"]),
        message_codes=tuple(int(code, 16) for code in _several(row["message_codes"])),
        sources=_several(row["sources"]),
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()
