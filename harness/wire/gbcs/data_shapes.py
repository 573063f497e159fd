"""Shapes of DLMS data seen before, so that data of the same shape is read by one comparison and one ``struct`` call.

Devices say the same things again and again: the same objects, types and lengths with other values. Where all tags, counts and lengths of a
run of data stand as they stood before, only the values are read anew. What is remembered is where values stand, never a value; a run of
another shape is read by :mod:`harness.wire.gbcs.axdr`, type by type, with the same outcome, so the two can differ in speed only.
"""

from __future__ import annotations

from functools import partial
from itertools import repeat
from struct import Struct
from typing import TYPE_CHECKING

from harness.wire.gbcs.compact import FORMATS, read_rows
from harness.wire.gbcs.cosem_time import CosemDateTime
from harness.wire.gbcs.dlms import NUMBERS, TEXT, BitString, CompactArray, Data, Tag, Value
from harness.wire.gbcs.errors import GbcsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["DataShape", "learn", "remembered"]

_FEW = 3
"""From so many groups on they are made all at once."""
_new = tuple.__new__
"""Makes :class:`Data` from four values without a frame of Python."""
_LONGEST = 2048
"""Octets of the longest run that is remembered."""
_MOST, _ALIKE = 1 << 16, 4
"""Most octets of runs remembered in all, and most shapes at one place; beyond that the oldest place is forgotten."""
_Place = tuple[int, int, int]
"""Where a run starts, how many values it has, how long the payload is."""

_remembered: dict[_Place, tuple[DataShape, ...]] = {}
_held = [0]
"""Octets of the runs remembered."""


class _Batch:
    """Groups side by side that are alike: the same type, and as many members each."""

    __slots__ = ("_count", "_ends", "_offsets", "_size", "_start", "_tag")

    def __init__(self, start: int, groups: Sequence[Data]) -> None:
        self._start = start
        self._count = len(groups)
        self._size = len(groups[0].children)
        self._tag = groups[0].tag
        self._offsets = [group.offset for group in groups]
        self._ends = [group.end for group in groups]

    def gather(self, nodes: list[Data]) -> None:
        """Put groups in the place of their members."""
        start, size = self._start, self._size
        if self._count < _FEW:
            for place, (offset, end) in enumerate(zip(self._offsets, self._ends, strict=True), start):
                nodes[place : place + size] = (_new(Data, (self._tag, tuple(nodes[place : place + size]), offset, end)),)
            return
        stop = start + self._count * size
        members = zip(*[iter(nodes[start:stop])] * size, strict=True)
        nodes[start:stop] = map(_new, repeat(Data), zip(repeat(self._tag), members, self._offsets, self._ends, strict=False))


class DataShape:
    """The shape of one run of data at one place: what must stand where, and how its values are put together."""

    __slots__ = ("_batches", "_constants", "_ends", "_made", "_mask", "_offsets", "_pattern", "_tags", "_values", "after", "at")

    def __init__(self, items: tuple[Data, ...], octets: bytes, at: int, after: int) -> None:
        """Take the shape of ``items``, which stand from ``at`` to ``after`` in ``octets``."""
        sketch = _Sketch()
        for item in items:
            sketch.add(item)
        self.at = at
        self.after = after
        self._mask = int.from_bytes(sketch.mask, "big")
        self._pattern = int.from_bytes(octets[at:after], "big") & self._mask
        self._values = Struct(">" + "".join(sketch.form)).unpack_from
        constant = [leaf.value is None or leaf.value == () for leaf in sketch.leaves]
        self._constants = tuple((place, leaf) for place, leaf in enumerate(sketch.leaves) if constant[place])
        leaves = [leaf for place, leaf in enumerate(sketch.leaves) if not constant[place]]
        self._tags = [leaf.tag for leaf in leaves]
        self._offsets = [leaf.offset for leaf in leaves]
        self._ends = [leaf.end for leaf in leaves]
        self._made = tuple((place, make) for place, make in enumerate(map(_maker, leaves)) if make is not None)
        self._batches = tuple(sketch.batches())

    def read(self, octets: bytes) -> tuple[Data, ...] | None:
        """Read the run, or return ``None`` where it is of another shape."""
        if int.from_bytes(octets[self.at : self.after], "big") & self._mask != self._pattern:
            return None
        values: Sequence[Value] = self._values(octets, self.at)
        if self._made:
            made = list(values)
            try:
                for place, make in self._made:
                    made[place] = make(made[place])  # type: ignore[arg-type]
            except (ValueError, GbcsError):
                return None
            values = made
        nodes = list(map(_new, repeat(Data), zip(self._tags, values, self._offsets, self._ends, strict=True)))
        for place, constant in self._constants:
            nodes.insert(place, constant)
        for batch in self._batches:
            batch.gather(nodes)
        return tuple(nodes)


