"""What attributes and commands of the clusters are called, and of which type attributes are: tables, read when first asked for.

``data/attributes.csv`` and ``data/commands.csv`` tell ids and names as Wireshark 4.0.17 lists them, and types as zigpy 2.4.0 does; a row
whose source says ``memory`` was neither read off nor checked. Rows that follow one another under a counted name stand in one, with the
first number in braces. An attribute whose type no source tells has none here.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

__all__ = ["AttributeName", "attribute_name", "attributes_of", "command_name"]

_NUMBER = re.compile(r"\{(\d+)\}")


@dataclass(frozen=True, slots=True)
class AttributeName:
    """What is known of an attribute."""

    id: int
    name: str
    type: int | None
    """One of :data:`~harness.wire.zigbee.zcl_values.TYPES`, or ``None`` where no source tells."""
    source: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files("harness.wire.zigbee").joinpath("data").joinpath(name).read_text("ascii")
    return list(csv.DictReader(text.splitlines()))


@cache
def _attributes() -> dict[tuple[int, bool], list[tuple[int, int, str, int | None, str]]]:
    found: dict[tuple[int, bool], list[tuple[int, int, str, int | None, str]]] = {}
    for row in _rows("attributes.csv"):
        place = int(row["cluster"], 16), row["side"] == "server"
        kind = int(row["type"], 16) if row["type"] else None
        found.setdefault(place, []).append((int(row["first"], 16), int(row["last"], 16), row["name"], kind, row["source"]))
    return found


@cache
def _commands() -> dict[tuple[int, bool, int], str]:
    return {(int(row["cluster"], 16), row["sent-by"] == "server", int(row["id"], 16)): row["name"] for row in _rows("commands.csv")}


@lru_cache(maxsize=4096)
def attribute_name(cluster: int, attribute: int, *, of_server: bool = True) -> AttributeName | None:
    """Return what is known of an attribute, or ``None``."""
    for first, last, name, kind, source in _attributes().get((cluster, of_server), ()):
        if first <= attribute <= last:
            return AttributeName(attribute, _counted(name, attribute - first), kind, source)
    return None


def _counted(name: str, by: int) -> str:
    """Return the name of a row's attribute so many places after its first."""
    return _NUMBER.sub(lambda found: str(int(found[1]) + by), name)


def attributes_of(cluster: int, *, of_server: bool = True) -> tuple[AttributeName, ...]:
    """Return what is known of a cluster's attributes, by id."""
    places = sorted(place for first, last, *_ in _attributes().get((cluster, of_server), ()) for place in range(first, last + 1))
    names = [attribute_name(cluster, place, of_server=of_server) for place in places]
    return tuple(name for name in names if name is not None)


def command_name(cluster: int, command: int, *, from_server: bool) -> str:
    """Return what a cluster's command is called, or an empty string."""
    return _commands().get((cluster, from_server, command), "")
