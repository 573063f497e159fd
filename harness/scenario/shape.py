"""The shape of a document, declared once: it checks, fills in defaults and becomes a JSON Schema.

A document is settled against its shape in one pass that finds every issue: unknown names at any
depth, missing names, values of the wrong form. What is broken is left out of the result, so that
whoever reads on can still look at the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from harness.errors import ScenarioError, nearest
from harness.scenario.form import spelt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.scenario.form import Form
    from harness.scenario.problem import Issues, Path
    from harness.vocab.canonical import Json

__all__ = ["Leaf", "Many", "Named", "Node", "Open", "Settled", "Table", "part", "settle", "table"]

Settled = dict[str, object]
"""A settled table: names to settled values. What was broken is absent, or ``None`` where names are free."""

_T = TypeVar("_T")


class _Broken:
    """Stands for a value that could not be settled."""


_BROKEN: Final = _Broken()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A single value."""

    form: Form
    doc: str
    """A phrase that reads well after «expected»."""
    required: bool = False
    default: Json = None
    """As a person would write it; ``None`` where the name may simply be absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose names are known."""

    fields: Mapping[str, Node]
    doc: str
    required: bool = False
    filled: bool = False
    """Whether an absent table is read as an empty one, so that its defaults are written out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A table whose names are free; every value has one shape."""

    of: Node
    doc: str
    names: Form | None = None
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A list, or an array of tables; every item has one shape."""

    of: Node
    doc: str
    required: bool = False
    at_least: int = 0
    distinct: bool = False
    default: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A table of settings: whoever declares them checks them."""

    doc: str
    required: bool = False


Node = Leaf | Table | Named | Many | Open


def settle(node: Table, raw: Mapping[str, object], issues: Issues) -> Settled:
    """Settle a whole document; what is wrong goes to ``issues``, what is right is returned."""
    return _settle_table(node, raw, (), issues)


def table(settled: Settled, name: str) -> Settled:
    """Return a settled table within a settled table; empty where it is absent or broken."""
    return part(settled, name, dict) or {}


def part(settled: Settled, name: str, kind: type[_T]) -> _T | None:
    """Return a settled value of this type; ``None`` where it is absent or broken."""
    value = settled.get(name)
    return value if isinstance(value, kind) else None


def _settle(node: Node, raw: object, path: Path, issues: Issues) -> object:
    if isinstance(node, Leaf):
        try:
            return node.form.read(raw)
        except ScenarioError as error:
            issues.take(path, error)
            return _BROKEN
    if isinstance(node, Many):
        return _settle_many(node, raw, path, issues)
    if not isinstance(raw, dict):
        issues.say(path, f"{spelt(raw)} does not fit", expected=f"a table: {node.doc}")
        return _BROKEN
    if isinstance(node, Table):
        return _settle_table(node, raw, path, issues)
    if isinstance(node, Named):
        return _settle_named(node, raw, path, issues)
    return dict(raw)


def _settle_table(node: Table, raw: Mapping[str, object], path: Path, issues: Issues) -> Settled:
    meant: set[str] = set()
    for name in raw:
        if name not in node.fields:
            inside = f" in {path[-1]}" if path and isinstance(path[-1], str) else ""
            near = nearest(name, node.fields)
            meant.add(near)
            issues.say((*path, name), f"no key '{name}'{inside}", expected=", ".join(node.fields), nearest=near, on="key")
    settled: Settled = {}
    for name, inner in node.fields.items():
        if name in raw:
            value = _settle(inner, raw[name], (*path, name), issues)
        elif name in meant:
            continue
        elif inner.required:
            issues.say(path, f"'{name}' is missing", expected=inner.doc, on="key")
            continue
        else:
            value = _default(inner, (*path, name), issues)
        if value is not _BROKEN:
            settled[name] = value
    return settled


def _default(node: Node, path: Path, issues: Issues) -> object:
    """Return what an absent value means, or that it is absent."""
    if isinstance(node, Leaf) and node.default is not None:
        return node.form.read(node.default)
    if isinstance(node, Table) and node.filled:
        return _settle_table(node, {}, path, issues)
    if isinstance(node, Many):
        return _settle_many(node, list(node.default), path, issues)
    return _BROKEN if isinstance(node, (Leaf, Table)) else {}


def _settle_named(node: Named, raw: Mapping[str, object], path: Path, issues: Issues) -> Settled:
    settled: Settled = {}
    for name, inner in raw.items():
        try:
            if node.names:
                node.names.read(name)
        except ScenarioError as error:
            issues.take((*path, name), error, on="key")
            settled[name] = None
            continue
        value = _settle(node.of, inner, (*path, name), issues)
        settled[name] = None if value is _BROKEN else value
    return settled


def _settle_many(node: Many, raw: object, path: Path, issues: Issues) -> object:
    if not isinstance(raw, list):
        issues.say(path, f"{spelt(raw)} does not fit", expected=f"a list: {node.doc}")
        return _BROKEN
    if len(raw) < node.at_least:
        issues.say(path, "the list is too short", expected=f"at least {node.at_least}: {node.doc}")
    settled: list[object] = []
    for index, inner in enumerate(raw):
        value = _settle(node.of, inner, (*path, index), issues)
        if node.distinct and value is not _BROKEN and value in settled:
            issues.say((*path, index), f"{spelt(inner)} stands twice in the list", expected="each once")
        settled.append(value if value is not _BROKEN else None)
    return settled
