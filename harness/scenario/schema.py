"""JSON Schemas of scenarios and device profiles, for editors: made from the table that checks them.

A schema says what a document may look like. What only the target, the detectors and the libraries know
(capabilities, settings, device models) is left to ``smets-harness check``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.scenario.fields import PROFILE, SCENARIO
from harness.scenario.shape import Leaf, Many, Named, Open, Table

if TYPE_CHECKING:
    from harness.scenario.shape import Node
    from harness.vocab.canonical import Json

__all__ = ["profile_schema", "scenario_schema", "write_schemas"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SETTING: Json = {
    "anyOf": [{"type": ["string", "integer", "boolean"]}, {"type": "array", "items": {"type": "string"}}],
}


def scenario_schema() -> dict[str, Json]:
    """Return the JSON Schema (draft 2020-12) of ``smets-scenario/1``."""
    return {"$schema": _DRAFT, "title": "smets-scenario/1", **_schema(SCENARIO)}


def profile_schema() -> dict[str, Json]:
    """Return the JSON Schema (draft 2020-12) of ``smets-device/1``."""
    return {"$schema": _DRAFT, "title": "smets-device/1", **_schema(PROFILE)}


def _schema(node: Node) -> dict[str, Json]:
    schema: dict[str, Json] = {"description": node.doc}
    if isinstance(node, Leaf):
        schema |= node.form.schema
        if node.default is not None:
            schema["default"] = node.default
    elif isinstance(node, Many):
        schema |= {"type": "array", "items": _schema(node.of)}
        if node.at_least:
            schema["minItems"] = node.at_least
        if node.distinct:
            schema["uniqueItems"] = True
        if node.default:
            schema["default"] = list(node.default)
    else:
        schema |= _table_schema(node)
    return schema


def _table_schema(node: Table | Named | Open) -> dict[str, Json]:
    if isinstance(node, Open):
        return {"type": "object", "additionalProperties": _SETTING}
    if isinstance(node, Named):
        names: dict[str, Json] = {"propertyNames": dict(node.names.schema)} if node.names else {}
        return {"type": "object", "additionalProperties": _schema(node.of), **names}
    required: list[Json] = [name for name, inner in node.fields.items() if inner.required]
    return {
        "type": "object",
        "properties": {name: _schema(inner) for name, inner in node.fields.items()},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def write_schemas(folder: Path) -> None:
    """Write both schemas into ``folder``, as they are committed under ``docs/reference``."""
    for name, schema in (("scenario", scenario_schema()), ("device", profile_schema())):
        text = json.dumps(schema, indent=2, ensure_ascii=False)
        (folder / f"{name}.schema.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
