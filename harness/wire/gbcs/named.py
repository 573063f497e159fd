"""Values under the names of their layout: what a command, a record or a SEQUENCE holds once it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

__all__ = ["Named", "in_order"]

_Value = TypeVar("_Value")


class Named(Mapping[str, _Value]):
    """Named values in wire order, as an immutable mapping; a value that the layout allows to be absent is ``None``, and not listed.

    Names are shared by all values of one layout, so that one costs no more to make than a tuple.
    """

    __slots__ = ("names", "ordered")

    def __init__(self, names: tuple[str, ...], ordered: tuple[_Value | None, ...]) -> None:
        """Put values under names, one each."""
        self.names = names
        self.ordered = ordered

    def __getitem__(self, name: str) -> _Value:
        if name in self.names:
            value = self.ordered[self.names.index(name)]
            if value is not None:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, value in zip(self.names, self.ordered, strict=True) if value is not None)

    def __len__(self) -> int:
        return sum(value is not None for value in self.ordered)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Named):
            return self.names == other.names and self.ordered == other.ordered
        return isinstance(other, Mapping) and dict(self) == dict(other)

    def __hash__(self) -> int:
        return hash((self.names, self.ordered))

    def __repr__(self) -> str:
        return f"Named({dict(self)!r})"


def in_order(value: Mapping[str, _Value], names: tuple[str, ...]) -> tuple[_Value | None, ...]:
    """Return a mapping's values in the order of ``names``, ``None`` for what it has not; ``ValueError`` for a name not in the layout."""
    if isinstance(value, Named) and value.names is names:
        return value.ordered
    if unknown := sorted(set(value) - set(names)):
        raise ValueError(f"no fields {unknown} in this layout")
    return tuple([value.get(name) for name in names])
