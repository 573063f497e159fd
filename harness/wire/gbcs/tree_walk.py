"""Fields put one after another, so that none of a tree's octets is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wire.gbcs.content import Field

if TYPE_CHECKING:
    from harness.wire.gbcs.content import FieldValue

__all__ = ["Walk"]


class Walk:
    """Puts fields one after another."""

    __slots__ = ("at", "fields")

    def __init__(self, at: int) -> None:
        """Start at an offset."""
        self.at = at
        self.fields: list[Field] = []

    def add(self, name: str, size: int, value: FieldValue = None, meaning: str = "", parts: tuple[Field, ...] = ()) -> None:
        """Append a field of ``size`` octets; one of no octets is left out."""
        if size:
            self.fields.append(Field(name=name, offset=self.at, end=self.at + size, value=value, meaning=meaning, parts=parts))
            self.at += size

    def put(self, *fields: Field) -> None:
        """Append fields that know their places already."""
        for field in fields:
            self.fields.append(field)
            self.at = field.end

    def layer(self, name: str, inner: Walk, meaning: str = "") -> None:
        """Append a field made of what another walk found from here on."""
        self.add(name, inner.at - self.at, None, meaning, tuple(inner.fields))
