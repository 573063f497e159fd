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
from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct, error
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.named import Named, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Layout", "ZclDate", "ZclValue"]


class ZclDate(NamedTuple):
    """A date in which every part may be left open (FF)."""

    year: int
    """Years since 1900."""
    month: int
    """FD and FE are the end and the start of daylight saving."""
    day: int
    """FE is the last day of the month, FD the last but one."""
    weekday: int


ZclValue = int | bytes | ZclDate | tuple["ZclValue", ...] | Mapping[str, "ZclValue"]
_Values = list["ZclValue | None"]

_WHOLE = {"u8": "B", "u16": "H", "u32": "I", "i32": "i", "utc": "I"}
_ODD = {"u24": 3, "u48": 6}
_REGISTER = 6
_GAS_SNAPSHOT = 6
"""The payload type of PublishSnapshot that GBCS uses."""
_NO_STRING = 0xFF
_ROWS = re.compile(r"(.*), ([a-z0-9-]+) ([*#]) \((.*)\)")


def _short(at: int, end: int, needed: int) -> GbcsError:
    return GbcsError("E33", at, f"{end - at} octets left in a ZCL payload", expected=f"at least {needed}")


class _Step(Protocol):
    """A stretch of a payload."""

    def read(self, octets: bytes, at: int, end: int, values: _Values) -> int:
        """Append the values that stand at ``at`` to ``values``; return the place after them."""
        ...

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        """Write as many values as the stretch holds."""
        ...


class _Run:
    """Fields of fixed size, one after another."""

    def __init__(self, types: Sequence[str]) -> None:
        self._row = Struct("<" + "".join(_WHOLE.get(name) or f"{_size(name)}s" for name in types))
        self._made = tuple((place, _MADE[name]) for place, name in enumerate(types) if name not in _WHOLE)
        self._wide = tuple((place, _size(name)) for place, name in enumerate(types) if name in _ODD)
        self._types = types
        self.size = self._row.size

    def values(self, octets: bytes, at: int) -> tuple[ZclValue, ...]:
        """Return the values of a run that is known to be all there."""
        found: tuple[ZclValue, ...] = self._row.unpack_from(octets, at)
        return self._convert(found) if self._made else found

    def rows(self, octets: bytes) -> Iterator[tuple[ZclValue, ...]]:
        """Yield runs that fill ``octets``."""
        found = self._row.iter_unpack(octets)
        return map(self._convert, found) if self._made else found

    def _convert(self, found: tuple[ZclValue, ...]) -> tuple[ZclValue, ...]:
        values = list(found)
        for place, make in self._made:
            values[place] = make(values[place])
        return tuple(values)

    def read(self, octets: bytes, at: int, end: int, values: _Values) -> int:
        if end - at < self.size:
            raise _short(at, end, self.size)
        values.extend(self.values(octets, at))
        return at + self.size

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        found: list[ZclValue | None] = [next(values) for _ in self._types]
        for place, size in self._wide:
            found[place] = cast("int", found[place]).to_bytes(size, "little")
        return self._row.pack(*[bytes(value) if isinstance(value, ZclDate) else value for value in found])


class _String:
    """A length octet and as many octets; FF stands for no string."""

    def read(self, octets: bytes, at: int, end: int, values: _Values) -> int:
        if at >= end:
            raise _short(at, end, 1)
        length = octets[at]
        if length == _NO_STRING:
            values.append(None)
            return at + 1
        after = at + 1 + length
        if after > end:
            raise _short(at + 1, end, length)
        values.append(octets[at + 1 : after])
        return after

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        value = next(values)
        if value is None:
            return bytes((_NO_STRING,))
        octets = cast("bytes", value)
        if len(octets) >= _NO_STRING:
            raise ValueError(f"a string of {len(octets)} octets where at most 254 fit")
        return bytes((len(octets),)) + octets


class _Perhaps:
    """An octet that may be missing at the end."""

    def read(self, octets: bytes, at: int, end: int, values: _Values) -> int:
        values.append(octets[at] if at < end else None)
        return min(at + 1, end)

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        value = next(values)
        return b"" if value is None else bytes((cast("int", value),))


class _Rest:
    """All octets that are left; without meaning, and kept."""

    def read(self, octets: bytes, at: int, end: int, values: _Values) -> int:
        values.append(octets[at:end])
        return end

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        return cast("bytes", next(values) or b"")


