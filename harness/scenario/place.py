"""Where each value of a TOML document stands, so that a problem can point at it.

The standard library reads TOML but forgets positions; tree-sitter keeps them. It is loaded only when
there is a problem to place.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

    from harness.scenario.problem import Path

__all__ = ["Places", "Span"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one line; line and column count from 1, in characters."""

    line: int
    column: int
    width: int


class Places:
    """Positions of keys and values by their path in the document."""

    def __init__(self, text: str) -> None:
        """Read positions from a document that the standard library could parse."""
        octets = text.encode()
        self._rows = octets.split(b"\n")
        self._keys: dict[Path, Span] = {}
        self._values: dict[Path, Span] = {}
        self._lengths: dict[Path, int] = {}
        for node in _parser().parse(octets).root_node.named_children:
            self._top(node)

    def find(self, path: Path, on: str) -> Span | None:
        """Return where the key or the value at ``path`` stands, or else what holds it; ``None`` at the root."""
        while path:
            wanted, other = (self._keys, self._values) if on == "key" else (self._values, self._keys)
            found = wanted.get(path) or other.get(path)
            if found:
                return found
            path, on = path[:-1], "key"
        return None

    def _top(self, node: Node) -> None:
        if node.type == "pair":
            self._pair((), node)
        elif node.type in {"table", "table_array_element"}:
            key, *pairs = (child for child in node.named_children if child.type != "comment")
            base = self._header(key, array=node.type == "table_array_element")
            for pair in pairs:
                self._pair(base, pair)

    def _header(self, key: Node, *, array: bool) -> Path:
        path: Path = ()
        steps = list(_steps(key))
        for number, (name, node) in enumerate(steps, 1):
            path = (*path, name)
            self._keys.setdefault(path, self._span(node))
            if array and number == len(steps):
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
                self._keys.setdefault(path, self._span(node))
        return path

    def _pair(self, base: Path, node: Node) -> None:
        inner = [child for child in node.named_children if child.type != "comment"]
        if node.type != "pair" or len(inner) != 2:
            return
        path = base
        for name, key in _steps(inner[0]):
            path = (*path, name)
            self._keys.setdefault(path, self._span(key))
        self._value(path, inner[1])

    def _value(self, path: Path, node: Node) -> None:
        self._values.setdefault(path, self._span(node))
        inner = [child for child in node.named_children if child.type != "comment"]
        if node.type == "inline_table":
            for pair in inner:
                self._pair(path, pair)
        elif node.type == "array":
            for index, item in enumerate(inner):
                self._value((*path, index), item)

    def _span(self, node: Node) -> Span:
        (row, start), (last_row, end) = node.start_point, node.end_point
        octets = self._rows[row]
        end = end if last_row == row else len(octets.rstrip())
        before = octets[:start].decode(errors="replace")
        return Span(line=row + 1, column=len(before) + 1, width=len(octets[start:end].decode(errors="replace")))


def _steps(key: Node) -> Iterator[tuple[str, Node]]:
    """Yield the names of a dotted key, unquoted, each with its node."""
    if key.type == "dotted_key":
        for child in key.named_children:
            yield from _steps(child)
    else:
        written = (key.text or b"").decode()
        yield (next(iter(tomllib.loads(f"{written} = 0"))) if key.type == "quoted_key" else written), key


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_toml

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