def _maker(leaf: Data) -> Callable[[bytes], Value] | None:
    """Return what makes a value from the octets at a leaf's place, or ``None`` where ``struct`` does."""
    value = leaf.value
    if isinstance(value, BitString):
        return partial(BitString, value.size)
    if isinstance(value, str):
        encoding = TEXT[Tag(leaf.tag)]
        return lambda octets: octets.decode(encoding)
    if isinstance(value, CosemDateTime):
        return CosemDateTime.decode
    if isinstance(value, CompactArray):
        description = value.description
        return lambda octets: CompactArray(description, read_rows(description, octets, 0, len(octets)))
    return None


class _Sketch:
    """Gathers the parts of a shape, value by value."""

    def __init__(self) -> None:
        self.mask = bytearray()
        self.form: list[str] = []
        self.leaves: list[Data] = []
        """Simple values and empty groups, in wire order."""
        self._groups: dict[int, tuple[int, Data]] = {}
        """Height of a group and the group itself, by the identity of its first member."""
        self._highest = 0

    def add(self, data: Data) -> int:
        """Add one value and all inside it; return its height."""
        members = data.children
        if not members:
            self._leaf(data)
            return 0
        self._fixed(members[0].offset - data.offset)
        height = 1 + max([self.add(member) for member in members])
        self._groups[id(members[0])] = height, data
        self._highest = max(self._highest, height)
        return height

    def _leaf(self, data: Data) -> None:
        value = data.value
        self.leaves.append(data)
        width = len(value.written if isinstance(value, CompactArray) else data.content)
        self._fixed(data.end - data.offset - width)
        if value is not None and value != ():
            self.form.append(FORMATS[NUMBERS[Tag(data.tag)]] if data.tag in NUMBERS else f"{width}s")
            self.mask.extend(bytes(width))

    def _fixed(self, count: int) -> None:
        self.form.append(f"{count}x")
        self.mask.extend(b"\xff" * count)

    def batches(self) -> list[_Batch]:
        """Return how groups are gathered, lowest first; places are those at the time of gathering."""
        found = []
        nodes = self.leaves
        for height in range(1, self._highest + 1):
            gathered: list[Data] = []
            alike: list[Data] = []
            place = 0
            while place < len(nodes):
                at, group = self._groups.get(id(nodes[place]), (0, nodes[place]))
                if at != height:
                    group = nodes[place]
                if alike and (group is nodes[place] or not _alike(alike[0], group)):
                    found.append(_Batch(len(gathered) - len(alike), alike))
                    alike = []
                if group is not nodes[place]:
                    alike.append(group)
                place += len(group.children) if group is not nodes[place] else 1
                gathered.append(group)
            if alike:
                found.append(_Batch(len(gathered) - len(alike), alike))
            nodes = gathered
        return found


def _alike(one: Data, other: Data) -> bool:
    return one.tag == other.tag and len(one.children) == len(other.children)


def remembered(octets: bytes, at: int, count: int) -> tuple[tuple[Data, ...], int] | None:
    """Read ``count`` values from ``at`` on, where they are of a shape seen before; return them and the place after them."""
    for shape in _remembered.get((at, count, len(octets)), ()):
        items = shape.read(octets)
        if items is not None:
            return items, shape.after
    return None


def learn(items: tuple[Data, ...], octets: bytes, at: int, after: int) -> None:
    """Remember the shape of ``items``, which were read from ``at`` to ``after``."""
    place = (at, len(items), len(octets))
    if after - at > _LONGEST or len(_remembered.get(place, ())) >= _ALIKE:
        return
    while _held[0] > _MOST:
        oldest = next(iter(_remembered))
        _held[0] -= sum(shape.after - shape.at for shape in _remembered.pop(oldest))
    _remembered[place] = (*_remembered.get(place, ()), DataShape(items, octets, at, after))
    _held[0] += after - at