class _Snapshot:
    """The registers of a PublishSnapshot; those of a payload type that GBCS does not use stay octets.

    Payload type 6: summation, a count and as many tiers, an octet of tiers and blocks (14 in all reference messages), and block
    registers to the end, because how many follow another octet than 14 is not known.
    """

    _NAMES = ("summation", "tiers", "tiers-and-blocks", "blocks")

    def read(self, octets: bytes, at: int, end: int, values: _Values) -> int:
        if values[-1] != _GAS_SNAPSHOT:
            values.append(octets[at:end])
            return end
        tiers = at + _REGISTER + 1
        blocks = tiers + _REGISTER * (octets[tiers - 1] if tiers <= end else 0) + 1
        if blocks > end:
            raise _short(at, end, blocks - at)
        if (end - blocks) % _REGISTER:
            raise GbcsError("E33", blocks, f"block registers of {end - blocks} octets", expected=f"a multiple of {_REGISTER}")
        found = (
            _register(octets[at : at + _REGISTER]),
            _registers(octets[tiers : blocks - 1]),
            octets[blocks - 1],
            _registers(octets[blocks:end]),
        )
        values.append(Named(self._NAMES, found))
        return end

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        value = next(values)
        if not isinstance(value, Mapping):
            return cast("bytes", value)
        summation, tiers, marks, blocks = cast("tuple[int, tuple[int, ...], int, tuple[int, ...]]", in_order(value, self._NAMES))
        return _written((summation,)) + bytes((len(tiers),)) + _written(tiers) + bytes((marks,)) + _written(blocks)


class _Thresholds:
    """An octet, whose high nibble is a tier and whose low nibble counts the thresholds after it."""

    def read(self, octets: bytes, at: int, end: int, values: _Values) -> int:
        if at >= end:
            raise _short(at, end, 1)
        after = at + 1 + _REGISTER * (octets[at] & 0x0F)
        if after > end:
            raise _short(at + 1, end, after - at - 1)
        values += (octets[at] >> 4, _registers(octets[at + 1 : after]))
        return after

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        tier, thresholds = cast("int", next(values)), cast("tuple[int, ...]", next(values))
        if not (0 <= tier <= 0x0F and len(thresholds) <= 0x0F):
            raise ValueError(f"tier {tier} with {len(thresholds)} thresholds, where 15 is the most of either")
        return bytes((tier << 4 | len(thresholds),)) + _written(thresholds)


def _register(octets: ZclValue) -> int:
    return int.from_bytes(cast("bytes", octets), "little")


def _registers(octets: bytes) -> tuple[int, ...]:
    return tuple([int.from_bytes(octets[at : at + _REGISTER], "little") for at in range(0, len(octets), _REGISTER)])


def _written(registers: Sequence[int]) -> bytes:
    return b"".join([value.to_bytes(_REGISTER, "little") for value in registers])


def _date(octets: ZclValue) -> ZclDate:
    return ZclDate(*cast("bytes", octets))


def _size(name: str) -> int:
    return 4 if name == "date" else _ODD[name]


_MADE: dict[str, Callable[[ZclValue], ZclValue]] = {"u24": _register, "u48": _register, "date": _date}
_STEPS: dict[str, Callable[[], _Step]] = {
    "os": _String,
    "?u8": _Perhaps,
    "rest": _Rest,
    "snapshot": _Snapshot,
    "thresholds": _Thresholds,
}


@dataclass(frozen=True, slots=True)
class _Rows:
    """What a payload repeats."""

    names: tuple[str, ...]
    steps: tuple[_Step, ...]
    counted: bool

    def read(self, octets: bytes, at: int, end: int, count: ZclValue | None) -> tuple[ZclValue, ...]:
        found = self._plain(octets, at, end) if isinstance(self.steps[0], _Run) and len(self.steps) == 1 else self._stepped(octets, at, end)
        if self.counted and len(found) != count:
            raise GbcsError("E33", at, f"{len(found)} rows in a ZCL payload", expected=f"{count!r}, as it claims")
        return found

    def _plain(self, octets: bytes, at: int, end: int) -> tuple[ZclValue, ...]:
        run = cast("_Run", self.steps[0])
        if (end - at) % run.size:
            raise GbcsError("E33", at, f"rows of {end - at} octets in a ZCL payload", expected=f"a multiple of {run.size}")
        rows = run.rows(octets[at:end])
        return tuple([values[0] for values in rows]) if len(self.names) == 1 else tuple([Named(self.names, values) for values in rows])

    def _stepped(self, octets: bytes, at: int, end: int) -> tuple[ZclValue, ...]:
        found: list[ZclValue] = []
        while at < end:
            values: _Values = []
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
        self._steps = _steps(tuple(self.types.values()))
        single = self._steps[0] if len(self._steps) == 1 else None
        self._only = single if isinstance(single, _Run) and rows is None else None

    def read(self, octets: bytes, at: int, end: int) -> Named[ZclValue]:
        """Read a payload that stands from ``at`` to ``end``; raises :class:`GbcsError` E33 where it does not fill that."""
        only = self._only
        if only is not None:
            if end - at != only.size:
                raise GbcsError("E33", at, f"a ZCL payload of {end - at} octets", expected=f"{only.size}", octets=octets[at:end])
            return Named(self.names, only.values(octets, at))
        values: _Values = []
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
    return _Rows(_names(types), _steps(tuple(types.values())), counted)


def _steps(types: Sequence[str]) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    run: list[str] = []
    for name in (*types, ""):
        if name in _WHOLE or name in _MADE:
            run.append(name)
            continue
        if run:
            steps.append(_Run(tuple(run)))
            run = []
        if name:
            steps.append(_STEPS[name]())
    return tuple(steps)
