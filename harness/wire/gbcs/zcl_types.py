"""Layouts of ZCL payloads: fields with types, compiled once to the fewest ``struct`` calls.

A layout is written as text, one word for the name and one for the type of each field::

    provider-id u32, rate-label os, start utc             fields in wire order
    …, prices * (tier-block-id u8, price u32)             rows to the end
    …, count u16, samples # (sample u24)                  as many rows as the field before says

======================= ======================================================================================
``u8`` to ``u48``       unsigned, little-endian; ``i32`` signed
``utc``                 seconds since 2000-01-01T00:00:00Z, unsigned 32 bit
``os``                  octet string: a length octet and that many octets; ``None`` where the length octet is FF
``date``                :class:`ZclDate`
``?u8``                 an octet that may be missing at the end
``rest``                octets to the end, perhaps none
``snapshot``            registers of a PublishSnapshot, by the payload type before
``thresholds``          an octet of tier and count, then that many 48-bit thresholds
======================= ======================================================================================

A row of one field is that field's value, a row of several is :class:`~harness.wire.gbcs.named.Named`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from struct import error
from typing import TYPE_CHECKING, cast

from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.named import Named, in_order
from harness.wire.gbcs.zcl_steps import Run, Step, Values, ZclDate, ZclValue, steps_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Layout", "ZclDate", "ZclValue"]

_ROWS = re.compile(r"(.*), ([a-z0-9-]+) ([*#]) \((.*)\)")


@dataclass(frozen=True, slots=True)
class _Rows:
    """What a payload repeats."""

    names: tuple[str, ...]
    steps: tuple[Step, ...]
    counted: bool

    def read(self, octets: bytes, at: int, end: int, count: ZclValue | None) -> tuple[ZclValue, ...]:
        found = self._plain(octets, at, end) if isinstance(self.steps[0], Run) and len(self.steps) == 1 else self._stepped(octets, at, end)
        if self.counted and len(found) != count:
            raise GbcsError("E33", at, f"{len(found)} rows in a ZCL payload", expected=f"{count!r}, as it claims")
        return found

    def _plain(self, octets: bytes, at: int, end: int) -> tuple[ZclValue, ...]:
        run = cast("Run", self.steps[0])
        if (end - at) % run.size:
            raise GbcsError("E33", at, f"rows of {end - at} octets in a ZCL payload", expected=f"a multiple of {run.size}")
        rows = run.rows(octets[at:end])
        return tuple([values[0] for values in rows]) if len(self.names) == 1 else tuple([Named(self.names, values) for values in rows])

    def _stepped(self, octets: bytes, at: int, end: int) -> tuple[ZclValue, ...]:
        found: list[ZclValue] = []
        while at < end:
            values: Values = []
            for step in self.steps:
                at = step.read(octets, at, end, values)
            found.append(Named(self.names, tuple(values)))
        return tuple(found)

    def write(self, rows: Sequence[ZclValue], count: ZclValue | None) -> bytes:
        if self.counted and len(rows) != count:
            raise ValueError(f"{len(rows)} rows where {count!r} are claimed")
        return b"".join([self._row(row) for row in rows])

    def _row(self, row: ZclValue) -> bytes:
        values = iter((row,) if len(self.names) == 1 else in_order(cast("Mapping[str, ZclValue]", row), self.names))
        return b"".join([step.write(values) for step in self.steps])


class Layout:
    """A compiled layout: reads the ZCL payload of one command, and writes it."""

    __slots__ = ("_only", "_rows", "_steps", "names", "types")

    def __init__(self, text: str) -> None:
        """Compile a layout from its text."""
        rows = _ROWS.fullmatch(text)
        self._rows: _Rows | None = _rows(rows[4], counted=rows[3] == "#") if rows else None
        self.types = _types(rows[1] if rows else text)
        self.names = _names(self.types) + ((rows[2],) if rows else ())
        self._steps = steps_of(tuple(self.types.values()))
        single = self._steps[0] if len(self._steps) == 1 else None
        self._only = single if isinstance(single, Run) and rows is None else None

    def read(self, octets: bytes, at: int, end: int) -> Named[ZclValue]:
        """Read a payload that stands from ``at`` to ``end``; raises :class:`GbcsError` E33 where it does not fill that."""
        only = self._only
        if only is not None:
            if end - at != only.size:
                raise GbcsError("E33", at, f"a ZCL payload of {end - at} octets", expected=f"{only.size}", octets=octets[at:end])
            return Named(self.names, only.values(octets, at))
        values: Values = []
        place = at
        for step in self._steps:
            place = step.read(octets, place, end, values)
        if self._rows is not None:
            values.append(self._rows.read(octets, place, end, values[-1]))
        elif place != end:
            raise GbcsError("E33", place, f"{end - place} octets after a ZCL payload", expected="none", octets=octets[place:end])
        return Named(self.names, tuple(values))

    def write(self, value: Mapping[str, ZclValue]) -> bytes:
        """Write a payload; ``ValueError`` where a field is missing, unknown, or does not fit."""
        values = list(in_order(value, self.names))
        left = iter(values)
        try:
            written = b"".join([step.write(left) for step in self._steps])
            if self._rows is None:
                return written
            count = values[-2] if len(values) > 1 else None
            return written + self._rows.write(cast("Sequence[ZclValue]", values[-1]), count)
        except (error, TypeError, AttributeError, OverflowError) as misfit:
            raise ValueError(f"{dict(value)!r} does not fit its layout: {misfit}") from None


def _types(text: str) -> dict[str, str]:
    """Return the types of fields by their names."""
    return {name: kind for name, _, kind in (field.partition(" ") for field in text.split(", "))}


def _names(types: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(part for name, kind in types.items() for part in (("tier", name) if kind == "thresholds" else (name,)))


def _rows(text: str, *, counted: bool) -> _Rows:
    types = _types(text)
    return _Rows(_names(types), steps_of(tuple(types.values())), counted)
