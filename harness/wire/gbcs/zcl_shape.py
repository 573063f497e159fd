"""The layout of a ZCL command as names and types, for whoever shows or reads its values one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from harness.wire.gbcs.zcl_table import COMMANDS

if TYPE_CHECKING:
    from harness.wire.gbcs.zcl_types import ZclValue

__all__ = ["INTEGERS", "ZclField", "ZclShape", "size_of", "zcl_shape"]

INTEGERS = {"u8": 1, "u16": 2, "u24": 3, "u32": 4, "u48": 6, "i32": 4, "utc": 4, "?u8": 1}
"""Octets of the types that are integers; ``i32`` alone is signed."""

_ROWS = re.compile(r"(.*), ([a-z0-9-]+) [*#] \((.*)\)")
_REGISTER = 6
_DATE = 4


@dataclass(frozen=True, slots=True)
class ZclField:
    """One field of a layout."""

    name: str
    type: str
    """As :mod:`harness.wire.gbcs.zcl_types` spells it."""


@dataclass(frozen=True, slots=True)
class ZclShape:
    """What a payload is made of, in wire order."""

    fields: tuple[ZclField, ...]
    rows_name: str = ""
    """What the repeated part is called; empty where nothing is repeated."""
    rows: tuple[ZclField, ...] = ()
    """Fields of one row; where there is one field only, a row is its value."""


@lru_cache(maxsize=256)
def zcl_shape(cluster: int, from_server: bool, command: int) -> ZclShape | None:
    """Return the shape of a command, or ``None`` where the table has no such command."""
    text = next((row[4] for row in COMMANDS if row[:3] == (cluster, from_server, command)), None)
    if text is None:
        return None
    found = _ROWS.fullmatch(text)
    return ZclShape(_fields(found[1]), found[2], _fields(found[3])) if found else ZclShape(_fields(text))


def _fields(text: str) -> tuple[ZclField, ...]:
    return tuple(ZclField(*field.split(" ")) for field in text.split(", "))


def size_of(kind: str, value: ZclValue | None) -> int:
    """Return how many octets a value of a type takes; for ``thresholds``, the octet of tier and count included."""
    if kind == "?u8":
        return 0 if value is None else 1
    if kind in INTEGERS:
        return INTEGERS[kind]
    if kind == "date":
        return _DATE
    if kind == "os":
        return 1 if value is None else 1 + len(cast("bytes", value))
    if kind == "thresholds":
        return 1 + _REGISTER * len(cast("tuple[int, ...]", value))
    if isinstance(value, bytes) or value is None:
        return len(value or b"")
    registers = cast("dict[str, tuple[int, ...]]", value)
    return 2 + _REGISTER * (1 + len(registers["tiers"]) + len(registers["blocks"]))
