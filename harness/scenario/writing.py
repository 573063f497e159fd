"""Writing a scenario as a TOML file that a person can read, check and run by itself."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING

from harness.errors import InternalError
from harness.scenario.problem import path_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["toml_text"]

_INLINE = "with"
_ORDER = ("combination", "window", "stimulus", "arms", "outcome", "stop", "impact", "expect", "search", "factors")


def toml_text(document: Mapping[str, object], *, header: str = "", comments: Mapping[str, str] | None = None) -> str:
    """Return a document as TOML text, tables in the order of the reference; what was said in comments of a file is gone.

    ``header`` is written above, line by line as comments; ``comments`` stand beside a table's name, such as
    ``arms.treatment``. Reading the text gives an equal document.
    """
    said = comments or {}
    lines = [f"# {line}".rstrip() for line in header.splitlines()]
    lines += [f"{_key(name)} = {_value(value)}" for name, value in document.items() if not _is_table(value)]
    tables = [name for name, value in document.items() if _is_table(value)]
    for name in sorted(tables, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), tables.index(name))):
        lines += _table(name, document[name], said)
    return "\n".join(lines) + "\n"


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value))


def _table(name: str, value: object, said: Mapping[str, str]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from ("", f"[[{name}]]{_beside(said, name)}", *_pairs(item, ()))
    elif isinstance(value, dict) and name in {"arms", "firmware"}:
        for inner, arm in value.items():
            yield from ("", f"[{name}.{_key(inner)}]{_beside(said, f'{name}.{inner}')}", *_pairs(arm, ()))
    elif isinstance(value, dict):
        pairs = _pairs(value, ()) if name != "factors" else [f"{_key(path)} = {_value(levels)}" for path, levels in value.items()]
        yield from ("", f"[{name}]{_beside(said, name)}", *pairs)


def _beside(said: Mapping[str, str], name: str) -> str:
    return f"    # {said[name]}" if name in said else ""


def _pairs(value: Mapping[str, object], ahead: tuple[str, ...]) -> Iterator[str]:
    """Yield a table's values with dotted keys, settings in one line below ``with``."""
    for name, inner in value.items():
        path = (*ahead, name)
        if isinstance(inner, dict) and inner and (name != _INLINE or ahead):
            yield from _pairs(inner, path)
        else:
            yield f"{path_text(path)} = {_value(inner)}"


def _key(name: str) -> str:
    return path_text((name,))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(inner)}" for name, inner in value.items()) + " }" if value else "{}"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, int):
        return str(value)
    raise InternalError(f"a {type(value).__name__} has no place in a scenario", expected="text, numbers, lists and tables")
