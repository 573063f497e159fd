"""Stretches of a ZCL payload by the types of their fields: fixed runs read by one ``struct`` call, strings, and what GBCS has besides."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from harness.wire.gbcs.errors import GbcsError
from harness.wire.gbcs.named import Named, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Run", "Step", "Values", "ZclDate", "ZclValue", "steps_of"]


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
Values = list["ZclValue | None"]

_WHOLE = {"u8": "B", "u16": "H", "u32": "I", "i32": "i", "utc": "I"}
_ODD = {"u24": 3, "u48": 6}
_REGISTER = 6
_GAS_SNAPSHOT = 6
"""The payload type of PublishSnapshot that GBCS uses."""
_NO_STRING = 0xFF


def _short(at: int, end: int, needed: int) -> GbcsError:
    return GbcsError("E33", at, f"{end - at} octets left in a ZCL payload", expected=f"at least {needed}")


class Step(Protocol):
    """A stretch of a payload."""

    def read(self, octets: bytes, at: int, end: int, values: Values) -> int:
        """Append the values that stand at ``at`` to ``values``; return the place after them."""
        ...

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        """Write as many values as the stretch holds."""
        ...


class Run:
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

    def read(self, octets: bytes, at: int, end: int, values: Values) -> int:
        """Append the values of the run; raises :class:`GbcsError` E33 where it is not all there."""
        if end - at < self.size:
            raise _short(at, end, self.size)
        values.extend(self.values(octets, at))
        return at + self.size

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        """Write the run; ``struct.error`` and others where a value does not fit."""
        found: list[ZclValue | None] = [next(values) for _ in self._types]
        for place, size in self._wide:
            found[place] = cast("int", found[place]).to_bytes(size, "little")
        return self._row.pack(*[bytes(value) if isinstance(value, ZclDate) else value for value in found])


class _String:
    """A length octet and as many octets; FF stands for no string."""

    def read(self, octets: bytes, at: int, end: int, values: Values) -> int:
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

    def read(self, octets: bytes, at: int, end: int, values: Values) -> int:
        values.append(octets[at] if at < end else None)
        return min(at + 1, end)

    def write(self, values: Iterator[ZclValue | None]) -> bytes:
        value = next(values)
        return b"" if value is None else bytes((cast("int", value),))


class _Rest:
    """All octets that are left; without meaning, and kept."""

    def read(self, octets: bytes, at: int, end: int, values: Values) -> int:
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

    def read(self, octets: bytes, at: int, end: int, values: Values) -> int:
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

    def read(self, octets: bytes, at: int, end: int, values: Values) -> int:
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
_STEPS: dict[str, Callable[[], Step]] = {
    "os": _String,
    "?u8": _Perhaps,
    "rest": _Rest,
    "snapshot": _Snapshot,
    "thresholds": _Thresholds,
}


def steps_of(types: Sequence[str]) -> tuple[Step, ...]:
    """Return the stretches that fields of these types make, in wire order."""
    steps: list[Step] = []
    run: list[str] = []
    for name in (*types, ""):
        if name in _WHOLE or name in _MADE:
            run.append(name)
            continue
        if run:
            steps.append(Run(tuple(run)))
            run = []
        if name:
            steps.append(_STEPS[name]())
    return tuple(steps)
